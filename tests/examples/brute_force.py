"""Slow and plain ways to numbers that the examples take from the library."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from fractions import Fraction
from math import exp, factorial

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

__all__ = ["bisected", "erlang_c", "mh2c_mean_wait", "mmc_tail", "pages_by_simulation"]


def erlang_c(a: Fraction, c: int) -> float:
    """The probability of a wait in M/M/c, term by term in fractions."""
    last = a**c / factorial(c) * c / (c - a)
    return float(last / (sum(a**k / factorial(k) for k in range(c)) + last))


def mmc_tail(t: float, rate: float, mu: float, c: int) -> float:
    """P(T > t) of M/M/c: no wait, or an exponential wait and an exponential service."""
    delay, drain = erlang_c(Fraction(rate) / Fraction(mu), c), c * mu - rate
    if drain == mu:
        waited = (1 + mu * t) * exp(-mu * t)
    else:
        waited = (mu * exp(-drain * t) - drain * exp(-mu * t)) / (mu - drain)
    return (1 - delay) * exp(-mu * t) + delay * waited


def bisected(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses zero."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return (low + high) / 2


def mh2c_mean_wait(rate: float, share: float, means: tuple[float, float], c: int, most: int) -> float:
    """Mean wait of M/H2/c from its Markov chain, cut off at `most` customers.

    A state is (customers, those in service whose service is of the first kind); a service is of the first kind with
    probability `share`.
    """
    states = [(n, k) for n in range(most + 1) for k in range(min(n, c) + 1)]
    number = {state: i for i, state in enumerate(states)}
    rows: list[int] = []
    columns: list[int] = []
    rates: list[float] = []

    def jump(start: tuple[int, int], end: tuple[int, int], speed: float) -> None:
        rows.extend((number[end], number[start]))
        columns.extend((number[start], number[start]))
        rates.extend((speed, -speed))

    for n, k in states:
        if n < most:
            if n < c:
                jump((n, k), (n + 1, k + 1), rate * share)
                jump((n, k), (n + 1, k), rate * (1 - share))
            else:
                jump((n, k), (n + 1, k), rate)
        for first, busy in ((True, k), (False, min(n, c) - k)):
            if not busy:
                continue
            speed, left = busy / means[not first], k - first
            if n > c:
                jump((n, k), (n - 1, left + 1), speed * share)
                jump((n, k), (n - 1, left), speed * (1 - share))
            else:
                jump((n, k), (n - 1, left), speed)
    balance = sparse.coo_array((rates, (rows, columns))).tocsr()[1:]
    total = sparse.csr_array(np.ones((1, len(states))))
    right = np.zeros(len(states))
    right[0] = 1.0
    shares = linalg.spsolve(sparse.vstack([total, balance]).tocsc(), right)
    assert sum(shares[-c - 1 :]) < 1e-9
    return float(sum(share * max(n - c, 0) for (n, _), share in zip(states, shares, strict=True)) / rate)


def pages_by_simulation(
    pages: int, queries: int, rate: float, servers: int, service: float, trip: float
) -> list[float]:
    """Times of pages that ask a database several times in a row; without the first tenth of them.

    One line in front of the servers, in order of arrival.
    """
    draw = random.Random(20_261)
    moments: list[tuple[float, int, int]] = []
    now = 0.0
    begun = []
    for page in range(pages):
        now += draw.expovariate(rate)
        begun.append(now)
        moments.append((now, page, 0))
    heapq.heapify(moments)
    free = [0.0] * servers
    heapq.heapify(free)
    times = [0.0] * pages
    while moments:
        at, page, asked = heapq.heappop(moments)
        if asked == queries:
            times[page] = at - begun[page]
            continue
        done = max(at, heapq.heappop(free)) + draw.expovariate(1 / service)
        heapq.heappush(free, done)
        heapq.heappush(moments, (done + trip, page, asked + 1))
    return times[pages // 10 :]
