"""Which method answers a closed network, and what it rests on."""

from __future__ import annotations

from typing import Literal

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.network.closed.convolution import convolution
from queuecalc.network.closed.mean_values import mean_values
from queuecalc.network.closed.one_class import linearized, proportional
from queuecalc.network.closed.problem import Figures, Problem
from queuecalc.network.closed.several_classes import linearized_classes, proportional_classes

__all__ = ["METHODS", "Method", "chosen", "cost", "figures"]

Method = Literal["auto", "exact", "schweitzer", "linearizer"]
METHODS = ("auto", "exact", "schweitzer", "linearizer")

QUICK = 1.0
"""Seconds, by a rough count, that "auto" spends on the exact answer."""

PATIENT = 100.0
"""Seconds that "exact" spends at most."""

_MOST_VECTORS = 20e6
_CALL, _TERM, _PRODUCT = (
    3e-6,
    2e-8,
    1e-9,
)  # seconds for one array call, one element of it, one term of a product


def cost(problem: Problem) -> float:
    """Seconds that the exact answer takes, roughly."""
    n = problem.population.astype(np.float64)
    stations, classes = float(problem.servers.size), n.size
    vectors = float(np.prod(n + 1.0))
    if vectors > _MOST_VECTORS:
        return np.inf
    levels = float(n.sum())
    plain = levels * classes * 5.0 * _CALL + vectors * classes * stations * _TERM
    several = problem.several.size
    if not several:
        return plain
    products = (
        3.0
        * several
        * (vectors * vectors / 2.0**classes * _PRODUCT + (vectors * _CALL if classes > 1 else 0.0))
    )
    return float(products + (stations + 1.0) * plain + 10.0 * stations * vectors * classes**2 * _TERM)


def chosen(problem: Problem, method: str) -> str:
    """The method that is used when `method` is asked for.

    Raises:
        InvalidInput: no such method, one that cannot do this network, or an exact answer that takes too long.
    """
    if method not in METHODS:
        raise InvalidInput(f"method = {method!r}; expected one of {', '.join(METHODS)}")
    if method in ("schweitzer", "linearizer"):
        if problem.speeds:
            raise InvalidInput(
                f"method = {method!r} takes no station whose speed depends on the number there; use method 'exact'"
            )
        return method
    seconds = cost(problem)
    if seconds <= (QUICK if method == "auto" and not problem.speeds else PATIENT):
        return "exact"
    if method == "exact" or problem.speeds:
        remedy = "fewer customers" if problem.speeds else "method 'linearizer'"
        shown = " and ".join(f"{n:,}" for n in problem.population.tolist())
        raise InvalidInput(
            f"population = {shown}: the exact answer would take "
            f"{'more memory than there is' if np.isinf(seconds) else f'some {seconds:,.0f} s'}; use {remedy}"
        )
    return "linearizer"


def figures(problem: Problem, method: str) -> Figures:
    """What the method finds: one that `chosen` has returned."""
    if method == "exact":
        return convolution(problem) if problem.several.size else mean_values(problem)
    if problem.population.size == 1:
        one = proportional if method == "schweitzer" else linearized
        throughput, inside = one(problem, problem.population)
    else:
        more = proportional_classes if method == "schweitzer" else linearized_classes
        throughput, inside = more(problem)
    return Figures(throughput, inside, np.zeros(problem.servers.size), np.nan, {})
