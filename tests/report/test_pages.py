from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from queuecalc.answer import Alternative, Evaluation, Excuse, Headroom, Relaxation, SizingAnswer
from queuecalc.answer.description import Description
from queuecalc.report import (
    Page,
    counts_text,
    description_page,
    evaluation_page,
    plain_text,
    quiet_evaluation,
    quiet_sizing,
    sizing_page,
)
from queuecalc.report.sized import differences


def page_text(page: Page, width: int = 100) -> str:
    return plain_text(page, width)


def fact(text: str, label: str) -> list[str]:
    """The lines beside a label, joined where they were wrapped."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"{label}  "))
    indent = len(lines[-1]) - len(lines[-1].lstrip())
    found = [lines[start][indent:]]
    for line in lines[start + 1 :]:
        if not line.startswith(" " * indent):
            break
        if line.startswith(" " * (indent + 1)):
            found[-1] = found[-1].removesuffix(" \\") + f" {line.strip()}"
        else:
            found.append(line.strip())
    return found


# -- size


def test_the_answer_fits_sixty_lines_and_a_hundred_columns(feasible: SizingAnswer) -> None:
    lines = page_text(sizing_page(feasible)).splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 100
    assert page_text(sizing_page(feasible)).isascii()


@pytest.mark.parametrize("width", [64, 80, 100, 120])
def test_no_line_is_wider_than_the_page(
    width: int, feasible: SizingAnswer, impossible: SizingAnswer, description: Description
) -> None:
    for page in (sizing_page(feasible), sizing_page(impossible), description_page(description)):
        for line in page_text(page, width).splitlines():
            assert len(line) <= width


def test_at_eighty_columns_the_last_column_moves_below(feasible: SizingAnswer) -> None:
    narrow = page_text(sizing_page(feasible), 80).splitlines()
    start = narrow.index("One unit less: what breaks")
    assert narrow[start + 5] == "  server     server busy 111 % at hour 27.0"


def test_sections_come_in_the_order_of_their_weight(feasible: SizingAnswer) -> None:
    text = page_text(sizing_page(feasible))
    starts = [
        "YES: ",
        "contract ",
        "component ",
        "left out ",
        "headroom ",
        "lost ",
        "availability ",
        "response ",
    ]
    starts += [
        "backlogs ",
        "cheaper if ",
        "at the peak ",
        "same price ",
        "next plans ",
        "warnings ",
        "evidence ",
    ]
    starts += ["search ", "next  "]
    place = 0
    for start in starts:
        place = f"\n{text}".index(f"\n{start}", place)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "YES: $694 a month keeps the contract; proven: no cheaper plan does."),
        ({"proven": False}, "YES: $694 a month keeps the contract; the best found, not proven the cheapest."),
        (
            {"cost_usd_per_month": Decimal("1694.5")},
            "YES: $1,694.50 a month keeps the contract; proven: no cheaper plan does.",
        ),
    ],
)
def test_the_first_sentence(feasible: SizingAnswer, changes: dict[str, object], sentence: str) -> None:
    answer = replace(feasible, **changes)  # type: ignore[arg-type]
    assert page_text(sizing_page(answer), 120).splitlines()[0] == sentence


def first_sentence(answer: SizingAnswer) -> str:
    lines = page_text(sizing_page(answer), 100).splitlines()
    return " ".join(lines[: next(i for i, line in enumerate(lines) if "(iot-ingestion)" in line)])


def test_when_money_is_missing_the_first_sentence_says_how_much(short_of_money: SizingAnswer) -> None:
    assert first_sentence(short_of_money) == (
        "NO: a budget of $500 a month is $194 short; the cheapest plan that keeps the rest of the contract costs "
        "$694 a month; proven."
    )
    bare = replace(short_of_money, budget_usd_per_month=None, proven=False)
    assert first_sentence(bare) == (
        "NO: the budget is $194 short; the cheapest plan that keeps the rest of the contract costs $694 a month; "
        "not proven, the search did not finish."
    )


def test_impossible_targets_are_named_first_and_explained_below(impossible: SizingAnswer) -> None:
    assert first_sentence(impossible) == (
        "NO: no number of units keeps p95 and availability; the nearest plan costs $694 a month; proven."
    )
    text = page_text(sizing_page(impossible))
    assert fact(text, "impossible") == [excuse.sentence for excuse in impossible.impossible]
    assert fact(text, "refused") == ["p95 171 ms at hour 27.0, at most 20 ms"]
    one = replace(impossible, impossible=impossible.impossible[:1])
    assert "keeps p95;" in first_sentence(one)


def test_without_any_reason_the_nearest_plan_speaks(impossible: SizingAnswer) -> None:
    answer = replace(impossible, impossible=())
    assert first_sentence(answer) == "NO: no plan keeps the contract; the nearest costs $694 a month; proven."


def test_missing_money_is_a_fact_and_the_next_command_adds_it(short_of_money: SizingAnswer) -> None:
    text = page_text(sizing_page(short_of_money, ["contract.p95_ms=170"]))
    assert fact(text, "missing") == ["$194 a month"]
    assert fact(text, "next")[0] == (
        "queuecalc size iot-ingestion --set contract.p95_ms=170 --set contract.budget_usd_per_month=694"
    )
    again = page_text(sizing_page(short_of_money, ["contract.budget_usd_per_month=500"]))
    assert fact(again, "next")[0] == "queuecalc size iot-ingestion --set contract.budget_usd_per_month=694"
    cents = replace(short_of_money, cost_usd_per_month=Decimal("694.25"))
    assert "contract.budget_usd_per_month=694.25" in page_text(sizing_page(cents))


def test_what_one_unit_less_costs_is_no_breach_where_money_is_missing(
    short_of_money: SizingAnswer, feasible: SizingAnswer
) -> None:
    excuse = Excuse(target="budget", sentence="costs $641", limit=500.0, reached=641.0)
    less = [
        replace(entry, excuse=excuse) if entry.component == "server" else entry for entry in feasible.one_less
    ]
    text = page_text(sizing_page(replace(short_of_money, one_less=tuple(less))))
    assert "budget $641" not in text
    assert "lag 2.68 h" in text


def test_an_impossible_contract_leads_to_the_nearest_plan(impossible: SizingAnswer) -> None:
    assert fact(page_text(sizing_page(impossible)), "next") == [
        "queuecalc evaluate iot-ingestion --from cheapest",
        "queuecalc check iot-ingestion",
    ]


def test_the_next_command_takes_away_the_dearest_unit_of_several(feasible: SizingAnswer) -> None:
    assert fact(page_text(sizing_page(feasible)), "next")[0] == (
        "queuecalc evaluate iot-ingestion --from cheapest --count server=3"
    )
    bare = replace(feasible, one_less=())
    assert fact(page_text(sizing_page(bare)), "next")[0] == "queuecalc evaluate iot-ingestion --from cheapest"


def test_settings_and_odd_names_are_repeated_in_the_commands(feasible: SizingAnswer) -> None:
    answer = replace(feasible, source="my model.toml")
    text = page_text(sizing_page(answer, ["contract.p95_ms=150"]), 120)
    assert "queuecalc check 'my model.toml' --set contract.p95_ms=150" in text
    assert "queuecalc check -\n" in page_text(sizing_page(replace(feasible, source="")))


def test_what_a_cheaper_plan_would_need(feasible: SizingAnswer) -> None:
    assert fact(page_text(sizing_page(feasible)), "cheaper if") == [
        "lag of worker 60 min -> 2.68 h saves $27 (worker 5 for 6)",
        "p95 180 -> 187 ms saves $39 (redis 0 for 1, limiter 0 for 1)",
        "availability 99.75 -> 99.64 % saves $20 (queue 2 for 1, stream 1 for 2)",
    ]


def test_more_than_five_relaxations_are_counted(feasible: SizingAnswer) -> None:
    one = Relaxation(
        target="lag",
        subject="worker",
        unit="",
        limit=900.0,
        needed=1920.0,
        counts=feasible.counts,
        saves_usd_per_month=Decimal(27),
    )
    answer = replace(feasible, relaxations=(one,) * 7)
    lines = fact(page_text(sizing_page(answer)), "cheaper if")
    assert lines[0] == "lag of worker 15 -> 32 min saves $27 (the same counts)"
    assert lines[5:] == ["and 2 more"]
    assert len(fact(page_text(sizing_page(answer, everything=True)), "cheaper if")) == 7


def test_ties_are_told_by_how_they_differ(feasible: SizingAnswer) -> None:
    assert fact(page_text(sizing_page(feasible)), "same price") == ["queue 0 for 1, stream 3 for 2"]
    answer = replace(feasible, ties=feasible.ties * 6)
    assert fact(page_text(sizing_page(answer)), "same price")[4:] == ["and 2 more"]


def test_next_plans(feasible: SizingAnswer) -> None:
    lines = fact(page_text(sizing_page(feasible)), "next plans")
    assert lines[0] == "$732 (+$38): no limiter, one server more"
    bare = Alternative(counts={**feasible.counts, "lb": 0}, cost_usd_per_month=Decimal(694), difference="")
    answer = replace(feasible, alternatives=(bare,))
    assert fact(page_text(sizing_page(answer)), "next plans") == ["$694: lb 0 for 1"]


def test_headroom(feasible: SizingAnswer) -> None:
    assert fact(page_text(sizing_page(feasible)), "headroom") == [
        "holds up to 1.087 x the load; first to break: stream busy 100.02 % at hour 27.0"
    ]
    answer = replace(feasible, headroom=Headroom(factor=1000.0, excuse=None))
    assert fact(page_text(sizing_page(answer)), "headroom") == ["holds up to 1,000 x the load"]


def test_the_price_for_the_peak(feasible: SizingAnswer) -> None:
    assert fact(page_text(sizing_page(feasible)), "at the peak") == [
        "$789 a month if nothing might fall behind for a while, $95 more"
    ]
    same = replace(feasible, peak_sized_usd_per_month=feasible.cost_usd_per_month)
    assert fact(page_text(sizing_page(same)), "at the peak") == [
        "$694 a month if nothing might fall behind for a while"
    ]


def test_how_the_search_went(feasible: SizingAnswer) -> None:
    assert fact(page_text(sizing_page(feasible)), "search") == [
        (
            "12.4 million plans; 665 boxes of them refused (stability 312, p95 201, budget 88, availability 41, "
            "lag 17, invalid 6); 2,311 evaluations; 213 ms"
        )
    ]
    bare = replace(feasible, plans=0, refused={}, evaluations=0)
    assert fact(page_text(sizing_page(bare)), "search") == ["213 ms"]


def test_differences_cover_names_of_both() -> None:
    assert differences({"a": 1, "b": 2}, {"a": 1, "c": 3}) == "c 0 for 3, b 2 for 0"


def test_one_quiet_line(feasible: SizingAnswer, impossible: SizingAnswer) -> None:
    assert quiet_sizing(feasible) == (
        "YES $694 a month (proven): lb=1 queue=1 redis=1 replica=0 limiter=1 server=4 stream=2 worker=6 analytics=1 "
        "postgres=1"
    )
    assert quiet_sizing(replace(impossible, proven=False)).startswith("NO $694 a month (not proven): lb=1")
    assert counts_text({}) == ""


# -- evaluate


def test_a_kept_plan(evaluation: Evaluation) -> None:
    lines = page_text(evaluation_page(evaluation)).splitlines()
    assert lines[0] == "YES: this plan keeps the contract for $694 a month."
    assert lines[-1].endswith("queuecalc size iot-ingestion")
    assert quiet_evaluation(evaluation) == "YES $694 a month"


def broken(evaluation: Evaluation, many: int) -> Evaluation:
    lines = [
        replace(line, kept=False, reached=2 * line.limit) if i < many else line
        for i, line in enumerate(evaluation.lines[3:10])
    ]
    return replace(evaluation, kept=False, lines=tuple(lines))


def test_a_broken_plan_names_the_lines(evaluation: Evaluation) -> None:
    one = broken(evaluation, 1)
    sentence = "NO: this plan breaks utilisation of postgres 160 % (at most 80 %); it costs $694 a month."
    assert page_text(evaluation_page(one)).splitlines()[0] == sentence
    assert quiet_evaluation(one) == "NO $694 a month: utilisation of postgres 160 % (at most 80 %)"
    text = page_text(evaluation_page(broken(evaluation, 5)), 120)
    assert "and 2 more; it costs $694 a month." in " ".join(text.split())


def test_an_invalid_plan_says_why_and_no_more(evaluation: Evaluation) -> None:
    sentence = "nobody takes server's call to stream or queue; buy one of them"
    excuse = Excuse(target="invalid", sentence=sentence)
    bare = Evaluation(
        title="t",
        source="s",
        counts={"server": 1},
        kept=False,
        excuses=(excuse,),
        cost_usd_per_month=Decimal(53),
    )
    text = page_text(evaluation_page(bare))
    assert text.splitlines()[0] == f"NO: this is no valid plan: {sentence}"
    assert "refused" in text
    assert "evidence" not in text
    assert quiet_evaluation(bare) == f"NO $53 a month: {sentence}"
    silent = replace(bare, excuses=())
    assert "does not keep the contract" in page_text(evaluation_page(silent))
    assert quiet_evaluation(silent) == "NO $53 a month"


def test_the_heading_names_the_model(evaluation: Evaluation) -> None:
    def heading(changed: Evaluation) -> str:
        return page_text(evaluation_page(changed)).splitlines()[1]

    assert heading(evaluation) == "IoT ingestion: a firmware rollout (iot-ingestion), 60 hours"
    assert heading(replace(evaluation, source="", hours=0.0)) == "IoT ingestion: a firmware rollout"


# -- check


def test_a_description_shows_components_routes_stand_ins_and_warnings(description: Description) -> None:
    text = page_text(description_page(description))
    assert text.startswith(
        "OK: IoT ingestion: a firmware rollout (iot-ingestion) can be evaluated, 12.4 million plans."
    )
    assert "\n        worker.record                    581/s  no\n" in text
    assert fact(text, "without worker") == [
        "nobody takes the calls of stream: a plan without worker is invalid"
    ]
    assert "replica: no request reaches it" in text
    assert "dashboard, not in the contract" in text


def changed_node(description: Description, **changes: object) -> list[str]:
    node = replace(description.nodes[1], **changes)  # type: ignore[arg-type]
    text = page_text(description_page(replace(description, nodes=(node,))))
    return next(line for line in text.splitlines() if line.startswith("server ")).split()


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"least": 2, "most": 2}, "server 2 8 $53 731/s 21.9 erlang 3 Server"),
        ({"most": 10**9}, "server 1 or more 8 $53 731/s 21.9 erlang 3 Server"),
        ({"least_stable": None}, "server 1-12 8 $53 731/s 21.9 erlang none Server"),
        ({"servers": None, "least_stable": None}, "server 1-12 unlimited $53 731/s 21.9 erlang any Server"),
        ({"title": "", "kind": "compute"}, "server 1-12 8 $53 731/s 21.9 erlang 3 compute"),
    ],
)
def test_a_component_of_a_description(
    description: Description, changes: dict[str, object], shown: str
) -> None:
    assert changed_node(description, **changes) == shown.split()


def test_a_bare_description(description: Description) -> None:
    nobody = replace(description.stand_ins[0], taker="nobody")
    message = replace(description.routes[0].steps[4], wait=True)
    route = replace(description.routes[0], steps=(message,))
    bare = replace(
        description,
        source="",
        notes="",
        plans=0,
        contract=(),
        stand_ins=(nobody,),
        routes=(route,),
        unreached=(),
        uncalled=(),
        held=(),
    )
    text = page_text(description_page(bare))
    assert text.startswith("OK: IoT ingestion: a firmware rollout can be evaluated.\n")
    assert fact(text, "without lb") == ["calls of users (write, read) are skipped"]
    assert "by the message" in text
    assert "no targets" in text
    empty = replace(bare, nodes=(), routes=(), stand_ins=())
    assert "route" not in page_text(description_page(empty))


@pytest.mark.parametrize("make", [sizing_page, lambda answer: evaluation_page(answer.evaluation)])
def test_names_from_a_model_file_cannot_steer_the_terminal(
    feasible: SizingAnswer, make: Callable[[SizingAnswer], Page]
) -> None:
    evil = replace(feasible.evaluation, title="\x1b[31mred\x07\nnew line", findings=("\x9b2J",))
    text = plain_text(make(replace(feasible, evaluation=evil)), 100)
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert "?[31mred? new line" in text
