"""Laws of arrays: each element behaves as the scalar law of its parameters."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from scipy import stats

from queuecalc.law import (
    Deterministic,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    Mixture,
    RandomSum,
    Scaled,
    Sum,
    as_law,
)

M = np.array([0.5, 2.0, 3.0])
C = np.array([1.5, 4.0, 9.0])
BATCHES: list[tuple[Law, list[Law]]] = [
    (Exponential(mean=M), [Exponential(mean=m) for m in M]),
    (Deterministic(mean=M), [Deterministic(mean=m) for m in M]),
    (Erlang(mean=M, stages=[1, 2, 3]), [Erlang(mean=m, stages=k) for m, k in zip(M, (1, 2, 3), strict=True)]),
    (Gamma(mean=M, scv=0.5), [Gamma(mean=m, scv=0.5) for m in M]),
    (Gamma(mean=1.0, scv=C), [Gamma(mean=1.0, scv=c) for c in C]),
    (Hyperexponential(mean=M, scv=C), [Hyperexponential(mean=m, scv=c) for m, c in zip(M, C, strict=True)]),
    (Lognormal(mean=M, scv=C), [Lognormal(mean=m, scv=c) for m, c in zip(M, C, strict=True)]),
    (Scaled(Exponential(mean=1.0), M), [Scaled(Exponential(mean=1.0), m) for m in M]),
    (
        Mixture(weights=(M / 6.0, 1.0 - M / 6.0), laws=(Exponential(mean=1.0), Deterministic(mean=M))),
        [
            Mixture(weights=(m / 6.0, 1.0 - m / 6.0), laws=(Exponential(mean=1.0), Deterministic(mean=m)))
            for m in M
        ],
    ),
    (
        Sum(laws=(Exponential(mean=M), Gamma(mean=1.0, scv=0.5))),
        [Sum(laws=(Exponential(mean=m), Gamma(mean=1.0, scv=0.5))) for m in M],
    ),
    (
        Sum(laws=(Exponential(mean=M), Deterministic(mean=1.0), RandomSum(Deterministic(mean=M), 1.5))),
        [
            Sum(laws=(Exponential(mean=m), Deterministic(mean=1.0), RandomSum(Deterministic(mean=m), 1.5)))
            for m in M
        ],
    ),
    (
        RandomSum(Hyperexponential(mean=1.0, scv=3.0), M),
        [RandomSum(Hyperexponential(mean=1.0, scv=3.0), m) for m in M],
    ),
    (
        RandomSum(Exponential(mean=1.0), [0.5, 0.0, 2.0]),
        [RandomSum(Exponential(mean=1.0), n) for n in (0.5, 0.0, 2.0)],
    ),
    (
        RandomSum(Deterministic(mean=1.0), [0.5, 1.5, 2.0]),
        [RandomSum(Deterministic(mean=1.0), n) for n in (0.5, 1.5, 2.0)],
    ),
    (
        as_law(stats.weibull_min([1.2, 1.5, 2.0], scale=3.0)),
        [as_law(stats.weibull_min(k, scale=3.0)) for k in (1.2, 1.5, 2.0)],
    ),
    (as_law(stats.uniform(scale=M)), [as_law(stats.uniform(scale=m)) for m in M]),
]
each_batch = pytest.mark.parametrize(("batch", "scalars"), BATCHES, ids=lambda case: type(case).__name__)


def stacked(scalars: list[Law], name: str, *arguments: Any) -> Any:
    return np.array([getattr(law, name)(*arguments) for law in scalars])


@each_batch
def test_moments(batch: Law, scalars: list[Law]) -> None:
    assert batch.shape == (3,)
    for name in ("mean", "var", "scv", "std", "excess_mean", "abscissa"):
        expected = np.array([getattr(law, name) for law in scalars])
        np.testing.assert_allclose(
            np.broadcast_to(getattr(batch, name), 3), expected, rtol=1e-12, atol=1e-300
        )


@each_batch
def test_survival_and_density(batch: Law, scalars: list[Law]) -> None:
    for t in (0.0, 0.3, 2.2, 7.0):
        np.testing.assert_allclose(batch.sf(t), stacked(scalars, "sf", t), rtol=1e-8)
        np.testing.assert_allclose(batch.cdf(t), stacked(scalars, "cdf", t), rtol=1e-8, atol=1e-9)
        if t > 0.0:
            np.testing.assert_allclose(batch.pdf(t), stacked(scalars, "pdf", t), rtol=1e-6, atol=1e-9)
    assert batch.sf(np.ones((4, 1))).shape == (4, 3)
    np.testing.assert_array_equal(batch.sf([-1.0, -1.0, -1.0]), 1.0)


@each_batch
def test_quantiles(batch: Law, scalars: list[Law]) -> None:
    for q in (0.0, 0.3, 0.95, 0.9999):
        np.testing.assert_allclose(batch.ppf(q), stacked(scalars, "ppf", q), rtol=1e-8)
        # at survival 0.9999 an inversion's 1e-10 is 1e-6 of what is missing
        np.testing.assert_allclose(batch.isf(q), stacked(scalars, "isf", q), rtol=1e-6)
    assert batch.ppf([[0.5], [0.9]]).shape == (2, 3)


@each_batch
def test_transforms(batch: Law, scalars: list[Law]) -> None:
    s = np.array([1e-6, 0.3, 2.0 + 5.0j, 30.0j + 4.0])
    for name in ("lst", "lst_complement", "excess_lst", "excess_complement"):
        found = getattr(batch, name)(s[:, None])
        assert found.shape == (4, 3)
        np.testing.assert_allclose(found, stacked(scalars, name, s).T, rtol=1e-8, atol=1e-14)


@each_batch
def test_samples(batch: Law, scalars: list[Law]) -> None:
    draws = batch.sample((3000, 3), 11)
    assert draws.shape == (3000, 3)
    error = np.array([law.std for law in scalars]) / np.sqrt(3000.0)
    assert np.all(np.abs(draws.mean(axis=0) - np.array([law.mean for law in scalars])) <= 5.0 * error + 1e-12)


@each_batch
def test_equality_repr_and_pickle(batch: Law, scalars: list[Law]) -> None:
    twin = pickle.loads(pickle.dumps(batch))
    assert twin == batch
    assert hash(twin) == hash(batch)
    assert batch != scalars[0]


def test_parameters_are_copied_and_read_only() -> None:
    means = np.array([1.0, 2.0])
    law = Exponential(mean=means)
    means[0] = 99.0
    assert law == Exponential(mean=[1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        law.mean[0] = 3.0
    assert law != Exponential(mean=[1.0, 3.0])
    assert law != Exponential(mean=1.0)
    assert repr(law) == "Exponential(mean=[1.0, 2.0])"


def test_two_dimensional_batches_align_on_the_right() -> None:
    law = Sum(
        laws=(
            Exponential(mean=np.array([[1.0], [2.0]])),
            Mixture(weights=(0.5, 0.5), laws=(Deterministic(mean=[0.1, 0.2, 0.3]), Exponential(mean=1.0))),
        )
    )
    assert law.shape == (2, 3)
    q = law.ppf(0.9)
    for i, m in enumerate((1.0, 2.0)):
        for j, d in enumerate((0.1, 0.2, 0.3)):
            alone = Sum(
                laws=(
                    Exponential(mean=m),
                    Mixture(weights=(0.5, 0.5), laws=(Deterministic(mean=d), Exponential(mean=1.0))),
                )
            )
            assert q[i, j] == pytest.approx(alone.ppf(0.9), rel=1e-9)
