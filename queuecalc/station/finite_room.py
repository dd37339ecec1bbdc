"""M/G/c with a finite waiting room: blocking, delay and mean wait of the accepted, at every utilisation.

With k waiting places, Q = P(Lq >= k) in the queue without a bound, and the states of both queues proportional,

    P(blocked) = (1 - rho) Q / (1 - rho Q) = (1 - (1 - rho) U) / (1 + rho U),  U = P(Lq < k) / (1 - rho)

(Keilson 1965 for M/G/1; Miyazawa 1986; Tijms 2003, section 9.8). U continues beyond rho = 1. The customers who queue
behind a waiting one are the Poisson arrivals of its wait, so Q and U are the coefficients of z^k in

    z (1 - W*(lambda (1 - z))) / (1 - z)  and  z W*(lambda (1 - z)) / ((1 - rho)(1 - z)),

found by lattice-Poisson inversion (Abate & Whitt 1992, "Numerical inversion of probability generating functions",
Oper. Res. Lett. 12), for large k with Euler summation. With one server this is exact, and so it is with no waiting
place (Erlang's loss formula, for every law); otherwise it is as good as the M/G/c wait (`multiserver.py`). For an
exponential service law the closed form of M/M/c/K stands beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.station import erlang
from queuecalc.station.multiserver import Correction
from queuecalc.station.offered import Load
from queuecalc.station.poisson_ratio import idle
from queuecalc.station.truncated import geometric_mean_place, geometric_sum

__all__ = ["FiniteRoom", "exponential_room", "general_room"]

DIGITS = 10.0
"""Aliasing 10^-DIGITS relative to the coefficient 3 k; rounding 10^(DIGITS / 2) 2e-16 absolute."""

DIRECT = 36
"""Terms summed as they are; in larger rooms AVERAGED more enter by binomial averages of partial sums."""

AVERAGED = 12

ROOT_STEPS = 60
"""At most so many steps towards the pole of U inside the unit circle, which U has for rho > 1."""

STEEP = 2.0
"""Above this rho, 1 - rho (1 - B) has fewer digits than its first term."""

FULL = 1e-13
"""A pole below this times rho is lost in rounding. The room is then full but for shares of that size: U is infinite."""


@dataclass(frozen=True, slots=True, eq=False)
class FiniteRoom:
    """Arrays of one shape.

    Attributes:
        blocked: probability that an arrival is turned away.
        passed: 1 - blocked, to full relative accuracy also where little passes.
        delayed: probability that an accepted customer waits.
        mean_wait: of the accepted, in seconds.
    """

    blocked: Any
    passed: Any
    delayed: Any
    mean_wait: Any


def exponential_room(load: Load, loss: Any, places: Any) -> FiniteRoom:
    """M/M/c/K, exact: k = K - c places, loss = B(c, a).

    The states below c have together (1 - B) / B times the probability of state c, state c + j has rho^j times it.

    Source: Kleinrock 1975, section 3.8.
    """
    log_rho = load.log_utilisation
    total, last = geometric_sum(log_rho, places)
    free = erlang.passing_probability(load.servers, load.offered, loss)
    below = free * np.exp(-np.maximum(places * log_rho, 0.0))
    accepted = below + loss * total
    every = accepted + loss * last
    delayed = loss * total / accepted
    step = load.service_mean / load.servers
    mean_wait = delayed * step * geometric_mean_place(log_rho, places)
    return FiniteRoom(loss * last / every, accepted / every, delayed, mean_wait)


def general_room(load: Load, service: Law, correction: Correction, loss: Any, places: Any) -> FiniteRoom:
    """M/G/c/K for a load with a limited number of servers, k = K - c places, loss = B(c, a)."""
    k = np.maximum(places, 1.0)
    busy = load.slack + load.utilisation * loss  # the share of idle servers without a waiting room
    steep = load.utilisation > STEEP
    if np.any(steep):
        busy = np.where(steep, idle(load.servers, load.offered) / load.servers, busy)
    passed = erlang.passing_probability(load.servers, load.offered, loss)
    delay = loss / busy
    free = passed / busy
    found = _pole(load, service, k)
    full = (load.slack < 0.0) & (found < FULL * np.maximum(load.utilisation, 1.0))
    pole = np.where(full, 1.0, found)
    j, weights = _lattice(k)
    z = pole * np.exp(-DIGITS * math.log(10.0) / (2.0 * k)) * np.exp(1j * math.pi * j / k)
    gap = 1.0 - z
    x = np.where(full, 1.0, load.arrival_rate / load.servers) * gap
    d, excess = service.excess_complement(x), service.excess_lst(x)
    other = _distance(load, d, excess)
    smooth = 1.0 + correction.epsilon * load.servers * x
    plain = load.slack + x * load.service_mean
    inside = (1.0 - correction.beta) / plain + correction.beta * excess / (other * smooth)
    below = (free + delay * inside) * z / gap
    below_k, below_sum = _coefficients(weights, below, gap)
    beyond = (1.0 - correction.beta) * x * load.service_mean / plain
    beyond = beyond + correction.beta * (d / other + smooth - 1.0) / smooth
    beyond_k, beyond_sum = _coefficients(weights, delay * beyond * z / gap, gap)
    # U and its sum come divided by pole^-k; Q and its sum are used below saturation alone, where the pole is 1.
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = np.where(full, 0.0, pole**k / below_k)
        before = np.where(full, 1.0, below_sum / below_k)
    rho, slack = load.utilisation, load.slack
    q = np.clip(beyond_k, 0.0, 1.0)
    sparse = (slack > 0.0) & (q < 0.5)
    q = np.where(sparse, q, 0.0)
    accepted = 1.0 - rho * q
    blocked = np.where(sparse, slack * q / accepted, (inverse - slack) / (inverse + rho))
    let_in = np.where(sparse, (1.0 - q) / accepted, 1.0 / (inverse + rho))
    queue = np.where(sparse, (beyond_sum - k * rho * q) / accepted, k - let_in * before)
    delayed = np.where(sparse, (delay - q) / (1.0 - q), 1.0 - free * inverse)
    rate = load.arrival_rate * let_in
    mean_wait = np.maximum(queue, 0.0) / np.where(rate > 0.0, rate, np.inf)
    none = places < 1.0
    return FiniteRoom(
        np.where(none, loss, np.clip(blocked, 0.0, 1.0)),
        np.where(none, passed, np.clip(let_in, 0.0, 1.0)),
        np.where(none, 0.0, np.clip(delayed, 0.0, 1.0)),
        np.where(none, 0.0, mean_wait),
    )


def _lattice(k: Any) -> tuple[Any, Any]:
    """Orders j (first axis) and weights w: the coefficient of z^k is r^-k sum_j w_j Re F(r exp(i pi j / k)).

    (1/2k) (-1)^j times 1 at j = 0 and j = k, 2 between; for k > DIRECT + AVERAGED the share of the binomial averages.
    """
    count = DIRECT + AVERAGED
    j = np.arange(count + 1.0).reshape(-1, *(1,) * np.ndim(k))
    share = np.ones(count + 1)
    share[DIRECT + 1 :] = [
        sum(math.comb(AVERAGED, i) for i in range(m, AVERAGED + 1)) / 2.0**AVERAGED
        for m in range(1, AVERAGED + 1)
    ]
    euler = 2.0 * share.reshape(j.shape)
    exact = np.where(j < k, 2.0, np.where(j == k, 1.0, 0.0))
    sign = np.where(j % 2.0 == 0.0, 1.0, -1.0)
    weights = np.where(k > count, euler, exact) * sign / (2.0 * k)
    weights[0] = 1.0 / (2.0 * k)
    return np.minimum(j, k), weights


def _coefficients(weights: Any, values: Any, gap: Any) -> tuple[Any, Any]:
    """The coefficient k of F and of F / (1 - z), times pole^k."""
    scale = 10.0 ** (DIGITS / 2.0)
    return scale * np.sum(weights * values.real, axis=0), scale * np.sum(
        weights * (values / gap).real, axis=0
    )


def _distance(load: Load, complement: Any, excess: Any) -> Any:
    """1 - rho Be from 1 - Be and Be: without cancellation near rho = 1, and far above it, where Be is small."""
    return np.where(
        load.utilisation > 2.0, 1.0 - load.utilisation * excess, load.slack + load.utilisation * complement
    )


def _pole(load: Load, service: Law, k: Any) -> Any:
    """The z in [0, 1] with rho X*(lambda (1 - z) / c) = 1: 1 for rho <= 1; good to 1e-3 / k of itself, which is enough.

    1 - rho X*(s / c) is concave and rises from 1 - rho < 0 at s = 0 through 0 before s = lambda: false position with
    halved ends (the Illinois rule).
    """
    above = (load.slack < 0.0) & (load.utilisation < 1.0 / FULL)
    if not np.any(above):
        return np.where(load.slack < 0.0, 0.0, 1.0) + np.zeros(np.shape(k))
    lam = np.where(above, load.arrival_rate, 1.0)
    low, high = np.zeros(np.shape(k)), lam / load.servers
    at_low = np.where(above, load.slack, -1.0)
    at_high = np.where(above, _distance(load, service.excess_complement(high), service.excess_lst(high)), 1.0)
    side = np.zeros(np.shape(k))
    z = np.ones(np.shape(k))
    for _ in range(ROOT_STEPS):
        x = (low * at_high - high * at_low) / (at_high - at_low)
        z = 1.0 - x * load.servers / lam
        value = np.where(above, _distance(load, service.excess_complement(x), service.excess_lst(x)), 0.0)
        right = value >= 0.0
        at_low = np.where(right & (side == 1.0), 0.5 * at_low, np.where(right, at_low, value))
        at_high = np.where(~right & (side == -1.0), 0.5 * at_high, np.where(right, value, at_high))
        low, high = np.where(right, low, x), np.where(right, x, high)
        side = np.where(right, 1.0, -1.0)
        if np.all(
            ~above | (np.abs(value) < 1e-6 * z / k) | ((high - low) * load.servers * k < 1e-3 * lam * z)
        ):
            break
    return np.where(above, np.clip(z, 0.0, 1.0), np.where(load.slack < 0.0, 0.0, 1.0))
