"""Roots of functions that rise through zero once, elementwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["rising_root"]

STEPS = 200

NARROW = 2e-16
"""Relative width at which a bracket is as narrow as doubles let it be."""


def rising_root(function: Callable[[Any], Any], low: Any, high: Any) -> Any:
    """The x in [low, high], 0 < low <= high, where a function rises through 0; an end where it does not.

    False position in ln x with halved ends (the Illinois rule), and a bisection wherever three steps of it have not
    halved the bracket; some 12 evaluations for a smooth function.

    Args:
        function: array -> array of the same shape, elementwise and not falling.
        low, high: arrays that broadcast.
    """
    left, right = (np.log(x) for x in np.broadcast_arrays(low, high))
    shape = left.shape
    at_left = np.broadcast_to(function(np.exp(left)), shape)
    at_right = np.broadcast_to(function(np.exp(right)), shape)
    ended = (at_left >= 0.0) | (at_right <= 0.0)
    answer = np.where(at_left >= 0.0, left, right)
    side, width = np.zeros(shape), right - left
    for step in range(STEPS):
        gap = at_right - at_left
        guess = (left * at_right - right * at_left) / np.where(gap > 0.0, gap, 1.0)
        inside = (gap > 0.0) & (guess > left) & (guess < right)
        slow = np.zeros(shape, dtype=bool)
        if step % 3 == 2:
            slow, width = right - left > 0.5 * width, right - left
        x = np.where(inside & ~slow, guess, 0.5 * (left + right))
        value = np.broadcast_to(function(np.exp(np.where(ended, answer, x))), shape)
        above = value >= 0.0
        halved = np.where(side == np.where(above, 1.0, -1.0), 0.5, 1.0)
        at_left = np.where(above, at_left * halved, value)
        at_right = np.where(above, value, at_right * halved)
        moved = np.minimum(np.abs(x - answer), right - left)
        left, right = np.where(above, left, x), np.where(above, x, right)
        side = np.where(above, 1.0, -1.0)
        answer = np.where(ended, answer, x)
        ended = (
            ended | (value == 0.0) | (moved <= NARROW) | (right - left <= NARROW * np.maximum(1.0, np.abs(x)))
        )
        if np.all(ended):
            break
    return np.exp(answer)
