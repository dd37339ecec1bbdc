"""Times that are a constant and something random: transforms by the constant that comes on top, {delay: transform}.

Constants are kept apart, since a transform of something smooth can be inverted and one with jumps cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from queuecalc.law import Deterministic
from queuecalc.reference.inversion import nodes, survival
from queuecalc.reference.plan import parts
from queuecalc.reference.station import Service, lst

__all__ = ["NOTHING", "Delayed", "beyond", "combined", "mixed", "of_service", "repeated", "same"]

Delayed = Mapping[float, Any]
"""Transform by the constant that comes on top of it [s]; at no s, the share that gets through."""

_SAME = 1e-12
"""Delays this close [s] are one."""

_MOST_DELAYS = 256
"""So many different constants along one way are told apart."""

NOTHING: Delayed = {0.0: 1.0}
"""What takes no time and always gets through."""


def same(known: Mapping[float, Any], delay: float) -> float:
    """The delay itself, or one of those that are known which is the same."""
    return next((one for one in known if abs(one - delay) <= _SAME), delay)


def combined(first: Delayed, second: Delayed) -> Delayed:
    """One after the other.

    Raises:
        NotImplementedError: too many different sums of constants.
    """
    if first is NOTHING or second is NOTHING:
        return second if first is NOTHING else first
    found: dict[float, Any] = {}
    for one, left in first.items():
        for two, right in second.items():
            key = same(found, one + two)
            found[key] = found[key] + left * right if key in found else left * right
    if len(found) > _MOST_DELAYS:
        raise NotImplementedError(
            f"more than {_MOST_DELAYS} different sums of constant times along one way; give them common multiples, or "
            "the calls that are made in a share of the visits alone (times with a fraction) a law instead of a constant"
        )
    return found


def repeated(one: Delayed, times: float) -> Delayed:
    """n times, and once more with probability f."""
    whole, more = parts(times)
    result = NOTHING
    if len(one) == 1 and whole:
        ((delay, value),) = one.items()
        result = one if whole == 1 else {delay * whole: value**whole}
    else:
        for _ in range(whole):
            result = combined(result, one)
    if more <= 0.0:
        return result
    followed = combined(result, {delay: value * more for delay, value in one.items()})
    return mixed({delay: value * (1.0 - more) for delay, value in result.items()}, followed)


def mixed(first: Delayed, second: Delayed) -> Delayed:
    """Either of both, each with its share already in it."""
    found = dict(first)
    for delay, value in second.items():
        key = same(found, delay)
        found[key] = found[key] + value if key in found else value
    return found


def of_service(service: Service, s: Any | None) -> Delayed:
    """The time of one service; with s None certainly once."""
    result = NOTHING
    for law, times in service.pieces:
        if isinstance(law, Deterministic):
            one: Delayed = {float(law.mean): 1.0}
        else:
            one = {0.0: 1.0 if s is None else lst(law, s)}
        result = combined(result, repeated(one, times))
    return result


def beyond(way: Callable[[Any | None], Delayed], t: Any, instants: int) -> Any:
    """P(t < T < inf), shape (times, instants).

    Args:
        way: transforms of T at some s, and at None the shares that get through, by the same delays.
        t: seconds, shape (times,).
        instants: how many.
    """
    total = np.zeros((t.size, instants))
    shares = way(None)
    for delay in sorted(shares):
        mass, left = shares[delay], t - delay
        total[left < 0.0] += mass
        after = left > 0.0
        if after.any():
            found = way(nodes(left[after]))
            mass = np.broadcast_to(mass, (instants,))
            total[after] += survival(mass, found[same(found, delay)], left[after])
    return total
