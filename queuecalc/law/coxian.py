"""Coxian laws: exponential phases in a row, each of which may be the last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, released
from queuecalc.law.phase_type import PhaseTypeForms

__all__ = ["Coxian"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Coxian(PhaseTypeForms):
    """Coxian law of n phases: after phase i, exponential of rate r_i, the next with probability p_i, else the end.

    V_i = r_i / (r_i + s) (1 - p_i + p_i V_(i+1)) from the last phase on, lst = V_1; 1 - lst, the excess and its
    complement follow recursions of the same kind, all of like terms. Equal rates are nothing special.

    Attributes:
        rates: r_1 ... r_n > 0, in 1/s; each a float or an array of the batch shape.
        probabilities: p_1 ... p_(n-1) in [0, 1], likewise: of going on from phase i to phase i + 1.

    Raises:
        InvalidInput: no rates, one probability fewer than rates not given, or values outside their domain.

    Source: Cox 1955, Proc. Camb. Phil. Soc. 51.
    """

    rates: Any
    probabilities: Any = ()

    def __post_init__(self) -> None:
        try:
            rates, onward = tuple(self.rates), tuple(self.probabilities)
        except TypeError:
            raise InvalidInput(
                f"Coxian: rates = {self.rates!r}, probabilities = {self.probabilities!r}; expected sequences"
            ) from None
        if not rates or len(onward) != len(rates) - 1:
            raise InvalidInput(
                f"Coxian: {len(rates)} rates and {len(onward)} probabilities; expected one probability fewer than rates"
            )
        rates = tuple(positive("Coxian", f"rates[{i}]", rate) for i, rate in enumerate(rates))
        checked = []
        for i, p in enumerate(onward):
            given = nonnegative("Coxian", f"probabilities[{i}]", p, "a probability in [0, 1]")
            if np.any(np.asarray(given) > 1.0):
                raise InvalidInput(f"Coxian: probabilities[{i}] = {p!r}; expected a probability in [0, 1]")
            checked.append(given)
        broadcast("Coxian", **{f"[{i}]": value for i, value in enumerate((*rates, *checked))})
        object.__setattr__(self, "rates", rates)
        object.__setattr__(self, "probabilities", tuple(checked))

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.broadcast_shapes(*(np.shape(value) for value in (*self.rates, *self.probabilities)))

    @property
    def _chain(self) -> tuple[Any, Any]:
        n = len(self.rates)
        generator = np.zeros((*self.shape, n, n))
        for i, rate in enumerate(self.rates):
            generator[..., i, i] = -np.asarray(rate)
            if i + 1 < n:
                generator[..., i, i + 1] = rate * np.asarray(self.probabilities[i])
        return np.eye(n)[0], generator

    @property
    def _steps(self) -> list[tuple[Any, Any]]:
        """(rate, probability of going on), from the last phase to the first."""
        return list(zip(self.rates, (*self.probabilities, 0.0), strict=True))[::-1]

    @property
    def mean(self) -> Real:
        """sum_i p_1 ... p_(i-1) / r_i."""
        return released(np.broadcast_to(self._mean_left(), self.shape))

    def _mean_left(self) -> Any:
        left: Any = 0.0
        for rate, p in self._steps:
            left = 1.0 / np.asarray(rate) + p * left
        return left

    @property
    def scv(self) -> Real:
        """var / mean^2, from E[T_i^2] = 2 E[T_i] / r_i + p_i E[T_(i+1)^2]."""
        left: Any = 0.0
        second: Any = 0.0
        for rate, p in self._steps:
            left = 1.0 / np.asarray(rate) + p * left
            second = 2.0 * left / rate + p * second
        return released(np.broadcast_to(second / left**2 - 1.0, self.shape))

    @property
    def abscissa(self) -> Real:
        """The least rate of a phase that can be reached."""
        least, reach = np.broadcast_to(self.rates[0], self.shape), np.ones(self.shape, dtype=bool)
        for rate, p in zip(self.rates[1:], self.probabilities, strict=True):
            reach = reach & (np.asarray(p) > 0.0)
            least = np.where(reach, np.minimum(least, rate), least)
        return released(least)

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        total, going = np.zeros(size), np.ones(size, dtype=bool)
        for rate, p in reversed(self._steps):
            total = total + np.where(going, rng.standard_exponential(size) / rate, 0.0)
            going = going & (rng.random(size) < p)
        return total

    def _lst(self, s: Any) -> Any:
        value: Any = 1.0
        for rate, p in self._steps:
            value = rate / (rate + s) * (1.0 - p + p * value)
        return value

    def _spent(self, s: Any) -> tuple[Any, Any]:
        """(u, g) of the first phase, u_i = (1 - V_i) / s and g_i = u_i(0) - u_i(s), u_i(0) the mean from phase i on."""
        left: Any = 0.0
        u: Any = 0.0
        g: Any = 0.0
        for rate, p in self._steps:
            left = 1.0 / np.asarray(rate) + p * left
            inverse = 1.0 / (rate + s)
            u = inverse * (1.0 + rate * p * u)
            g = inverse * (s * left + rate * p * g)
        return u, g

    def _lst_complement(self, s: Any) -> Any:
        return s * self._spent(s)[0]

    def _excess_lst(self, s: Any) -> Any:
        return self._spent(s)[0] / self._mean_left()

    def _excess_complement(self, s: Any) -> Any:
        return self._spent(s)[1] / self._mean_left()
