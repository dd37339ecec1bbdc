"""A time that later arrivals prolong: some first work, and all that comes while the server is busy with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.law.base import Atoms, Law
from queuecalc.law.parameter import Real, released
from queuecalc.law.variation import scv_of
from queuecalc.station.smoothness import looseness, without_kinks
from queuecalc.station.wait_and_service import WaitAndService
from queuecalc.transform.saddle_point import Transforms, inverted

__all__ = ["DelayCycle", "DelayedThen"]

STEPS = 60

SETTLED = 1e-15

SHORTEST = 1e-9
"""In means of the first work: earlier times are taken as this one."""

SCARCE = 1e-100
"""A mean, in seconds, below which a cycle counts as none."""

FEW = 16
"""Up to so many atoms are taken out before an inversion."""


@dataclass(frozen=True, eq=False, repr=False)
class DelayCycle(Law):
    """First work U, prolonged by Poisson arrivals until none is left: lst U*(z), z = s + lambda (1 - S*(z)).

    z = s + lambda (1 - theta(s)) with theta the transform of the busy period (Takacs 1962, chapter 1, theorem 3); it is
    found by Steffensen's iteration, which converges squarely. An atom d of U is one of the cycle, with probability
    exp(-lambda d). Absolute accuracy 1e-11 where U and S are smooth, 1e-7 where they have kinks.

    Attributes:
        first: the law of U.
        arrival_rate: lambda of those who prolong it, with lambda E[S] < 1 where U is finite.
        service: the law of S.

    Source: Conway, Maxwell & Miller 1967, section 8.3; Kleinrock 1976, eq. (3.27).
    """

    first: Law
    arrival_rate: Real
    service: Law

    @property
    def shape(self) -> tuple[int, ...]:
        """The common batch shape."""
        return np.broadcast_shapes(self.first.shape, np.shape(self.arrival_rate), self.service.shape)

    @property
    def _finite(self) -> Any:
        return np.broadcast_to(np.isfinite(np.asarray(self.first.mean)) & (self._load < 1.0), self.shape)

    @property
    def _load(self) -> Any:
        return np.asarray(self.arrival_rate) * np.asarray(self.service.mean)

    @property
    def _rate(self) -> Any:
        return np.where(self._finite, self.arrival_rate, 0.0)

    @property
    def mean(self) -> Real:
        """E[U] / (1 - lambda E[S])."""
        left = np.where(self._finite, 1.0 - self._load, 1.0)
        return released(np.where(self._finite, np.asarray(self.first.mean) / left, np.inf))

    @property
    def var(self) -> Real:
        """var U / (1 - rho)^2 + E[U] lambda E[S^2] / (1 - rho)^3."""
        left = np.where(self._finite, 1.0 - self._load, 1.0)
        second = np.asarray(self.service.var) + np.asarray(self.service.mean) ** 2
        mean = np.where(self._finite, self.first.mean, 1.0)
        with np.errstate(invalid="ignore"):
            added = np.where(self._rate * mean > 0.0, mean * self._rate * second, 0.0)
        return released(
            np.where(self._finite, np.asarray(self.first.var) / left**2 + added / left**3, np.inf)
        )

    @property
    def scv(self) -> Real:
        """var / mean^2; inf where the cycle never ends, 0 where there is none."""
        return scv_of(self.mean, self.var)

    @property
    def abscissa(self) -> Real:
        """The largest x - lambda (E exp(x S) - 1) for x below the abscissas of U and S."""
        limit = np.minimum(
            *(np.asarray(law.abscissa, dtype=np.float64) for law in (self.first, self.service))
        )
        limit = np.where(self._rate > 0.0, limit, np.asarray(self.first.abscissa, dtype=np.float64))
        limit = np.broadcast_to(limit, self.shape)
        far = 50.0 / np.where(np.asarray(self.service.mean) > 0.0, self.service.mean, 1.0)
        low, high = np.zeros(self.shape), np.where(np.isfinite(limit), limit, far)

        def reached(x: Any) -> Any:
            with np.errstate(all="ignore"):
                value = x + self._rate * np.asarray(self.service.lst_complement(-x))
            return np.where(np.isfinite(value), value, -np.inf)

        third = (np.sqrt(5.0) - 1.0) / 2.0
        for _ in range(STEPS):
            a, b = high - third * (high - low), low + third * (high - low)
            rising = reached(a) < reached(b)
            low, high = np.where(rising, a, low), np.where(rising, high, b)
        best = np.where(self._rate > 0.0, reached(low), limit)
        return released(np.where(self._finite, np.maximum(best, 0.0), 0.0))

    @property
    def atoms(self) -> Atoms:
        """Those of U during which nobody comes."""
        rate = self._rate
        return tuple(
            (x, released(np.asarray(mass) * np.exp(-rate * np.asarray(x)))) for x, mass in self.first.atoms
        )

    @property
    def smooth(self) -> bool:
        """Whether first work and services are."""
        return self.first.smooth and self.service.smooth

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once; the density is that of the part without atoms."""
        given = np.asarray(t, dtype=np.float64)
        shape = np.broadcast_shapes(given.shape, self.shape)
        time = np.broadcast_to(given, shape)
        finite = np.broadcast_to(self._finite, shape)
        mean = np.broadcast_to(np.where(self._finite, self.mean, 0.0), shape)
        inside = finite & (time >= 0.0) & np.isfinite(time) & (mean > SCARCE)
        atoms = self.atoms if len(self.first.atoms) <= FEW else ()
        scale = np.where(mean > SCARCE, mean, 1.0)
        near = np.maximum(np.where(inside, time, scale), SHORTEST * scale)
        smooth = self.smooth and without_kinks(self.service) and self.first.smooth
        slack = max(looseness(self.service), looseness(self.first))
        tail, density = inverted(
            self._transforms(atoms), near, np.zeros(shape), part=None, smooth=smooth, slack=slack
        )
        for where, mass in atoms:
            tail = tail + np.where(near < np.asarray(where), mass, 0.0)
        at_zero = sum((np.where(np.asarray(x) == 0.0, mass, 0.0) for x, mass in atoms), start=np.zeros(()))
        tail = np.where(inside, np.clip(tail, 0.0, 1.0), 0.0)
        tail = np.where(inside & (time == 0.0), 1.0 - at_zero, tail)
        tail = np.where((time < 0.0) | ~finite, 1.0, tail)
        return released(tail), released(np.where(inside, np.maximum(density, 0.0), 0.0))

    def _transforms(self, atoms: Atoms) -> Transforms:
        def both(s: Any) -> tuple[Any, Any]:
            left = self._missing(s)
            value = 1.0 - left
            tail = left / np.where(s == 0.0, 1e-300, s)
            for where, mass in atoms:
                gone = np.exp(-np.asarray(where) * s)
                tail = tail - mass * (1.0 - gone) / np.where(s == 0.0, 1e-300, s)
                value = value - mass * gone
            return tail, value

        return both

    def _sf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[0])

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[1])

    def _isf(self, q: Any) -> Any:
        return _isf_with_atoms(self, q)

    # -- transforms

    def _moved(self, s: Any) -> Any:
        """z."""
        rate = self._rate
        if not np.any(rate > 0.0):
            return s
        left = np.where(self._finite, 1.0 - self._load, 1.0)

        def step(z: Any) -> Any:
            return s + rate * self.service.lst_complement(z)

        # the first guess is right for small s, and far out the iteration contracts at once
        z = step(s / left)
        for _ in range(STEPS):
            one = step(z)
            two = step(one)
            bend = two - 2.0 * one + z
            with np.errstate(all="ignore"):
                better = z - (one - z) ** 2 / np.where(bend == 0.0, 1.0, bend)
            good = (bend != 0.0) & np.isfinite(better) & (better.real >= s.real)
            better = np.where(good, better, two)
            done = np.abs(better - z) <= SETTLED * np.abs(better)
            z = better
            if np.all(done):
                break
        return z

    def _missing(self, s: Any) -> Any:
        """1 - U*(z)."""
        return np.where(self._finite, self.first.lst_complement(self._moved(s)), 1.0)

    def _lst(self, s: Any) -> Any:
        return np.where(self._finite, self.first.lst(self._moved(s)), 0.0)

    def _lst_complement(self, s: Any) -> Any:
        return self._missing(s)

    def _excess_lst(self, s: Any) -> Any:
        mean = np.where(self._finite, self.mean, 1.0)
        none = (s == 0.0) | (mean < 1e-290)
        ratio = np.where(none, 1.0, self._missing(s) / np.where(none, 1.0, s * mean))
        return np.where(self._finite, ratio, 0.0)

    def _excess_complement(self, s: Any) -> Any:
        return 1.0 - self._excess_lst(s)


@dataclass(frozen=True, eq=False, repr=False)
class DelayedThen(WaitAndService):
    """A delay cycle W, and an independent service S after it: lst W* S*.

    P(T > t) = P(W = 0) P(S > t) + P(W > 0, W + S > t); the first part is the service law's own and keeps its jumps.

    Attributes:
        wait: the law of W.
        service: the law of S.
    """

    wait: DelayCycle
    service: Law

    @property
    def abscissa(self) -> Real:
        """The smaller of both."""
        return released(np.minimum(self.wait.abscissa, self.service.abscissa))

    @property
    def _free(self) -> Any:
        """P(W = 0)."""
        atoms = self.wait.atoms
        return sum((np.where(np.asarray(x) == 0.0, mass, 0.0) for x, mass in atoms), start=np.zeros(()))

    @property
    def atoms(self) -> Atoms:
        """Those of the service law, for customers who do not wait."""
        free = self._free
        return tuple((where, released(free * np.asarray(mass))) for where, mass in self.service.atoms)

    @property
    def smooth(self) -> bool:
        """Whether both are."""
        return self.wait.smooth and self.service.smooth

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once; the density is that of the part without atoms."""
        given = np.asarray(t, dtype=np.float64)
        shape = np.broadcast_shapes(given.shape, self.shape)
        time = np.broadcast_to(given, shape)
        finite = np.broadcast_to(self.wait._finite, shape)
        inside = finite & (time > 0.0) & np.isfinite(time)
        scale = np.broadcast_to(np.asarray(self.service.mean), shape)
        near = np.maximum(np.where(inside, time, scale), SHORTEST * scale)
        free = self._free

        def both(s: Any) -> tuple[Any, Any]:
            left = self.wait._missing(s)
            own = self.service.lst_complement(s)
            delayed = 1.0 - free - left
            tail = ((1.0 - free) - delayed * (1.0 - own)) / np.where(s == 0.0, 1e-300, s)
            return tail, delayed * (1.0 - own)

        smooth = self.smooth and without_kinks(self.service)
        slack = max(looseness(self.service), looseness(self.wait.first))
        tail, density = inverted(both, near, np.zeros(shape), part=None, smooth=smooth, slack=slack)
        above, at = self.service.tail_and_density(near)
        tail = np.where(inside, np.clip(tail + free * np.asarray(above), 0.0, 1.0), 0.0)
        tail = np.where((time <= 0.0) | ~finite, 1.0, tail)
        density = np.maximum(density, 0.0) + free * np.asarray(at)
        return released(tail), released(np.where(inside, density, 0.0))

    def _sf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[0])

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[1])

    def _isf(self, q: Any) -> Any:
        return _isf_with_atoms(self, q)

    def _lst(self, s: Any) -> Any:
        return self.wait.lst(s) * self.service.lst(s)

    def _lst_complement(self, s: Any) -> Any:
        w = self.wait.lst_complement(s)
        return w + (1.0 - w) * self.service.lst_complement(s)

    def _excess_lst(self, s: Any) -> Any:
        mean = np.where(np.isfinite(np.asarray(self.mean)), self.mean, 1.0)
        none = s == 0.0
        ratio = np.where(none, 1.0, self._lst_complement(s) / np.where(none, 1.0, s * mean))
        return np.where(np.isfinite(np.asarray(self.mean)), ratio, 0.0)

    def _excess_complement(self, s: Any) -> Any:
        return 1.0 - self._excess_lst(s)


def _isf_with_atoms(law: Law, q: Any) -> Any:
    """The atoms that hold the level first, the base's root elsewhere."""
    atoms = law.atoms
    if not 0 < len(atoms) <= FEW:
        return Law._isf(law, q)
    shape = np.broadcast_shapes(q.shape, law.shape)
    found, at = np.zeros(shape, dtype=bool), np.zeros(shape)
    for where, mass in atoms:
        left = np.asarray(law.sf(np.broadcast_to(where, law.shape)))
        holds = (left <= q) & (q < np.minimum(left + mass, 1.0)) & np.isfinite(np.asarray(law.mean))
        found, at = found | holds, np.where(holds, where, at)
    return np.where(found, at, Law._isf(law, np.where(found, 1.0, q)))
