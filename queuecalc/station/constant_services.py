"""The waiting time of M/D/c, exact at its kinks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from queuecalc.law.base import Atoms, Law
from queuecalc.law.parameter import Real, released
from queuecalc.law.variation import scv_of
from queuecalc.station.lattice_queue import QueueStates, queue_states
from queuecalc.station.offered import Load
from queuecalc.station.poisson_ratio import poisson_weight

__all__ = ["ConstantServicesWait"]

BLOCK = 256
"""Terms summed at once."""

WIDTH = 12.0

TINY = 1e-5

RARE = 1e-6
"""P(Lq > 0) below which 1 - W* would be lost in a difference from 1, and is integrated."""

PERIODS, FINEST = 12, 200
"""Service times integrated over, and the most panels of one."""

SCARCE = 1e-60
"""A utilisation below which nobody waits."""


@dataclass(frozen=True, eq=False, repr=False)
class ConstantServicesWait(Law):
    """The wait W of M/D/c, D the service time.

    For (k - 1) D <= t < k D and x = lambda (k D - t),

        P(W > t) = sum_{j < k c} x^j / j! e^-x P(Lq > k c - 1 - j) + P(Poisson(x) >= k c),

    all terms positive; the density is lambda sum_j x^j / j! e^-x P(Lq = k c - 1 - j). The states come from
    `lattice_queue.py`; where they fall geometrically P(W > t) falls as exp(-lambda (tau - 1) t). The transform is
    W*(s) = E z^Lq at z = 1 - s / lambda.

    Attributes:
        arrival_rate: lambda, in 1/s.
        service_rate: 1 / D, in 1/s.
        servers: c.

    Source: Franx 2001, "A simple solution for the M/D/c waiting time distribution", Oper. Res. Lett. 29, eq. (8).
    """

    arrival_rate: Real
    service_rate: Real
    servers: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.shape(self._load.slack)

    @cached_property
    def _load(self) -> Load:
        return Load.by_rate(self.arrival_rate, self.service_rate, self.servers)

    @cached_property
    def _waits(self) -> Any:
        return self._load.stable & (self._load.utilisation > SCARCE)

    @cached_property
    def _states(self) -> tuple[QueueStates, ...]:
        """Those of each element in a row; a queue that nobody waits in stands in where there are none."""
        load = self._load
        known: dict[tuple[float, float, float], QueueStates] = {}
        found = []
        for some, c, a, slack in zip(
            *(np.ravel(x).tolist() for x in (self._waits, load.servers, load.offered, load.slack)),
            strict=True,
        ):
            key = (c, a, slack) if some else (1.0, 0.5, 0.5)
            if key not in known:
                known[key] = queue_states(*key)
            found.append(known[key])
        return tuple(found)

    def _moment(self, order: int) -> Any:
        """E[W^order] by the states: E[W] = E[Lq] / lambda, E[W^2] = E[Lq (Lq - 1)] / lambda^2."""
        values = []
        for states in self._states:
            n = np.arange(len(states.above))
            ratio = np.exp(-states.log_decay)
            left, last = -np.expm1(-states.log_decay), states.above[-1] * ratio
            if order == 1:
                values.append(np.sum(states.above) + last / left)
            else:
                values.append(2.0 * (n @ states.above + last * (len(n) / left + ratio / left**2)))
        total = np.reshape(values, self.shape)
        rate = np.where(self._waits, self._load.arrival_rate, 1.0)
        return np.where(self._waits, total / rate**order, np.where(self._load.stable, 0.0, np.inf))

    @property
    def mean(self) -> Real:
        """E[W]."""
        return released(self._moment(1))

    @property
    def var(self) -> Real:
        """Variance."""
        mean = self._moment(1)
        with np.errstate(invalid="ignore"):
            return released(np.where(np.isfinite(mean), np.maximum(self._moment(2) - mean**2, 0.0), np.inf))

    @property
    def scv(self) -> Real:
        """var / mean^2; inf without a steady state, 0 where nobody waits."""
        return scv_of(self.mean, self.var)

    @property
    def abscissa(self) -> Real:
        """lambda (tau - 1)."""
        grown = np.expm1(self._log_decay)
        rate = np.where(self._waits, self._load.arrival_rate * grown, np.inf)
        return released(np.where(self._load.stable, rate, 0.0))

    @property
    def _log_decay(self) -> Any:
        return np.reshape([states.log_decay for states in self._states], self.shape)

    @property
    def delay(self) -> Any:
        """P(W > 0), as an array: c or more are there, by PASTA."""
        return np.where(self._load.stable, np.asarray(self.sf(0.0)), 1.0)

    @property
    def atoms(self) -> Atoms:
        """The point 0, which has what does not wait."""
        return ((released(np.zeros(self.shape)), released(1.0 - self.delay)),)

    @property
    def smooth(self) -> bool:
        """False: there are kinks at multiples of D."""
        return False

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once; the density is that of the positive part."""
        time = np.asarray(t, dtype=np.float64)
        shape = np.broadcast_shapes(time.shape, self.shape)
        load = self._load
        inside = np.broadcast_to(self._waits, shape) & (time >= 0.0) & np.isfinite(time)
        flat = [
            np.broadcast_to(x, shape)[inside]
            for x in (time, load.arrival_rate, load.service_mean, load.servers)
        ]
        place = np.broadcast_to(np.arange(load.slack.size).reshape(self.shape), shape)[inside]
        tail = np.where(np.broadcast_to(load.stable, shape) & (time >= 0.0), 0.0, 1.0)
        density = np.zeros(shape)
        if place.size:
            above, at = np.empty(place.shape), np.empty(place.shape)
            for i in np.unique(place):
                mine = place == i
                above[mine], at[mine] = _evaluated(self._states[i], *(x[mine] for x in flat))
            tail[inside], density[inside] = np.clip(above, 0.0, 1.0), at
        return released(tail), released(density)

    def _sf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[0])

    def _pdf(self, t: Any) -> Any:
        return np.asarray(self.tail_and_density(t)[1])

    # -- transforms

    def _lst(self, s: Any) -> Any:
        return 1.0 - self._lst_complement(s)

    def _lst_complement(self, s: Any) -> Any:
        """By the states; by two moments where s is so small that they say it all."""
        mean, second = self._moment(1), self._moment(2)
        near = np.abs(s) * np.where(np.isfinite(mean), self._load.service_mean + mean, 1.0) < TINY
        with np.errstate(invalid="ignore"):
            series = s * (mean - 0.5 * s * second)
        values = _complement(self, np.where(near, 1.0 / self._load.service_mean, s))
        values = np.where(near & np.isfinite(mean), series, values)
        return np.where(self._load.stable, np.where(self._waits, values, 0.0), 1.0)

    def _excess_lst(self, s: Any) -> Any:
        mean = np.asarray(self.mean)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio = self._lst_complement(s) / (s * np.where(np.isfinite(mean), mean, 1.0))
        ratio = np.where((s == 0.0) | (mean < 1e-290), 1.0, ratio)
        return np.where(np.isfinite(mean), ratio, 0.0)

    def _excess_complement(self, s: Any) -> Any:
        return 1.0 - self._excess_lst(s)


def _evaluated(states: QueueStates, t: Any, rate: Any, period: Any, c: Any) -> tuple[Any, Any]:
    """(P(W > t), density) at a row of times."""
    count, tau = len(states.above), np.exp(states.log_decay)
    k = np.floor(t / period) + 1.0
    x = np.maximum(rate * (k * period - t), 0.0)
    most = tau * x + WIDTH * np.sqrt(tau * x) + 40.0
    places = k * c
    far = places - 1.0 - most > count
    # tau^-(k c - 1) e^(x (tau - 1)) = tau e^(-lambda (tau - 1) t), since c ln tau = a (tau - 1)
    with np.errstate(divide="ignore"):
        last = np.log(states.above[-1])
    log_far = last + count * states.log_decay - rate * np.expm1(states.log_decay) * t
    beyond = np.exp(np.where(far, log_far, -np.inf))
    tail = np.where(far, beyond, special.gammainc(places, x))
    density = np.where(far, rate * np.expm1(states.log_decay) * beyond, 0.0)
    x, places = np.where(far, 0.0, x), np.where(far, 0.0, places)
    first = int(
        np.min(np.where(far, np.inf, np.floor(np.maximum(x - WIDTH * np.sqrt(x) - 40.0, 0.0))), initial=0.0)
    )
    last = int(np.max(np.where(far, 0.0, np.minimum(np.ceil(most), places)), initial=0.0))
    for start in range(first, last, BLOCK):
        j = np.arange(start, min(start + BLOCK, last), dtype=np.float64)[:, None]
        n = places - 1.0 - j
        kept = (n >= 0.0) & (j <= most)
        index = np.clip(n, 0.0, count - 1.0).astype(np.int64)
        weight = poisson_weight(j, x + 0.0 * j) * np.exp(
            -states.log_decay * np.maximum(n - (count - 1.0), 0.0)
        )
        weight = np.where(kept, weight, 0.0)
        tail = tail + np.sum(weight * states.above[index], axis=0)
        density = density + rate * np.sum(weight * states.at[index], axis=0)
    return tail, density


def _complement(law: ConstantServicesWait, s: Any) -> Any:
    """1 - E z^Lq at z = 1 - s / lambda, of the broadcast shape; 0 where nobody waits."""
    load = law._load
    shape = np.broadcast_shapes(np.shape(s), law.shape)
    argument = np.broadcast_to(s, shape)
    place = np.broadcast_to(np.arange(load.slack.size).reshape(law.shape), shape)
    out = np.zeros(shape, dtype=np.asarray(s).dtype if np.asarray(s).dtype.kind == "c" else np.float64)
    waits = np.broadcast_to(law._waits, shape)
    for i in np.unique(place[waits]):
        mine = waits & (place == i)
        states, rate = law._states[i], float(np.ravel(load.arrival_rate)[i])
        c, period = float(np.ravel(load.servers)[i]), float(np.ravel(load.service_mean)[i])
        slack = float(np.ravel(load.slack)[i])
        out[mine] = _one_complement(states, rate, c, period, c * slack, argument[mine])
    return out


def _one_complement(states: QueueStates, rate: float, c: float, period: float, slack: float, s: Any) -> Any:
    """(1 - z) sum_n P(Lq > n) z^n for |z| <= 1; else by the zeros of z^c - exp(-s D) inside the unit circle.

    There E z^Lq = (c - a) (1 - z) / (exp(-s D) - z^c) prod_k (z - z_k) / (1 - z_k) (Crommelin 1932).
    """
    gap = s / rate
    z = 1.0 - gap
    out = np.empty(s.shape, dtype=s.dtype)
    inner = np.abs(z) <= 1.0
    total = states.above[-1] / (np.exp(states.log_decay) - z[inner])
    for value in states.above[::-1]:
        total = total * z[inner] + value
    out[inner] = gap[inner] * total
    outer = ~inner
    if np.any(outer) and states.above[0] < RARE:
        out[outer] = _integrated(states, rate, c, period, s[outer])
    elif np.any(outer):
        offered, w = rate * period, z[outer]
        log_value = np.log(slack * gap[outer] + 0j) - c * np.log(w + 0j)
        log_value = log_value - np.log(np.exp(-s[outer] * period - c * np.log(w + 0j)) - 1.0)
        for root in _roots(c, offered):
            log_value = log_value + np.log((w - root) / (1.0 - root))
        value = np.exp(log_value)
        out[outer] = 1.0 - (value if s.dtype.kind == "c" else value.real)
    return out


def _integrated(states: QueueStates, rate: float, c: float, period: float, s: Any) -> Any:
    """1 - W*(s) = s int e^(-s t) P(W > t) dt in light traffic, where W is soon over: Gauss-Legendre between kinks."""
    fine = int(min(max(4.0, np.ceil(np.max(np.abs(s)) * period / 4.0)), FINEST))
    x, weight = np.polynomial.legendre.leggauss(12)
    ends = np.arange(PERIODS * fine + 1) / fine
    half = 0.5 / fine
    t = period * (ends[:-1] + half + half * x[:, None]).ravel()
    tail = _evaluated(states, t, np.full(t.shape, rate), np.full(t.shape, period), np.full(t.shape, c))[0]
    share = np.repeat(weight[:, None], ends.size - 1, axis=1).ravel() * half * period * tail
    return s * np.einsum("k,kj->j", share, np.exp(-t[:, None] * s))


def _roots(c: float, a: float) -> Any:
    """The c - 1 zeros of z^c - exp(-a (1 - z)) inside the unit circle: -W_0(-rho omega exp(-rho)) / rho."""
    rho = a / c
    omega = np.exp(2j * np.pi * np.arange(1, int(c)) / c)
    return -special.lambertw(-rho * omega * np.exp(-rho)) / rho
