"""Families of laws and how each is fitted to samples: by maximum likelihood, or why not."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from queuecalc.errors import InvalidInput
from queuecalc.law import Exponential, Gamma, Hyperexponential, Law, Lognormal, Pareto, Uniform, Weibull

__all__ = ["FAMILIES", "Family"]

STEPS = 100


@dataclass(frozen=True, slots=True)
class Family:
    """One family.

    Attributes:
        parameters: how many are estimated.
        fit: samples > 0, sorted -> the law of greatest likelihood.
    """

    parameters: int
    fit: Callable[[Any], Law]


def _exponential(x: Any) -> Law:
    return Exponential(mean=float(np.mean(x)))


def _gamma(x: Any) -> Law:
    """ln k - psi(k) = ln mean - mean ln x, by Newton in 1/k (Minka 2002, "Estimating a gamma distribution")."""
    mean = float(np.mean(x))
    gap = math.log(mean) - float(np.mean(np.log(x)))
    k = (3.0 - gap + math.sqrt((gap - 3.0) ** 2 + 24.0 * gap)) / (12.0 * gap)
    for _ in range(STEPS):
        slope = 1.0 / k - float(special.polygamma(1, k))
        fresh = 1.0 / (1.0 / k + (math.log(k) - float(special.psi(k)) - gap) / (k * k * slope))
        done = abs(fresh - k) <= 1e-13 * k
        k = fresh
        if done:
            break
    return Gamma(mean=mean, scv=1.0 / k)


def _lognormal(x: Any) -> Law:
    """Mean and variance of ln x."""
    logs = np.log(x)
    mu, var = float(np.mean(logs)), float(np.var(logs))
    return Lognormal(mean=math.exp(mu + 0.5 * var), scv=math.expm1(var))


def _weibull(x: Any) -> Law:
    """sum x^k ln x / sum x^k - 1/k = mean ln x, increasing in k: bracket, then bisect in ln k."""
    logs = np.log(x)
    logs = logs - logs[-1]
    centre = float(np.mean(logs))

    def excess(k: float) -> float:
        weights = np.exp(k * logs)
        return float(np.sum(weights * logs) / np.sum(weights)) - 1.0 / k - centre

    low, high = math.log(1e-2), math.log(1e6)
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(math.exp(middle)) < 0.0 else (low, middle)
    k = math.exp(0.5 * (low + high))
    scale = float(x[-1]) * float(np.mean(np.exp(k * logs))) ** (1.0 / k)
    log_gamma = float(special.gammaln(1.0 + 1.0 / k))
    c2 = math.expm1(float(special.gammaln(1.0 + 2.0 / k)) - 2.0 * log_gamma)
    return Weibull(mean=scale * math.exp(log_gamma), scv=c2)


def _hyperexponential(x: Any) -> Law:
    """Balanced means: mean and SCV of greatest likelihood, by the simplex method in their logarithms."""
    from scipy import optimize

    mean = float(np.mean(x))
    c2 = float(np.var(x)) / mean**2
    if c2 <= 1.0:
        raise InvalidInput(f"the samples have SCV {c2:.3g}; expected more than 1")

    def loss(point: Any) -> float:
        law = Hyperexponential(mean=math.exp(point[0]), scv=1.0 + math.exp(point[1]))
        return -float(np.mean(np.log(np.maximum(law.pdf(x), 1e-300))))

    start = np.array([math.log(mean), math.log(c2 - 1.0)])
    best = optimize.minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13}).x
    return Hyperexponential(mean=math.exp(best[0]), scv=1.0 + math.exp(min(best[1], 20.0)))


def _pareto(x: Any) -> Law:
    """Minimum: the least sample; shape: 1 / mean ln(x / minimum)."""
    shape = 1.0 / float(np.mean(np.log(x / x[0])))
    if shape <= 1.0:
        raise InvalidInput(f"the likeliest shape is {shape:.3g}, with an infinite mean; expected more than 1")
    return Pareto(mean=float(x[0]) * shape / (shape - 1.0), shape=shape)


def _uniform(x: Any) -> Law:
    """Between the least and the greatest sample."""
    return Uniform(float(x[0]), float(x[-1]))


FAMILIES: dict[str, Family] = {
    "exponential": Family(1, _exponential),
    "gamma": Family(2, _gamma),
    "lognormal": Family(2, _lognormal),
    "weibull": Family(2, _weibull),
    "hyperexponential": Family(2, _hyperexponential),
    "pareto": Family(2, _pareto),
    "uniform": Family(2, _uniform),
}
"""Name -> family; a new candidate is a line here."""
