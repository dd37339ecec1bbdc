"""Phase-type laws: the time to absorption of a Markov chain."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Atoms, Law
from queuecalc.law.parameter import Real, nonnegative, real, released
from queuecalc.law.phases import absorption, slowest

__all__ = ["PhaseType", "PhaseTypeForms"]


class PhaseTypeForms(Law):
    """Forms of a law with initial probabilities a and sub-generator T. Base of `PhaseType` and `Coxian`.

    Everything is a row times (s I - T)^-1 1: with e = (-T)^-1 1 / m, m = a e m, lst = a_0 + a (s I - T)^-1 (-T 1),
    1 - lst = s a (s I - T)^-1 1, the excess begins in a (-T)^-1 / m.
    """

    __slots__ = ()

    @property
    @abstractmethod
    def _chain(self) -> tuple[Any, Any]:
        """(a, T), shapes (*batch, n) and (*batch, n, n)."""

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once."""
        time = np.asarray(t, dtype=np.float64)
        tail, density = absorption(*self._chain, np.maximum(time, 0.0))
        return released(np.where(time < 0.0, 1.0, tail)), released(np.where(time < 0.0, 0.0, density))

    def _sf(self, t: Any) -> Any:
        return absorption(*self._chain, t)[0]

    def _pdf(self, t: Any) -> Any:
        return absorption(*self._chain, t)[1]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PhaseType(PhaseTypeForms):
    """Phase-type law PH(a, T): the time until a Markov chain that begins in phase i with probability a_i is absorbed.

    P(T > t) = a exp(T t) 1, lst = a_0 + a (s I - T)^-1 t with t = -T 1 and a_0 = 1 - a 1, an atom at 0.

    Attributes:
        initial: a, probabilities that add to at most 1; shape (n,), or (*batch, n).
        generator: T, in 1/s: rates >= 0 off the diagonal, rows that add to at most 0, absorption certain from every
            phase; shape (n, n), or (*batch, n, n).

    Raises:
        InvalidInput: not such arrays.

    Source: Neuts 1981, Matrix-Geometric Solutions in Stochastic Models, ch. 2; Latouche & Ramaswami 1999, ch. 2.
    """

    initial: Any
    generator: Any

    def __post_init__(self) -> None:
        a = np.asarray(nonnegative("PhaseType", "initial", self.initial))
        T = np.asarray(real("PhaseType", "generator", self.generator))
        if a.ndim < 1 or T.ndim < 2 or not a.shape[-1] == T.shape[-1] == T.shape[-2] > 0:
            raise InvalidInput(
                f"PhaseType: initial of shape {a.shape}, generator of shape {T.shape}; expected (n,) and (n, n)"
            )
        try:
            np.broadcast_shapes(a.shape[:-1], T.shape[:-2])
        except ValueError:
            raise InvalidInput(
                f"PhaseType: initial of shape {a.shape}, generator of shape {T.shape}; expected batches that broadcast"
            ) from None
        total = np.sum(a, axis=-1)
        if np.any(total > 1.0 + 1e-9) or np.any(total <= 0.0):
            worst = float(total.flat[np.argmax(np.abs(total - 0.5))])
            raise InvalidInput(f"PhaseType: initial adds to {worst!r}; expected more than 0 and at most 1")
        self._check_generator(T)
        if np.any(total > 1.0):
            a = a / np.maximum(total, 1.0)[..., None]
            a.setflags(write=False)
        object.__setattr__(self, "initial", a)
        object.__setattr__(self, "generator", T)

    @staticmethod
    def _check_generator(T: Any) -> None:
        diagonal = np.diagonal(T, axis1=-2, axis2=-1)
        off = T - diagonal[..., None] * np.eye(T.shape[-1])
        if np.any(off < 0.0) or np.any(diagonal >= 0.0):
            raise InvalidInput(
                "PhaseType: generator; expected rates >= 0 off the diagonal and a diagonal < 0"
            )
        rows = np.sum(T, axis=-1)
        if np.any(rows > 1e-9 * -diagonal):
            raise InvalidInput(
                f"PhaseType: generator with a row that adds to {float(np.max(rows))!r}; expected at most 0"
            )
        # phases that reach one with an exit
        out = rows < -1e-12 * -diagonal
        for _ in range(T.shape[-1]):
            out = out | np.any((off > 0.0) & out[..., None, :], axis=-1)
        if not np.all(out):
            raise InvalidInput(
                "PhaseType: generator with a phase that is never left for good; expected absorption"
            )

    @property
    def _chain(self) -> tuple[Any, Any]:
        return self.initial, self.generator

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the leading axes."""
        return np.broadcast_shapes(self.initial.shape[:-1], self.generator.shape[:-2])

    def _passed(self, s: Any) -> Any:
        """(s I - T)^-1 1, shape (*batch, n)."""
        n = self.generator.shape[-1]
        matrix = np.asarray(s)[..., None, None] * np.eye(n) - self.generator
        return np.linalg.solve(matrix, np.ones((*matrix.shape[:-1], 1)))[..., 0]

    @property
    def _excess_initial(self) -> Any:
        """a (-T)^-1 / m, the phases of the excess."""
        first = np.linalg.solve(-np.swapaxes(self.generator, -1, -2), self.initial[..., None])[..., 0]
        return first / np.sum(first, axis=-1)[..., None]

    @property
    def mean(self) -> Real:
        """a (-T)^-1 1."""
        return released(np.sum(self.initial * self._passed(np.zeros(())), axis=-1))

    @property
    def scv(self) -> Real:
        """2 a (-T)^-2 1 / mean^2 - 1."""
        second = np.sum(self._excess_initial * self._passed(np.zeros(())), axis=-1)
        return released(2.0 * second / np.asarray(self.mean) - 1.0)

    @property
    def abscissa(self) -> Real:
        """The decay rate of the phases that can be reached."""
        n = self.generator.shape[-1]
        first = np.broadcast_to(self.initial, (*self.shape, n)).reshape(-1, n)
        rates = np.broadcast_to(self.generator, (*self.shape, n, n)).reshape(-1, n, n)
        found = np.empty(len(first))
        for i, (a, T) in enumerate(zip(first, rates, strict=True)):
            seen = a > 0.0
            for _ in range(n):
                seen = seen | np.any((T > 0.0) & seen[:, None], axis=0)
            found[i] = slowest(T[np.ix_(seen, seen)])
        return released(found.reshape(self.shape))

    @property
    def atoms(self) -> Atoms:
        """The point 0, with what does not begin in any phase."""
        at_zero = np.broadcast_to(np.maximum(1.0 - np.sum(self.initial, axis=-1), 0.0), self.shape)
        if not np.any(at_zero > 1e-15):
            return ()
        return ((released(np.zeros(self.shape)), released(at_zero)),)

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        """By following the chain."""
        n = self.generator.shape[-1]
        rates = np.broadcast_to(self.generator, (*size, n, n)).reshape(-1, n, n)
        starts = np.cumsum(np.broadcast_to(self.initial, (*size, n)).reshape(-1, n), axis=-1)
        hold = 1.0 / -np.diagonal(rates, axis1=-2, axis2=-1)
        moves = np.cumsum(np.maximum(rates, 0.0) * hold[..., None], axis=-1)
        phase = np.sum(rng.random(len(starts))[:, None] >= starts, axis=-1)
        total = np.zeros(len(starts))
        active = np.nonzero(phase < n)[0]
        while active.size:
            here = phase[active]
            total[active] += hold[active, here] * rng.standard_exponential(active.size)
            phase[active] = np.sum(rng.random(active.size)[:, None] >= moves[active, here], axis=-1)
            active = active[phase[active] < n]
        return total.reshape(size)

    def _lst(self, s: Any) -> Any:
        exits = np.maximum(-np.sum(self.generator, axis=-1), 0.0)
        n = self.generator.shape[-1]
        matrix = np.asarray(s)[..., None, None] * np.eye(n) - self.generator
        passed = np.linalg.solve(matrix, (exits + np.zeros(matrix.shape[:-1]))[..., None])[..., 0]
        return 1.0 - np.sum(self.initial, axis=-1) + np.sum(self.initial * passed, axis=-1)

    def _lst_complement(self, s: Any) -> Any:
        return s * np.sum(self.initial * self._passed(s), axis=-1)

    def _excess_lst(self, s: Any) -> Any:
        return np.sum(self.initial * self._passed(s), axis=-1) / np.asarray(self.mean)

    def _excess_complement(self, s: Any) -> Any:
        return s * np.sum(self._excess_initial * self._passed(s), axis=-1)
