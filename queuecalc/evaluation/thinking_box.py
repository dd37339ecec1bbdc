"""Boxes of plans where users wait for their answers: what they send depends on the plan itself.

More units anywhere let the users send more, and answer them sooner. So for all plans of a box [lower, upper] guards,
backlogs and losses are bounded with what the users send when all counts are at `lower`, and latencies with the round
solved at `upper`, where each answer comes soonest. Both hold exactly for closed networks of product form (Shanthikumar
& Yao 1986, "The effect of increasing service rates in a closed queueing network", J. Appl. Prob. 23, theorem 3.1, for
the throughput; hence for the mean response N / X - Z); for percentiles they are taken to hold.
"""

from __future__ import annotations

from collections.abc import Sequence

from queuecalc.answer import Excuse
from queuecalc.evaluation.box import Counts, PatternJudgement
from queuecalc.evaluation.lines import Judged
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.thinking import Round, round_of, with_round

__all__ = ["ThinkingJudgement"]

_MOST_KEPT = 2048


class ThinkingJudgement(PatternJudgement):
    """The judge of one pattern of a model with users who think."""

    def __init__(
        self,
        pattern: Pattern,
        keep_up: bool = False,
        sibling: PatternJudgement | None = None,
    ) -> None:
        """With a `sibling`, of a model that differs in its limits alone, rounds are shared."""
        super().__init__(pattern, keep_up, sibling)
        self._sibling = sibling if isinstance(sibling, ThinkingJudgement) else None
        self.rounds: dict[Counts, Round] = {} if self._sibling is None else self._sibling.rounds
        self._solved: dict[Counts, PatternJudgement] = {}

    def solved(self, counts: Counts) -> PatternJudgement:
        """The judge of the same pattern with what users send with one plan."""
        if counts not in self._solved:
            if len(self._solved) >= _MOST_KEPT:
                self._solved.clear()
            known = None if self._sibling is None else self._sibling.solved(counts)
            if counts not in self.rounds:
                self.rounds[counts] = round_of(self.pattern, self._named(counts))
            model = with_round(self.pattern.model, self.rounds[counts])
            pattern = Pattern(model, self.pattern.present, None if known is None else known.pattern)
            self._solved[counts] = PatternJudgement(pattern, self.keep_up, known)
        return self._solved[counts]

    def judged(self, counts: Counts) -> Judged:
        """One plan, remembered."""
        return self.solved(counts).judged(counts)

    def least(self, lower: Counts, upper: Counts) -> Sequence[tuple[int, int, Excuse]]:
        """(index, n, excuse): every plan of the box with fewer than n units of a component is refused."""
        return self.solved(lower).least(lower, upper)

    def refuse(self, lower: Counts, upper: Counts) -> Excuse | None:
        """An excuse that holds for every plan of the box; on a single plan None iff it keeps all but the budget."""
        for index, least, excuse in self.least(lower, upper):
            if least > upper[index]:
                return excuse
        found = self.solved(upper).late(lower, upper) or self.solved(lower).lost(lower, upper)
        if found is not None or lower != upper:
            return found
        return self.solved(lower).exact(lower)
