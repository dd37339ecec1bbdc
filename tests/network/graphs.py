"""Random routings and a plain dense second route."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

FloatArray = npt.NDArray[np.float64]


@st.composite
def routings(draw: st.DrawFn, *, loops: bool, most: int = 6) -> FloatArray:
    """Substochastic matrices in twentieths that everybody can leave."""
    n = draw(st.integers(1, most))
    matrix = np.zeros((n, n))
    for i in range(n):
        targets = range(n) if loops else range(i + 1, n)
        left = 19 if loops else 20
        for j in targets:
            share = draw(st.integers(0, 12))
            if share <= left:
                matrix[i, j] = share / 20.0
                left -= share
    return matrix


@st.composite
def rates(draw: st.DrawFn, size: int) -> FloatArray:
    """What comes from outside, at least something somewhere."""
    some = np.array(draw(st.lists(st.integers(0, 5), min_size=size, max_size=size)), dtype=np.float64)
    some[draw(st.integers(0, size - 1))] += 1.0
    return some


def names(size: int) -> tuple[str, ...]:
    return tuple(f"s{k}" for k in range(size))


def absorption_tail(matrix: FloatArray, means: FloatArray, entry: FloatArray, t: float) -> float:
    """P(T > t) of the phase-type law whose phases are exponential stations: alpha' exp(Q t) 1 (Neuts 1981, (2.2.2))."""
    from scipy.linalg import expm

    Q = (matrix - np.eye(len(means))) / means[:, None]
    return float(entry @ expm(Q * t) @ np.ones(len(means)))
