"""All ways to have some customers of each class: the vectors 0 <= n <= N, by how many they are in all."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

__all__ = ["Lattice"]


class Lattice:
    """The vectors n, numbered as the entries of an array of shape (N_1 + 1, ..., N_R + 1) in C order.

    Attributes:
        shape: N + 1.
        size: how many vectors.
        strides: what the number of a vector grows by with one more of a class.
    """

    def __init__(self, population: Any) -> None:
        """Of a population N."""
        self.shape: tuple[int, ...] = tuple(int(n) + 1 for n in population)
        self.size = int(np.prod(self.shape, dtype=np.float64))
        self.strides = [int(np.prod(self.shape[r + 1 :])) for r in range(len(self.shape))]

    @cached_property
    def counts(self) -> list[Any]:
        """n_r of every vector, one array a class."""
        number = np.arange(self.size)
        return [number // stride % extent for stride, extent in zip(self.strides, self.shape, strict=True)]

    @cached_property
    def total(self) -> Any:
        """|n| of every vector."""
        return sum(self.counts[1:], self.counts[0])

    @cached_property
    def levels(self) -> list[Any]:
        """The numbers of the vectors with |n| = 0, 1, ..., ascending."""
        order = np.argsort(self.total, kind="stable")
        ends = np.cumsum(np.bincount(self.total))
        return np.split(order, ends[:-1])

    @cached_property
    def steps(self) -> list[list[tuple[Any, Any]]]:
        """For each level and class: which of its vectors have one of the class, and the numbers without that one."""
        found = []
        for level in self.levels:
            each = []
            for counts, stride in zip(self.counts, self.strides, strict=True):
                where = np.flatnonzero(counts[level] > 0)
                each.append((level[where], level[where] - stride))
            found.append(each)
        return found
