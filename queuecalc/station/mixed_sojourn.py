"""The sojourn of M/M/c with servers of different speed: a mixture over the servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.law.base import Law
from queuecalc.law.mixture import Mixture
from queuecalc.law.parameter import Real, released
from queuecalc.station.mmc_sojourn import MMcSojourn

__all__ = ["MixedSojourn"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MixedSojourn(Law):
    """With probability shares[k] the wait of who is served by server k, and its exponential service.

    Attributes:
        shares: of the customers that server k serves, first axis; they add to 1.
        delays: probabilities of a wait, of those customers, first axis.
        service_rates: mu_k, in 1/s.
        relief: mean wait of who waits, in seconds; inf makes T infinite (sf = 1, lst = 0).
    """

    shares: Any
    delays: Any
    service_rates: tuple[float, ...]
    relief: Real

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the relief."""
        return np.shape(self.relief)

    @property
    def _infinite(self) -> Any:
        return np.isinf(np.asarray(self.relief))

    @property
    def _finite(self) -> Mixture:
        """The mixture, with some relief where there is no steady state."""
        relief = released(np.where(self._infinite, 1.0, self.relief))
        rows = zip(self.service_rates, self.delays, strict=True)
        laws = tuple(MMcSojourn(rate, released(delay), relief) for rate, delay in rows)
        return Mixture(weights=tuple(released(share) for share in self.shares), laws=laws)

    def _known(self, values: Any, otherwise: float) -> Any:
        return np.where(self._infinite, otherwise, values)

    @property
    def mean(self) -> Real:
        """E[T], in seconds."""
        return released(self._known(self._finite.mean, np.inf))

    @property
    def var(self) -> Real:
        """Variance, in seconds^2."""
        return released(self._known(self._finite.var, np.inf))

    @property
    def scv(self) -> Real:
        """var / mean^2; inf without a steady state."""
        return released(self._known(self._finite.scv, np.inf))

    @property
    def abscissa(self) -> Real:
        """The least of the service rates and of the spare capacity."""
        return released(self._known(self._finite.abscissa, 0.0))

    def tail_and_density(self, t: npt.ArrayLike) -> tuple[Real, Real]:
        """(sf, pdf) at once."""
        tail, density = self._finite.tail_and_density(t)
        return released(self._known(np.minimum(tail, 1.0), 1.0)), released(self._known(density, 0.0))

    def _sf(self, t: Any) -> Any:
        return self._known(np.minimum(self._finite.sf(t), 1.0), 1.0)

    def _pdf(self, t: Any) -> Any:
        return self._known(self._finite.pdf(t), 0.0)

    def _sample(self, size: tuple[int, ...], rng: np.random.Generator) -> Any:
        return self._known(self._finite.sample(size, rng), np.inf)

    def _lst(self, s: Any) -> Any:
        return self._known(self._finite.lst(s), 0.0)

    def _lst_complement(self, s: Any) -> Any:
        return self._known(self._finite.lst_complement(s), 1.0)

    def _excess_lst(self, s: Any) -> Any:
        return self._known(self._finite.excess_lst(s), 0.0)

    def _excess_complement(self, s: Any) -> Any:
        return self._known(self._finite.excess_complement(s), 1.0)
