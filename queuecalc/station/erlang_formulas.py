"""Erlang's formulas as functions, with a real number of servers, and what they are asked backwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, real, released
from queuecalc.station.poisson_ratio import loss, loss_excess

__all__ = ["erlang_b", "erlang_b_load", "erlang_b_servers", "erlang_c", "erlang_c_servers"]

TIE = 1e-12
"""A probability this close to the target, relatively, keeps it: the formulas are not known better."""

STEPS = 200
"""At most so many steps towards a load."""


def erlang_b(servers: npt.ArrayLike, offered_load: npt.ArrayLike) -> Real:
    """Erlang's loss formula: the share of arrivals that M/M/c/c (or M/G/c/c) turns away.

        B(c, a) = (a^c / c!) / (1 + a + ... + a^c / c!),  1 / B(c, a) = a int_0^inf exp(-a t) (1 + t)^c dt,

    the integral for every real c >= 0. Relative error 1e-12 up to c = 1e6.

    Args:
        servers: c >= 0, real.
        offered_load: a >= 0, in erlang.

    Returns:
        A probability; the arguments broadcast. B(0, a) = 1; B(c, 0) = 0 for c > 0.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Erlang 1917; Kleinrock 1975, eq. (3.43); Jagerman 1974, theorem 3 (real c).

    >>> round(erlang_b(2, 1.0), 6), round(erlang_b(2.5, 1.0), 6)
    (0.2, 0.115327)
    """
    c, a = _arguments("erlang_b", servers, offered_load)
    return released(loss(c, a))


def erlang_c(servers: npt.ArrayLike, offered_load: npt.ArrayLike) -> Real:
    """Erlang's delay formula: the probability that an arrival at M/M/c waits, C = B / (1 - (a / c) (1 - B)).

    Args:
        servers: c >= 0, real.
        offered_load: a >= 0, in erlang.

    Returns:
        A probability, 1 without a steady state (a >= c > 0) and without a server; the arguments broadcast.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Erlang 1917; Kleinrock 1975, eq. (3.40); Jagerman 1974 (real c).

    >>> round(erlang_c(4, 3.0), 6)
    0.509434
    """
    c, a = _arguments("erlang_c", servers, offered_load)
    return released(_delay(c, a))


def erlang_b_servers(offered_load: npt.ArrayLike, blocking: npt.ArrayLike) -> Any:
    """The least whole number c >= 1 of servers with B(c, a) <= blocking.

    Args:
        offered_load: a >= 0, in erlang.
        blocking: the target, in (0, 1); met when B is within 1e-12 of it.

    Returns:
        An int, or an array of them; the arguments broadcast.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    >>> erlang_b_servers(100.0, 0.01)
    117
    """
    return _least("erlang_b_servers", "blocking", loss, offered_load, blocking)


def erlang_c_servers(offered_load: npt.ArrayLike, delay_probability: npt.ArrayLike) -> Any:
    """The least whole number c >= 1 of servers with C(c, a) <= delay_probability.

    Args:
        offered_load: a >= 0, in erlang.
        delay_probability: the target, in (0, 1); met when C is within 1e-12 of it.

    Returns:
        An int, or an array of them, above a; the arguments broadcast.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    >>> erlang_c_servers(100.0, 0.2)
    111
    """
    return _least("erlang_c_servers", "delay_probability", _delay, offered_load, delay_probability)


def erlang_b_load(servers: npt.ArrayLike, blocking: npt.ArrayLike) -> Real:
    """The load a with B(c, a) = blocking: what c servers can be offered at that loss.

    Newton's iteration on ln B over ln a, whose slope is c - a + a B.

    Args:
        servers: c > 0, real.
        blocking: the target, in (0, 1).

    Returns:
        In erlang; the arguments broadcast.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    >>> round(erlang_b_load(117, 0.01), 3)
    100.118
    """
    count = positive("erlang_b_load", "servers", servers)
    target = _probability("erlang_b_load", "blocking", blocking)
    shape = broadcast("erlang_b_load", servers=count, blocking=target)
    c, p = (np.broadcast_to(np.asarray(x, dtype=np.float64), shape) for x in (count, target))
    low, high = np.zeros(shape), c / (1.0 - p) + 1.0  # a (1 - B) <= c
    a = np.minimum(np.maximum(c, 1e-3), 0.5 * high)
    for _ in range(STEPS):
        b = loss(c, a)
        low, high = np.where(b < p, a, low), np.where(b >= p, a, high)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            moved = a * np.exp(np.log(p / b) / (loss_excess(c, a) - 1.0))
        inside = (moved >= low) & (moved <= high) & (moved > 0.0)
        middle = np.where(low > 0.0, np.sqrt(low) * np.sqrt(high), 1e-3 * high)
        moved = np.where(b == p, a, np.where(inside, moved, middle))
        done = np.abs(moved - a) <= 4e-16 * a
        a = moved
        if np.all(done):
            break
    return released(a)


def _arguments(owner: str, servers: npt.ArrayLike, offered_load: npt.ArrayLike) -> tuple[Any, Any]:
    c = nonnegative(owner, "servers", servers)
    a = nonnegative(owner, "offered_load", offered_load)
    shape = broadcast(owner, servers=c, offered_load=a)
    return np.broadcast_to(np.asarray(c), shape), np.broadcast_to(np.asarray(a), shape)


def _probability(owner: str, name: str, value: npt.ArrayLike) -> Real:
    domain = "a probability above 0 and below 1"
    checked = real(owner, name, value, domain)
    array = np.asarray(checked)
    wrong = ~((array > 0.0) & (array < 1.0))
    if np.any(wrong):
        raise InvalidInput(f"{owner}: {name} = {float(array[wrong].flat[0])!r}; expected {domain}")
    return checked


def _delay(c: Any, a: Any) -> Any:
    stable = a < c
    room = np.where(stable, c, 1.0)
    load = np.where(stable, a, 0.0)
    b = loss(room, load)
    return np.where(stable, b / ((room - load) / room + load / room * b), 1.0)


def _least(
    owner: str,
    name: str,
    formula: Callable[[Any, Any], Any],
    offered_load: npt.ArrayLike,
    target: npt.ArrayLike,
) -> Any:
    """The least whole c >= 1 with formula(c, a) <= target, by doubling and halving."""
    load = nonnegative(owner, "offered_load", offered_load)
    goal = _probability(owner, name, target)
    shape = broadcast(owner, offered_load=load, **{name: goal})
    a = np.broadcast_to(np.asarray(load), shape)
    most = np.broadcast_to(np.asarray(goal), shape) * (1.0 + TIE)
    low, step = np.zeros(shape), np.ones(shape)
    high = low + 1.0
    short = formula(high, a) > most
    while np.any(short):
        low, step = np.where(short, high, low), np.where(short, 2.0 * step, step)
        high = np.where(short, high + step, high)
        short = formula(high, a) > most
    while np.any(high - low > 1.0):
        middle = np.where(high - low > 1.0, np.floor(0.5 * (low + high)), high)
        kept = formula(middle, a) <= most
        low, high = np.where(kept, low, middle), np.where(kept, middle, high)
    return released(high.astype(np.int64))
