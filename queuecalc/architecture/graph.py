"""Lowering: the calls of a model, for one pattern of present components, as a graph of visits.

A *visit* is one (class, component, operation) that requests of that class reach, either along an unbroken chain of
waited-for calls or not. Visits are ordered callers first. A component's *service types* are the distinct laws that
its visits ask for: an operation, and what calls of the component to itself add to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from queuecalc.answer import Excuse
from queuecalc.architecture.call import NOBODY, USERS, Call
from queuecalc.architecture.component import Figures
from queuecalc.architecture.holding import check_holding
from queuecalc.architecture.model import Model
from queuecalc.errors import InvalidInput
from queuecalc.law import Deterministic, Law, RandomSum, Sum

__all__ = ["Branch", "Graph", "NobodyTakes", "ServiceType", "Visit", "lower"]


class NobodyTakes(Exception):
    """A call that no present component takes: the pattern is no plan. Carries the excuse."""

    def __init__(self, excuse: Excuse) -> None:
        super().__init__(excuse.sentence)
        self.excuse = excuse


@dataclass(frozen=True, slots=True)
class Branch:
    """One call of a visit, as it happens in this pattern.

    Attributes:
        visit: index of the visit that takes it.
        times: n + f.
        wait: whether the caller waits for the answer.
        spare: whether somebody later in the list takes the call while the taker is down.
        together: name of the group of calls with which it goes out at once; "" for none.
    """

    visit: int
    times: float
    wait: bool
    spare: bool = False
    together: str = ""


@dataclass(frozen=True, slots=True)
class ServiceType:
    """A service law of a component: that of an operation, and what the component's calls to itself add to it.

    Operations with equal laws are one type.

    Attributes:
        law: the whole service time.
        constant_s: its deterministic part.
        rest: the law of what remains; None when nothing does.
    """

    component: str
    law: Law
    constant_s: float
    rest: Law | None


@dataclass(frozen=True, slots=True)
class Visit:
    """One place that requests of a class reach.

    Attributes:
        waited: reached along an unbroken chain of waited-for calls from the users.
        behind: reached through an asynchronous component: its inflow is the same in every failure state.
        type: index of its service type in `Graph.types`.
        dropped: share of visits after which the request is dropped.
        branches: the calls that it makes, in file order.
    """

    request_class: str
    component: str
    operation: str
    waited: bool
    behind: bool
    type: int
    dropped: float
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Graph:
    """All visits of one pattern.

    Attributes:
        present: names of the present components.
        down: those of them that pass their calls to the next in the list; a call without one still goes to them.
        buffered: components whose hand-offs wait in a buffer: what leaves them is not what comes in.
        figures: of the present components, overrides applied.
        visits: callers before callees.
        entries: by class, the calls that users make.
        types: service types of all components.
        order: the order in which flows are computed: a visit's index, or the name of a component whose whole
            inflow must be known before anything leaves it (asynchronous or capped).
    """

    present: frozenset[str]
    down: frozenset[str]
    buffered: frozenset[str]
    figures: Mapping[str, Figures]
    visits: tuple[Visit, ...]
    entries: Mapping[str, tuple[Branch, ...]]
    types: tuple[ServiceType, ...]
    order: tuple[int | str, ...]

    @cached_property
    def visits_of(self) -> Mapping[str, tuple[int, ...]]:
        """Indices of the visits of each reached component."""
        found: dict[str, list[int]] = {}
        for index, visit in enumerate(self.visits):
            found.setdefault(visit.component, []).append(index)
        return {name: tuple(indices) for name, indices in found.items()}

    @cached_property
    def types_of(self) -> Mapping[str, tuple[int, ...]]:
        """Indices of the service types of each reached component."""
        found: dict[str, list[int]] = {}
        for index, kind in enumerate(self.types):
            found.setdefault(kind.component, []).append(index)
        return {name: tuple(indices) for name, indices in found.items()}

    @cached_property
    def holding(self) -> frozenset[str]:
        """Components whose servers are held while their visits wait for calls."""
        return frozenset(
            name
            for name, indices in self.visits_of.items()
            if self.figures[name].waits == "held"
            and self.figures[name].servers is not None
            and any(branch.wait for index in indices for branch in self.visits[index].branches)
        )

    @cached_property
    def holders_of(self) -> Mapping[str, frozenset[str]]:
        """By component that is visited only while servers of others are held: those others."""
        callers: list[list[tuple[int, bool]]] = [[] for _ in self.visits]
        for index, visit in enumerate(self.visits):
            for branch in visit.branches:
                callers[branch.visit].append((index, branch.wait))
        free = {branch.visit for branches in self.entries.values() for branch in branches}
        above: list[frozenset[str] | None] = []
        for index, visit in enumerate(self.visits):  # callers first
            found: set[str] = set()
            bounded = index not in free and not visit.behind and bool(callers[index])
            for caller, wait in callers[index]:
                name = self.visits[caller].component
                holders = frozenset({name}) if name in self.holding else above[caller]
                bounded = bounded and wait and holders is not None
                found |= holders or set()
            above.append(frozenset(found) if bounded else None)
        holders_by_name: dict[str, frozenset[str]] = {}
        for name, indices in self.visits_of.items():
            sets = [above[index] for index in indices]
            known = [each for each in sets if each is not None]
            if len(known) == len(sets):
                holders_by_name[name] = frozenset().union(*known)
        return holders_by_name

    @cached_property
    def waited(self) -> frozenset[str]:
        """Components that some request waits for."""
        return frozenset(visit.component for visit in self.visits if visit.waited)

    @cached_property
    def asynchronous(self) -> tuple[str, ...]:
        """Components reached by hand-offs alone, upstream first."""
        return tuple(step for step in self.order if isinstance(step, str) and step in self.buffered)

    @cached_property
    def callers_of(self) -> Mapping[str, frozenset[str]]:
        """By component, the components that call it."""
        found: dict[str, set[str]] = {name: set() for name in self.visits_of}
        for visit in self.visits:
            for branch in visit.branches:
                found[self.visits[branch.visit].component].add(visit.component)
        return {name: frozenset(callers) for name, callers in found.items()}


_Key = tuple[str, str, str, bool, bool]
"""(class, component, operation, waited, behind) of a visit."""


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A call before its taker has a number."""

    key: _Key
    times: float
    wait: bool
    spare: bool
    together: str


class _Builder:
    """Depth-first from the users; visits are numbered callers first at the end.

    With a graph `whole` of every component up given, what is behind asynchronous components is taken from there.
    """

    def __init__(
        self, model: Model, present: frozenset[str], down: frozenset[str], whole: Graph | None
    ) -> None:
        self.model = model
        self.present = present
        self.down = down
        self.whole = whole
        self.figures = {
            name: component.figures_with(present)
            for name, component in model.components.items()
            if name in present
        }
        self.types: dict[tuple[str, str, tuple[tuple[str, float], ...], _Key | None], int] = {}
        self.type_list: list[ServiceType] = []
        self.keys: dict[_Key, int] = {}
        self.finished: list[tuple[_Key, tuple[_Outgoing, ...], int]] = []
        self.path: list[_Key] = []
        self.calls_from: dict[str, list[Call]] = {}
        for call in model.calls:
            for caller in {endpoint.component for endpoint in call.callers}:
                self.calls_from.setdefault(caller, []).append(call)
        self.waited = self.waited_for()

    def waited_for(self) -> frozenset[str]:
        """Components that requests wait for in this state, and those that they do with every unit up."""
        found: set[str] = set() if self.whole is None else set(self.whole.waited)
        seen: set[tuple[str, str, str]] = set()
        stack = [(name, USERS, "") for name in self.model.classes]
        while stack:
            request_class, component, operation = stack.pop()
            for call in self.matching(component, operation, request_class):
                taker = self.taker(call, self.down) if call.wait else None
                if taker is None or taker[0] == component:
                    continue
                step = (request_class, taker[0], taker[1])
                found.add(taker[0])
                if step not in seen:
                    seen.add(step)
                    stack.append(step)
        return frozenset(found)

    def buffers(self, component: str) -> bool:
        """Whether hand-offs to a component wait in a buffer."""
        if self.whole is not None and component in self.whole.visits_of:
            return component in self.whole.buffered
        return component not in self.waited

    def matching(self, component: str, operation: str, request_class: str) -> list[Call]:
        return [
            call
            for call in self.calls_from.get(component, ())
            if (call.classes is None or request_class in call.classes)
            and any(
                caller.component == component and caller.operation in ("", operation)
                for caller in call.callers
            )
        ]

    def taker(self, call: Call, down: AbstractSet[str]) -> tuple[str, str, bool] | None:
        """(component, operation, spare) that takes the call; None when it is skipped.

        When everybody who could take it is down, the first of them is to be called, in vain.
        """
        first: tuple[str, str, bool] | None = None
        for place, endpoint in enumerate(call.takers):
            name = endpoint.component
            if name == NOBODY:
                return None
            if name in self.present:
                if name not in down:
                    later = {after.component for after in call.takers[place + 1 :]}
                    spare = self.figures[name].when_down == "next" and bool(later & (self.present | {NOBODY}))
                    return name, endpoint.operation, spare
                first = first or (name, endpoint.operation, False)
        if first is not None:
            return first
        names = " or ".join(str(endpoint) for endpoint in call.takers)
        callers = ", ".join(str(endpoint) for endpoint in call.callers)
        raise NobodyTakes(
            Excuse(
                target="invalid",
                subject=call.takers[0].component,
                sentence=f"{call.place}: a call from {callers} that nobody takes; it needs {names}, or "
                f'"{NOBODY}" at the end of `to` if it may be skipped',
            )
        )

    def service_type(self, visit: _Key, own: tuple[tuple[str, float], ...]) -> int:
        """The number of a visit's service type; visits that hold servers have one each."""
        _, component, operation, _, _ = visit
        alone = self.figures[component].waits == "held"
        key = (component, operation, own, visit if alone else None)
        if key not in self.types:
            figures = self.figures[component]
            parts: list[Law] = [figures.service(operation)]
            parts += [RandomSum(law=figures.service(extra), times=times) for extra, times in own]
            law = parts[0] if len(parts) == 1 else Sum(laws=tuple(parts))
            known = (i for i, kind in enumerate(self.type_list) if kind.component == component)
            same = next((i for i in known if not alone and self.type_list[i].law == law), None)
            if same is None:
                constant, rest = _split_constant(figures, operation, own)
                same = len(self.type_list)
                self.type_list.append(ServiceType(component, law, constant, rest))
            self.types[key] = same
        return self.types[key]

    def branches(
        self, calls: list[Call], key: _Key
    ) -> tuple[tuple[_Outgoing, ...], tuple[tuple[str, float], ...]]:
        request_class, caller, _, waited, behind = key
        beyond = behind or (caller != USERS and self.buffers(caller))
        outgoing: list[_Outgoing] = []
        own: list[tuple[str, float]] = []
        for call in calls:
            taker = self.taker(call, frozenset() if behind else self.down)
            if taker is None:
                continue
            component, operation, spare = taker
            if component == caller:
                own.append((operation, call.times))
            else:
                callee = (request_class, component, operation, waited and call.wait, beyond)
                together = call.together if call.wait else ""
                outgoing.append(_Outgoing(callee, call.times, call.wait, spare, together))
        return tuple(outgoing), tuple(own)

    def reach(self, key: _Key) -> None:
        if key in self.keys:
            if self.keys[key] < 0:
                steps = [*self.path[self.path.index(key) :], key]
                names = " -> ".join(f"{step[1]}.{step[2]}" if step[2] else step[1] for step in steps)
                raise InvalidInput(f"a cycle of calls that never ends: {names} (class {key[0]})")
            return
        self.keys[key] = -1
        self.path.append(key)
        request_class, component, operation, waited, behind = key
        outgoing, own = self.branches(self.matching(component, operation, request_class), key)
        kind = self.service_type(key, own)
        if self.whole is not None and (behind or (not waited and self.buffers(component))):
            outgoing = ()  # what flows on is known from the graph of every component up
        for each in outgoing:
            self.reach(each.key)
        self.path.pop()
        self.keys[key] = len(self.finished)
        self.finished.append((key, outgoing, kind))

    def build(self) -> Graph:
        entries: dict[str, tuple[_Outgoing, ...]] = {}
        for name in self.model.classes:
            outgoing, _ = self.branches(self.matching(USERS, "", name), (name, USERS, "", True, False))
            entries[name] = outgoing
            for each in outgoing:
                self.reach(each.key)
        for visit in self.whole.visits if self.whole is not None else ():
            if visit.behind:
                self.reach((visit.request_class, visit.component, visit.operation, False, True))
        count = len(self.finished)
        position = {key: count - 1 - self.keys[key] for key in self.keys}

        def resolve(outgoing: tuple[_Outgoing, ...]) -> tuple[Branch, ...]:
            return tuple(Branch(position[o.key], o.times, o.wait, o.spare, o.together) for o in outgoing)

        visits = tuple(
            Visit(
                *key,
                kind,
                float(self.figures[key[1]].drops.get(key[0], 0.0)),
                resolve(outgoing),
            )
            for key, outgoing, kind in reversed(self.finished)
        )
        graph = Graph(
            present=self.present,
            down=self.down,
            buffered=frozenset(visit.component for visit in visits if self.buffers(visit.component)),
            figures=self.figures,
            visits=visits,
            entries={name: resolve(outgoing) for name, outgoing in entries.items()},
            types=tuple(self.type_list),
            order=(),
        )
        object.__setattr__(graph, "order", _flow_order(graph))
        check_holding(graph)
        return graph


def _split_constant(
    figures: Figures, operation: str, own: tuple[tuple[str, float], ...]
) -> tuple[float, Law | None]:
    """The deterministic part of a service type, and the law of the rest."""
    constant = 0.0
    rest: list[Law] = []
    for name, times in ((operation, 1.0), *own):
        law = figures.service(name)
        if isinstance(law, Deterministic) and float(times).is_integer():
            constant += times * law.mean
        else:
            rest.append(law if times == 1.0 else RandomSum(law=law, times=times))
    if not rest:
        return constant, None
    return constant, rest[0] if len(rest) == 1 else Sum(laws=tuple(rest))


def _flow_order(graph: Graph) -> tuple[int | str, ...]:
    """Callers first; an asynchronous or capped component after all its visits and before what they call.

    Raises:
        InvalidInput: such components feed each other in a circle.
    """
    gates = {
        name
        for name in graph.visits_of
        if name in graph.buffered or graph.figures[name].max_rate_per_s is not None
    }
    if not gates:
        return tuple(range(len(graph.visits)))
    waiting_for: dict[int | str, int] = dict.fromkeys(range(len(graph.visits)), 0)
    waiting_for.update(dict.fromkeys(gates, 0))
    followers: dict[int | str, list[int | str]] = {step: [] for step in waiting_for}
    for index, visit in enumerate(graph.visits):
        source: int | str = index
        if visit.component in gates:
            source = visit.component
            followers[index].append(source)
            waiting_for[source] += 1
        for branch in visit.branches:
            followers[source].append(branch.visit)
            waiting_for[branch.visit] += 1
    ready = [step for step, count in waiting_for.items() if count == 0]
    order: list[int | str] = []
    while ready:
        step = ready.pop()
        order.append(step)
        for follower in followers[step]:
            waiting_for[follower] -= 1
            if waiting_for[follower] == 0:
                ready.append(follower)
    if len(order) < len(waiting_for):
        stuck = sorted(step for step, count in waiting_for.items() if count > 0 and isinstance(step, str))
        raise InvalidInput(
            f"components {', '.join(stuck)} feed each other in a circle of hand-offs; "
            "let one of them hand off to a component of its own"
        )
    return tuple(order)


def lower(
    model: Model,
    present: AbstractSet[str],
    down: AbstractSet[str] = frozenset(),
    whole: Graph | None = None,
) -> Graph:
    """The graph of visits when exactly `present` have a count above zero, and `down` of them take no call.

    Args:
        whole: the graph with nobody down, needed when somebody is: asynchronous work is that of this one.

    Raises:
        NobodyTakes: some reached call has no taker (with its excuse).
        InvalidInput: a cycle of calls that never ends.
    """
    return _Builder(model, frozenset(present), frozenset(down), whole).build()
