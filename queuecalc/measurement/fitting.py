"""A law fitted to measured times: candidates by maximum likelihood, ranked by a stated criterion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law import Law
from queuecalc.law.parameter import nonnegative
from queuecalc.measurement.families import FAMILIES
from queuecalc.measurement.goodness import Goodness, goodness

__all__ = ["Candidate", "Fit", "fit_law"]

LEAST = 10
"""Samples below which nothing can be told apart."""

CRITERIA = ("aic", "bic", "kolmogorov_smirnov", "anderson_darling")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One fitted law.

    Attributes:
        name: of the family.
        law: the law of greatest likelihood in it.
        goodness: how well it describes the samples.
    """

    name: str
    law: Law
    goodness: Goodness


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted laws, best first.

    Attributes:
        candidates: the fitted laws, ranked by the criterion.
        criterion: what ranks them.
        samples: how many samples there were.
        left_out: name -> why a family could not be fitted.
    """

    candidates: tuple[Candidate, ...]
    criterion: str
    samples: int
    left_out: Mapping[str, str]

    @property
    def law(self) -> Law:
        """The best law."""
        return self.candidates[0].law

    @property
    def name(self) -> str:
        """The family of the best law."""
        return self.candidates[0].name

    @property
    def goodness(self) -> Goodness:
        """How well the best law describes the samples."""
        return self.candidates[0].goodness

    def to_frame(self) -> Any:
        """A pandas table: a row for each candidate, best first."""
        import pandas as pd

        rows = [
            {
                "law": candidate.name,
                "mean_s": candidate.law.mean,
                "scv": candidate.law.scv,
                "p50_s": candidate.law.ppf(0.5),
                "p99_s": candidate.law.ppf(0.99),
                **{name: getattr(candidate.goodness, name) for name in Goodness.__slots__},
            }
            for candidate in self.candidates
        ]
        return pd.DataFrame(rows).set_index("law")


def fit_law(
    samples: npt.ArrayLike, *, candidates: Sequence[str] | None = None, criterion: str = "aic"
) -> Fit:
    """Laws of the candidate families with the greatest likelihood, ranked.

    The samples are taken as independent. The best of the candidates need not be good: look at `goodness`, in
    particular at p99_error, and use Empirical(samples) where none is.

    Args:
        samples: measured times > 0, in seconds; at least 10, not all equal.
        candidates: names in `queuecalc.measurement.FAMILIES`; all unless told.
        criterion: what ranks: "aic", "bic", "kolmogorov_smirnov" or "anderson_darling", the smaller the better.

    Raises:
        InvalidInput: samples outside their domain, an unknown name, or no family that can be fitted.

    Source: Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions 1; Akaike 1974.

    >>> from queuecalc.law import Gamma
    >>> fit = fit_law(Gamma(mean=0.02, scv=0.5).sample(5000, 1))
    >>> fit.name
    'gamma'
    """
    if criterion not in CRITERIA:
        raise InvalidInput(f"fit_law: criterion = {criterion!r}; expected one of {', '.join(CRITERIA)}")
    names = tuple(FAMILIES) if candidates is None else tuple(candidates)
    for name in names:
        if name not in FAMILIES:
            raise InvalidInput(f"fit_law: candidate {name!r}; expected one of {', '.join(FAMILIES)}")
    x = _sorted(samples)
    fitted: list[Candidate] = []
    left_out: dict[str, str] = {}
    for name in names:
        family = FAMILIES[name]
        try:
            law = family.fit(x)
        except InvalidInput as error:
            left_out[name] = str(error)
            continue
        measures = goodness(law, x, family.parameters)
        if np.isfinite(getattr(measures, criterion)):
            fitted.append(Candidate(name, law, measures))
        else:
            left_out[name] = "a sample has no density under it"
    if not fitted:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in left_out.items())
        raise InvalidInput(f"fit_law: no candidate fits ({reasons}); expected at least one")
    fitted.sort(key=lambda candidate: getattr(candidate.goodness, criterion))
    return Fit(tuple(fitted), criterion, int(x.size), left_out)


def _sorted(samples: npt.ArrayLike) -> Any:
    x = np.asarray(nonnegative("fit_law", "samples", samples, "finite numbers > 0"))
    if x.ndim != 1 or x.size < LEAST:
        raise InvalidInput(
            f"fit_law: samples of shape {x.shape}; expected a one-dimensional array of at least {LEAST}"
        )
    zeros = int(np.sum(x == 0.0))
    if zeros:
        raise InvalidInput(
            f"fit_law: samples with {zeros} of {x.size} equal to 0; expected numbers > 0 "
            "(fit the others, and mix with Deterministic(mean=0))"
        )
    x = np.sort(x)
    if x[-1] - x[0] <= 1e-9 * x[-1]:
        raise InvalidInput(
            f"fit_law: samples all equal to {float(x[0])!r}; expected some that differ (use Deterministic)"
        )
    return x
