"""The routing among the stations of one loop: dense where it is small or full, sparse where it is neither."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from queuecalc.load.arrays import FloatArray
from queuecalc.network.components import IntArray

__all__ = ["Loop"]

MOST_PLAIN = 200
"""Up to so many stations the matrix is dense."""

FULL = 0.1
"""So it is where this share of its entries is not 0."""


class Loop:
    """P among m stations, as edges between their places in the loop.

    Attributes:
        size: m.
        row, column: of each edge; `share` its probability.
    """

    def __init__(self, size: int, row: IntArray, column: IntArray, share: FloatArray) -> None:
        """Edges between places 0 .. m - 1, no pair twice."""
        self.size = size
        self.row = row
        self.column = column
        self.share = share

    def __len__(self) -> int:
        return self.size

    @property
    def is_dense(self) -> bool:
        """Whether products are taken with the full matrix."""
        return self.size <= MOST_PLAIN or self.share.size > FULL * self.size * self.size

    @cached_property
    def dense(self) -> FloatArray:
        """P, shape (m, m)."""
        matrix = np.zeros((self.size, self.size))
        matrix.ravel()[self.row * self.size + self.column] = self.share
        return matrix

    @cached_property
    def _sparse(self) -> Any:
        from scipy.sparse import coo_array

        return coo_array((self.share, (self.row, self.column)), shape=(self.size, self.size)).tocsr()

    @cached_property
    def _sparse_back(self) -> Any:
        return self._sparse.T.tocsr()

    def forward(self, x: Any) -> Any:
        """P x, for real or complex x of shape (m, k)."""
        return _product(self.dense if self.is_dense else self._sparse, x)

    def backward(self, x: Any) -> Any:
        """P' x, for real or complex x of shape (m, k)."""
        return _product(self.dense.T if self.is_dense else self._sparse_back, x)


def _product(matrix: Any, x: Any) -> Any:
    """One real product for both parts: a complex copy of the matrix would cost more than the product."""
    if x.dtype.kind != "c":
        return matrix @ x
    both = matrix @ np.concatenate([x.real, x.imag], axis=1)
    k = x.shape[1]
    return both[:, :k] + 1j * both[:, k:]
