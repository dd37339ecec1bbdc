"""One percentile of M/G/1 at very many loads: a smooth function of one variable.

(1 - rho) t_p is analytic in x = -ln(1 - rho) for a smooth service law, so that Chebyshev nodes in x serve every load
between. Some of the loads are solved by themselves, too; where they do not agree, more nodes are taken, or none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["MANY", "percentile_curve"]

MANY = 400
"""From so many loads on."""

NODES = (48, 96)

TRIED = 8
"""Loads that are solved by themselves."""

AGREE = 1e-10
"""Relative difference that is borne there."""


def percentile_curve(solve: Callable[[Any], Any], slack: Any) -> Any | None:
    """The percentile at every load, or None where no curve is found.

    Args:
        solve: 1 - rho, an array -> (1 - rho) t_p, with the rounded 1 - rho that it really took.
        slack: 1 - rho in (0, 1), shape (n,).
    """
    x = -np.log(slack)
    low, high = float(x.min()), float(x.max())
    if not high - low > 1e-6:
        return None
    tried = np.linspace(0, x.size - 1, TRIED).astype(int)
    exact = solve(slack[tried]) / slack[tried]
    for count in NODES:
        angle = (np.arange(count) + 0.5) * np.pi / count
        nodes = 0.5 * (low + high) + 0.5 * (high - low) * np.cos(angle)
        values = np.log(solve(np.exp(-nodes)))
        weight = np.where(np.arange(count) % 2 == 0, 1.0, -1.0) * np.sin(angle)
        apart = x[:, None] - nodes
        hit = apart == 0.0
        factor = np.where(hit.any(axis=1, keepdims=True), hit, weight / np.where(hit, 1.0, apart))
        found = np.exp((factor @ values) / factor.sum(axis=1)) / slack
        if np.all(np.abs(found[tried] - exact) <= AGREE * exact):
            return found
    return None
