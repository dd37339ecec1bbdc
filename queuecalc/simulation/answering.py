"""A simulation and a calculation of the same thing, as one answer."""

from __future__ import annotations

import math

from queuecalc.answer import Evaluation, NetworkAnswer, SimulationAnswer, SimulationResult
from queuecalc.simulation.comparison import compare, compare_network

__all__ = ["answered", "answered_network"]


def answered(result: SimulationResult, evaluation: Evaluation) -> SimulationAnswer:
    """What `queuecalc simulate MODEL` answers.

    Args:
        evaluation: of the model `held_still` at the hour of the result, or `along` the same part of the curve.

    Raises:
        InvalidInput: the two speak of different plans, or the evaluation is of no plan at all.
    """
    stable = not any(math.isinf(latency.worst_s) for latency in evaluation.latencies)
    return SimulationAnswer(
        title=result.title,
        source=result.source,
        kind="hour" if result.hour is not None else "curve",
        stable=stable or result.hour is None,
        overloaded=() if stable else _overloaded(evaluation),
        comparisons=compare(result, evaluation),
        evidence=evaluation.evidence,
        statements=evaluation.statements,
        simulated=result,
    )


def _overloaded(evaluation: Evaluation) -> tuple[str, ...]:
    return tuple(
        line.name
        for line in evaluation.components
        if line.servers is not None and not line.asynchronous and line.peak_utilisation >= 1.0
    )


def answered_network(result: SimulationResult, answer: NetworkAnswer) -> SimulationAnswer:
    """What `queuecalc simulate NETWORK` answers.

    Raises:
        InvalidInput: the two speak of different stations.
    """
    return SimulationAnswer(
        title=answer.title,
        source=answer.source,
        kind="network",
        stable=answer.stable,
        overloaded=tuple(line.name for line in answer.stations if not line.stable),
        comparisons=compare_network(result, answer),
        evidence=answer.evidence,
        statements=answer.statements,
        simulated=result,
    )
