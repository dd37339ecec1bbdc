"""Laws of non-negative times, known by their transform: one file a law; sums, mixtures, adapters."""

from __future__ import annotations

from queuecalc.law.base import Law
from queuecalc.law.choice import two_moment
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.erlang import Erlang
from queuecalc.law.exponential import Exponential
from queuecalc.law.gamma import Gamma
from queuecalc.law.hyperexponential import Hyperexponential
from queuecalc.law.mixture import Mixture
from queuecalc.law.random_sum import RandomSum
from queuecalc.law.registry import REGISTRY
from queuecalc.law.scaled import Scaled
from queuecalc.law.sum import Sum

__all__ = [
    "REGISTRY",
    "Deterministic",
    "Erlang",
    "Exponential",
    "Gamma",
    "Hyperexponential",
    "Law",
    "Mixture",
    "RandomSum",
    "Scaled",
    "Sum",
    "two_moment",
]
