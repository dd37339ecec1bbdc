"""M/M/c+M: waiting customers leave when their patience ends. What its numbers and laws are made of.

With x = c mu / theta, y = lambda / theta and s = theta t, somebody who has to wait and never gives up would wait longer
than t with probability

    P(V > t) / P(V > 0) = P(x, y exp(-s)) / P(x, y),

P the regularised incomplete gamma function, and, still waiting then, gives up before being served with probability
h(x, y exp(-s)), h of `poisson_ratio.palm`: waiting on is like arriving at a lower rate.

Source: Palm 1957; Baccelli & Hebuterne 1981, "On queues with impatient customers", Performance '81 (the density of V);
Mandelbaum & Zeltyn 2007, "Service engineering in action: the Palm/Erlang-A queue", section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import special

from queuecalc.station import erlang
from queuecalc.station.offered import Load
from queuecalc.station.poisson_ratio import log_weight, palm, passed

__all__ = ["Impatience", "Stage", "convex"]

DEPTH = 80.0
"""Integrals over a wait end where its density has fallen by exp(-DEPTH)."""

SEARCH = 60
"""Newton steps towards that place; they approach it from outside."""

NODES = 20
"""Of Gauss and Legendre on a panel."""

PANELS = 4
"""Panels on each side of the peak, each twice as long as the one before; more where the wait exceeds the patience."""


def convex(s: Any) -> Any:
    """exp(-s) - 1 + s, without cancellation at small s."""
    near = np.abs(s) < 0.3
    small = np.where(near, s, 0.0)
    series = np.ones_like(small)
    for n in range(18, 2, -1):
        series = 1.0 - small / n * series
    return np.where(near, 0.5 * small * small * series, np.expm1(-s) + s)


@dataclass(frozen=True, eq=False)
class Stage:
    """A time with the density proportional to exp(-gap s - y (exp(-s) - 1 + s)) at s >= 0; arrays of one shape.

    Attributes:
        x: gap + y, > 0.
        y: >= 0.
        gap: x - y, to full relative accuracy.
    """

    x: Any
    y: Any
    gap: Any

    def moved(self, by: Any) -> Stage:
        """With exp(-by s) times the density."""
        return Stage(self.x + by, self.y, self.gap + by)

    def later(self, s: Any) -> Stage:
        """What is left of it after s."""
        gone = -np.expm1(-s) * self.y
        shape = np.broadcast_shapes(np.shape(s), np.shape(self.x))
        x, y, gap = (np.broadcast_to(z, shape) for z in (self.x, self.y * np.exp(-s), self.gap + gone))
        return Stage(x, y, gap)

    @cached_property
    def ratios(self) -> tuple[Any, Any]:
        """(G, h) of `poisson_ratio.palm`: the density at 0 is x G, E[1 - exp(-s)] is h."""
        return palm(self.x, self.y, self.gap)

    @property
    def log_hazard(self) -> Any:
        """ln of x G, also where G is too small for a number."""
        g, _ = self.ratios
        some = g > 1e-290
        safe = np.where(self.y > 0.0, self.y, 1.0)
        below = log_weight(self.x, safe) - np.log(np.maximum(special.gammainc(self.x, safe), 1e-300))
        return np.log(self.x) + np.where(some, np.log(np.where(some, g, 1.0)), below)

    def survival(self, s: Any, later: Stage) -> Any:
        """The probability of more than s; `later` is self.later(s)."""
        x, y, gap = (np.broadcast_to(z, later.x.shape) for z in (self.x, self.y, self.gap))
        g, later_g = self.ratios[0], later.ratios[0]
        over = gap < 0.0
        rate = np.where(over, 1.0, gap) * s + np.where(over, 0.0, y) * convex(s)
        value = g / np.where(later_g > 0.0, later_g, 1.0) * np.exp(-rate)
        if np.any(over):
            value = np.where(over, _lower(later) / _lower(Stage(x, np.where(over, y, x), gap)), value)
        return np.minimum(value, 1.0)

    @cached_property
    def nodes(self) -> tuple[Any, Any]:
        """(s, weights that add to 1), along the first axis, for averages of smooth functions of the time."""
        over = self.gap < 0.0
        peak = np.where(over, np.log(np.where(over, self.y / self.x, 1.0)), 0.0)
        linear = np.where(over, 0.0, self.gap)  # what the exponent is made of, seen from the peak
        bent = np.where(over, self.x, self.y)
        right = (DEPTH + bent) / (linear + bent)
        for _ in range(SEARCH):
            value = linear * right + bent * convex(right) - DEPTH
            right = right - value / (linear - bent * np.expm1(-right))
        left = np.minimum(peak, np.sqrt(2.0 * DEPTH / np.maximum(bent, 1e-300)))
        x, w = np.polynomial.legendre.leggauss(NODES)
        spots, weights = [], []
        for sign, length in ((1.0, right), (-1.0, left)):
            count = PANELS + int(np.ceil(np.log2(max(float(np.max(length)), 1.0))))
            ends = (2.0 ** np.arange(count + 1) - 1.0) / (2.0**count - 1.0)
            unit = (ends[:-1, None] + np.diff(ends)[:, None] * (0.5 + 0.5 * x)).ravel()
            part = (0.5 * np.diff(ends)[:, None] * w).ravel()
            axis = (-1, *(1,) * np.ndim(length))
            u = sign * unit.reshape(axis) * length
            spots.append(peak + u)
            weights.append(part.reshape(axis) * length * np.exp(-linear * u - bent * convex(u)))
        weight = np.concatenate(weights)
        return np.concatenate(spots), weight / np.sum(weight, axis=0)

    def average(self, values: Any) -> Any:
        """The mean of values at the nodes."""
        return np.sum(self.nodes[1] * values, axis=0)


def _lower(stage: Stage) -> Any:
    """P(x, y)."""
    g, _ = stage.ratios
    below = stage.gap > 4.0 * np.sqrt(stage.x)
    some = np.where(stage.y > 0.0, stage.y, 1.0)
    small = np.exp(log_weight(stage.x, some)) / np.where(below, g, 1.0)
    value = np.where(below, small, special.gammainc(stage.x, stage.y))
    return np.where(stage.y > 0.0, value, 0.0)


@dataclass(frozen=True, eq=False)
class Impatience:
    """The state of M/M/c+M; arrays of one shape.

    Attributes:
        load: what the servers are offered.
        patience_rate: theta, in 1/s.
    """

    load: Load
    patience_rate: Any

    @classmethod
    def of(cls, arrival_rate: Any, service_rate: Any, servers: Any, patience_rate: Any) -> Impatience:
        """From the arguments of the station."""
        shape = np.broadcast_shapes(
            *(np.shape(z) for z in (arrival_rate, service_rate, servers, patience_rate))
        )
        load = Load.by_rate(
            np.broadcast_to(np.asarray(arrival_rate, dtype=np.float64), shape), service_rate, servers
        )
        return cls(load, np.broadcast_to(np.asarray(patience_rate, dtype=np.float64), shape))

    @cached_property
    def offered(self) -> Stage:
        """The wait of who has to wait and never gives up, in units of the mean patience."""
        x = self.load.servers / self.load.service_mean / self.patience_rate
        return Stage(x, self.load.arrival_rate / self.patience_rate, x * self.load.slack)

    @cached_property
    def served(self) -> Stage:
        """The same of those who do not give up."""
        return self.offered.moved(1.0)

    @cached_property
    def _chances(self) -> tuple[Any, Any]:
        """(all servers are busy, one is free)."""
        load = self.load
        b = erlang.loss_probability(load.servers, load.offered, load.remainder)
        free = passed(load.servers, load.offered) * self.offered.ratios[0]
        return b / (b + free), free / (b + free)

    @property
    def delayed(self) -> Any:
        """P(V > 0)."""
        return self._chances[0]

    @property
    def lost_if_delayed(self) -> Any:
        """h: the probability of giving up, of those who have to wait."""
        return self.offered.ratios[1]

    @cached_property
    def served_if_delayed(self) -> Any:
        """1 - h."""
        return self.kept(self.offered)

    def kept(self, stage: Stage) -> Any:
        """1 - h of a stage, to full relative accuracy: x (1 - G) / y, or x G(x, y) / ((x + 1) G(x + 1, y))."""
        g, h = stage.ratios
        much = h > 0.5
        if not np.any(much):
            return 1.0 - h
        one = Stage(stage.x + 1.0, stage.y, stage.gap + 1.0).ratios[0]
        low = g < 0.5
        few = np.where(low, 1.0 - g, g / np.where(one > 0.0, one, 1.0))
        few = few * stage.x / np.where(low, np.where(stage.y > 0.0, stage.y, 1.0), stage.x + 1.0)
        return np.where(much, few, 1.0 - h)

    @property
    def abandoned(self) -> Any:
        """Probability of giving up."""
        return self.delayed * self.lost_if_delayed

    @cached_property
    def completed(self) -> Any:
        """Probability of being served."""
        return self._chances[1] + self.delayed * self.served_if_delayed

    @property
    def delayed_if_served(self) -> Any:
        """Probability of having waited, of those who are served."""
        return self.delayed * self.served_if_delayed / self.completed
