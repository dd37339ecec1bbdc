"""The tables of a plain network's file: stations, who goes where next, and what arrives from outside."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from queuecalc.modelfile import values
from queuecalc.modelfile.document import HeadTable, Table
from queuecalc.modelfile.words import number

__all__ = ["PROBABILITY", "RATE", "NetworkDocument", "StationTable"]

PROBABILITY = number("a probability from 0 to 1", least=0, most=1)
RATE = number("a rate of at least 0, in 1/s", least=0)


def _key(description: str, example: str) -> Any:
    return Field(default=None, description=description, examples=[example])


class StationTable(Table):
    """One station: its servers and the law of its service time."""

    servers: Annotated[int | None, values.SERVERS] = _key('parallel servers (default 1), or "unlimited"', "4")
    service_rate: Annotated[Decimal | None, number("a rate above 0, in 1/s", above=0)] = _key(
        "customers per second that one server completes", "20"
    )
    service_ms: Annotated[Decimal | None, number("milliseconds above 0", above=0)] = _key(
        "or the mean service time", "50"
    )
    service: Annotated[dict[str, Any] | None, values.STATION_SERVICE] = _key(
        "or a lognormal law through two percentiles, or all of mean_ms, scv and law in one table",
        "{ p50_ms = 12, p99_ms = 90 }",
    )
    scv: Annotated[Decimal | None, values.SCV] = _key(
        "variance / mean^2: 1 is exponential (default), 0 constant, else gamma", "1.5"
    )
    law: Annotated[str | None, values.LAW] = _key(
        "another law of the service time, with this mean and scv", '"lognormal"'
    )
    shape: Annotated[Decimal | None, values.SHAPE] = _key(
        "of a pareto law, instead of scv: the exponent of its tail, above 2 (finite variance)", "2.5"
    )


class NetworkDocument(HeadTable):
    """A whole network file. Its parts are validated one by one, so that no fault hides another."""

    stations: dict[str, StationTable] = _key("the stations by name", "")
    routing: dict[str, dict[str, Decimal]] = _key(
        "[routing.NAME]: the probability to go to each station next; what a row lacks to 1 leaves", ""
    )
    arrival_rates: dict[str, Decimal] = _key("what comes to each station from outside, in 1/s", "")
    arrival_scvs: dict[str, Decimal] = _key(
        "variance / mean^2 of the times between these arrivals: 1 is Poisson (default), 0 constant, else gamma times",
        "",
    )
