"""The laws that a model file, a test or a listing can name."""

from __future__ import annotations

from queuecalc.law.base import Law
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.erlang import Erlang
from queuecalc.law.exponential import Exponential
from queuecalc.law.gamma import Gamma
from queuecalc.law.hyperexponential import Hyperexponential
from queuecalc.law.lognormal import Lognormal

__all__ = ["REGISTRY"]

REGISTRY: dict[str, type[Law]] = {
    "exponential": Exponential,
    "deterministic": Deterministic,
    "erlang": Erlang,
    "hyperexponential": Hyperexponential,
    "gamma": Gamma,
    "lognormal": Lognormal,
}
"""Name -> class of the laws with closed parameters; a new law is one file and one line here."""
