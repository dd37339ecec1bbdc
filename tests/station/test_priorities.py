"""Priorities: against a chain solved by brute force, Cobham's means, and the queue without classes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from queuecalc.errors import InvalidInput
from queuecalc.law import Deterministic, Exponential, Gamma, Lognormal
from queuecalc.station import MG1, MG1Priority
from tests.station.chains import stationary

Z = np.array([0.0, 0.3, 0.6, 0.9])
DISCIPLINES = ("non-preemptive", "preemptive-resume")


@pytest.mark.parametrize("discipline", DISCIPLINES)
def test_two_classes_against_the_chain(discipline: str) -> None:
    """Who is left behind in one's class has come during the sojourn: E z^N_k = T_k*(lambda_k (1 - z))."""
    rates, speeds, most = (0.2, 0.25), (1.0, 0.8), (24, 56)

    def moves(state: tuple[int, int, int]) -> Iterator[tuple[tuple[int, int, int], float]]:
        high, low, served = state  # served: 0 nobody, 1 or 2 one of that class
        for i, rate in enumerate(rates):
            counts = [high, low]
            counts[i] = min(counts[i] + 1, most[i])
            now = served or i + 1
            if discipline == "preemptive-resume" and counts[0]:
                now = 1
            yield (counts[0], counts[1], now), rate
        if served:
            counts = [high, low]
            counts[served - 1] -= 1
            after = 1 if counts[0] else 2 if counts[1] else 0
            yield (counts[0], counts[1], after), speeds[served - 1]

    shares = stationary((0, 0, 0), moves)
    station = MG1Priority(
        arrival_rates=rates,
        services=tuple(Exponential(mean=1.0 / speed) for speed in speeds),
        discipline=discipline,
    )
    for k, each in enumerate(station.classes):
        behind = sum(p * Z ** state[k] for state, p in shares.items())
        assert each.sojourn.lst(rates[k] * (1.0 - Z)) == pytest.approx(behind, rel=1e-7)
        assert each.mean_in_system == pytest.approx(sum(p * s[k] for s, p in shares.items()), rel=1e-6)
    assert station.mean_in_system == pytest.approx(
        sum(each.mean_in_system for each in station.classes), rel=1e-12
    )


@pytest.mark.parametrize("discipline", DISCIPLINES)
def test_three_classes_have_cobhams_means_and_keep_the_work(discipline: str) -> None:
    services = (Gamma(mean=0.5, scv=2.0), Lognormal(mean=1.0, scv=3.0), Deterministic(mean=2.0))
    rates = (0.4, 0.2, 0.15)
    station = MG1Priority(arrival_rates=rates, services=services, discipline=discipline)
    half = [0.5 * rate * (law.var + law.mean**2) for rate, law in zip(rates, services, strict=True)]
    sigma = np.concatenate([[0.0], np.cumsum([r * law.mean for r, law in zip(rates, services, strict=True)])])
    for k, each in enumerate(station.classes):
        work = sum(half) if discipline == "non-preemptive" else sum(half[: k + 1])
        wait = work / ((1.0 - sigma[k]) * (1.0 - sigma[k + 1]))
        assert each.mean_wait == pytest.approx(wait, rel=1e-12)
        for law, mean in ((each.wait, each.mean_wait), (each.sojourn, each.mean_sojourn)):
            assert law.mean == pytest.approx(mean, rel=1e-12)
            s = 1e-5 / mean
            assert law.lst_complement(s) / s == pytest.approx(mean, rel=2e-4)
            second = 2.0 * (mean - law.lst_complement(s) / s) / s
            assert law.var + mean**2 == pytest.approx(second, rel=5e-3)
    if discipline == "non-preemptive":
        # Kleinrock's conservation law
        shares = [rate * law.mean for rate, law in zip(rates, services, strict=True)]
        total = sum(share * each.mean_wait for share, each in zip(shares, station.classes, strict=True))
        assert total == pytest.approx(sigma[-1] * sum(half) / (1.0 - sigma[-1]), rel=1e-12)


def test_the_laws_are_those_of_their_transforms() -> None:
    """E exp(-s T) by quadrature of P(T > t), of each class, smooth and constant services."""
    for law in (Gamma(mean=1.0, scv=0.5), Deterministic(mean=1.0)):
        for discipline in DISCIPLINES:
            station = MG1Priority(arrival_rates=(0.3, 0.4), services=(law, law), discipline=discipline)
            for each in station.classes:
                for times in (each.wait, each.sojourn):
                    s = 1.5 / each.mean_sojourn
                    ends = np.unique(
                        np.concatenate([np.geomspace(1e-6, 30.0, 16) / s, np.arange(0.0, 12.0, 1.0)])
                    )
                    x, w = np.polynomial.legendre.leggauss(6)
                    half = np.diff(ends) / 2.0
                    t = (ends[:-1] + half)[:, None] + half[:, None] * x
                    integral = np.sum(half[:, None] * w * np.exp(-s * t) * times.sf(t))
                    assert times.lst(s) == pytest.approx(1.0 - s * integral, abs=1e-5)


@pytest.mark.parametrize("discipline", DISCIPLINES)
def test_a_class_alone_is_mg1(discipline: str) -> None:
    law = Gamma(mean=1.0, scv=2.0)
    plain = MG1(arrival_rate=0.7, service=law)
    alone = MG1Priority(arrival_rates=(0.7, 0.0), services=(law, law), discipline=discipline)
    behind = MG1Priority(arrival_rates=(0.0, 0.7), services=(law, law), discipline=discipline)
    for each in (alone.classes[0], behind.classes[1]):
        assert each.mean_wait == pytest.approx(plain.mean_wait, rel=1e-12)
        assert each.sojourn.ppf([0.5, 0.99]) == pytest.approx(plain.sojourn.ppf([0.5, 0.99]), rel=1e-7)


def test_the_first_class_is_safe_from_an_overload_of_the_second() -> None:
    law = Exponential(mean=1.0)
    both = MG1Priority(arrival_rates=(0.5, 3.0), services=(law, law))
    high, low = both.classes
    assert (high.stable, low.stable, both.stable) == (True, False, False)
    # the server is never idle: a residual service is always in front
    assert high.mean_wait == pytest.approx(1.0 + 1.0, rel=1e-12)
    assert low.mean_wait == low.sojourn.ppf(0.5) == both.mean_wait == both.sojourn.var == math.inf
    assert low.throughput == pytest.approx(0.5)
    safe = MG1Priority(arrival_rates=(0.5, 3.0), services=(law, law), discipline="preemptive-resume")
    assert safe.classes[0].mean_wait == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"arrival_rates": (1.0,)}, "1 arrival_rates and 2 services"),
        ({"arrival_rates": (1.0, -1.0)}, r"arrival_rates\[1\] = -1.0"),
        ({"arrival_rates": (1.0, math.nan)}, r"arrival_rates\[1\]"),
        ({"arrival_rates": 1.0}, "sequence"),
        ({"arrival_rates": ([1.0, 2.0], [1.0, 2.0, 3.0])}, r"\(2,\).*\(3,\)"),
        ({"services": (Exponential(mean=1.0), 3.0)}, r"services\[1\]"),
        ({"services": (Exponential(mean=1.0), Deterministic(mean=0.0))}, r"services\[1\] has mean 0"),
        ({"discipline": "polite"}, "discipline = 'polite'"),
    ],
)
def test_bad_arguments_are_named(changes: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {
        "arrival_rates": (0.1, 0.2),
        "services": (Exponential(mean=1.0), Exponential(mean=2.0)),
    }
    with pytest.raises(InvalidInput, match=message):
        MG1Priority(**(good | changes))
