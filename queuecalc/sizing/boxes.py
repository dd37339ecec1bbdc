"""A growing list of integer boxes, searched all at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from queuecalc.sizing.judge import Counts

__all__ = ["MOST_COUNT", "Boxes"]

MOST_COUNT = 2**60
"""Counts are kept in 64 bits; no range goes further."""


class Boxes:
    """Integer boxes lower <= counts <= upper, in the order in which they came.

    Attributes:
        lower, upper: the corners, shape (boxes, dimensions).
    """

    __slots__ = ("_lower", "_size", "_upper")

    def __init__(self, dimensions: int) -> None:
        self._lower: npt.NDArray[np.int64] = np.empty((8, dimensions), dtype=np.int64)
        self._upper: npt.NDArray[np.int64] = np.empty((8, dimensions), dtype=np.int64)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def lower(self) -> npt.NDArray[np.int64]:
        """Lower corners."""
        return self._lower[: self._size]

    @property
    def upper(self) -> npt.NDArray[np.int64]:
        """Upper corners."""
        return self._upper[: self._size]

    def add(self, lower: Counts, upper: Counts) -> None:
        """Append a box."""
        size = self._size
        if size == len(self._lower):
            self._lower = np.concatenate((self._lower, np.zeros_like(self._lower)))
            self._upper = np.concatenate((self._upper, np.zeros_like(self._upper)))
        self._lower[size] = lower
        self._upper[size] = upper
        self._size = size + 1

    def around(self, lower: Counts, upper: Counts) -> int | None:
        """The first box that contains this one."""
        if not self._size:
            return None
        inside = (self.lower <= lower) & (self.upper >= upper)
        found = np.flatnonzero(inside.all(axis=1))
        return int(found[0]) if found.size else None

    def any_within(self, lower: Counts, upper: Counts) -> bool:
        """Whether one of the boxes lies in this one."""
        if not self._size:
            return False
        return bool(((self.lower >= lower) & (self.upper <= upper)).all(axis=1).any())
