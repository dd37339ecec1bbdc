"""What a model says, before any plan is judged: who calls whom, how often at the peak, and who stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from queuecalc.answer.evaluation import HeldServers

__all__ = ["Description", "Edge", "Node", "Route", "StandIn", "Step"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One component as the graph shows it.

    Attributes:
        least, most: units that one may buy; `least` 0 makes it optional.
        servers: parallel servers of one unit (None: unlimited).
        usd_per_month: price of one unit.
        peak_rate_per_s: largest inflow over the curve when every component is present.
        offered_erlang: work offered at that moment, rate x mean service.
        asynchronous: reached by hand-offs alone.
        least_stable: fewest units that keep up at the peak (None: unlimited servers, or more than allowed).
        operations: mean service time in seconds by operation ("" for every operation).
    """

    name: str
    title: str = ""
    kind: str = ""
    least: int
    most: int
    servers: int | None
    usd_per_month: Decimal
    peak_rate_per_s: float = 0.0
    offered_erlang: float = 0.0
    asynchronous: bool = False
    least_stable: int | None = None
    operations: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One pair of caller and taker of a call line.

    Attributes:
        source, target: component names; "users" for the outside.
        operation: of the taker, "" where none is named.
        classes: the request classes concerned; empty for all.
        times: calls per visit.
        wait: whether the caller waits (False: handed off).
        together: name of the calls with which it goes out at once; "" for none.
        rank: 0 for the taker when every component is present, 1 and up for those that stand in, in order.
        peak_rate_per_s: calls per second at the peak when every component is present (0 for stand-ins).
    """

    source: str
    target: str
    operation: str = ""
    classes: tuple[str, ...] = ()
    times: float = 1.0
    wait: bool = True
    together: str = ""
    rank: int = 0
    peak_rate_per_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One visit on the way of a request, every component present.

    Attributes:
        depth: 0 for what users call, one more for each call below.
        component, operation: who is visited, for what.
        times: calls per visit of the step above.
        wait: whether the caller waits for it.
        together: name of the calls with which it goes out at once; "" for none.
        in_response: whether an unbroken chain of waited-for calls leads here: part of the response time.
        peak_rate_per_s: visits per second at the peak of the curve.
        dropped: share of these visits after which the request is dropped.
    """

    depth: int
    component: str
    operation: str = ""
    times: float = 1.0
    wait: bool = True
    together: str = ""
    in_response: bool = True
    peak_rate_per_s: float = 0.0
    dropped: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The way of one request class, in the order in which its calls are made.

    Attributes:
        in_contract: whether percentiles and availability speak of it.
        peak_rate_per_s: requests per second at the peak of the curve.
        steps: depth first, in file order.
    """

    request_class: str
    in_contract: bool
    peak_rate_per_s: float
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """What takes the work of an optional component while its count is zero.

    Attributes:
        component: the optional component.
        caller: who makes the call ("users", "server", "server.request").
        classes: the request classes concerned; empty for all.
        taker: who takes the call instead; "nobody" where it is skipped; "" where nothing takes it, so that every
            plan without the component is invalid.
    """

    component: str
    caller: str
    classes: tuple[str, ...] = ()
    taker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The answer of `check`: the model as it was understood.

    Attributes:
        title, source, notes: of the model.
        hours: length of the load curve.
        base_requests_per_s, peak_requests_per_s, peak_hour: smallest and largest load, and when it peaks.
        contract: the targets as sentences ("p95 at most 180 ms").
        nodes: components in file order.
        edges: calls in file order, one entry per caller and taker.
        routes: by request class.
        stand_ins: for each optional component, call by call.
        unreached: components that no request reaches.
        uncalled: operations that no call names ("server.job").
        held: Little's law for components that may hold a server while they wait; `bought` stands for the servers
            of the largest count allowed.
        findings: other warnings, as sentences.
        plans: how many plans the counts allow.
    """

    title: str
    source: str
    notes: str = ""
    hours: float
    base_requests_per_s: float
    peak_requests_per_s: float
    peak_hour: float
    contract: tuple[str, ...] = ()
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    routes: tuple[Route, ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    unreached: tuple[str, ...] = ()
    uncalled: tuple[str, ...] = ()
    held: tuple[HeldServers, ...] = ()
    findings: tuple[str, ...] = ()
    plans: int = 0
