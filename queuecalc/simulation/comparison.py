"""Calculated against simulated, number by number."""

from __future__ import annotations

import math
from collections.abc import Iterator

from queuecalc.answer import Availability, Comparison, Estimate, Evaluation, NetworkAnswer, SimulationResult
from queuecalc.errors import InvalidInput

__all__ = ["compare", "compare_network"]


def compare(result: SimulationResult, evaluation: Evaluation) -> tuple[Comparison, ...]:
    """Every number that both have.

    Of one hour: utilisation, percentiles, losses, and the mean waits of work that is handed off and keeps up;
    `evaluation` must be of the model `held_still` at that hour. Along the curve: percentiles over all requests,
    backlogs, and lags where everything is drained at the end (what still waits has not been seen to wait); losses where
    the evaluation knows of no failures, either (`along` makes the model so). With failures: losses.

    Nothing of an hour without a steady state: what is seen then depends on how long one looks.

    Raises:
        InvalidInput: the two speak of different plans, or the evaluation is of no plan at all.
    """
    if dict(result.counts) != dict(evaluation.counts):
        raise InvalidInput("simulation and evaluation speak of different counts")
    never_down = _of_a_plan(evaluation).series == 1.0
    if result.hour is not None:
        if any(math.isinf(latency.worst_s) for latency in evaluation.latencies):
            return ()
        return (
            *_utilisations(result, evaluation),
            *_percentiles(result, evaluation),
            *_losses(result, evaluation),
            *_waits(result, evaluation),
        )
    if result.failures:
        return tuple(_losses(result, evaluation))
    return (
        *_percentiles(result, evaluation),
        *(_losses(result, evaluation) if never_down else ()),
        *_backlogs(result, evaluation),
    )


def _of_a_plan(evaluation: Evaluation) -> Availability:
    if evaluation.availability is None:
        raise InvalidInput(
            "the evaluation is of no plan: " + "; ".join(e.sentence for e in evaluation.excuses)
        )
    return evaluation.availability


def _row(quantity: str, subject: str, unit: str, calculated: float, simulated: Estimate) -> Comparison:
    seen = simulated.value
    return Comparison(
        quantity=quantity,
        subject=subject,
        unit=unit,
        calculated=calculated,
        simulated=simulated,
        difference_percent=100.0 * (calculated / seen - 1.0) if seen > 0.0 else None,
        inside=None if simulated.half_width is None else simulated.contains(calculated),
    )


def _utilisations(result: SimulationResult, evaluation: Evaluation) -> Iterator[Comparison]:
    # offered work is not done where something falls behind or is turned away
    other = {line.component for line in evaluation.asynchronous if not line.stationary}
    other |= {loss.component for loss in result.losses if loss.cause == "blocked"}
    for line in evaluation.components:
        if line.servers is not None and line.name not in other:
            seen = result.component(line.name).utilisation
            yield _row("utilisation", line.name, "", line.peak_utilisation, seen)


def _percentiles(result: SimulationResult, evaluation: Evaluation) -> Iterator[Comparison]:
    seen = {line.subject: line for line in result.latencies}
    named = set()
    for latency in evaluation.latencies:
        line = seen.get(latency.subject)
        if line is None:
            continue
        if result.hour is not None and latency.subject not in named:
            named.add(latency.subject)
            yield _row("mean", latency.subject, "s", latency.mean_s, line.mean_s)
        calculated = latency.worst_s if result.hour is not None else latency.weighted_s
        for percentile in line.percentiles:
            if percentile.level == latency.level and calculated is not None:
                key = latency.key.removesuffix("_ms")
                yield _row(key, latency.subject, "s", calculated, percentile.seconds)


def _losses(result: SimulationResult, evaluation: Evaluation) -> Iterator[Comparison]:
    availability = _of_a_plan(evaluation)
    yield _row("availability", "", "", availability.load_aware, result.availability)
    calculated = {(loss.cause, loss.component): loss.fraction for loss in availability.losses}
    simulated = {(loss.cause, loss.component): loss.fraction for loss in result.losses}
    for cause, component in (*calculated, *(key for key in simulated if key not in calculated)):
        if cause in ("down", "dropped", "blocked"):
            seen = simulated.get((cause, component), Estimate(value=0.0))
            yield _row(f"lost, {cause}", component, "", calculated.get((cause, component), 0.0), seen)
    # what finds no steady state is late in the end
    late = math.fsum(
        loss.fraction for loss in availability.losses if loss.cause in ("late", "no steady state")
    )
    yield _row("lost, late", "", "", late, simulated.get(("late", ""), Estimate(value=0.0)))


def _backlogs(result: SimulationResult, evaluation: Evaluation) -> Iterator[Comparison]:
    seen = {line.component: line for line in result.backlogs}
    for line in evaluation.asynchronous:
        name, other = line.component, seen[line.component]
        if not line.stationary:
            if line.end_backlog_messages == 0.0:
                yield _row("lag", name, "s", line.max_lag_s, other.max_lag_s)
            yield _row(
                "longest line", name, "messages", line.max_backlog_messages, other.max_backlog_messages
            )
            yield _row(
                "line at the end", name, "messages", line.end_backlog_messages, other.end_backlog_messages
            )


def _waits(result: SimulationResult, evaluation: Evaluation) -> Iterator[Comparison]:
    """The lag of what does not fall behind is its mean wait."""
    for line in evaluation.asynchronous:
        if line.stationary:
            seen = result.component(line.component).mean_wait_s
            yield _row("lag", line.component, "s", line.max_lag_s, seen)


def compare_network(result: SimulationResult, answer: NetworkAnswer) -> tuple[Comparison, ...]:
    """Every number that the simulation and the solution of a plain network both have.

    Utilisation and mean wait of every station with finite servers, mean and percentiles from arrival to departure.
    Nothing where some station has no steady state: what the others get depends on how long one looks.

    Raises:
        InvalidInput: the two speak of different stations.
    """
    if [line.name for line in result.components] != [line.name for line in answer.stations]:
        raise InvalidInput("simulation and solution speak of different stations")
    finite = [line for line in answer.stations if line.servers is not None]
    if not answer.stable:
        return ()
    rows = [
        _row("utilisation", line.name, "", line.utilisation, result.component(line.name).utilisation)
        for line in finite
    ]
    rows += [
        _row("wait", line.name, "s", line.mean_wait_s, result.component(line.name).mean_wait_s)
        for line in finite
    ]
    for latency in result.latencies[:1]:
        rows.append(_row("mean", "", "s", answer.mean_sojourn_s, latency.mean_s))
        seen = {percentile.level: percentile.seconds for percentile in latency.percentiles}
        rows += [
            _row(f"p{100.0 * each.level:.10g}", "", "s", each.sojourn_s, seen[each.level])
            for each in answer.percentiles
            if each.level in seen
        ]
    return tuple(rows)
