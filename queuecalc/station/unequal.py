"""Which servers of different speed are busy: the chain over the subsets of servers, solved level by level.

While nobody waits, M/M/c with unequal servers moves like the loss system with the same servers; while somebody does,
all are busy. So the loss system says everything but the length of the line, which is geometric.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["DISPATCH", "MOST", "Unequal", "unequal"]

DISPATCH = ("fastest", "slowest", "random")
"""Which free server an arrival takes."""

MOST = 12
"""Servers: 4096 subsets."""


@dataclass(frozen=True, eq=False)
class Unequal:
    """At one arrival rate, given that a server is free.

    Attributes:
        full: probability that all servers are busy in the loss system.
        taken: probabilities that an arrival takes server k.
        busy: probabilities that server k is busy.
    """

    full: float
    taken: Any
    busy: Any


def _shares(rates: Any, free: Any, dispatch: str) -> Any:
    """Probabilities that an arrival takes server k, for rows of free servers."""
    if dispatch == "random":
        return free / free.sum(axis=1, keepdims=True)
    order = np.argsort(-rates if dispatch == "fastest" else rates, kind="stable")
    first = np.zeros(free.shape)
    first[np.arange(len(free)), order[np.argmax(free[:, order], axis=1)]] = 1.0
    return first


def unequal(arrival_rate: float, rates: Any, dispatch: str) -> Unequal:
    """The loss system: blocks of the generator by the number of busy servers, eliminated from the full level down.

    Source: Gumbel 1960, "Waiting lines with heterogeneous servers", Oper. Res. 8 (random choice); Singh 1970,
    "Two-server Markovian queues with balking", Oper. Res. 18 (fastest first).
    """
    c = len(rates)
    subsets = (np.arange(2**c)[:, None] >> np.arange(c)) & 1
    count = subsets.sum(axis=1)
    levels = [np.flatnonzero(count == n) for n in range(c + 1)]
    place = np.empty(2**c, dtype=np.int64)
    for level in levels:
        place[level] = np.arange(len(level))
    shares = [_shares(rates, 1.0 - subsets[level], dispatch) for level in levels[:-1]]

    def up(n: int) -> Any:
        block = np.zeros((len(levels[n]), len(levels[n + 1])))
        row, server = np.nonzero(shares[n])
        block[row, place[levels[n][row] + 2**server]] = arrival_rate * shares[n][row, server]
        return block

    def down(n: int) -> Any:
        block = np.zeros((len(levels[n]), len(levels[n - 1])))
        row, server = np.nonzero(subsets[levels[n]])
        block[row, place[levels[n][row] - 2**server]] = rates[server]
        return block

    leaving = [subsets[level] @ rates + (arrival_rate if n < c else 0.0) for n, level in enumerate(levels)]
    steps: list[Any] = []  # the states of a level are those of the level below times this
    back: Any = np.zeros((1, 1))
    for n in range(c, 0, -1):
        inner = np.diag(leaving[n]) - (back @ down(n + 1) if n < c else 0.0)
        back = np.linalg.solve(inner.T, up(n - 1).T).T
        steps.append(back)
    parts = [np.ones(1)]
    for step in reversed(steps):
        parts.append(parts[-1] @ step)
    total = sum(float(part.sum()) for part in parts)
    free = total - float(parts[-1][0])
    taken, busy = np.zeros(c), np.zeros(c)
    for n in range(c):
        taken += parts[n] @ shares[n]
        busy += parts[n] @ subsets[levels[n]]
    return Unequal(float(parts[-1][0]) / total, taken / free, busy / free)
