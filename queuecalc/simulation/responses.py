"""Response times, counted in bins of equal ratio: any number of them in little memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Responses"]

FINEST = 1e-8
"""Seconds; below this, response times are one."""

PER_E = 2000
"""Bins to a factor of e: a quantile is off by at most 1 / PER_E of itself, in practice far less."""

BINS = int(PER_E * np.log(1e6 / FINEST))


class Responses:
    """Response times of requests by class, without the network.

    Attributes:
        limit: what comes later than this is late (None: never).
    """

    def __init__(self, classes: int, limit: float | None) -> None:
        self.limit = limit
        self.counts = np.zeros((classes, BINS), dtype=np.int64)
        self.sums = np.zeros(classes)
        self.late = np.zeros(classes, dtype=np.int64)
        self.least = np.full(classes, np.inf)
        self.most = np.zeros(classes)

    def add(self, times: npt.NDArray[np.float64], classes: npt.NDArray[np.int64]) -> None:
        """Take in some requests."""
        for index in range(self.sums.size):
            own = times[classes == index]
            if not own.size:
                continue
            bins = (PER_E * np.log(np.maximum(own, FINEST) / FINEST)).astype(np.int64)
            self.counts[index] += np.bincount(np.minimum(bins, BINS - 1), minlength=BINS)
            self.sums[index] += own.sum()
            self.least[index] = min(self.least[index], own.min())
            self.most[index] = max(self.most[index], own.max())
            if self.limit is not None:
                self.late[index] += np.count_nonzero(own > self.limit)

    def merge(self, other: Responses) -> None:
        """Take in those of another run."""
        self.counts += other.counts
        self.sums += other.sums
        self.late += other.late
        self.least = np.minimum(self.least, other.least)
        self.most = np.maximum(self.most, other.most)

    def number(self, classes: list[int]) -> int:
        """How many there are."""
        return int(self.counts[classes].sum())

    def mean(self, classes: list[int]) -> float:
        """Their mean; nan if there is none."""
        number = self.number(classes)
        return float(self.sums[classes].sum() / number) if number else float("nan")

    def quantile(self, level: float, classes: list[int]) -> float:
        """The value below which the share `level` of them lies; nan if there is none."""
        counts = self.counts[classes].sum(axis=0)
        heights = np.cumsum(counts)
        if not heights[-1]:
            return float("nan")
        rank = level * float(heights[-1])
        place = int(np.searchsorted(heights, rank))
        inside = (
            (rank - float(heights[place] - counts[place])) / float(counts[place]) if counts[place] else 0.0
        )
        value = FINEST * np.exp((place + inside) / PER_E)
        return float(np.clip(value, self.least[classes].min(), self.most[classes].max()))
