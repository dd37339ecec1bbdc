"""The user's words: components, request classes, calls, the load and the contract; one frozen model."""

from queuecalc.architecture.call import NOBODY, USERS, Call, Endpoint
from queuecalc.architecture.component import Component, Figures, Override
from queuecalc.architecture.contract import Contract, PercentileTarget, RequestClass
from queuecalc.architecture.model import Load, Model

__all__ = [
    "NOBODY",
    "USERS",
    "Call",
    "Component",
    "Contract",
    "Endpoint",
    "Figures",
    "Load",
    "Model",
    "Override",
    "PercentileTarget",
    "RequestClass",
]
