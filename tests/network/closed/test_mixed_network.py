"""Mixed networks: against Markov chains, and against each kind alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve

import queuecalc as qc
from queuecalc.network import MixedNetwork


def by_chain(
    servers: int, rate: float, service_rate: float, think: float, closed: int
) -> tuple[float, float]:
    """Mean numbers of closed and open customers at one station with shared servers; the open ones cut at 250."""
    most = 250
    states = [(n, m) for n in range(closed + 1) for m in range(most + 1)]
    number = {state: k for k, state in enumerate(states)}
    rows, columns, values = [], [], []
    for n, m in states:
        speed = min(n + m, servers) * service_rate / max(n + m, 1)
        for to, step in (
            ((n, m + 1), rate),
            ((n + 1, m), (closed - n) / think),
            ((n - 1, m), n * speed),
            ((n, m - 1), m * speed),
        ):
            if to in number and step:
                rows += [number[to], number[n, m]]
                columns += [number[n, m]] * 2
                values += [step, -step]
    Q = sparse.csc_matrix((values, (rows, columns)), shape=(len(states),) * 2).tolil()
    Q[0, :] = 1.0
    right = np.zeros(len(states))
    right[0] = 1.0
    p = spsolve(Q.tocsc(), right)
    return tuple(float(p @ np.array([state[i] for state in states])) for i in range(2))  # type: ignore[return-value]


@pytest.mark.parametrize("servers", [1, 2, 4])
def test_against_a_markov_chain(servers: int) -> None:
    inside, beside = by_chain(servers, 1.1, 1.6, 1.0, 3)
    solution = MixedNetwork(
        stations={"a": qc.Station(servers=servers, service_rate=1.6)},
        arrival_rates={"o": 1.1},
        population={"c": 3},
        visits={"o": {"a": 1.0}, "c": {"a": 1.0}},
        think_time_s=1.0,
    ).solve()
    assert solution.mean_in_system["c"]["a"] == pytest.approx(inside, rel=1e-9)
    assert solution.mean_in_system["o"]["a"] == pytest.approx(beside, rel=1e-9)
    assert solution.throughput["c"] == pytest.approx(3 - inside, rel=1e-9)
    assert solution.mean_sojourn["o"] == pytest.approx(beside / 1.1, rel=1e-9)
    assert solution.utilisation["a"] == pytest.approx((1.1 + solution.throughput["c"]) / 1.6 / servers)


def arguments(**others: Any) -> dict[str, Any]:
    return {
        "stations": {
            "web": qc.Station(servers=3, service_rate=4.0),
            "disk": qc.ClassStation(service={"o": 0.05, "p": 0.1, "c": 0.2}),
            "wan": qc.Station(servers="unlimited", service_rate=2.0),
        },
        "arrival_rates": {"o": 3.0, "p": 1.0},
        "population": {"c": 4},
        "visits": {
            "o": {"web": 1.0, "disk": 2.0},
            "p": {"disk": 1.0, "wan": 1.0},
            "c": {"web": 1.0, "disk": 1.0},
        },
        "think_time_s": 0.5,
    } | others


def test_without_open_requests_it_is_the_closed_network() -> None:
    solution = MixedNetwork(**arguments(arrival_rates={"o": 0.0, "p": 0.0})).solve()
    closed = MixedNetwork(**arguments()).closed_part().solve()
    assert solution.throughput["c"] == pytest.approx(closed.throughput["c"], rel=1e-12)
    assert solution.mean_sojourn["c"] == pytest.approx(closed.response_time["c"], rel=1e-12)


def test_with_closed_customers_far_away_it_is_the_open_network() -> None:
    """One closed customer who thinks for ten years changes nothing."""
    given = arguments(population={"c": 1}, think_time_s=3e8)
    solution = MixedNetwork(**given).solve()
    open_ = qc.OpenNetwork(
        stations=given["stations"],
        arrival_rates={"o": {"web": 3.0}, "p": {"disk": 1.0}},
        routing={
            "o": {"web": {"disk": 1.0}, "disk": {"disk": 0.5}},
            "p": {"disk": {"wan": 1.0}},
        },
    ).solve()
    for name in ("o", "p"):
        assert solution.mean_sojourn[name] == pytest.approx(open_.mean_sojourn[name], rel=1e-6)
    assert solution.bottleneck == "disk"
    assert solution.evidence is qc.Evidence.EXACT


def test_everybody_is_somewhere() -> None:
    solution = MixedNetwork(**arguments()).solve()
    there = sum(solution.mean_in_system["c"].values())
    assert there + 0.5 * solution.throughput["c"] == pytest.approx(4.0, rel=1e-12)
    assert solution.mean_in_system["p"]["wan"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ({"arrival_rates": {"o": 30.0, "p": 1.0}}, "the open classes alone ask for"),
        ({"arrival_rates": {"o": -1.0, "p": 1.0}}, "arrival_rates"),
        ({"arrival_rates": {}}, "at least one"),
        ({"population": {"o": 2}}, "expected in one of them"),
        ({"visits": {"o": {"web": 1.0}}}, r"visits\['p'\] is missing"),
        ({"visits": {"x": {"web": 1.0}}}, "no such class"),
        (
            {
                "stations": {"web": qc.RatedStation(state_rates=(1.0,))},
                "visits": {k: {"web": 1.0} for k in "opc"},
            },
            "Rated",
        ),
        ({"population": {"c": 0}}, "whole number >= 1"),
    ],
)
def test_what_is_refused(others: dict[str, Any], message: str) -> None:
    with pytest.raises(qc.InvalidInput, match=message):
        MixedNetwork(**arguments(**others))
