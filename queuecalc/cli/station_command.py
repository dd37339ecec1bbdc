"""`station`: one queue."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from queuecalc.cli.numbers import PercentilesType
from queuecalc.cli.options import shared
from queuecalc.cli.pictures import PictureType
from queuecalc.cli.station_options import field_options, station_fields

if TYPE_CHECKING:
    from pathlib import Path

    from queuecalc.report import StationFigures

__all__ = ["command"]

_FIGURES = (
    ("stable", "stable"),
    ("utilisation", "utilisation"),
    ("offered_load", "offered_load_erlang"),
    ("throughput", "throughput_per_s"),
    ("delay_probability", "delay_probability"),
    ("blocking_probability", "blocking_probability"),
    ("time_congestion", "time_congestion_probability"),
    ("abandonment_probability", "abandonment_probability"),
    ("mean_wait", "mean_wait_s"),
    ("mean_wait_of_all", "mean_wait_of_all_s"),
    ("mean_wait_of_abandoning", "mean_wait_of_abandoning_s"),
    ("mean_sojourn", "mean_sojourn_s"),
    ("slowdown", "slowdown"),
    ("mean_queue_length", "mean_queue_length"),
    ("mean_in_system", "mean_in_system"),
)
"""Attribute of a station, and its name with the unit."""

_KIND = "queuecalc.station.kind"

_LETTERS = {"c": "servers", "K": "capacity", "N": "sources"}
"""What a letter in Kendall's notation stands for."""


def _kendall(station: Any) -> str:
    """The station's name with its numbers in it: "M/M/4/10"."""

    def written(letter: re.Match[str]) -> str:
        value = getattr(station, _LETTERS[letter.group()], letter.group())
        return str(value)

    return re.sub(rf"(?<![\w(])[{''.join(_LETTERS)}](?!\w)", written, station.kendall)


def _figures(station: Any, levels: tuple[float, ...]) -> StationFigures:
    from queuecalc.errors import InvalidInput
    from queuecalc.report import StationFigures

    named = {key: getattr(station, name) for name, key in _FIGURES if hasattr(station, name)}
    percentiles: tuple[tuple[float, float, float], ...] = ()
    unknown = ""
    try:
        wait, sojourn = station.wait, station.sojourn
    except InvalidInput as error:  # means of every law, percentiles of some
        unknown = str(error)
    else:
        percentiles = tuple(
            (level, float(wait.ppf(level / 100.0)), float(sojourn.ppf(level / 100.0))) for level in levels
        )
    return StationFigures(
        station=_kendall(station),
        formula=station.formula,
        figures={key: value if isinstance(value, bool) else float(value) for key, value in named.items()},
        percentiles=percentiles,
        unknown=unknown,
        # exact cases of an approximate station are told as such
        statements=(replace(station.statement, evidence=station.evidence),),
    )


def _draw(station: Any, name: str, levels: tuple[float, ...], file: Path) -> None:
    from queuecalc.cli.station_pictures import hockey_stick, sojourn_tail
    from queuecalc.report.figures import station_sheet, write_figure

    write_figure(station_sheet(hockey_stick(station, name), sojourn_tail(station, name, levels)), file)
    click.echo(f"{file} is written", err=True)


class _Command(click.Command):
    """The command, whose help tells of the options of one kind when a kind is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; help for a kind shows what that kind takes."""
        if any(argument in ctx.help_option_names for argument in args):
            from queuecalc.cli.stations import station_kind

            for argument in args:
                if not argument.startswith("-"):
                    ctx.meta[_KIND] = station_kind(argument)
                    break
        return super().parse_args(ctx, args)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help of the command, or what a kind is."""
        kind = ctx.meta.get(_KIND)
        if kind is None:
            super().format_help_text(ctx, formatter)
            return
        told = inspect.cleandoc(kind.__doc__ or "").split("\n\nAttributes:")[0].split("\n\n")
        formatter.write_paragraph()
        with formatter.indentation():
            for paragraph in told:
                formatter.write_text(" ".join(paragraph.split()))
                formatter.write_paragraph()
            formatter.write_text(f"formula   {kind.formula}")
            formatter.write_text(f"evidence  {kind.statement.evidence.value}: {kind.statement.sentence}")
            formatter.write_text(f"source    {kind.statement.paper}")

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """All parameters, or those of one kind."""
        parameters = super().get_params(ctx)
        kind = ctx.meta.get(_KIND)
        if kind is None:
            return parameters
        from queuecalc.cli.stations import options_of

        useful = options_of(kind)
        return [each for each in parameters if each.name not in field_options() or each.name in useful]

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The usage line, with the kind in its place."""
        kind = ctx.meta.get(_KIND)
        pieces = super().collect_usage_pieces(ctx)
        return pieces if kind is None else [kind.__name__ if piece == "KIND" else piece for piece in pieces]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The example, which is of another kind."""
        if ctx.meta.get(_KIND) is None:
            super().format_epilog(ctx, formatter)


@click.command(
    "station",
    cls=_Command,
    short_help="Work out one queue: how busy, how long a wait.",
    epilog="\b\nExample:  queuecalc station MMc --arrival-rate 70 --service-rate 20 --servers 4",
)
@click.argument("kind", metavar="KIND")
@station_fields
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
def command(kind: str, percentiles: tuple[float, ...], plot: Path | None, form: str, **fields: Any) -> None:
    """Work out one queue of a KIND (queuecalc list stations): utilisation, the probability of a wait, means and
    percentiles of the wait and of the sojourn, and how far they can be trusted.

    Every kind has options of its own: queuecalc station KIND --help shows them, with the formula.

    A queue without a steady state has infinite means.
    """
    from queuecalc.cli.console import deliver
    from queuecalc.cli.stations import build_station, station_kind
    from queuecalc.report import station_page

    station = build_station(station_kind(kind), fields)
    answer = _figures(station, percentiles)
    if plot is not None:
        _draw(station, answer.station, percentiles, plot)
    deliver(form, answer, lambda everything: station_page(answer, everything=everything))
