"""The transform of a law at s, 2 s, 3 s, ... up to a million times s: what a sum over many servers asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.polynomial.chebyshev import chebval

from queuecalc.law.base import Law

__all__ = ["rungs"]

FIRST = 1024
"""So many are asked of the law itself; further on pieces [n, 2 n) are interpolated where that is seen to be right."""

NODES = 28
"""Of the polynomial in a piece: 1e-19 for a function analytic right of 0."""

TOLERANCE = 2e-14
"""Of the logarithms at points between the nodes, relative to them or to 1."""

BLOCK = 2**14
"""Numbers handed out at once."""

Logarithms = Callable[[Any], tuple[Any, Any]]


def rungs(law: Law, step: Any, last: int) -> Iterator[tuple[Any, Any, Any]]:
    """Blocks (j, ln A*(j s), ln(1 - A*(j s))) for j = 1 .. last, first axis, s = step elementwise with the law."""
    shape = np.broadcast_shapes(law.shape, np.shape(step))

    def asked(j: Any) -> tuple[Any, Any]:
        s = j.reshape(-1, *(1,) * len(shape)) * step
        with np.errstate(divide="ignore"):
            return np.log(np.asarray(law.lst(s))), np.log(np.asarray(law.lst_complement(s)))

    rows = max(1, BLOCK // max(1, int(np.prod(shape))))
    start = 1
    while start <= last:
        stop = min(max(FIRST, 2 * start - 1), last)
        values = asked if stop <= FIRST else _interpolated(asked, start, stop) or asked
        for first in range(start, stop + 1, rows):
            j = np.arange(first, min(first + rows, stop + 1), dtype=np.float64)
            yield j.reshape(-1, *(1,) * len(shape)), *values(j)
        start = stop + 1


def _interpolated(asked: Logarithms, start: int, stop: int) -> Logarithms | None:
    """Both logarithms by polynomials through Chebyshev's points; None where they are not that smooth."""
    angle = np.pi * (np.arange(NODES) + 0.5) / NODES
    middle, half = 0.5 * (start + stop), 0.5 * (stop - start)
    nodes = middle + half * np.cos(angle)
    cosines = 2.0 / NODES * np.cos(np.outer(np.arange(NODES), angle))
    cosines[0] *= 0.5
    with np.errstate(invalid="ignore"):  # logarithms of 0 are found not to be smooth
        coefficients = [np.tensordot(cosines, values, axes=1) for values in asked(nodes)]

    def values(j: Any) -> tuple[Any, Any]:
        u = ((j - middle) / max(half, 0.5)).reshape(-1, *(1,) * (coefficients[0].ndim - 1))
        first, second = (chebval(u, each, tensor=False) for each in coefficients)
        return first, second

    between = middle + half * np.cos(angle + 0.5 * np.pi / NODES)
    with np.errstate(invalid="ignore"):
        for found, truth in zip(values(between), asked(between), strict=True):
            if not np.all(np.abs(found - truth) <= TOLERANCE * np.maximum(1.0, np.abs(truth))):
                return None
    return values
