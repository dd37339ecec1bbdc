"""A model made ready to judge many plans and boxes of plans: what a search for the cheapest one asks.

A box [lower, upper] is judged optimistically: what helps a target at its upper count, what harms it at its lower one.
More units of a component shorten its own wait, keep more of its units alive and shrink its backlog. They harm only
what lies behind an asynchronous component, which hands on more per second; there every inflow is bounded from below
by a line without backlog throttled at the lower capacity. Failing over to the next component may help or harm, so
both extremes of its probability are tried. A refusal therefore holds for every plan of the box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from queuecalc.answer import Evaluation, Excuse
from queuecalc.architecture import Model
from queuecalc.evaluation.box import PatternJudgement
from queuecalc.evaluation.changes import relaxed_limits, without_limit
from queuecalc.evaluation.judgement import checked_counts, judge
from queuecalc.evaluation.lines import Judged, Look
from queuecalc.evaluation.plan import Pattern

__all__ = ["Evaluator"]


class Evaluator:
    """Judges plans of one model, remembering what plans share.

    Attributes:
        model: the model.
        names: components, in file order.
        keep_up: whether asynchronous components must keep up in every slot.
    """

    def __init__(
        self,
        model: Model,
        *,
        keep_up: bool = False,
        sibling: Evaluator | None = None,
        same_load: bool = True,
    ) -> None:
        """With a `sibling`, whose model differs in its limits alone (or in its load), what is alike is shared."""
        self.model = model
        self._sibling, self._same_load = sibling, same_load
        self.names = tuple(model.components)
        self.keep_up = keep_up
        self._patterns: dict[frozenset[str], PatternJudgement] = {}

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The widest permitted range of each count over all patterns."""
        found = []
        for component in self.model.components.values():
            ranges = [component.figures.count]
            ranges += [o.changes["count"] for o in component.overrides if "count" in o.changes]
            found.append((min(r[0] for r in ranges), max(r[1] for r in ranges)))
        return tuple(found)

    @property
    def budget(self) -> Decimal | None:
        """The most that a month may cost."""
        return self.model.contract.budget_usd_per_month

    def pattern(self, present: frozenset[str]) -> PatternJudgement:
        """The judge of one pattern of present components."""
        if present not in self._patterns:
            known = None if self._sibling is None else self._sibling.pattern(present)
            pattern = Pattern(self.model, present, None if known is None else known.pattern)
            shared = known if self._same_load else None
            self._patterns[present] = self._kind(pattern, self.keep_up, shared)
        return self._patterns[present]

    @property
    def _kind(self) -> type[PatternJudgement]:
        if self.model.load.think_s is None:
            return PatternJudgement
        from queuecalc.evaluation.thinking_box import ThinkingJudgement

        return ThinkingJudgement

    def _judged(self, counts: Mapping[str, int]) -> tuple[Pattern, Judged | Excuse]:
        present = frozenset(name for name, count in counts.items() if count > 0)
        judgement = self.pattern(present)
        refusal = judgement.pattern.invalid or judgement.pattern.count_excuse(counts)
        if refusal is not None:
            return judgement.pattern, refusal
        return judgement.pattern, judgement.judged(tuple(counts[name] for name in self.names))

    def evaluate(self, counts: Mapping[str, int], *, series: bool = False) -> Evaluation:
        """The whole judgement of one plan."""
        complete = checked_counts(self.model, counts)
        pattern, judged = self._judged(complete)
        if isinstance(judged, Judged):
            return judge(judged.pattern, complete, series=series, judged=judged)
        return judge(pattern, complete, series=series)

    def excuses(self, counts: Mapping[str, int], *, closely: bool = False) -> tuple[Excuse, ...]:
        """Everything that a plan breaks, budget included.

        Args:
            closely: whether the numbers are to be told; otherwise they may be bounds.
        """
        look = Look.CLOSELY if closely else Look.AT_A_GLANCE
        _, judged = self._judged(checked_counts(self.model, counts))
        return tuple(judged.excuses(look)) if isinstance(judged, Judged) else (judged,)

    def first_excuse(self, counts: Mapping[str, int], *, closely: bool = False) -> Excuse | None:
        """The first thing that a plan breaks, cheapest to find first; None if it keeps the contract.

        Args:
            closely: whether its number is to be told; otherwise it may be a bound.
        """
        look = Look.CLOSELY if closely else Look.AT_A_GLANCE
        _, judged = self._judged(checked_counts(self.model, counts))
        return next(judged.excuses(look), None) if isinstance(judged, Judged) else judged

    def without(self, target: str, subject: str) -> Evaluator:
        """The same model with one limit of the contract removed."""
        return Evaluator(without_limit(self.model, target, subject), keep_up=self.keep_up, sibling=self)

    def relaxed(self, violation: float, only: frozenset[tuple[str, str]] | None = None) -> Evaluator:
        """The same model where every limit but the budget (or `only` some) may be broken by this violation."""
        return Evaluator(relaxed_limits(self.model, violation, only), keep_up=self.keep_up, sibling=self)

    @property
    def floor_prices(self) -> tuple[Decimal, ...]:
        """The least price of one unit of each component over all patterns."""
        found = []
        for component in self.model.components.values():
            prices = [component.figures.usd_per_month]
            prices += [
                o.changes["usd_per_month"] for o in component.overrides if "usd_per_month" in o.changes
            ]
            found.append(min(prices))
        return tuple(found)

    def scaled(self, factor: float) -> Evaluator:
        """The same model with `factor` times the load."""
        from dataclasses import replace

        scaled = replace(self.model, load=self.model.load.scaled(factor))
        return Evaluator(scaled, keep_up=self.keep_up, sibling=self, same_load=False)

    def keeping_up(self) -> Evaluator:
        """The same model when asynchronous components must keep up in every slot."""
        return Evaluator(self.model, keep_up=True, sibling=self)

    def sequence(self, counts: Mapping[str, int]) -> Sequence[int]:
        """Counts in the order of `names`."""
        return tuple(counts[name] for name in self.names)
