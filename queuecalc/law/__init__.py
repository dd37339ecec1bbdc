"""Laws of non-negative times, known by their transform: one file a law; sums, mixtures, adapters."""

from __future__ import annotations

from queuecalc.law.adapter import Adapted, as_law
from queuecalc.law.base import Law
from queuecalc.law.choice import BY_NAME, by_name, two_moment
from queuecalc.law.coxian import Coxian
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.empirical import Empirical
from queuecalc.law.erlang import Erlang
from queuecalc.law.exponential import Exponential
from queuecalc.law.gamma import Gamma
from queuecalc.law.hyperexponential import Hyperexponential
from queuecalc.law.lognormal import Lognormal, lognormal_from_percentiles
from queuecalc.law.lomax import Lomax
from queuecalc.law.mixture import Mixture
from queuecalc.law.pareto import Pareto
from queuecalc.law.percentiles import law_from_percentiles
from queuecalc.law.phase_fit import coxian_from_moments
from queuecalc.law.phase_type import PhaseType
from queuecalc.law.random_sum import RandomSum
from queuecalc.law.registry import REGISTRY
from queuecalc.law.scaled import Scaled
from queuecalc.law.shifted import Shifted
from queuecalc.law.sum import Sum
from queuecalc.law.truncated import Truncated
from queuecalc.law.uniform import Uniform
from queuecalc.law.weibull import Weibull

__all__ = [
    "BY_NAME",
    "REGISTRY",
    "Adapted",
    "Coxian",
    "Deterministic",
    "Empirical",
    "Erlang",
    "Exponential",
    "Gamma",
    "Hyperexponential",
    "Law",
    "Lognormal",
    "Lomax",
    "Mixture",
    "Pareto",
    "PhaseType",
    "RandomSum",
    "Scaled",
    "Shifted",
    "Sum",
    "Truncated",
    "Uniform",
    "Weibull",
    "as_law",
    "by_name",
    "coxian_from_moments",
    "law_from_percentiles",
    "lognormal_from_percentiles",
    "two_moment",
]
