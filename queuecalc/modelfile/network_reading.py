"""From a network file to a network: every fault at once, by its dotted path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any, NamedTuple

from queuecalc.errors import InvalidInput
from queuecalc.modelfile import values
from queuecalc.modelfile.document import HeadTable
from queuecalc.modelfile.faults import Faults, Path, dotted, nearest
from queuecalc.modelfile.network_document import PROBABILITY, RATE, NetworkDocument, StationTable
from queuecalc.modelfile.services import service_law
from queuecalc.modelfile.settings import with_settings
from queuecalc.modelfile.sources import located, parsed, shipped_networks
from queuecalc.modelfile.tables import expected_keys, read_head, read_named, read_table
from queuecalc.modelfile.words import Refused, Word
from queuecalc.network import JacksonNetwork, closed_sets
from queuecalc.station import Station

__all__ = [
    "NamedNetwork",
    "check_traps",
    "is_closed",
    "network_of",
    "network_of_text",
    "numbers_by_station",
    "open_children",
    "open_routing",
    "read_network",
    "station_of",
]

_ROUNDING = Decimal("1e-12")
_SERVICES = ("service_rate", "service_ms", "service")


class NamedNetwork(NamedTuple):
    """A network, and what its file says of it; `arrival_scvs` of those arrivals that are not Poisson."""

    network: JacksonNetwork
    title: str
    notes: str
    source: str
    arrival_scvs: Mapping[str, float] = MappingProxyType({})


def read_network(source: str | FilePath, *, settings: Iterable[str] = ()) -> NamedNetwork:
    """The network of a file.

    Args:
        source: an existing path, else the name of a shipped network; "-" is standard input.
        settings: edits before validation, `"stations.web.servers=4"`.

    Raises:
        ModelError: every fault at once, each with its dotted path, what was found and what was expected.
    """
    found = located(source, shipped_networks(), "network")
    return network_of_text(found.text, source=found.source, settings=settings)


def network_of_text(text: str, *, source: str = "text", settings: Iterable[str] = ()) -> NamedNetwork:
    """The network of a TOML text.

    Raises:
        ModelError: as for `read_network`.
    """
    document = with_settings(parsed(text, source), settings, source=source, children=open_children)
    return network_of(document, source=source)


def network_of(document: Mapping[str, Any], *, source: str = "text") -> NamedNetwork:
    """The network of a document, which is what TOML parses into.

    Raises:
        ModelError: as for `read_network`.
    """
    faults = Faults()
    head = _head(document, faults)
    stations = _stations(document.get("stations"), faults)
    routing = open_routing(document.get("routing", {}), ("routing",), stations, faults)
    rates = _rates(document.get("arrival_rates"), stations, faults)
    if stations and not faults.below(("stations",)) and not faults.below(("routing",)):
        check_traps(stations, routing, ("routing",), faults)
    scvs = _scvs(document.get("arrival_scvs", {}), stations, rates, faults)
    if faults:
        raise faults.error(source, document)
    sound = {name: station for name, station in stations.items() if station is not None}
    network = JacksonNetwork(stations=sound, routing=routing, arrival_rates=rates)
    return NamedNetwork(network, head.title or source, head.notes or "", source, scvs)


def is_closed(document: Mapping[str, Any]) -> bool:
    """Whether a document holds more than one stream of arrivals: a fixed population, or classes of either."""
    return "population" in document or "classes" in document


def _head(document: Mapping[str, Any], faults: Faults) -> HeadTable:
    if "components" in document and "stations" not in document:
        faults.add(
            ("components",),
            "this is the model of an architecture; `queuecalc evaluate` and `queuecalc size` answer it, "
            "a network has [stations.NAME]",
        )
        return HeadTable()
    if is_closed(document):
        key, what = ("population", "is closed") if "population" in document else ("classes", "has classes")
        faults.add(
            (key,),
            f"this network {what}, and an open one of one class is wanted here; `queuecalc network` answers it",
        )
        return HeadTable()
    head = read_head(document, faults, NetworkDocument)
    if "format" in document and head.format is None and not faults.below(("format",)):
        faults.add(("format",), "expected 1, the version of this format", document["format"])
    return head


def _stations(raw: Any, faults: Faults) -> dict[str, Station | None]:
    """By name; None for one that is at fault."""
    path: Path = ("stations",)
    if raw is None or raw == {}:
        if not faults.below(("components",)):
            faults.add(path, "missing; expected at least one station, [stations.NAME]")
        return {}
    return {name: station_of(name, each, faults) for name, each in read_named(raw, path, faults).items()}


def station_of(
    name: str, raw: Any, faults: Faults, keys: type[StationTable] = StationTable
) -> Station | None:
    """The station of a table; None if it is at fault. `keys`: the table whose keys are meant."""
    path: Path = ("stations", name)
    table = read_table(StationTable, raw, path, faults, keys=keys)
    written = table.written()
    given = [key for key in _SERVICES if key in written]
    if len(given) > 1:
        faults.add((*path, given[1]), f"{given[0]} says it, too; expected one of them", raw[given[1]])
    if not given and not any(faults.below((*path, key)) for key in _SERVICES):
        if not faults.below(path):  # it may be there under a wrong name
            faults.add((*path, "service_rate"), "missing; expected it, service_ms or service")
        return None
    inside = written.get("service", {})
    for key in ("scv", "law", "shape"):
        if key in written and "service" in written:
            what = "`service`" if "mean_ms" in inside else "the percentiles of `service`"
            faults.add((*path, key), f"{what} must say it all; remove one of them", raw[key])
    if faults.below(path):
        return None
    servers = "unlimited" if "servers" in written and table.servers is None else table.servers or 1
    said = inside or written
    scv, law, shape = said.get("scv"), said.get("law"), said.get("shape")
    if "service_rate" in written and scv is None and law is None and shape is None:
        return Station(servers=servers, service_rate=float(written["service_rate"]))
    if "service_rate" in written:
        service: Any = 1000 / written["service_rate"]
    else:
        service = written.get("service_ms", inside.get("mean_ms", inside))
    try:
        found = service_law(service, law, *(None if x is None else float(x) for x in (scv, shape)))
        return Station(servers=servers, service=found)
    except InvalidInput as error:
        prefix = (*path, "service") if inside else path
        culprits = (("shape", shape), ("scv", scv), ("law", law))
        key, found_value = next((pair for pair in culprits if pair[1] is not None), ("law", law))
        faults.add((*prefix, key), str(error), found_value)
        return None


def open_routing(
    raw: Any, path: Path, stations: Mapping[str, Any], faults: Faults
) -> dict[str, dict[str, float]]:
    """{name: {name: probability}} whose rows add up to at most 1, without what is at fault."""
    if not isinstance(raw, Mapping):
        faults.add(path, f"expected a table, [{dotted(path)}.NAME]", raw)
        return {}
    routing = {}
    for name, row in raw.items():
        if _unknown(name, (*path, name), stations, faults):
            continue
        if not isinstance(row, Mapping):
            faults.add((*path, name), f"expected a table of probabilities, [{dotted((*path, name))}]", row)
            continue
        shares = numbers_by_station(row, (*path, name), PROBABILITY, stations, faults)
        total = sum(shares.values(), Decimal(0))
        if total > 1 + _ROUNDING:
            terms = " + ".join(f"{to} {share}" for to, share in shares.items())
            faults.add(
                (*path, name),
                f"the probabilities add up to {total} ({terms}); expected at most 1, what is missing to 1 leaves",
            )
        routing[name] = {to: float(share) for to, share in shares.items()}
    return routing


def _rates(raw: Any, stations: Mapping[str, Any], faults: Faults) -> dict[str, float]:
    path: Path = ("arrival_rates",)
    if raw is None or raw == {}:
        if not any(faults.below((key,)) for key in ("components", "population", "classes")):
            faults.add(path, "missing; expected what arrives from outside, as in [arrival_rates] NAME = 10")
        return {}
    if not isinstance(raw, Mapping):
        faults.add(path, "expected a table, [arrival_rates]", raw)
        return {}
    rates = numbers_by_station(raw, path, RATE, stations, faults)
    if not any(rates.values()) and not faults.below(path):
        faults.add(path, "nothing arrives; expected at least one rate above 0")
    return {name: float(rate) for name, rate in rates.items()}


def _scvs(
    raw: Any, stations: Mapping[str, Any], rates: Mapping[str, float], faults: Faults
) -> dict[str, float]:
    """Of the times between arrivals, where they are not those of Poisson arrivals."""
    path: Path = ("arrival_scvs",)
    if not isinstance(raw, Mapping):
        faults.add(path, "expected a table, [arrival_scvs]", raw)
        return {}
    scvs = numbers_by_station(raw, path, values.SCV, stations, faults)
    for name in scvs:
        if not rates.get(name) and not faults.below(("arrival_rates",)):
            faults.add(
                (*path, name), f"nobody comes to {name} from outside; expected arrival_rates.{name} above 0"
            )
    return {name: float(scv) for name, scv in scvs.items() if scv != 1}


def numbers_by_station(
    raw: Mapping[str, Any], path: Path, word: Word, stations: Mapping[str, Any], faults: Faults
) -> dict[str, Decimal]:
    """One number by station."""
    kept = {}
    for name, value in raw.items():
        if _unknown(name, (*path, name), stations, faults):
            continue
        try:
            kept[name] = word.checked(value)
        except Refused as refused:
            for inside, found, expected in refused.faults:
                faults.add((*path, name, *inside), expected, found)
    return kept


def _unknown(name: str, path: Path, stations: Mapping[str, Any], faults: Faults) -> bool:
    """Whether there is no such station; says so, unless there is none at all."""
    if name in stations:
        return False
    if stations:
        faults.add(path, f"no such station; {nearest(name, stations, 'stations')}")
    return True


def check_traps(
    stations: Mapping[str, Any], routing: Mapping[str, Mapping[str, float]], path: Path, faults: Faults
) -> None:
    """Says of each set of stations that keeps whoever comes to it."""
    for trap in closed_sets(tuple(stations), routing):
        several = len(trap) > 1
        faults.add(
            (*path, trap[0]),
            f"nobody who comes to {' or '.join(trap)} can ever leave: the probabilities of "
            f"{'each of them add up to 1 among themselves' if several else 'this station add up to 1'}; "
            "lower one, what a row lacks to 1 leaves the network",
        )


def open_children(path: Path, document: Mapping[str, Any], _here: Mapping[str, Any]) -> list[str] | None:
    """The keys that may be set at a path; None where any name will do."""
    stations = document.get("stations")
    names = list(stations) if isinstance(stations, Mapping) else []
    match path:
        case ():
            return expected_keys(NetworkDocument)
        case ("stations", _):
            return expected_keys(StationTable)
        case ("stations" | "routing" | "arrival_rates" | "arrival_scvs",) | ("routing", _):
            return names
    return None
