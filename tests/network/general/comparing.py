"""How far the calculation is from a simulated truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .calculating import network_of
from .drawing import drawn
from .truths import LEVELS

__all__ = ["METHODS", "Errors", "errors_of"]

METHODS = ("dispersion", "robust", "qna")


@dataclass(frozen=True)
class Errors:
    """Calculated / simulated - 1: end to end, and the sojourn of one visit at each station."""

    mean: float
    percentiles: tuple[float, ...]
    stations: tuple[float, ...]


def errors_of(truth: dict[str, Any], method: str) -> Errors:
    """Of one network by one method."""
    network = drawn(truth["seed"])
    solution = network_of(network).solve(method=method)
    percentiles = np.asarray(solution.sojourn.ppf(np.array(LEVELS))) / truth["percentiles"] - 1.0
    services = np.array(network.service_means)
    waits = np.array([station.mean_wait for station in solution.stations.values()])
    stations = (waits + services) / (np.array(truth["mean_waits"]) + services) - 1.0
    return Errors(
        float(solution.mean_sojourn / truth["mean"] - 1.0),
        tuple(percentiles.tolist()),
        tuple(stations.tolist()),
    )
