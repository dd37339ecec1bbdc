"""Constant services one after the other: a slower one leaves gaps in which a faster one never queues.

- A single server with constant service s whose customers all come from one place, at least s apart, keeps nobody
  waiting, and they leave as they came.
- Where all who leave a constant server go to the next one, and nobody else comes there, the waits add up to that at
  the slowest alone (Friedman 1965, "Reduction methods for tandem queuing systems", Oper. Res. 13, theorem 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from queuecalc.load.arrays import FloatArray

__all__ = ["Chains", "chains_of"]


@dataclass(frozen=True)
class Chains:
    """What is known of each station.

    Attributes:
        idle: numbers of stations where nobody ever waits.
        before: station -> the slowest so far in its chain, whose wait is taken off its own.
        clear: stations that change nothing in the flow that matters: the faster ones of a chain, and idle ones.
    """

    idle: frozenset[int]
    before: dict[int, int]
    clear: frozenset[int]


def chains_of(P: FloatArray, external: FloatArray, outside_gap: FloatArray, constant: FloatArray) -> Chains:
    """Chains of constant single servers.

    Args:
        P: routing, shape (n, n).
        external: rates from outside.
        outside_gap: constant time between arrivals from outside, 0 where it is not constant.
        constant: service time of single servers whose service is constant, nan elsewhere.
    """
    idle: set[int] = set()
    clear: set[int] = set()
    before: dict[int, int] = {}
    gaps: dict[int, float] = {}
    sole = [_only_source(P, external, k) for k in range(len(P))]

    def gap(k: int) -> float:
        """The least time between departures, as far as it is known."""
        if k in gaps:
            return gaps[k]
        gaps[k] = 0.0  # a circle without an entry knows nothing
        if not np.isnan(constant[k]):
            gaps[k] = max(float(constant[k]), coming(k))
        return gaps[k]

    def coming(k: int) -> float:
        """The least time between arrivals."""
        source = sole[k]
        if source is None:
            return float(outside_gap[k]) if external[k] > 0.0 and not P[:, k].any() else 0.0
        return gap(source)

    for k in range(len(P)):
        if not np.isnan(constant[k]) and coming(k) >= constant[k] > 0.0:
            idle.add(k)
            clear.add(k)
    for k in range(len(P)):
        slowest = _slowest_before(P, sole, constant, k)
        if k not in idle and slowest is not None:
            before[k] = slowest
            clear.add(slowest)
    return Chains(frozenset(idle), before, frozenset(clear))


def _only_source(P: FloatArray, external: FloatArray, k: int) -> int | None:
    """The station that all customers of k come from; None if there are several sources."""
    sources = np.flatnonzero(P[:, k])
    return int(sources[0]) if sources.size == 1 and external[k] == 0.0 and sources[0] != k else None


def _slowest_before(P: FloatArray, sole: list[int | None], constant: FloatArray, k: int) -> int | None:
    """The slowest of the constant servers that all customers of k passed one after the other just before."""
    slowest, at, seen = None, k, {k}
    if np.isnan(constant[k]):
        return None
    while True:
        source = sole[at]
        if source is None or source in seen or P[source, at] < 1.0 or np.isnan(constant[source]):
            return slowest
        if slowest is None or constant[source] > constant[slowest]:
            slowest = source
        seen.add(source)
        at = source
