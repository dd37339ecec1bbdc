"""The package's second evaluator and the fast one side by side, on every line of the contract."""

from __future__ import annotations

import math

from queuecalc.architecture import Model
from queuecalc.evaluation import evaluate
from queuecalc.reference import Judgement, Plan
from queuecalc.reference.availability import bracket
from queuecalc.reference.judgement import percentile_targets
from queuecalc.reference.slots import most_late

__all__ = ["disagreements"]


def disagreements(
    model: Model,
    counts: dict[str, int],
    *,
    relative: float = 1e-6,
    late: float = 1e-6,
    lost: float = 2e-7,
    availability: bool = True,
) -> list[str]:
    """What both do not agree on.

    Args:
        model, counts: a plan.
        relative: of utilisations and lags.
        late: relative, of the share that is late at the percentile that the fast one finds.
        lost: absolute, of the lost share.
        availability: whether failure states are gone through.
    """
    fast = evaluate(model, counts)
    judged = Judgement(Plan(model, counts))
    found = []
    theirs = {(line.target, line.subject): line for line in fast.lines}
    for line in judged.quick_lines():
        other = theirs[line.target.removesuffix("_ms"), line.subject]
        if line.target.startswith("p") or line.target == "drained":
            if line.kept != other.kept:
                found.append(f"{line.target} {line.subject} kept: {other.kept}, {line.kept}")
        elif not math.isclose(line.reached, other.reached or 0.0, rel_tol=relative, abs_tol=1e-7):
            found.append(f"{line.target} {line.subject}: {other.reached}, {line.reached}")
    for target, subject, percentile, names in percentile_targets(judged.plan):
        worst = next(e for e in fast.latencies if (e.key, e.subject) == (f"{target}_ms", subject)).worst_s
        if math.isfinite(worst) and worst > 0.0:
            share = most_late(judged.plan, judged.largest, names, worst)
            if not math.isclose(share, 1.0 - percentile.level, rel_tol=late):
                found.append(
                    f"{target} {subject}: {share / (1.0 - percentile.level) - 1.0:.2e} too many late"
                )
    if availability and fast.availability is not None:
        units = {name: judged.plan.counts[name] for name in judged.plan.present}
        between = bracket(judged._losses(1e-9, late=True), "", units, lambda _: False)
        if not math.isclose(between.least, 1.0 - fast.availability.load_aware, rel_tol=1e-6, abs_tol=lost):
            found.append(f"lost: {1.0 - fast.availability.load_aware:.9g}, {between.least:.9g}")
    return found
