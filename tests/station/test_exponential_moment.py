"""E exp(theta W): finite below the first pole, infinite from there on, whatever comes after it."""

from __future__ import annotations

import numpy as np
import pytest

from queuecalc.law import Exponential, Gamma, Hyperexponential, Law
from queuecalc.station import MGc, Waiting
from queuecalc.station.decay import decay_rate

LAWS = [
    Exponential(mean=0.5),
    Gamma(mean=0.5, scv=0.4),
    Gamma(mean=0.5, scv=3.0),
    Hyperexponential(mean=0.5, scv=6.0),
]


@pytest.mark.parametrize("service", LAWS, ids=repr)
@pytest.mark.parametrize("servers", [1, 4])
@pytest.mark.parametrize("utilisation", [0.3, 0.9])
def test_moments_of_the_wait_end_at_its_decay_rate(service: object, servers: int, utilisation: float) -> None:
    waiting = Waiting(arrival_rate=utilisation * servers / 0.5, service=service, servers=servers)  # type: ignore[arg-type]
    decay = float(np.asarray(decay_rate(waiting.load, waiting.service)))
    relief = float(np.asarray(waiting.margin[1]))
    pole = min(decay, 1.0 / relief) if servers > 1 or isinstance(service, Exponential) else decay
    below = np.linspace(0.0, 0.999 * pole, 40)
    moments = np.asarray(waiting.exponential_moment(below))
    assert np.all(np.isfinite(moments))
    assert moments[0] == pytest.approx(1.0)
    assert np.all(np.diff(moments) > 0.0)
    beyond = pole * np.array([1.001, 1.5, 2.0, 3.0, 10.0])
    past = np.asarray(waiting.exponential_moment(beyond))
    if not isinstance(service, Gamma) or servers == 1:
        assert np.all(np.isinf(past))
    else:
        assert np.all(np.isinf(past[np.asarray(beyond) > max(decay, 1.0 / relief)]))


@pytest.mark.parametrize("service", LAWS, ids=repr)
@pytest.mark.parametrize("servers", [1, 4])
@pytest.mark.parametrize("utilisation", [0.3, 0.9])
def test_moments_of_the_wait_are_those_of_its_law(service: Law, servers: int, utilisation: float) -> None:
    """E exp(theta W) = 1 + theta int exp(theta t) P(W > t) dt, finite below the abscissa of the law alone."""
    rate = utilisation * servers / 0.5
    waiting = Waiting(arrival_rate=rate, service=service, servers=servers)
    law = MGc(arrival_rate=rate, service=service, servers=servers).wait
    beyond = float(law.abscissa) * np.array([1.0 - 1e-6, 1.0 + 1e-6, 2.0, 5.0])
    assert np.isfinite(waiting.exponential_moment(beyond)).tolist() == [True, False, False, False]
    x, w = np.polynomial.legendre.leggauss(12)
    ends = np.append(0.0, np.geomspace(1e-5, 1.0, 60)) * law.isf(1e-10)
    half = np.diff(ends)[:, None] / 2.0
    t = ends[:-1, None] + half * (1.0 + x)
    tail = law.sf(t)
    for theta in 0.1 * law.abscissa, 0.3 * law.abscissa:
        moment = 1.0 + theta * np.sum(half * w * np.exp(theta * t) * tail)
        assert waiting.exponential_moment(theta) == pytest.approx(moment, rel=1e-5)


def test_without_a_steady_state_every_moment_is_infinite() -> None:
    waiting = Waiting(arrival_rate=9.0, service=Exponential(mean=1.0), servers=2)
    assert np.isinf(waiting.exponential_moment(0.1))


def test_a_bounded_wait_is_bounded_by_its_places() -> None:
    """M/M/1/2: an accepted customer waits for at most one service, P(delayed) = rho / (1 + rho)."""
    waiting = Waiting(arrival_rate=2.0, service=Exponential(mean=0.5), servers=1, max_queue=1)
    assert waiting.exponential_moment(1.0) == pytest.approx(0.5 + 0.5 * 2.0 / (2.0 - 1.0))
    assert np.isinf(waiting.exponential_moment(2.5))
