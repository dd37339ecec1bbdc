"""Classes of a network's file that come and go: their tables, alone (open) or beside classes that go round (mixed)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.modelfile.closed_document import ClosedClassTable
from queuecalc.modelfile.faults import Faults, Path, dotted
from queuecalc.modelfile.network_document import RATE
from queuecalc.modelfile.network_reading import check_traps, numbers_by_station, open_routing
from queuecalc.modelfile.tables import read_table
from queuecalc.network import ClosedNetwork, MixedNetwork, OpenNetwork, RatedStation, Routing, flow_through

__all__ = ["NamedClasses", "named_classes", "open_part"]

_CLOSED_ONLY = {
    "population": "a class either has a population or arrival_rates; remove one of them",
    "think_s": "who comes and goes does not think in between; remove it, or arrival_rates for a population",
    "visits": "where a class with arrival_rates goes is said by its routing; remove it",
    "reference": "it goes with a population; remove it",
}


class NamedClasses(NamedTuple):
    """A network some of whose classes come and go, and what its file says of it."""

    network: OpenNetwork | MixedNetwork
    title: str
    notes: str
    source: str


def open_part(raw: Mapping[str, Any], path: Path, stations: list[str], faults: Faults) -> dict[str, Any]:
    """What is said of a class with arrival rates, checked."""
    found = read_table(ClosedClassTable, raw, path, faults).written()
    for key, remedy in _CLOSED_ONLY.items():
        if key in raw:
            faults.add((*path, key), remedy, raw[key])
    names = dict.fromkeys(stations)
    rates: dict[str, Decimal] = {}
    place = (*path, "arrival_rates")
    if "arrival_rates" in found:
        rates = numbers_by_station(found["arrival_rates"], place, RATE, names, faults)
        if not any(rates.values()) and not faults.below(place):
            faults.add(
                place, f"nothing arrives; expected at least one rate above 0, [{dotted(place)}] NAME = 10"
            )
    routing: dict[str, dict[str, float]] = {}
    if "routing" in found:
        routing = open_routing(found["routing"], (*path, "routing"), names, faults)
        if names and not faults.below((*path, "routing")):
            check_traps(names, routing, (*path, "routing"), faults)
    return {"arrival_rates": {name: float(rate) for name, rate in rates.items()}, "routing": routing}


def named_classes(
    stations: Mapping[str, Any],
    parts: Mapping[str, Mapping[str, Any]],
    closed: Callable[[Mapping[str, Any], Mapping[str, Mapping[str, Any]]], ClosedNetwork],
) -> OpenNetwork | MixedNetwork:
    """The network of classes of which at least one comes and goes.

    Args:
        stations: by name.
        parts: by class, as `open_part` or the reading of a closed class has made them.
        closed: the network of the classes that go round, alone.

    Raises:
        InvalidInput: a station that does not serve such classes, or has no service for one that comes there.
    """
    for name, station in stations.items():
        if isinstance(station, RatedStation):
            raise InvalidInput(
                f"stations[{name!r}] has state_rates, which go with closed networks; expected service_rate, "
                "service_ms or class_service_ms where a class has arrival_rates"
            )
    opened = {name: part for name, part in parts.items() if "arrival_rates" in part}
    if len(opened) == len(parts):
        network = OpenNetwork(
            stations=stations,
            arrival_rates={name: part["arrival_rates"] for name, part in opened.items()},
            routing={name: part["routing"] for name, part in opened.items()},
        )
        network.solve()  # a class without service where it goes is told here
        return network
    round_and_round = closed(stations, {name: part for name, part in parts.items() if name not in opened})
    rates = {name: sum(part["arrival_rates"].values()) for name, part in opened.items()}
    return MixedNetwork(
        stations=stations,
        arrival_rates=rates,
        population=round_and_round.population,  # type: ignore[arg-type]
        visits={
            **{name: _visits(tuple(stations), part, rates[name]) for name, part in opened.items()},
            **round_and_round.visits,
        },
        think_time_s=round_and_round.think_time_s,
    )


def _visits(names: tuple[str, ...], part: Mapping[str, Any], rate: float) -> dict[str, float]:
    """Mean visits of one request to each station."""
    external = np.array([part["arrival_rates"].get(name, 0.0) for name in names])
    through = flow_through(Routing.of(names, part["routing"]), external)
    return dict(zip(names, (through / rate).tolist(), strict=True))
