"""What leaves the library: frozen numbers, names and sentences. Computes nothing."""

from queuecalc.answer.certificate import CERTIFICATE_FORMAT, Certificate, PatternProof, RefusedBox
from queuecalc.answer.codec import from_json, from_plain, to_json, to_plain
from queuecalc.answer.contract import ContractLine, Excuse
from queuecalc.answer.evaluation import (
    Asynchronous,
    Availability,
    ComponentLine,
    Evaluation,
    HeldServers,
    Latency,
    Loss,
    Series,
)
from queuecalc.answer.network import NetworkAnswer, NetworkPercentile, NetworkStation
from queuecalc.answer.sizing import Alternative, Headroom, OneLess, Relaxation, SizingAnswer

__all__ = [
    "CERTIFICATE_FORMAT",
    "Alternative",
    "Asynchronous",
    "Availability",
    "Certificate",
    "ComponentLine",
    "ContractLine",
    "Evaluation",
    "Excuse",
    "Headroom",
    "HeldServers",
    "Latency",
    "Loss",
    "NetworkAnswer",
    "NetworkPercentile",
    "NetworkStation",
    "OneLess",
    "PatternProof",
    "RefusedBox",
    "Relaxation",
    "Series",
    "SizingAnswer",
    "from_json",
    "from_plain",
    "to_json",
    "to_plain",
]
