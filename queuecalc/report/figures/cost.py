"""What a plan costs, component by component."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queuecalc.answer import Evaluation
from queuecalc.report.figures.frame import prepare
from queuecalc.report.figures.given import components_of
from queuecalc.report.figures.staircase import Step, draw_staircase, folded, row_name
from queuecalc.report.numerals import money

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_cost"]


def draw_cost(evaluation: Evaluation, ax: Axes) -> Axes:
    """Draw the dollars a month by component, the dearest first, adding up to the whole, with the budget.

    Args:
        evaluation: a plan judged; its curves are not needed.
        ax: where to draw.

    Returns:
        `ax`.

    Raises:
        InvalidInput: the plan is not valid.
    """
    steps = []
    for line in sorted(components_of(evaluation), key=lambda each: -each.usd_per_month):
        fees = float(line.fees_usd_per_month)
        parts = {"units": float(line.usd_per_month) - fees, "fees": fees}
        steps.append(
            Step(
                row_name(line.name, line.count),
                {kind: part for kind, part in parts.items() if part > 0},
                money(line.usd_per_month),
            )
        )
    shown, others = folded(steps)
    if others:
        rest = sum(step.length for step in others)
        shown.append(Step(f"{len(others)} others", {"others": rest}, money(round(rest, 2))))
    whole = money(evaluation.cost_usd_per_month)
    budget = next((line for line in evaluation.lines if line.target == "budget"), None)
    limit = None
    title = f"Cost: {whole} a month"
    if budget is not None:
        limit = budget.limit, f"budget {money(budget.limit)}"
        left = money(abs(round(budget.left_over, 2)))
        title += f", {left} {'below' if budget.kept else 'above'} the budget of {money(budget.limit)}"
    prepare(ax, title, grid="x")
    total = Step("total", {"": float(evaluation.cost_usd_per_month)}, whole)
    draw_staircase(ax, shown, total, unit="cost [$ a month]".replace("$", r"\$"), limit=limit)
    return ax
