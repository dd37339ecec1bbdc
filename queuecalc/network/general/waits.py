"""The mean wait at one server, from the spectrum of what comes to it: two rules.

Both take the net input, arrivals less services, as it is while the server is busy: what comes back of the station's own
departures then is its own service completions, L of them. So the fluctuations of the net input are those of the other
arrivals and |1 - L|^2 of the services, and what the server is ahead by is 1 - L of its spare capacity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.load.arrays import FloatArray
from queuecalc.network.general.grid import Grid

__all__ = ["RULES", "Input"]

_STEPS = 400
_POINTS = 160


@dataclass(frozen=True)
class Input:
    """What a server has to do with.

    Attributes:
        grid: of frequencies.
        others: spectrum of the arrivals that are not its own departures come back, over the arrival rate.
        returned: L.
        rate: lambda [1/s].
        mean, scv: m and v of its service; of c servers m / c.
    """

    grid: Grid
    others: FloatArray
    returned: Any
    rate: float
    mean: float
    scv: float

    def seen(self, y: float) -> tuple[float, float]:
        """(variability of the net input, 1 - L) as a line sees them that decays with rate y."""
        net = np.stack(
            [self.others + self.scv * np.abs(1.0 - self.returned) ** 2, self.returned.real], axis=1
        )
        noise, back = self.grid.seen_at(net, y)
        return float(noise), 1.0 - float(back)

    @property
    def own_share(self) -> float:
        """m (1 + v + L (1 - v)) / 2, L within a service: the mean work over rho, less the mean wait.

        Source: Brumelle 1971 for L = 0; Takacs 1963 for customers who come back at once.
        """
        back = 1.0 - self.seen(1.0 / self.mean)[1]
        return 0.5 * self.mean * (1.0 + self.scv + back * (1.0 - self.scv))


def own_time_scale(given: Input) -> float:
    """E[W] = (1 - L(y)) / y - own share, y = 2 (1/m - lambda) (1 - L(y))^2 / (variability at y).

    The heavy-traffic formula with the index of dispersion that the line itself sees, on the time scale 1 / y on which
    it lives. Exact for M/G/1, where the index is 1, and for G/M/1, where 1 - m y = A*(y) is its root equation
    (Kleinrock 1975, eq. (6.19)), also where customers come back at once with probability L; for exponential networks
    with loops, where the variability is 2 (1 - L(y)).
    """
    spare = 1.0 / given.mean - given.rate
    low, high = 1e-15 * spare, 1e9 / given.mean
    for _ in range(_STEPS):
        y = (low * high) ** 0.5
        noise, left = given.seen(y)
        if y * noise < 2.0 * spare * left**2:
            low = y
        else:
            high = y
        if high <= low * (1.0 + 4e-16):
            break
    return max(0.0, given.seen(high)[1] / high - given.own_share)


def supremum(given: Input) -> float:
    """E[W] = Z / rho - own share, Z = sup over t of - (1 - rho)(1 - L) t + sqrt(2 rho m t (variability at t)).

    Robust queueing: the work is that of the worst time t within one uncertainty set. The index at t is E[I(T)], T a sum
    of two exponential times with mean t in all.

    Source: Whitt & You 2018, Oper. Res. 66, eq. (28).
    """
    m, rho = given.mean, given.rate * given.mean
    most = max(given.seen(given.grid.omega[0])[0], 1.0)
    times = np.geomspace(1e-3 * m, 1e2 * m * most / (1.0 - rho) ** 2, _POINTS)
    values = []
    for t in times.tolist():
        noise, left = given.seen(2.0 / t)
        values.append(-(1.0 - rho) * left * t + (2.0 * rho * m * t * noise) ** 0.5)
    best = int(np.argmax(values))
    highest = _peak(values, best)
    return max(0.0, highest / rho - given.own_share)


def _peak(values: list[float], k: int) -> float:
    """The top of the parabola through three neighbours."""
    if k in (0, len(values) - 1):
        return values[k]
    a, b, c = values[k - 1 : k + 2]
    bend = a - 2.0 * b + c
    return b if bend >= 0.0 else b - (a - c) ** 2 / (8.0 * bend)


RULES = {"dispersion": own_time_scale, "robust": supremum}
"""Method -> mean wait."""
