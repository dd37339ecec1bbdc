"""One component at its busiest moment: calls, erlangs, least servers, utilisation, wait, one unit down."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.answer import ComponentLine
from queuecalc.answer.whiteboard import WhiteboardLine, WhiteboardPart
from queuecalc.architecture.component import Figures
from queuecalc.derivation.plan.rounding import line, number, rough
from queuecalc.evaluation.facts import Facts
from queuecalc.evaluation.queues import service_law
from queuecalc.station import MGc, MGcK

__all__ = ["Moment", "component_part", "moment_of"]


@dataclass(frozen=True)
class Moment:
    """The moment at which a component has most to do.

    Attributes:
        rate: its inflow [1/s]; `load` that of the whole system.
        work: offered work [erlang].
        service: the law of its service times, mixed by rate.
    """

    rate: float
    load: float
    work: float
    service: Any


def moment_of(facts: Facts, name: str) -> Moment | None:
    """Where the work is largest; None for a component that no request reaches."""
    graph, walk = facts.pattern.graph(), facts.walk
    if name not in graph.visits_of:
        return None
    work = walk.work[name]
    piece = int(np.argmax(work.max(axis=0)))
    side = int(work[1, piece] > work[0, piece])
    rates = walk.type_rates[list(graph.types_of[name])][:, side, piece]
    return Moment(
        rate=float(rates.sum()),
        load=float(walk.load[side, piece]),
        work=float(work[side, piece]),
        service=service_law(graph, name, rates[:, None]),
    )


def component_part(facts: Facts, told: ComponentLine) -> WhiteboardPart:
    """The lines of one component."""
    moment = moment_of(facts, told.name)
    if moment is None or moment.rate <= 0.0:
        return WhiteboardPart(
            subject=told.name, title=_title(told), remark="No request reaches it in this plan."
        )
    figures = facts.pattern.figures[told.name]
    lines = (*_work(moment, told, figures), *_wait(moment, told, figures), *_one_down(moment, told, figures))
    remark = "Nobody waits for it: it may fall behind." if told.asynchronous else ""
    return WhiteboardPart(subject=told.name, title=_title(told), lines=lines, remark=remark)


def _title(told: ComponentLine) -> str:
    return (
        f"{told.name}: {told.count:,} {'unit' if told.count == 1 else 'units'}, at hour {told.peak_hour:.1f}"
    )


def _work(moment: Moment, told: ComponentLine, figures: Figures) -> Iterator[WhiteboardLine]:
    calls = moment.rate / moment.load if moment.load > 0 else math.inf
    mean = moment.work / moment.rate
    if math.isfinite(calls):
        yield line(
            "calls_per_s",
            "calls",
            ("lambda = v x requests", r"\lambda = v \cdot \text{requests}"),
            f"{number(calls)} x {number(moment.load)}/s",
            rough(calls) * rough(moment.load),
            moment.rate,
            "1/s",
        )
    yield line(
        "offered_load",
        "offered load",
        ("a = lambda m", r"a = \lambda m"),
        f"{number(moment.rate)}/s x {number(1e3 * mean)} ms",
        rough(moment.rate) * rough(mean),
        moment.work,
        "erlang",
    )
    if told.servers is None or figures.servers is None:
        return
    least = math.floor(moment.work / figures.servers) + 1
    yield line(
        "least_units",
        "least units that keep up",
        ("n > a / servers each", r"n > a / s"),
        f"{number(moment.work)} / {figures.servers}",
        None,
        least,
        "units",
    )
    yield line(
        "utilisation",
        "busy",
        ("rho = a / c", r"\rho = a / c"),
        f"{number(moment.work)} / {told.servers:,}",
        rough(rough(moment.work) / told.servers),
        told.peak_utilisation,
        "fraction",
    )


def _queue(moment: Moment, figures: Figures, units: int) -> tuple[Any, int]:
    """The queue in front of so many units, and its servers: one line, or one of the lines."""
    assert figures.servers is not None
    pooled = figures.pooling == "pooled"
    servers = figures.servers * units if pooled else figures.servers
    rate = moment.rate if pooled else moment.rate / units
    if figures.max_queue is None:
        return MGc(arrival_rate=rate, service=moment.service, servers=servers), servers
    room = servers + figures.max_queue
    return MGcK(arrival_rate=rate, service=moment.service, servers=servers, capacity=room), servers


def _scalar(value: Any) -> float:
    return float(np.ravel(np.asarray(value))[0])


def _wait(moment: Moment, told: ComponentLine, figures: Figures) -> Iterator[WhiteboardLine]:
    if told.servers is None or figures.servers is None or told.asynchronous:
        return
    queue, servers = _queue(moment, figures, told.count)
    rho = moment.work / told.servers
    mean, scv = moment.work / moment.rate, _scalar(moment.service.scv)
    delayed = min(1.0, rough(rho) ** (math.sqrt(2.0 * (servers + 1.0)) - 1.0))
    bounded = " (bounded line)" if figures.max_queue is not None else ""
    yield line(
        "delay_probability",
        f"have to wait{bounded}",
        ("C = Erlang C(c, a), about rho^(sqrt(2(c+1)) - 1)", r"C(c, a) \approx \rho^{\sqrt{2(c+1)} - 1}"),
        f"c = {servers:,}, rho = {number(rho)}",
        delayed,
        _scalar(queue.delay_probability),
        "fraction",
    )
    spare = 1.0 - rough(rho)
    about = delayed * rough(mean) * (1.0 + rough(scv)) / 2.0 / servers / spare if spare > 0.0 else None
    yield line(
        "mean_wait",
        f"mean wait{bounded}",
        ("W = C m (1 + v)/2 / (c (1 - rho))", r"W \approx \frac{C m}{c (1 - \rho)} \cdot \frac{1 + v}{2}"),
        f"m = {number(1e3 * mean)} ms, v = {number(scv)}",
        about if figures.max_queue is None else None,
        _scalar(queue.mean_wait),
        "s",
    )


def _one_down(moment: Moment, told: ComponentLine, figures: Figures) -> Iterator[WhiteboardLine]:
    down = 1.0 - figures.availability
    if down > 0.0:
        power = told.count if figures.failure == "unit" else 1
        exponent = f"^{power}" if power > 1 else ""
        yield line(
            "all_down",
            "all units down",
            ("P = (MTTR / (MTBF + MTTR))^n", r"P = \left(\frac{MTTR}{MTBF + MTTR}\right)^n"),
            f"{number(down)}{exponent}",
            rough(down) ** power,
            down**power,
            "fraction",
        )
    if told.servers is None or told.count < 2 or down <= 0.0 or figures.failure != "unit":
        return
    left = told.servers * (told.count - 1) // told.count
    yield line(
        "utilisation_one_down",
        "busy with one unit down",
        ("rho' = a / (c - servers each)", r"\rho' = a / (c - s)"),
        f"{number(moment.work)} / {left:,}",
        rough(rough(moment.work) / left),
        moment.work / left,
        "fraction",
    )
