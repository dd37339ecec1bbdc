"""The laws of calls that go out at once, along one route at some instants: the longest of them.

The tail of every branch is inverted at times that cover its law, the product of their distribution functions is
formed, F = prod F_i^(k^-g) (`network/fork_join.py`), and its transform is taken by quadrature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from queuecalc.evaluation.groups import Case, Group, below
from queuecalc.evaluation.route import Route, values_of
from queuecalc.network.fork_join import SampledTail, correlation, tail_times
from queuecalc.transform.euler import Euler
from queuecalc.transform.fourier import Fourier

__all__ = ["Joins"]

_AT_ONCE = 1 << 19

Samples = Callable[[Any, Group], tuple[Mapping[str, Any], Mapping[int, Any]]]
"""s, group -> transforms of the waits by component, and of the services by type."""


@dataclass
class Joins:
    """The laws along a route, each found when first asked for.

    Attributes:
        route: the route.
        samples: what its stations do, at any s.
        through: by visit, the share that goes on after the service.
        delayed: by component, (probability that somebody waits, scv of the service).
        inversion: of the tails of the branches.
        size: how many instants there are.
        stretch: as in `compose`.
        known: the laws by (owner, place, case); may be shared between equal routes and stations.
    """

    route: Route
    samples: Samples
    through: Mapping[int, Any]
    delayed: Callable[[str], tuple[Any, Any]]
    inversion: Euler | Fourier
    size: int
    stretch: Mapping[int, float] | None = None
    known: dict[Any, SampledTail] = field(default_factory=dict)
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
        total = sum(case.copies.values())
        exponent = float(total) ** -self._correlation(case)
        logarithm = np.zeros(times.shape)
        mass = np.ones(self.size)
        for visit, copies in case.copies.items():
            own = masses[visit]
            mass = mass * own**copies
            late = self._late(group, visit, case.shift_s - shift[visit])
            logarithm += copies * np.log1p(-late / np.where(own > 0.0, own, 1.0))
        tail = mass * -np.expm1(np.maximum(exponent * logarithm, -700.0))
        return SampledTail(mass, tail, times, low, step)

    def _grid(self, group: Group) -> tuple[dict[int, Any], Any, Any, Any]:
        """Masses of the branches, and the times at which their tails are wanted, which suit all of them."""
        key = (group.owner, group.place)
        if key not in self._grids:
            masses, means, relaxations = self._scales(group)
            self._grids[key] = (masses, *tail_times(np.max(means, axis=0), np.max(relaxations, axis=0)))
        found: tuple[dict[int, Any], Any, Any, Any] = self._grids[key]
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
            rows = max(1, _AT_ONCE // (self.inversion.nodes.size * max(self.size, 1)))
            found: dict[int, list[Any]] = {each: [] for each in alike}
            for start in range(0, times.shape[0], rows):
                at = times[start : start + rows] + after
                s = self.inversion.nodes[:, None, None] / at
                values = self._branches(order, group, s)
                for each in alike:
                    late = self.inversion.values((masses[each] - values[each]) / s, at)
                    late = np.where(np.isfinite(late), late, masses[each])
                    found[each].append(np.clip(late, 0.0, masses[each]))
            for each in alike:
                self._tails[group.owner, group.place, each, after] = np.concatenate(found[each])
        return self._tails[group.owner, group.place, visit, after]

    def _correlation(self, case: Case) -> Any:
        """g, the mean over the calls of the case."""
        graph = self.route.graph
        total, copied = np.zeros(self.size), 0
        for visit, copies in case.copies.items():
            name = graph.visits[visit].component
            delayed, scv = self.delayed(name)
            total = total + copies * correlation(delayed, scv, self.route.forked.get(name, 1.0))
            copied += copies
        return np.where(np.isfinite(total), total, 0.0) / copied

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
