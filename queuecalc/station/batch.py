"""How many customers come at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.law.parameter import at_least, positive_integer

__all__ = ["Batch", "batch_of"]

LEFT_OUT = 1e-17
"""Probability of larger batches that are left out."""

LARGEST = 20_000


@dataclass(frozen=True, slots=True)
class Batch:
    """The law of the size X of a batch of arrivals.

    Attributes:
        probabilities: P(X = 1), P(X = 2), ...; they add to 1.

    Raises:
        InvalidInput: no probability, one below 0, or a total other than 1 by more than 1e-9.

    >>> Batch.fixed(3).mean
    3.0
    """

    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        chances = tuple(float(p) for p in self.probabilities)
        if not chances or not min(chances) >= 0.0 or not abs(math.fsum(chances) - 1.0) <= 1e-9:
            raise InvalidInput(
                f"Batch: probabilities = {self.probabilities!r}; expected P(1), P(2), ... that are >= 0 and add to 1"
            )
        if len(chances) > LARGEST:
            raise InvalidInput(f"Batch: sizes up to {len(chances):,}; expected at most {LARGEST:,}")
        object.__setattr__(self, "probabilities", chances)

    @classmethod
    def fixed(cls, size: Any) -> Batch:
        """Always so many.

        Raises:
            InvalidInput: not a whole number from 1 to 20,000.
        """
        number = positive_integer("Batch", "size", size)
        if np.ndim(number) or number > LARGEST:
            raise InvalidInput(f"Batch: size = {size!r}; expected one whole number from 1 to {LARGEST:,}")
        return cls((*(0.0,) * (number - 1), 1.0))

    @classmethod
    def geometric(cls, mean: Any) -> Batch:
        """P(X = k) = p (1 - p)^(k - 1), p = 1 / mean; cut where 1e-17 is left.

        Raises:
            InvalidInput: not a number from 1 to 500.
        """
        m = at_least("Batch", "mean", mean, 1.0, "a number from 1 to 500")
        if np.ndim(m) or m > 500.0:
            raise InvalidInput(f"Batch: mean = {mean!r}; expected one number from 1 to 500")
        if m == 1.0:
            return cls((1.0,))
        log_stay = math.log1p(-1.0 / m)
        count = max(2, math.ceil(math.log(LEFT_OUT) / log_stay))
        chances = np.exp(log_stay * np.arange(count)) / m
        return cls(tuple((chances / chances.sum()).tolist()))

    @property
    def mean(self) -> float:
        """E[X]."""
        return math.fsum(n * p for n, p in enumerate(self.probabilities, 1))

    @property
    def second_moment(self) -> float:
        """E[X^2]."""
        return math.fsum(n * n * p for n, p in enumerate(self.probabilities, 1))

    @property
    def ahead(self) -> tuple[float, ...]:
        """P(so many of one's own batch are ahead), from 0 on: P(X > n) / E[X] (Burke 1975)."""
        beyond = np.cumsum(self.probabilities[::-1])[::-1] / self.mean
        return tuple((beyond / beyond.sum()).tolist())

    @property
    def sizes(self) -> tuple[float, ...]:
        """P(X = 0), P(X = 1), ..."""
        return (0.0, *self.probabilities)


def batch_of(owner: str, value: Any) -> Batch:
    """A Batch, from one, a fixed size, or the probabilities of 1, 2, ...

    Raises:
        InvalidInput: none of these.
    """
    if isinstance(value, Batch):
        return value
    try:
        if isinstance(value, list | tuple | np.ndarray) and np.ndim(value) == 1:
            return Batch(tuple(float(p) for p in value))
        return Batch.fixed(value)
    except (InvalidInput, TypeError, ValueError) as error:
        detail = str(error).removeprefix("Batch: ")
        raise InvalidInput(f"{owner}: batch: {detail}") from None
