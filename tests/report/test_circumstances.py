from __future__ import annotations

import math
from dataclasses import replace

import pytest

from queuecalc.answer import Asynchronous, Evaluation, HeldServers, Loss
from queuecalc.evidence import STATEMENTS, Evidence
from queuecalc.report.circumstances import (
    availability_fact,
    backlog_fact,
    evidence_fact,
    held_words,
    lost_fact,
    response_fact,
    warning_fact,
)
from queuecalc.report.page import Fact, plain


def texts(fact: Fact | None) -> list[str]:
    assert fact is not None
    return [plain(line) for line in fact.lines]


def test_losses_by_cause_in_basis_points(evaluation: Evaluation) -> None:
    assert evaluation.availability is not None
    assert texts(lost_fact(evaluation.availability)) == [
        (
            "18.8 bp of 84.3 million requests: stream down 8, server overloaded 4.1, postgres down 3, queue down 1, "
            "lb down 1, limiter dropped 1, 2 others 0.72"
        ),
        "handed-off messages lost: stream 10 bp",
    ]


def test_all_losses_where_there_is_room(evaluation: Evaluation) -> None:
    assert evaluation.availability is not None
    text = texts(lost_fact(evaluation.availability, everything=True))[0]
    assert text.endswith("late 0.56, redis overloaded 0.16")


def test_what_is_next_to_nothing_is_called_so(evaluation: Evaluation) -> None:
    assert evaluation.availability is not None
    losses = [
        replace(loss, fraction=1e-9) if i > 5 else loss
        for i, loss in enumerate(evaluation.availability.losses)
    ]
    served = replace(evaluation.availability, losses=tuple(losses))
    assert texts(lost_fact(served))[0].endswith("limiter dropped 1, 2 others below 0.01")


def test_losses_without_causes(evaluation: Evaluation) -> None:
    assert evaluation.availability is not None
    bare = replace(evaluation.availability, losses=(), offered_requests=0.0, load_aware=1.0)
    assert texts(lost_fact(bare)) == ["0 bp"]
    one = replace(
        bare, losses=(Loss(cause="late", component="", fraction=1e-4),), load_aware=0.9999, handed_off_lost={}
    )
    assert texts(lost_fact(one)) == ["1 bp: late 1"]


def test_what_is_lost_by_rounding_alone_is_not_lost(evaluation: Evaluation) -> None:
    assert evaluation.availability is not None
    served = replace(evaluation.availability, handed_off_lost={"worker": 1e-17})
    assert len(texts(lost_fact(served))) == 1


def test_three_availabilities_side_by_side(evaluation: Evaluation) -> None:
    assert evaluation.availability is not None
    assert texts(availability_fact(evaluation.availability)) == [
        "99.812 % under load; 99.857 % by redundancy; 99.412 % in series (one unit of each)",
        "by class: write 99.821 %, read 99.773 %",
    ]
    alone = replace(evaluation.availability, by_class={"write": 0.998})
    assert len(texts(availability_fact(alone))) == 1


def test_response_times(evaluation: Evaluation) -> None:
    assert texts(response_fact(evaluation.latencies)) == [
        "p95 171 ms at hour 27.0 (mean 74.7 ms), 150 ms over all requests, 151 ms with failures",
        "p95 by class: write 169 ms, read 180 ms",
    ]
    bare = [replace(entry, weighted_s=None, with_failures_s=None) for entry in evaluation.latencies]
    assert texts(response_fact(bare[:1])) == ["p95 171 ms at hour 27.0 (mean 74.7 ms)"]
    assert response_fact(()) is None


LAGGING = Asynchronous(
    component="worker",
    max_lag_s=546.4,
    lag_hour=34.2,
    stationary=False,
    max_backlog_messages=1.94e6,
    overloaded_from_h=20.1,
    overloaded_until_h=34.2,
    drain_s=15120.0,
)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "worker lags 9.11 min at hour 34.2: 1.94 million messages, drained in 4.2 h"),
        (
            {"end_backlog_messages": 1200.0, "drain_s": math.inf},
            "worker lags 9.11 min at hour 34.2: 1.94 million messages, 1,200 left at the end",
        ),
        (
            {"stationary": True, "max_lag_s": 0.004, "max_backlog_messages": 0.0, "overloaded_from_h": None},
            "worker keeps up: mean wait 4 ms at hour 34.2",
        ),
    ],
)
def test_backlogs(changes: dict[str, float | bool | None], text: str) -> None:
    assert texts(backlog_fact([replace(LAGGING, **changes)])) == [text]  # type: ignore[arg-type]
    assert backlog_fact([]) is None


@pytest.mark.parametrize(("bought", "verdict"), [(4, "enough"), (3, "too few")])
def test_held_servers(bought: int, verdict: str) -> None:
    held = HeldServers(component="server", needed=3.1, bought=bought, hour=27.03)
    assert plain(held_words(held)) == (
        "server waits for its own calls; if it holds a server meanwhile, 3.1 are held at hour 27.0, "
        f"{bought} are bought: {verdict}"
    )


def test_warnings(evaluation: Evaluation) -> None:
    assert len(texts(warning_fact(evaluation))) == 2
    assert warning_fact(replace(evaluation, held=(), findings=())) is None


def test_evidence_names_the_weakest_part_and_all_statements() -> None:
    keys = ("erlang-c", "kimura", "fluid")
    assert texts(evidence_fact(Evidence.APPROXIMATE, keys)) == [
        "approximate, the weakest of its parts (exact: erlang-c; approximate: kimura, fluid)"
    ]
    assert texts(evidence_fact(Evidence.EXACT, ("erlang-c",))) == ["exact (erlang-c)"]
    assert texts(evidence_fact(Evidence.EXACT, ())) == ["exact"]
    assert texts(evidence_fact(Evidence.BOUND, ())) == ["bound, the weakest of its parts"]


def test_evidence_in_full_quotes_the_papers() -> None:
    lines = texts(evidence_fact(Evidence.APPROXIMATE, tuple(STATEMENTS), everything=True))
    assert len(lines) == len(STATEMENTS) + 1
    for statement in STATEMENTS.values():
        assert any(statement.paper in line and statement.sentence in line for line in lines)
