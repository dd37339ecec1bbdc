"""Users who think, ask and wait: the load that they make with a given plan.

N users go round: a mean time Z of thinking, a request, its answer. Their requests per second X satisfy

    X (Z + R) = N,    R = network + sum over stations of V_k (W_k + S_k),

with V_k the visits that a request waits for. Station by station, the rest of the round is taken as time away
(`network/closed/crowd.py`): W_k is the wait in M/G/c//M, where M also stands for what else comes, requests of other
classes and calls that nobody waits for. All the R's and W's are solved for together, at many N at once. With one
station and exponential service this is exact (M/M/c//N); with several it is an approximation in which X never
exceeds what the slowest station serves and R is never less than the time alone.

What comes out is the same model with an ordinary load curve and, at each station, the crowd that stands behind its
arrivals. Inside a slot the curve is cut so finely that X is linear in N.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from queuecalc.architecture import Model
from queuecalc.architecture.graph import Graph
from queuecalc.evaluation.flows import FloatArray
from queuecalc.evaluation.mixing import Mixing
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.queues import ROUNDING, service_law, waiting_of
from queuecalc.load import Curve
from queuecalc.network.closed.crowd import Crowd, CrowdWaiting
from queuecalc.station import Waiting

__all__ = ["Round", "round_of", "with_round", "with_users_solved"]

_KNOTS = 192
_PANELS = 16
_ROUNDS = 2000
_SETTLED = 1e-10
_LEAST_SHARE = 1e-3
_SLOPE = 1e-6
"""X keeps this relative slope in N where it no longer rises, so that a rate tells how many users are behind it."""


@dataclass(frozen=True, eq=False)
class Round:
    """What the users do with one plan.

    Attributes:
        users: N, rising from 0 to the most that there are, shape (n,).
        rate: X, requests per second that they wait for, shape (n,).
        response_s: R, mean time from request to answer, shape (n,).
        crowds: by component that they wait for, who comes to its line.
        unsettled: by what share of a round the waits still moved when the iteration ended.
    """

    users: FloatArray
    rate: FloatArray
    response_s: FloatArray
    crowds: Mapping[str, Crowd]
    unsettled: float = 0.0


def with_users_solved(model: Model, counts: Mapping[str, int]) -> Model:
    """The model as it is with one plan: an ordinary load curve, and the crowds behind the stations.

    A model whose load needs no solving is returned as it is, and so is one for a plan that is none.
    """
    if model.load.think_s is None:
        return model
    pattern = Pattern(model, frozenset(name for name, count in counts.items() if count > 0))
    if pattern.invalid is not None or pattern.count_excuse(counts) is not None:
        return model
    return with_round(model, round_of(pattern, counts))


def with_round(model: Model, solved: Round) -> Model:
    """The model with the load and the crowds of a solved round."""
    assert model.load.users is not None
    components = {
        name: replace(component, figures=replace(component.figures, crowd=solved.crowds[name]))
        if name in solved.crowds
        else component
        for name, component in model.components.items()
    }
    curve = _along(model.load.users, solved)
    bends = tuple(solved.rate[1 :: max(1, solved.rate.size // _PANELS)].tolist())
    load = replace(
        model.load, curve=curve, think_s=None, most=model.load.curve, bends=bends, unsettled=solved.unsettled
    )
    return replace(model, components=components, load=load)


def round_of(pattern: Pattern, counts: Mapping[str, int]) -> Round:
    """The users of a model with one plan, at every number of them.

    Raises:
        NobodyTakes: the pattern is none.
    """
    model, graph = pattern.model, pattern.graph()
    assert model.load.users is not None
    assert model.load.think_s is not None
    users = _numbers(model.load.users)
    think = model.load.think_s
    stops = _stops(pattern, graph, counts)
    fixed = model.load.network_s + _delays(pattern, graph)
    waits = np.zeros((len(stops), users.size))
    visits = np.array([stop.visits for stop in stops])
    crowds: dict[str, tuple[FloatArray, FloatArray]] = {}
    longest: dict[str, float] = {}
    rate = np.zeros_like(users)
    mixing = Mixing(*waits.shape, damping=1.0 if len(stops) < 2 else 0.5)
    change = 0.0
    for _ in range(_ROUNDS):
        response = fixed + visits @ waits
        before, rate = rate, users / (think + response)
        found = np.empty_like(waits)
        for index, stop in enumerate(stops):
            crowds[stop.name] = stop.crowd(users, rate, waits[index], think + response)
            waiting = stop.waiting(rate, *crowds[stop.name])
            longest[stop.name] = waiting.longest if isinstance(waiting, CrowdWaiting) else 1.0
            found[index] = waiting.mean
        residual = found - waits
        waits = mixing.next(waits, residual)
        change = float(np.max(np.abs(residual) / (think + response), initial=0.0))
        if change <= _SETTLED and np.max(np.abs(rate - before)) <= _SETTLED * np.max(rate):
            break
    response = fixed + visits @ waits
    rate = np.maximum.accumulate(users / (think + response))
    rate = rate * (1.0 - _SLOPE * (1.0 - 0.5 * users / users[-1]))
    made = {
        stop.name: Crowd(stop.start + stop.slope * rate, *crowds[stop.name], stop.units, longest[stop.name])
        for stop in stops
        if not stop.bounded
    }
    return Round(users, rate, response, made, change)


@dataclass(frozen=True, eq=False)
class _Stop:
    """A component that users wait for.

    Attributes:
        visits: V, waited-for visits of a request; `service_s` the mean time of one without its wait.
        start, slope: rate of all its arrivals, start + slope x X.
        types: (start, slope) of its service types.
        units: lines that share the load.
    """

    name: str
    graph: Graph
    count: int
    visits: float
    service_s: float
    start: float
    slope: float
    types: tuple[FloatArray, FloatArray]

    @property
    def bounded(self) -> bool:
        """Whether waiting places are limited: who finds none goes on at once, and the line cannot grow."""
        return self.graph.figures[self.name].max_queue is not None

    @property
    def units(self) -> int:
        """Lines that share the load."""
        return self.count if self.graph.figures[self.name].pooling == "split" else 1

    def crowd(
        self, users: FloatArray, rate: FloatArray, wait: FloatArray, cycle: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """(M, Z) of each of its lines.

        A user elsewhere makes V visits in the cycle less V stays here. Of what is here only the users' part keeps
        anybody away, the share slope X / arrivals of it, so that the others count as users who are away longer.
        """
        stay = wait + self.service_s
        away = np.maximum(cycle - self.visits * stay, 1e-9 * cycle) / self.visits
        whole = users * self.slope / self.visits
        arrivals = self.start + self.slope * rate
        if self.start > 0.0:
            away = away * arrivals / np.maximum(self.slope * rate, _LEAST_SHARE * arrivals)
            whole = arrivals * (away + stay)
        beside = (1.0 - 1.0 / self.units) * arrivals * stay
        return np.maximum(whole - beside, 0.0), away * self.units

    def waiting(self, rate: FloatArray, users: FloatArray, away: FloatArray) -> CrowdWaiting | Waiting:
        """The wait of an arrival."""
        figures = self.graph.figures[self.name]
        assert figures.servers is not None
        start, slope = self.types
        rates = start[:, None] + slope[:, None] * rate
        service = service_law(self.graph, self.name, rates)
        servers = figures.servers * (1 if self.units > 1 else self.count)
        if figures.max_queue is not None:
            return waiting_of(rates.sum(axis=0) / self.units, service, servers, figures.max_queue)
        return CrowdWaiting(users, away, service, servers)


def _cycle_visits(pattern: Pattern, graph: Graph) -> dict[int, float]:
    """By visit, how often a request of the users, of any class of the contract, waits for it."""
    found: dict[int, float] = {}
    for name, item in pattern.model.classes.items():
        if item.in_contract and item.share:
            made = dict.fromkeys(range(len(graph.visits)), 0.0)
            for branch in graph.entries[name]:
                if branch.wait:
                    made[branch.visit] += branch.times
            for index, visit in enumerate(graph.visits):  # callers first
                for branch in visit.branches:
                    if branch.wait and made[index]:
                        made[branch.visit] += made[index] * (1.0 - visit.dropped) * branch.times
            for index, times in made.items():
                if times:
                    found[index] = found.get(index, 0.0) + item.share * times
    return found


def _delays(pattern: Pattern, graph: Graph) -> float:
    """Mean service and fixed delay of all that a request waits for [s]."""
    return sum(
        times
        * (
            float(graph.types[graph.visits[index].type].law.mean)
            + graph.figures[graph.visits[index].component].fixed_delay_s
        )
        for index, times in _cycle_visits(pattern, graph).items()
    )


def _stops(pattern: Pattern, graph: Graph, counts: Mapping[str, int]) -> list[_Stop]:
    start, slope = pattern.free_flow
    made = _cycle_visits(pattern, graph)
    found = []
    for name, types in graph.types_of.items():
        own = {index: times for index, times in made.items() if graph.visits[index].component == name}
        visits = sum(own.values())
        servers = graph.figures[name].servers
        if visits <= 0.0 or servers is None:
            continue
        work = sum(
            times * float(graph.types[graph.visits[index].type].law.mean) for index, times in own.items()
        )
        rows = list(types)
        means = np.array([float(graph.types[row].law.mean) for row in rows])
        if start[rows] @ means >= servers * counts[name] * (1.0 - ROUNDING):
            continue  # the others alone overrun it: no crowd makes that steady
        found.append(
            _Stop(
                name,
                graph,
                counts[name],
                visits,
                work / visits,
                float(start[rows].sum()),
                float(slope[rows].sum()),
                (start[rows], slope[rows]),
            )
        )
    return found


def _numbers(users: Curve) -> FloatArray:
    """Numbers of users to solve for: evenly up to the most, and those of the knots where they are few."""
    even = np.linspace(0.0, users.peak, _KNOTS + 1)
    own = np.unique(users.values)
    few = own if own.size <= _KNOTS else own[:0]
    low = np.array([1.0]) if users.peak > 1.0 else np.empty(0)
    return np.unique(np.concatenate([even, few, low]))


def _along(users: Curve, solved: Round) -> Curve:
    """X over time, with a knot wherever N passes one of the numbers that were solved for."""
    hours: list[float] = []
    values: list[float] = []
    slots = users.slots
    for start, end, left, right in zip(slots.start_h, slots.end_h, slots.left, slots.right, strict=True):
        low, high = min(left, right), max(left, right)
        inside = solved.users[(solved.users > low) & (solved.users < high)]
        if right < left:
            inside = inside[::-1]
        cuts = start + (inside - left) / (right - left) * (end - start) if inside.size else inside
        kept = np.flatnonzero((np.diff(cuts, prepend=start) > 0.0) & (cuts < end))
        numbers = np.concatenate([[left], inside[kept], [right]])
        times = np.concatenate([[start], cuts[kept], [end]])
        rates = np.interp(numbers, solved.users, solved.rate)
        first = 1 if hours and values[-1] == rates[0] else 0
        hours += times[first:].tolist()
        values += rates[first:].tolist()
    return Curve(hours=hours, values=values)
