"""p95 of the sojourn for ten thousand sets of parameters at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import queuecalc as qc

from .measuring import Row, interleaved

__all__ = ["rows"]

SETS = 10_000


def rows() -> Iterator[Row]:
    """The kinds of station that answer by formula, and those that invert a transform."""
    draw = np.random.default_rng(3)
    servers = draw.integers(1, 65, SETS)
    rho = draw.uniform(0.05, 0.98, SETS)
    gamma = qc.Gamma(mean=1.0, scv=draw.uniform(0.2, 4.0, SETS))
    lognormal = qc.Lognormal(mean=1.0, scv=2.0)
    stations = {
        "M/M/c": qc.MMc(arrival_rate=rho * servers, service_rate=1.0, servers=servers),
        "M/G/1, gamma": qc.MG1(arrival_rate=rho, service=gamma),
        "M/G/1, lognormal": qc.MG1(arrival_rate=rho, service=lognormal),
        "M/G/c, gamma": qc.MGc(arrival_rate=rho * servers, service=gamma, servers=servers),
    }
    for name, station in stations.items():
        times = interleaved({name: lambda: station.sojourn.ppf(0.95)}, repeats=1, warm=0)  # noqa: B023
        each = times[name].median_s / SETS
        yield Row(f"p95 of {name}, {SETS:,} sets", times[name], note=f"{each * 1e6:.3g} us each")
