"""Fixed points x = g(x) of many small problems at once, by Anderson's mixing with a way back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from queuecalc.evaluation.flows import FloatArray

__all__ = ["Mixing"]

_LEAST = 1e-14
_MOST_PLAIN = 64
_ROOM = 0.1
"""How far a step goes at most, as a share of the largest unknown: where overloaded lines share the load, a mixture may
see no curvature and leap."""


class Mixing:
    """The next guess from the last ones: the combination of them whose residuals g(x) - x nearly cancel.

    With as many differences kept as there are unknowns it is a secant method in several dimensions, which needs no
    derivative. A mixed step that does not bring the residual down is taken back; plain steps x + damping (g(x) - x)
    follow, twice as many as the last time. Source: Anderson 1965; Walker & Ni 2011, section 2, in differences.
    """

    def __init__(self, unknowns: int, problems: int, *, damping: float) -> None:
        """Up to three differences are kept; `damping` is the share of a residual that a step takes."""
        self.depth = min(3, unknowns)
        self.damping = damping
        self.guess = np.zeros((unknowns, problems))
        self.residual = np.zeros((unknowns, problems))
        self.size = np.full(problems, np.inf)
        self.moved: list[FloatArray] = []
        self.changed: list[FloatArray] = []
        self.mixed = np.zeros(problems, dtype=bool)
        self.plain = np.zeros(problems, dtype=np.int64)
        self.penalty = np.full(problems, 2, dtype=np.int64)

    def next(self, guess: FloatArray, residual: FloatArray) -> FloatArray:
        """The guess after this one; shape (unknowns, problems). Unknowns are at least 0."""
        size = np.max(np.abs(residual), axis=0, initial=0.0)
        back = self.mixed & ~(size < self.size)
        self._remember(guess - self.guess, residual - self.residual, back)
        self.guess = np.where(back, self.guess, guess)
        self.residual = np.where(back, self.residual, residual)
        self.size = np.where(back, self.size, size)
        self.plain = np.where(back, self.penalty, np.maximum(self.plain - 1, 0))
        self.penalty = np.where(back, np.minimum(2 * self.penalty, _MOST_PLAIN), self.penalty)
        step = self.damping * self.residual
        correction = self._correction()
        self.mixed = (
            (self.plain == 0) & np.any(correction != 0.0, axis=0) & np.isfinite(correction).all(axis=0)
        )
        step = np.where(self.mixed, step - correction, step)
        longest = np.max(np.abs(step), axis=0, initial=0.0)
        room = _ROOM * np.max(self.guess, axis=0, initial=0.0) + self.size
        share = np.divide(room, longest, out=np.ones_like(longest), where=longest > room)
        return np.asarray(np.maximum(self.guess + step * share, 0.0))

    def _remember(self, moved: FloatArray, changed: FloatArray, back: npt.NDArray[np.bool_]) -> None:
        """Differences of the last guesses; a problem that goes back forgets its own."""
        if np.isinf(self.size).all():  # the first guess: nothing before it
            return
        self.moved = [np.where(back, 0.0, each) for each in (*self.moved, moved)][-self.depth :]
        self.changed = [np.where(back, 0.0, each) for each in (*self.changed, changed)][-self.depth :]

    def _correction(self) -> FloatArray:
        """What the mixture takes from the plain step: (X + damping F) (F'F)^-1 F' f, F the changes of residuals."""
        if not self.moved:
            return np.zeros_like(self.guess)
        moved = np.stack(self.moved).transpose(2, 1, 0)  # (problems, unknowns, differences)
        changed = np.stack(self.changed).transpose(2, 1, 0)
        square = changed.transpose(0, 2, 1) @ changed
        trace = np.trace(square, axis1=1, axis2=2)[:, None, None]
        square = square + (_LEAST * trace + np.finfo(float).tiny) * np.eye(square.shape[-1])
        share = np.linalg.solve(square, changed.transpose(0, 2, 1) @ self.residual.T[:, :, None])
        return np.asarray(((moved + self.damping * changed) @ share)[:, :, 0].T)
