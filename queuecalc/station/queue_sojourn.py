"""The sojourn time of M/G/1, M/G/c and their finite rooms as a law: an independent wait and service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.law.base import Atoms, Law
from queuecalc.law.parameter import Real, released
from queuecalc.law.pieces import Piece
from queuecalc.law.sum import Sum
from queuecalc.station.delayed_service import DelayedService, joined
from queuecalc.station.percentile_curve import MANY, percentile_curve
from queuecalc.station.queue_wait import SHORTEST, QueueWait
from queuecalc.station.scale_family import scale_family
from queuecalc.station.smoothness import looseness, without_kinks
from queuecalc.station.wait_and_service import WaitAndService
from queuecalc.station.waiting import Waiting
from queuecalc.transform.quantile import quantile
from queuecalc.transform.saddle_point import Transforms, inverted

__all__ = ["QueueSojourn"]

FEW = 16
"""Up to so many constants in the service law are split off; more are inverted through, close as they lie."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class QueueSojourn(WaitAndService):
    """T = W + S with independent W and S: lst = W* S*.

    P(T > t) = (1 - C) P(S > t) + C P(D + S > t), C the delay probability and D the conditional wait. The first term is
    the service law's own and so keeps its jumps; the second, which has none, is inverted. A constant in S shifts time
    instead: M/D/1 and M/D/c have W's survival function, moved.

    Attributes:
        wait: the law of W, of one of this room's classes.
        service: the law of S.
    """

    inverted: ClassVar[bool] = True

    wait: Law
    service: Law

    @property
    def abscissa(self) -> Real:
        """The smaller of both."""
        return released(np.minimum(self.wait.abscissa, self.service.abscissa))

    @property
    def atoms(self) -> Atoms:
        """Those of the service law, for customers who do not wait."""
        free = self._free
        return tuple((where, released(free * np.asarray(mass))) for where, mass in self.service.atoms)

    @property
    def smooth(self) -> bool:
        """Whether the service law is."""
        return self.service.smooth

    @property
    def _steady(self) -> Any:
        """Whether W is finite; its mean may be infinite all the same."""
        if isinstance(self.wait, QueueWait):
            return self.wait.waiting.steady
        return np.isfinite(np.asarray(self.wait.mean))

    @property
    def _free(self) -> Any:
        """P(W = 0)."""
        if isinstance(self.wait, QueueWait):
            return 1.0 - self.wait.delay
        return 1.0 - np.asarray(self.wait.sf(0.0))

    def pieces(self) -> tuple[Piece, ...]:
        """Itself while smooth; else those who do not wait by the pieces of their service, and those who do."""
        wait = self.wait
        if self.smooth or not isinstance(wait, QueueWait) or wait.waiting.max_queue is not None:
            return Law.pieces(self)
        services = self.service.pieces()
        settled = np.all(np.isfinite(np.asarray(wait.var)))
        if not settled or any(not piece.laws or len(piece.mass) > FEW for piece in services):
            return Law.pieces(self)
        free = self._free
        parts = [piece.thinned(free) for piece in services]
        for piece in services:
            delayed = DelayedService(wait, joined(piece.laws))
            parts.append(Piece(piece.mass, piece.shift, (delayed,)).thinned(1.0 - free))
        return tuple(parts)

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once; the density is that of the part without atoms."""
        tail, density = self._both(np.asarray(t, dtype=np.float64))
        return released(tail), released(density)

    def _sf(self, t: Any) -> Any:
        return self._both(t)[0]

    def _pdf(self, t: Any) -> Any:
        return self._both(t)[1]

    def _both(self, t: Any) -> tuple[Any, Any]:
        shape = np.broadcast_shapes(np.shape(t), self.shape)
        time = np.broadcast_to(t, shape)
        if not np.any(self._steady):
            return np.ones(shape), np.zeros(shape)
        pieces = self.service.pieces()
        rows = sum(max(piece.mass.shape[0], piece.shift.shape[0]) for piece in pieces)
        if rows > FEW:
            tail, density = self._after(time, (self.service,))
        else:
            tail, density = np.zeros(shape), np.zeros(shape)
            for piece in pieces:
                for mass, shift in _rows(piece):
                    above, at = self._after(time - shift, piece.laws)
                    tail, density = tail + mass * above, density + mass * at
        infinite = ~np.asarray(self._steady)
        tail = np.where(time < 0.0, 1.0, np.clip(tail, 0.0, 1.0))
        return np.where(infinite, 1.0, tail), np.where(infinite | (time < 0.0), 0.0, density)

    def _after(self, t: Any, laws: tuple[Law, ...]) -> tuple[Any, Any]:
        """P(W + X > t) and the density, X the sum of some laws."""
        if not laws:
            tail, density = self.wait.tail_and_density(t)
            return np.where(t < 0.0, 1.0, tail), np.where(t < 0.0, 0.0, density)
        if not isinstance(self.wait, QueueWait):
            raise TypeError(
                f"QueueSojourn: no transform of the conditional wait in {type(self.wait).__name__}"
            )
        rest = laws[0] if len(laws) == 1 else Sum(laws=laws)
        above, at = rest.tail_and_density(np.maximum(t, 0.0))
        free, delay = self._free, self.wait.delay
        wait, steady = self.wait.waiting, self.wait.waiting.steady
        scale = np.where(np.asarray(rest.mean) > 0.0, rest.mean, 1.0)
        inside = (t > 0.0) & np.isfinite(t) & np.broadcast_to(steady, t.shape)
        near = np.maximum(np.where(inside, t, scale), SHORTEST * scale)

        def part(mask: Any) -> Transforms:
            return _transforms(wait.elements(t.shape, mask), rest) if self.shape else _transforms(wait, rest)

        limit = np.minimum(self.wait.leftmost, np.asarray(rest.abscissa))
        tail, density = inverted(
            _transforms(wait, rest),
            near,
            limit,
            part=None if self.service.shape else part,
            smooth=without_kinks(rest),
            slack=looseness(self.service),
        )
        alone = np.where(free > 0.0, np.asarray(at), 0.0) * free
        tail = np.where(inside, free * np.asarray(above) + delay * np.clip(tail, 0.0, 1.0), 0.0)
        density = alone + np.where(inside, delay * np.maximum(density, 0.0), 0.0)
        tail = np.where(t == 0.0, 1.0 - free * (1.0 - np.asarray(above)), tail)
        return np.where(t < 0.0, 1.0, tail), np.where(t < 0.0, 0.0, density)

    def _isf(self, q: Any) -> Any:
        """The atoms that hold the level first, the base's root elsewhere."""
        atoms = self.atoms
        if not 0 < len(atoms) <= FEW:
            found = None if atoms else self._at_many_loads(q)
            return Law._isf(self, q) if found is None else found
        shape = np.broadcast_shapes(q.shape, self.shape)
        found, at = np.zeros(shape, dtype=bool), np.zeros(shape)
        for where, mass in atoms:
            left = np.asarray(self.sf(np.broadcast_to(where, self.shape)))
            holds = (left <= q) & (q < left + mass) & self._steady
            found, at = found | holds, np.where(holds, where, at)
        return np.where(found, at, Law._isf(self, np.where(found, 1.0, q)))

    def _at_many_loads(self, q: Any) -> Any | None:
        """One percentile of M/G/1 at very many loads, and means and shapes of the service, from a curve.

        None where there is none.
        """
        wait, service = self.wait, self.service
        if np.size(q) != 1 or int(np.prod(self.shape)) < MANY or not service.smooth:
            return None
        if not isinstance(wait, QueueWait) or wait.waiting.max_queue is not None:
            return None
        family = scale_family(service)
        load, level = wait.waiting.load, np.asarray(q, dtype=np.float64).reshape(())
        slack = np.broadcast_to(load.slack, self.shape)
        inside = (slack > 0.0) & (slack < 1.0)
        if family is None or not np.all(load.servers == 1.0) or inside.sum() < MANY or not 0.0 < level < 1.0:
            return None

        def solve(left: Any, form: Any, start: Any) -> tuple[Any, Any]:
            if family.one_by_one and form is not None:  # what is remembered is remembered of one law
                t, rounded = np.empty(left.shape), np.empty(left.shape)
                for each in np.unique(form):
                    here = form == each
                    guess = None if start is None else start[here]
                    t[here], rounded[here] = at_once(left[here], float(each), guess)
                return t, rounded
            return at_once(left, form, start)

        def at_once(left: Any, form: Any, start: Any) -> tuple[Any, Any]:
            alike = family.at(form)
            waiting = Waiting((1.0 - left) / np.asarray(alike.mean), alike, 1)
            law = QueueSojourn(QueueWait(waiting), alike)
            found = Law._isf(law, level) if start is None else quantile(law.tail_and_density, level, start)
            return found, np.asarray(waiting.load.slack)

        form = None if family.form is None else np.broadcast_to(family.form, self.shape)[inside]
        found = percentile_curve(solve, slack[inside], form)
        if found is None:
            return None
        values = np.where(slack > 0.0, np.asarray(service.isf(level)), np.inf)
        values[inside] = found * np.broadcast_to(family.mean, self.shape)[inside]
        return np.broadcast_to(values, np.broadcast_shapes(np.shape(q), self.shape))

    # -- transforms

    def _lst(self, s: Any) -> Any:
        return self.wait.lst(s) * self.service.lst(s)

    def _lst_complement(self, s: Any) -> Any:
        w = self.wait.lst_complement(s)
        return w + (1.0 - w) * self.service.lst_complement(s)

    def _excess_lst(self, s: Any) -> Any:
        mean = np.asarray(self.mean)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio = self._lst_complement(s) / (s * np.where(np.isfinite(mean), mean, 1.0))
        ratio = np.where((s == 0.0) | (mean < 1e-290), 1.0, ratio)
        return np.where(np.isfinite(mean), ratio, 0.0)

    def _excess_complement(self, s: Any) -> Any:
        return 1.0 - self._excess_lst(s)

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return self.wait.sample(size, rng) + np.asarray(self.service.sample(size, rng))


def _transforms(wait: Waiting, rest: Law) -> Transforms:
    """s -> transforms of P(D + X > t) and its density, D the conditional wait and X the time of `rest`."""

    def both(s: Any) -> tuple[Any, Any]:
        left, value = wait.delayed(s)
        other = rest.lst_complement(s)
        return (left + value * other) / np.where(s == 0.0, 1e-300, s), value * (1.0 - other)

    return both


def _rows(piece: Piece) -> list[tuple[Any, Any]]:
    count = max(piece.mass.shape[0], piece.shift.shape[0])
    return [
        (piece.mass[min(i, piece.mass.shape[0] - 1)], piece.shift[min(i, piece.shift.shape[0] - 1)])
        for i in range(count)
    ]
