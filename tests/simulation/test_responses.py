"""Response times in bins: quantiles to a twentieth of a per cent, means and counts exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest

from queuecalc.simulation.responses import Responses


def test_quantiles_and_means_of_many() -> None:
    rng = np.random.default_rng(1)
    times = rng.lognormal(-3.0, 1.0, 50_000)
    classes = rng.integers(0, 2, times.size)
    one, other = Responses(2, 0.2), Responses(2, 0.2)
    one.add(times[:20_000], classes[:20_000])
    other.add(times[20_000:], classes[20_000:])
    one.merge(other)
    for chosen in ([0], [1], [0, 1]):
        own = times[np.isin(classes, chosen)]
        assert one.number(chosen) == own.size
        assert one.mean(chosen) == pytest.approx(own.mean())
        assert one.late[chosen].sum() == np.count_nonzero(own > 0.2)
        for level in (0.01, 0.5, 0.95, 0.999):
            exact = np.quantile(own, level, method="inverted_cdf")
            assert one.quantile(level, chosen) == pytest.approx(exact, rel=6e-4)


def test_what_is_always_the_same_is_itself() -> None:
    same = Responses(1, None)
    same.add(np.full(100, 0.0123), np.zeros(100, dtype=np.int64))
    assert same.quantile(0.3, [0]) == 0.0123
    assert same.late.sum() == 0


def test_nothing_and_zero() -> None:
    empty = Responses(1, None)
    assert math.isnan(empty.mean([0]))
    assert math.isnan(empty.quantile(0.5, [0]))
    empty.add(np.zeros(5), np.zeros(5, dtype=np.int64))
    assert empty.quantile(0.5, [0]) == 0.0
    empty.add(np.full(50, 1e9), np.zeros(50, dtype=np.int64))
    assert empty.quantile(0.99, [0]) > 9e5
