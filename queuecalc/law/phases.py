"""Absorbing Markov chains in continuous time: exp(T t) of a sub-generator, elementwise over batches and times.

Scaling and squaring of a non-negative matrix: with q >= -T_ii, exp(T t) = e^(-q t) exp((T + q I) t), whose series has
positive terms only, so that every entry keeps its relative accuracy: 2e-16 q t (Moler & Van Loan 2003, SIAM Review 45,
method 3; Xue & Ye 2008, "Entrywise relative perturbation bounds for exponentials of essentially non-negative
matrices", Numer. Math. 110).
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["absorption", "slowest"]

TERMS = 18
"""Of the series for q t <= 1: the next is 1 / 18! = 2e-16 of it."""

ROOM = 1 << 18
"""Matrix entries evaluated at once."""


def absorption(initial: Any, generator: Any, t: Any) -> tuple[Any, Any]:
    """(P(T > t), density at t) = (a e^(T t) 1, a e^(T t) (-T 1)) of the time T to absorption.

    Args:
        initial: a, shape (*batch, n).
        generator: T, shape (*batch, n, n).
        t: times >= 0; broadcasts against the batch.
    """
    phases = initial.shape[-1]
    exits = -np.sum(generator, axis=-1)
    shape = np.broadcast_shapes(t.shape, initial.shape[:-1], generator.shape[:-2])
    time = np.broadcast_to(t, shape).ravel()
    first = np.broadcast_to(initial, (*shape, phases)).reshape(-1, phases)
    rates = np.broadcast_to(generator, (*shape, phases, phases)).reshape(-1, phases, phases)
    leaving = np.maximum(np.broadcast_to(exits, (*shape, phases)).reshape(-1, phases), 0.0)
    tail, density = np.zeros(time.shape), np.zeros(time.shape)
    step = max(1, ROOM // phases**2)
    for start in range(0, time.size, step):
        part = slice(start, start + step)
        alive = np.einsum("ki,kij->kj", first[part], _exponential(rates[part], time[part]))
        tail[part], density[part] = np.sum(alive, axis=-1), np.sum(alive * leaving[part], axis=-1)
    return np.clip(tail, 0.0, 1.0).reshape(shape), density.reshape(shape)


def _exponential(rates: Any, time: Any) -> Any:
    """exp(T t), shape (k, n, n)."""
    q = np.max(-np.diagonal(rates, axis1=-2, axis2=-1), axis=-1)
    # everything has left long before; what is left underflows
    held = np.minimum(time, 1e6 / np.maximum(slowest(rates), 1e-300))
    size = q * held
    doublings = np.maximum(np.ceil(np.log2(np.maximum(size, 1e-300))), 0.0).astype(np.int64)
    small = held / 2.0**doublings
    identity = np.eye(rates.shape[-1])
    lifted = (rates + q[:, None, None] * identity) * small[:, None, None]
    total = identity + np.zeros_like(lifted)
    for n in range(TERMS, 0, -1):
        total = identity + lifted @ total / n
    total = total * np.exp(-q * small)[:, None, None]
    for n in range(int(np.max(doublings, initial=0))):
        total = np.where((n < doublings)[:, None, None], total @ total, total)
    return np.where((time < np.inf)[:, None, None], total, 0.0)


def slowest(rates: Any) -> Any:
    """The decay rate of exp(T t): minus the greatest real part of an eigenvalue of T."""
    if not np.any(np.tril(rates, -1)) or not np.any(np.triu(rates, 1)):
        return np.min(-np.diagonal(rates, axis1=-2, axis2=-1), axis=-1)
    return np.min(-np.linalg.eigvals(rates).real, axis=-1)
