"""M/H2/c exactly, as a chain of levels: how many are there, and how many of those in service are in the first phase."""

from __future__ import annotations

from typing import Any

import numpy as np

STEPS = 60


def mean_wait(servers: int, rho: float, scv: float) -> float:
    """E[W] for two phases with balanced means and a mean service of 1, by logarithmic reduction.

    Source: Latouche & Ramaswami 1993, "A logarithmic reduction algorithm for quasi-birth-death processes".
    """
    c, rate = servers, rho * servers
    share = 0.5 * (1.0 + np.sqrt((scv - 1.0) / (scv + 1.0)))
    starts = np.array([share, 1.0 - share])
    speeds = 2.0 * starts
    size = c + 1
    up, down = rate * np.eye(size), np.zeros((size, size))
    for j in range(size):
        first, second = j * speeds[0], (c - j) * speeds[1]
        down[j, j] += first * starts[0] + second * starts[1]
        if j > 0:
            down[j, j - 1] += first * starts[1]
        if j < c:
            down[j, j + 1] += second * starts[0]
    local = -np.diag(up.sum(axis=1) + down.sum(axis=1))
    r = _ratio(up, local, down)
    offsets = np.cumsum([0] + [n + 1 for n in range(size)])
    q = np.zeros((offsets[-1], offsets[-1]))
    for n in range(size):
        for j in range(n + 1):
            at, first, second = offsets[n] + j, j * speeds[0], (n - j) * speeds[1]
            if n < c:
                q[at, offsets[n + 1] + j + 1] += rate * starts[0]
                q[at, offsets[n + 1] + j] += rate * starts[1]
            if j > 0:
                q[at, offsets[n - 1] + j - 1] += first
            if n > j:
                q[at, offsets[n - 1] + j] += second
            q[at, at] -= rate + first + second
    full = slice(offsets[c], None)
    q[full, full] = local + r @ down
    above = np.linalg.inv(np.eye(size) - r)
    norm = np.ones(len(q))
    norm[full] = above.sum(axis=1)
    p = np.linalg.lstsq(np.vstack([q.T, norm]), np.append(np.zeros(len(q)), 1.0), rcond=None)[0]
    return float((p[full] @ r @ above @ above).sum()) / rate


def _ratio(up: Any, local: Any, down: Any) -> Any:
    """R with p_{n+1} = p_n R."""
    high, low = np.linalg.solve(-local, up), np.linalg.solve(-local, down)
    g, t, one = low.copy(), high.copy(), np.eye(len(up))
    for _ in range(STEPS):
        both = one - (high @ low + low @ high)
        high, low = np.linalg.solve(both, high @ high), np.linalg.solve(both, low @ low)
        g, t = g + t @ low, t @ high
        if np.abs(t).max() < 1e-15:
            break
    return up @ np.linalg.inv(-(local + up @ g))
