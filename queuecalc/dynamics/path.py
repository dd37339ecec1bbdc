"""What a fluid queue did: its backlog, its lag, its departures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from queuecalc.dynamics.cumulative import Cumulative
from queuecalc.dynamics.lag import lag_candidates, largest_by
from queuecalc.errors import InvalidInput
from queuecalc.load.arrays import ArrayRecord, FloatArray

__all__ = ["FluidPath", "net_rate"]

_EPS = float(np.finfo(np.float64).eps)


def net_rate(inflow: FloatArray, capacity: FloatArray) -> FloatArray:
    """Inflow - capacity, zero where they agree to rounding (4 ulp)."""
    rate = inflow - capacity
    return np.where(np.abs(rate) <= 4.0 * _EPS * np.maximum(inflow, capacity), 0.0, rate)


@dataclass(frozen=True, eq=False)
class FluidPath(ArrayRecord):
    """A fluid queue on its refined knots: those given, and the instants at which the backlog starts or ends.

    Times in seconds, rates and backlogs in the unit of work in which they were given. After the last knot the last
    rates continue. m is the number of refined segments, n that of the original ones (slots).

    Attributes:
        knots: the refined knots, shape (m + 1,).
        inflow_left: work arriving per second just after the beginning of each refined segment, shape (m,).
        inflow_right: the same just before its end.
        capacity_left: work that could be done per second, as the inflow.
        capacity_right: the same just before the end.
        backlog: at the refined knots, shape (m + 1,); exactly 0.0 where it is gone.
        backlogged: whether there is a backlog inside a refined segment, shape (m,).
        slot: the original segment that a refined one belongs to, shape (m,).
    """

    knots: FloatArray
    inflow_left: FloatArray
    inflow_right: FloatArray
    capacity_left: FloatArray
    capacity_right: FloatArray
    backlog: FloatArray
    backlogged: npt.NDArray[np.bool_]
    slot: npt.NDArray[np.intp]

    # ------------------------------------------------------------------ backlog
    @cached_property
    def _net(self) -> tuple[FloatArray, FloatArray]:
        return (
            net_rate(self.inflow_left, self.capacity_left),
            net_rate(self.inflow_right, self.capacity_right),
        )

    @cached_property
    def _peak_share(self) -> FloatArray:
        """Where in each refined segment the backlog is largest: 0, 1, or inside where it turns."""
        r0, r1 = self._net
        turns = (r0 > 0) & (r1 < 0) & self.backlogged
        inside = np.divide(r0, r0 - r1, out=np.zeros_like(r0), where=turns)
        return np.where(turns, inside, (self.backlog[1:] > self.backlog[:-1]).astype(np.float64))

    @cached_property
    def maximum(self) -> FloatArray:
        """The largest backlog in each refined segment, at an end or inside, shape (m,)."""
        r0, r1 = self._net
        share, length = self._peak_share, np.diff(self.knots)
        inside = self.backlog[:-1] + length * share * (r0 + 0.5 * (r1 - r0) * share)
        at_ends = np.maximum(self.backlog[:-1], self.backlog[1:])
        return np.where(self.backlogged, np.maximum(inside, at_ends), 0.0)

    @property
    def max_backlog(self) -> float:
        """The largest backlog from the first knot to the last."""
        return float(max(self.maximum.max(), self.backlog[0]))

    @property
    def end_backlog(self) -> float:
        """The backlog at the last knot; exactly 0.0 when it has drained."""
        return float(self.backlog[-1])

    @overload
    def backlog_at(self, t: float) -> float: ...
    @overload
    def backlog_at(self, t: npt.NDArray[Any]) -> FloatArray: ...
    def backlog_at(self, t: float | npt.NDArray[Any]) -> float | FloatArray:
        """B(t) at any instants from the first knot on [s]."""
        return _as_given(self._backlog(self._instants(t)))

    # ------------------------------------------------------------------ departures
    @property
    def departure_left(self) -> FloatArray:
        """Work leaving per second just after the beginning of each refined segment.

        The capacity where there is a backlog, the inflow where there is none.
        """
        return np.where(self.backlogged, self.capacity_left, self.inflow_left)

    @property
    def departure_right(self) -> FloatArray:
        """The same just before its end."""
        return np.where(self.backlogged, self.capacity_right, self.inflow_right)

    @overload
    def arrival_epoch(self, t: float) -> float: ...
    @overload
    def arrival_epoch(self, t: npt.NDArray[Any]) -> FloatArray: ...
    def arrival_epoch(self, t: float | npt.NDArray[Any]) -> float | FloatArray:
        """When the work that is served at t arrived (in order of arrival) [s].

        Without a backlog that is t itself; work of the initial backlog counts as arrived at the first knot.
        """
        at = self._instants(t)
        epoch = np.minimum(self._entered.first(self._capacity.at(at)), at)
        return _as_given(np.where(self._is_backlogged(at), epoch, at))

    @overload
    def service_epoch(self, t: float) -> float: ...
    @overload
    def service_epoch(self, t: npt.NDArray[Any]) -> FloatArray: ...
    def service_epoch(self, t: float | npt.NDArray[Any]) -> float | FloatArray:
        """When the work that arrives at t is served: t + lag(t) [s]; inf where that is never."""
        at = self._instants(t)
        return _as_given(at + self._lag(at))

    # ------------------------------------------------------------------ lag
    @overload
    def lag(self, t: float) -> float: ...
    @overload
    def lag(self, t: npt.NDArray[Any]) -> FloatArray: ...
    def lag(self, t: float | npt.NDArray[Any]) -> float | FloatArray:
        """How long the message that arrives at t waits: C^-1(C(t) + B(t)) - t, C the cumulative capacity [s].

        0.0 without a backlog; inf where the capacity ends before the message's turn comes.
        """
        return _as_given(self._lag(self._instants(t)))

    @property
    def slot_lag(self) -> FloatArray:
        """The largest lag of the messages that arrive in each original segment, shape (n,) [s]."""
        return self._slot_lags[0]

    @property
    def slot_lag_instant(self) -> FloatArray:
        """When the message arrives that waits longest, per original segment, shape (n,) [s]."""
        return self._slot_lags[1]

    @property
    def max_lag(self) -> float:
        """The largest lag from the first knot to the last [s]."""
        return float(self.slot_lag.max())

    @property
    def max_lag_instant(self) -> float:
        """When the message arrives that waits longest of all [s]."""
        return float(self.slot_lag_instant[int(self.slot_lag.argmax())])

    # ------------------------------------------------------------------ draining
    @property
    def last_overload(self) -> float | None:
        """The last instant at which the inflow is above the capacity [s]; None if there is none."""
        r0, r1 = self._net
        over = np.flatnonzero(np.maximum(r0, r1) > 0)
        if over.size == 0:
            return None
        k = int(over[-1])
        share = 1.0 if r1[k] > 0 else float(r0[k] / (r0[k] - r1[k]))
        return float(self.knots[k] + share * (self.knots[k + 1] - self.knots[k]))

    @property
    def drain_time(self) -> float:
        """From the last instant of overload (without one: from the first knot) until the backlog is gone [s].

        After the last knot the last rates continue; inf if it never drains.
        """
        r_end = float(self._net[1][-1])
        if r_end > 0 or (self.end_backlog > 0 and r_end >= 0):
            return float("inf")
        since = self.last_overload
        start = float(self.knots[0]) if since is None else since
        if self.end_backlog > 0:
            return float(self.knots[-1]) - self.end_backlog / r_end - start
        empty = np.flatnonzero((self.backlog == 0) & (self.knots >= start))
        return float(self.knots[empty[0]]) - start

    # ------------------------------------------------------------------ machinery
    @cached_property
    def _capacity(self) -> Cumulative:
        return Cumulative.of_rate(self.knots, self.capacity_left, self.capacity_right)

    @cached_property
    def _entered(self) -> Cumulative:
        """C + B: the level of cumulative capacity at which the newest message is served."""
        return Cumulative(
            self.knots,
            np.maximum.accumulate(self._capacity.levels + self.backlog),
            np.where(self.backlogged, self.inflow_left, self.capacity_left),
            np.where(self.backlogged, self.inflow_right, self.capacity_right),
        )

    @cached_property
    def _constant_capacity(self) -> float | None:
        """The capacity if it is one positive number throughout."""
        c = float(self.capacity_left[0])
        same = (self.capacity_left == c).all() and (self.capacity_right == c).all()
        return c if same and c > 0 else None

    def _instants(self, t: float | npt.NDArray[Any]) -> FloatArray:
        at = np.asarray(t, dtype=np.float64)
        if not (at >= self.knots[0]).all():
            raise InvalidInput(
                f"a fluid queue is known from its first knot ({self.knots[0]:g} s) on, got {t!r}"
            )
        return at

    def _segment(self, t: FloatArray) -> npt.NDArray[np.intp]:
        found = np.searchsorted(self.knots, t, side="right") - 1
        return np.minimum(found, self.slot.size - 1)

    def _is_backlogged(self, t: FloatArray) -> npt.NDArray[np.bool_]:
        inside = self.backlogged[self._segment(t)]
        return np.where(t > self.knots[-1], self._backlog(t) > 0, inside)

    def _backlog(self, t: FloatArray) -> FloatArray:
        k = self._segment(t)
        r0, r1 = self._net
        u = t - self.knots[k]
        slope = (r1[k] - r0[k]) / (self.knots[k + 1] - self.knots[k])
        inside = self.backlog[k] + u * (r0[k] + 0.5 * slope * u)
        after = self.backlog[-1] + r1[-1] * (t - self.knots[-1])
        # From the nearer end, so that the end itself is hit exactly.
        back = self.knots[k + 1] - t
        inside = np.where(u <= back, inside, self.backlog[k + 1] - back * (r1[k] - 0.5 * slope * back))
        result: FloatArray = np.where(
            t > self.knots[-1],
            np.maximum(after, 0.0),
            np.where(self.backlogged[k], np.maximum(inside, 0.0), 0.0),
        )
        return result

    def _lag(self, t: FloatArray) -> FloatArray:
        backlog = self._backlog(t)
        if self._constant_capacity is not None:
            return backlog / self._constant_capacity
        turn = self._capacity.first(self._capacity.at(t) + backlog)
        return np.where(backlog > 0, np.maximum(turn - t, 0.0), 0.0)

    @cached_property
    def _slot_lags(self) -> tuple[FloatArray, FloatArray]:
        if self._constant_capacity is not None:
            instants = self.knots[:-1] + self._peak_share * np.diff(self.knots)
            return largest_by(self.slot, self.maximum / self._constant_capacity, instants)
        lags, instants, segments = lag_candidates(self._entered, self._capacity, self.backlogged)
        order = np.lexsort((instants, segments))
        return largest_by(self.slot[segments[order]], lags[order], instants[order])


def _as_given(values: FloatArray) -> float | FloatArray:
    """A float for a number, an array for an array."""
    return float(values) if values.ndim == 0 else values
