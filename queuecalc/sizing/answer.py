"""`size`: the cheapest plan of a model, the proof, and the reasons."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from math import prod
from typing import TypeAlias

from queuecalc.answer import Certificate, Evaluation, SizingAnswer
from queuecalc.architecture import Model
from queuecalc.errors import InternalError, InvalidInput
from queuecalc.sizing.alternatives import next_plans
from queuecalc.sizing.certificate import PatternEvidence, certified
from queuecalc.sizing.explanation import one_less, peak_sized
from queuecalc.sizing.goals import MOST_TIES, Cheapest, Found
from queuecalc.sizing.headroom import headroom
from queuecalc.sizing.impossible import out_of_reach
from queuecalc.sizing.infeasible import all_but_the_budget, nearest
from queuecalc.sizing.interruption import SearchInterrupted
from queuecalc.sizing.judge import Counts, Judge
from queuecalc.sizing.money import dollars, scaled
from queuecalc.sizing.relaxation import relaxations
from queuecalc.sizing.search import Search

__all__ = ["Progress", "size"]

Progress: TypeAlias = Callable[[int, Decimal | None, Mapping[str, int] | None], None]
"""Told after each evaluation: how many were made, the price and the counts of the best plan so far."""

_SAMPLES = 4
"""So many refused boxes, or a few more, are sampled for a plan that keeps the contract."""

_CONTRADICTION = (
    "a plan of a refused box keeps the contract: a count helps or harms otherwise than declared; "
    "the answer is the best found, not proven the cheapest"
)


def size(
    model: Model | Judge,
    *,
    alternatives: int | None = None,
    explain: bool = False,
    progress: Progress | None = None,
) -> SizingAnswer:
    """The cheapest number of units of every component that keeps the contract, with a proof.

    minimise sum_i price_i n_i + fees over whole numbers n, subject to the contract: branch and bound over boxes
    [l, u] of plans, pattern by pattern of optional components (Land & Doig 1960). A box is left when its optimistic
    judgement fails or its least plan is dearer than the best one known; the refused boxes are the certificate.

    Args:
        model: the model, or a judge of its plans.
        alternatives: how many of the next minimal plans to name; by default 3 with reasons, none without.
        explain: whether to say what one unit less breaks, the headroom, relaxations and the price for the peak. The
            reasons take some three times as long as the plan and its proof.
        progress: called after each evaluation.

    Raises:
        InvalidInput: `alternatives` is negative, more than 20 components are optional, or no plan is permitted.
        InternalError: boxes and plans are judged differently.
        SearchInterrupted: Ctrl-C; it carries the best plan found so far.
    """
    if alternatives is None:
        alternatives = _ALTERNATIVES if explain else 0
    if alternatives < 0:
        raise InvalidInput(f"alternatives {alternatives}: expected at least 0")
    judge = _judge(model)
    sizing = _Sizing(judge, progress)
    try:
        return sizing.answer(alternatives, explain=explain)
    except KeyboardInterrupt:
        cost = None if sizing.goal.best is None else dollars(sizing.goal.best)
        raise SearchInterrupted(sizing.best, cost) from None


def _judge(model: Model | Judge) -> Judge:
    if not isinstance(model, Model):
        return model
    from queuecalc.evaluation import Evaluator

    return Evaluator(model)


_ALTERNATIVES = 3


class _Sizing:
    """One call of `size`."""

    def __init__(self, judge: Judge, progress: Progress | None) -> None:
        self.started = time.perf_counter()
        self.judge = judge
        self.ceiling = None if judge.budget is None else scaled(judge.budget)
        self.search = Search(judge)
        self.goal = Cheapest(self.ceiling)
        self.findings: list[str] = []
        if progress is not None:
            self.search.tally.tick = lambda: self._tell(progress)

    @property
    def best(self) -> dict[str, int] | None:
        """The best plan so far."""
        return self.search.named(self.goal.plans[0][1]) if self.goal.best is not None else None

    def _tell(self, progress: Progress) -> None:
        cost = None if self.goal.best is None else dollars(self.goal.best)
        progress(self.search.tally.evaluations, cost, self.best)

    def answer(self, alternatives: int, *, explain: bool) -> SizingAnswer:
        """Search, prove, explain."""
        self.search.run(self.goal, self.ceiling)
        certificate, proven = self._certificate()
        if self.goal.best is None:
            return self._infeasible(certificate, proven=proven, explain=explain)
        if self.goal.capped:
            self.findings.append(f"more than {MOST_TIES} plans cost the same; {MOST_TIES} of them are told")
        plans = self.goal.plans
        less = one_less(self.search, plans[0]) if explain else ()
        if any(entry.excuse is None and entry.saves_usd_per_month > 0 for entry in less):
            proven = False
            self.findings.append(_CONTRADICTION)
        answer = self._answer(plans[0], certificate, feasible=True, proven=proven)
        if not answer.evaluation.kept:
            raise InternalError(
                f"the search keeps the plan {answer.counts}, its evaluation does not: "
                + "; ".join(excuse.sentence for excuse in answer.evaluation.excuses)
            )
        answer = replace(
            answer,
            ties=tuple(self.search.named(counts) for _, counts in plans[1:]),
            one_less=less,
            alternatives=next_plans(self.search, plans, alternatives, self.ceiling),
        )
        if explain:
            answer = replace(
                answer,
                headroom=headroom(self.judge, answer.counts, answer.evaluation),
                relaxations=relaxations(self.search, plans[0], answer.evaluation, less),
                peak_sized_usd_per_month=peak_sized(self.search, plans[0], answer.evaluation, self.ceiling),
            )
        return self._timed(answer)

    # ------------------------------------------------------------------ no plan keeps the contract
    def _infeasible(self, certificate: Certificate, *, proven: bool, explain: bool) -> SizingAnswer:
        if self.ceiling is not None:
            goal, finished = all_but_the_budget(self.search)
            if goal.best is not None:
                answer = self._answer(goal.plans[0], certificate, feasible=False, proven=proven and finished)
                answer = replace(answer, missing_usd_per_month=dollars(goal.best - self.ceiling))
                if explain:
                    answer = replace(answer, one_less=one_less(self.search, goal.plans[0]))
                return self._timed(answer)
        impossible, relaxed = out_of_reach(self.search)
        found = nearest(self.search, relaxed, self.ceiling)
        if found is None:
            found = self._cheapest_of_all()
        answer = self._answer(found, certificate, feasible=False, proven=proven)
        return self._timed(replace(answer, impossible=impossible))

    def _cheapest_of_all(self) -> Found:
        """The plan of the lowest price, whatever it keeps: every one is beyond the budget or invalid."""
        for _, present in self.search.subsets():
            self.search.opened(present)
        patterns = [pattern for pattern in self.search.patterns.values() if not pattern.empty]
        if not patterns:
            raise InvalidInput("no plan is permitted: the ranges of counts exclude each other")
        pattern = min(patterns, key=lambda each: (each.invalid is not None, each.cost(each.lower)))
        return pattern, pattern.lower

    # ------------------------------------------------------------------ parts
    def _answer(
        self, found: Found, certificate: Certificate, *, feasible: bool, proven: bool
    ) -> SizingAnswer:
        evaluation = self._evaluation(found[1])
        ranges = self.judge.ranges
        boxes = [box for proof in certificate.patterns for box in proof.boxes]
        return SizingAnswer(
            title=evaluation.title,
            source=evaluation.source,
            feasible=feasible,
            proven=proven,
            counts=self.search.named(found[1]),
            cost_usd_per_month=evaluation.cost_usd_per_month,
            budget_usd_per_month=self.judge.budget,
            evaluation=evaluation,
            refused=dict(Counter(box.excuse.target for box in boxes)),
            plans=prod(most - least + 1 for least, most in ranges),
            certificate=certificate,
        )

    def _evaluation(self, counts: Counts) -> Evaluation:
        evaluation = self.judge.evaluate(self.search.named(counts))
        return replace(evaluation, findings=(*evaluation.findings, *self.findings))

    def _timed(self, answer: SizingAnswer) -> SizingAnswer:
        return replace(
            answer,
            evaluations=self.search.tally.evaluations,
            seconds=time.perf_counter() - self.started,
        )

    def _certificate(self) -> tuple[Certificate, bool]:
        """The certificate, and whether it is whole and its samples are sound."""
        certificate, whole = self._written()
        kept = self._contradiction(certificate)
        if kept is None:
            return certificate, whole
        self.findings.append(_CONTRADICTION)
        pattern, counts = kept
        if self.goal.limit is None or pattern.cost(counts) < self.goal.limit:
            self.goal.found(pattern, counts)
            certificate, _ = self._written()
        return certificate, False

    def _written(self) -> tuple[Certificate, bool]:
        plans = self.goal.plans if self.goal.best is not None else []
        patterns = [
            PatternEvidence(
                present=pattern.present,
                lower=pattern.lower,
                upper=pattern.upper,
                prices=pattern.prices,
                fees=pattern.fees,
                boxes=pattern.boxes(),
                invalid=pattern.invalid is not None,
            )
            for pattern in self.search.patterns.values()
        ]
        certificate, uncovered = certified(
            self.judge, self.goal.best, [counts for _, counts in plans], patterns
        )
        if uncovered is not None:
            self.findings.append(f"the proof leaves a plan open: {self.search.named(uncovered)}")
        return certificate, uncovered is None

    def _contradiction(self, certificate: Certificate) -> Found | None:
        """A plan of a refused box that keeps the contract, among a few samples: then some count has no direction."""
        wide = [
            (proof.present, box)
            for proof in certificate.patterns
            for box in proof.boxes
            if box.lower != box.upper and box.excuse.target != "invalid"
        ]
        for present, box in wide[:: max(1, len(wide) // _SAMPLES)]:
            pattern = self.search.opened(frozenset(present))
            plan = pattern.affordable(box.lower, box.upper, self.ceiling)
            if plan is not None and pattern.permits(plan):
                self.search.tally.count()
                if pattern.judge.refuse(plan, plan) is None:
                    return pattern, plan
        return None
