"""What stands behind a plan, as facts: losses, availability, response times, backlogs, warnings, evidence."""

from __future__ import annotations

from collections.abc import Iterable

from queuecalc.answer import Asynchronous, Availability, Evaluation, HeldServers, Latency
from queuecalc.evidence import STATEMENTS, Evidence
from queuecalc.report.numerals import (
    availability,
    basis_points,
    digits,
    hour,
    percentile_name,
    seconds,
    whole,
)
from queuecalc.report.page import Fact, Span, Words, words

__all__ = [
    "availability_fact",
    "backlog_fact",
    "evidence_fact",
    "held_words",
    "lost_fact",
    "response_fact",
    "warning_fact",
]

_MOST_CAUSES = 6
_NEGLIGIBLE = 1e-6
_ROUNDING = 1e-12  # a lost share below this is none


def _cause(cause: str, component: str) -> str:
    cause = "overloaded" if cause == "no steady state" else cause
    return f"{component} {cause}" if component else cause


def lost_fact(served: Availability, *, everything: bool = False) -> Fact:
    """Lost requests by cause in basis points, largest first."""
    lost = 1.0 - served.load_aware
    offered = f" of {whole(served.offered_requests)} requests" if served.offered_requests else ""
    if not served.losses:
        return Fact("lost", (words(f"{basis_points(max(lost, 0.0))}{offered}"),))
    most = len(served.losses) if everything else _MOST_CAUSES
    shown = served.losses[:most]
    causes = [f"{_cause(loss.cause, loss.component)} {digits(1e4 * loss.fraction)}" for loss in shown]
    rest = sum(loss.fraction for loss in served.losses[most:])
    if len(served.losses) > most:
        share = digits(1e4 * rest) if rest >= _NEGLIGIBLE else "below 0.01"
        causes.append(f"{len(served.losses) - most} others {share}")
    lines = [words(f"{basis_points(lost)}{offered}: {', '.join(causes)}")]
    parts = [
        f"{name} {basis_points(share)}"
        for name, share in served.handed_off_lost.items()
        if share >= _ROUNDING
    ]
    if parts:
        lines.append(words(f"handed-off messages lost: {', '.join(parts)}"))
    return Fact("lost", tuple(lines))


def availability_fact(served: Availability) -> Fact:
    """The three figures side by side, and the classes."""
    coupled = f" ({_coupled(served)})" if served.states else ""
    text = (
        f"{availability(served.load_aware)} under load{coupled}; {availability(served.redundancy)} by redundancy; "
        f"{availability(served.series)} in series (one unit of each)"
    )
    lines = [words(text)]
    if len(served.by_class) > 1:
        parts = [f"{name} {availability(share)}" for name, share in served.by_class.items()]
        lines.append(words(f"by class: {', '.join(parts)}"))
    return Fact("availability", tuple(lines))


def _coupled(served: Availability) -> str:
    """How a coupled availability was found, and how far it may be off."""
    noun = "state" if served.states == 1 else "states"
    return f"+- {100.0 * served.uncertainty:.1e} %, coupled, {whole(served.states)} joint failure {noun}"


def _latency(entry: Latency) -> str:
    name = percentile_name(entry.level)
    subject = f" of {entry.subject}" if entry.subject else ""
    parts = [f"{name}{subject} {seconds(entry.worst_s)} at {hour(entry.hour)} (mean {seconds(entry.mean_s)})"]
    if entry.weighted_s is not None:
        parts.append(f"{seconds(entry.weighted_s)} over all requests")
    if entry.with_failures_s is not None:
        parts.append(f"{seconds(entry.with_failures_s)} with failures")
    return ", ".join(parts)


def response_fact(latencies: Iterable[Latency]) -> Fact | None:
    """Each percentile in the worst slot, over the curve and with failures; classes in short behind it."""
    entries = list(latencies)
    if not entries:
        return None
    lines: list[Words] = [words(_latency(entry)) for entry in entries if not entry.subject]
    for key in dict.fromkeys(entry.key for entry in entries if entry.subject):
        group = [entry for entry in entries if entry.key == key and entry.subject]
        parts = [f"{entry.subject} {seconds(entry.worst_s)}" for entry in group]
        lines.append(words(f"{percentile_name(group[0].level)} by class: {', '.join(parts)}"))
    return Fact("response", tuple(lines))


def _backlog(entry: Asynchronous) -> str:
    if entry.overloaded_from_h is None or entry.overloaded_until_h is None or entry.stationary:
        return f"{entry.component} keeps up: mean wait {seconds(entry.max_lag_s)} at {hour(entry.lag_hour)}"
    text = (
        f"{entry.component} lags {seconds(entry.max_lag_s)} at {hour(entry.lag_hour)}: "
        f"{whole(entry.max_backlog_messages)} messages"
    )
    if entry.end_backlog_messages > 0:
        return f"{text}, {whole(entry.end_backlog_messages)} left at the end"
    return f"{text}, drained in {seconds(entry.drain_s)}"


def backlog_fact(entries: Iterable[Asynchronous]) -> Fact | None:
    """Lag and backlog of each component behind a buffer."""
    lines = tuple(words(_backlog(entry)) for entry in entries)
    return Fact("backlogs", lines) if lines else None


def held_words(held: HeldServers) -> Words:
    """Little's law for servers that may be held while a component waits."""
    short = held.needed > held.bought
    verdict = Span(" too few", "bad") if short else Span(" enough")
    return words(
        f"{held.component} waits for its own calls; if it holds a server meanwhile, {digits(held.needed)} are "
        f"held at {hour(held.hour)}, {held.bought:,} are bought:",
        verdict,
    )


def warning_fact(evaluation: Evaluation) -> Fact | None:
    """Held servers and findings."""
    lines = [held_words(entry) for entry in evaluation.held]
    lines += [words(finding) for finding in evaluation.findings]
    return Fact("warnings", tuple(lines)) if lines else None


def evidence_fact(label: Evidence, keys: Iterable[str], *, everything: bool = False) -> Fact:
    """The weakest label and what the figures rest on."""
    statements = [STATEMENTS[key] for key in keys if key in STATEMENTS]
    verdict = label.value if label is Evidence.EXACT else f"{label.value}, the weakest of its parts"
    if everything:
        lines = [words(f"{entry.evidence.value}: {entry.sentence} ({entry.paper})") for entry in statements]
        return Fact("evidence", (words(verdict), *lines))
    if label is Evidence.EXACT:
        names = ", ".join(entry.key for entry in statements)
        return Fact("evidence", (words(f"{verdict} ({names})" if names else verdict),))
    parts = []
    for kind in Evidence:
        keys_of_kind = [entry.key for entry in statements if entry.evidence is kind]
        if keys_of_kind:
            parts.append(f"{kind.value}: {', '.join(keys_of_kind)}")
    text = verdict + (f" ({'; '.join(parts)})" if parts else "")
    return Fact("evidence", (words(text),))
