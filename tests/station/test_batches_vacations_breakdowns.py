"""Stations made of M/G/1 and an added time: against chains solved by brute force and the customers left behind.

Where customers come alone and leave in order, those whom one leaves behind have come during its sojourn: the states of
the chain have the generating function E z^N = T*(lambda (1 - z)), which tests the whole law of T.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from queuecalc.errors import InvalidInput
from queuecalc.law import Deterministic, Erlang, Exponential, Gamma, Law, Lognormal, Mixture
from queuecalc.law.batch_sum import BatchSum
from queuecalc.law.excess import Excess
from queuecalc.law.interrupted import Interrupted
from queuecalc.station import MG1, MXG1, MXM1, Batch, MG1Breakdown, MG1Vacation
from tests.station.cases import LAWS
from tests.station.chains import stationary

MOST = 160
Z = np.array([0.0, 0.3, 0.6, 0.9, 0.97])


def generating(shares: dict[Any, float]) -> Any:
    """E z^N of a chain whose states begin with n."""
    return sum(p * Z ** state[0] for state, p in shares.items())


@pytest.mark.parametrize("chances", [(0.0, 1.0), (0.5, 0.2, 0.3), (0.9, 0.0, 0.0, 0.1)])
def test_batches_of_exponential_customers_against_the_chain(chances: tuple[float, ...]) -> None:
    batch = Batch(chances)
    rate = 0.7 / batch.mean

    def moves(state: tuple[int]) -> Iterator[tuple[tuple[int], float]]:
        (n,) = state
        for size, chance in enumerate(chances, 1):
            if chance:
                yield (min(n + size, MOST + 40),), rate * chance
        if n:
            yield (n - 1,), 1.0

    shares = stationary((0,), moves)
    station = MXM1(batch_rate=rate, service_rate=1.0, batch=chances)
    assert station.mean_in_system == pytest.approx(sum(n * p for (n,), p in shares.items()), rel=1e-9)
    for t in (0.0, 0.4, 2.0, 9.0):
        tail, first = 0.0, 0.0
        for (n,), p in shares.items():
            first += p * special.gammaincc(n, t) if n else 0.0
            for ahead, share in enumerate(batch.ahead):
                tail += p * share * (special.gammaincc(n + ahead, t) if n + ahead else 0.0)
        assert station.wait.sf(t) == pytest.approx(tail, rel=1e-8)
        assert station.first_wait.sf(t) == pytest.approx(first, rel=1e-8)
    assert station.arrival_rate == pytest.approx(0.7)


def test_geometric_batches_of_exponential_customers_are_closed() -> None:
    """The first waits as in M/M/1 with service E[X] / mu; all sojourns are exponential (Chaudhry & Templeton 3.1)."""
    station = MXM1(batch_rate=0.1, service_rate=1.0, batch=Batch.geometric(5.0))
    assert station.sojourn.ppf([0.5, 0.99]) == pytest.approx(-10.0 * np.log([0.5, 0.01]), rel=1e-8)
    assert station.first_wait.sf(7.0) == pytest.approx(0.5 * math.exp(-0.7), rel=1e-9)


def test_batches_of_one_are_mg1() -> None:
    law = Lognormal(mean=1.0, scv=2.0)
    ours, theirs = MXG1(batch_rate=0.6, service=law, batch=1), MG1(arrival_rate=0.6, service=law)
    assert ours.mean_wait == pytest.approx(theirs.mean_wait, rel=1e-12)
    assert ours.wait.ppf([0.5, 0.99]) == pytest.approx(theirs.wait.ppf([0.5, 0.99]), rel=1e-8)
    assert ours.sojourn.ppf([0.5, 0.99]) == pytest.approx(theirs.sojourn.ppf([0.5, 0.99]), rel=1e-8)


def test_batches_of_constants_wait_at_their_atoms() -> None:
    """Two at once, each a second: without load W is 0 or 1, T is 1 or 2."""
    station = MXG1(batch_rate=1e-9, service=Deterministic(mean=1.0), batch=2)
    assert station.wait.ppf([0.49, 0.51]) == pytest.approx([0.0, 1.0], abs=1e-7)
    assert station.sojourn.ppf([0.49, 0.51]) == pytest.approx([1.0, 2.0], rel=1e-12)
    assert station.sojourn.sf([0.99, 1.01, 2.01]) == pytest.approx([1.0, 0.5, 0.0], abs=1e-8)


def test_vacations_of_exponential_length_against_the_chain() -> None:
    rate, back, stages = 0.6, 0.4, 2

    def moves(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
        n, phase = state  # phase 0: away; 1, 2: in a stage of a service
        yield (min(n + 1, MOST), phase), rate
        if phase == 0 and n:
            yield (n, 1), back
        elif 0 < phase < stages:
            yield (n, phase + 1), float(stages)
        elif phase == stages:
            yield (n - 1, 1 if n > 1 else 0), float(stages)

    station = MG1Vacation(
        arrival_rate=rate, service=Erlang(mean=1.0, stages=stages), vacation=Exponential(mean=1.0 / back)
    )
    shares = stationary((0, 0), moves)
    assert station.sojourn.lst(rate * (1.0 - Z)) == pytest.approx(generating(shares), rel=1e-9)
    assert station.mean_in_system == pytest.approx(sum(n * p for (n, _), p in shares.items()), rel=1e-9)
    waiting = sum((n - (phase > 0)) * p for (n, phase), p in shares.items())
    assert station.mean_queue_length == pytest.approx(waiting, rel=1e-9)
    assert station.utilisation == pytest.approx(sum(p for (_, phase), p in shares.items() if phase), rel=1e-9)


@pytest.mark.parametrize("failures", ["always", "serving"])
def test_breakdowns_against_the_chain(failures: str) -> None:
    rate, fail, mend = 0.5, 0.3, 0.8

    def moves(state: tuple[int, int]) -> Iterator[tuple[tuple[int, int], float]]:
        n, up = state
        yield (min(n + 1, MOST), up), rate
        if not up:
            yield (n, 1), mend
            return
        if n:
            yield (n - 1, 1), 1.0
        if n or failures == "always":
            yield (n, 0), fail

    station = MG1Breakdown(
        arrival_rate=rate,
        service=Exponential(mean=1.0),
        failure_rate=fail,
        repair=Exponential(mean=1.0 / mend),
        failures=failures,
    )
    shares = stationary((0, 1), moves)
    assert station.sojourn.lst(rate * (1.0 - Z)) == pytest.approx(generating(shares), rel=1e-9)
    assert station.mean_in_system == pytest.approx(sum(n * p for (n, _), p in shares.items()), rel=1e-9)
    if failures == "always":
        up = sum(p for (_, up), p in shares.items() if up)
        assert station.availability == pytest.approx(up, rel=1e-9)
        free = shares[0, 1]
        assert 1.0 - station.delay_probability == pytest.approx(free, rel=1e-9)


def test_a_server_without_failures_is_mg1() -> None:
    law = Gamma(mean=1.0, scv=0.5)
    plain = MG1(arrival_rate=0.7, service=law)
    safe = MG1Breakdown(arrival_rate=0.7, service=law, failure_rate=0.0, repair=Exponential(mean=1.0))
    assert safe.sojourn.ppf([0.5, 0.99]) == pytest.approx(plain.sojourn.ppf([0.5, 0.99]), rel=1e-9)
    assert safe.delay_probability == pytest.approx(0.7)


def test_a_constant_vacation_adds_a_uniform_time() -> None:
    """At no load the wait is uniform on the vacation, and the sojourn that and the constant service."""
    station = MG1Vacation(arrival_rate=0.0, service=Deterministic(mean=1.0), vacation=Deterministic(mean=3.0))
    assert station.wait.ppf([0.1, 0.5, 0.99]) == pytest.approx([0.3, 1.5, 2.97], rel=1e-9)
    assert station.sojourn.ppf([0.1, 0.5, 0.99]) == pytest.approx([1.3, 2.5, 3.97], rel=1e-9)


MADE = [
    *(Excess(law) for law in LAWS.values()),
    *(BatchSum(law, (0.2, 0.3, 0.1, 0.4)) for law in LAWS.values()),
    *(Interrupted(law, 0.8, Exponential(mean=0.4)) for law in LAWS.values()),
    Interrupted(Gamma(mean=0.7, scv=0.5), 0.8, Deterministic(mean=0.4)),
    Interrupted(Deterministic(mean=0.7), 0.8, Deterministic(mean=0.4)),
    BatchSum(
        Mixture(weights=(0.5, 0.5), laws=(Deterministic(mean=1.0), Exponential(mean=1.0))),
        (0.0,) * 50 + (1.0,),
    ),
]


@pytest.mark.parametrize("law", MADE, ids=lambda law: f"{type(law).__name__}-{type(law.law).__name__}")
def test_the_laws_added_are_laws(law: Law) -> None:
    """Transform against survival function, moments against the transform's derivatives, draws against both."""
    s = 2.0 / law.mean
    ends = np.unique(np.concatenate([[0.0], np.geomspace(1e-9, 60.0, 60) / s, 0.1 * np.arange(1, 61)]))
    x, w = np.polynomial.legendre.leggauss(10)
    half = np.diff(ends) / 2.0
    t = (ends[:-1] + half)[:, None] + half[:, None] * x
    assert law.lst(s) == pytest.approx(
        1.0 - s * np.sum(half[:, None] * w * np.exp(-s * t) * law.sf(t)), abs=1e-6
    )
    points = np.array([1e-7, 0.3, 2.0 + 3.0j]) / law.mean
    assert law.lst(points) + law.lst_complement(points) == pytest.approx(1.0, rel=1e-12)
    assert law.excess_lst(points) + law.excess_complement(points) == pytest.approx(1.0, rel=1e-9)
    assert law.excess_lst(points) * points * law.mean == pytest.approx(law.lst_complement(points), rel=1e-9)
    near = 1e-5 / law.mean
    assert law.excess_complement(near) / near == pytest.approx(law.excess_mean, rel=1e-4)
    draws = law.sample(4_000, 3)
    assert np.mean(draws) == pytest.approx(law.mean, abs=5.0 * law.std / math.sqrt(4_000.0))
    assert law.sf(-1.0) == 1.0
    assert law.ppf(0.0) == 0.0


def test_an_excess_without_a_mean_is_a_law_all_the_same() -> None:
    """Pareto of shape 1.5 and least value 1: P(X > t) = t^(-1/2) / 3 from 1 on, (3 - t) / 3 ... before."""
    from queuecalc.law import as_law

    law = Excess(as_law(stats.pareto(1.5)))
    assert law.mean == math.inf
    assert law.sf([0.5, 1.0, 4.0]) == pytest.approx([1.0 - 0.5 / 3.0, 2.0 / 3.0, 1.0 / 3.0], rel=1e-3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MXG1(batch_rate=-1.0, service=LAWS["gamma"], batch=2), "batch_rate = -1.0"),
        (lambda: MXG1(batch_rate=1.0, service=LAWS["gamma"], batch=0), "MXG1: batch"),
        (lambda: MXG1(batch_rate=1.0, service=LAWS["gamma"], batch=1.5), "MXG1: batch"),
        (lambda: MXG1(batch_rate=1.0, service=LAWS["gamma"], batch=(0.5, 0.4)), "add to 1"),
        (lambda: MXG1(batch_rate=1.0, service=LAWS["gamma"], batch=(1.5, -0.5)), "add to 1"),
        (lambda: MXM1(batch_rate=1.0, service_rate=0.0, batch=2), "service_rate = 0.0"),
        (lambda: MXM1(batch_rate=1.0, service_rate=math.nan, batch=2), "service_rate = nan"),
        (lambda: MXM1(batch_rate=[1.0, 2.0], service_rate=[1.0, 2.0, 3.0], batch=2), r"\(2,\).*\(3,\)"),
        (lambda: MXM1(batch_rate=1.0, service_rate=1.0, batch="two"), "MXM1: batch"),
        (lambda: Batch.geometric(0.5), "mean = 0.5"),
        (lambda: Batch.geometric(math.nan), "mean = nan"),
        (
            lambda: MG1Vacation(arrival_rate=1.0, service=LAWS["gamma"], vacation=3.0),  # type: ignore[arg-type]
            "vacation",
        ),
        (
            lambda: MG1Vacation(arrival_rate=1.0, service=LAWS["gamma"], vacation=Deterministic(mean=0.0)),
            "vacation has mean 0",
        ),
        (
            lambda: MG1Breakdown(
                arrival_rate=1.0, service=LAWS["gamma"], failure_rate=-0.1, repair=Exponential(mean=1.0)
            ),
            "failure_rate = -0.1",
        ),
        (
            lambda: MG1Breakdown(
                arrival_rate=1.0,
                service=LAWS["gamma"],
                failure_rate=0.1,
                repair=LAWS["gamma"],
                failures="never",
            ),
            "failures = 'never'",
        ),
    ],
)
def test_bad_arguments_are_named(make: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        make()
