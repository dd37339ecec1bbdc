"""Revisits: M/M/1 with Bernoulli feedback, solved by following one customer exactly; and the law of a common factor."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from queuecalc.errors import InvalidInput
from queuecalc.law import Deterministic, Exponential, Gamma
from queuecalc.network import JacksonNetwork, JacksonSolution
from queuecalc.network.revisits import CommonFactor, revisit_variance
from queuecalc.network.routing import Routing
from queuecalc.network.structure import blocks
from queuecalc.station import Station
from tests.network.graphs import FloatArray


def tagged_tail(rho: float, back: float, times: FloatArray, room: int) -> FloatArray:
    """P(T > t) in M/M/1 (mu = 1) whose customers go to the end of the line with probability `back`.

    States (ahead, behind) of one customer, at most `room` others; the number found is geometric (PASTA). Solved by
    uniformization: no formula of the package is used.
    """
    gamma = rho * (1 - back)
    index = np.arange((room + 1) ** 2).reshape(room + 1, room + 1)
    ahead, behind = np.divmod(np.arange((room + 1) ** 2), room + 1)
    inside = ahead + behind <= room
    rate = 1.0 + gamma
    v = np.where(inside, 1.0, 0.0)  # P(still inside after k jumps | start)
    count = int(rate * times[-1] + 12 * np.sqrt(rate * times[-1]) + 40)
    start = np.zeros(index.size)
    start[index[: room + 1, 0]] = (1 - rho) * rho ** np.arange(room + 1)
    survivors = []
    arrived = index[ahead, np.minimum(behind + 1, room - ahead.clip(max=room))]
    left = index[np.maximum(ahead - 1, 0), behind]
    returned = index[np.maximum(ahead - 1, 0), np.minimum(behind + 1, room)]
    own = index[behind, 0]
    for _ in range(count):
        survivors.append(float(start @ v))
        served = np.where(ahead > 0, (1 - back) * v[left] + back * v[returned], back * v[own])
        v = np.where(inside, (gamma * v[arrived] + served) / rate, 0.0)
    weights = np.array(survivors)
    k = np.arange(count)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, count)))])
    return np.array(
        [np.exp(k * np.log(rate * t) - rate * t - log_factorial) @ weights for t in times.tolist()]
    )


def feedback(rho: float, back: float) -> JacksonSolution:
    return JacksonNetwork(
        stations={"a": Station(service_rate=1.0)},
        routing={"a": {"a": back}},
        arrival_rates={"a": rho * (1 - back)},
    ).solve()


def test_the_tagged_customer_without_feedback_is_exponential() -> None:
    times = np.array([1.0, 4.0, 10.0])
    np.testing.assert_allclose(tagged_tail(0.6, 0.0, times, 60), np.exp(-0.4 * times), rtol=1e-9)


CASES = [(0.5, 0.4, 60), (0.8, 0.4, 100), (0.5, 0.7, 60), (0.7, 0.7, 90)]


@pytest.mark.parametrize(("rho", "back", "room"), CASES)
def test_one_station_is_exact(rho: float, back: float, room: int) -> None:
    solution = feedback(rho, back)
    times = np.array([0.05, 0.5, 1.0, 2.0, 4.0]) * solution.mean_sojourn
    np.testing.assert_allclose(solution.sojourn.sf(times), tagged_tail(rho, back, times, room), rtol=1e-6)
    assert solution.mean_sojourn == pytest.approx(1 / ((1 - back) * (1 - rho)), rel=1e-12)


@pytest.mark.parametrize(("rho", "back", "room"), CASES)
def test_percentiles_with_revisits(rho: float, back: float, room: int) -> None:
    """The approximation for any network, on the one that is known exactly."""
    solution = feedback(rho, back)
    near = solution.approximate_sojourn
    times = np.linspace(0.02, 1.0, 400) * 14 * solution.mean_sojourn
    tail = tagged_tail(rho, back, times, room)
    levels = np.array([0.5, 0.95, 0.99])
    exact = np.exp(np.interp(-np.log(1 - levels), -np.log(tail), np.log(times)))
    wrong = np.abs(near.ppf(levels) / exact - 1)
    assert (wrong < [0.05, 0.03, 0.025]).all()
    # Independent visits are far too optimistic there.
    assert solution.independent_sojourn.ppf(0.99) < 0.86 * exact[-1]
    mean = float(np.trapezoid(np.concatenate([[1.0], tail]), np.concatenate([[0.0], times])))
    assert solution.mean_sojourn == pytest.approx(mean, rel=5e-3)
    second = 2 * float(np.trapezoid(np.concatenate([[0.0], times * tail]), np.concatenate([[0.0], times])))
    assert near.var == pytest.approx(second - mean**2, rel=0.1)


def test_no_loop_no_extra_variance() -> None:
    routing = Routing.of(("a", "b"), {"a": {"b": 1.0}})
    extra = revisit_variance(
        blocks(routing),
        [Exponential(mean=1.0)] * 2,
        visits=np.ones(2),
        wait_variance=np.ones(2),
        relaxation_time=np.ones(2),
    )
    assert extra == 0.0


def test_unlimited_servers_and_idle_loops_add_nothing() -> None:
    unlimited = JacksonNetwork(
        stations={"a": Station(servers="unlimited", service_rate=1.0)},
        routing={"a": {"a": 0.5}},
        arrival_rates={"a": 1.0},
    ).solve()
    assert unlimited.sojourn == unlimited.independent_sojourn
    assert unlimited.sojourn.ppf(0.9) == pytest.approx(Exponential(mean=2.0).ppf(0.9), rel=1e-8)


def test_general_service_in_a_loop_has_a_law_with_the_right_mean() -> None:
    solution = JacksonNetwork(
        stations={
            "a": Station(service=Gamma(mean=1.0, scv=0.5)),
            "b": Station(service=Deterministic(mean=0.5)),
        },
        routing={"a": {"b": 0.5}, "b": {"a": 0.5}},
        arrival_rates={"a": 0.4},
    ).solve()
    assert solution.sojourn.mean == pytest.approx(solution.independent_sojourn.mean, rel=1e-12)
    assert solution.sojourn.sf(solution.sojourn.ppf(0.9)) == pytest.approx(0.1, rel=1e-6)


@pytest.mark.parametrize("spread", [0.0, 0.1, 0.7])
def test_a_common_factor_has_the_moments_it_says(spread: float) -> None:
    law = Gamma(mean=2.0, scv=0.5)
    both = CommonFactor(law=law, spread=spread)
    assert both.mean == 2.0
    second = (1 + spread) * (law.var + 4.0)
    assert both.var == pytest.approx(second - 4.0, rel=1e-7)
    assert both.abscissa <= law.abscissa
    for s in (1e-9, 0.3, 20.0):
        e, c = both.excess_lst(s), both.lst_complement(s)
        assert both.lst(s) == pytest.approx(1 - c, abs=1e-15)
        assert c == pytest.approx(s * both.mean * e, rel=1e-13)
        assert both.excess_complement(s) == pytest.approx(1 - e, abs=1e-15)
    for q in (0.1, 0.5, 0.99):
        assert both.sf(both.ppf(q)) == pytest.approx(1 - q, rel=1e-9)
    h = 1e-5
    assert both.pdf(3.0) == pytest.approx((both.sf(3.0 - h) - both.sf(3.0 + h)) / (2 * h), rel=1e-7)
    draws = both.sample(200_000, 3)
    assert draws.mean() == pytest.approx(2.0, rel=0.02)
    assert (draws > 4.0).mean() == pytest.approx(both.sf(4.0), abs=0.005)


def test_a_factor_without_spread_is_no_factor() -> None:
    law = Gamma(mean=2.0, scv=0.5)
    same = CommonFactor(law=law, spread=0.0)
    for t in (0.5, 2.0, 9.0):
        assert same.sf(t) == pytest.approx(law.sf(t), rel=1e-13)


def test_common_factors_come_in_batches() -> None:
    spread = np.array([0.0, 0.2, 0.5])
    many = CommonFactor(law=Gamma(mean=2.0, scv=0.5), spread=spread)
    other = CommonFactor(law=Gamma(mean=np.array([1.0, 2.0, 3.0]), scv=0.5), spread=0.2)
    assert many.shape == other.shape == (3,)
    assert other.lst(0.3)[1] == pytest.approx(many.lst(0.3)[1], rel=1e-14)
    for k in range(3):
        one = CommonFactor(law=Gamma(mean=2.0, scv=0.5), spread=float(spread[k]))
        assert many.ppf(0.95)[k] == pytest.approx(one.ppf(0.95), rel=1e-12)
        assert many.var[k] == pytest.approx(one.var, rel=1e-13)
        assert many.lst(1.0)[k] == pytest.approx(one.lst(1.0), rel=1e-14)
    assert many.sample((5, 3), 1).shape == (5, 3)
    assert pickle.loads(pickle.dumps(many)) == many


def test_what_is_no_common_factor_is_refused() -> None:
    with pytest.raises(InvalidInput, match="expected a law"):
        CommonFactor(law=3, spread=0.1)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=r"spread = -0\.1; expected"):
        CommonFactor(law=Exponential(mean=1.0), spread=-0.1)
