"""Boxes of plans of one pattern, judged optimistically; single plans exactly."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from queuecalc.answer import Excuse
from queuecalc.dynamics import backlogs
from queuecalc.evaluation.availability import answered_classes, least_lost_fraction
from queuecalc.evaluation.facts import Along, Facts
from queuecalc.evaluation.floor import Floor
from queuecalc.evaluation.latency import response_at
from queuecalc.evaluation.lines import Judged, Look
from queuecalc.evaluation.pieces import SECONDS_PER_HOUR
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.queues import ROUNDING
from queuecalc.evaluation.sentences import duration, too_much_lost
from queuecalc.evaluation.walk import partitions_for, servers_of

__all__ = ["PatternJudgement"]

MOST = 10**9

HELD_MARGIN = 0.02
"""Relative: so much later than its target an answer must be for a box of plans to be refused where servers are held.

More units never make an answer later; the approximation keeps to that but for 0.6 % at worst in 2,460 pairs of plans.
"""

Counts = tuple[int, ...]
Candidates: TypeAlias = Iterator[tuple[int, Callable[[], Excuse]]]


class PatternJudgement:
    """The judge of one pattern.

    Attributes:
        pattern: the pattern.
        names: all components of the model, in the order of every tuple of counts.
    """

    def __init__(
        self, pattern: Pattern, keep_up: bool = False, sibling: PatternJudgement | None = None
    ) -> None:
        """With a `sibling`, of a model that differs in its limits alone, everything but judgements is shared."""
        self.pattern = pattern
        self.names = tuple(pattern.model.components)
        self.keep_up = keep_up
        self.present = tuple(name for name in self.names if name in pattern.present)
        self.floors: dict[tuple[Any, ...], Floor] = {} if sibling is None else sibling.floors
        self.facts: dict[Counts, Facts] = {} if sibling is None else sibling.facts
        self.courses: dict[Counts, Along] = {} if sibling is None else sibling.courses
        self.tables: dict[Any, Any] = {} if sibling is None else sibling.tables
        self._judged: dict[Counts, Judged] = {}
        ranges = [
            component.figures_with(pattern.present).count for component in pattern.model.components.values()
        ]
        self._ranges = dict(zip(self.names, ranges, strict=True))
        self.lower: Counts = tuple(
            max(1, least) if name in pattern.present else 0 for name, (least, _) in self._ranges.items()
        )
        self.upper: Counts = tuple(
            min(most, MOST) if name in pattern.present else 0 for name, (_, most) in self._ranges.items()
        )

    @property
    def invalid(self) -> Excuse | None:
        """Why no plan of this pattern is one."""
        for name, (least, most) in self._ranges.items():
            is_present = name in self.pattern.present
            if (is_present and most < 1) or (not is_present and least > 0):
                return self.pattern.count_excuse({n: int(n in self.pattern.present) for n in self.names})
        return self.pattern.invalid

    @property
    def prices(self) -> tuple[Decimal, ...]:
        """Dollars a month of one unit."""
        return tuple(
            self.pattern.figures[name].usd_per_month if name in self.pattern.present else Decimal(0)
            for name in self.names
        )

    @property
    def fees(self) -> Decimal:
        """Fees of the pattern in dollars a month."""
        return sum(self.pattern.fees.values(), Decimal(0))

    @property
    def undirected(self) -> tuple[int, ...]:
        """Counts whose rate cap both protects what lies behind and drops requests."""
        return tuple(
            index
            for index, name in enumerate(self.names)
            if name in self.pattern.present and self.pattern.figures[name].max_rate_per_s is not None
        )

    # -- single plans

    def judged(self, counts: Counts) -> Judged:
        """One plan, remembered."""
        if counts not in self._judged:
            if counts not in self.facts:
                self.facts[counts] = Facts(self.pattern, self._named(counts), self.courses)
            self._judged[counts] = Judged(self.pattern, self.facts[counts])
        return self._judged[counts]

    def _named(self, counts: Counts) -> dict[str, int]:
        return {name: count for name, count in zip(self.names, counts, strict=True) if count > 0}

    def exact(self, counts: Counts) -> Excuse | None:
        """What a single plan breaks first, its budget aside."""
        judged = self.judged(counts)
        return next((e for e in judged.excuses(Look.AT_A_GLANCE) if e.target != "budget"), None)

    # -- boxes

    def least(self, lower: Counts, upper: Counts) -> Sequence[tuple[int, int, Excuse]]:
        """(index, n, excuse): every plan of the box with fewer than n units of a component is refused."""
        bounds = _Bounds(self, lower, upper)
        found = self._largest(bounds, bounds.at_peak)
        if any(least > upper[index] for index, least, _ in found):
            return found
        return self._largest(bounds, bounds.along)

    def _largest(
        self, bounds: _Bounds, candidates: Callable[[str], Candidates]
    ) -> list[tuple[int, int, Excuse]]:
        """The largest bound on each count, where it is above the lower corner."""
        found = []
        for index, name in enumerate(self.names):
            if name in self.pattern.graph().visits_of and self.pattern.figures[name].servers is not None:
                least, why = bounds.lower[name], None
                for more, excuse in candidates(name):
                    if more > least:
                        least, why = more, excuse
                if why is not None:
                    found.append((index, least, why()))
        return found

    def refuse(self, lower: Counts, upper: Counts) -> Excuse | None:
        """An excuse that holds for every plan of the box; on a single plan None iff it keeps all but the budget."""
        for index, least, excuse in self.least(lower, upper):
            if least > upper[index]:
                return excuse
        found = self.late(lower, upper) or self.lost(lower, upper)
        if found is not None or lower != upper:
            return found
        return self.exact(lower)

    def floor(self, lower: Counts, upper: Counts) -> Floor:
        """Lower bounds on every inflow, for all plans of the box."""
        least, most = self._named(lower), self._named(upper)
        graph = self.pattern.graph()
        limited = (
            partitions_for(graph, n, least)[1] < servers_of(graph.figures[n], most[n])
            for n in graph.asynchronous
        )
        key = (*(least[name] for name in self.pattern.steering), *limited)
        if key not in self.floors:
            if len(self.floors) > 512:
                self.floors.clear()
                self.tables.clear()
            self.floors[key] = Floor(self.pattern.model, graph, least, most)
        return self.floors[key]

    def late(self, lower: Counts, upper: Counts) -> Excuse | None:
        """A latency target that is missed in one of the busiest slots even so."""
        model = self.pattern.model
        together = answered_classes(self.pattern)
        wanted = [("", together, target) for target in model.contract.percentiles if together]
        for name, item in model.classes.items():
            if self.pattern.route(name).entries:
                wanted += [(name, (name,), target) for target in item.percentiles]
        wanted = [each for each in wanted if self._directed(each[1], lower, upper)]
        if not wanted:
            return None
        hours, load, types = self.floor(lower, upper).busiest
        counts = self._named(upper)
        margin = HELD_MARGIN if self.pattern.graph().holding and lower != upper else 0.0
        for subject, classes, target in wanted:
            response = response_at(self.pattern, counts, classes, load, types, bought=self._named(lower))
            tail = response.tail(target.seconds * (1.0 + margin))
            worst = int(np.argmax(tail))
            if tail[worst] > (1.0 - target.level) * (1.0 + 1e-9):
                hour = hours[worst]
                of = f" of {subject}" if subject else ""
                share = 100.0 * (1.0 - float(tail[worst]))
                return Excuse(
                    target=target.key.removesuffix("_ms"),
                    subject=subject,
                    sentence=f"{target.key.removesuffix('_ms')}{of}: only {share:.4g} % answer within "
                    f"{duration(target.seconds)} at hour {hour:.1f}, {100 * target.level:g} % must",
                    limit=1.0 - target.level,
                    reached=float(tail[worst]),
                    hour=hour,
                )
        return None

    def _directed(self, classes: tuple[str, ...], lower: Counts, upper: Counts) -> bool:
        """Whether more units never make an answer later: not so where they let more of the slow requests through."""
        bounded = {name for name, figures in self.pattern.figures.items() if figures.max_queue is not None}
        on_the_way = {name for each in classes for name in self.pattern.route(each).most_visits}
        at = self.names.index
        return all(lower[at(name)] == upper[at(name)] for name in bounded & on_the_way)

    def lost(self, lower: Counts, upper: Counts) -> Excuse | None:
        """An availability target that is missed even so, late answers left out."""
        model = self.pattern.model
        targets = {"": model.contract.availability}
        targets |= {name: item.availability for name, item in model.classes.items()}
        wanted = {name: limit for name, limit in targets.items() if limit is not None}
        if not wanted:
            return None
        lost = least_lost_fraction(
            self.pattern,
            self._named(lower),
            self._named(upper),
            self.floor(lower, upper) if model.contract.availability_mode == "load-aware" else None,
            tuple(wanted),
        )
        for name, limit in wanted.items():
            if lost[name] > (1.0 - limit) * (1.0 + 1e-9) + 1e-15:
                return too_much_lost(name, limit, lost[name])
        return None


class _Bounds:
    """Least counts by stability and guards, and along the whole curve by fluid backlogs; inflows at lower bounds."""

    def __init__(self, owner: PatternJudgement, lower: Counts, upper: Counts) -> None:
        self.owner = owner
        self.pattern = owner.pattern
        self.floor = owner.floor(lower, upper)
        self.lower = dict(zip(owner.names, lower, strict=True))
        self.upper = dict(zip(owner.names, upper, strict=True))
        self.tables = owner.tables

    def at_peak(self, name: str) -> Candidates:
        """(n, how to say it) for every reason why fewer than n units are refused where the work is largest."""
        figures, graph = self.pattern.figures[name], self.pattern.graph()
        assert figures.servers is not None
        peak, _, hour = self.floor.peaks[name]
        steady = name in graph.waited and figures.max_queue is None and figures.crowd is None
        if steady or (self.owner.keep_up and name not in graph.waited):
            needed = math.floor(peak / (figures.servers * (1.0 - ROUNDING))) + 1
            yield needed, partial(self._utilisation, name, "stability", peak, hour, needed, 1.0)
        if figures.max_utilisation is not None:
            limit = figures.max_utilisation
            least = math.ceil(peak / (figures.servers * limit * (1.0 + ROUNDING)))
            yield least, partial(self._utilisation, name, "utilisation", peak, hour, least, limit)

    def along(self, name: str) -> Candidates:
        """The same, and along the whole curve."""
        yield from self.at_peak(name)
        if name not in self.pattern.graph().waited:
            yield from self._backlog(name)

    def _utilisation(
        self, name: str, target: str, peak: float, hour: float, least: int, limit: float
    ) -> Excuse:
        servers = self.pattern.figures[name].servers
        assert servers is not None
        units = max(least - 1, 1)
        rho = peak / (servers * units)
        above = "" if target == "stability" else f", above {limit:g}"
        return Excuse(
            target=target,
            subject=name,
            sentence=f"{name}: rho {rho:.3g} with {units} at hour {hour:.1f}{above}; "
            f"at least {least} units are needed",
            limit=limit,
            reached=rho,
            hour=hour,
        )

    def _limits(self, name: str) -> dict[str, float]:
        """The smallest limit on the lag, strict or not, and whether the line must drain."""
        contract, graph = self.pattern.model.contract, self.pattern.graph()
        figures = self.pattern.figures[name]
        limits = {}
        lags = [limit for limit in (figures.max_lag_s, contract.max_lag_s) if limit is not None]
        if lags:
            limits["lag"] = min(lags)
        kept = [self.pattern.figures[c].retention_s for c in graph.callers_of[name]]
        retention = [limit for limit in kept if limit is not None]
        if retention:
            limits["retention"] = min(retention)
        if contract.drained_by_end:
            limits["drained"] = 0.0
        return limits

    def _backlog(self, name: str) -> Candidates:
        """Least count by the fluid backlog (exact for one line; a necessary condition with partitions)."""
        limits = self._limits(name)
        low, high = self.lower[name], self.upper[name]
        figures = self.pattern.figures[name]
        assert figures.servers is not None
        if not limits or high < 1:
            return
        key = ("fluid", id(self.floor), name, low, min(high, low + 4096))
        if key not in self.tables:
            work, slots = self.floor.work(name), self.pattern.model.load.curve.slots
            knots = SECONDS_PER_HOUR * np.append(slots.start_h, slots.end_h[-1])
            enough = math.ceil(work.max() / figures.servers) + 1
            units = np.arange(low, max(low, min(high, enough)) + 1)[:4096]
            initial = 0.0  # a lower bound; what is left from before is judged plan by plan
            self.tables[key] = (
                units,
                backlogs(knots, work[0], work[1], units * float(figures.servers), initial),
            )
        units, outcome = self.tables[key]
        for target, limit in limits.items():
            if target == "drained":
                broken = outcome.end_backlog > 0.0
                reached = outcome.end_backlog
            else:
                broken = outcome.max_lag > limit * (1.0 + ROUNDING)
                reached = outcome.max_lag
            if not broken[0]:
                continue
            count = int(np.argmin(broken)) if not broken.all() else broken.size
            least = int(units[0]) + count
            yield least, partial(self._behind, name, target, limit, float(reached[count - 1]), least)

    def _behind(self, name: str, target: str, limit: float, worst: float, least: int) -> Excuse:
        graph, subject = self.pattern.graph(), name
        if target == "drained":
            text = f"{name}: {worst:,.0f} server-seconds of work are left at the end with {least - 1}"
        else:
            text = f"{name}: lag {duration(worst)} with {least - 1}, above {duration(limit)}"
        if target == "retention":
            figures = self.pattern.figures
            subject = min(c for c in graph.callers_of[name] if figures[c].retention_s == limit)
        return Excuse(
            target=target,
            subject=subject,
            sentence=f"{text}; at least {least} units are needed",
            limit=limit,
            reached=worst,
        )
