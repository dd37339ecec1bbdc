"""The Erlang law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law.gamma import GammaForms
from queuecalc.law.parameter import Real, broadcast, positive, positive_integer, released

__all__ = ["Erlang"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Erlang(GammaForms):
    """Erlang law: the sum of k = `stages` exponential times of mean / k each; lst (1 + mean s / k)^(-k), SCV 1 / k.

    Attributes:
        mean: E[T] > 0, in seconds.
        stages: k, a whole number >= 1.

    Raises:
        InvalidInput: mean not a finite number > 0, or stages not a whole number >= 1.
    """

    mean: Real
    stages: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", positive("Erlang", "mean", self.mean))
        object.__setattr__(self, "stages", positive_integer("Erlang", "stages", self.stages))
        broadcast("Erlang", mean=self.mean, stages=self.stages)

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.broadcast_shapes(np.shape(self.mean), np.shape(self.stages))

    @property
    def scv(self) -> Real:
        """1 / stages."""
        return released(np.broadcast_to(1.0 / np.asarray(self.stages), self.shape))

    @property
    def _k(self) -> Any:
        return np.asarray(self.stages, dtype=np.float64)

    @property
    def _b(self) -> Any:
        return self.mean / np.asarray(self.stages)
