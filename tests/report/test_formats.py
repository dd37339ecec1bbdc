from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from queuecalc.answer import Certificate, Evaluation, Loss, SizingAnswer, from_json, to_plain
from queuecalc.answer.description import Description
from queuecalc.evidence import STATEMENTS, Evidence
from queuecalc.report import (
    FORMATS,
    Listing,
    Page,
    StationFigures,
    description_page,
    dot_text,
    listing_page,
    markdown_text,
    mermaid_text,
    plain_text,
    records,
    sizing_page,
    station_page,
    terminal_text,
)
from queuecalc.report.listing import value_text

EMPTY = Page(())


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for entry in value.values():
            yield from leaves(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from leaves(entry)
    elif value is not None:
        yield value


# -- JSON, CSV


def test_json_reads_back_as_the_same_answer(feasible: SizingAnswer) -> None:
    assert from_json(SizingAnswer, FORMATS["json"](feasible, EMPTY)) == feasible


@pytest.mark.parametrize("name", ["feasible", "short_of_money", "impossible", "description"])
def test_csv_carries_every_fact_of_json(name: str, request: pytest.FixtureRequest) -> None:
    answer = request.getfixturevalue(name)
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"](answer, EMPTY))))
    written = sorted(row["value"] for row in rows)
    assert written == sorted(
        str(leaf).lower() if isinstance(leaf, bool) else str(leaf) for leaf in leaves(to_plain(answer))
    )


def test_no_two_rows_of_csv_have_the_same_place(feasible: SizingAnswer) -> None:
    places = [row[:3] for row in records(feasible)]
    assert len(places) == len(set(places))


def test_csv_names_what_a_row_is_about(feasible: SizingAnswer) -> None:
    rows = records(feasible)
    assert ("SizingAnswer", "", "cost_usd_per_month", 694) in rows
    assert ("SizingAnswer.counts", "server", "counts", 4) in rows
    assert ("SizingAnswer.evaluation.components", "server", "peak_rate_per_s", 731.0) in rows
    assert ("SizingAnswer.evaluation.lines", "lag worker", "reached", 546.4) in rows
    assert ("SizingAnswer.one_less", "server", "excuse.reached", 1.1125) in rows
    assert ("SizingAnswer.ties", "1", "ties.stream", 3) in rows or (
        "SizingAnswer.ties",
        "1",
        "stream",
        3,
    ) in rows
    assert ("SizingAnswer.evaluation.availability.losses", "stream down", "fraction", 0.0008) in rows


def test_the_certificate_is_left_to_json(feasible: SizingAnswer) -> None:
    certificate = Certificate(
        model_digest="d", components=("a",), cost_usd_per_month=Decimal(1), optima=((1,),), patterns=()
    )
    answer = replace(feasible, certificate=certificate)
    assert records(answer) == records(feasible)
    assert json.loads(FORMATS["json"](answer, EMPTY))["certificate"]["model_digest"] == "d"


# -- Markdown


def test_markdown_has_every_line_of_the_contract_and_full_sentences(feasible: SizingAnswer) -> None:
    text = markdown_text(sizing_page(feasible, everything=True))
    assert text.startswith("**YES**: $694 a month keeps the contract; proven: no cheaper plan does.\n")
    assert (
        "\n## Contract\n\n| contract | target | reached | left over | worst |\n| --- | --- | ---: |" in text
    )
    for name in ("stability of redis", "drained of analytics"):
        assert f"\n| {name} |" in text
    assert "worker: lag 2.7 h at hour 35.1, at most 1 h |" in text
    assert "\n- **headroom**: holds up to" in text
    assert "\n- **cheaper if**:\n  - lag of worker 60 min -\\> 2.68 h saves" in text
    assert "\n```sh\nqueuecalc evaluate iot-ingestion --from cheapest --count server=3\n" in text
    assert FORMATS["markdown"](feasible, sizing_page(feasible, everything=True)) == text


def test_markdown_shows_special_letters_as_they_are(feasible: SizingAnswer) -> None:
    line = replace(feasible.evaluation.components[0], name="a|b*c`<script>")
    evaluation = replace(feasible.evaluation, components=(line,))
    text = markdown_text(sizing_page(replace(feasible, evaluation=evaluation)))
    (row,) = (row for row in text.splitlines() if row.startswith("| a\\"))
    assert row.startswith("| a\\|b\\*c\\`\\<script\\> |")


@pytest.mark.parametrize("name", ["feasible", "short_of_money", "impossible"])
def test_every_table_row_has_as_many_cells_as_its_heading(name: str, request: pytest.FixtureRequest) -> None:
    text = markdown_text(sizing_page(request.getfixturevalue(name), everything=True))
    for table in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


# -- terminal


def test_colours_and_blocks_on_a_terminal(feasible: SizingAnswer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = terminal_text(sizing_page(feasible), 100)
    assert "\x1b[1;32mYES\x1b[0m" in text
    assert "█" in text
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert len(bare.splitlines()) == len(plain_text(sizing_page(feasible), 100).splitlines())
    assert max(map(len, bare.splitlines())) <= 100


def test_terminal_and_plain_text_say_the_same(feasible: SizingAnswer) -> None:
    def letters(text: str) -> str:
        return re.sub(r"[^a-z0-9$%]", "", re.sub(r"\x1b\[[0-9;]*m", "", text).lower())

    page = sizing_page(feasible)
    assert letters(terminal_text(page, 100)) == letters(plain_text(page, 100))


# -- graphs


def test_mermaid(description: Description) -> None:
    lines = mermaid_text(description).splitlines()
    assert lines[0] == "flowchart LR"
    assert '  n0(("users<br/>726/s"))' in lines
    assert '  n5[["worker<br/>Worker<br/>0 to 12 units, 3,557/s"]]' in lines
    assert '  n2 -.->|"(write) x 2, 1,162/s"| n3' in lines
    assert '  n0 -->|"else request (write, read)"| n2' in lines


def test_dot(description: Description) -> None:
    text = dot_text(description)
    assert text.startswith('digraph "IoT ingestion: a firmware rollout" {\n')
    assert '  n2 -> n4 [label="else record (write) x 2", style=dashed, color=gray];' in text
    assert text.endswith("}\n")
    assert text.count("{") == text.count("}")


def test_graphs_quote_whatever_a_model_calls_its_parts(description: Description) -> None:
    node = replace(description.nodes[0], name='l"b', title='<b>"x"\\', least=2, most=2)
    edge = replace(description.edges[0], target='l"b', operation='o"p')
    odd = replace(description, nodes=(node,), edges=(edge, description.edges[2]))
    for line in mermaid_text(odd).splitlines()[1:]:
        assert line.count('"') in (0, 2)
    assert "<b>" not in mermaid_text(odd)
    assert "2 units" in mermaid_text(odd)
    assert 'label="l\\"b\\n<b>\\"x\\"\\\\\\n2 units, 980/s"' in dot_text(odd)


def test_ends_of_edges_that_are_no_components_are_drawn_too(description: Description) -> None:
    edge = replace(description.edges[0], target="elsewhere", peak_rate_per_s=3.0, classes=(), operation="")
    bare = replace(edge, peak_rate_per_s=0.0)
    odd = replace(description, nodes=(), edges=(edge, bare))
    assert '  n1["elsewhere"]' in mermaid_text(odd)
    assert '  n1 [label="elsewhere"];' in dot_text(odd)
    assert '|"3/s"|' in mermaid_text(odd)
    assert "  n0 --> n1" in mermaid_text(odd).splitlines()


@pytest.mark.parametrize(
    ("changes", "units"),
    [({"least": 1, "most": 1}, "1 unit,"), ({"least": 1, "most": 10**9}, "1 units or more,")],
)
def test_units_of_a_node(description: Description, changes: dict[str, Any], units: str) -> None:
    node = replace(description.nodes[0], **changes)
    assert units in mermaid_text(replace(description, nodes=(node,), edges=()))


# -- lists and stations

ROWS = (
    {"name": "server", "servers": 8, "usd_per_month": Decimal(53), "stable": True},
    {"name": "lb", "servers": None, "usd_per_month": Decimal("25.5"), "stable": False},
)


def test_a_list_in_every_form() -> None:
    listing = Listing(ROWS)
    page = listing_page(listing)
    assert plain_text(page, 80).splitlines() == [
        "name    servers  $/month  stable",
        "--------------------------------",
        "server        8      $53  yes",
        "lb                $25.50  no",
    ]
    assert json.loads(FORMATS["json"](listing, page))[1] == {
        "name": "lb",
        "servers": None,
        "usd_per_month": 25.5,
        "stable": False,
    }
    assert FORMATS["csv"](listing, page).splitlines()[1] == "server,8,53,true"
    assert "| lb |  | $25.50 | no |" in FORMATS["markdown"](listing, page)


def test_an_empty_list() -> None:
    empty = Listing(())
    assert plain_text(listing_page(empty), 80) == ""
    assert FORMATS["json"](empty, EMPTY) == "[]\n"
    assert FORMATS["csv"](empty, EMPTY) == "\n"


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("mean_wait_s", 0.25, "250 ms"),
        ("throughput_per_s", 70.0, "70/s"),
        ("delay_probability", 0.5, "50 %"),
        ("offered_load_erlang", 3.5, "3.5 erlang"),
        ("utilisation", 0.875, "87.5 %"),
        ("servers", 1200, "1,200"),
        ("mean_in_system", 8.66, "8.66"),
        ("statements", ["a", "b"], "a, b"),
    ],
)
def test_values_are_written_in_the_unit_of_their_name(key: str, value: Any, text: str) -> None:
    assert value_text(key, value) == text


STATION = StationFigures(
    station="MMc",
    figures={"stable": True, "utilisation": 0.875, "delay_probability": 0.7379, "mean_wait_s": 0.07379},
    percentiles=((99.9, 0.6, 0.7),),
    formula="E[W] = C / (c mu - lambda)",
    statements=(STATEMENTS["erlang-c"],),
)


def test_a_station_in_every_form() -> None:
    page = station_page(STATION)
    text = plain_text(page, 80)
    assert text.splitlines()[0] == "MMc is 87.5 % busy; an arrival waits with probability 73.8 %."
    assert "mean wait  73.8 ms" in text
    assert "p99.9       600 ms   700 ms" in text
    assert json.loads(FORMATS["json"](STATION, page)) == {
        "station": "MMc",
        "stable": True,
        "utilisation": 0.875,
        "delay_probability": 0.7379,
        "mean_wait_s": 0.07379,
        "wait_p99_9_s": 0.6,
        "sojourn_p99_9_s": 0.7,
        "evidence": "exact",
        "statements": "erlang-c",
    }
    assert FORMATS["csv"](STATION, page).splitlines()[1].startswith("MMc,true,0.875")
    assert "formula    E[W] = C / (c mu - lambda)" in text
    assert "stable" not in text
    assert "- **stable**: yes" in FORMATS["markdown"](STATION, station_page(STATION, everything=True))
    assert "Kleinrock" in FORMATS["markdown"](STATION, station_page(STATION, everything=True))


def test_a_station_without_a_steady_state_says_so() -> None:
    unstable = replace(STATION, figures={"stable": False, "utilisation": 1.5}, percentiles=())
    assert plain_text(station_page(unstable), 100).splitlines()[0] == (
        "MMc has no steady state: 150 % of its capacity is asked for."
    )
    counted = replace(unstable, figures=dict(unstable.figures) | {"offered_load_erlang": 6.0})
    assert "is asked for; at least 7 servers are needed." in plain_text(station_page(counted), 100)


def test_a_station_that_says_little() -> None:
    silent = replace(STATION, figures={"utilisation": 0.5}, formula="", statements=())
    assert plain_text(station_page(silent), 100).splitlines()[0] == "MMc is 50 % busy."
    assert silent.evidence is Evidence.EXACT
    idle = replace(STATION, figures={"utilisation": 0.0, "delay_probability": 0.0})
    assert plain_text(station_page(idle), 100).splitlines()[0] == "MMc: nobody waits."


def test_pages_of_a_loss_free_evaluation(evaluation: Evaluation) -> None:
    loss = Loss(cause="late", component="", fraction=0.0)
    assert records(loss) == [
        ("Loss", "", "cause", "late"),
        ("Loss", "", "component", ""),
        ("Loss", "", "fraction", 0.0),
    ]


def test_the_description_page_is_markdown_too(description: Description) -> None:
    assert "| write |  | 581/s |" in markdown_text(description_page(description))


def test_entries_about_the_same_are_numbered(description: Description) -> None:
    twice = replace(description, edges=description.edges[:1] * 2)
    subjects = {row[1] for row in records(twice) if row[0] == "Description.edges"}
    assert subjects == {"users lb write read", "users lb write read #2"}
