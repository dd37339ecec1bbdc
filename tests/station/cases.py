"""Stations of every registered kind, at a load and with a law that a property test draws."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from hypothesis import strategies as st

from queuecalc.law import (
    Deterministic,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    Mixture,
)
from queuecalc.station import REGISTRY, Batch, Station

SHARED = {
    "mm1ps": "everybody is served at once: there is no wait, and the time in service depends on the others",
    "mg1ps": "as mm1ps; and the law of the sojourn is known for exponential service alone",
}
"""Kinds whose sojourn is not a wait plus an independent service, and why."""

Build = Callable[[Any], Any]
"""rho -> the station with that offered load per server (per 4 servers where they are without limit)."""

LAWS: dict[str, Law] = {
    "exponential": Exponential(mean=0.7),
    "deterministic": Deterministic(mean=0.7),
    "erlang": Erlang(mean=0.7, stages=3),
    "gamma": Gamma(mean=0.7, scv=2.5),
    "steep": Gamma(mean=0.7, scv=0.05),
    "hyperexponential": Hyperexponential(mean=0.7, scv=4.0),
    "lognormal": Lognormal(mean=0.7, scv=1.5),
    "mixture": Mixture(weights=(0.6, 0.4), laws=(Deterministic(mean=0.2), Gamma(mean=1.45, scv=0.5))),
}

MEAN = 0.7

ARRIVAL_SCV = 1.6

BATCH = (0.5, 0.2, 0.3)

FAILURE_RATE, MEAN_REPAIR = 0.3, 0.5

SCARCE = 1e-6
"""The least load of a station that is told the mean time between arrivals."""


def builder(kind: str, law: Law, servers: int, places: int) -> Build:
    """A station of a kind as a function of its load; what the kind has no use for is left out."""
    own: dict[str, Any] = {
        "service": LAWS["exponential"] if kind in SHARED else law,
        "service_rate": 1.0 / MEAN,
        "servers": servers,
        "capacity": servers + places,
        "patience_rate": 0.4,
        "batch": BATCH,
        # kinks of several classes are inverted at length: test_priorities.py has them
        "services": 2 * (law if law.smooth else LAWS["gamma"],),
        "vacation": Gamma(mean=0.4, scv=0.5),
        "failure_rate": FAILURE_RATE,
        "repair": Exponential(mean=MEAN_REPAIR),
        "sources": servers + places + 1,
        "state_rates": (1.0 / MEAN,) * min(1 + places, 12),
        "service_rates": (1.0 / MEAN,) * min(servers, 6),
    }
    make: Any = REGISTRY[kind]
    fields = make.__dataclass_fields__
    arguments = {name: value for name, value in own.items() if name in fields}
    if "service_rates" in fields:
        servers = min(servers, 6)
    c = servers if {"servers", "service_rates"} & set(fields) else 4 if kind.endswith("inf") else 1

    def station(rho: Any) -> Any:
        if "interarrival" in fields:
            mean = MEAN / (c * np.maximum(rho, SCARCE))
            return make(interarrival=Gamma(mean=mean, scv=ARRIVAL_SCV), **arguments)
        if "arrival_rates" in fields:
            return make(arrival_rates=(0.4 * rho / MEAN, 0.6 * rho / MEAN), **arguments)
        if "batch" in fields:
            return make(batch_rate=rho / (MEAN * Batch(BATCH).mean), **arguments)
        if "sources" in fields:
            return make(request_rate=rho * c / MEAN / own["sources"], **arguments)
        stretch = 1.0 + FAILURE_RATE * MEAN_REPAIR if "repair" in fields else 1.0
        return make(arrival_rate=rho * c / (MEAN * stretch), **arguments)

    return station


def laws_of(kind: str) -> list[str]:
    """The names of the laws that make different stations of a kind."""
    made: Any = REGISTRY[kind]
    fields = made.__dataclass_fields__
    return sorted(LAWS) if {"service", "services"} & set(fields) and kind not in SHARED else ["gamma"]


kinds = st.sampled_from(sorted(REGISTRY))
laws = st.sampled_from(sorted(LAWS))
loads = st.floats(0.0, 0.98)
overloads = st.floats(1.001, 5.0)
server_counts = st.integers(1, 12)
place_counts = st.integers(0, 30)


@st.composite
def builders(draw: st.DrawFn, without: Collection[str] = ()) -> Build:
    """Any kind, save some, with any law."""
    kind = draw(kinds.filter(lambda kind: kind not in without))
    return builder(kind, LAWS[draw(laws)], draw(server_counts), draw(place_counts))


def in_line(station: Any) -> tuple[Any, Any, Any]:
    """(rate of those who come into the line, their mean time in it, its law): all arrivals where some give up."""
    if hasattr(station, "wait_of_all"):
        return station.arrival_rate, station.mean_wait_of_all, station.wait_of_all
    return station.throughput, station.mean_wait, station.wait


def always_steady(station: Any) -> bool:
    """Whether there is a steady state at every load, and why: who finds no room or no patience goes away."""
    names = ("blocking_probability", "abandonment_probability", "sources")
    return type(station).__name__.endswith("Inf") or any(hasattr(station, name) for name in names)


def template(kind: str) -> Station:
    """A template that makes a station of this kind."""
    law = Gamma(mean=MEAN, scv=2.0)
    return {
        "mmc": Station(servers=3, service_rate=2.0),
        "mmck": Station(servers=3, service_rate=2.0, capacity=9),
        "mminf": Station(servers="unlimited", service_rate=2.0),
        "mg1": Station(servers=1, service=law),
        "mgc": Station(servers=3, service=law),
        "mgck": Station(servers=3, service=law, capacity=9),
        "mginf": Station(servers="unlimited", service=law),
    }[kind]
