"""Where the time of a slow request goes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from queuecalc.answer import Evaluation, Latency
from queuecalc.errors import InvalidInput
from queuecalc.report.figures.frame import prepare, time_unit
from queuecalc.report.figures.given import components_of, moment
from queuecalc.report.figures.staircase import Step, draw_staircase, folded, row_name
from queuecalc.report.figures.wording import short
from queuecalc.report.numerals import hour, percentile_name, seconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_waterfall"]

_NOTHING = 1e-6
"""Of the whole: a part below this is not shown."""


def _first(evaluation: Evaluation) -> Latency:
    found = next((entry for entry in evaluation.latencies if not entry.subject), None)
    if found is None:
        raise InvalidInput("no request waits for an answer; there is no response time to draw")
    if not math.isfinite(found.worst_s):
        raise InvalidInput(
            f"{percentile_name(found.level)} is without bound at {hour(found.hour)}; there is no response time "
            "to take apart until every component that is waited for has a steady state"
        )
    return found


def draw_waterfall(evaluation: Evaluation, ax: Axes) -> Axes:
    """Draw what the first percentile of the contract is made of, at its worst: network, then waiting and service.

    A part is E[time there | response time = the percentile]; the parts add up to it.

    Args:
        evaluation: a plan judged; its curves are not needed.
        ax: where to draw.

    Returns:
        `ax`.

    Raises:
        InvalidInput: the plan is not valid, no request is waited for, or there is no steady state.
    """
    lines = components_of(evaluation)
    latency = _first(evaluation)
    name = percentile_name(latency.level)
    unit, unit_name = time_unit(max(latency.worst_s, latency.limit_s or 0.0))
    steps = []
    network = latency.worst_s - sum(line.waiting_s + line.service_s for line in lines)
    if network > 1e-3 * latency.worst_s:
        steps.append(Step("network", {"network": network / unit}, seconds(network)))
    least = _NOTHING * latency.worst_s
    for line in lines:
        parts = {"waiting": line.waiting_s, "service": line.service_s}
        if line.waiting_s + line.service_s > least:
            steps.append(
                Step(
                    row_name(line.name),
                    {kind: part / unit for kind, part in parts.items() if part > least},
                    seconds(line.waiting_s + line.service_s),
                )
            )
    shown, others = folded(steps)
    if others:
        rest = sum(step.length for step in others)
        shown.append(Step(f"{len(others)} others", {"others": rest}, seconds(rest * unit)))
    largest, what, where = max(
        [(line.waiting_s, "waiting at", line.name) for line in lines]
        + [(line.service_s, "service at", line.name) for line in lines]
    )
    share = round(100.0 * largest / latency.worst_s)
    title = f"{name} of {seconds(latency.worst_s)}{moment(evaluation, latency.hour)}"
    title += f": {share} % is {what} {short(where)}" if largest > 0 else ""
    prepare(ax, title, grid="x")
    limit = None
    if latency.limit_s is not None:
        limit = latency.limit_s / unit, f"target {seconds(latency.limit_s)}"
    total = Step(name, {"": latency.worst_s / unit}, seconds(latency.worst_s))
    draw_staircase(
        ax,
        shown,
        total,
        unit=f"mean time of the requests that take as long as {name} [{unit_name}]",
        limit=limit,
    )
    return ax
