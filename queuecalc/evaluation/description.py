"""A model as it was understood, before any plan is judged: routes, stand-ins, what nobody reaches."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from queuecalc.answer import HeldServers
from queuecalc.answer.description import Description, Edge, Node, Route, StandIn, Step
from queuecalc.architecture import NOBODY, USERS, Call, Component, Model
from queuecalc.architecture.graph import Branch, Graph, NobodyTakes
from queuecalc.evaluation.evaluator import Evaluator
from queuecalc.evaluation.findings import held_servers
from queuecalc.evaluation.flows import FloatArray, class_rates, offered_visits
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.sentences import duration
from queuecalc.evaluation.walk import walk

__all__ = ["describe"]


def describe(model: Model) -> Description:
    """The routes of every class with their rates at the peak, and everything that looks odd.

    Every optional component that may be present is taken as present.
    """
    ranges = dict(zip(model.components, Evaluator(model).ranges, strict=True))
    present = frozenset(name for name, (_, most) in ranges.items() if most > 0)
    pattern = Pattern(model, present)
    findings: list[str] = []
    graph: Graph | None = None
    try:
        graph = pattern.graph()
    except NobodyTakes as refusal:
        findings.append(refusal.excuse.sentence)
    findings += _thinking(model)
    reached = _reachable(model)
    curve = model.load.curve
    plans = math.prod(most - least + 1 for least, most in ranges.values())
    inflow = _peak_inflow(model, graph) if graph is not None else None
    return Description(
        title=model.title,
        source=model.source,
        notes=model.notes,
        hours=curve.length_h,
        base_requests_per_s=curve.base,
        peak_requests_per_s=curve.peak,
        peak_hour=curve.peak_hour,
        contract=tuple(_contract(model)),
        nodes=tuple(_nodes(model, graph, inflow, ranges)),
        edges=tuple(_edges(model, graph, inflow, present)),
        routes=tuple(_routes(model, graph)) if graph is not None else (),
        stand_ins=tuple(_stand_ins(model, ranges)),
        unreached=tuple(name for name in model.components if name not in reached),
        uncalled=tuple(_uncalled(model)),
        held=_held(pattern, ranges) if graph is not None else (),
        findings=tuple(findings),
        plans=plans,
    )


def _thinking(model: Model) -> list[str]:
    """What the rates mean where users wait for their answers."""
    if model.load.think_s is None or model.load.users is None:
        return []
    most, pause = model.load.users.peak, duration(model.load.think_s)
    return [
        (
            f"up to {most:,.6g} users wait for each answer and think {pause}: rates here are those of immediate "
            "answers; with a plan fewer requests come, and no station is overrun"
        )
    ]


def _peak_inflow(model: Model, graph: Graph) -> FloatArray:
    """Inflow of every visit when the load curve peaks, nothing held back."""
    rates = class_rates(model.classes, np.array([model.load.curve.peak]))
    return offered_visits(graph, rates)[:, 0]


# -- the contract in words


def _contract(model: Model) -> Iterator[str]:
    contract = model.contract
    for target in contract.percentiles:
        yield f"{target.key.removesuffix('_ms')} at most {duration(target.seconds)} in every slot"
    for name, item in model.classes.items():
        for target in item.percentiles:
            yield f"{target.key.removesuffix('_ms')} of {name} at most {duration(target.seconds)}"
        if item.availability is not None:
            yield f"availability of {name} at least {100 * item.availability:.6g} %"
    if contract.availability is not None:
        yield f"availability ({contract.availability_mode}) at least {100 * contract.availability:.6g} %"
    if contract.timeout_s is not None:
        yield f"an answer later than {duration(contract.timeout_s)} counts as lost"
    if contract.budget_usd_per_month is not None:
        yield f"budget ${contract.budget_usd_per_month:,} a month"
    if contract.drained_by_end:
        yield "no backlog left when the curve ends"
    for limit, words in ((contract.max_lag_s, "lag"), (contract.drain_within_s, "drain time")):
        if limit is not None:
            yield f"{words} of every asynchronous component at most {duration(limit)}"
    for name, component in model.components.items():
        figures = component.figures
        if figures.max_utilisation is not None:
            yield f"utilisation of {name} at most {figures.max_utilisation:g}"
        if figures.max_lag_s is not None:
            yield f"lag of {name} at most {duration(figures.max_lag_s)}"
        if figures.drain_within_s is not None:
            yield f"drain time of {name} at most {duration(figures.drain_within_s)}"


# -- nodes and edges


def _nodes(
    model: Model, graph: Graph | None, inflow: FloatArray | None, ranges: dict[str, tuple[int, int]]
) -> Iterator[Node]:
    for name, component in model.components.items():
        figures = component.figures if graph is None else graph.figures.get(name, component.figures)
        least, most = ranges[name]
        rate = work = 0.0
        if graph is not None and inflow is not None:
            for index in graph.visits_of.get(name, ()):
                rate += float(inflow[index])
                work += float(inflow[index]) * float(graph.types[graph.visits[index].type].law.mean)
        stable = None
        if figures.servers is not None and work > 0.0:
            needed = math.floor(work / figures.servers) + 1
            stable = needed if needed <= most else None
            if model.load.think_s is not None:  # users who wait for their answers overrun nothing
                stable = max(least, 1)
        yield Node(
            name=name,
            title=component.title,
            kind=component.kind,
            least=least,
            most=most,
            servers=figures.servers,
            usd_per_month=figures.usd_per_month,
            peak_rate_per_s=rate,
            offered_erlang=work,
            asynchronous=graph is not None and name in graph.visits_of and name not in graph.waited,
            least_stable=stable,
            operations={operation: float(law.mean) for operation, law in figures.operations.items()},
        )


def _edges(
    model: Model, graph: Graph | None, inflow: FloatArray | None, present: frozenset[str]
) -> Iterator[Edge]:
    for call in model.calls:
        first = next((t for t in call.takers if t.component in present), None)
        for caller in call.callers:
            for rank, taker in enumerate(call.takers):
                rate = 0.0
                if taker is first and graph is not None and inflow is not None:
                    rate = _edge_rate(model, graph, inflow, call, str(caller), taker.component)
                yield Edge(
                    source=str(caller),
                    target=taker.component,
                    operation=taker.operation,
                    classes=call.classes or (),
                    times=call.times,
                    wait=call.wait,
                    together=call.together,
                    rank=rank,
                    peak_rate_per_s=rate,
                )


def _edge_rate(model: Model, graph: Graph, inflow: FloatArray, call: Call, caller: str, taker: str) -> float:
    """Calls per second that one caller makes along one line at the peak."""
    name, _, operation = caller.partition(".")
    classes = call.classes or tuple(model.classes)
    if name == USERS:
        peak = model.load.curve.peak
        return call.times * sum(model.classes[c].rate(peak) for c in classes)
    return sum(
        float(inflow[index]) * (1.0 - visit.dropped) * call.times
        for index, visit in enumerate(graph.visits)
        if visit.component == name
        and visit.component != taker
        and visit.request_class in classes
        and operation in ("", visit.operation)
    )


# -- routes


def _routes(model: Model, graph: Graph) -> Iterator[Route]:
    peak = np.array([model.load.curve.peak])
    for name, rate in class_rates(model.classes, peak).items():
        steps: list[Step] = []
        _steps(graph, graph.entries[name], float(rate[0]), 0, steps)
        yield Route(
            request_class=name,
            in_contract=model.classes[name].in_contract,
            peak_rate_per_s=float(rate[0]),
            steps=tuple(steps),
        )


def _steps(graph: Graph, branches: tuple[Branch, ...], rate: float, depth: int, steps: list[Step]) -> None:
    for branch in branches:
        visit = graph.visits[branch.visit]
        here = rate * branch.times
        steps.append(
            Step(
                depth=depth,
                component=visit.component,
                operation=visit.operation,
                times=branch.times,
                wait=branch.wait,
                together=branch.together,
                in_response=visit.waited,
                peak_rate_per_s=here,
                dropped=visit.dropped,
            )
        )
        if len(steps) < _MOST_STEPS:
            _steps(graph, visit.branches, here * (1.0 - visit.dropped), depth + 1, steps)


_MOST_STEPS = 2000


# -- stand-ins and what nobody reaches


def _stand_ins(model: Model, ranges: dict[str, tuple[int, int]]) -> Iterator[StandIn]:
    for name, (least, most) in ranges.items():
        if least > 0 or most == 0:
            continue
        for call in model.calls:
            names = [taker.component for taker in call.takers]
            if name not in names:
                continue
            later = call.takers[names.index(name) + 1 :]
            taker = str(later[0]) if later else ""
            for caller in call.callers:
                yield StandIn(
                    component=name,
                    caller=str(caller),
                    classes=call.classes or (),
                    taker=NOBODY if taker == NOBODY else taker,
                )


def _reachable(model: Model) -> set[str]:
    """Everybody to whom some chain of calls, through any takers, leads from the users."""
    takers: dict[str, set[str]] = {}
    for call in model.calls:
        for caller in call.callers:
            takers.setdefault(caller.component, set()).update(taker.component for taker in call.takers)
    reached, waiting = {USERS}, [USERS]
    while waiting:
        for name in takers.get(waiting.pop(), set()) - reached:
            reached.add(name)
            waiting.append(name)
    return reached


def _uncalled(model: Model) -> Iterator[str]:
    """Operations of the model that no call names."""
    named = {(taker.component, taker.operation) for call in model.calls for taker in call.takers}
    for name, component in model.components.items():
        for operation in _own_operations(component):
            if (name, operation) not in named:
                yield f"{name}.{operation}"


def _own_operations(component: Component) -> tuple[str, ...]:
    return tuple(operation for operation in component.figures.operations if operation)


def _held(pattern: Pattern, ranges: dict[str, tuple[int, int]]) -> tuple[HeldServers, ...]:
    counts = {name: max(1, ranges[name][1]) for name in pattern.present}
    return held_servers(pattern, counts, walk(pattern.model, pattern.graph(), counts))
