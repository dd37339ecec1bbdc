"""From a closed network's file to a network: every fault at once, by its dotted path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from queuecalc.errors import InvalidInput
from queuecalc.modelfile.classes import NamedClasses, named_classes, open_part
from queuecalc.modelfile.closed_document import VISITS, ClosedClassTable, ClosedDocument, ClosedStationTable
from queuecalc.modelfile.document import HeadTable
from queuecalc.modelfile.faults import Faults, Path, nearest
from queuecalc.modelfile.network_document import PROBABILITY
from queuecalc.modelfile.network_reading import (
    NamedNetwork,
    is_closed,
    network_of,
    numbers_by_station,
    open_children,
    station_of,
)
from queuecalc.modelfile.settings import with_settings
from queuecalc.modelfile.sources import located, parsed, shipped_networks
from queuecalc.modelfile.tables import expected_keys, read_head, read_named, read_table
from queuecalc.network import ClassStation, ClosedNetwork, RatedStation
from queuecalc.station import Station

__all__ = ["NamedClosed", "closed_of", "read_any_network"]

_HOW_MANY = "missing; expected how many customers there are"
_MISSING = f"{_HOW_MANY}, or arrival_rates for a class that comes and goes"
_OWN = ("state_rates", "class_service_ms")
_HEAD = ("population", "think_s", "visits", "routing", "reference")


class NamedClosed(NamedTuple):
    """A closed network, and what its file says of it."""

    network: ClosedNetwork
    title: str
    notes: str
    source: str


def read_any_network(
    source: str | FilePath, *, settings: Iterable[str] = ()
) -> NamedNetwork | NamedClosed | NamedClasses:
    """The network of a file: closed where it has a population; with classes open, closed or mixed, as they are.

    Args:
        source: an existing path, else the name of a shipped network; "-" is standard input.
        settings: edits before validation, `"stations.web.servers=4"`.

    Raises:
        ModelError: every fault at once, each with its dotted path, what was found and what was expected.
    """
    found = located(source, shipped_networks(), "network")
    document = parsed(found.text, found.source)
    closed = is_closed(document)
    document = with_settings(
        document, settings, source=found.source, children=_children if closed else open_children
    )
    return closed_of(document, source=found.source) if closed else network_of(document, source=found.source)


def closed_of(document: Mapping[str, Any], *, source: str = "text") -> NamedClosed | NamedClasses:
    """The closed network of a document, or that of its classes.

    Raises:
        ModelError: as for `read_any_network`.
    """
    faults = Faults()
    head = _head(document, faults)
    stations = _stations(document.get("stations"), faults)
    names = list(stations)
    if "classes" in document:
        for key in _HEAD:
            if key in document:
                faults.add((key,), "each class has its own; expected it in [classes.NAME]", document[key])
        raw = read_named(document["classes"], ("classes",), faults)
        if not raw and not faults.below(("classes",)):
            faults.add(("classes",), "missing; expected at least one class, [classes.NAME]")
        parts: dict[str, dict[str, Any]] = {
            name: _part(each, ("classes", name), names, faults) for name, each in raw.items()
        }
    else:
        parts = {"": _part({key: document[key] for key in _HEAD if key in document}, (), names, faults)}
    if faults:
        raise faults.error(source, document)
    try:
        if any("arrival_rates" in part for part in parts.values()):
            return NamedClasses(
                named_classes(stations, parts, _network), head.title or source, head.notes or "", source
            )
        network = _network(stations, parts)
    except InvalidInput as error:
        faults.add(_place(str(error), parts, stations), str(error).removeprefix("routing: "))
        raise faults.error(source, document) from None
    return NamedClosed(network, head.title or source, head.notes or "", source)


def _network(stations: Mapping[str, Any], parts: Mapping[str, Mapping[str, Any]]) -> ClosedNetwork:
    """One network; the visits of each class are worked out on their own, for each may have its reference."""
    several = "" not in parts
    ways = {}
    for name, part in parts.items():
        population: Any = {name: 1} if several else 1
        routing, visits = part["routing"], part["visits"]
        alone = ClosedNetwork(
            stations=stations,
            population=population,
            routing={name: routing} if several and routing is not None else routing,
            visits={name: visits} if several and visits is not None else visits,
            reference=part["reference"],
        )
        ways[name] = alone.visits[name] if several else alone.visits
    populations = {name: part["population"] for name, part in parts.items()}
    thinks = {name: part["think_s"] for name, part in parts.items()}
    if several:
        return ClosedNetwork(stations=stations, population=populations, visits=ways, think_time_s=thinks)
    return ClosedNetwork(
        stations=stations, population=populations[""], visits=ways[""], think_time_s=thinks[""]
    )


def _place(message: str, parts: Mapping[str, Any], stations: Mapping[str, Any]) -> Path:
    """Where a fault of the whole is shown."""
    for name in parts:
        if name and repr(name) in message:
            return "classes", name
    for name in stations:
        if message.startswith(f"stations[{name!r}]"):
            return "stations", name
    return ("routing",) if "routing" in message else ("stations",)


def _head(document: Mapping[str, Any], faults: Faults) -> HeadTable:
    if "arrival_rates" in document:
        faults.add(
            ("arrival_rates",),
            "each class has its own; expected it in [classes.NAME]"
            if "classes" in document
            else "nobody comes to a closed network from outside; remove it, or population",
        )
    outside = {key: each for key, each in document.items() if key != "arrival_rates"}
    head = read_head(outside, faults, ClosedDocument)
    if "format" in document and head.format is None and not faults.below(("format",)):
        faults.add(("format",), "expected 1, the version of this format", document["format"])
    return head


def _stations(raw: Any, faults: Faults) -> dict[str, Any]:
    if raw is None or raw == {}:
        faults.add(("stations",), "missing; expected at least one station, [stations.NAME]")
        return {}
    return {
        name: _station(name, each, faults) for name, each in read_named(raw, ("stations",), faults).items()
    }


def _station(name: str, raw: Any, faults: Faults) -> Station | ClassStation | RatedStation | None:
    path: Path = ("stations", name)
    own = [key for key in _OWN if isinstance(raw, Mapping) and key in raw]
    if not own:
        return station_of(name, raw, faults, ClosedStationTable)
    written = read_table(ClosedStationTable, raw, path, faults).written()
    allowed = (own[0], "servers") if own[0] == "class_service_ms" else (own[0],)
    for key in raw:
        if key not in allowed and key in expected_keys(ClosedStationTable):
            faults.add((*path, key), f"{own[0]} says it all; remove one of them", raw[key])
    if faults.below(path):
        return None
    if own[0] == "state_rates":
        return RatedStation(state_rates=tuple(map(float, written["state_rates"])))
    means = {each: float(mean) / 1000.0 for each, mean in written["class_service_ms"].items()}
    if "servers" in written and written["servers"] is None:
        return ClassStation(service=means, discipline="unlimited")
    return ClassStation(service=means, servers=written.get("servers", 1))


def _part(raw: Any, path: Path, stations: list[str], faults: Faults) -> dict[str, Any]:
    """What is said of one class, checked."""
    if isinstance(raw, Mapping) and "arrival_rates" in raw:
        return open_part(raw, path, stations, faults)
    found = read_table(ClosedClassTable, raw, path, faults).written()
    if "population" not in found and not faults.below((*path, "population")):
        faults.add((*path, "population"), _MISSING if path else _HOW_MANY)
    if "visits" in found and "routing" in found:
        faults.add((*path, "routing"), "visits says it, too; expected one of them")
    if "reference" in found and "routing" not in found:
        faults.add((*path, "reference"), "it goes with a routing, and there is none", found["reference"])
    elif "reference" in found and found["reference"] not in stations:
        faults.add(
            (*path, "reference"), f"no such station; {nearest(found['reference'], stations, 'stations')}"
        )
    visits: Any = None
    if "visits" in found:
        numbers = numbers_by_station(
            found["visits"], (*path, "visits"), VISITS, dict.fromkeys(stations), faults
        )
        visits = {name: float(each) for name, each in numbers.items()}
    routing: Any = None
    if "routing" in found:
        routing = _routing(found["routing"], (*path, "routing"), stations, faults)
    return {
        "population": found.get("population", 1),
        "think_s": float(found.get("think_s", 0)),
        "visits": visits,
        "routing": routing,
        "reference": found.get("reference"),
    }


def _routing(raw: Mapping[str, Any], path: Path, stations: list[str], faults: Faults) -> dict[str, Any]:
    rows = {}
    for name, row in raw.items():
        if name not in stations:
            faults.add((*path, name), f"no such station; {nearest(name, stations, 'stations')}")
        elif not isinstance(row, Mapping):
            faults.add((*path, name), "expected a table of probabilities", row)
        else:
            shares = numbers_by_station(row, (*path, name), PROBABILITY, dict.fromkeys(stations), faults)
            rows[name] = {to: float(share) for to, share in shares.items()}
    return rows


def _children(path: Path, document: Mapping[str, Any], _here: Mapping[str, Any]) -> list[str] | None:
    """The keys that may be set at a path; None where any name will do."""
    stations, classes = document.get("stations"), document.get("classes")
    names = list(stations) if isinstance(stations, Mapping) else []
    match path:
        case ():
            return expected_keys(ClosedDocument)
        case ("stations", _):
            return expected_keys(ClosedStationTable)
        case ("classes",):
            return list(classes) if isinstance(classes, Mapping) else []
        case ("classes", _):
            return expected_keys(ClosedClassTable)
        case (
            ("stations" | "routing" | "visits",)
            | ("routing", _)
            | ("classes", _, "visits" | "routing" | "arrival_rates")
            | ("classes", _, "routing", _)
        ):
            return names
    return None
