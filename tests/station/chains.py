"""Markov chains solved by brute force: the second route for queues whose times are made of exponential phases."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any

import numpy as np

Moves = Callable[[Any], Iterable[tuple[Hashable, float]]]
"""State -> (next state, rate) pairs."""


def stationary(start: Hashable, moves: Moves) -> dict[Any, float]:
    """State -> long-run share of time, of the states that can be reached."""
    index, order = {start: 0}, [start]
    entries = []
    for state in order:
        for after, rate in moves(state):
            if after not in index:
                index[after] = len(order)
                order.append(after)
            entries.append((index[state], index[after], rate))
    generator = np.zeros((len(order), len(order)))
    for i, j, rate in entries:
        generator[i, j] += rate
        generator[i, i] -= rate
    system = np.vstack([generator.T[:-1], np.ones(len(order))])
    right = np.zeros(len(order))
    right[-1] = 1.0
    return dict(zip(order, np.linalg.solve(system, right), strict=True))
