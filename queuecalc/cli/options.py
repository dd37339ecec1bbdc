"""Options that several commands share, each written once; a command asks for them by name.

name     what it is                                       used by
model    the MODEL argument (FILE of a network)            size, evaluate, network, derive, check, plot, simulate
set      --set PATH=VALUE, repeatable                     size, evaluate, network, derive, check, plot, simulate
count    --count NAME=N, repeatable                        evaluate, plot, simulate
from     --from cheapest                                  evaluate, plot, simulate
format   --format table|json|csv|markdown                 size, evaluate, list, station, network, simulate
quiet    --quiet, one line                                size, evaluate
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from queuecalc.cli.numbers import CountType

__all__ = ["FORMATS", "OPTIONS", "refuse_quiet", "shared"]

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("table", "json", "csv", "markdown")


def _settings(ctx: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    for setting in value:
        path, equals, _ = setting.partition("=")
        if not equals or not path.strip():
            raise click.BadParameter(
                f"{setting!r}: expected PATH=VALUE, as in contract.p95_ms=200", ctx, parameter
            )
    return value


OPTIONS: dict[str, Callable[[F], F]] = {
    "model": click.argument("model", metavar="MODEL"),
    "set": click.option(
        "--set",
        "settings",
        metavar="PATH=VALUE",
        multiple=True,
        callback=_settings,
        help="Change a value of the model, as in --set contract.p95_ms=200. Repeatable.",
    ),
    "count": click.option(
        "--count",
        "counts",
        type=CountType(),
        multiple=True,
        help="Units of a component; repeatable, or with commas: --count server=4,worker=6.",
    ),
    "from": click.option(
        "--from",
        "base",
        type=click.Choice(["cheapest"]),
        help="Where the counts come from that are not named: those of the cheapest plan.",
    ),
    "format": click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="How to print the answer.",
    ),
    "quiet": click.option("--quiet", is_flag=True, help="Print one line."),
}


def shared(*names: str) -> Callable[[F], F]:
    """The named options, in that order."""

    def decorate(function: F) -> F:
        for name in reversed(names):
            function = OPTIONS[name](function)
        return function

    return decorate


def refuse_quiet(form: str, quiet: bool) -> None:
    """--quiet is a way to print a table; the other formats have their own."""
    if quiet and form != "table":
        raise click.UsageError(f"--quiet prints one line of text; it does not go with --format {form}")
