"""The options of `station`, a row each: what a station's own fields are called on the command line.

A new station whose fields are all here needs nothing in this file. A field that is a number, or several, is a row of
FIELDS; another way to say it (a mean instead of a rate) one of INSTEAD; a field that is a law one of LAWS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from queuecalc.cli.numbers import Number, NumbersType
from queuecalc.cli.station_values import BatchType

__all__ = [
    "FIELDS",
    "INSTEAD",
    "LAWS",
    "Field",
    "Instead",
    "LawField",
    "field_options",
    "flag",
    "of_the_fields",
    "station_fields",
]

F = TypeVar("F", bound=Callable[..., Any])

RATE = Number(1e-12, 1e12)
RATES = NumbersType(RATE, 1000)
COUNT = Number(1, 100_000_000, whole=True)
VARIATION = Number(0, 1e6)
SHAPE = Number(1, 1e6, closed=False)
NOT_NEGATIVE = Number(0, 1e12)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of stations and its option.

    Attributes:
        name: of the field, and of the option with hyphens.
        type: what may be typed.
        help: what it is, with its unit.
    """

    name: str
    type: click.ParamType[Any] | click.Choice[str]
    help: str


@dataclass(frozen=True, slots=True)
class Instead:
    """An option that says a rate by its inverse.

    Attributes:
        name: of the option.
        field: the rate, in 1/s.
        unit: how many of the option's units are a second.
        noun: what the two of them say.
        help: what it is, with its unit.
    """

    name: str
    field: str
    unit: float
    noun: str
    help: str


@dataclass(frozen=True, slots=True)
class LawField:
    """A field that is a law, from the options for its mean, its SCV and its name.

    Attributes:
        field: of the station.
        rate: the option, a row of FIELDS, with the inverse of the mean, in 1/s.
        scv: the option for variance / mean^2.
        law: the option for the name of the law.
        shape: the option for the exponent of a Pareto law's tail, instead of the SCV.
        noun: what has this law.
        elsewhere: the kinds that take any law where others take one.
    """

    field: str
    rate: str
    scv: str
    law: str
    shape: str
    noun: str
    elsewhere: str = "MG1 or MGc"


FIELDS: tuple[Field, ...] = (
    Field("arrival_rate", RATE, "Customers per second."),
    Field("service_rate", RATE, "Customers per second that one server completes."),
    Field("service_rates", RATES, "Customers per second that each server completes, as 20,20,8 or 2x20,8."),
    Field("dispatch", click.Choice(["fastest", "slowest", "random"]), "Which free server an arrival takes."),
    Field("state_rates", RATES, "Customers per second completed with 1, 2, .. K there, as 10,18,24."),
    Field("servers", COUNT, "Parallel servers."),
    Field("capacity", COUNT, "Most customers in the system, in service or waiting."),
    Field("sources", COUNT, "Sources of requests; each asks while it is idle."),
    Field("request_rate", RATE, "Requests per second of one idle source."),
    Field("patience_rate", RATE, "1 / mean patience of who waits, per second."),
    Field(
        "arrival_rates", NumbersType(RATE, 20), "Customers of each class per second, the first served first."
    ),
    Field(
        "class_rates",
        NumbersType(RATE, 20),
        "Customers of each class that the server completes per second.",
    ),
    Field(
        "class_scvs",
        NumbersType(VARIATION, 20),
        "Variance / mean^2 of the service of each class; 1 unless told.",
    ),
    Field(
        "discipline",
        click.Choice(["non-preemptive", "preemptive-resume"]),
        "Whether a higher class interrupts; non-preemptive unless told.",
    ),
    Field(
        "method",
        click.Choice(["whitt", "kraemer-langenbach-belz", "allen-cunneen", "kingman"]),
        "Formula of the mean wait.",
    ),
    Field("batch_rate", RATE, "Batches of customers per second."),
    Field(
        "batch", BatchType(), "Size of a batch: 3, geometric:5 (mean 5), or the probabilities of 1, 2, ..."
    ),
    Field("vacation_rate", RATE, "Vacations per second away: 1 / mean length."),
    Field("failure_rate", NOT_NEGATIVE, "Failures per second of up time."),
    Field("repair_rate", RATE, "Repairs per second of down time: 1 / mean length."),
    Field("failures", click.Choice(["always", "serving"]), "When the server can fail; always unless told."),
)

INSTEAD: tuple[Instead, ...] = (
    Instead(
        "service_ms",
        "service_rate",
        1000.0,
        "service time",
        "Mean service time in ms, for --service-rate.",
    ),
    Instead(
        "patience_s",
        "patience_rate",
        1.0,
        "patience",
        "Mean patience in seconds, for --patience-rate.",
    ),
    Instead(
        "vacation_ms",
        "vacation_rate",
        1000.0,
        "length of a vacation",
        "Mean length of a vacation in ms, for --vacation-rate.",
    ),
    Instead(
        "mtbf_s",
        "failure_rate",
        1.0,
        "time between failures",
        "Mean up time between failures in seconds, for --failure-rate.",
    ),
    Instead(
        "mttr_s",
        "repair_rate",
        1.0,
        "time of a repair",
        "Mean time of a repair in seconds, for --repair-rate.",
    ),
    Instead(
        "think_s",
        "request_rate",
        1.0,
        "time that a source is idle",
        "Mean idle (think) time of a source in seconds, for --request-rate.",
    ),
)

LAWS: tuple[LawField, ...] = (
    LawField("service", "service_rate", "scv", "law", "shape", "service time"),
    LawField(
        "interarrival",
        "arrival_rate",
        "arrival_scv",
        "arrival_law",
        "arrival_shape",
        "time between arrivals",
        "GM1, GMc, GG1 or GGc",
    ),
    LawField(
        "vacation", "vacation_rate", "vacation_scv", "vacation_law", "vacation_shape", "length of a vacation"
    ),
    LawField("repair", "repair_rate", "repair_scv", "repair_law", "repair_shape", "time of a repair"),
)


def flag(name: str) -> str:
    """How a field is typed: "--arrival-rate"."""
    return f"--{name.replace('_', '-')}"


def station_fields(function: F) -> F:
    """Every row as an option of a command."""
    rows = [(field.name, field.type, field.help, "") for field in FIELDS]
    rows += [(row.name, RATE, row.help, "") for row in INSTEAD]
    for law in LAWS:
        rows.append((law.scv, VARIATION, f"Variance / mean^2 of the {law.noun}; 1 unless told.", ""))
        rows.append((law.law, click.STRING, f"Law of the {law.noun} (queuecalc list laws).", "LAW"))
        exponent = f"Exponent of the tail of a pareto {law.noun}, above 1, for {flag(law.scv)}."
        rows.append((law.shape, SHAPE, exponent, ""))
    for name, kind, text, metavar in reversed(rows):
        function = click.option(flag(name), name, type=kind, help=text, metavar=metavar or None)(function)
    return function


def field_options() -> set[str]:
    """The names of all options that say a field."""
    names = {field.name for field in FIELDS} | {row.name for row in INSTEAD}
    return names | {name for law in LAWS for name in (law.scv, law.law, law.shape)}


def of_the_fields(fields: set[str]) -> set[str]:
    """The options that a station with these fields has a use for."""
    names = set(fields)
    if "services" in fields:
        names = names - {"services"} | {"class_rates", "class_scvs"}
    for law in LAWS:
        if law.field in fields:
            names |= {law.rate, law.scv, law.law, law.shape}
    return names | {row.name for row in INSTEAD if row.field in names}
