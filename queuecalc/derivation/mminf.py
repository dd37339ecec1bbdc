"""M/M/inf: the number in service is Poisson."""

from __future__ import annotations

from sympy import Sum, exp, factorial, oo

from queuecalc.derivation.equation import Put
from queuecalc.derivation.mm1 import ARRIVAL_RATE, SERVICE_RATE
from queuecalc.derivation.rules import Algebra, Induction, Same, Series, Solve
from queuecalc.derivation.shared import across_cuts, exponential_series, rate_in_state
from queuecalc.derivation.step import Step, assume, define
from queuecalc.derivation.symbols import L, T, a, k, lam, mu, n, p, x
from queuecalc.derivation.theorem import Library, Result, Theorem, Values

__all__ = ["THEOREM"]


def _steps() -> tuple[Step, ...]:
    return (
        *across_cuts(),
        rate_in_state(n * mu, "Everybody has a server: n customers depart at n mu per second.", "n >= 1"),
        define("a", "The offered load, in erlang:", a, lam / mu),
        Step(
            "ratio",
            "So from one state to the next:",
            p(n + 1),
            a / (n + 1) * p(n),
            Algebra(using=(Put("across", p(n + 1)), "rate", "a")),
            main=True,
        ),
        Step(
            "powers",
            "Every state follows from the empty one.",
            p(n),
            a**n / factorial(n) * p(0),
            Induction("ratio", n),
        ),
        exponential_series("Normalisation"),
        assume(
            "total",
            "The probabilities of all states add up to one.",
            Sum(p(k), (k, 0, oo)),
            1,
        ),
        Step(
            "summed",
            "The sum is the exponential series. It converges at every load: this queue is always stable.",
            Sum(a**k / factorial(k) * p(0), (k, 0, oo)),
            exp(a) * p(0),
            Series("exponential_series", x, a, p(0)),
        ),
        Step("one", "Both are the same sum:", exp(a) * p(0), 1, Same("summed", "total", using=("powers",))),
        Step("empty_system", "The empty system:", p(0), exp(-a), Solve("one")),
        Step(
            "states",
            "The number in service is Poisson with mean a.",
            p(n),
            a**n / factorial(n) * exp(-a),
            Algebra(using=("powers", "empty_system")),
            where="n >= 0",
            main=True,
        ),
        define("number_is", "The mean number in service:", L, Sum(k * p(k), (k, 0, oo)), part="Means"),
        Step(
            "number",
            "Its series begins with k = 1 and is the exponential series again.",
            L,
            a,
            Algebra(using=("number_is", "states"), name="exponential series"),
            main=True,
        ),
        assume("little", "Little's law (queuecalc derive little):", L, lam * T),
        Step(
            "sojourn",
            "The mean sojourn is one service: nobody waits.",
            T,
            1 / mu,
            Solve("little", using=("number", "a")),
            main=True,
        ),
    )


def _results(values: Values) -> tuple[Result, ...]:
    from queuecalc.station import MMInf

    asked = Library(MMInf(**values))
    return (
        asked.figure("mean number in service", "number", "", "mean_in_system", using=("a",)),
        asked.figure("mean sojourn", "sojourn", "s", "mean_sojourn"),
    )


THEOREM = Theorem(
    name="mminf",
    title="M/M/inf",
    claim="Poisson arrivals, exponential service, a server for everybody.",
    parameters=(ARRIVAL_RATE, SERVICE_RATE),
    steps=_steps,
    results=_results,
    cites=("infinite-servers",),
    remarks=(
        "The service law does not matter for the Poisson number (Palm 1943); only the exponential one is done here.",
    ),
)
