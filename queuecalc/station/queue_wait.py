"""The waiting time of M/G/1, M/G/c and their finite rooms as a law."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.law import forms
from queuecalc.law.base import Atoms, Law
from queuecalc.law.parameter import Real, released
from queuecalc.law.variation import scv_of
from queuecalc.station.decay import decay_rate
from queuecalc.station.moments import excess_second_moment
from queuecalc.station.smoothness import looseness, without_kinks
from queuecalc.station.waiting import Waiting
from queuecalc.transform.saddle_point import Part, Transforms, inverted

__all__ = ["SHORTEST", "QueueWait"]

FEW_ATOMS = 16
"""Up to so many atoms of the service law have the kink that they make in the density's transform taken out."""


SHORTEST = 1e-9
"""In mean service times over servers: earlier times are taken as this one."""


Ramp = tuple[Any, Any]
"""(weight, end) of weight (end - t)^+."""


@dataclass(frozen=True, eq=False, repr=False)
class QueueWait(Law):
    """The wait W of a queue, zero with probability 1 - delay, known by its transform.

    Survival function and density are inverted (`inversion.py`): relative accuracy 1e-10 for smooth light-tailed service
    laws, absolute 1e-10 for heavy tails; where the service law has atoms the kinks that a single server makes of them
    are taken out first. Without a steady state W is infinite: sf = 1, lst = 0.

    Attributes:
        waiting: the queue.
    """

    inverted: ClassVar[bool] = True

    waiting: Waiting

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape of the queue."""
        return self.waiting.shape

    @property
    def delay(self) -> Any:
        """P(W > 0), as an array."""
        return np.asarray(self.waiting.delay_probability)

    @property
    def mean(self) -> Real:
        """E[W]."""
        return self.waiting.mean

    @property
    def scv(self) -> Real:
        """var / mean^2; inf without a steady state, 0 where nobody waits."""
        return scv_of(self.mean, self.var)

    @property
    def var(self) -> Real:
        """Variance; inf without a steady state or where the third moment of the service time is infinite.

        With D the conditional wait: C E[D^2] - (C E[D])^2, and for the compound-geometric part G of a number of
        X / c that is geometric with ratio rho, E[G^2] = E[X^2] / (c^2 (1 - rho)) + 2 rho E[X]^2 / (c (1 - rho))^2
        (Takacs 1962; Kleinrock 1975, eq. (5.71)).
        """
        w = self.waiting
        mean = np.asarray(self.mean)
        second = _second_moment(w) if w.max_queue is None else w.finite.second_moment
        waits = w.steady & (self.delay > 0.0)
        with np.errstate(invalid="ignore"):
            var = np.where(np.isinf(second), np.inf, np.maximum(self.delay * second - mean * mean, 0.0))
        var = np.where(waits, var, 0.0)
        return released(np.where(w.steady, var, np.inf))

    @cached_property
    def abscissa(self) -> Real:
        """The decay rate of P(W > t); 0 without a steady state or for a heavy tail."""
        w = self.waiting
        if w.max_queue is not None:
            return released(w.finite.abscissa + np.zeros(self.shape))
        slowest = decay_rate(w.load, w.service)
        with np.errstate(divide="ignore"):
            added = np.where(w.correction.epsilon > 0.0, 1.0 / w.correction.epsilon, np.inf)
            mixed = np.where(w.correction.beta < 1.0, 1.0 / w.margin[1], np.inf)
        return released(np.where(w.steady, np.minimum(slowest, np.minimum(added, mixed)), 0.0))

    @property
    def atoms(self) -> Atoms:
        """The point 0, which has what does not wait."""
        return ((released(np.zeros(self.shape)), released(1.0 - self.delay)),)

    @property
    def smooth(self) -> bool:
        """Whether the service law is: its atoms and jumps make kinks."""
        return self.waiting.service.smooth

    # -- survival and density

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once; the density is that of the positive part."""
        tail, density = self._both(np.asarray(t, dtype=np.float64))
        return released(tail), released(density)

    def _sf(self, t: Any) -> Any:
        return self._both(t)[0]

    def _pdf(self, t: Any) -> Any:
        return self._both(t)[1]

    def _both(self, t: Any) -> tuple[Any, Any]:
        w = self.waiting
        shape = np.broadcast_shapes(np.shape(t), self.shape)
        time = np.broadcast_to(t, shape)
        waits = np.broadcast_to(w.steady & (self.delay > 0.0), shape)
        scale = np.where(w.load.service_mean > 0.0, w.load.service_mean, 1.0) / w.load.servers
        inside = waits & np.isfinite(time) & (time >= 0.0)
        near = np.maximum(np.where(inside, time, scale), SHORTEST * scale)
        ramps = self._ramps
        tail, density = inverted(
            _transforms(w, ramps),
            near,
            self.leftmost,
            part=self._part(shape, ramps),
            smooth=without_kinks(w.service),
            slack=looseness(w.service),
        )
        kink, slope = _kinks(ramps, near)
        delay = self.delay
        tail = np.clip(delay * (tail + kink), 0.0, delay)
        density = np.maximum(delay * (density - slope), 0.0)
        tail = np.where(inside, np.where(time == 0.0, delay, tail), np.where(w.steady, 0.0, 1.0))
        tail = np.where(time < 0.0, 1.0, tail)
        return tail, np.where(inside, density, 0.0)

    @cached_property
    def leftmost(self) -> Any:
        """How far an inversion may tilt: the decay rate, 0 where that is infinite or the room finite."""
        if self.waiting.max_queue is not None:
            return np.zeros(self.shape)
        rate = np.asarray(self.abscissa)
        return np.where(np.isfinite(rate), rate, 0.0)

    def _part(self, shape: tuple[int, ...], ramps: list[Ramp]) -> Part | None:
        """Mask -> the transforms of its elements."""
        w = self.waiting
        if not self.shape:
            return lambda _: _transforms(w, ramps)
        if w.service.shape:
            return None

        def chosen(mask: Any) -> Transforms:
            taken = [(np.broadcast_to(weight, shape)[mask], where) for weight, where in ramps]
            return _transforms(w.elements(shape, mask), taken)

        return chosen

    @cached_property
    def _ramps(self) -> list[Ramp]:
        """(weight, location) of the kinks that atoms of the service law make in P(W > t | W > 0) for one server.

        The first term of the geometric sum, (1 - rho) P(X > t), has the part sum_i p_i (d_i - t)^+ / m.
        """
        w = self.waiting
        atoms = w.service.atoms
        if w.max_queue is not None or not w.single or not 0 < len(atoms) <= FEW_ATOMS:
            return []
        mean = w.load.service_mean
        share = w.margin[0] / np.where(mean > 0.0, mean, 1.0)
        return [(share * np.asarray(mass), np.asarray(where, dtype=np.float64)) for where, mass in atoms]

    # -- transforms

    def _lst(self, s: Any) -> Any:
        return np.asarray(self.waiting.lst(s))

    def _lst_complement(self, s: Any) -> Any:
        w = self.waiting
        return np.where(w.steady, self.delay * w.delayed(s)[0], 1.0)

    def _excess_lst(self, s: Any) -> Any:
        mean = np.asarray(self.mean)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio = self._lst_complement(s) / (s * np.where(np.isfinite(mean), mean, 1.0))
        ratio = np.where((s == 0.0) | (mean < 1e-290), 1.0, ratio)
        return np.where(np.isfinite(mean), ratio, 0.0)

    def _excess_complement(self, s: Any) -> Any:
        return 1.0 - self._excess_lst(s)

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return self._isf(1.0 - rng.random(size))


def _transforms(w: Waiting, ramps: list[Ramp]) -> Transforms:
    """s -> transforms of P(W > t | W > 0) and its density, without the ramps."""

    def both(s: Any) -> tuple[Any, Any]:
        left, value = w.delayed(s)
        tail = left / np.where(s == 0.0, 1e-300, s)
        for weight, where in ramps:
            ramp = _ramp_transform(s, where)
            tail = tail - weight * ramp
            value = value - weight * (where - s * ramp)
        return tail, value

    return both


def _kinks(ramps: list[Ramp], t: Any) -> tuple[Any, Any]:
    """sum weight (where - t)^+ and its derivative."""
    total, slope = np.zeros(()), np.zeros(())
    for weight, where in ramps:
        total = total + weight * np.maximum(where - t, 0.0)
        slope = slope - weight * (t < where)
    return total, slope


def _ramp_transform(s: Any, where: Any) -> Any:
    """Laplace transform of (d - t)^+, (d s - 1 + exp(-d s)) / s^2."""
    z = np.asarray(where * s)
    return where * where * forms.exp_excess_complement(z) / np.where(z == 0.0, 1.0, z)


def _second_moment(w: Waiting) -> Any:
    """E[D^2] of the conditional wait D without a bound."""
    slack, tau = w.margin
    c = w.load.servers
    epsilon, beta = w.correction.epsilon, w.correction.beta
    first = np.asarray(w.service.excess_mean) / (c * slack)
    with np.errstate(invalid="ignore"):
        second = excess_second_moment(w.service) / (c * c * slack) + 2.0 * w.load.utilisation * first**2
        second = second + 2.0 * epsilon * first + 2.0 * epsilon**2
    second = beta * second + (1.0 - beta) * 2.0 * tau * tau
    return np.where(np.isinf(first), np.inf, second)
