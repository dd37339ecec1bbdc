"""`station`: one queue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from queuecalc.cli.numbers import Number, PercentilesType
from queuecalc.cli.options import shared
from queuecalc.cli.pictures import PictureType

if TYPE_CHECKING:
    from queuecalc.report import StationFigures

__all__ = ["command"]

_RATE = Number(0, 1e12, closed=False)
_SERVERS = Number(1, 100_000_000, whole=True)

_FIGURES = (
    ("stable", "stable"),
    ("utilisation", "utilisation"),
    ("offered_load", "offered_load_erlang"),
    ("throughput", "throughput_per_s"),
    ("delay_probability", "delay_probability"),
    ("blocking_probability", "blocking_probability"),
    ("mean_wait", "mean_wait_s"),
    ("mean_sojourn", "mean_sojourn_s"),
    ("mean_queue_length", "mean_queue_length"),
    ("mean_in_system", "mean_in_system"),
)
"""Attribute of a station, and its name with the unit."""


def _kendall(station: Any) -> str:
    """The station's name with its numbers in it: "M/M/4/10"."""
    letters = {"c": "servers", "K": "capacity"}
    parts = station.kendall.split("/")
    return "/".join(str(getattr(station, letters[part], part)) if part in letters else part for part in parts)


def _figures(station: Any, levels: tuple[float, ...]) -> StationFigures:
    from queuecalc.report import StationFigures

    named = {key: getattr(station, name) for name, key in _FIGURES if hasattr(station, name)}
    percentiles = tuple(
        (level, float(station.wait.ppf(level / 100.0)), float(station.sojourn.ppf(level / 100.0)))
        for level in levels
    )
    return StationFigures(
        station=_kendall(station),
        formula=station.formula,
        figures={key: value if isinstance(value, bool) else float(value) for key, value in named.items()},
        percentiles=percentiles,
        statements=(station.statement,),
    )


def _draw(station: Any, name: str, levels: tuple[float, ...], file: Path) -> None:
    from queuecalc.cli.station_pictures import hockey_stick, sojourn_tail
    from queuecalc.report.figures import station_sheet, write_figure

    write_figure(station_sheet(hockey_stick(station, name), sojourn_tail(station, name, levels)), file)
    click.echo(f"{file} is written", err=True)


@click.command(
    "station",
    short_help="Work out one queue: how busy, how long a wait.",
    epilog="\b\nExample:  queuecalc station MMc --arrival-rate 70 --service-rate 20 --servers 4",
)
@click.argument("kind", metavar="KIND")
@click.option("--arrival-rate", type=_RATE, required=True, help="Customers per second.")
@click.option("--service-rate", type=_RATE, help="Customers per second that one server completes.")
@click.option("--service-ms", type=_RATE, help="Mean service time in ms, instead of --service-rate.")
@click.option("--scv", type=Number(0, 1e6), help="Variance / mean^2 of the service time; 1 unless told.")
@click.option("--law", metavar="LAW", help="Law of the service time (queuecalc list laws).")
@click.option("--servers", type=_SERVERS, help="Parallel servers.")
@click.option("--capacity", type=_SERVERS, help="Most customers in the system, in service or waiting.")
@click.option(
    "--percentiles",
    type=PercentilesType(),
    default="50,95,99",
    show_default=True,
    help="Percentiles of wait and sojourn.",
)
@click.option(
    "--plot", type=PictureType(), help="Draw it, too: times against the load, the tail of the sojourn."
)
@shared("format")
def command(
    kind: str,
    service_ms: float | None,
    scv: float | None,
    law: str | None,
    percentiles: tuple[float, ...],
    plot: Path | None,
    form: str,
    **numbers: float | None,
) -> None:
    """Work out one queue of a KIND (queuecalc list stations): utilisation, the probability of a wait, means and
    percentiles of the wait and of the sojourn, and how far they can be trusted.

    A queue without a steady state has infinite means.
    """
    from queuecalc.cli.console import deliver
    from queuecalc.cli.stations import build_station, station_kind
    from queuecalc.report import station_page

    found = station_kind(kind)
    station = build_station(found, numbers=numbers, service_ms=service_ms, scv=scv, law=law)
    answer = _figures(station, percentiles)
    if plot is not None:
        _draw(station, answer.station, percentiles, plot)
    deliver(form, answer, lambda everything: station_page(answer, everything=everything))
