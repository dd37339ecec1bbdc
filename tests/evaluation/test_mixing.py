"""Anderson's mixing: exact on linear problems, quick where plain steps creep, and never without a way back."""

from __future__ import annotations

import numpy as np
import pytest

from queuecalc.evaluation.flows import FloatArray
from queuecalc.evaluation.mixing import Mixing


def linear(unknowns: int, problems: int, contraction: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(A, b, x) with x = A x + b >= 0 and a spectral radius below 1."""
    rng = np.random.default_rng(unknowns)
    matrix = rng.random((problems, unknowns, unknowns))
    matrix *= contraction / np.abs(np.linalg.eigvals(matrix)).max(axis=1)[:, None, None]
    shift = rng.random((problems, unknowns, 1))
    solution = np.linalg.solve(np.eye(unknowns) - matrix, shift)
    return matrix, shift, np.asarray(solution[:, :, 0].T, dtype=np.float64)


@pytest.mark.parametrize("unknowns", [1, 2, 3])
def test_as_many_differences_as_unknowns_solve_a_linear_problem(unknowns: int) -> None:
    matrix, shift, solution = linear(unknowns, 50, 0.9)
    mixing = Mixing(unknowns, 50, damping=0.5)
    guess = np.ones((unknowns, 50))
    for _ in range(20):  # plain steps would leave 0.95 ** 20 of the error
        guess = mixing.next(guess, (matrix @ guess.T[:, :, None] + shift)[:, :, 0].T - guess)
    assert guess == pytest.approx(solution, rel=1e-9)


@pytest.mark.parametrize("slope", [-3.0, -1.0, 0.0, 0.5, 0.999])
def test_kinks_are_no_obstacle(slope: float) -> None:
    """g has slope `slope` below its fixed point and 0 above it: plain steps alone are sure to arrive."""
    fixed = np.array([[0.0, 0.2, 1.0, 30.0]])
    mixing = Mixing(1, 4, damping=0.5 if slope > -1.0 else 0.2)
    guess = np.zeros((1, 4))
    for _ in range(200):
        value = np.where(guess < fixed, np.maximum(fixed + slope * (guess - fixed), 0.0), fixed)
        guess = mixing.next(guess, value - guess)
        assert np.all(guess >= 0.0)
        assert np.all(np.isfinite(guess))
    assert guess == pytest.approx(fixed, rel=1e-9, abs=1e-12)


def test_problems_do_not_know_of_each_other() -> None:
    matrix, shift, _ = linear(2, 8, 0.99)

    def run(chosen: list[int]) -> FloatArray:
        mixing = Mixing(2, len(chosen), damping=0.5)
        guess = np.zeros((2, len(chosen)))
        for _ in range(7):
            value = (matrix[chosen] @ guess.T[:, :, None] + shift[chosen])[:, :, 0].T
            guess = mixing.next(guess, value - guess)
        return guess

    together = run(list(range(8)))
    for one in range(8):
        assert run([one])[:, 0] == pytest.approx(together[:, one], rel=1e-12)
