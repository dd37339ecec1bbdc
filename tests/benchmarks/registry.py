"""The benchmarks: a module each, with a function rows() that measures and yields lines of the table."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from .measuring import Row

__all__ = ["BENCHMARKS", "rows_of"]

BENCHMARKS = (
    "starting",
    "seed_scenario",
    "random_sizing",
    "erlang_formulas",
    "large_network",
    "station_percentiles",
    "simulation_events",
    "octave_queueing",
    "closed_networks",
    "ciw_simulation",
)
"""In the order of the table; a new benchmark is a file and a line here."""


def rows_of(name: str) -> Iterator[Row]:
    """What the benchmark of that name measures."""
    rows: Iterator[Row] = import_module(f".{name}", __package__).rows()
    return rows
