"""How well a law describes samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from queuecalc.law import Law

__all__ = ["Goodness", "goodness"]


@dataclass(frozen=True, slots=True)
class Goodness:
    """Measures of a law against n samples. No p-values: the parameters were estimated from the same samples.

    Attributes:
        log_likelihood: sum_j ln f(x_j).
        aic: 2 parameters - 2 log_likelihood (Akaike 1974); the smaller the better.
        bic: parameters ln n - 2 log_likelihood (Schwarz 1978).
        kolmogorov_smirnov: sup_t |F_n(t) - F(t)|.
        anderson_darling: n int (F_n - F)^2 / (F (1 - F)) dF, which weighs both tails (Anderson & Darling 1954).
        p99_error: p99 of the law over that of the samples, less 1.
    """

    log_likelihood: float
    aic: float
    bic: float
    kolmogorov_smirnov: float
    anderson_darling: float
    p99_error: float


def goodness(law: Law, x: Any, parameters: int) -> Goodness:
    """The measures of a law.

    Args:
        law: the law.
        x: samples, sorted.
        parameters: how many of the law's were estimated.
    """
    n = x.size
    below, above = np.asarray(law.cdf(x)), np.asarray(law.sf(x))
    with np.errstate(divide="ignore"):
        likelihood = float(np.sum(np.log(np.asarray(law.pdf(x)))))
        # an end of the support that the samples touch has F = 0 or 1 there: taken at half a sample
        left = np.log(np.maximum(below, 0.5 / n**2))
        right = np.log(np.maximum(above[::-1], 0.5 / n**2))
    rank = np.arange(1, n + 1)
    gap = np.maximum(rank / n - below, below - (rank - 1) / n)
    p99 = float(np.quantile(x, 0.99, method="inverted_cdf"))
    return Goodness(
        log_likelihood=likelihood,
        aic=2.0 * parameters - 2.0 * likelihood,
        bic=parameters * float(np.log(n)) - 2.0 * likelihood,
        kolmogorov_smirnov=float(np.max(gap)),
        anderson_darling=float(-n - np.sum((2.0 * rank - 1.0) * (left + right)) / n),
        p99_error=law.ppf(0.99) / p99 - 1.0,
    )
