"""Laws of non-negative times, known by their transform: one file a law; sums, mixtures, adapters."""

from __future__ import annotations

from queuecalc.law.adapter import Adapted, as_law
from queuecalc.law.base import Law
from queuecalc.law.choice import by_name, two_moment
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.empirical import Empirical
from queuecalc.law.erlang import Erlang
from queuecalc.law.exponential import Exponential
from queuecalc.law.gamma import Gamma
from queuecalc.law.hyperexponential import Hyperexponential
from queuecalc.law.lognormal import Lognormal, lognormal_from_percentiles
from queuecalc.law.mixture import Mixture
from queuecalc.law.random_sum import RandomSum
from queuecalc.law.registry import REGISTRY
from queuecalc.law.scaled import Scaled
from queuecalc.law.sum import Sum

__all__ = [
    "REGISTRY",
    "Adapted",
    "Deterministic",
    "Empirical",
    "Erlang",
    "Exponential",
    "Gamma",
    "Hyperexponential",
    "Law",
    "Lognormal",
    "Mixture",
    "RandomSum",
    "Scaled",
    "Sum",
    "as_law",
    "by_name",
    "lognormal_from_percentiles",
    "two_moment",
]
