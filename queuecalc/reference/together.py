"""Calls of one visit that go out at once: the longest of them, by the tails of all.

With F_i the distribution functions of n branches, F the least of them and K = prod F_i, that of the longest is

    exp(-(-ln F)^g (-ln K)^(1 - g)),  g = g_0 (0.4 + 0.6 / (1 - ln(1 - K))),

g_0 the mean over the branches of rho^0.7 (C / rho)^2 (1 + SCV of service)^-1.9 (share of arrivals in common)^1.5 at the
station where each begins: g = 0 is independence, the upper bound of Nelson & Tantawi 1988. Several calls to one line
are one branch, which ends with the last of them (`batches.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from queuecalc.reference.delayed import Delayed, beyond, mixed
from queuecalc.reference.inversion import nodes, survival
from queuecalc.reference.plan import Node
from queuecalc.reference.sampled import Sampled
from queuecalc.reference.station import Station
from queuecalc.reference.turns import Turn, cases

if TYPE_CHECKING:
    from queuecalc.reference.way import Part, State

__all__ = ["Longest"]

_FINEST = 0.25
"""The first panel of a tail, in units of the shortest service of a branch at the speed of its line."""

_OLDEST = 8
"""Calls to one line that are served earlier than so many before the last ones count as if they were no earlier."""


@dataclass(frozen=True)
class _Branch:
    """One of several times of which the longest counts.

    Attributes:
        late: t of shape (times,) -> P(t < T < inf), shape (times, instants).
        mass: P(T < inf).
        copies: so many times, each by itself.
        common: g_0 of the station where it begins.
        delays: constants at which the tail may bend; the first is the least that it takes.
    """

    late: Callable[[Any], Any]
    mass: Any
    copies: int
    common: Any
    delays: tuple[float, ...]


class Longest:
    """The calls of one turn in one state, everything found when first asked for."""

    def __init__(self, state: State, turn: Turn) -> None:
        self.state, self.turn = state, turn
        self.finest = _FINEST * min(state.quickest(child) for _, child in turn)
        self.cases = cases(turn)
        self.branches = [self._branches(calls) for _, calls in self.cases]
        self.sampled: dict[int, Sampled] = {}

    def at(self, s: Any | None) -> Delayed:
        """The transform of the longest at s; with s None the share of which all get through."""
        found: Delayed = {}
        for number, (chance, calls) in enumerate(self.cases):
            branches = self.branches[number]
            value: Any = 1.0
            if calls:
                value = self._mass(branches) if s is None else self._law(number).transform(s)
            delay = max((branch.delays[0] for branch in branches), default=0.0)
            found = mixed(found, {delay: chance * value})
        return found

    def _law(self, number: int) -> Sampled:
        """The law of the longest of a case, less the constant that it certainly has."""
        if number not in self.sampled:
            branches = self.branches[number]
            least = max(branch.delays[0] for branch in branches)
            breaks = [delay - least for branch in branches for delay in branch.delays]
            mass = np.broadcast_to(self._mass(branches), (self.state.instants,))
            self.sampled[number] = Sampled(
                mass, lambda t: self._late(branches, least + t), self.finest, breaks
            )
        return self.sampled[number]

    @staticmethod
    def _mass(branches: Sequence[_Branch]) -> Any:
        mass: Any = 1.0
        for branch in branches:
            mass = mass * branch.mass**branch.copies
        return mass

    def _late(self, branches: Sequence[_Branch], t: Any) -> Any:
        """P(t < longest < inf), shape (times, instants)."""
        every, least, common, number = np.zeros((t.size, self.state.instants)), np.inf, 0.0, 0
        for branch in branches:
            some = np.where(branch.mass > 0.0, branch.mass, 1.0)
            within = np.maximum(1.0 - branch.late(t) / some, 1e-300)
            every = every - branch.copies * np.log(within)
            least = np.minimum(least, within)
            common = common + branch.copies * branch.common
            number += branch.copies
        size = every
        if number > 1 and not self.state.apart:
            one, all_of_them = np.maximum(-np.log(least), 1e-300), np.maximum(every, 1e-300)
            surprise = -np.log(-np.expm1(-all_of_them))
            g = common / number * (0.4 + 0.6 / (1.0 + surprise))
            size = one**g * all_of_them ** (1.0 - g)
        return self._mass(branches) * -np.expm1(-size)

    # -- branches

    def _branches(self, calls: Sequence[tuple[Node, int]]) -> list[_Branch]:
        by_component: dict[str, list[tuple[Node, int]]] = {}
        for node, number in calls:
            by_component.setdefault(node.component, []).append((node, number))
        found = []
        for name, some in by_component.items():
            here = self.state.station(name) if self.state.live[name] > 0 else None
            if here is not None and here.line is not None and sum(number for _, number in some) > 1:
                found.append(self._last_of(some, here))
            else:
                found += [self._one(node, number, here) for node, number in some]
        return found

    def _one(self, node: Node, copies: int, here: Station | None) -> _Branch:
        def way(s: Any | None) -> Delayed:
            return self.state.way(s).visit(node)

        shares = way(None)
        common = 0.0 if here is None else _commonness(here)
        size = self.state.instants
        return _Branch(
            lambda t: beyond(way, t, size), sum(shares.values()), copies, common, tuple(sorted(shares))
        )

    def _last_of(self, calls: Sequence[tuple[Node, int]], here: Station) -> _Branch:
        last = _LastOf(self.state, [node for node, number in calls for _ in range(number)], here, self.finest)
        return _Branch(last.late, last.mass, 1, _commonness(here), (last.constant,))


def _commonness(here: Station) -> Any:
    """g_0 of a branch that begins at a station."""
    if here.servers is None:
        return 0.0
    rho = np.clip(here.utilisation, 0.0, 1.0)
    some = np.where(rho > 0.0, rho, 1.0)
    relative = np.minimum(here.delayed / some, 1.0)
    return np.where(rho > 0.0, rho**0.7 * relative**2 * (1.0 + here.scv) ** -1.9, 0.0) * here.beside**1.5


class _LastOf:
    """The last of several calls to one line, what each waits for after its service included.

    Attributes:
        mass: the share of which all get through, shape (instants,).
        constant: the least that it takes.
    """

    def __init__(self, state: State, visits: Sequence[Node], here: Station, finest: float) -> None:
        assert here.line is not None
        self.state, self.visits, self.line, self.finest = state, visits, here.line, finest
        shares = [state.way(None).visit(node) for node in visits]
        self.constant = max(min(each) for each in shares)
        self.mass: Any = np.ones(state.instants)
        for each in shares:
            self.mass = self.mass * sum(each.values())
        services = [state.service(node) for node in visits]
        self.services = services
        self.gap = sum(service.mean for service in services) / len(visits) / self.line.servers
        self.ends: dict[tuple[int, int], Sampled] = {}

    def late(self, t: Any) -> Any:
        """P(t < T < inf), shape (times, instants)."""
        found = np.tile(self.mass, (t.size, 1))
        left = t - self.constant
        after = left > 0.0
        if after.any():
            transform = self.mass * self._transform(nodes(left[after]))
            found[after] = survival(self.mass, transform, left[after])
        return found

    def _transform(self, s: Any) -> Any:
        def first_services(number: int, z: Any) -> Any:
            value: Any = 1.0
            for service in self.services[:number]:
                value = value * service.transform(z)
            return value

        def end(fresh: int, under_way: int) -> Any:
            return self._end(fresh, under_way).transform(s)

        return self.line.last(len(self.visits), s, first_services, end)

    def _end(self, fresh: int, under_way: int) -> Sampled:
        """From the begin of the last service to the end of everything, less the constant."""
        if (fresh, under_way) not in self.ends:
            ways = self._open(fresh, under_way)
            masses = [sum(way(None).values()) for way, _ in ways]
            breaks = [delay - self.constant - ago for way, ago in ways for delay in way(None)]

            def late(t: Any) -> Any:
                within: Any = np.ones((t.size, self.state.instants))
                for (way, ago), mass in zip(ways, masses, strict=True):
                    some = np.where(mass > 0.0, mass, 1.0)
                    late = beyond(way, self.constant + t + ago, self.state.instants)
                    within = within * (1.0 - late / some)
                return 1.0 - within

            made = Sampled(np.ones(self.state.instants), late, self.finest, breaks)
            self.ends[fresh, under_way] = made
        return self.ends[fresh, under_way]

    def _open(self, fresh: int, under_way: int) -> list[tuple[Callable[[Any | None], Delayed], float]]:
        """What is not over when the last service begins: its transform, and how long ago it began [s]."""
        found: list[tuple[Callable[[Any | None], Delayed], float]] = []
        before = len(self.visits) - fresh - under_way
        for place, node in enumerate(self.visits):
            if place >= len(self.visits) - fresh:
                found.append((self._after_wait(node, "whole"), 0.0))
            elif place >= before:
                found.append((self._after_wait(node, "residual"), 0.0))
            elif any(child.waited for _, child in self.state.plan.onward(node, self.state.dead)):
                found.append((self._after_wait(node, "over"), min(before - 1 - place, _OLDEST) * self.gap))
        return found

    def _after_wait(self, node: Node, part: Part) -> Callable[[Any | None], Delayed]:
        return lambda s: self.state.way(s).after_wait(node, part)
