"""The laws of calls that go out at once, along one route at some instants: the longest of them.

The tail of every branch is inverted at times that cover its law; several calls to one line are one branch, which ends
with the last of them (`station/batch_waiting.py`). From the distribution functions of the branches follows that of the
longest (`network/parallel.py`), and its transform by quadrature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np

from queuecalc.evaluation.groups import Case, Group, below
from queuecalc.evaluation.route import Route, values_of
from queuecalc.law import Law
from queuecalc.law.excess import Excess
from queuecalc.network.parallel import longest
from queuecalc.transform.euler import Euler
from queuecalc.transform.fourier import Fourier
from queuecalc.transform.sampled_tail import SampledTail, tail_times

__all__ = ["Beside", "Joins"]

_AT_ONCE = 1 << 19

_OLDEST = 8
"""Calls that are served earlier than so many before the last ones count as if they were no earlier."""

Samples = Callable[[Any, Group], tuple[Mapping[str, Any], Mapping[int, Any]]]
"""s, group -> transforms of the waits by component, and of the services by type."""

Last = Callable[[int, Any, Callable[[int, Any], Any], Callable[[int, int], Any]], Any]
"""`BatchWaiting.last`."""


@dataclass(frozen=True)
class Beside:
    """What is asked of a component to which calls go that go out at once.

    Attributes:
        common: `commonness` with the other stations, by instant.
        last: when the last of several calls is done; None where they do not stand in one line.
        servers: at the line.
    """

    common: Any = 0.0
    last: Last | None = None
    servers: float = 1.0


_Calls = tuple[tuple[int, int], ...]
"""((visit, calls), ...)"""


@dataclass
class Joins:
    """The laws along a route, each found when first asked for.

    Attributes:
        route: the route.
        samples: what its stations do, at any s.
        through: by visit, the share that goes on after the service.
        beside: by component, what is asked of it.
        inversion: of the tails of the branches.
        size: how many instants there are.
        stretch: as in `compose`.
        known: the laws by (owner, place, case); may be shared between equal routes and stations.
        slower: by component, a factor of its waits, for derivatives.
    """

    route: Route
    samples: Samples
    through: Mapping[int, Any]
    beside: Callable[[str], Beside]
    inversion: Euler | Fourier
    size: int
    stretch: Mapping[int, float] | None = None
    known: dict[Any, SampledTail] = field(default_factory=dict)
    slower: Mapping[str, float] | None = None
    _grids: dict[Any, Any] = field(default_factory=dict, repr=False)
    _tails: dict[Any, Any] = field(default_factory=dict, repr=False)

    def lst(self, group: Group, s: Any) -> Any:
        """E[exp(-s (longest - the group's constant)); all get through]."""
        value: Any = 0.0
        for case in group.cases:
            if not case.copies:
                value = value + case.chance
                continue
            beyond = case.shift_s - group.shift_s
            late = np.exp(-s * beyond) if beyond > 0.0 else 1.0
            value = value + case.chance * late * self.law(group, case).lst(s)
        return value

    def mean(self, group: Group) -> Any:
        """E[longest call | all get through], in each instant."""
        mean: Any = 0.0
        mass: Any = 0.0
        for case in group.cases:
            law = self.law(group, case) if case.copies else None
            chance = case.chance * (law.mass if law else np.ones(self.size))
            mass = mass + chance
            mean = mean + chance * (case.shift_s + (law.mean if law else 0.0))
        return np.where(mass > 0.0, mean / np.where(mass > 0.0, mass, 1.0), 0.0)

    def law(self, group: Group, case: Case) -> SampledTail:
        """The longest call of a case, less the case's constant."""
        key = (group.owner, group.place, tuple(case.copies.items()))
        if key not in self.known:
            with np.errstate(all="ignore"):
                self.known[key] = self._longest(group, case)
        return self.known[key]

    # -- how a law is found

    def _branches(self, order: Sequence[int], group: Group, s: Any) -> dict[int, Any]:
        waits, services = self.samples(s, group)
        return values_of(self.route, order, s, waits, services, self.through, self.stretch, self)

    def _longest(self, group: Group, case: Case) -> SampledTail:
        shift = self.route.shift_s
        masses, times, low, step = self._grid(group)
        total, least = np.zeros(times.shape), np.zeros(times.shape)
        common, branches = np.zeros(self.size), 0
        mass = np.ones(self.size)
        for name, calls in self._in_lines(case):
            beside = self.beside(name)
            if beside.last is not None and sum(copies for _, copies in calls) > 1:
                after = case.shift_s - max(shift[visit] for visit, _ in calls)
                parts = [(self._last_late(group, name, calls, after), 1)]
                owns = [np.prod([masses[visit] ** copies for visit, copies in calls], axis=0)]
            else:
                parts = [
                    (self._late(group, visit, case.shift_s - shift[visit]), copies) for visit, copies in calls
                ]
                owns = [masses[visit] for visit, _ in calls]
            for (late, copies), own in zip(parts, owns, strict=True):
                mass = mass * own**copies
                logarithm = np.log1p(-late / np.where(own > 0.0, own, 1.0))
                total, least = total + copies * logarithm, np.minimum(least, logarithm)
                common, branches = common + copies * np.asarray(beside.common), branches + copies
        if branches > 1:
            common = np.where(np.isfinite(common), common, 0.0) / branches
            total, least = (np.minimum(each, -1e-300) for each in (total, least))
            total = longest(total, least, common)[0]
        return SampledTail(mass, mass * -np.expm1(np.maximum(total, -700.0)), times, low, step)

    def _in_lines(self, case: Case) -> list[tuple[str, _Calls]]:
        """The calls of a case by component."""
        found: dict[str, list[tuple[int, int]]] = {}
        for visit, copies in case.copies.items():
            found.setdefault(self.route.graph.visits[visit].component, []).append((visit, copies))
        return [(name, tuple(calls)) for name, calls in found.items()]

    def _grid(self, group: Group) -> tuple[dict[int, Any], Any, Any, Any]:
        """Masses of the branches, and the times at which their tails are wanted, which suit all of them."""
        key = (group.owner, group.place)
        if key not in self._grids:
            masses, means, relaxations = self._scales(group)
            more = max((self._more(case) for case in group.cases), default=0.0)
            self._grids[key] = (
                masses,
                *tail_times(np.max(means, axis=0) + more, np.max(relaxations, axis=0) + more),
            )
        found: tuple[dict[int, Any], Any, Any, Any] = self._grids[key]
        return found

    def _more(self, case: Case) -> float:
        """The services that the last of several calls to one line waits for."""
        graph = self.route.graph
        found = 0.0
        for name, calls in self._in_lines(case):
            work = sum(n * float(graph.types[graph.visits[visit].type].law.mean) for visit, n in calls)
            if sum(n for _, n in calls) > 1:
                found = max(found, work / self.beside(name).servers)
        return found

    def _late(self, group: Group, visit: int, after: float) -> Any:
        """P(after + t < branch < inf), less its constant, at the times t of the grid."""
        if (group.owner, group.place, visit, after) not in self._tails:
            masses, times, _, _ = self._grid(group)
            alike = [
                each
                for each in masses
                if self.route.shift_s[each] == self.route.shift_s[visit] or each == visit
            ]
            order = below(self.route.graph, alike)

            def values(s: Any, _: slice) -> dict[int, Any]:
                return self._branches(order, group, s)

            found = self._inverted(values, {each: masses[each] for each in alike}, times + after)
            for each in alike:
                self._tails[group.owner, group.place, each, after] = found[each]
        return self._tails[group.owner, group.place, visit, after]

    def _inverted(
        self, transforms: Callable[[Any, slice], dict[int, Any]], masses: Mapping[int, Any], at: Any
    ) -> dict[int, Any]:
        """P(t < T < inf) at times t by defective transforms of T, asked for some rows of the times after the other."""
        rows = max(1, _AT_ONCE // (self.inversion.nodes.size * max(self.size, 1)))
        found: dict[int, list[Any]] = {each: [] for each in masses}
        for start in range(0, at.shape[0], rows):
            times = at[start : start + rows]
            s = self.inversion.nodes[:, None, None] / times
            values = transforms(s, slice(start, start + rows))
            for each, mass in masses.items():
                late = self.inversion.values((mass - values[each]) / s, times)
                late = np.where(np.isfinite(late), late, mass)
                found[each].append(np.clip(late, 0.0, mass))
        return {each: np.concatenate(parts) for each, parts in found.items()}

    # -- several calls to one line

    def _last_late(self, group: Group, name: str, calls: _Calls, after: float) -> Any:
        """P(after + t < T < inf) at the times of the grid, T until the last of some calls to one line is done."""
        key = (group.owner, group.place, calls, after)
        if key not in self._tails:
            masses, times, _, _ = self._grid(group)
            graph, beside = self.route.graph, self.beside(name)
            visits = [visit for visit, copies in calls for _ in range(copies)]
            slower = (self.slower or {}).get(name, 1.0)
            zero = np.zeros((1, 1), dtype=np.complex128)
            wait = np.broadcast_to(np.real(self.samples(zero, group)[0][name]), (1, self.size))[0]
            there = {visit: masses[visit] / np.where(wait > 0.0, wait, 1.0) for visit in set(visits)}
            ends: dict[tuple[int, int], tuple[SampledTail, Any]] = {}
            mass = np.prod([masses[visit] for visit in visits], axis=0)

            def gap(number: int, z: Any) -> Any:
                services = (graph.types[graph.visits[visit].type].law.lst(z) for visit in visits[:number])
                return reduce(lambda x, y: x * y, services)

            def end(fresh: int, under_way: int, s: Any, rows: slice) -> Any:
                if not np.any(s):
                    return np.ones((*np.shape(s)[:-1], self.size))
                if (fresh, under_way) not in ends:
                    tail = self._end(group, name, visits, there, fresh, under_way)
                    law = SampledTail(np.ones(self.size), tail, *self._grid(group)[1:])
                    ends[fresh, under_way] = law, law.on_grid(self.inversion.nodes) if after == 0.0 else None
                law, known = ends[fresh, under_way]
                return law.lst(s) if known is None else known[:, rows]

            def last(s: Any, rows: slice) -> Any:
                assert beside.last is not None
                return beside.last(len(visits), s * slower, gap, lambda k, j: end(k, j, s, rows))

            steady = np.broadcast_to(np.real(last(zero, slice(0, 1))), (1, self.size))[0]
            share = np.where(steady > 0.0, mass / np.where(steady > 0.0, steady, 1.0), 0.0)
            found = self._inverted(lambda s, rows: {0: share * last(s, rows)}, {0: mass}, times + after)
            self._tails[key] = found[0]
        return self._tails[key]

    def _end(
        self,
        group: Group,
        name: str,
        visits: Sequence[int],
        there: Mapping[int, Any],
        fresh: int,
        under_way: int,
    ) -> Any:
        """P(t < longest from the begin of the last of some visits, what follows them included) on the grid.

        Args:
            visits: in the order in which they begin.
            there: what gets through of each, its wait apart.
            fresh, under_way: as `BatchWaiting.last` has them; those before have gone on to what they wait for.
        """
        graph, shift = self.route.graph, self.route.shift_s
        most = max(shift[visit] for visit in visits)
        types = [graph.types[graph.visits[visit].type] for visit in visits]
        gap = sum(float(kind.law.mean) for kind in types) / len(visits) / self.beside(name).servers
        gap *= (self.slower or {}).get(name, 1.0)
        before = len(visits) - fresh - under_way
        logarithm: Any = 0.0
        for place, (visit, kind) in enumerate(zip(visits, types, strict=True)):
            after = most - shift[visit]
            if place >= len(visits) - fresh:
                service = kind.rest
            elif place >= before:
                service, after = Excess(kind.law), after + kind.constant_s
            elif any(branch.wait for branch in graph.visits[visit].branches):
                service, after = None, after + kind.constant_s + min(before - 1 - place, _OLDEST) * gap
            else:
                continue
            late = self._own_late(group, name, visit, there[visit], service, after)
            own = np.where(there[visit] > 0.0, there[visit], 1.0)
            logarithm = logarithm + np.log1p(-late / own)
        return -np.expm1(np.maximum(logarithm, -700.0))

    def _own_late(
        self, group: Group, name: str, visit: int, mass: Any, service: Law | None, after: float
    ) -> Any:
        """P(after + t < T < inf), T a service (none where it is over) and all that the visit waits for after it."""
        key = (group.owner, group.place, visit, type(service), after)
        if key not in self._tails:
            order = below(self.route.graph, [visit])

            def transform(s: Any, _: slice) -> dict[int, Any]:
                waits, services = self.samples(s, group)
                longer = 1.0 + (self.stretch or {}).get(visit, 0.0)
                changed: Any = 1.0 if service is None else service.lst(s * longer)
                kind = self.route.graph.visits[visit].type
                if service is self.route.graph.types[kind].rest:
                    changed = services[kind]
                values = values_of(
                    self.route,
                    order,
                    s,
                    waits,
                    {**services, kind: changed},
                    self.through,
                    self.stretch,
                    self,
                )
                return {0: values[visit] / waits[name]}

            self._tails[key] = self._inverted(transform, {0: mass}, self._grid(group)[1] + after)[0]
        return self._tails[key]

    def _scales(self, group: Group) -> tuple[dict[int, Any], Any, Any]:
        """Masses by visit; means and relaxation times of the branches, from the transform near 0."""
        typical = self._service(group)
        guess = np.full(self.size, typical)
        visits = sorted({visit for case in group.cases for visit in case.copies})
        zero = self._branches(group.order, group, np.zeros((1, 1), dtype=np.complex128))
        masses = {
            visit: np.broadcast_to(np.real(zero[visit]), (1, self.size))[0].astype(float) for visit in visits
        }
        rows: list[tuple[Any, Any]] = []
        for _ in range(4):
            s = np.array([[0.02], [0.04]]) / guess + 0.0j
            found = self._branches(group.order, group, s)
            rows = []
            for visit in visits:
                own = np.where(masses[visit] > 0.0, masses[visit], 1.0)
                slope = np.real((masses[visit] - found[visit]) / own / s)
                slope = np.broadcast_to(np.nan_to_num(slope, nan=0.0, posinf=0.0), (2, self.size))
                mean = np.maximum(2.0 * slope[0] - slope[1], 0.0)
                square = np.maximum(2.0 * (slope[0] - slope[1]) / np.real(s[0]), 0.0)
                rows.append((mean, square))
            guess = np.maximum(np.max([mean for mean, _ in rows], axis=0), 1e-12 * typical)
        means = np.array([np.maximum(mean, 1e-12 * typical) for mean, _ in rows])
        relaxations = np.array([0.5 * square for _, square in rows]) / means
        return masses, means, np.maximum(relaxations, means)

    def _service(self, group: Group) -> float:
        graph = self.route.graph
        total = sum(float(graph.types[graph.visits[index].type].law.mean) for index in group.order)
        return total if total > 0.0 else 1.0
