"""Command lines drawn from what click knows of a command, so that a new command is tested the day it is added."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from hypothesis import strategies as st

from queuecalc.cli.main import COMMANDS, main

__all__ = ["NAMES", "command_lines", "command_of", "good_lines", "station_lines", "takes_model"]

NAMES = tuple(name for names in COMMANDS.values() for name in names)

GOOD_NUMBERS = ["1", "2", "4", "10", "70", "0.5", "1e-3", "100000", "1e9"]
NUMBERS = [*GOOD_NUMBERS, "0", "-1", "nan", "inf", "-inf", "1e-300", "1e300", "1e400", "x", ""]
PATHS = [
    "contract.p95_ms",
    "load.requests_per_s",
    "components.server.servers",
    "contract",
    "",
    "a.b",
    "format",
    "load",
]
STATIONS = ["MM1", "M/M/c", "mg1", "MGc", "MMInf", "MMcK", "mgck", "ErlangA"]
LAWS = ["exponential", "lognormal", "deterministic", "gamma", "erlang"]
COUNTS = ["0", "1", "2", "3", "5", "12"]

Values = Callable[[list[str]], st.SearchStrategy[str]]


def _counts(names: list[str]) -> st.SearchStrategy[str]:
    """A count for every component."""
    counts = st.lists(st.sampled_from(COUNTS), min_size=len(names), max_size=len(names))
    return counts.map(lambda values: ",".join(map("=".join, zip(names, values, strict=True))))


def _settings(names: list[str]) -> st.SearchStrategy[str]:
    known = [
        f"components.{name}.{key}"
        for name in names
        for key in ("count", "usd_per_month", "service_ms", "mttr_h")
    ]
    values = [*NUMBERS, "[1, 3]", "true", '"x"', "{}"]
    return st.tuples(st.sampled_from([*PATHS, *known]), st.sampled_from(values)).map("=".join)


GOOD: dict[str, Values] = {
    "counts": _counts,
    "settings": lambda _: st.sampled_from(["title=Another", "format=1"]),
    "kind": lambda _: st.sampled_from(STATIONS),
    "law": lambda _: st.sampled_from(LAWS),
    "percentiles": lambda _: st.sampled_from(["50", "50,95", "99.999999"]),
    "what": lambda _: st.sampled_from(["load", "latency", "lag,cost"]),
    "base": lambda _: st.sampled_from(["single-queue"]),
}
"""Values of options that are text to click, by the name of the parameter; the others get numbers."""

ANY: dict[str, Values] = {
    "counts": lambda names: st.tuples(
        st.sampled_from([*names, *names, "nosuch", ""]), st.sampled_from([*COUNTS, "-1", "1e3", "9" * 12])
    ).map("=".join),
    "settings": _settings,
    "kind": lambda _: st.sampled_from([*STATIONS, *STATIONS, "nosuch", ""]),
    "law": lambda _: st.sampled_from([*LAWS, "nosuch"]),
    "percentiles": lambda _: st.sampled_from(["50", "50,95", "99.999999", "0", "100", "nan", "", "5,x"]),
    "what": lambda _: st.sampled_from(["load", "latency", "lag,cost", "nosuch", ""]),
    "base": lambda _: st.sampled_from(["single-queue", "nosuch", ""]),
}
"""The same with values that no command takes."""


def command_of(name: str) -> click.Command:
    """The command of that name."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    return command


def takes_model(command: click.Command) -> bool:
    """Whether a MODEL is among the arguments."""
    return any(parameter.name == "model" for parameter in command.params)


def _file(folder: Path, name: str, *, good: bool) -> st.SearchStrategy[str]:
    right = str(folder / f"{name}.svg")
    if good:
        return st.just(right)
    endings = st.sampled_from([".svg", ".png", ".json", ".toml", ""]).map(
        lambda ending: str(folder / f"{name}{ending}")
    )
    return st.one_of(endings, st.sampled_from([str(folder), str(folder / "none" / "file.svg"), ""]))


def _value(
    parameter: click.Parameter, names: list[str], folder: Path, *, good: bool
) -> st.SearchStrategy[str]:
    kind, name = parameter.type, parameter.name or ""
    if isinstance(kind, click.Choice):
        return st.sampled_from([*map(str, kind.choices), *(() if good else ("nosuch",))])
    if isinstance(kind, click.Path) or kind.name in ("FILE", "file", "path") or name in ("file", "output"):
        return _file(folder, name, good=good)
    known = (GOOD if good else ANY).get(name)
    return known(names) if known else st.sampled_from(GOOD_NUMBERS if good else NUMBERS)


AGES = {("simulate", "curve")}
"""Options that follow millions of requests where the model has them."""


@st.composite
def good_lines(draw: st.DrawFn, name: str, names: list[str], folder: Path) -> list[str]:
    """Arguments that a model with these components may well be given: the model decides what happens."""
    words = [name]
    for parameter in command_of(name).params:
        if parameter.name == "model":
            words.append("-")
            continue
        if (name, parameter.name) in AGES:
            continue
        if isinstance(parameter, click.Argument):
            words.append(draw(_value(parameter, names, folder, good=True)))
            continue
        wanted = parameter.required or (parameter.name == "counts" and draw(st.booleans()))
        if isinstance(parameter, click.Option) and (wanted or draw(st.integers(0, 3)) == 0):
            words.append(parameter.opts[-1])
            words += [] if parameter.is_flag else [draw(_value(parameter, names, folder, good=True))]
    return words


RATES = ["1e-300", "1e-12", "0.001", "1", "4", "70", "79.99999999", "80", "20000", "1e12", "17.3", "1e-5"]
ROOMS = ["1", "2", "3", "4", "5", "10", "50", "1000", "100000", "1000000", "100000000"]
SHARES = ["0", "1e-9", "0.05", "0.25", "0.5", "1", "1.7", "4", "20", "1000", "1e6"]


@st.composite
def station_lines(draw: st.DrawFn, kind: str) -> list[str]:
    """Exactly the options that a kind of station has a use for, with numbers from the edges of what they permit."""
    from queuecalc.cli.stations import options_of, station_kind

    useful = options_of(station_kind(kind))
    words = ["station", kind]
    for parameter in command_of("station").params:
        name = parameter.name or ""
        if name not in useful or name.endswith("_ms"):
            continue
        if name.endswith("_rate"):
            words += [parameter.opts[0], draw(st.sampled_from(RATES))]
        elif getattr(parameter.type, "whole", False):
            words += [parameter.opts[0], draw(st.sampled_from(ROOMS))]
        elif draw(st.integers(0, 2)) == 0:
            values = (
                [*map(str, parameter.type.choices)] if isinstance(parameter.type, click.Choice) else SHARES
            )
            words += [parameter.opts[0], draw(st.sampled_from(LAWS if "law" in name else values))]
    form = draw(st.sampled_from(["json", "table"]))
    return [
        *words,
        "--percentiles",
        draw(st.sampled_from(["50,95", "99.9999999", "1e-9,5"])),
        "--format",
        form,
    ]


@st.composite
def command_lines(draw: st.DrawFn, name: str, names: list[str], folder: Path) -> list[str]:
    """Arguments for the command, MODEL as standard input; some make no sense, some are too few or too many."""
    words = [name]
    for parameter in command_of(name).params:
        good = draw(st.integers(0, 3)) > 0
        if isinstance(parameter, click.Argument):
            if draw(st.integers(0, 29)):
                model = parameter.name == "model"
                words.append("-" if model else draw(_value(parameter, names, folder, good=good)))
        elif isinstance(parameter, click.Option):
            often = 19 if parameter.required else 7 if parameter.name in ("service_rate", "counts") else 4
            for _ in range(draw(st.integers(1, 2)) if parameter.multiple else 1):
                if draw(st.integers(0, 19)) < often:
                    words.append(draw(st.sampled_from(parameter.opts)))
                    words += [] if parameter.is_flag else [draw(_value(parameter, names, folder, good=good))]
    if draw(st.integers(0, 29)) == 0:
        words.append(draw(st.sampled_from(["--nosuch", "more", "-", "--help"])))
    return words
