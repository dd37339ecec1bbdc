"""A Jackson network of a thousand stations, against the one linear system that it is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import queuecalc as qc

from .measuring import Row, interleaved

__all__ = ["rows"]

STATIONS = 1000


def rows() -> Iterator[Row]:
    """Traffic equations and every station, dense routing."""
    draw = np.random.default_rng(2)
    matrix = draw.uniform(0.0, 1.0, (STATIONS, STATIONS))
    matrix *= 0.9 / matrix.sum(axis=1, keepdims=True)
    names = [f"s{number}" for number in range(STATIONS)]
    stations = {name: qc.Station(servers=4, service_rate=20.0) for name in names}
    network = qc.JacksonNetwork(stations=stations, routing=matrix, arrival_rates=dict.fromkeys(names, 1.0))
    system, outside = np.eye(STATIONS) - matrix.T, np.ones(STATIONS)
    times = interleaved(
        {"linear": lambda: np.linalg.solve(system, outside), "network": network.solve}, repeats=9
    )
    yield Row(
        f"network of {STATIONS:,} stations, solved",
        times["network"],
        "numpy.linalg.solve",
        times["linear"],
        most_ratio=1.5,
    )
