"""Makes two_moment_simulation.json: waits of simulated G/G/c queues with gamma laws, with standard errors.

Run from the top of the repository: python tests/tables/make_two_moment_simulation.py (about three minutes).

Kiefer & Wolfowitz's recursion for the workloads of c servers, which shares no formula with the library. Mean service
time 1; five batches of 400,000 customers after one that is thrown away.
"""

from __future__ import annotations

import json
import pathlib
from typing import Any

import numpy as np
from numba import njit

HERE = pathlib.Path(__file__).parent
BATCH, BATCHES = 400_000, 5
VARIATIONS = (0.0, 0.25, 1.0, 4.0)


@njit(cache=True)
def waits_of(gaps: Any, services: Any, load: Any, waits: Any) -> None:
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


def draws(scv: float, rng: np.random.Generator) -> Any:
    return np.ones(BATCH) if scv == 0.0 else rng.gamma(1.0 / scv, scv, BATCH)


def row(c: int, rho: float, ca2: float, cs2: float) -> dict[str, Any]:
    rng = np.random.default_rng(5)
    load, waits = np.zeros(c), np.empty(BATCH)
    means, delays, levels = [], [], []
    for batch in range(BATCHES + 1):
        waits_of(draws(ca2, rng) / (c * rho), draws(cs2, rng), load, waits)
        if batch:
            means.append(waits.mean())
            delays.append((waits > 0.0).mean())
            levels.append(np.quantile(waits, (0.95, 0.99)))
    p95, p99 = np.mean(levels, axis=0)
    return {
        "servers": c,
        "utilisation": rho,
        "arrival_scv": ca2,
        "service_scv": cs2,
        "mean_wait": round(float(np.mean(means)), 6),
        "error": round(float(np.std(means, ddof=1) / BATCHES**0.5), 6),
        "delay": round(float(np.mean(delays)), 6),
        "p95": round(float(p95), 6),
        "p99": round(float(p99), 6),
    }


def main() -> None:
    rows = [
        row(c, rho, ca2, cs2)
        for c in (1, 2, 5, 10)
        for rho in (0.5, 0.7, 0.9, 0.95)
        for ca2 in VARIATIONS
        for cs2 in VARIATIONS
        if ca2 + cs2 > 0.0
    ]
    text = ",\n".join(json.dumps(each) for each in rows)
    (HERE / "two_moment_simulation.json").write_text(f"[\n{text}\n]\n")


if __name__ == "__main__":
    main()
