"""A station from what was typed: its kind, its law, its numbers."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping
from typing import Any

import click

__all__ = ["build_law", "build_station", "station_kind"]

_OPTIONS = {
    "arrival_rate": "--arrival-rate",
    "service_rate": "--service-rate",
    "servers": "--servers",
    "capacity": "--capacity",
    "patience_rate": "--patience-rate",
}


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def station_kind(name: str) -> type[Any]:
    """The class of a station: "MMc", "mmc" and "M/M/c" are the same.

    Raises:
        click.UsageError: no such station.
    """
    from queuecalc.station import REGISTRY

    known: dict[str, type[Any]] = {_plain(key): kind for key, kind in REGISTRY.items()}
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


def build_law(*, mean_s: float, scv: float | None, name: str | None) -> Any:
    """A service law from its mean, its SCV and its name.

    Args:
        mean_s: mean service time in seconds.
        scv: variance / mean^2; None for what the law has by itself.
        name: in the registry of laws; None for the plain law of these two moments.

    Raises:
        click.UsageError: no such law, or one that does not go with this SCV.
    """
    from queuecalc.law import REGISTRY, two_moment

    if name is None:
        return two_moment(mean=mean_s, scv=1.0 if scv is None else scv)
    if name.lower() not in REGISTRY:
        raise click.UsageError(f"--law {name}: there are {', '.join(REGISTRY)}")
    kind = REGISTRY[name.lower()]
    accepted = _accepted(kind)
    arguments: dict[str, Any] = {"mean": mean_s}
    if "scv" in accepted:
        arguments["scv"] = 1.0 if scv is None else scv
    elif "stages" in accepted:
        stages = 1.0 if scv is None else 1.0 / scv if scv > 0 else 0.0
        if round(stages) < 1 or abs(stages - round(stages)) > 1e-6 * stages:
            raise click.UsageError(f"--scv {scv:g}: an Erlang law of k stages has SCV 1/k, as 0.5 or 0.25")
        arguments["stages"] = round(stages)
    needed = [p for p, q in accepted.items() if q.default is inspect.Parameter.empty and p not in arguments]
    if needed:
        raise click.UsageError(f"--law {name}: needs {', '.join(needed)}, for which there is no option")
    law = kind(**arguments)
    if scv is not None and abs(law.scv - scv) > 1e-6 * max(1.0, scv):
        raise click.UsageError(f"--scv {scv:g}: this law has SCV {law.scv:g}; leave out --law or --scv")
    return law


def build_station(
    kind: type[Any],
    *,
    numbers: Mapping[str, float | int | None],
    service_ms: float | None,
    scv: float | None,
    law: str | None,
) -> Any:
    """The station with exactly the arguments that its kind takes.

    Raises:
        click.UsageError: an option is missing, or one is given that this kind has no use for.
    """
    accepted = _accepted(kind)
    given = {name: value for name, value in numbers.items() if value is not None}
    rate = given.pop("service_rate", None)
    if (rate is None) == (service_ms is None):
        raise click.UsageError("give the service time once: --service-rate (1/s) or --service-ms (mean)")
    mean_s = service_ms / 1000.0 if service_ms is not None else 1.0 / float(rate or 1.0)
    title = kind.__name__
    if "service" in accepted:
        given["service"] = build_law(mean_s=mean_s, scv=scv, name=law)
    else:
        if (law or "exponential").lower() != "exponential" or (1.0 if scv is None else scv) != 1.0:
            raise click.UsageError(f"{title} has exponential service, SCV 1; for another law use MG1 or MGc")
        given["service_rate"] = rate if rate is not None else 1.0 / mean_s
    for name in given:
        if name not in accepted:
            raise click.UsageError(f"{title} has no {_OPTIONS.get(name, name)}")
    for name, parameter in accepted.items():
        if name not in given and parameter.default is inspect.Parameter.empty:
            raise click.UsageError(f"{title} needs {_OPTIONS.get(name, name)}")
    return kind(**given)
