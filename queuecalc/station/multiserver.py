"""M/G/c: Kimura's mean wait and a law of the conditional wait that has it.

Write rho for the utilisation, v for the SCV of the service time S, X for its equilibrium excess,
tau = m / (c (1 - rho)) for the mean conditional wait of M/M/c. With the Erlang-C delay probability C,

    E[W] = C tau (1 + v) (1 + g) / (2 (1 + v g)),                            (Kimura 1986, eq. (10))

where (1 + g) / 2 is the ratio of the mean waits of M/D/c and M/M/c: g = f (1 - exp(-u / f)),
f = (1 - rho)(c - 1)(sqrt(4 + 5 c) - 2) / (16 rho c) (Cosmetatos 1975, the limit rho -> 1), u = (c - 1) / (c + 1) (the
limit rho -> 0; Kimura 1991). The conditional wait is the compound-geometric one of M/G/1 with service time S / c,

    G(s) = (1 - rho) X*(s/c) / (1 - rho X*(s/c)),  mean tau (1 + v) / 2,

which has the decay rate of M/G/c (Takahashi 1981), brought to Kimura's mean

    v <= 1: by an independent exponential time of mean eps = tau (1 - v^2) g / (2 (1 + v g)):  G(s) / (1 + eps s);
    v > 1:  by mixing with the conditional wait of M/M/c:  beta G(s) + (1 - beta) / (1 + tau s),
            beta = (1 - g) / (1 + v g).

Both are laws for every v, rho and c. One server (g = 0) gives M/G/1, an exponential S gives M/M/c, exactly.

Tried and left: scaling G to the mean (decay rate up to 20 % off, so percentiles beyond p99 drift), an exponential or
excess-shaped first residual before a geometric sum (no law for v = 4, c = 16: the mean left for it is negative).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.station.offered import Load

__all__ = ["Correction"]


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """How the conditional wait of M/G/1 at S / c becomes that of M/G/c.

    Attributes:
        beta: weight of the compound-geometric part; the rest is the conditional wait of M/M/c.
        epsilon: mean of the exponential time added to it, in seconds.
        factor: mean conditional wait in units of tau.
    """

    beta: Any
    epsilon: Any
    factor: Any

    def over(self, function: Callable[[Any], Any]) -> Correction:
        """With a function applied to every array."""
        return Correction(function(self.beta), function(self.epsilon), function(self.factor))

    @classmethod
    def of(cls, load: Load, scv: Any) -> Correction:
        """For a load (rho >= 1 takes the limit rho -> 1) and the SCV of the service law, which may be inf."""
        v = np.asarray(scv, dtype=np.float64)
        g = _deterministic_surplus(load)
        finite = np.isfinite(v)
        w = np.where(finite, v, 1.0)
        low = w <= 1.0
        beta = np.where(low | ~finite, 1.0, (1.0 - g) / (1.0 + w * g))
        relief = np.where(load.stable, load.relief, 0.0)
        epsilon = np.where(low & finite, relief * (1.0 - w * w) * g / (2.0 * (1.0 + w * g)), 0.0)
        factor = np.where(finite, (1.0 + w) * (1.0 + g) / (2.0 * (1.0 + w * g)), np.inf)
        return cls(beta, epsilon, factor)


def _deterministic_surplus(load: Load) -> Any:
    """g with (1 + g) / 2 the mean wait of M/D/c over that of M/M/c; 0 at c = 1 and from rho = 1 on."""
    c, rho = load.servers, load.utilisation
    several = np.isfinite(c) & (c > 1.0) & load.stable
    n = np.where(several, c, 2.0)
    busy = np.where(several, np.maximum(rho, 1e-300), 0.5)
    f = np.where(several, load.slack, 0.5) * (n - 1.0) * (np.sqrt(4.0 + 5.0 * n) - 2.0) / (16.0 * busy * n)
    u = (n - 1.0) / (n + 1.0)
    return np.where(several, -f * np.expm1(-u / f), 0.0)
