"""One plan judged: everything that `evaluate` answers."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from queuecalc.answer import (
    Asynchronous,
    ComponentLine,
    ContractLine,
    Evaluation,
    Excuse,
    Latency,
    Series,
)
from queuecalc.architecture import Model, PercentileTarget
from queuecalc.errors import InvalidInput
from queuecalc.evaluation.availability import answered_classes
from queuecalc.evaluation.backlog import describe
from queuecalc.evaluation.facts import Facts
from queuecalc.evaluation.findings import findings, held_servers, statements
from queuecalc.evaluation.lines import Judged
from queuecalc.evaluation.pieces import SECONDS_PER_HOUR
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.response import Parts
from queuecalc.evaluation.weighted import percentile_over_curve, percentile_with_failures
from queuecalc.evidence import STATEMENTS, weakest

__all__ = ["checked_counts", "evaluate", "judge"]

DISPLAY = (
    "p",
    "availability",
    "budget",
    "lag",
    "retention",
    "drained",
    "drain time",
    "utilisation",
    "stability",
)
"""The order of contract lines in an answer."""

DEFAULT_PERCENTILE = PercentileTarget(key="p95_ms", level=0.95, seconds=float("inf"))
"""What is reported where the contract names no percentile."""


def checked_counts(model: Model, counts: Mapping[str, int]) -> dict[str, int]:
    """Counts of all components; a fixed count may be left out.

    Raises:
        InvalidInput: unknown names, missing counts, negative or fractional ones.
    """
    unknown = [name for name in counts if name not in model.components]
    if unknown:
        import difflib

        near = difflib.get_close_matches(unknown[0], model.components, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(model.components)}"
        raise InvalidInput(f"unknown component {unknown[0]!r}{hint}")
    complete: dict[str, int] = {}
    missing = []
    for name, component in model.components.items():
        least, most = component.figures.count
        if name in counts:
            count = counts[name]
            if isinstance(count, bool) or int(count) != count or count < 0:
                raise InvalidInput(f"{name}: count {count!r}; expected a whole number >= 0")
            complete[name] = int(count)
        elif least == most:
            complete[name] = least
        else:
            missing.append(name)
    if missing:
        raise InvalidInput(f"no count given for {', '.join(missing)}")
    return complete


def evaluate(
    model: Model,
    counts: Mapping[str, int],
    *,
    series: bool = False,
    failures: bool = False,
    coupled: bool = False,
) -> Evaluation:
    """Judge one plan along the whole load curve.

    Args:
        model: the architecture, the load and the contract.
        counts: units of every component (those with a fixed count may be left out).
        series: sample curves for plots.
        failures: also mix percentiles over failure states.
        coupled: availability by enumerating joint failure states, where what is lost upstream does not load the
            stations below, with a certified remainder (see `coupled.py`).

    Raises:
        InvalidInput: unknown or missing components, counts that are no whole numbers >= 0.
    """
    complete = checked_counts(model, counts)
    present = frozenset(name for name, count in complete.items() if count > 0)
    if model.load.think_s is not None:
        from queuecalc.evaluation.thinking import with_users_solved

        model = with_users_solved(model, complete)
    pattern = Pattern(model, present)
    found = judge(pattern, complete, series=series, failures=failures)
    if not coupled:
        return found
    from queuecalc.evaluation.coupled import coupled as with_coupled_availability

    return with_coupled_availability(pattern, complete, found)


def judge(
    pattern: Pattern,
    counts: Mapping[str, int],
    *,
    series: bool = False,
    failures: bool = False,
    judged: Judged | None = None,
) -> Evaluation:
    """The same for a pattern (and what is known of the plan) at hand."""
    model = pattern.model
    refusal = pattern.invalid or pattern.count_excuse(counts)
    if refusal is not None:
        return _invalid(pattern, counts, refusal)
    judged = judged or Judged(pattern, Facts(pattern, counts))
    lines = sorted(judged.lines(), key=_display_order)
    excuses = {id(line): excuse for line, excuse in zip(lines, _excuses(judged, lines), strict=True)}
    latencies = _latencies(judged, failures=failures)
    keys = statements(pattern, judged.walk, answered_classes(pattern))
    return Evaluation(
        title=model.title,
        source=model.source,
        counts={name: counts[name] for name in model.components},
        kept=all(line.kept for line in lines),
        lines=tuple(lines),
        excuses=tuple(excuse for line in lines if (excuse := excuses[id(line)]) is not None),
        cost_usd_per_month=judged.cost(),
        hours=model.load.curve.length_h,
        components=_components(judged, latencies),
        latencies=latencies,
        availability=judged.facts.availability,
        asynchronous=_asynchronous(judged),
        held=held_servers(pattern, judged.counts, judged.walk),
        findings=(*findings(pattern, judged.counts, judged.walk), *_held(judged)),
        evidence=weakest(STATEMENTS[key].evidence for key in keys),
        statements=keys,
        series=_series(judged) if series else None,
    )


def _invalid(pattern: Pattern, counts: Mapping[str, int], refusal: Excuse) -> Evaluation:
    model = pattern.model
    return Evaluation(
        title=model.title,
        source=model.source,
        counts={name: counts[name] for name in model.components},
        kept=False,
        excuses=(refusal,),
        cost_usd_per_month=sum(
            (figures.usd_per_month * counts[name] for name, figures in pattern.figures.items()),
            start=type(model.load.repeats)(0),
        ),
        hours=model.load.curve.length_h,
    )


def _display_order(line: ContractLine) -> tuple[int, bool]:
    word = line.target if line.target in DISPLAY else "p"
    return DISPLAY.index(word), bool(line.subject)


def _excuses(judged: Judged, lines: list[ContractLine]) -> list[Excuse | None]:
    from queuecalc.evaluation.sentences import excuse_for

    return [None if line.kept else excuse_for(line, judged.counts) for line in lines]


# -- parts of the answer


def _latencies(judged: Judged, *, failures: bool) -> tuple[Latency, ...]:
    """Targets first; beside them the same percentiles of every class in the contract."""
    model = judged.model
    together = answered_classes(judged.pattern)
    if not together:
        return ()
    targets = model.contract.percentiles
    wanted: list[tuple[str, PercentileTarget, bool]] = [("", target, True) for target in targets]
    for name, item in model.classes.items():
        if judged.pattern.route(name).entries:
            wanted += [(name, target, True) for target in item.percentiles]
    if not wanted:
        wanted = [("", DEFAULT_PERCENTILE, False)]
    if len(together) > 1:
        shown = targets or (DEFAULT_PERCENTILE,)
        have = {(subject, target.key) for subject, target, _ in wanted}
        wanted += [(n, t, False) for n in together for t in shown if (n, t.key) not in have]
    return tuple(_latency(judged, *each, failures=failures) for each in wanted)


def _latency(
    judged: Judged, subject: str, target: PercentileTarget, wanted: bool, *, failures: bool
) -> Latency:
    classes = (subject,) if subject else answered_classes(judged.pattern)
    limited = wanted or not subject
    found = judged.facts.worst(classes, target.level)
    worst = found.seconds
    response = judged.facts.responses(classes).at([found.slot])
    weighted = with_failures = None
    if limited:
        arguments = (judged.pattern, judged.counts, judged.walk, classes, target.level, worst)
        weighted = percentile_over_curve(*arguments)
        if failures:
            with_failures = percentile_with_failures(*arguments)
    return Latency(
        key=target.key,
        level=target.level,
        subject=subject,
        limit_s=target.seconds if math.isfinite(target.seconds) and wanted else None,
        worst_s=worst,
        hour=float(judged.facts.slot_hours[found.slot]),
        mean_s=float(response.mean[0]),
        weighted_s=weighted,
        with_failures_s=with_failures,
    )


def _components(judged: Judged, latencies: tuple[Latency, ...]) -> tuple[ComponentLine, ...]:
    pattern, walk = judged.pattern, judged.walk
    graph = pattern.graph()
    parts: dict[str, Parts] = {}
    first = next((latency for latency in latencies if not latency.subject), None)
    if first is not None and np.isfinite(first.worst_s):
        classes = answered_classes(judged.pattern)
        slot = judged.facts.worst(classes, first.level).slot
        parts = judged.facts.responses(classes).at([slot]).parts(0, first.worst_s)
    found = []
    for name, component in judged.model.components.items():
        if name not in pattern.present:
            continue
        figures = pattern.figures[name]
        fees = pattern.fees.get(name, type(figures.usd_per_month)(0))
        reached = name in graph.visits_of
        rate = walk.inflow[list(graph.visits_of[name])].sum(axis=0).max() if reached else 0.0
        utilisation, hour = judged.facts.peak(name) if reached else (0.0, 0.0)
        part = parts.get(name, Parts(0.0, 0.0))
        found.append(
            ComponentLine(
                name=name,
                title=component.title or name,
                count=judged.counts[name],
                usd_per_month=figures.usd_per_month * judged.counts[name] + fees,
                fees_usd_per_month=fees,
                servers=None if figures.servers is None else figures.servers * judged.counts[name],
                peak_rate_per_s=float(rate),
                peak_utilisation=utilisation,
                peak_hour=hour,
                max_utilisation=figures.max_utilisation,
                asynchronous=reached and name not in graph.waited,
                waiting_s=part.waiting_s,
                service_s=part.service_s,
            )
        )
    return tuple(found)


def _asynchronous(judged: Judged) -> tuple[Asynchronous, ...]:
    return tuple(
        describe(name, lines, judged.facts.drain_s[name]) for name, lines in judged.facts.lags.items()
    )


def _series(judged: Judged) -> Series:
    model, walk = judged.model, judged.walk
    slots = model.load.curve.slots
    knots = np.append(slots.start_h, slots.end_h[-1])
    count = slots.start_h.size
    utilisation: dict[str, tuple[float, ...]] = {}
    for name, work in judged.facts.work.items():
        servers = judged.pattern.figures[name].servers
        if servers is not None:
            largest = np.zeros(count)
            np.maximum.at(largest, walk.slot, work.max(axis=0))
            utilisation[name] = tuple((largest / (servers * judged.counts[name])).tolist())
    classes = answered_classes(judged.pattern)
    targets = model.contract.percentiles or (DEFAULT_PERCENTILE,)
    latency = {}
    if classes:
        for target in targets:
            found = judged.facts.responses(classes).percentile(target.level)
            latency[target.key] = tuple(found.tolist())
    backlog, lag = {}, {}
    for name, lines in judged.facts.lags.items():
        at = knots * SECONDS_PER_HOUR
        total, longest = np.zeros(knots.size), np.zeros(knots.size)
        for each in lines:
            path = each.line.path
            held = path.backlog_at(at)
            total += [
                each.line.messages_at(float(t)) if b > 0.0 else 0.0 for t, b in zip(at, held, strict=True)
            ]
            stationary = each.stationary.by_slot()
            stationary = np.append(stationary, stationary[-1])
            longest = np.maximum(longest, np.where(held > 0, path.lag(at), stationary))
        backlog[name], lag[name] = tuple(total.tolist()), tuple(longest.tolist())
    return Series(
        hours=tuple(knots.tolist()),
        requests_per_s=tuple(np.append(slots.left, slots.right[-1]).tolist()),
        utilisation=utilisation,
        latency_s=latency,
        backlog_messages=backlog,
        lag_s=lag,
    )


def _held(judged: Judged) -> tuple[str, ...]:
    """How much of the occupancy of held servers is their own work."""
    found = []
    for name in sorted(judged.pattern.graph().holding):
        servers = (judged.pattern.figures[name].servers or 1) * judged.counts[name]
        busy, hour = judged.facts.peak(name)
        own = float(judged.walk.work[name].max()) / servers
        if math.isinf(busy):
            found.append(
                f"{name}: its servers are never free at hour {hour:.1f}: the calls that they wait for never end"
            )
            continue
        found.append(
            f"{name}: its servers are held at a share of {busy:.3g} at hour {hour:.1f}, {own:.3g} by its own "
            "work; the rest waits for its calls"
        )
    return tuple(found)
