"""The package's second evaluator and the fast one side by side, on every line of the contract."""

from __future__ import annotations

import math

from queuecalc.architecture import Model
from queuecalc.evaluation.facts import Facts
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.thinking import with_users_solved
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
    present = frozenset(name for name, count in counts.items() if count)
    facts = Facts(Pattern(with_users_solved(model, counts), present), counts)
    judged = Judgement(Plan(model, counts))
    found = []
    for line in judged.quick_lines():
        theirs = line.reached
        if line.target in ("stability", "utilisation"):
            theirs, _ = facts.peak(line.subject)
        elif line.target == "lag":
            theirs = max(each.max_lag[0] for each in facts.lags[line.subject])
        if not math.isclose(line.reached, theirs, rel_tol=relative, abs_tol=1e-7):
            found.append(f"{line.target} {line.subject}: {theirs}, {line.reached}")
    for target, subject, percentile, names in percentile_targets(judged.plan):
        worst = facts.worst(tuple(names), percentile.level).seconds
        if math.isfinite(worst) and worst > 0.0:
            share = most_late(judged.plan, judged.largest, names, worst)
            if not math.isclose(share, 1.0 - percentile.level, rel_tol=late):
                found.append(
                    f"{target} {subject}: {share / (1.0 - percentile.level) - 1.0:.2e} too many late"
                )
    if availability:
        units = {name: judged.plan.counts[name] for name in judged.plan.present}
        between = bracket(judged._losses(1e-9, late=True), "", units, lambda _: False)
        theirs = 1.0 - facts.availability.load_aware
        if not math.isclose(between.least, theirs, rel_tol=1e-6, abs_tol=lost):
            found.append(f"lost: {theirs:.9g}, {between.least:.9g}")
    return found
