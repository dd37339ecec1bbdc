"""What is simulated of a drawn network: means and percentiles, with confidence intervals from batches."""

from __future__ import annotations

from typing import Any

import numpy as np

from .drawing import drawn
from .living import Run

__all__ = ["LEVELS", "truth"]

LEVELS = (0.5, 0.95, 0.99)
BATCHES = 20
STUDENT = 2.093
"""Two-sided 95 % point of Student's law with 19 degrees of freedom."""


def truth(
    seed: int, *, first: int = 1_000_000, most: int = 6_000_000, wanted: float = 0.008
) -> dict[str, Any]:
    """Customers are added, twice as many each time, until the p95's half-width is within `wanted`, or there are `most`.

    Args:
        seed: of the network.
        first: customers of the first attempt.
        most: customers in all, about.
        wanted: half-width of the 95 % interval over the p95.
    """
    network = drawn(seed)
    customers = first
    while True:
        run = Run(network, seed=customers)
        size = customers // BATCHES
        run.batch(max(size, 20_000))  # to settle
        seen: list[Any] = []
        for _ in range(BATCHES):
            stays, waits = run.batch(size)
            seen.append([stays.mean(), *np.quantile(stays, LEVELS), *waits])
        means = np.mean(seen, axis=0)
        half = STUDENT * np.std(seen, axis=0, ddof=1) / BATCHES**0.5
        if half[2] <= wanted * means[2] or 2 * customers > most:
            break
        customers *= max(2, min(int(most / customers), int((half[2] / means[2] / wanted) ** 2)))
    rounded = [float(f"{value:.6g}") for value in means]
    widths = [float(f"{value:.2g}") for value in half]
    return {
        "seed": seed,
        "customers": customers,
        "mean": rounded[0],
        "percentiles": rounded[1:4],
        "half_widths": widths[:4],
        "mean_waits": rounded[4:],
        "wait_half_widths": widths[4:],
    }
