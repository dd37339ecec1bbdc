"""Sizes a distributed architecture with queueing theory.

Public names are loaded on first use, so that `import queuecalc` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOMES = {
    "queuecalc.answer": ("Certificate", "Evaluation", "SizingAnswer", "Verification", "from_json", "to_json"),
    "queuecalc.architecture": ("Model",),
    "queuecalc.errors": (
        "InfeasibleError",
        "InternalError",
        "InvalidInput",
        "MissingExtra",
        "ModelError",
        "QueuecalcError",
        "UnstableError",
    ),
    "queuecalc.evaluation": ("evaluate",),
    "queuecalc.evidence": ("Evidence",),
    "queuecalc.law": (
        "Coxian",
        "Deterministic",
        "Empirical",
        "Erlang",
        "Exponential",
        "Gamma",
        "Hyperexponential",
        "Law",
        "Lognormal",
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
        "coxian_from_moments",
        "law_from_percentiles",
        "two_moment",
    ),
    "queuecalc.load": ("Curve",),
    "queuecalc.measurement": ("Fit", "fit_law"),
    "queuecalc.modelfile": ("read_model", "shipped_models"),
    "queuecalc.network": ("JacksonNetwork",),
    "queuecalc.sizing": ("size",),
    "queuecalc.station": (
        "usl_rates",
        "LoadDependent",
        "MMcMixed",
        "MMcN",
        "Engset",
        "ErlangA",
        "erlang_b",
        "erlang_b_load",
        "erlang_b_servers",
        "erlang_c",
        "erlang_c_servers",
        "ErlangB",
        "Batch",
        "GM1",
        "GMc",
        "MG1",
        "MG1Breakdown",
        "MG1Vacation",
        "MGInf",
        "MGc",
        "MGcK",
        "MM1",
        "MMInf",
        "MMc",
        "MMcK",
        "MXG1",
        "MXM1",
        "Station",
    ),
    "queuecalc.sizing.certificate_file": ("read_certificate",),
    "queuecalc.sizing.verification": ("verify",),
}

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "GM1",
    "MG1",
    "MM1",
    "MXG1",
    "MXM1",
    "Batch",
    "Certificate",
    "Coxian",
    "Curve",
    "Deterministic",
    "Empirical",
    "Engset",
    "Erlang",
    "ErlangA",
    "ErlangB",
    "Evaluation",
    "Evidence",
    "Exponential",
    "Fit",
    "GMc",
    "Gamma",
    "Hyperexponential",
    "InfeasibleError",
    "InternalError",
    "InvalidInput",
    "JacksonNetwork",
    "Law",
    "LoadDependent",
    "Lognormal",
    "MG1Breakdown",
    "MG1Vacation",
    "MGInf",
    "MGc",
    "MGcK",
    "MMInf",
    "MMc",
    "MMcK",
    "MMcMixed",
    "MMcN",
    "MissingExtra",
    "Mixture",
    "Model",
    "ModelError",
    "Pareto",
    "PhaseType",
    "QueuecalcError",
    "RandomSum",
    "Scaled",
    "Shifted",
    "SizingAnswer",
    "Station",
    "Sum",
    "Truncated",
    "Uniform",
    "UnstableError",
    "Verification",
    "Weibull",
    "__version__",
    "as_law",
    "coxian_from_moments",
    "erlang_b",
    "erlang_b_load",
    "erlang_b_servers",
    "erlang_c",
    "erlang_c_servers",
    "evaluate",
    "fit_law",
    "from_json",
    "law_from_percentiles",
    "read_certificate",
    "read_model",
    "shipped_models",
    "size",
    "to_json",
    "two_moment",
    "usl_rates",
    "verify",
]

if TYPE_CHECKING:
    from queuecalc.answer import Certificate, Evaluation, SizingAnswer, Verification, from_json, to_json
    from queuecalc.architecture import Model
    from queuecalc.errors import (
        InfeasibleError,
        InternalError,
        InvalidInput,
        MissingExtra,
        ModelError,
        QueuecalcError,
        UnstableError,
    )
    from queuecalc.evaluation import evaluate
    from queuecalc.evidence import Evidence
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
        coxian_from_moments,
        law_from_percentiles,
        two_moment,
    )
    from queuecalc.load import Curve
    from queuecalc.measurement import Fit, fit_law
    from queuecalc.modelfile import read_model, shipped_models
    from queuecalc.network import JacksonNetwork
    from queuecalc.sizing import size
    from queuecalc.sizing.certificate_file import read_certificate
    from queuecalc.sizing.verification import verify
    from queuecalc.station import (
        GM1,
        MG1,
        MM1,
        MXG1,
        MXM1,
        Batch,
        Engset,
        ErlangA,
        ErlangB,
        GMc,
        LoadDependent,
        MG1Breakdown,
        MG1Vacation,
        MGc,
        MGcK,
        MGInf,
        MMc,
        MMcK,
        MMcMixed,
        MMcN,
        MMInf,
        Station,
        erlang_b,
        erlang_b_load,
        erlang_b_servers,
        erlang_c,
        erlang_c_servers,
        usl_rates,
    )


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'queuecalc' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
