"""Every figure of two evaluations of one plan side by side: what differs, by how much."""

from __future__ import annotations

import math
from dataclasses import dataclass

from queuecalc.answer import Evaluation
from tests.reference.result import ReferenceResult

__all__ = ["Difference", "differences"]


@dataclass(frozen=True)
class Difference:
    """One figure on which the two routes disagree."""

    what: str
    fast: object
    slow: object


class _Sheet:
    def __init__(self, relative: float, absolute: float) -> None:
        self.relative, self.absolute = relative, absolute
        self.found: list[Difference] = []

    def same(self, what: str, fast: object, slow: object) -> None:
        if fast != slow:
            self.found.append(Difference(what, fast, slow))

    def near(
        self, what: str, fast: float | None, slow: float | None, *, absolute: float | None = None
    ) -> None:
        if fast is None or slow is None:
            self.same(what, fast, slow)
        elif fast != slow and not math.isclose(
            fast, slow, rel_tol=self.relative, abs_tol=self.absolute if absolute is None else absolute
        ):
            self.found.append(Difference(what, fast, slow))


def differences(
    fast: Evaluation, slow: ReferenceResult, *, relative: float = 1e-7, absolute: float = 1e-9
) -> list[Difference]:
    """What the package and the reference do not agree on."""
    sheet = _Sheet(relative, absolute)
    sheet.same("kept", fast.kept, slow.kept)
    if slow.excuses:
        sheet.same("invalid", any(excuse.target == "invalid" for excuse in fast.excuses), True)
        return sheet.found
    sheet.same("cost", fast.cost_usd_per_month, slow.cost_usd_per_month)
    _components(sheet, fast, slow)
    _latencies(sheet, fast, slow)
    _availability(sheet, fast, slow)
    _backlogs(sheet, fast, slow)
    _lines(sheet, fast, slow)
    return sheet.found


def _components(sheet: _Sheet, fast: Evaluation, slow: ReferenceResult) -> None:
    for line in fast.components:
        name = line.name
        sheet.same(f"fees of {name}", line.fees_usd_per_month, slow.fees_usd_per_month[name])
        sheet.same(f"{name} asynchronous", line.asynchronous, name in slow.asynchronous_components)
        sheet.near(f"peak rate of {name}", line.peak_rate_per_s, slow.peak_rate_per_s[name])
        sheet.near(f"peak utilisation of {name}", line.peak_utilisation, slow.peak_utilisation[name])
    sheet.same("components", {line.name for line in fast.components}, set(slow.peak_utilisation))
    if fast.series is not None and len(fast.series.hours) == len(next(iter(slow.utilisation.values()))) + 1:
        for name, values in fast.series.utilisation.items():
            for k, (one, two) in enumerate(zip(values, slow.utilisation[name], strict=True)):
                sheet.near(f"utilisation of {name} in slot {k}", one, two)


def _latencies(sheet: _Sheet, fast: Evaluation, slow: ReferenceResult) -> None:
    for latency in fast.latencies:
        what = f"{latency.key} {latency.subject}".strip()
        other = slow.latencies.get((latency.key, latency.subject))
        if other is None:
            sheet.same(what, latency.worst_s, None)
            continue
        sheet.near(what, latency.worst_s, other.worst_s)
        if math.isfinite(other.worst_s):
            sheet.near(f"mean of {what}", latency.mean_s, other.mean_s)
        if other.weighted_s is not None and latency.weighted_s is not None:
            sheet.near(f"{what} over the curve", latency.weighted_s, other.weighted_s)
        if other.with_failures_s is not None and latency.with_failures_s is not None:
            sheet.near(f"{what} with failures", latency.with_failures_s, other.with_failures_s)
    named = {(latency.key, latency.subject) for latency in fast.latencies if latency.limit_s is not None}
    wanted = {
        (line.target, line.subject) for line in slow.lines if (line.target, line.subject) in slow.latencies
    }
    sheet.same("percentiles with a target", named, wanted)


def _availability(sheet: _Sheet, fast: Evaluation, slow: ReferenceResult) -> None:
    found = fast.availability
    if found is None:
        sheet.same("availability", None, slow.load_aware)
        return
    sheet.near("load-aware", found.load_aware, slow.load_aware)
    sheet.near("redundancy", found.redundancy, slow.redundancy)
    sheet.near("series", found.series, slow.series)
    sheet.near("offered", found.offered_requests, slow.offered_requests)
    for name in set(found.by_class) | set(slow.by_class):
        sheet.near(f"availability of {name}", found.by_class.get(name), slow.by_class.get(name))
    losses = {(loss.cause, loss.component): loss.fraction for loss in found.losses}
    for cause in set(losses) | set(slow.losses):
        sheet.near(f"lost: {' '.join(cause)}", losses.get(cause, 0.0), slow.losses.get(cause, 0.0))
    for name, share in found.handed_off_lost.items():
        sheet.near(f"handed off, lost at {name}", share, slow.handed_off_lost.get(name, 0.0))


def _backlogs(sheet: _Sheet, fast: Evaluation, slow: ReferenceResult) -> None:
    sheet.same("asynchronous", {a.component for a in fast.asynchronous}, set(slow.backlogs))
    for one in fast.asynchronous:
        name = one.component
        two = slow.backlogs[name]
        sheet.near(f"lag of {name}", one.max_lag_s, two.max_lag_s)
        sheet.same(f"{name} stationary", one.stationary, two.stationary)
        sheet.near(f"backlog of {name}", one.max_backlog_messages, two.max_backlog_messages, absolute=1e-5)
        sheet.near(
            f"backlog of {name} at the end", one.end_backlog_messages, two.end_backlog_messages, absolute=1e-5
        )
        sheet.near(f"{name} overloaded from", one.overloaded_from_h, two.overloaded_from_h)
        sheet.near(f"{name} overloaded until", one.overloaded_until_h, two.overloaded_until_h)
        sheet.near(f"drain of {name}", one.drain_s, two.drain_s, absolute=1e-5)


def _lines(sheet: _Sheet, fast: Evaluation, slow: ReferenceResult) -> None:
    ours = {(line.target, line.subject): line for line in fast.lines}
    for line in slow.lines:
        target = line.target.removesuffix("_ms").replace("_", ".")
        key = next((k for k in ((line.target, line.subject), (target, line.subject)) if k in ours), None)
        if key is None:
            sheet.same(f"line {line.target} {line.subject}", None, line.reached)
            continue
        other = ours.pop(key)
        what = f"line {line.target} {line.subject}"
        sheet.same(f"{what} kept", other.kept, line.kept)
        sheet.near(f"limit of {what}", other.limit, line.limit)
        if line.target != "drained":
            sheet.near(
                f"{what} reached", other.reached, line.reached, absolute=1e-5 if "drain" in what else None
            )
    for key, other in ours.items():
        sheet.same(f"line {' '.join(key)}", other.reached, None)
