"""The laws that a listing or a test can name; which of them a model file can, and how, is said in `choice.py`."""

from __future__ import annotations

from queuecalc.law.base import Law
from queuecalc.law.coxian import Coxian
from queuecalc.law.deterministic import Deterministic
from queuecalc.law.erlang import Erlang
from queuecalc.law.exponential import Exponential
from queuecalc.law.gamma import Gamma
from queuecalc.law.hyperexponential import Hyperexponential
from queuecalc.law.lognormal import Lognormal
from queuecalc.law.pareto import Pareto
from queuecalc.law.phase_type import PhaseType
from queuecalc.law.uniform import Uniform
from queuecalc.law.weibull import Weibull

__all__ = ["REGISTRY"]

REGISTRY: dict[str, type[Law]] = {
    "exponential": Exponential,
    "deterministic": Deterministic,
    "erlang": Erlang,
    "hyperexponential": Hyperexponential,
    "gamma": Gamma,
    "lognormal": Lognormal,
    "weibull": Weibull,
    "pareto": Pareto,
    "uniform": Uniform,
    "coxian": Coxian,
    "phase-type": PhaseType,
}
"""Name -> class of the laws with closed parameters; a new law is one file and one line here."""
