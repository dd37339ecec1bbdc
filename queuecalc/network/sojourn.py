"""The time from entering a network to leaving it, visits taken as independent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Atoms, Law
from queuecalc.law.convolution import tail_and_density
from queuecalc.law.inversion import smooth_tail_and_density
from queuecalc.law.parameter import Real, released
from queuecalc.law.pieces import Piece, atoms_of, collected, constants, together
from queuecalc.law.sum import Sum
from queuecalc.load.arrays import FloatArray
from queuecalc.network.columns import raised
from queuecalc.network.composition import abscissa_of_loop, against_the_flow
from queuecalc.network.curve import Curve
from queuecalc.network.routing import Routing
from queuecalc.network.structure import Block, blocks
from queuecalc.network.together import Together
from queuecalc.network.traffic import throughflow

__all__ = ["NetworkSojourn"]

_LARGE = 64  # a loop of more stations makes transform values dear
_MOST_PIECES = 512  # beyond so many pieces of laws with jumps the transform is inverted as it is


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class NetworkSojourn(Law):
    """Time to absorption of a semi-Markov walk: lst alpha' (I - diag(w) P)^-1 diag(w) exit.

    w_i is the transform of the sojourn at station i, P the routing, alpha where one enters. Successive sojourns are
    independent draws; for exponential stations along paths that nobody can overtake that is exact (Reich 1957,
    Walrand & Varaiya 1980), elsewhere an approximation.

    Where all station laws are smooth the transform is inverted once. Constants and atoms of the others are split off
    path by path and added back exactly, while those paths are few; with loops, or beyond 512 pieces, the transform is
    inverted through the jumps, which costs digits near them.

    Attributes:
        laws: the sojourn at each station.
        entry: the probability to enter at each station; each a float or an array of the batch shape.
        routing: between the stations, in the same order.

    Raises:
        InvalidInput: not one law and one entry probability per station, or probabilities that do not add to 1.
    """

    inverted: ClassVar[bool] = True

    laws: tuple[Law, ...]
    entry: tuple[Real, ...]
    routing: Routing
    _together: Together = field(init=False)
    _order: tuple[Block, ...] = field(init=False)
    _enters: FloatArray = field(init=False)  # alpha, shape (n, *batch)
    _visits: FloatArray = field(init=False)  # alpha' (I - P)^-1
    _means: FloatArray = field(init=False)  # of each station; 0 where unstable
    _stable: npt.NDArray[np.bool_] = field(init=False)  # every visited station is
    _smooth: bool = field(init=False)
    _known: dict[str, Any] = field(init=False)  # the abscissa and the paths, once asked for

    def __post_init__(self) -> None:
        n = len(self.routing.names)
        if len(self.laws) != n or len(self.entry) != n:
            raise InvalidInput(
                f"NetworkSojourn: {len(self.laws)} laws and {len(self.entry)} entry probabilities for {n} stations"
            )
        shape = np.broadcast_shapes(*(law.shape for law in self.laws), *(np.shape(p) for p in self.entry))
        enters = np.stack([np.broadcast_to(np.asarray(p, dtype=np.float64), shape) for p in self.entry])
        if not ((enters >= 0).all() and np.allclose(enters.sum(axis=0), 1.0, rtol=0, atol=1e-9)):
            raise InvalidInput("NetworkSojourn: entry probabilities must be >= 0 and add up to 1")
        order = blocks(self.routing)
        together = Together(self.laws)
        means = np.broadcast_to(raised(together.figure("mean"), len(shape)), (n, *shape))
        visits = throughflow(order, enters)
        finite = np.isfinite(means)
        for name, value in (
            ("laws", tuple(self.laws)),
            ("entry", tuple(self.entry)),
            ("_together", together),
            ("_order", order),
            ("_enters", enters),
            ("_visits", visits),
            ("_means", np.where(finite, means, 0.0)),
            ("_stable", np.asarray((finite | (visits == 0)).all(axis=0))),
            ("_smooth", all(law.smooth for law in self.laws)),
            ("_known", {}),
        ):
            object.__setattr__(self, name, value)

    # ------------------------------------------------------------------ moments
    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return self._stable.shape

    @property
    def mean(self) -> Real:
        """sum_i V_i E W_i; inf where a visited station is unstable."""
        return released(np.where(self._stable, (self._visits * self._means).sum(axis=0), np.inf))

    @property
    def var(self) -> Real:
        """By the law of total variance along the walk: no term is negative."""
        onward = against_the_flow(self._order, np.ones_like(self._means), self._means)
        next_mean = self.routing.after(onward)
        leaves = self._column(self.routing.exit, len(self.shape))
        edge = self._column(self.routing.probability, len(self.shape))
        spread = leaves * next_mean**2
        apart = onward[self.routing.target] - next_mean[self.routing.source]
        np.add.at(spread, self.routing.source, edge * apart**2)
        variances = raised(self._together.figure("var"), len(self.shape))
        within = np.where(np.isfinite(self._means) & (self._visits > 0), variances, 0.0) + spread
        mean = (self._enters * onward).sum(axis=0)
        between = (self._enters * (onward - mean) ** 2).sum(axis=0)
        total = (self._visits * within).sum(axis=0) + between
        return released(np.where(self._stable, total, np.inf))

    @property
    def scv(self) -> Real:
        """var / mean^2; inf where unstable."""
        mean = np.where(self._stable, np.asarray(self.mean), 1.0)
        return released(np.asarray(self.var) / mean**2)

    # ------------------------------------------------------------------ transform
    def _stacked(self, function: str, s: Any) -> Any:
        """One transform of all stations, shape (n, *shape of s against the batch)."""
        values = self._together.asked(function, s)
        full = np.broadcast_shapes(np.shape(s), self.shape)
        return np.broadcast_to(self._raised(values, full), (len(values), *full))

    def _raised(self, values: FloatArray, full: tuple[int, ...]) -> FloatArray:
        """Axes of length 1 behind the first, so that batches align on the right."""
        return values.reshape(values.shape[0], *(1,) * (len(full) - values.ndim + 1), *values.shape[1:])

    def _column(self, values: FloatArray, rank: int) -> FloatArray:
        """One number a station against arrays of that rank."""
        return values.reshape((-1,) + (1,) * rank)

    def _from_entry(self, x: Any) -> Any:
        return (self._raised(self._enters, x.shape[1:]) * x).sum(axis=0)

    def _lst(self, s: Any) -> Any:
        with np.errstate(all="ignore"):
            w = self._stacked("lst", s)
            x = against_the_flow(self._order, w, w * self._column(self.routing.exit, w.ndim - 1))
            return np.where(self._stable, self._from_entry(x), 0.0)

    def _spent(self, s: Any) -> Any:
        """(1 - lst) / s from each station on: x = E W e(s) + w P x, e the excess transform, no difference taken."""
        w, e = self._stacked("lst", s), self._stacked("excess_lst", s)
        return against_the_flow(self._order, w, self._raised(self._means, w.shape[1:]) * e)

    @property
    def _finite_mean(self) -> Any:
        return np.where(self._stable, np.asarray(self.mean), 1.0)

    def _lst_complement(self, s: Any) -> Any:
        with np.errstate(all="ignore"):
            return np.where(self._stable, s * self._from_entry(self._spent(s)), 1.0)

    def _excess_lst(self, s: Any) -> Any:
        with np.errstate(all="ignore"):
            return np.where(self._stable, self._from_entry(self._spent(s)) / self._finite_mean, 0.0)

    def _excess_complement(self, s: Any) -> Any:
        """sum_i (V_i E W_i / m) (d_i + e_i (1 - the transform from the next station on)), d_i = 1 - e_i."""
        with np.errstate(all="ignore"):
            d = self._stacked("excess_complement", s)
            share = self._raised(self._visits * self._means, d.shape[1:]) / self._finite_mean
            gone = s * self.routing.after(self._spent(s))
            return np.where(self._stable, (share * (d + (1.0 - d) * gone)).sum(axis=0), 1.0)

    @property
    def abscissa(self) -> Real:
        """The smallest of the stations', or where a loop multiplies as fast as it loses people."""
        if "abscissa" not in self._known:
            self._known["abscissa"] = released(self._least_pole())
        return self._known["abscissa"]

    def _least_pole(self) -> FloatArray:
        least = np.full(self.shape, np.inf)
        for block in self._order:
            visited = (self._visits[block.stations] > 0).any(axis=0)
            laws = self._together.chosen(block.stations)
            own = np.broadcast_to(laws.figure("abscissa").min(axis=0), self.shape)
            if block.inner is not None:
                usable = self._stable & visited
                own = np.where(usable, abscissa_of_loop(block.inner, laws, np.where(usable, own, 0.0)), own)
            least = np.where(visited, np.minimum(least, own), least)
        return np.where(self._stable, least, 0.0)

    # ------------------------------------------------------------------ in time
    @property
    def smooth(self) -> bool:
        """Whether all station laws are."""
        return self._smooth

    @property
    def atoms(self) -> Atoms:
        """Points of positive mass; where nothing was split off, only that at 0."""
        pieces = self.pieces()
        if not _whole(pieces, self):
            return atoms_of(pieces)
        masses = [
            sum(np.where(np.asarray(where) == 0.0, mass, 0.0) for where, mass in law.atoms)
            for law in self.laws
        ]
        if not any(np.any(mass) for mass in masses):
            return ()
        w = np.stack([np.broadcast_to(mass, self.shape) for mass in masses])
        x = against_the_flow(self._order, w, w * self._column(self.routing.exit, len(self.shape)))
        return ((0.0, released(self._from_entry(x))),)

    def pieces(self) -> tuple[Piece, ...]:
        """Itself while smooth, else its paths."""
        whole = (Piece(np.ones(1), np.zeros(1), (self,)),)
        if self._smooth or any(block.inner is not None for block in self._order):
            return whole
        if "paths" not in self._known:
            self._known["paths"] = self._paths()
        return self._known["paths"] or whole

    def _paths(self) -> tuple[Piece, ...]:
        """Each path as a sum; what lies behind the last law with jumps stays one law. Empty if there are too many."""
        behind: dict[int, tuple[Piece, ...]] = {}
        for block in reversed(self._order):
            station = int(block.stations[0])
            _, targets, shares = block.leaving
            next_ = [
                piece.thinned(share)
                for target, share in zip(targets.tolist(), shares.tolist(), strict=True)
                for piece in behind[target]
            ]
            leaves = float(self.routing.exit[station])
            if leaves > 0.0:
                next_.append(constants(0.0, leaves))
            behind[station] = together([self.laws[station].pieces(), collected(next_)])
            if sum(max(len(piece.mass), len(piece.shift)) for piece in behind[station]) > _MOST_PIECES:
                return ()
        entered = [
            piece.thinned(self._enters[station])
            for station, pieces in behind.items()
            if np.any(self._enters[station] > 0)
            for piece in pieces
        ]
        return collected(entered)

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) from one set of transform values."""
        pieces = self.pieces()
        if _whole(pieces, self):
            tail, density = self._by_curve(t) if self._dear else smooth_tail_and_density(self, t)
        else:
            tail, density = tail_and_density(pieces, Sum, t, self.shape)
        return released(tail), released(density)

    @property
    def _dear(self) -> bool:
        """Whether each transform value costs a large linear system."""
        if self.shape or not self._smooth or not self._stable:
            return False
        return any(block.inner is not None and len(block.inner) > _LARGE for block in self._order)

    def _by_curve(self, t: Any) -> tuple[Any, Any]:
        """As `smooth_tail_and_density`, from transform values that serve whole ranges of times."""
        if "curve" not in self._known:
            self._known["curve"] = Curve(self)
        time = np.asarray(t, dtype=np.float64)
        inside = (time > 0.0) & np.isfinite(time)
        above, at = self._known["curve"].tail_and_density(np.where(inside, time, float(self.mean)))
        start = 1.0 - sum(float(mass) for where, mass in self.atoms if where == 0.0)
        outside = np.where(time < 0.0, 1.0, np.where(time == 0.0, start, 0.0))
        return (
            np.where(inside, np.clip(above, 0.0, 1.0), outside),
            np.where(inside, np.maximum(at, 0.0), 0.0),
        )

    def _sf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[0])

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[1])

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        """By walking: enter, draw a sojourn, go on or leave."""
        chosen = rng.random(size)
        at = (chosen >= np.cumsum(self._enters, axis=0)[:-1].reshape(-1, *self._trailing(size))).sum(axis=0)
        total = np.zeros(size)
        inside = np.ones(size, dtype=np.bool_)
        while inside.any():
            onward = np.full(size, -1)
            for station in np.unique(at[inside]).tolist():
                here = inside & (at == station)
                total[here] += np.broadcast_to(self.laws[station].sample(size, rng), size)[here]
                targets, shares = self.routing.row(station)
                step = np.searchsorted(np.cumsum(shares), rng.random(int(here.sum())), side="right")
                limit = targets.size if self.routing.exit[station] > 0 else targets.size - 1
                onward[here] = np.append(targets, -1)[np.minimum(step, limit)]
            at = onward
            inside = at >= 0
        return np.where(self._stable, total, np.inf)

    def _trailing(self, size: tuple[int, ...]) -> tuple[int, ...]:
        return (1,) * (len(size) - len(self.shape)) + self.shape


def _whole(pieces: tuple[Piece, ...], law: Law) -> bool:
    return len(pieces) == 1 and len(pieces[0].laws) == 1 and pieces[0].laws[0] is law
