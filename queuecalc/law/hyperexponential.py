"""The hyperexponential law of two phases with balanced means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.parameter import Real, at_least, broadcast, positive, released

__all__ = ["Hyperexponential"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Hyperexponential(Law):
    """Two exponential phases with balanced means: with probability p of mean m / (2 p), else of mean m / (2 (1 - p)).

    p = (1 + sqrt((scv - 1) / (scv + 1))) / 2, so that both phases carry half of the mean (Tijms 2003, A First Course
    in Stochastic Models, appendix B, eq. (B.16)).

    Attributes:
        mean: E[T] > 0, in seconds.
        scv: squared coefficient of variation >= 1 (1 is the exponential law).

    Raises:
        InvalidInput: mean not a finite number > 0, or scv not a finite number >= 1.
    """

    mean: Real
    scv: Real

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", positive("Hyperexponential", "mean", self.mean))
        domain = "a finite number >= 1 (below 1 use Gamma or Erlang)"
        object.__setattr__(self, "scv", at_least("Hyperexponential", "scv", self.scv, 1.0, domain))
        broadcast("Hyperexponential", mean=self.mean, scv=self.scv)

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.broadcast_shapes(np.shape(self.mean), np.shape(self.scv))

    @property
    def _phases(self) -> tuple[Any, Any, Any, Any]:
        """(p, 1 - p, mean of the short phase, mean of the long one); 1 - p without cancellation."""
        c2 = np.asarray(self.scv)
        root = np.sqrt((c2 - 1.0) / (c2 + 1.0))
        short = 0.5 * (1.0 + root)
        long = 1.0 / ((c2 + 1.0) * (1.0 + root))
        return short, long, self.mean / (2.0 * short), self.mean / (2.0 * long)

    @property
    def abscissa(self) -> Real:
        """The rate of the longer phase."""
        return released(1.0 / self._phases[3])

    def _sf(self, t: Any) -> Any:
        p, r, a, b = self._phases
        return p * np.exp(-t / a) + r * np.exp(-t / b)

    def _cdf(self, t: Any) -> Any:
        p, r, a, b = self._phases
        return -p * np.expm1(-t / a) - r * np.expm1(-t / b)

    def _pdf(self, t: Any) -> Any:
        p, r, a, b = self._phases
        return p / a * np.exp(-t / a) + r / b * np.exp(-t / b)

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        _, r, a, b = self._phases
        return np.where(rng.random(size) < r, b, a) * rng.standard_exponential(size)

    def _lst(self, s: Any) -> Any:
        p, r, a, b = self._phases
        return p / (1.0 + a * s) + r / (1.0 + b * s)

    def _lst_complement(self, s: Any) -> Any:
        return self.mean * s * self._excess_lst(s)

    def _excess_lst(self, s: Any) -> Any:
        _, _, a, b = self._phases
        return 0.5 / (1.0 + a * s) + 0.5 / (1.0 + b * s)

    def _excess_complement(self, s: Any) -> Any:
        _, _, a, b = self._phases
        return 0.5 * s * (a * (1.0 / (1.0 + a * s)) + b * (1.0 / (1.0 + b * s)))
