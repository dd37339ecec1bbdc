"""The normalisation constant of product form, as a sum of positive terms in a scale that fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaln

from queuecalc.load.arrays import FloatArray
from queuecalc.network.closed.lattice import Lattice
from queuecalc.network.closed.problem import Figures, Problem
from queuecalc.network.closed.saddle import saddle

__all__ = ["convolution", "convolved_throughputs"]

_SMALLEST = 1e-250  # a probability below this may have lost terms to underflow


def convolution(problem: Problem) -> Figures:
    """Throughputs, means and states of any product-form closed network, exact.

    Formulas: G = f_1 * ... * f_K over 0 <= n <= N, f_k(n) = |n|! prod_r D_rk^n_r / n_r! / prod_(j <= |n|) alpha_k(j);
    X_r = G(N - e_r) / G(N); P_k(n) = f_k(n) G_without_k(N - n) / G(N). All terms are positive, and each factor is
    weighted with x^n, x near the throughputs, so that it is a probability law of moderate size.

    Cost: prod(N_r + 1)^2 / 2^R for each station with several servers, prod(N_r + 1) for each with one.

    Source: Buzen 1973, "Computational algorithms for closed queueing networks with exponential servers", Comm. ACM 16;
    Reiser & Kobayashi 1975, IBM J. Res. Dev. 19, eqs. (12) to (20); the weighting: Lam 1982, Comm. ACM 25.
    """
    lattice = Lattice(problem.population)
    terms = _Terms.of(problem, lattice)
    base = _base(terms, lattice)
    several = [int(k) for k in problem.several]
    factors = [terms.factor(k) for k in several]
    others = _without_each(base, factors, lattice)
    total = _convolved(others[0], factors[0], lattice) if factors else base
    last = total[-1]
    below = np.array([total[-1 - stride] for stride in lattice.strides])
    throughput = np.exp(terms.theta) * below / last
    demands = problem.demands
    inside = throughput[:, None] * demands  # where nobody waits
    for k in problem.single:
        grown = _served(total, terms.ratios(k), lattice)
        inside[:, k] = terms.ratios(k) * np.array([grown[-1 - stride] for stride in lattice.strides]) / last
    present, states = np.zeros(demands.shape[1]), {}
    for k, factor, other in zip(several, factors, others, strict=True):
        joint = factor * other[::-1] / last
        inside[:, k] = [float(np.sum(counts * joint)) for counts in lattice.counts]
        states[k] = np.asarray(np.bincount(lattice.total, weights=joint), dtype=np.float64)
        present[k] = float(np.sum(states[k][1:])) if k in problem.speeds else 0.0
    logarithm = float(np.log(last)) + terms.shift - float(terms.theta @ problem.population)
    return Figures(throughput, inside, present, logarithm, states)


def convolved_throughputs(problem: Problem) -> FloatArray:
    """X(n) of n = 1, ..., N customers of one class, in 1/s; weighted anew where a scale does not reach."""
    most = int(problem.population[0])
    found = np.empty(most)
    while most > 0:
        lattice = Lattice([most])
        smaller = problem.with_population([most])
        terms = _Terms.of(smaller, lattice)
        total = _base(terms, lattice)
        for k in problem.several:
            total = _convolved(total, terms.factor(int(k)), lattice)
        fits = total >= _SMALLEST * np.max(total)
        least = most - int(np.argmin(fits[::-1])) if not np.all(fits) else 0  # the last n that does not fit
        least = min(least, most - 1)
        found[least:most] = np.exp(terms.theta[0]) * total[least:most] / total[least + 1 : most + 1]
        most = least
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Terms:
    """The factors of G, weighted.

    Attributes:
        theta: log x of each class.
        weights: log f_k(n) + n theta - shift_k, of the stations with several servers.
        delay: the factor of all time in which nobody waits.
        shift: the sum of all shifts.
    """

    problem: Problem
    lattice: Lattice
    theta: FloatArray
    weights: dict[int, FloatArray]
    delay: FloatArray
    shift: float

    @classmethod
    def of(cls, problem: Problem, lattice: Lattice) -> _Terms:
        delay = _delay_weights(problem.delays, lattice)
        weights = {int(k): _weights(problem, int(k), lattice) for k in problem.several}
        single = [_weights(problem, int(k), lattice) for k in problem.single]
        theta = saddle([delay, *weights.values(), *single], lattice, _start(problem))
        tilt = sum(t * counts for t, counts in zip(theta, lattice.counts, strict=True))
        shift = 0.0
        scaled = {}
        for k, log in {-1: delay, **weights}.items():
            most = float(np.max(log + tilt))
            shift += most
            scaled[k] = log + tilt - most
        return cls(problem, lattice, theta, scaled, scaled.pop(-1), shift)

    def factor(self, station: int) -> FloatArray:
        """f_k, weighted, largest 1."""
        return np.asarray(np.exp(self.weights[station]))

    def ratios(self, station: int) -> FloatArray:
        """x_r D_rk of a station with one server."""
        return np.asarray(np.exp(self.theta) * self.problem.demands[:, station])


def _start(problem: Problem) -> FloatArray:
    """log x a little below what the bounds allow."""
    with np.errstate(divide="ignore"):
        full = np.min(np.where(problem.demands > 0, problem.fastest / problem.demands, np.inf), axis=1)
    alone = problem.population / (problem.think + problem.demands.sum(axis=1))
    return np.asarray(np.log(0.9 * np.minimum(full / len(problem.population), alone)))


def _powers(base: FloatArray, lattice: Lattice) -> FloatArray:
    """sum_r n_r log base_r, with 0 log 0 = 0."""
    found = np.zeros(lattice.size)
    for value, counts in zip(base.tolist(), lattice.counts, strict=True):
        found += counts * np.log(value) if value > 0 else np.where(counts > 0, -np.inf, 0.0)
    return found


def _delay_weights(delays: FloatArray, lattice: Lattice) -> FloatArray:
    found = _powers(delays, lattice)
    for counts in lattice.counts:
        found -= gammaln(counts + 1.0)
    return found


def _weights(problem: Problem, station: int, lattice: Lattice) -> FloatArray:
    """log f_k(n)."""
    found = _powers(problem.demands[:, station], lattice)
    if len(lattice.shape) > 1:
        found += gammaln(lattice.total + 1.0)
        for counts in lattice.counts:
            found -= gammaln(counts + 1.0)
    speeds = problem.speed(station, sum(lattice.shape) - len(lattice.shape))
    return np.asarray(found - np.concatenate([[0.0], np.cumsum(np.log(speeds))])[lattice.total])


def _base(terms: _Terms, lattice: Lattice) -> FloatArray:
    """The convolution of all factors but those of stations with several servers."""
    found = np.exp(terms.delay)
    for k in terms.problem.single:
        found = _served(found, terms.ratios(k), lattice)
    return found


def _served(array: FloatArray, ratios: FloatArray, lattice: Lattice) -> FloatArray:
    """One more station with one server: g(n) = array(n) + sum_r ratio_r g(n - e_r)."""
    if len(lattice.shape) == 1:
        ratio, value, found = float(ratios[0]), 0.0, []
        for each in array.tolist():
            value = each + ratio * value
            found.append(value)
        return np.array(found)
    grown = np.array(array)
    for level in lattice.steps[1:]:
        for ratio, (here, before) in zip(ratios.tolist(), level, strict=True):
            if ratio > 0.0:
                grown[here] += ratio * grown[before]
    return grown


def _convolved(one: FloatArray, two: FloatArray, lattice: Lattice) -> FloatArray:
    """The sum over 0 <= m <= n of one(m) two(n - m), on the lattice."""
    if len(lattice.shape) == 1:
        return np.convolve(one, two)[: lattice.size]
    a, b, found = one.reshape(lattice.shape), two.reshape(lattice.shape), np.zeros(lattice.shape)
    for at in np.argwhere(a > 0.0).tolist():
        up: Any = tuple(slice(m, None) for m in at)
        down: Any = tuple(slice(0, extent - m) for m, extent in zip(at, lattice.shape, strict=True))
        found[up] += a[tuple(at)] * b[down]
    return found.ravel()


def _without_each(base: FloatArray, factors: Sequence[FloatArray], lattice: Lattice) -> list[FloatArray]:
    """base with all factors but one, for each one: products from the front and from the back."""
    if not factors:
        return []
    front = [base]
    for factor in factors[:-1]:
        front.append(_convolved(front[-1], factor, lattice))
    found, back = [front[-1]], factors[-1]
    for k in range(len(factors) - 2, -1, -1):
        found.append(_convolved(front[k], back, lattice))
        if k:
            back = _convolved(back, factors[k], lattice)
    return found[::-1]
