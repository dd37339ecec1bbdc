"""What stands behind a plan's numbers, and what a careful engineer would add to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from queuecalc.answer import HeldServers
from queuecalc.architecture.graph import Branch, Graph
from queuecalc.dynamics import pointwise_stationary
from queuecalc.evaluation.availability import answered_classes
from queuecalc.evaluation.flows import FloatArray
from queuecalc.evaluation.groups import at_once, in_turns
from queuecalc.evaluation.pieces import SECONDS_PER_HOUR, Walk
from queuecalc.evaluation.plan import Pattern
from queuecalc.evaluation.queues import QueuePool, queues_at
from queuecalc.evidence import STATEMENTS, Evidence, weakest
from queuecalc.law import Exponential

__all__ = ["findings", "held_servers", "latency_evidence", "statements"]

_MANY_VISITS = 10
"""Up to so many visits of one request to one queue the errors of independent waits were measured."""

_UNSETTLED = 1e-8
"""From this share of a round on it is worth a word that waits had not settled."""

_MOST_ROUTES = 256
"""Networks with more different ways than this are not examined for overtaking: approximate."""


# -- evidence


def latency_evidence(pattern: Pattern, walk: Walk, classes: Sequence[str]) -> Evidence:
    """The label of the latencies of some classes: the weakest of `statements`."""
    keys = statements(pattern, walk, classes)
    return weakest(STATEMENTS[key].evidence for key in keys)


def statements(pattern: Pattern, walk: Walk, classes: Sequence[str]) -> tuple[str, ...]:
    """Keys of the evidence registry that the latencies of some classes rest on."""
    graph = pattern.graph()
    routes = [pattern.route(name) for name in classes]
    names = sorted({name for route in routes for name in route.most_visits})
    keys = []
    exponential = {name: _exponential(graph, name) for name in names}
    queueing = [name for name in names if graph.figures[name].servers is not None]
    keys.append("erlang-c" if all(exponential[name] for name in queueing) else "pollaczek-khinchine")
    if any(not exponential[name] and _line_servers(pattern, name) != 1 for name in queueing):
        keys.append("kimura")
    reaching = set(graph.visits_of)
    alone = len(names) == 1 and all(len(route.order) == 1 for route in routes)
    if (not alone and not all(_exponential(graph, name) for name in reaching & set(names))) or (
        walk.lines and not alone and any(_fed_by_asynchronous(graph, name) for name in names)
    ):
        keys.append("poisson-arrivals")
    if any(graph.figures[name].max_queue is not None for name in names):
        keys.append("poisson-arrivals")
    if graph.holding & set(names):
        keys.append("held-servers")
    if any(graph.figures[name].crowd is not None for name in names):
        keys.append("users-in-a-round")
    if any(route.groups for route in routes):
        keys.append("parallel-sojourns")
    if not alone:
        keys.append("tandem-sojourn" if _overtake_free(pattern, classes) else "independent-sojourns")
    return tuple(dict.fromkeys(keys))


def _exponential(graph: Graph, name: str) -> bool:
    types = graph.types_of[name]
    return len(types) == 1 and isinstance(graph.types[types[0]].law, Exponential)


def _line_servers(pattern: Pattern, name: str) -> int:
    """Servers behind one line: 1 means M/G/1 (0 stands for: as many as the units have)."""
    figures = pattern.figures[name]
    if figures.pooling == "split" and figures.servers == 1:
        return 1
    return 1 if figures.servers == 1 and figures.count[1] == 1 else 0


def _fed_by_asynchronous(graph: Graph, name: str) -> bool:
    return any(caller not in graph.waited for caller in graph.callers_of[name])


def _overtake_free(pattern: Pattern, classes: Sequence[str]) -> bool:
    """Whether sojourns along every way are independent.

    Every way visits a component at most once, all but its first and last components have one server, and any two
    ways that share two components are the same in between.
    """
    graph = pattern.graph()
    ways: set[tuple[str, ...]] = set()
    for name in classes:
        found = _ways(graph, graph.entries[name])
        if found is None:
            return False
        ways |= found
    for way in ways:
        if len(set(way)) < len(way):
            return False
        if any(graph.figures[name].servers != 1 or _most_units(pattern, name) != 1 for name in way[1:-1]):
            return False
    between: dict[tuple[str, str], tuple[str, ...]] = {}
    for way in ways:
        for i in range(len(way)):
            for j in range(i + 1, len(way)):
                if between.setdefault((way[i], way[j]), way[i:j]) != way[i:j]:
                    return False
    return True


def _most_units(pattern: Pattern, name: str) -> int:
    figures = pattern.figures[name]
    return 1 if figures.pooling == "split" and figures.count[1] == 1 else figures.count[1]


def _ways(graph: Graph, branches: Sequence[Branch]) -> set[tuple[str, ...]] | None:
    """All sequences of components that the waited-for calls can make; None for too many."""
    found: set[tuple[str, ...]] = {()}
    for branch in branches:
        if not branch.wait:
            continue
        if branch.together:
            return None
        visit = graph.visits[branch.visit]
        below = _ways(graph, visit.branches)
        if below is None:
            return None
        once = {(visit.component, *way) for way in below}
        whole = int(branch.times)
        if whole > 1 or (whole == 1 and branch.times > 1.0):
            once = {(*way, *way) for way in once}
        elif branch.times < 1.0:
            once = once | {()}
        found = {(*first, *then) for first in found for then in once}
        if len(found) > _MOST_ROUTES:
            return None
    return found


# -- held servers


def held_servers(pattern: Pattern, counts: Mapping[str, int], walk: Walk) -> tuple[HeldServers, ...]:
    """Components that wait for their own calls and do not say whether a server is held meanwhile (Little's law)."""
    graph = pattern.graph()
    silent = [
        name
        for name in graph.visits_of
        if graph.figures[name].waits is None
        and graph.figures[name].servers is not None
        and any(branch.wait for index in graph.visits_of[name] for branch in graph.visits[index].branches)
    ]
    if not silent:
        return ()
    pieces = [int(np.argmax(walk.work[name].max(axis=0))) for name in silent]
    sides = [
        int(walk.work[name][1, p] > walk.work[name][0, p]) for name, p in zip(silent, pieces, strict=True)
    ]
    below = _mean_downstream(graph, walk.type_rates[:, sides, pieces], counts)
    found = []
    for column, (name, piece, side) in enumerate(zip(silent, pieces, sides, strict=True)):
        needed = sum(
            float(walk.inflow[index, side, piece])
            * (float(graph.types[graph.visits[index].type].law.mean) + float(below[index][column]))
            for index in graph.visits_of[name]
        )
        servers = graph.figures[name].servers
        assert servers is not None
        hour = (walk.end_s if side else walk.start_s)[piece] / SECONDS_PER_HOUR
        found.append(
            HeldServers(component=name, needed=needed, bought=servers * counts[name], hour=float(hour))
        )
    return tuple(found)


def _mean_downstream(graph: Graph, rates: FloatArray, counts: Mapping[str, int]) -> dict[int, FloatArray]:
    """By visit, the mean time that its waited-for calls take at each of some moments (of calls at once at least).

    Args:
        rates: inflow of every service type, shape (types, moments).
    """
    queues = queues_at(QueuePool(graph), rates, counts, graph.waited)
    none = np.zeros(rates.shape[1])
    below: dict[int, FloatArray] = {}

    def mean_of(index: int) -> FloatArray:
        visit = graph.visits[index]
        wait = queues[visit.component].mean_wait if visit.component in queues else none
        own = wait + float(graph.types[visit.type].law.mean) + graph.figures[visit.component].fixed_delay_s
        return np.asarray(own + below[index])

    for index in range(len(graph.visits) - 1, -1, -1):
        total = none
        for turn in in_turns(graph.visits[index].branches):
            times = [branch.times * mean_of(branch.visit) for branch in turn]
            if at_once(turn):
                times = [min(branch.times, 1.0) * mean_of(branch.visit) for branch in turn]
                times = [np.max(times, axis=0)]
            total = total + np.add.reduce(times)
        below[index] = total
    return below


# -- warnings


def _called_at_once(pattern: Pattern, counts: Mapping[str, int]) -> list[str]:
    """Stations that get several visits at the same instant, where the last of them is not followed in its line."""
    found = []
    graph = pattern.graph()
    for name, arrivals in pattern.pool.arrivals.items():
        figures = graph.figures[name]
        if len(arrivals.sizes) == 1 or figures.servers is None:
            continue
        if figures.max_queue is not None:
            why = "in a bounded queue"
        elif name in graph.holding:
            why = "while servers are held"
        elif figures.pooling == "split" and counts[name] > 1:
            why = "at one unit of several"
        else:
            continue
        found.append(
            f"{name}: several calls of one visit come at the same instant; that they queue behind each other {why} "
            "is left out"
        )
    return found


def _users(pattern: Pattern) -> list[str]:
    """What users send who wait for their answers, beside what they would send if nobody made them wait."""
    load = pattern.model.load
    if load.most is None or load.users is None:
        return []
    sent = f"{load.users.peak:,.6g} users who wait for each answer and think send {load.curve.peak:.4g}/s at most"
    found = [f"{sent}; {load.most.peak:.4g}/s if every answer came at once"]
    if load.unsettled > _UNSETTLED:
        found.append(
            "several components are nearly equally overloaded: where these users wait is known to no better than "
            f"{100.0 * load.unsettled:.2g} % of their round"
        )
    return found


def findings(pattern: Pattern, counts: Mapping[str, int], walk: Walk) -> tuple[str, ...]:
    """Warnings as sentences."""
    graph = pattern.graph()
    idle = [name for name in pattern.model.components if name in pattern.present - graph.visits_of.keys()]
    bounded = [name for name in graph.asynchronous if graph.figures[name].max_queue is not None]
    found = _users(pattern)
    found += [f"{name} is paid for, but no request reaches it in this plan" for name in idle]
    found += [f"{name}: max_queue is left out of account where messages are handed off" for name in bounded]
    found += _called_at_once(pattern, counts)
    found += _batches(graph)
    found += _many_visits(pattern)
    return (*found, *_moving(graph, counts, walk), *_close(graph, counts, walk))


def _many_visits(pattern: Pattern) -> list[str]:
    """Stations with a queue that a request visits so often that its waits there are far from independent."""
    most: dict[str, int] = {}
    for name in answered_classes(pattern):
        for component, visits in pattern.route(name).most_visits.items():
            if pattern.figures[component].servers is not None:
                most[component] = max(visits, most.get(component, 0))
    return [
        f"a request visits {name} up to {visits} times; the waits are taken as independent, and its percentiles are "
        "too low where they are not (by simulation a third at 51 visits in a row to four servers 77 % busy)"
        for name, visits in most.items()
        if visits > _MANY_VISITS
    ]


def _batches(graph: Graph) -> list[str]:
    """Stations that requests wait for and that get several messages of one caller at once."""
    found = {}
    for visit in graph.visits:
        for branch in visit.branches:
            if not branch.wait and branch.times >= 2.0:
                taker = graph.visits[branch.visit].component
                if taker in graph.waited and graph.figures[taker].servers is not None:
                    found[visit.component, taker] = int(branch.times)
    return [
        f"{caller} hands {count} messages at once to {taker}; they are taken as coming one by one, which is mild "
        "at moderate load (0.6 % at p95 on the shipped scenario) and up to 17 % low near saturation"
        for (caller, taker), count in found.items()
    ]


def _moving(graph: Graph, counts: Mapping[str, int], walk: Walk) -> list[str]:
    """Where the load moves too fast, or the station is too full, for the steady state of the moment."""
    found = []
    seconds = walk.end_s - walk.start_s
    for name in graph.visits_of:
        figures = graph.figures[name]
        if name not in graph.waited or figures.servers is None:
            continue
        units = counts[name] if figures.pooling == "pooled" else 1
        servers = figures.servers * units
        rho = walk.work[name] / (figures.servers * counts[name])
        rates = walk.type_rates[list(graph.types_of[name])].sum(axis=0)
        busiest = np.unravel_index(int(np.argmax(walk.work[name])), rates.shape)
        if rates[busiest] <= 0.0:
            continue
        mean = float(walk.work[name][busiest] / rates[busiest])
        if mean <= 0.0:
            continue
        view = pointwise_stationary(
            utilisation=rho.max(axis=0),
            utilisation_slope=(rho[1] - rho[0]) / seconds,
            servers=servers,
            service_rate=1.0 / mean,
        )
        slots = np.unique(walk.slot[~view.holds])
        if slots.size:
            first = walk.start_s[np.flatnonzero(~view.holds)[0]] / SECONDS_PER_HOUR
            last = walk.end_s[np.flatnonzero(~view.holds)[-1]] / SECONDS_PER_HOUR
            found.append(
                f"{name}: in {slots.size} slots between hour {first:.1f} and {last:.1f} the load moves too fast, or "
                "rho is above 0.95, for the steady state of the moment: latencies there are rough"
            )
    return found


def _close(graph: Graph, counts: Mapping[str, int], walk: Walk) -> list[str]:
    """Stations within 1 % of instability at their peak."""
    found = []
    for name in graph.visits_of:
        figures = graph.figures[name]
        if name in graph.waited and figures.servers is not None and figures.max_queue is None:
            if figures.crowd is not None:
                continue
            rho = float(walk.work[name].max()) / (figures.servers * counts[name])
            if 0.99 <= rho < 1.0:
                found.append(
                    f"{name}: rho {rho:.4f} at its peak, within 1 % of instability: do not rely on it"
                )
    return found
