"""A plain network of stations as tables: a visit ends with a call to somebody by chance, and is over then."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from queuecalc.architecture import Contract, Figures, Load, Model, RequestClass
from queuecalc.errors import InvalidInput
from queuecalc.law import Exponential, Law
from queuecalc.load import Curve
from queuecalc.simulation.records import (
    CLASS,
    COMPONENT,
    DRAW,
    HANDED_ON,
    KNOT,
    LINE,
    NOBODY_NODE,
    NODE,
    OPTION,
    UNIT,
    UNLIMITED,
    WAITED_FOR,
    Tables,
)
from queuecalc.simulation.wiring import Spot, Wiring

__all__ = ["NetworkLike", "total_rate", "wire_network"]

REQUEST = "request"


class StationLike(Protocol):
    """Servers (inf: one for everybody), and `service_rate` or the law `service`."""

    @property
    def servers(self) -> Any:
        """Of it; inf for one each."""

    @property
    def service_rate(self) -> Any:
        """Of one server, in 1/s."""

    @property
    def service(self) -> Law | None:
        """The law, in seconds, instead of the rate."""


class RoutingLike(Protocol):
    """Probabilities from station to station; what a row lacks to 1 leaves."""

    def as_mapping(self) -> Mapping[str, Mapping[str, float]]:
        """{name: {name: probability}}."""


class NetworkLike(Protocol):
    """What a `JacksonNetwork` says of itself."""

    @property
    def stations(self) -> Mapping[str, StationLike]:
        """By name."""

    @property
    def routing(self) -> RoutingLike:
        """Who comes next."""

    @property
    def arrival_rates(self) -> Mapping[str, Any]:
        """From outside, by station, in 1/s."""


def total_rate(network: NetworkLike) -> float:
    """All that arrives from outside, in 1/s."""
    return math.fsum(
        _number(f"arrival_rates[{name!r}]", rate) for name, rate in network.arrival_rates.items()
    )


def _number(what: str, value: Any) -> float:
    if np.ndim(value):
        raise InvalidInput(f"{what} is an array; a simulation takes one network, with numbers")
    return float(value)


def _figures(name: str, station: StationLike) -> Figures:
    servers = _number(f"servers of {name}", station.servers)
    if station.service is None:
        law: Law = Exponential(mean=1.0 / _number(f"service_rate of {name}", station.service_rate))
    else:
        law = station.service
    return Figures(servers=None if math.isinf(servers) else int(servers), operations={"": law})


class _Lines:
    """Rows of LINE and OPTION: one call a node, to somebody by chance."""

    def __init__(self) -> None:
        self.lines: list[tuple[Any, ...]] = []
        self.options: list[tuple[Any, ...]] = []

    def add(self, wait: int, shares: Sequence[tuple[int, float]]) -> tuple[int, int]:
        """A call to station k with probability p, for each (k, p); nobody with the rest."""
        first, total = len(self.options), 0.0
        for station, share in shares:
            if share > 0.0:
                total += share
                self.options.append((1 + station, station, 0, total))
        if not shares or total < 1.0 - 1e-12:
            self.options.append((NOBODY_NODE, -1, 0, 1.0))
        self.lines.append((1, wait, first, len(self.options), 0, 1, 0.0))
        return len(self.lines) - 1, len(self.lines)


def wire_network(network: NetworkLike) -> Wiring:
    """The tables of a network: node 0 the users, node 1 + k a visit to station k.

    Raises:
        InvalidInput: rates or servers that are arrays.
    """
    names = tuple(network.stations)
    place = {name: k for k, name in enumerate(names)}
    figures = tuple(_figures(name, station) for name, station in network.stations.items())
    routing, total = network.routing.as_mapping(), total_rate(network)
    rows = _Lines()
    entries = [(place[name], float(rate) / total) for name, rate in network.arrival_rates.items()]
    nodes = [(-1, 0, *rows.add(WAITED_FOR, entries), 0, 0, 0.0)]
    for k, name in enumerate(names):
        shares = [(place[to], share) for to, share in routing.get(name, {}).items()]
        nodes.append((k, 0, *rows.add(HANDED_ON, shares), k, k + 1, 0.0))
    tables = Tables(
        nodes=np.array(nodes, dtype=NODE),
        lines=np.array(rows.lines, dtype=LINE),
        options=np.array(rows.options, dtype=OPTION),
        draws=np.array([(k, 1, -1, 0.0) for k in range(len(names))], dtype=DRAW),
        components=np.array(
            [
                (k, 1, UNLIMITED if f.servers is None else f.servers, UNLIMITED, UNLIMITED, 0, 0.0, 0.0, 1.0)
                for k, f in enumerate(figures)
            ],
            dtype=COMPONENT,
        ),
        classes=np.array([(0.0, total)], dtype=CLASS),
        knots=np.zeros(2, dtype=KNOT),
        units=np.zeros(0, dtype=UNIT),
        margins=np.zeros(len(names), dtype=np.int64),
        bound=4,
        starts=4,
    )
    everybody = frozenset(range(len(names)))
    return Wiring(
        model=Model(
            title="",
            contract=Contract(),
            load=Load(curve=Curve.constant(1.0)),
            classes={REQUEST: RequestClass(name=REQUEST)},
            components={},
            calls=(),
        ),
        tables=tables,
        names=names,
        figures=figures,
        counts=(1,) * len(names),
        classes=(REQUEST,),
        spots=(Spot(REQUEST), *(Spot(REQUEST, name) for name in names)),
        laws=tuple(item.operations[""] for item in figures),
        reached=everybody,
        waited=everybody,
    )
