"""The contract line by line for one plan, cheapest to compute first, each computed only when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from functools import cached_property

from queuecalc.answer import ContractLine, Excuse
from queuecalc.architecture import Model, PercentileTarget
from queuecalc.evaluation.availability import (
    answered_classes,
    blind,
    contract_classes,
    offered_requests,
)
from queuecalc.evaluation.facts import Facts
from queuecalc.evaluation.lost_bounds import MARGIN
from queuecalc.evaluation.pieces import Walk
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.queues import ROUNDING
from queuecalc.evaluation.sentences import excuse_for
from queuecalc.evidence import Evidence

__all__ = ["Judged", "Look"]


class Look(Enum):
    """How closely to look at a plan."""

    AT_A_GLANCE = "at a glance"
    """Enough to tell what is broken; numbers may be bounds."""
    CLOSELY = "closely"
    """Lines that are kept may be left out; the others have their numbers."""
    EXACTLY = "exactly"
    """Every line, to full accuracy."""


class Judged:
    """One plan of a valid pattern, judged as far as one asks.

    Attributes:
        pattern: its pattern of present components.
        facts: what the plan does.
        counts: units of the present components.
    """

    def __init__(self, pattern: Pattern, facts: Facts) -> None:
        self.pattern = pattern
        self.facts = facts
        self.counts = facts.counts

    @property
    def model(self) -> Model:
        """The model."""
        return self.pattern.model

    @property
    def walk(self) -> Walk:
        """The walk along the curve with every unit up."""
        return self.facts.walk

    # -- the lines

    def lines(self, look: Look = Look.EXACTLY) -> Iterator[ContractLine]:
        """Every line of the contract, budget first, availability last."""
        yield from self._budget()
        yield from self._stability()
        yield from self._guards()
        yield from self._backlogs()
        yield from self._retentions()
        yield from self._latencies(look)
        yield from self._availabilities(look)

    def excuses(self, look: Look = Look.CLOSELY) -> Iterator[Excuse]:
        """Why the plan is refused, line by line."""
        for line in self.lines(look):
            if not line.kept:
                yield excuse_for(line, self.counts, at_least=look is Look.AT_A_GLANCE)

    def _budget(self) -> Iterator[ContractLine]:
        budget = self.model.contract.budget_usd_per_month
        if budget is not None:
            cost = self.pattern.cost(self.counts)
            yield ContractLine(
                target="budget",
                unit="usd_per_month",
                sense="at most",
                limit=float(budget),
                reached=float(cost),
                kept=cost <= budget,
            )

    def _stability(self) -> Iterator[ContractLine]:
        graph = self.pattern.graph()
        for name in graph.visits_of:
            figures = graph.figures[name]
            if name not in graph.waited or figures.servers is None or figures.max_queue is not None:
                continue
            if figures.crowd is not None:
                continue
            utilisation, hour = self.facts.peak(name)
            yield ContractLine(
                target="stability",
                subject=name,
                unit="fraction",
                sense="below",
                limit=1.0,
                reached=utilisation,
                kept=utilisation < 1.0 - ROUNDING,
                hour=hour,
            )

    def _guards(self) -> Iterator[ContractLine]:
        reached = self.pattern.graph().visits_of
        for name, figures in self.pattern.figures.items():
            guard = figures.max_utilisation
            if guard is not None:
                utilisation, hour = self.facts.peak(name) if name in reached else (0.0, 0.0)
                yield ContractLine(
                    target="utilisation",
                    subject=name,
                    unit="fraction",
                    sense="at most",
                    limit=guard,
                    reached=utilisation,
                    kept=utilisation <= guard * (1.0 + ROUNDING),
                    hour=hour,
                )

    def _backlogs(self) -> Iterator[ContractLine]:
        contract = self.model.contract
        for name, lines in self.facts.lags.items():
            figures = self.pattern.figures[name]
            lag, hour, _ = max((line.max_lag for line in lines), key=lambda each: each[0])
            limits = [limit for limit in (figures.max_lag_s, contract.max_lag_s) if limit is not None]
            if limits:
                yield _seconds("lag", name, min(limits), lag, hour)
            end = self.model.load.curve.hours[-1]
            if contract.drained_by_end:
                left = sum(line.end_messages for line in lines)
                yield ContractLine(
                    target="drained",
                    subject=name,
                    unit="",
                    sense="at most",
                    limit=0.0,
                    reached=left,
                    kept=all(line.line.path.end_backlog == 0.0 for line in lines),
                    hour=float(end),
                    evidence=Evidence.APPROXIMATE,
                )
            within = [w for w in (figures.drain_within_s, contract.drain_within_s) if w is not None]
            if within:
                yield _seconds("drain time", name, min(within), self.facts.drain_s[name], None)

    def _retentions(self) -> Iterator[ContractLine]:
        """A buffer with a retention must be read in time by every asynchronous component that it feeds."""
        graph = self.pattern.graph()
        for buffer in graph.visits_of:
            retention = self.pattern.figures[buffer].retention_s
            readers = [name for name in self.facts.lags if buffer in graph.callers_of[name]]
            if retention is not None and readers:
                lags = [line.max_lag for name in readers for line in self.facts.lags[name]]
                lag, hour, _ = max(lags, key=lambda each: each[0])
                yield _seconds("retention", buffer, retention, lag, hour, strict=True)

    def _latencies(self, look: Look) -> Iterator[ContractLine]:
        classes = answered_classes(self.pattern)
        yield from self._latency_lines("", classes, self.model.contract.percentiles, look)
        for name, item in self.model.classes.items():
            if self.pattern.route(name).entries:
                yield from self._latency_lines(name, (name,), item.percentiles, look)

    def _latency_lines(
        self, subject: str, classes: tuple[str, ...], targets: tuple[PercentileTarget, ...], look: Look
    ) -> Iterator[ContractLine]:
        if not targets or not classes:
            return
        for target in targets:
            if look is not Look.EXACTLY and self.facts.within(classes, target.level, target.seconds):
                continue
            found = self.facts.worst(classes, target.level)
            yield ContractLine(
                target=target.key.removesuffix("_ms"),
                subject=subject,
                unit="s",
                sense="at most",
                limit=target.seconds,
                reached=found.seconds,
                kept=found.seconds <= target.seconds * (1.0 + ROUNDING),
                hour=float(self.facts.slot_hours[found.slot]),
                evidence=self.latency_evidence,
            )

    @cached_property
    def latency_evidence(self) -> Evidence:
        """Exact only under the conditions of product form without overtaking."""
        from queuecalc.evaluation.findings import latency_evidence

        return latency_evidence(self.pattern, self.walk, answered_classes(self.pattern))

    def _availabilities(self, look: Look) -> Iterator[ContractLine]:
        contract = self.model.contract
        wanted = [("", contract.availability)]
        wanted += [(name, item.availability) for name, item in self.model.classes.items()]
        aware = contract.availability_mode == "load-aware"
        for subject, limit in wanted:
            if limit is None:
                continue
            allowed = (1.0 - limit) * (1.0 + ROUNDING) + 1e-15
            if look is Look.EXACTLY or not aware:
                lost = 1.0 - self._availability(subject)
            elif self.facts.lost_bounds.least[subject] > allowed:
                least = self.facts.lost_bounds.least[subject]
                lost = least if look is Look.AT_A_GLANCE else 1.0 - self._availability(subject)
            elif any(most[subject] <= allowed for most in self.facts.lost_bounds.most()):
                continue
            else:
                least, most = self.facts.lost_bounds.settled(subject, allowed)
                if most < allowed - MARGIN:
                    continue
                glance = look is Look.AT_A_GLANCE and least > allowed + MARGIN
                lost = least if glance else 1.0 - self._availability(subject)
            yield ContractLine(
                target="availability",
                subject=subject,
                unit="fraction",
                sense="at least",
                limit=limit,
                reached=1.0 - lost,
                kept=lost <= allowed,
                evidence=self.latency_evidence,
            )

    def _availability(self, subject: str) -> float:
        mode = self.model.contract.availability_mode
        if mode == "load-aware":
            found = self.facts.availability
            return found.by_class[subject] if subject else found.load_aware
        single = mode == "series"
        graph = self.pattern.graph()
        if subject:
            return blind(graph, self.counts, subject, single=single)
        offered = offered_requests(self.model)
        names = contract_classes(self.model)
        total = sum(offered[name] for name in names)
        if total <= 0.0:
            return 1.0
        return sum(offered[n] * blind(graph, self.counts, n, single=single) for n in names) / total

    def cost(self) -> Decimal:
        """Dollars a month."""
        return self.pattern.cost(self.counts)


def _seconds(
    target: str, subject: str, limit: float, reached: float, hour: float | None, *, strict: bool = False
) -> ContractLine:
    kept = reached < limit if strict else reached <= limit * (1.0 + ROUNDING)
    return ContractLine(
        target=target,
        subject=subject,
        unit="s",
        sense="below" if strict else "at most",
        limit=limit,
        reached=reached,
        kept=kept,
        hour=hour,
        evidence=Evidence.APPROXIMATE,
    )
