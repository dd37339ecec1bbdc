"""One server with feedback: against M/G/1, the number in the system, a simulation, and its own derivatives."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from queuecalc.errors import InvalidInput
from queuecalc.law import Deterministic, Exponential, Gamma, Law, Lognormal
from queuecalc.network import JacksonNetwork
from queuecalc.network.feedback import FeedbackSojourn
from queuecalc.station import MG1, Station
from tests.network.graphs import FloatArray

SERVICES = [
    Exponential(mean=0.7),
    Gamma(mean=0.7, scv=0.25),
    Gamma(mean=0.7, scv=3.0),
    Lognormal(mean=0.7, scv=1.5),
]


def fed(service: Law, rho: float, back: float) -> FeedbackSojourn:
    return FeedbackSojourn(arrival_rate=rho * (1 - back) / 0.7, service=service, back=back)


@pytest.mark.parametrize("service", SERVICES)
def test_without_feedback_it_is_the_sojourn_of_an_M_G_1(service: Law) -> None:
    law, queue = fed(service, 0.75, 0.0), MG1(arrival_rate=0.75 / 0.7, service=service)
    for s in (1e-7, 0.3, 0.1 + 2j, 25.0 - 3j):
        assert law.lst(s) == pytest.approx(queue.sojourn.lst(s), rel=1e-12)
        assert law.excess_lst(s) == pytest.approx(queue.sojourn.excess_lst(s), rel=1e-9)
    assert law.mean == pytest.approx(queue.mean_sojourn, rel=1e-13)
    assert law.var == pytest.approx(queue.sojourn.var, rel=1e-11)
    q = np.array([0.1, 0.5, 0.95, 0.999])
    np.testing.assert_allclose(law.ppf(q), queue.sojourn.ppf(q), rtol=1e-8)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(("rho", "back"), [(0.3, 0.2), (0.95, 0.8)])
def test_moments_are_the_derivatives_of_the_transform(service: Law, rho: float, back: float) -> None:
    """By Cauchy's integral where there is a circle, else by differences from the right."""
    law = fed(service, rho, back)
    if service.abscissa > 0:
        r = 0.4 * law.abscissa
        s = r * np.exp(2j * np.pi * (np.arange(64) + 0.5) / 64)
        lst = law.lst(s)
        assert -(lst / s).mean().real == pytest.approx(law.mean, rel=1e-8)
        assert 2 * (lst / s**2).mean().real == pytest.approx(law.var + law.mean**2, rel=1e-8)
    else:
        h = 1e-3 / law.mean
        values = [1.0, law.lst(h), law.lst(2 * h)]
        slope = (-3 * values[0] + 4 * values[1] - values[2]) / (2 * h)
        assert -slope == pytest.approx(law.mean, rel=1e-3)


@pytest.mark.parametrize("back", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("rho", [0.2, 0.9])
def test_exponential_services_decay_at_the_square_of_the_difference_of_the_roots(
    rho: float, back: float
) -> None:
    """With feedback y - lambda y / (q mu - y) at its largest, (sqrt(q mu) - sqrt(lambda))^2; mu - lambda without."""
    own = (1.0 - back) / 0.7
    law = fed(Exponential(mean=0.7), rho, back)
    expected = own * (1.0 - np.sqrt(rho)) ** 2 if back else own * (1.0 - rho)
    assert law.abscissa == pytest.approx(expected, rel=1e-9)
    assert fed(Exponential(mean=0.7), 1.1, back).abscissa == 0.0


@pytest.mark.parametrize("service", SERVICES)
def test_transforms_and_their_complements_agree(service: Law) -> None:
    law = fed(service, 0.8, 0.5)
    for q in (1e-7, 1e-3, 0.3, 0.1 + 2j, 25.0 - 3j):
        s = q / law.mean
        assert law.lst(s) + law.lst_complement(s) == pytest.approx(1.0, rel=1e-12)
        assert law.excess_lst(s) * s * law.mean == pytest.approx(law.lst_complement(s), rel=1e-9)
        assert law.excess_lst(s) + law.excess_complement(s) == pytest.approx(1.0, rel=1e-12)
    small = 1e-7 / law.mean
    assert law.lst_complement(small) == pytest.approx(1e-7, rel=1e-5)


def test_squared_variation_is_variance_over_squared_mean() -> None:
    for rho, back in ((0.3, 0.2), (0.95, 0.8)):
        law = fed(Gamma(mean=0.7, scv=3.0), rho, back)
        assert law.scv * law.mean**2 == pytest.approx(law.var)
    assert fed(Gamma(mean=0.7, scv=3.0), 1.2, 0.3).scv == np.inf


def test_the_mean_is_that_of_a_queue_with_the_whole_work_at_once() -> None:
    """The number in the system does not see the order of service; then Little's law."""
    back, service = 0.6, Gamma(mean=0.5, scv=2.0)
    law = FeedbackSojourn(arrival_rate=0.6, service=service, back=back)
    mean = 0.5 / (1 - back)
    variance = 0.5**2 * 2.0 / (1 - back) + 0.5**2 * back / (1 - back) ** 2  # of a geometric sum
    wait = 0.6 * (variance + mean**2) / (2 * (1 - 0.6 * mean))
    assert law.mean == pytest.approx(wait + mean, rel=1e-13)


def simulated(service: Law, rate: float, back: float, count: int, seed: int) -> FloatArray:
    """Whole stays of M/G/1 with feedback, customer by customer."""
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(rng.exponential(1 / rate, count)).tolist()
    times = iter(np.asarray(service.sample(int(1.2 * count / (1 - back)) + 1000, rng)).tolist())
    coins = iter((rng.random(int(1.2 * count / (1 - back)) + 1000) < back).tolist())
    line: deque[int] = deque()
    stays, now, k = np.zeros(count), 0.0, 0
    while k < count or line:
        if not line:
            now = max(now, arrivals[k])
            line.append(k)
            k += 1
        end = now + next(times)
        while k < count and arrivals[k] <= end:
            line.append(k)
            k += 1
        now, first = end, line.popleft()
        if next(coins):
            line.append(first)
        else:
            stays[first] = now - arrivals[first]
    return stays[count // 10 :]


@pytest.mark.parametrize(("service", "back"), [(SERVICES[1], 0.5), (SERVICES[2], 0.3), (SERVICES[3], 0.6)])
def test_percentiles_against_a_simulation(service: Law, back: float) -> None:
    law = fed(service, 0.6, back)
    stays = simulated(service, law.arrival_rate, back, 120_000, 7)
    # correlated draws: about ten of them tell as much as one that stands alone
    assert stays.mean() == pytest.approx(law.mean, rel=0.03)
    assert stays.std() == pytest.approx(law.std, rel=0.06)
    for q in (0.5, 0.95, 0.99):
        share = float((stays > law.ppf(q)).mean())
        assert share == pytest.approx(1 - q, abs=4 * np.sqrt(q * (1 - q) / (len(stays) / 10)))


def test_batches_and_the_ends_of_the_domain() -> None:
    rate = np.array([0.0, 0.3, 0.5, 0.9])
    law = FeedbackSojourn(arrival_rate=rate, service=Exponential(mean=1.0), back=0.5)
    assert law.shape == (4,)
    np.testing.assert_allclose(law.mean, [2.0, 5.0, np.inf, np.inf], rtol=1e-12)
    assert law.var[0] == pytest.approx(4.0)  # a geometric number of exponential times is exponential
    assert law.ppf(0.95)[0] == pytest.approx(-2.0 * np.log(0.05), rel=1e-8)
    assert law.ppf(0.95)[2:].tolist() == [np.inf, np.inf]
    assert law.sf(3.0)[2:].tolist() == [1.0, 1.0]
    assert law.lst(1.0)[3] == 0.0
    assert law.abscissa[0] == pytest.approx(0.5, rel=1e-5)
    assert law.abscissa[3] == 0.0
    for k in (0, 1):
        one = FeedbackSojourn(arrival_rate=float(rate[k]), service=Exponential(mean=1.0), back=0.5)
        assert law.ppf(0.9)[k] == pytest.approx(one.ppf(0.9), rel=1e-8)
        assert law.var[k] == pytest.approx(one.var, rel=1e-12)


def test_constant_service() -> None:
    """Nobody there and no return: exactly one service."""
    law = FeedbackSojourn(arrival_rate=0.2, service=Deterministic(mean=1.0), back=0.4)
    stays = simulated(Deterministic(mean=1.0), 0.2, 0.4, 60_000, 3)
    assert stays.mean() == pytest.approx(law.mean, rel=0.02)
    for t in (1.5, 2.5, 4.2):
        assert law.sf(t) == pytest.approx(float((stays > t).mean()), abs=0.01)


def test_a_network_of_one_station_uses_it() -> None:
    service = Gamma(mean=0.5, scv=2.0)
    solution = JacksonNetwork(
        stations={"a": Station(service=service), "idle": Station(service_rate=1.0)},
        routing={"a": {"a": 0.6}},
        arrival_rates={"a": 0.6},
    ).solve()
    assert solution.sojourn == FeedbackSojourn(arrival_rate=0.6, service=service, back=0.6)
    assert solution.mean_sojourn == solution.sojourn.mean
    assert solution.mean_in_system == pytest.approx(0.6 * solution.mean_sojourn)
    # as if arrivals with those who come back were Poisson: too long for variable service
    assert 1.1 < solution.approximate_sojourn.ppf(0.99) / solution.sojourn.ppf(0.99) < 1.4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"back": 1.0}, r"back = 1.0; expected a probability below 1"),
        ({"back": -0.1}, r"back = -0.1"),
        ({"arrival_rate": -1.0}, r"arrival_rate = -1.0"),
        ({"service": 3}, "expected a law"),
    ],
)
def test_what_is_no_feedback_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        FeedbackSojourn(**{"arrival_rate": 1.0, "service": Exponential(mean=0.1), "back": 0.5, **arguments})  # type: ignore[arg-type]


@pytest.mark.parametrize("back", [0.5, 0.99, 0.9999])
def test_who_is_alone_comes_back_a_geometric_number_of_times(back: float) -> None:
    """Nobody waits: (1 - p) S* / (1 - p S*)."""
    service = Gamma(mean=0.7, scv=3.0)
    law = FeedbackSojourn(arrival_rate=1e-14, service=service, back=back)
    for s in (0.3 * (1.0 - back), (1.0 + 2.0j) * (1.0 - back)):
        once = service.lst(s)
        assert law.lst(s) == pytest.approx((1.0 - back) * once / (1.0 - back * once), rel=1e-9)
