"""Every inverted value tells its error: held against 50 digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from queuecalc.law import Deterministic, Exponential, Gamma, Law, Sum
from queuecalc.law.random_sum import RandomSum
from queuecalc.network import NetworkSojourn, Routing
from queuecalc.network.feedback import FeedbackSojourn
from queuecalc.network.revisits import CommonFactor
from queuecalc.station import MG1, MMc

DIGITS = 50


def hypoexponential(rates: tuple[float, ...]) -> Callable[[Any], Any]:
    def tail(t: Any) -> Any:
        return mp.fsum(
            mp.exp(-mp.mpf(r) * t)
            * mp.fprod(mp.mpf(o) / (mp.mpf(o) - mp.mpf(r)) for j, o in enumerate(rates) if j != i)
            for i, r in enumerate(rates)
        )

    return tail


def erlang_service(rate: float, stages: int, *, wait: bool) -> Callable[[Any], Any]:
    """M/E_k/1 with mean service 1: partial fractions of a rational transform."""

    def tail(t: Any) -> Any:
        lam, k = mp.mpf(rate), mp.mpf(stages)
        # W*(s) = (1 - rho) s / (s - lam + lam b), b = (k / (k + s))^k
        power = [
            mp.binomial(stages, j) * k ** (stages - j) for j in range(stages + 1)
        ]  # (s + k)^k by power of s
        bottom = [mp.mpf(0)] * (stages + 2)
        for j, c in enumerate(power):
            bottom[j + 1] += c
            bottom[j] -= lam * c
        bottom[0] += lam * k**stages
        reduced = bottom[1:]  # the root at 0 cancels the s above
        roots = mp.polyroots(reduced[::-1], maxsteps=500, extraprec=200)
        top = power if wait else [k**stages]
        slope = [j * c for j, c in enumerate(reduced)][1:]
        total = mp.mpf(0)
        for root in roots:
            above = mp.polyval(top[::-1], root)
            residue = (1 - lam) * above / mp.polyval(slope[::-1], root)
            total += -residue / root * mp.exp(root * t)
        return mp.re(total)

    return tail


def gamma_tail(shape: float, scale: float) -> Callable[[Any], Any]:
    return lambda t: mp.gammainc(mp.mpf(shape), t / mp.mpf(scale), regularized=True)


def exponential_tail(rate: float) -> Callable[[Any], Any]:
    return lambda t: mp.exp(-mp.mpf(rate) * t)


TANDEM = NetworkSojourn(
    laws=(Exponential(mean=0.5), Exponential(mean=0.25)),
    entry=(1.0, 0.0),
    routing=Routing.of(("a", "b"), {"a": {"b": 1.0}}),
)
EXACT: list[tuple[Law, Callable[[Any], Any]]] = [
    (TANDEM, hypoexponential((2.0, 4.0))),
    (Sum(laws=(Gamma(mean=1.0, scv=0.5), Gamma(mean=1.5, scv=1 / 3))), gamma_tail(5.0, 0.5)),
    (RandomSum(Gamma(mean=1.5, scv=2.0), 3.0), gamma_tail(1.5, 3.0)),
    (MG1(arrival_rate=0.75, service=Gamma(mean=1.0, scv=0.5)).sojourn, erlang_service(0.75, 2, wait=False)),
    (MG1(arrival_rate=0.75, service=Gamma(mean=1.0, scv=0.5)).wait, erlang_service(0.75, 2, wait=True)),
    (
        MG1(arrival_rate=0.96875, service=Gamma(mean=1.0, scv=0.25)).sojourn,
        erlang_service(0.96875, 4, wait=False),
    ),
    (FeedbackSojourn(arrival_rate=0.0, service=Exponential(mean=0.5), back=0.5), exponential_tail(1.0)),
    (CommonFactor(law=Gamma(mean=2.0, scv=0.5), spread=0.0), gamma_tail(2.0, 1.0)),
]


@pytest.mark.parametrize(("law", "exact"), EXACT, ids=lambda each: type(each).__name__)
def test_the_estimate_covers_the_error_and_is_not_absurd(law: Law, exact: Callable[[Any], Any]) -> None:
    assert law.inverted
    times = np.array([0.05, 0.3, 1.0, 2.0, 4.0, 8.0]) * law.mean
    values, estimates = np.asarray(law.sf(times)), np.asarray(law.sf_error(times))
    with mp.workdps(DIGITS):
        true = np.array(
            [float(abs(mp.mpf(v) - exact(mp.mpf(t)))) for v, t in zip(values, times, strict=True)]
        )
    assert (estimates >= true).all()
    # an honest value is not made out to be worse than eight digits
    assert (estimates <= np.maximum(1000.0 * true, 1e-8 * values)).all()


def test_closed_forms_tell_of_rounding_alone() -> None:
    queue = MMc(arrival_rate=3.0, service_rate=1.0, servers=4)
    for law in (queue.wait, queue.sojourn, Exponential(mean=1.0)):
        assert not law.inverted
        assert 0 < law.sf_error(2.0) < 1e-14


def test_shapes_and_ends() -> None:
    law = MG1(arrival_rate=np.array([0.3, 0.8, 1.2]), service=Gamma(mean=1.0, scv=2.0)).sojourn
    error = law.sf_error(np.array([[1.0], [5.0]]))
    assert error.shape == (2, 3)
    assert (error[:, :2] < 1e-8).all()
    assert law.sf_error(1.0).shape == (3,)
    assert [TANDEM.sf_error(t) for t in (-1.0, 0.0, np.inf)] == [0.0, 0.0, 0.0]
    assert isinstance(TANDEM.sf_error(1.0), float)


def test_it_sees_a_jump_that_is_inverted_through() -> None:
    loop = NetworkSojourn(
        laws=(Deterministic(mean=1.0),), entry=(1.0,), routing=Routing.of(("a",), {"a": {"a": 0.5}})
    )
    near = loop.sf_error(1.001)
    assert near >= abs(loop.sf(1.001) - 0.5)
