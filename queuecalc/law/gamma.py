"""The gamma law, and the forms of its transform that the Erlang law shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from queuecalc.law import forms
from queuecalc.law.base import FAR, Law
from queuecalc.law.exponential import Exponential
from queuecalc.law.parameter import Real, broadcast, positive, released

__all__ = ["Gamma", "GammaForms", "one_gamma"]


class GammaForms(Law):
    """Gamma law of shape k and scale b: lst (1 + b s)^(-k). Base of `Gamma` and `Erlang`, which name k and b."""

    __slots__ = ()

    @property
    def _k(self) -> Any:
        return 1.0 / self.scv

    @property
    def _b(self) -> Any:
        return self.mean * self.scv

    @property
    def abscissa(self) -> Real:
        """1 / b."""
        return released(1.0 / self._b)

    def _scaled(self, t: Any) -> Any:
        """t / b, kept finite where b is tiny."""
        with np.errstate(over="ignore"):
            return np.minimum(t / self._b, FAR)

    def _sf(self, t: Any) -> Any:
        return special.gammaincc(self._k, self._scaled(t))

    def _cdf(self, t: Any) -> Any:
        return special.gammainc(self._k, self._scaled(t))

    def _pdf(self, t: Any) -> Any:
        x = self._scaled(t)
        log_density = special.xlogy(self._k - 1.0, x) - x - special.gammaln(self._k)
        with np.errstate(over="ignore"):
            return np.exp(log_density) / self._b

    def _isf(self, q: Any) -> Any:
        return self._b * special.gammainccinv(self._k, q)

    def _ppf(self, q: Any) -> Any:
        return self._b * special.gammaincinv(self._k, q)

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return self._b * rng.standard_gamma(self._k, size)

    def _lst(self, s: Any) -> Any:
        return np.exp(-self._k * forms.log1p(np.asarray(self._b * s)))

    def _lst_complement(self, s: Any) -> Any:
        return forms.exp_complement(self._k * forms.log1p(np.asarray(self._b * s)))

    def _excess_lst(self, s: Any) -> Any:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self._lst_complement(s) / (self.mean * s)
        zero = s == 0.0
        return np.where(zero, 1.0, ratio) if np.any(zero) else ratio

    def _excess_complement(self, s: Any) -> Any:
        x = np.asarray(self._b * s)
        k = np.broadcast_to(self._k, x.shape)
        values = 1.0 - self._excess_lst(s)
        small = np.abs(x) * (k + 1.0) < forms.SMALL
        if not np.any(small):
            return values
        out = np.array(np.broadcast_to(values, x.shape))
        out[small] = _excess_series(k[small], x[small])
        return out


def _excess_series(k: Any, x: Any) -> Any:
    """1 - (1 - (1 + x)^(-k)) / (k x) = sum_{n >= 1} (-1)^(n+1) (k+1)_n x^n / (n+1)!, for |x| (k + 1) < 0.05.

    Thirteen terms leave 1e-17 relative (k -> 0, where the terms fall as 0.05^n / (n + 1)).
    """
    total = np.zeros_like(x)
    for n in range(13, 0, -1):
        total = (k + n) * x / (n + 1.0) * (1.0 - total)
    return total


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Gamma(GammaForms):
    """Gamma law of shape k = 1 / scv and scale b = mean scv: lst (1 + b s)^(-k).

    Attributes:
        mean: E[T] > 0, in seconds.
        scv: squared coefficient of variation > 0.

    Raises:
        InvalidInput: mean or scv not a finite number > 0.
    """

    mean: Real
    scv: Real

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", positive("Gamma", "mean", self.mean))
        domain = "a finite number > 0 (for scv = 0 use Deterministic(mean=), or two_moment(mean=, scv=))"
        object.__setattr__(self, "scv", positive("Gamma", "scv", self.scv, domain))
        broadcast("Gamma", mean=self.mean, scv=self.scv)

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.broadcast_shapes(np.shape(self.mean), np.shape(self.scv))


def one_gamma(laws: tuple[Law, ...]) -> Gamma | None:
    """The sum of exponential, Erlang and gamma laws of one common scale, which is a gamma law; None for any others."""
    if not all(isinstance(law, Exponential | GammaForms) for law in laws):
        return None
    scales = [np.asarray(law.mean * law.scv) for law in laws]
    if any(
        scale.shape != scales[0].shape or np.any(abs(scale - scales[0]) > 1e-15 * scale) for scale in scales
    ):
        return None
    mean = sum(np.asarray(law.mean) for law in laws)
    return Gamma(mean=mean, scv=scales[0] / mean)
