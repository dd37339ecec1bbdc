"""What leaves the library: frozen numbers, names and sentences. Computes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queuecalc.late import late

_HOMES = {
    "queuecalc.answer.certificate": ("CERTIFICATE_FORMAT", "Certificate", "PatternProof", "RefusedBox"),
    "queuecalc.answer.classes": ("ClassAtStation", "ClassesAnswer", "ClassLine", "SharedStation"),
    "queuecalc.answer.closed": (
        "ClosedAnswer",
        "ClosedBoundsAnswer",
        "ClosedClassLine",
        "ClosedStationLine",
        "ThroughputBound",
    ),
    "queuecalc.answer.codec": ("from_json", "from_plain", "to_json", "to_plain"),
    "queuecalc.answer.contract": ("ContractLine", "Excuse"),
    "queuecalc.answer.derived": ("Derived", "DerivedFigure", "DerivedStep", "Formula"),
    "queuecalc.answer.evaluation": (
        "Asynchronous",
        "Availability",
        "ComponentLine",
        "Evaluation",
        "HeldServers",
        "Latency",
        "Loss",
        "Series",
    ),
    "queuecalc.answer.network": ("NetworkAnswer", "NetworkPercentile", "NetworkStation"),
    "queuecalc.answer.simulation": (
        "Comparison",
        "Estimate",
        "SimulatedBacklog",
        "SimulatedComponent",
        "SimulatedLatency",
        "SimulatedLoss",
        "SimulatedPercentile",
        "SimulatedSeries",
        "SimulationAnswer",
        "SimulationResult",
    ),
    "queuecalc.answer.sizing": ("Alternative", "Headroom", "OneLess", "Relaxation", "SizingAnswer"),
    "queuecalc.answer.verification": ("NearDecision", "Verification"),
    "queuecalc.answer.whiteboard": ("Whiteboard", "WhiteboardLine", "WhiteboardPart"),
}

__all__ = [
    "CERTIFICATE_FORMAT",
    "Alternative",
    "Asynchronous",
    "Availability",
    "Certificate",
    "ClassAtStation",
    "ClassLine",
    "ClassesAnswer",
    "ClosedAnswer",
    "ClosedBoundsAnswer",
    "ClosedClassLine",
    "ClosedStationLine",
    "Comparison",
    "ComponentLine",
    "ContractLine",
    "Derived",
    "DerivedFigure",
    "DerivedStep",
    "Estimate",
    "Evaluation",
    "Excuse",
    "Formula",
    "Headroom",
    "HeldServers",
    "Latency",
    "Loss",
    "NearDecision",
    "NetworkAnswer",
    "NetworkPercentile",
    "NetworkStation",
    "OneLess",
    "PatternProof",
    "RefusedBox",
    "Relaxation",
    "Series",
    "SharedStation",
    "SimulatedBacklog",
    "SimulatedComponent",
    "SimulatedLatency",
    "SimulatedLoss",
    "SimulatedPercentile",
    "SimulatedSeries",
    "SimulationAnswer",
    "SimulationResult",
    "SizingAnswer",
    "ThroughputBound",
    "Verification",
    "Whiteboard",
    "WhiteboardLine",
    "WhiteboardPart",
    "from_json",
    "from_plain",
    "to_json",
    "to_plain",
]

if TYPE_CHECKING:
    from queuecalc.answer.certificate import CERTIFICATE_FORMAT, Certificate, PatternProof, RefusedBox
    from queuecalc.answer.classes import ClassAtStation, ClassesAnswer, ClassLine, SharedStation
    from queuecalc.answer.closed import (
        ClosedAnswer,
        ClosedBoundsAnswer,
        ClosedClassLine,
        ClosedStationLine,
        ThroughputBound,
    )
    from queuecalc.answer.codec import from_json, from_plain, to_json, to_plain
    from queuecalc.answer.contract import ContractLine, Excuse
    from queuecalc.answer.derived import Derived, DerivedFigure, DerivedStep, Formula
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
    from queuecalc.answer.simulation import (
        Comparison,
        Estimate,
        SimulatedBacklog,
        SimulatedComponent,
        SimulatedLatency,
        SimulatedLoss,
        SimulatedPercentile,
        SimulatedSeries,
        SimulationAnswer,
        SimulationResult,
    )
    from queuecalc.answer.sizing import Alternative, Headroom, OneLess, Relaxation, SizingAnswer
    from queuecalc.answer.verification import NearDecision, Verification
    from queuecalc.answer.whiteboard import Whiteboard, WhiteboardLine, WhiteboardPart

__getattr__, __dir__ = late(__name__, _HOMES)
