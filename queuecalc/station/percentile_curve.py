"""One percentile of M/G/1 at very many loads, and shapes of the service law: a smooth function of two variables.

For a service law of mean 1, (1 - rho) t_p is analytic in x = -ln(1 - rho) and in y = ln SCV; a mean m stretches time.
So values at the nodes of a Chebyshev grid serve all loads and shapes between. Grids are nested (Clenshaw & Curtis
1960): each foretells the values at the new nodes of the next, which is both the first guess there, so that a Newton
step or two suffice, and the error of the grid before. Errors fall geometrically; a grid is taken when its own, foretold
by the last two, is small, and some of the parameters solved by themselves agree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["MANY", "percentile_curve"]

MANY = 400
"""From so many sets of parameters on."""

GRIDS = ((12, 8), (24, 16), (48, 32), (96, 64))
"""Steps between the nodes in x and y."""

AGREE = 1e-9
"""Relative error that is borne."""

TRIED = 8
"""Sets of parameters that are solved by themselves."""

SLOW = 0.05
"""A grid that does not make the errors smaller by this factor is the last."""

LEAST = 1e-6
"""A variable that varies by less is a number."""

Solve = Callable[[Any, Any, Any], tuple[Any, Any]]


def percentile_curve(solve: Solve, slack: Any, shape: Any = None) -> Any | None:
    """The percentile at every load, for a service law of mean 1, or None where no curve is found.

    Args:
        solve: (1 - rho, the shapes or None, first guesses of t or None), rows of nodes -> (t, the rounded 1 - rho).
        slack: 1 - rho in (0, 1), shape (n,).
        shape: of the service law, > 0, shape (n,); None for one law.
    """
    x = -np.log(slack)
    y = None if shape is None else np.log(shape)
    ranges = [(float(x.min()), float(x.max()))]
    if y is not None:
        ranges.append((float(y.min()), float(y.max())))
    if any(not high - low > LEAST for low, high in ranges):
        return None
    values, error = None, np.inf
    for grid in GRIDS:
        steps = grid[: len(ranges)]
        if np.prod(np.array(steps) + 1) > slack.size:
            return None
        nodes = [
            0.5 * (low + high) - 0.5 * (high - low) * np.cos(np.pi * np.arange(n + 1) / n)
            for (low, high), n in zip(ranges, steps, strict=True)
        ]
        finer, foretold = _refined(solve, nodes, values)
        if foretold is not None:
            before, error = min(error, 1.0), foretold
            if error * min(error / before, 1.0) <= AGREE or error <= AGREE:
                points = [x] if y is None else [x, y]
                found = np.exp(_at(finer, points, ranges)) / slack
                if _holds(solve, found, slack, shape):
                    return found
            if error > SLOW * before:
                return None
        values = finer
    return None


def _holds(solve: Solve, found: Any, slack: Any, shape: Any) -> bool:
    """Whether some of the values are what they are when solved by themselves."""
    tried = np.linspace(0, slack.size - 1, TRIED).astype(int)
    form = None if shape is None else shape[tried]
    t, rounded = solve(slack[tried], form, found[tried])
    exact = t * rounded / slack[tried]
    return bool(np.all(np.abs(found[tried] - exact) <= AGREE * exact))


def _refined(solve: Solve, nodes: list[Any], coarse: Any | None) -> tuple[Any, float | None]:
    """ln((1 - rho) t) at the nodes, and how far a grid of half the steps was off; None without one."""
    sizes = tuple(each.size for each in nodes)
    known = np.zeros(sizes, dtype=bool)
    values = np.zeros(sizes)
    guess = None
    if coarse is not None:
        foretold = coarse
        for axis in range(len(nodes)):
            foretold = _doubled(foretold, axis)
        every = tuple(slice(None, None, 2) for _ in sizes)
        known[every] = True
        values[every] = coarse
        guess = foretold[~known]
    where = np.nonzero(~known)
    left = np.exp(-nodes[0][where[0]])
    shape = np.exp(nodes[1][where[1]]) if len(nodes) > 1 else None
    t, rounded = solve(left, shape, None if guess is None else np.exp(guess) / left)
    found = np.log(rounded * t)
    values[where] = found
    return values, None if guess is None else float(np.max(np.abs(found - guess)))


def _doubled(values: Any, axis: int) -> Any:
    """The interpolant at Chebyshev points of twice the steps."""
    steps = values.shape[axis] - 1
    fine = -np.cos(np.pi * np.arange(2 * steps + 1) / (2 * steps))
    return np.moveaxis(np.tensordot(_weights(fine, steps), values, axes=(1, axis)), 0, axis)


def _at(values: Any, points: list[Any], ranges: list[tuple[float, float]]) -> Any:
    """The interpolant at scattered points."""
    rows = [
        _weights((2.0 * p - low - high) / (high - low), n - 1)
        for p, (low, high), n in zip(points, ranges, values.shape, strict=True)
    ]
    if len(rows) == 1:
        return rows[0] @ values
    return np.einsum("nx,nx->n", rows[0], rows[1] @ values.T)


def _weights(at: Any, steps: int) -> Any:
    """Weights of the values at Chebyshev points of (-1, 1), rising, in the interpolant at some points (barycentric)."""
    nodes = -np.cos(np.pi * np.arange(steps + 1) / steps)
    sign = np.where(np.arange(steps + 1) % 2 == 0, 1.0, -1.0)
    sign[[0, -1]] *= 0.5
    apart = np.asarray(at)[:, None] - nodes
    hit = apart == 0.0
    factor = np.where(hit.any(axis=1, keepdims=True), hit, sign / np.where(hit, 1.0, apart))
    return factor / factor.sum(axis=1, keepdims=True)
