"""Events only: customers of a drawn network go from line to line. Shares no formula with the library.

Few stations, so the next event is found by looking at all of them; one server each, first come first served.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from .drawing import Drawn

__all__ = ["Run"]

NEVER = 1e300


@njit
def time_of(rng: Any, law: Any) -> float:
    """law = (kind, first, second, third): 0 gamma (shape, scale), 1 two phases (share, mean, mean), 2 exponential."""
    if law[0] == 0.0:
        return float(rng.standard_gamma(law[1]) * law[2])
    if law[0] == 1.0:
        mean = law[2] if rng.random() < law[1] else law[3]
        return float(mean * rng.standard_exponential())
    return float(law[1] * rng.standard_exponential())


@njit
def live(
    rng: Any,
    arrivals: Any,
    services: Any,
    onward: Any,
    clock: Any,
    lines: Any,
    links: Any,
    born: Any,
    came: Any,
    stays: Any,
    waits: Any,
) -> int:
    """Until `stays` is full, or there is no room for another customer (-1).

    Args:
        onward: running sums of each row of the routing.
        clock: next arrival of each station, then next end of service.
        lines: head (in service), tail and free list of each station.
        links, born, came: of each customer: who is behind, when it came to the network, and to its line.
        stays: to be filled with times from arrival to departure.
        waits: number and sum of the waits of each station.
    """
    n = onward.shape[0]
    count = 0
    while count < stays.shape[0]:
        event, now = 0, clock[0]
        for k in range(1, 2 * n):
            if clock[k] < now:
                event, now = k, clock[k]
        if event < n:
            station = event
            clock[event] = now + time_of(rng, arrivals[event])
            who = lines[0, 2]
            if who < 0:
                return -1
            lines[0, 2] = links[who]
            born[who] = now
        else:
            left = event - n
            who = lines[left, 0]
            lines[left, 0] = links[who]
            if links[who] < 0:
                lines[left, 1] = -1
                clock[event] = NEVER
            else:
                waits[left, 0] += 1.0
                waits[left, 1] += now - came[links[who]]
                clock[event] = now + time_of(rng, services[left])
            chance = rng.random()
            station = 0
            while station < n and chance >= onward[left, station]:
                station += 1
            if station == n:
                stays[count] = now - born[who]
                count += 1
                links[who] = lines[0, 2]
                lines[0, 2] = who
                continue
        links[who] = -1
        came[who] = now
        if lines[station, 1] < 0:
            lines[station, 0] = who
            clock[n + station] = now + time_of(rng, services[station])
            waits[station, 0] += 1.0
        else:
            links[lines[station, 1]] = who
        lines[station, 1] = who
    return count


def figures(law: str, mean: float, scv: float) -> tuple[float, float, float, float]:
    """As `time_of` takes a law."""
    if scv == 1.0:
        return 2.0, mean, 0.0, 0.0
    if law == "gamma":
        return 0.0, 1.0 / scv, mean * scv, 0.0
    share = 0.5 * (1.0 + math.sqrt((scv - 1.0) / (scv + 1.0)))
    return 1.0, share, mean / (2.0 * share), mean / (2.0 * (1.0 - share))


class Run:
    """One run, batch by batch."""

    def __init__(self, network: Drawn, seed: int, room: int = 1 << 20) -> None:
        """Empty at first."""
        rates = np.array(network.arrival_rates)
        n = rates.size
        self.rng = np.random.default_rng([network.seed, seed])
        means = [1.0 / rate if rate > 0.0 else NEVER for rate in rates]
        self.arrivals = np.array(
            [figures(*each) for each in zip(network.arrival_laws, means, network.arrival_scvs, strict=True)]
        )
        self.services = np.array(
            [
                figures(*each)
                for each in zip(
                    network.service_laws, network.service_means, network.service_scvs, strict=True
                )
            ]
        )
        self.onward = np.cumsum(np.array(network.routing), axis=1)
        self.clock = np.full(2 * n, NEVER)
        for k in np.flatnonzero(rates > 0.0).tolist():
            self.clock[k] = self.rng.random() * means[k]
        self.lines = np.full((n, 3), -1)
        self.lines[0, 2] = 0
        self.links = np.append(np.arange(1, room), -1)
        self.born, self.came = np.zeros(room), np.zeros(room)

    def batch(self, size: int) -> tuple[Any, Any]:
        """(times from arrival to departure of the next customers who leave, mean wait at each station)."""
        stays, waits = np.empty(size), np.zeros((len(self.onward), 2))
        done = live(
            self.rng, self.arrivals, self.services, self.onward, self.clock, self.lines, self.links, self.born,
            self.came, stays, waits,
        )  # fmt: skip
        if done < 0:
            raise MemoryError("more customers inside than there is room for")
        return stays, waits[:, 1] / np.maximum(waits[:, 0], 1.0)
