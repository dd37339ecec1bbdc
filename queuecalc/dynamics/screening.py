"""Many constant capacities at once: what the fluid backlog comes to for each, without its path.

For a constant capacity c the net input X(t) = B(0) + A(t) - c t turns only where the inflow crosses c. Those
instants are few; B = X - min(0, running minimum of X) at them and at the end is all there is to know.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queuecalc.dynamics.fluid import check_rates
from queuecalc.errors import InvalidInput
from queuecalc.load.arrays import ArrayRecord, FloatArray

__all__ = ["Backlogs", "backlogs"]

_EPS = float(np.finfo(np.float64).eps)
_AT_ONCE = 256  # capacities per block: bounds the memory


@dataclass(frozen=True, slots=True, eq=False)
class Backlogs(ArrayRecord):
    """The outcome for each capacity.

    Attributes:
        max_backlog: the largest backlog from the first knot to the last.
        end_backlog: that at the last knot; 0.0 when it has drained.
        max_lag: the largest lag [s]; inf for a capacity of zero where work arrives.
    """

    max_backlog: FloatArray
    end_backlog: FloatArray
    max_lag: FloatArray


def backlogs(
    knots: npt.ArrayLike,
    inflow_left: npt.ArrayLike,
    inflow_right: npt.ArrayLike,
    capacities: npt.ArrayLike,
    initial: float = 0.0,
) -> Backlogs:
    """Fluid backlogs of one inflow under many constant capacities.

    Args:
        knots: t_0 < ... < t_n [s].
        inflow_left: work arriving per second just after the beginning of each segment, shape (n,); linear inside.
        inflow_right: the same just before its end.
        capacities: work done per second at most, any shape.
        initial: backlog at t_0.

    Raises:
        InvalidInput: as `fluid_path`.

    >>> backlogs(knots=(0, 10, 20), inflow_left=(3, 0), inflow_right=(3, 0), capacities=(1, 2, 3)).max_lag.tolist()
    [20.0, 5.0, 0.0]
    """
    t = np.asarray(knots, dtype=np.float64)
    left, right = check_rates("inflow", t, inflow_left, inflow_right)
    wanted = np.asarray(capacities, dtype=np.float64)
    if not (np.isfinite(wanted) & (wanted >= 0)).all():
        raise InvalidInput("every capacity must be finite and >= 0")
    if not (np.isfinite(initial) and initial >= 0):
        raise InvalidInput(f"the initial backlog must be a number >= 0, got {initial!r}")
    curve = _Inflow.of(t, left, right)
    c, back = np.unique(wanted.ravel(), return_inverse=True)
    blocks = [curve.backlogs(c[k : k + _AT_ONCE], initial) for k in range(0, c.size, _AT_ONCE)]
    largest = np.concatenate([block[0] for block in blocks] or [np.zeros(0)])[back].reshape(wanted.shape)
    end = np.concatenate([block[1] for block in blocks] or [np.zeros(0)])[back].reshape(wanted.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        lag = np.where(largest > 0, largest / wanted, 0.0)
    return Backlogs(max_backlog=largest, end_backlog=end, max_lag=lag)


@dataclass(frozen=True, slots=True)
class _Inflow:
    """The inflow as a polyline: both ends of every segment, jumps as steps of no duration."""

    since: FloatArray  # time from the first knot, at the points
    rate: FloatArray  # at the points
    total: FloatArray  # work arrived, at the points

    @classmethod
    def of(cls, knots: FloatArray, left: FloatArray, right: FloatArray) -> _Inflow:
        work = np.concatenate([[0.0], np.cumsum(0.5 * (left + right) * np.diff(knots))])
        since = knots - knots[0]
        return cls(
            since=np.repeat(since, 2)[1:-1],
            rate=np.column_stack([left, right]).ravel(),
            total=np.repeat(work, 2)[1:-1],
        )

    def backlogs(self, c: FloatArray, initial: float) -> tuple[FloatArray, FloatArray]:
        """Largest and last backlog for each of some rising capacities."""
        low = np.minimum(self.rate[:-1], self.rate[1:])
        high = np.maximum(self.rate[:-1], self.rate[1:])
        first = np.searchsorted(c, low, side="left")
        crossed = np.searchsorted(c, high, side="left") - first
        part = np.repeat(np.arange(low.size), crossed)
        which = np.arange(part.size) - np.repeat(np.cumsum(crossed) - crossed, crossed) + first[part]
        order = np.argsort(which, kind="stable")
        part, which = part[order], which[order]

        rate, rise = self.rate[part], self.rate[part + 1] - self.rate[part]
        share = (c[which] - rate) / rise
        u = share * (self.since[part + 1] - self.since[part])
        net = self.total[part] - c[which] * (self.since[part] + u) + u * (rate + 0.5 * rise * share)

        per_capacity = np.bincount(which, minlength=c.size)
        rank = np.arange(which.size) - np.repeat(np.cumsum(per_capacity) - per_capacity, per_capacity)
        last = initial + self.total[-1] - c * self.since[-1]
        X = np.repeat(last[:, None], int(per_capacity.max(initial=0)) + 2, axis=1)
        X[:, 0] = initial
        X[which, rank + 1] = initial + net
        B = X - np.minimum(np.minimum.accumulate(X, axis=1), 0.0)
        scale = initial + self.total[-1] + c * self.since[-1]
        end = np.where(B[:, -1] <= 16.0 * _EPS * scale, 0.0, B[:, -1])
        largest = B.max(axis=1)
        return np.where(largest <= 16.0 * _EPS * scale, end, largest), end
