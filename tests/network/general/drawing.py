"""Random open networks that are not product form: 3 to 10 single servers, SCV 0.25 to 4, utilisation 0.3 to 0.9."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

__all__ = ["Drawn", "drawn"]

LEAST, MOST = 0.25, 4.0
"""SCV of services and of the times between arrivals."""


@dataclass(frozen=True)
class Drawn:
    """A network as plain numbers.

    Attributes:
        seed: it was drawn with.
        routing: P, a row for each station; what it lacks to 1 leaves.
        arrival_rates: from outside, 0 for none [1/s].
        arrival_laws, service_laws: "gamma" or "hyperexponential" (balanced means).
        arrival_scvs, service_scvs: of these laws.
        service_means: in seconds.
        utilisations: rho of each station.
        loops: whether anybody can come back.
    """

    seed: int
    routing: list[list[float]]
    arrival_rates: list[float]
    arrival_laws: list[str]
    arrival_scvs: list[float]
    service_laws: list[str]
    service_scvs: list[float]
    service_means: list[float]
    utilisations: list[float]
    loops: bool

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def drawn(seed: int) -> Drawn:
    """The network of a seed. Every second one has loops: one or two ways back, each taken by 10 to 40 %."""
    rng = np.random.default_rng([20_240_229, seed])
    n = int(rng.integers(3, 11))
    loops = seed % 2 == 1
    routing = np.zeros((n, n))
    for i in range(n - 1):
        later = rng.permutation(np.arange(i + 1, n))[: int(rng.integers(1, 3))]
        stays = 1.0 if rng.random() < 0.7 else rng.uniform(0.5, 0.95)
        shares = rng.dirichlet(np.full(later.size, 2.0)) * stays
        routing[i, later] = shares
    if loops:
        for _ in range(int(rng.integers(1, 3))):
            i = int(rng.integers(1, n))
            back = rng.uniform(0.1, 0.4)
            j = int(rng.integers(0, i + 1))
            routing[i] *= 1.0 - back
            routing[i, j] += back
    entries = np.zeros(n)
    entries[0] = 1.0
    entries[1:][rng.random(n - 1) < 0.2] = 1.0
    entries *= rng.uniform(0.3, 1.0, n)
    flow = np.linalg.solve(np.eye(n) - routing.T, entries)
    # who would be passed by nobody gets arrivals of its own
    bare = flow < 0.02
    entries[bare] = rng.uniform(0.3, 1.0, n)[bare]
    flow = np.linalg.solve(np.eye(n) - routing.T, entries)
    utilisations = rng.uniform(0.3, 0.9, n)

    def laws() -> tuple[list[float], list[str]]:
        scvs = np.exp(rng.uniform(math.log(LEAST), math.log(MOST), n))
        bursty = (scvs > 1.0) & (rng.random(n) < 0.5)
        return scvs.tolist(), ["hyperexponential" if each else "gamma" for each in bursty]

    service_scvs, service_laws = laws()
    arrival_scvs, arrival_laws = laws()
    return Drawn(
        seed=seed,
        routing=routing.tolist(),
        arrival_rates=entries.tolist(),
        arrival_laws=arrival_laws,
        arrival_scvs=arrival_scvs,
        service_laws=service_laws,
        service_scvs=service_scvs,
        service_means=(utilisations / flow).tolist(),
        utilisations=utilisations.tolist(),
        loops=loops,
    )
