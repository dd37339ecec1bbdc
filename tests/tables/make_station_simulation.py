"""Makes station_simulation.json: percentiles of simulated M/G/c and M/G/c/K queues, with their standard errors.

Run from the top of the repository: python tests/tables/make_station_simulation.py (about twelve minutes).

Kiefer & Wolfowitz's recursion for the workloads of c servers, which shares no formula with the library. Mean service
time 1. Standard errors from batches of 2 million customers; the first batch is thrown away.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

HERE = pathlib.Path(__file__).parent
BATCH = 2_000_000
LEVELS = (0.5, 0.95, 0.99)
SERVICES = (
    ("Deterministic", 0.0),
    ("Gamma", 0.25),
    ("Gamma", 0.5),
    ("Gamma", 2.0),
    ("Gamma", 4.0),
    ("Lognormal", 0.25),
    ("Lognormal", 2.0),
    ("Lognormal", 4.0),
    ("Hyperexponential", 2.0),
    ("Hyperexponential", 4.0),
)

Draw = Callable[[int], Any]


@njit(cache=True)
def unbounded(gaps: Any, services: Any, load: Any, waits: Any) -> None:
    """Fill `waits`; `load` holds the workloads of the servers, in ascending order, from call to call."""
    c = load.shape[0]
    for i in range(gaps.shape[0]):
        for j in range(c):
            load[j] = max(load[j] - gaps[i], 0.0)
        waits[i] = load[0]
        work = load[0] + services[i]
        j = 1
        while j < c and load[j] < work:
            load[j - 1] = load[j]
            j += 1
        load[j - 1] = work


@njit(cache=True)
def bounded(gaps: Any, services: Any, free: Any, leaving: Any, waits: Any) -> Any:
    """Number of accepted customers; `free` is when each server is free, `leaving` when each customer inside leaves."""
    c, capacity = free.shape[0], leaving.shape[0]
    now, inside, accepted = 0.0, 0, 0
    for i in range(gaps.shape[0]):
        now += gaps[i]
        j = 0
        while j < inside:
            if leaving[j] <= now:
                inside -= 1
                leaving[j] = leaving[inside]
            else:
                j += 1
        if inside >= capacity:
            continue
        start = max(free[0], now)
        waits[accepted] = start - now
        end = start + services[accepted]
        accepted += 1
        leaving[inside] = end
        inside += 1
        j = 1
        while j < c and free[j] < end:
            free[j - 1] = free[j]
            j += 1
        free[j - 1] = end
    return accepted


def sampler(law: str, scv: float, rng: np.random.Generator) -> Draw:
    if law == "Deterministic":
        return np.ones
    if law == "Gamma":
        return lambda n: rng.gamma(1 / scv, scv, n)
    if law == "Lognormal":
        variance = np.log1p(scv)
        return lambda n: np.exp(rng.normal(-variance / 2, np.sqrt(variance), n))
    p = (1 + np.sqrt((scv - 1) / (scv + 1))) / 2

    def hyperexponential(n: int) -> Any:
        return rng.exponential(1.0, n) * np.where(rng.random(n) < p, 1 / (2 * p), 1 / (2 * (1 - p)))

    return hyperexponential


def several_servers(law: str, scv: float, c: int, rho: float, batches: int = 6) -> dict[str, Any]:
    rng = np.random.default_rng(20260701)
    draw = sampler(law, scv, rng)
    load, waits = np.zeros(c), np.empty(BATCH)
    means, levels = [], []
    for batch in range(batches + 1):
        services = draw(BATCH)
        unbounded(rng.exponential(1 / (c * rho), BATCH), services, load, waits)
        if batch:
            means.append(waits.mean())
            levels.append(np.quantile(waits + services, LEVELS))
    error = np.std(levels, axis=0, ddof=1) / np.sqrt(batches)
    return {
        "law": law,
        "scv": scv,
        "servers": c,
        "utilisation": rho,
        "mean_wait": float(np.mean(means)),
        "sojourn": [float(x) for x in np.mean(levels, axis=0)],
        "error": [float(x) for x in error],
    }


def finite_room(law: str, scv: float, c: int, rho: float, places: int) -> dict[str, Any]:
    rng = np.random.default_rng(20260702)
    n = 2 * BATCH
    services, waits = sampler(law, scv, rng)(n), np.empty(n)
    accepted = bounded(rng.exponential(1 / (c * rho), n), services, np.zeros(c), np.empty(c + places), waits)
    waits, services = waits[:accepted], services[:accepted]
    return {
        "law": law,
        "scv": scv,
        "servers": c,
        "utilisation": rho,
        "places": places,
        "blocked": 1 - accepted / n,
        "mean_wait": float(waits.mean()),
        "sojourn": [float(x) for x in np.quantile(waits + services, LEVELS)],
    }


def main() -> None:
    several = [
        several_servers(law, scv, c, rho)
        for c in (2, 4, 8, 16)
        for rho in (0.5, 0.7, 0.8, 0.9, 0.95)
        for law, scv in SERVICES
    ]
    finite = [
        finite_room(law, scv, c, rho, places)
        for c in (1, 2, 4, 8)
        for rho in (0.6, 0.9, 1.0, 1.3)
        for places in (1, 3, 10, 30)
        for law, scv in SERVICES
        if (law, scv) in (("Deterministic", 0.0), ("Gamma", 0.25), ("Gamma", 4.0), ("Hyperexponential", 4.0))
    ]
    lines = [json.dumps(row) for row in several]
    more = [json.dumps(row) for row in finite]
    text = '{\n"several": [\n' + ",\n".join(lines) + '\n],\n"finite": [\n' + ",\n".join(more) + "\n]\n}\n"
    (HERE / "station_simulation.json").write_text(text)


if __name__ == "__main__":
    main()
