"""A plan at the whiteboard: load, components, latency, availability, backlogs, cost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal

from queuecalc.answer import Evaluation
from queuecalc.answer.whiteboard import Whiteboard, WhiteboardLine, WhiteboardPart
from queuecalc.architecture import Model
from queuecalc.derivation.plan.rounding import line, number, rough
from queuecalc.derivation.plan.station_lines import component_part, moment_of
from queuecalc.evaluation import evaluate
from queuecalc.evaluation.facts import Facts
from queuecalc.evaluation.plan import Pattern
from queuecalc.evidence import STATEMENTS

__all__ = ["whiteboard"]


def whiteboard(model: Model, counts: Mapping[str, int], evaluation: Evaluation | None = None) -> Whiteboard:
    """The calculation behind a plan, as one would write it by hand.

    Every line has a formula, the numbers in it, a round estimate, and the library's own value.

    Args:
        model: the model.
        counts: units of every component.
        evaluation: of that plan, if it is known already.

    Raises:
        InvalidInput: as `evaluate`; users who wait for their answers.
    """
    model.load.known_beforehand("has no calculation by hand")
    judged = evaluation or evaluate(model, counts)
    plan = ", ".join(f"{name} {count:,}" for name, count in judged.counts.items() if count) or "nothing"
    refusals = tuple(excuse.sentence for excuse in judged.excuses)
    parts = [_load(model)]
    if judged.components:
        facts = Facts(Pattern(model, frozenset(n for n, c in judged.counts.items() if c > 0)), judged.counts)
        parts += [component_part(facts, told) for told in judged.components]
        parts += [_latency(model, judged), _availability(judged)]
        parts += [_backlog(facts, judged)] if judged.asynchronous else []
        parts += [_cost(judged)]
    return Whiteboard(
        title=judged.title or judged.source,
        plan=plan,
        parts=tuple(part for part in parts if part.lines or part.remark),
        refusals=refusals,
        cites=_cites(judged),
    )


def _load(model: Model) -> WhiteboardPart:
    peak = model.load.curve.peak
    lines: list[WhiteboardLine] = []
    if model.load.users is not None and model.load.users.peak > 0:
        users = model.load.users.peak
        lines.append(
            line(
                "requests_per_s",
                "requests at the peak",
                ("lambda = users x requests of each", r"\lambda = \text{users} \cdot r"),
                f"{number(users)} x {number(peak / users)}/s",
                rough(users) * rough(peak / users),
                peak,
                "1/s",
            )
        )
    else:
        lines.append(
            line(
                "requests_per_s",
                "requests at the peak",
                ("lambda", r"\lambda"),
                f"{number(peak)}/s",
                peak,
                peak,
                "1/s",
            )
        )
    for name, item in model.classes.items():
        share = item.share if item.per_s is None else None
        fixed = f"{number(item.per_s)}/s, always" if item.per_s is not None else ""
        lines.append(
            line(
                f"requests_per_s.{name}",
                f"of them {name}" if item.in_contract else f"beside them {name}",
                ("share x lambda", r"\text{share} \cdot \lambda"),
                fixed or f"{number(share or 0.0)} x {number(peak)}/s",
                rough(share) * rough(peak) if share is not None else item.rate(peak),
                item.rate(peak),
                "1/s",
            )
        )
    return WhiteboardPart(title=f"Load, at hour {model.load.curve.peak_hour:.1f}", lines=tuple(lines))


def _latency(model: Model, judged: Evaluation) -> WhiteboardPart:
    lines = []
    for latency in judged.latencies:
        if latency.subject:
            continue
        network = model.load.network_s
        queued = latency.mean_s - network
        lines.append(
            line(
                f"mean.{latency.key}",
                f"mean response at hour {latency.hour:.1f}",
                ("E[T] = network + sum of visits x (wait + service)", r"E[T] = t_0 + \sum_i v_i (W_i + m_i)"),
                f"{number(1e3 * network)} ms + {number(1e3 * queued)} ms",
                rough(network) + rough(queued),
                latency.mean_s,
                "s",
            )
        )
        tail = -math.log(1.0 - latency.level)
        lines.append(
            line(
                latency.key,
                latency.key.removesuffix("_ms").replace("_", "."),
                (
                    "exponential beyond the network: t = network - ln(1 - q) x (mean - network)",
                    r"t_q \approx t_0 - \ln(1 - q) \, (E[T] - t_0)",
                ),
                f"{number(1e3 * network)} ms + {number(tail)} x {number(1e3 * queued)} ms",
                rough(network) + rough(tail) * rough(queued),
                latency.worst_s,
                "s",
            )
        )
    remark = (
        "The exact percentile inverts the transform of the whole response time; percentiles are never added."
    )
    return WhiteboardPart(title="Response time", lines=tuple(lines), remark=remark if lines else "")


def _availability(judged: Evaluation) -> WhiteboardPart:
    found = judged.availability
    if found is None:
        return WhiteboardPart(title="Availability")
    lost = 1.0 - found.redundancy
    lines = [
        line(
            "redundancy",
            "by redundancy",
            ("1 - sum of P(all units down)", r"1 - \sum_i P_i"),
            f"1 - {number(lost)}",
            None,
            found.redundancy,
            "fraction",
        )
    ]
    lines += [
        line(
            f"lost.{loss.cause}.{loss.component}",
            f"lost, {loss.component} {loss.cause}".replace(",  ", ", "),
            ("lost / offered", r"\text{lost} / \text{offered}"),
            f"{number(loss.fraction * found.offered_requests)} / {number(found.offered_requests)}",
            loss.fraction,
            loss.fraction,
            "fraction",
        )
        for loss in found.losses
        if loss.fraction > 1e-6
    ]
    total = sum(loss.fraction for loss in found.losses)
    lines.append(
        line(
            "availability",
            "under load",
            ("1 - sum of losses", r"1 - \sum \text{losses}"),
            f"1 - {number(total)}",
            None,
            found.load_aware,
            "fraction",
        )
    )
    return WhiteboardPart(title="Availability", lines=tuple(lines))


def _backlog(facts: Facts, judged: Evaluation) -> WhiteboardPart:
    lines: list[WhiteboardLine] = []
    for each in judged.asynchronous:
        lines += _one_backlog(facts, judged, each.component)
    return WhiteboardPart(title="Backlogs", lines=tuple(lines))


def _one_backlog(facts: Facts, judged: Evaluation, name: str) -> Iterator[WhiteboardLine]:
    told = next(each for each in judged.components if each.name == name)
    each = next(item for item in judged.asynchronous if item.component == name)
    moment = moment_of(facts, name)
    if moment is None or told.servers is None or moment.work <= 0.0:
        return
    done = told.servers / (moment.work / moment.rate)
    start, end = each.overloaded_from_h, each.overloaded_until_h
    about = None
    numbers = f"{number(moment.rate)}/s in, {number(done)}/s done"
    if start is not None and end is not None and moment.rate > done:
        about = 2.0 / 3.0 * rough(moment.rate - done) * rough(3600.0 * (end - start))
        numbers = f"{number(moment.rate - done)}/s more than can be done, for {number(end - start)} h"
    yield line(
        f"backlog.{name}",
        f"{name}: longest backlog",
        ("2/3 x excess x time of overload", r"\tfrac{2}{3} (\lambda - \kappa) H"),
        numbers,
        about,
        each.max_backlog_messages,
        "messages",
    )
    yield line(
        f"lag.{name}",
        f"{name}: longest lag",
        ("stationary mean wait", "W") if each.stationary else ("backlog / done per second", r"B / \kappa"),
        numbers if each.stationary else f"{number(each.max_backlog_messages)} / {number(done)}/s",
        None if each.stationary else rough(each.max_backlog_messages) / rough(done),
        each.max_lag_s,
        "s",
    )
    yield line(
        f"drain.{name}",
        f"{name}: time to drain",
        ("backlog / (done - in), once less comes in", r"B / (\kappa - \lambda_0)"),
        f"{number(each.max_backlog_messages)} messages",
        None,
        each.drain_s,
        "s",
    )


def _cost(judged: Evaluation) -> WhiteboardPart:
    lines = []
    about = 0.0
    for each in judged.components:
        price = (each.usd_per_month - each.fees_usd_per_month) / each.count
        fees = f" + {each.fees_usd_per_month} fees" if each.fees_usd_per_month else ""
        guess = each.count * rough(float(price)) + rough(float(each.fees_usd_per_month))
        about += guess
        lines.append(
            line(
                f"cost.{each.name}",
                each.name,
                ("n x price", r"n \cdot p"),
                f"{each.count:,} x {price}{fees}",
                guess,
                float(each.usd_per_month),
                "usd_per_month",
            )
        )
    parts = sum((each.usd_per_month for each in judged.components), Decimal(0))
    lines.append(
        line(
            "cost",
            "a month",
            ("sum", r"\sum n_i p_i"),
            f"{parts}",
            about,
            float(judged.cost_usd_per_month),
            "usd_per_month",
        )
    )
    return WhiteboardPart(title="Cost", lines=tuple(lines))


def _cites(judged: Evaluation) -> tuple[str, ...]:
    keys = [*judged.statements, "little", "independent-units", "pointwise-stationary"]
    keys += ["fluid"] if judged.asynchronous else []
    return tuple(
        f"{STATEMENTS[key].paper}: {STATEMENTS[key].sentence} ({STATEMENTS[key].evidence.value})"
        for key in dict.fromkeys(keys)
    )
