"""The numbers of single derivations, by another way and at the edges."""

from __future__ import annotations

import math

import mpmath
import pytest

from queuecalc.derivation import derive
from queuecalc.derivation.poisson import partial_exponential
from queuecalc.errors import InvalidInput


def figures(name: str, **numbers: float) -> dict[str, float]:
    return {figure.result.name: figure.value for figure in derive(name, **numbers).figures}


@pytest.mark.parametrize(
    ("last", "load"), [(-1, 2.0), (0, 3.0), (4, 3.5), (40, 3.5), (3, 50.0), (300, 290.0)]
)
def test_the_beginning_of_the_exponential_series(last: int, load: float) -> None:
    with mpmath.workdps(50):
        expected = mpmath.fsum(mpmath.mpf(load) ** k / mpmath.factorial(k) for k in range(last + 1))
        found = partial_exponential(last, mpmath.mpf(load))
        assert abs(found - expected) <= mpmath.mpf(10) ** -45 * (expected + (last < 0))


@pytest.mark.parametrize(
    ("rates", "servers"),
    [
        ((999_999.0, 1.0), 1_000_000),
        ((1e-9, 1.0), 3),
        ((0.9999999, 1.0), 1),
        ((3.999, 1.0), 4),
        ((2.0, 1.0), 100_000),
    ],
)
def test_erlang_at_the_edges(rates: tuple[float, float], servers: int) -> None:
    found = figures("mmc", arrival_rate=rates[0], service_rate=rates[1], servers=servers)
    assert 0.0 <= found["delay probability, Erlang C"] <= 1.0


@pytest.mark.parametrize(
    ("name", "wrong"), [("mm1", 5.0), ("mm1", 4.0), ("mg1", 60.0), ("mmc", 80.0), ("little", 4.0)]
)
def test_without_a_steady_state_means_are_infinite_and_it_says_why(name: str, wrong: float) -> None:
    proof = derive(name, arrival_rate=wrong)
    assert "not below 1" in proof.refusal
    held = [figure for figure in proof.figures if not figure.holds]
    assert held
    assert all(figure.value in (math.inf, 1.0) for figure in held)
    assert all(figure.with_numbers is None for figure in held)


@pytest.mark.parametrize("capacity", [4, 5, 90, 5000])
@pytest.mark.parametrize("arrival_rate", [10.0, 80.0, 80.0000001, 95.0])
def test_a_bounded_queue_at_every_load(capacity: int, arrival_rate: float) -> None:
    found = figures("mmck", arrival_rate=arrival_rate, capacity=capacity)
    r = [1.0]
    for n in range(1, capacity + 1):
        r.append(r[-1] * arrival_rate / (20.0 * min(n, 4)))
        if r[-1] > 1e200:
            r = [term * 1e-200 for term in r]
    assert found["turned away"] == pytest.approx(r[-1] / math.fsum(r), rel=1e-11)


def test_a_capacity_below_the_servers_is_refused() -> None:
    with pytest.raises(InvalidInput, match="capacity"):
        derive("mmck", servers=5, capacity=4)
    with pytest.raises(InvalidInput, match="needed = 4 of units = 3"):
        derive("availability", units=3, needed=4)


@pytest.mark.parametrize("second", [8.0, 10.0, 10.0 + 1e-9, 400.0])
def test_the_percentile_of_two_queues_by_integration(second: float) -> None:
    found = figures("tandem", second_service_rate=second)["sojourn, p95"]
    with mpmath.workdps(30):
        one, two = mpmath.mpf(5), mpmath.mpf(second) - 5

        def late_at(x: mpmath.mpf) -> mpmath.mpf:
            return one * mpmath.exp(-one * x) * mpmath.exp(-two * (found - x))

        late = mpmath.exp(-one * found) + mpmath.quad(late_at, [0, found])
    assert float(late) == pytest.approx(0.05, rel=1e-9)


def test_k_of_n_by_enumeration() -> None:
    found = figures("availability", mtbf_h=90.0, mttr_h=10.0, units=5, needed=3)["at least 3 of 5 units"]
    assert found == pytest.approx(
        sum(math.comb(5, j) * 0.9**j * 0.1 ** (5 - j) for j in (3, 4, 5)), rel=1e-13
    )
    assert figures("availability", units=2000, needed=1)["at least 1 of 2000 units"] == 1.0


@pytest.mark.parametrize(
    ("peak", "base"), [(90.0, 60.0), (120.0, 110.0), (100.0, 100.0), (90.0, 100.0), (100.0, 50.0)]
)
def test_a_surge_that_never_piles_up_or_never_drains(peak: float, base: float) -> None:
    proof = derive("fluid", peak_rate=peak, base_rate=base)
    assert proof.refusal
    drains = {figure.result.name: figure.value for figure in proof.figures}["time to drain"]
    assert drains == (math.inf if peak > 100.0 else drains)
    assert not math.isnan(drains)


def test_the_rule_of_staffing_is_near_erlang_c() -> None:
    proof = derive("staffing", arrival_rate=20_000.0, service_rate=20.0, delay_target=0.1)
    servers = {figure.result.name: figure.value for figure in proof.figures}[
        "servers by the rule, rounded up"
    ]
    assert servers == math.ceil(1000 + 1.4193 * math.sqrt(1000) - 0.5) or abs(servers - 1046) <= 1
    assert "the least number of servers is" in proof.theorem.notes(proof.values)[0]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("mmc", {"arrival_rate": 67.09660899734578, "service_rate": 5.161277615180445, "servers": 13}),
        ("mmc", {"arrival_rate": 80.0, "service_rate": 20.0, "servers": 4}),
        ("mg1", {"arrival_rate": 692.7695553697604, "service_rate": 692.7695553697604, "scv": 4.0}),
        ("burke", {"arrival_rate": 0.1224638078547171, "service_rate": 0.1224638078547171}),
        ("mm1", {"arrival_rate": 3.0, "service_rate": math.nextafter(3.0, 4.0)}),
    ],
)
def test_at_capacity_to_the_last_bit(name: str, numbers: dict[str, float]) -> None:
    for figure in derive(name, **numbers).figures:
        assert not math.isnan(figure.value)
        assert figure.value >= 0.0
