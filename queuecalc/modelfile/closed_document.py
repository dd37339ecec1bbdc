"""The tables of a closed network's file: stations, how many customers go round, and how often they come where."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from queuecalc.modelfile.document import HeadTable, Table
from queuecalc.modelfile.network_document import StationTable
from queuecalc.modelfile.values import NAME_WORD
from queuecalc.modelfile.words import Refused, Word, number, table, text, whole

__all__ = ["VISITS", "ClosedClassTable", "ClosedDocument", "ClosedStationTable"]

VISITS = number("a number of visits of at least 0", least=0)
_POPULATION = whole("a whole number of customers of at least 1", least=1)
_THINK = number("seconds of at least 0", least=0)
_RATE = number("a rate above 0, in 1/s", above=0)


def _key(description: str, example: str) -> Any:
    return Field(default=None, description=description, examples=[example])


def _rates(value: Any) -> tuple[Decimal, ...]:
    if not isinstance(value, list):
        raise ValueError
    if not value:
        raise ValueError("expected at least one rate")
    kept, faults = [], []
    for at, each in enumerate(value):
        try:
            kept.append(_RATE.checked(each))
        except Refused as refused:
            faults += [((at, *path), found, said) for path, found, said in refused.faults]
    if faults:
        raise Refused(*faults)
    return tuple(kept)


_RATES = Word(
    _rates, "a list of rates above 0, in 1/s", {"type": "array", "items": dict(_RATE.schema), "minItems": 1}
)


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError
    return dict(value)


_TABLE = Word(_mapping, "a table by station", {"type": "object"})
_BY_CLASS = table(NAME_WORD, number("milliseconds above 0", above=0), "milliseconds by class")


class ClosedStationTable(StationTable):
    """One station: as in an open network, or with a speed of its own for each number of customers, or by class."""

    state_rates: Annotated[tuple[Decimal, ...] | None, _RATES] = _key(
        "or the rates with 1, 2, ... customers there; the last holds beyond", "[10, 18, 22]"
    )
    class_service_ms: Annotated[dict[str, Decimal] | None, _BY_CLASS] = _key(
        "or the mean service time of each class, who share the servers equally", "{ browse = 20, buy = 60 }"
    )


class ClosedClassTable(Table):
    """One class of customers: how many, what they think, and where they go; or how fast they come."""

    population: Annotated[int | None, _POPULATION] = _key("how many customers there are", "50")
    arrival_rates: Annotated[dict[str, Any] | None, _TABLE] = _key(
        "or, for a class that comes and goes, what comes to each station from outside, in 1/s", "{ web = 10 }"
    )
    think_s: Annotated[Decimal | None, _THINK] = _key("mean time between two cycles (default 0)", "2.5")
    visits: Annotated[dict[str, Any] | None, _TABLE] = _key(
        "mean visits to each station in a cycle (default: one to each)", "{ web = 1, disk = 0.4 }"
    )
    routing: Annotated[dict[str, Any] | None, _TABLE] = _key(
        "or the probability to go to each station next; rows add up to 1 (at most 1 with arrival_rates)",
        "{ web = { disk = 1 }, disk = { web = 1 } }",
    )
    reference: Annotated[str | None, text("the name of a station")] = _key(
        "with a routing: the station where a cycle begins (default: the first)", '"web"'
    )


class ClosedDocument(HeadTable, ClosedClassTable):
    """A whole file. Its parts are validated one by one, so that no fault hides another."""

    stations: dict[str, ClosedStationTable] = _key("the stations by name", "")
    classes: dict[str, ClosedClassTable] = _key("[classes.NAME]: instead of one population, several", "")
