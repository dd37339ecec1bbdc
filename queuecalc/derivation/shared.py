"""Parts that several derivations begin with: the cut between two states, the geometric series."""

from __future__ import annotations

from typing import Any

from sympy import Function, Sum, exp, factorial, oo

from queuecalc.derivation.equation import Put
from queuecalc.derivation.rules import Algebra, Induction, SumByInduction, Tends
from queuecalc.derivation.step import Step, assume, define
from queuecalc.derivation.symbols import N, k, lam, n, p, x, y

__all__ = [
    "BELOW_ONE",
    "across_cuts",
    "death",
    "exponential_series",
    "geometric",
    "rate_in_state",
    "weighted_geometric",
]

death = Function("d", positive=True)
"""d(n): departures per second while n customers are in the system."""

_flow = Function("f")

BELOW_ONE = 1 / (1 + y)
"""How a number between 0 and 1 is written so that sympy can take limits of its powers: y > 0."""


def across_cuts() -> tuple[Step, ...]:
    """From the balance of every state to the balance across every cut; label "across"."""
    return (
        assume(
            "inside",
            "In a steady state, a state is left as often as it is entered. With n customers, d(n) depart per second.",
            (lam + death(n)) * p(n),
            lam * p(n - 1) + death(n + 1) * p(n + 1),
            where="n >= 1",
            part="Balance",
        ),
        assume(
            "empty",
            "The empty system is left by an arrival and entered by the last departure.",
            lam * p(0),
            death(1) * p(1),
        ),
        define(
            "flow",
            "The net flow upwards across the cut between n and n + 1:",
            _flow(n),
            lam * p(n) - death(n + 1) * p(n + 1),
        ),
        Step(
            "same",
            "The balance of state n says that the net flow is the same on both of its sides.",
            _flow(n) - _flow(n - 1),
            0,
            Algebra(using=("flow", Put("inside", p(n + 1)))),
            where="n >= 1",
        ),
        Step(
            "still",
            "It is zero beside the empty system, so it is zero across every cut.",
            _flow(n),
            0,
            Induction("same", n, first="flow", using=(Put("empty", p(1)),)),
            where="n >= 0",
        ),
        Step(
            "across",
            "Across every cut, as often up as down:",
            lam * p(n),
            death(n + 1) * p(n + 1),
            Algebra(using=(Put("flow", p(n + 1)), "still")),
            where="n >= 0",
            main=True,
        ),
    )


def rate_in_state(rate: Any, sentence: str, where: str) -> Step:
    """d(n) for a kind of station; label "rate"."""
    return assume("rate", sentence, death(n), rate, where=where)


def geometric(part: str = "") -> tuple[Step, ...]:
    """The geometric series; label "geometric"."""
    return (
        Step(
            "geometric_N",
            "The geometric sum, for any x but 1:",
            Sum(x**k, (k, 0, N)),
            (1 - x ** (N + 1)) / (1 - x),
            SumByInduction(),
            part=part,
        ),
        Step(
            "geometric",
            "Below one the powers of x die out; at one and above the sum has no limit.",
            Sum(x**k, (k, 0, oo)),
            1 / (1 - x),
            Tends("geometric_N", x, BELOW_ONE),
            where="0 < x < 1",
        ),
    )


def weighted_geometric(part: str = "") -> tuple[Step, ...]:
    """The sum of k x^k; label "weighted"."""
    return (
        Step(
            "weighted_N",
            "The same with weights k:",
            Sum(k * x**k, (k, 0, N)),
            x * (1 - (N + 1) * x**N + N * x ** (N + 1)) / (1 - x) ** 2,
            SumByInduction(),
            part=part,
        ),
        Step(
            "weighted",
            "Its limit:",
            Sum(k * x**k, (k, 0, oo)),
            x / (1 - x) ** 2,
            Tends("weighted_N", x, BELOW_ONE),
            where="0 < x < 1",
        ),
    )


def exponential_series(part: str = "") -> Step:
    """What exp(x) means; label "exponential_series"."""
    return define(
        "exponential_series",
        "The exponential series, which converges for every x:",
        Sum(x**k / factorial(k), (k, 0, oo)),
        exp(x),
        part=part,
    )
