"""A station from what was typed: its kind, its laws, its numbers."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping
from typing import Any

import click

from queuecalc.cli.station_options import INSTEAD, LAWS, Instead, LawField, flag, of_the_fields

__all__ = ["build_law", "build_station", "options_of", "station_kind"]


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def station_kind(name: str) -> type[Any]:
    """The class of a station: "MMc", "mmc" and "M/M/c" are the same.

    Raises:
        click.UsageError: no such station.
    """
    from queuecalc.station import REGISTRY

    known: dict[str, type[Any]] = {}
    for key, kind in REGISTRY.items():
        for other in (kind.kendall, kind.__name__, key):
            known[_plain(other)] = kind
    found = known.get(_plain(name))
    if found is None:
        near = difflib.get_close_matches(_plain(name), known, n=1)
        names = ", ".join(REGISTRY)
        hint = f"did you mean {known[near[0]].__name__}?" if near else f"there are {names}"
        raise click.UsageError(f"no station {name!r}; {hint}")
    return found


def _accepted(kind: type[Any]) -> Mapping[str, inspect.Parameter]:
    parameters = inspect.signature(kind).parameters
    return {name: p for name, p in parameters.items() if p.kind is not inspect.Parameter.VAR_KEYWORD}


def options_of(kind: type[Any]) -> set[str]:
    """The names of the options that this kind has a use for."""
    return of_the_fields(set(_accepted(kind)))


def build_law(
    *,
    mean_s: float,
    scv: float | None,
    name: str | None,
    shape: float | None = None,
    options: LawField = LAWS[0],
) -> Any:
    """A law from its mean, its SCV and its name.

    Args:
        mean_s: mean in seconds.
        scv: variance / mean^2; None for what the law has by itself.
        name: in the registry of laws; None for the plain law of these two moments.
        shape: the exponent of a Pareto law's tail, instead of its SCV.
        options: what the options are called, for messages.

    Raises:
        click.UsageError: no such law, or one that does not go with this SCV or shape.
    """
    from queuecalc.law import BY_NAME, by_name, two_moment
    from queuecalc.law.choice import FIXED

    by_scv, option, by_shape = flag(options.scv), flag(options.law), flag(options.shape)
    if shape is not None and (name is None or name.lower() != "pareto"):
        raise click.UsageError(f"{by_shape} {shape:g}: only a pareto law has one; add {option} pareto")
    if shape is not None and scv is not None:
        raise click.UsageError(f"{option} {name}: give {by_scv} or {by_shape}, not both")
    if name is None:
        return two_moment(mean=mean_s, scv=1.0 if scv is None else scv)
    known = name.lower()
    if known not in BY_NAME:
        raise click.UsageError(f"{option} {name}: there are {', '.join(BY_NAME)}")
    if known in FIXED and scv is not None and scv != FIXED[known]:
        raise click.UsageError(
            f"{by_scv} {scv:g}: this law has SCV {FIXED[known]:g}; leave out {option} or {by_scv}"
        )
    if known == "erlang" and scv is not None:
        stages = 1.0 / scv if scv > 0 else 0.0
        if round(stages) < 1 or abs(stages - round(stages)) > 1e-6 * stages:
            raise click.UsageError(f"{by_scv} {scv:g}: an Erlang law of k stages has SCV 1/k, as 0.5 or 0.25")
        scv = 1.0 / round(stages)
    if shape is None and scv is None and known not in FIXED:
        if known in ("pareto", "uniform"):
            instead = f" or {by_shape}" if known == "pareto" else ""
            raise click.UsageError(f"{option} {name}: needs {by_scv}{instead}, too")
        scv = 1.0
    return by_name(known, mean=mean_s, scv=scv, shape=shape)


def build_station(kind: type[Any], given: Mapping[str, Any]) -> Any:
    """The station with exactly the arguments that its kind takes.

    Args:
        kind: its class.
        given: what was typed, by the name of the option; None for what was not.

    Raises:
        click.UsageError: an option is missing, or one is given that this kind has no use for.
    """
    accepted = _accepted(kind)
    title = kind.__name__
    typed = {name: value for name, value in given.items() if value is not None}
    useful = options_of(kind)
    for row in INSTEAD:
        _read_inverse(row, typed, title, wanted=row.name in useful)
    for law in LAWS:
        if law.field in accepted:
            if law.rate not in typed:
                raise click.UsageError(f"{title} needs {flag(law.rate)}")
            mean_s = 1.0 / typed.pop(law.rate)
            scv, name, shape = (typed.pop(option, None) for option in (law.scv, law.law, law.shape))
            typed[law.field] = build_law(mean_s=mean_s, scv=scv, name=name, shape=shape, options=law)
        elif law.rate in accepted:
            constant = law.field == "service" and "/D/" in kind.kendall
            only, variation = ("deterministic", 0.0) if constant else ("exponential", 1.0)
            scv, name = typed.pop(law.scv, variation), typed.pop(law.law, only)
            if name.lower() != only or scv != variation or law.shape in typed:
                noun = "service" if law.field == "service" else law.noun
                raise click.UsageError(
                    f"{title} has {only} {noun}, SCV {variation:g}; for another law use {law.elsewhere}"
                )
    if "services" in accepted:
        typed["services"] = _services(typed, title)
    for name in typed:
        if name not in accepted:
            raise click.UsageError(f"{title} has no {flag(name)}")
    for name, parameter in accepted.items():
        if name not in typed and parameter.default is inspect.Parameter.empty:
            raise click.UsageError(f"{title} needs {flag(name)}")
    return kind(**typed)


def _services(typed: dict[str, Any], title: str) -> tuple[Any, ...]:
    """A service law for each class, from --class-rates and --class-scvs."""
    from queuecalc.law import two_moment

    if "class_rates" not in typed:
        raise click.UsageError(f"{title} needs --class-rates")
    rates = typed.pop("class_rates")
    variations = typed.pop("class_scvs", (1.0,) * len(rates))
    if len(variations) != len(rates):
        raise click.UsageError(
            f"--class-scvs has {len(variations)} numbers for {len(rates)} of --class-rates"
        )
    return tuple(two_moment(mean=1.0 / rate, scv=c2) for rate, c2 in zip(rates, variations, strict=True))


def _read_inverse(row: Instead, typed: dict[str, Any], title: str, *, wanted: bool) -> None:
    """A rate given by its inverse becomes the rate; wanted where the station has the rate."""
    if wanted and (row.field in typed) == (row.name in typed):
        raise click.UsageError(
            f"{title}: give the {row.noun} once: {flag(row.field)} (1/s) or {flag(row.name)} (mean)"
        )
    if wanted and row.name in typed:
        typed[row.field] = row.unit / typed.pop(row.name)
