"""Laws that every property test runs over: at least two of each class in the registry, and compositions of them."""

from __future__ import annotations

import numpy as np
from scipy import stats

from queuecalc.law import (
    Coxian,
    Deterministic,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    Lomax,
    Mixture,
    Pareto,
    PhaseType,
    RandomSum,
    Scaled,
    Shifted,
    Sum,
    Truncated,
    Uniform,
    Weibull,
    as_law,
)
from queuecalc.law.batch_sum import BatchSum
from queuecalc.law.excess import Excess
from queuecalc.law.interrupted import Interrupted

NAMED: dict[str, list[Law]] = {
    "exponential": [Exponential(mean=0.3), Exponential(mean=7.0)],
    "deterministic": [Deterministic(mean=0.25), Deterministic(mean=3.0)],
    "erlang": [Erlang(mean=2.0, stages=1), Erlang(mean=0.5, stages=4), Erlang(mean=1.0, stages=40)],
    "hyperexponential": [
        Hyperexponential(mean=1.0, scv=1.0),
        Hyperexponential(mean=0.2, scv=4.0),
        Hyperexponential(mean=1.0, scv=30.0),
    ],
    "gamma": [Gamma(mean=1.0, scv=0.25), Gamma(mean=0.1, scv=3.0), Gamma(mean=2.0, scv=0.01)],
    "lognormal": [Lognormal(mean=1.0, scv=0.25), Lognormal(mean=0.5, scv=4.0), Lognormal(mean=1.0, scv=0.05)],
    "weibull": [
        Weibull(mean=1.0, scv=1.0),
        Weibull(mean=0.5, scv=4.0),
        Weibull(mean=2.0, scv=0.3),
        Weibull(mean=1.0, scv=0.02),
        Weibull(mean=1.0, scv=0.005),
    ],
    "pareto": [Pareto(mean=1.0, shape=5.0), Pareto(mean=0.2, shape=3.4), Pareto(mean=1.0, shape=40.0)],
    "uniform": [Uniform(0.0, 2.0), Uniform(1.0, 3.0), Uniform(0.49, 0.51)],
    "coxian": [
        Coxian((2.0,)),
        Coxian((2.0, 2.0, 2.0), (1.0, 1.0)),
        Coxian((5.0, 0.5), (0.2,)),
        Coxian((3.0, 1.0, 1.0), (0.9, 0.5)),
    ],
    "phase-type": [
        PhaseType([1.0, 0.0], [[-2.0, 1.0], [0.5, -1.0]]),
        PhaseType([0.3, 0.3, 0.4], [[-1.0, 1.0, 0.0], [0.0, -1.0, 1.0], [0.0, 0.0, -1.0]]),
        PhaseType([0.6, 0.4], [[-3.0, 0.0], [0.0, -0.7]]),
    ],
}

SMOOTH_COMPOSITIONS: list[Law] = [
    Sum(laws=(Exponential(mean=1.0), Exponential(mean=0.5))),
    Sum(laws=(Exponential(mean=1.0), Exponential(mean=1.0), Erlang(mean=2.0, stages=2))),
    Sum(laws=(Gamma(mean=1.0, scv=0.3), Hyperexponential(mean=0.5, scv=3.0))),
    Sum(laws=(Lognormal(mean=1.0, scv=1.0), Exponential(mean=0.2))),
    Mixture(weights=(0.25, 0.75), laws=(Exponential(mean=2.0), Gamma(mean=1.0, scv=0.5))),
    RandomSum(Exponential(mean=1.0), 2.3),
    RandomSum(Hyperexponential(mean=1.0, scv=2.0), 3.5),
    Scaled(Gamma(mean=1.0, scv=0.5), 0.01),
    Shifted(Gamma(mean=1.0, scv=0.5), 0.0),
    Lomax(mean=1.0, shape=3.5),
    Sum(laws=(Weibull(mean=1.0, scv=0.5), Exponential(mean=0.3))),
    Sum(laws=(Weibull(mean=1.0, scv=3.0), Weibull(mean=1.0, scv=2.0))),
    as_law(stats.weibull_min(1.5, scale=2.0)),
    as_law(stats.invgauss(0.6)),
]

OTHER_COMPOSITIONS: list[Law] = [
    RandomSum(Exponential(mean=1.0), 0.4),
    Sum(laws=(Deterministic(mean=0.5), Exponential(mean=0.4))),
    Sum(laws=(Deterministic(mean=0.5), Deterministic(mean=0.25))),
    Mixture(weights=(0.3, 0.7), laws=(Deterministic(mean=0.5), Exponential(mean=1.0))),
    Sum(
        laws=(
            Mixture(weights=(0.3, 0.7), laws=(Deterministic(mean=0.5), Exponential(mean=1.0))),
            Gamma(mean=0.5, scv=0.5),
        )
    ),
    RandomSum(Deterministic(mean=1.0), 1.5),
    Scaled(RandomSum(Deterministic(mean=1.0), 1.5), 0.1),
    Empirical(np.array([0.1, 0.4, 0.4, 2.0])),
    Sum(laws=(Empirical(np.array([0.1, 0.4, 0.4, 2.0])), Exponential(mean=0.5))),
    Shifted(Gamma(mean=1.0, scv=0.5), 0.4),
    PhaseType([0.5, 0.3], [[-3.0, 1.0], [0.0, -0.7]]),
    Shifted(Empirical(np.array([0.1, 0.4])), 0.3),
    Truncated(Exponential(mean=1.0), 1.5),
    Truncated(Lognormal(mean=1.0, scv=2.0), 6.0, 0.3),
    Truncated(Weibull(mean=1.0, scv=3.0), 40.0),
    Sum(laws=(Pareto(mean=1.0, shape=4.5), Exponential(mean=0.3))),
    Sum(laws=(Uniform(0.5, 1.0), Truncated(Exponential(mean=1.0), 2.0))),
    as_law(stats.uniform(0.0, 2.0)),
    as_law(stats.uniform(1.0, 2.0)),
    Sum(laws=(as_law(stats.uniform(0.0, 1.0)), Exponential(mean=0.3))),
]

SMOOTH_COMPOSITIONS += [
    Excess(Gamma(mean=1.0, scv=0.5)),
    Excess(Hyperexponential(mean=1.0, scv=3.0)),
    Interrupted(Gamma(mean=1.0, scv=0.5), 0.3, Exponential(mean=0.5)),
    Interrupted(Exponential(mean=0.5), 2.0, Gamma(mean=0.5, scv=2.0)),
]

OTHER_COMPOSITIONS += [
    Excess(Deterministic(mean=1.0)),
    Excess(Empirical(np.array([0.1, 0.4, 0.4, 2.0]))),
    Excess(Sum(laws=(Deterministic(mean=0.5), Exponential(mean=0.4)))),
    Interrupted(Deterministic(mean=1.0), 0.8, Exponential(mean=0.5)),
    Interrupted(Empirical(np.array([0.1, 0.4, 0.4, 2.0])), 0.5, Gamma(mean=0.5, scv=0.5)),
    BatchSum(Exponential(mean=1.0), (0.2, 0.5, 0.3)),
    BatchSum(Deterministic(mean=0.5), (0.0, 0.5, 0.5)),
    BatchSum(Gamma(mean=1.0, scv=0.5), (0.0, 0.1, 0.0, 0.9)),
]

CLOSED: list[Law] = [law for laws in NAMED.values() for law in laws]
SMOOTH: list[Law] = [law for law in CLOSED if law.smooth] + SMOOTH_COMPOSITIONS
LAWS: list[Law] = CLOSED + SMOOTH_COMPOSITIONS + OTHER_COMPOSITIONS
