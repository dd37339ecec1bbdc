"""Many linear systems with one matrix product: GMRES on all right-hand sides at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["SETTLED", "solved_at_once"]

STEPS = 24
"""Length of a Krylov space before it is begun anew from the residual."""

SETTLED = 2e-15
"""Residual, relative to the size of the solution, that counts as rounding."""


def solved_at_once(
    apply: Callable[[Any], Any], b: Any, settled: float = SETTLED, rounds: int = 6
) -> tuple[Any, bool]:
    """x with A_k x_k = b_k for every column k, and whether all of them settled.

    Begun anew from the residual, which takes away the rounding of the round before. Each column has its own space,
    but the product with the matrix is one for all, which is what costs.

    Args:
        apply: X -> (A_k X_k) column by column, X of shape (m, k).
        b: right-hand sides, shape (m, k), real or complex.
        settled: the residual, relative to the solution, that will do.
        rounds: at most so many spaces of 24 products each.

    Source: Saad & Schultz 1986, "GMRES: a generalized minimal residual algorithm", SIAM J. Sci. Stat. Comput. 7.
    """
    x = np.zeros_like(b)
    before = np.inf
    for _ in range(rounds):
        residual = b - apply(x) if x.any() else b
        size = np.maximum(np.abs(x).max(axis=0), np.abs(b).max(axis=0))
        with np.errstate(divide="ignore", invalid="ignore"):
            left = np.where(size != 0.0, np.abs(residual).max(axis=0) / size, 0.0).max()
        if not np.isfinite(left) or left <= settled:
            return x, bool(left <= settled)
        if left > 0.5 * before:  # no progress: rounding, or a space that is too short
            return x, bool(left <= 20.0 * settled)
        before = left
        norm = np.linalg.norm(residual, axis=0)
        goal = 0.1 * settled * size / np.where(norm > 0.0, norm, np.inf)
        x = x + _correction(apply, residual, np.where(norm > 0.0, goal, 1.0))
    residual = np.abs(b - apply(x)).max(axis=0)
    return x, bool((residual <= 20.0 * settled * np.maximum(np.abs(x).max(axis=0), 1e-300)).all())


def _correction(apply: Callable[[Any], Any], residual: Any, goal: Any) -> Any:
    """The member of the Krylov space with the least residual, column by column; the space ends at `goal`."""
    m, count = residual.shape
    norm = np.linalg.norm(residual, axis=0)
    basis = np.empty((count, STEPS + 1, m), dtype=residual.dtype)
    basis[:, 0] = (residual / np.where(norm > 0.0, norm, 1.0)).T
    hessenberg = np.zeros((count, STEPS + 1, STEPS), dtype=residual.dtype)
    kept = 0
    for j in range(STEPS):
        new = np.ascontiguousarray(apply(np.ascontiguousarray(basis[:, j].T)).T)
        known = basis[:, : j + 1]
        share = known.conj() @ new[..., None]
        hessenberg[:, : j + 1, j] = share[..., 0]
        new -= (share.swapaxes(1, 2) @ known)[:, 0]
        length = np.linalg.norm(new, axis=1)
        hessenberg[:, j + 1, j] = length
        kept = j + 1
        if (length <= 1e-14 * np.abs(hessenberg[:, : j + 1, j]).max(axis=1)).all():
            break
        basis[:, j + 1] = new / np.where(length > 0.0, length, 1.0)[:, None]
        if j % 4 == 3 and (_remaining(hessenberg[:, : j + 2, : j + 1]) <= goal).all():
            break
    start = np.zeros((count, kept + 1, 1), dtype=residual.dtype)
    start[:, 0, 0] = norm
    factors = np.linalg.pinv(hessenberg[:, : kept + 1, :kept]) @ start
    return (factors.swapaxes(1, 2) @ basis[:, :kept])[:, 0].T


def _remaining(hessenberg: Any) -> Any:
    """The least residual that the space allows, relative to where it began."""
    rows = hessenberg.shape[1]
    start = np.zeros((hessenberg.shape[0], rows, 1), dtype=hessenberg.dtype)
    start[:, 0] = 1.0
    q, _ = np.linalg.qr(hessenberg, mode="complete")
    return np.abs(q[:, 0, -1])
