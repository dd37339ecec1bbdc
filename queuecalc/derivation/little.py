"""Little's law along one path: the same area cut into columns and into rows."""

from __future__ import annotations

from sympy import Function, Integral, Limit, Symbol, oo

from queuecalc.derivation.equation import Put
from queuecalc.derivation.mm1 import ARRIVAL_RATE, SERVICE_RATE, without_steady_state
from queuecalc.derivation.rules import Algebra, Antiderivative, Induction, ToLimit
from queuecalc.derivation.step import Step, assume, define
from queuecalc.derivation.symbols import L, T, lam, mu, n, rho, t
from queuecalc.derivation.theorem import Library, Result, Theorem, Values

__all__ = ["THEOREM"]

arrival = Symbol("a_i", positive=True)
departure = Symbol("d_i", positive=True)
horizon = Symbol("H", positive=True)
edge = Symbol("R", real=True)
area, total, stay = (Function(name, positive=True) for name in ("area", "S", "T"))
over = Function("M", positive=True)
mean_number, rate, mean_stay = (Symbol(name, positive=True) for name in ("L_H", "lambda_H", "T_H"))


def _steps() -> tuple[Step, ...]:
    return (
        Step(
            "row",
            "Customer i is there from a_i to d_i. Under the count of those present, he adds a strip of height 1:",
            Integral(1, (t, arrival, departure)),
            departure - arrival,
            Antiderivative(t),
            part="The area under the number in the system",
        ),
        assume(
            "area_next",
            "Each customer adds the length of his stay to that area,",
            area(n + 1),
            area(n) + stay(n + 1),
        ),
        assume("area_zero", "which begins with nothing.", area(0), 0),
        assume(
            "stays_next", "The sum of all stays grows in the same way,", total(n + 1), total(n) + stay(n + 1)
        ),
        assume("stays_zero", "from nothing.", total(0), 0),
        Step(
            "rows",
            "So the area is the sum of the stays, in whatever order people are served.",
            area(n),
            total(n),
            Induction(
                "area_next", n, first="area_zero", using=("stays_zero", Put("stays_next", total(n + 1)))
            ),
            main=True,
        ),
        define(
            "L_H", "Over a time H: the mean number present,", mean_number, area(n) / horizon, part="Averages"
        ),
        define("lambda_H", "the arrivals per second,", rate, n / horizon),
        define("T_H", "and the mean stay.", mean_stay, total(n) / n),
        Step(
            "finite",
            "For every path that begins and ends empty, with no law of probability at all:",
            mean_number,
            rate * mean_stay,
            Algebra(using=("L_H", "lambda_H", "T_H", "rows")),
            where="n >= 1",
            main=True,
        ),
        assume(
            "edges",
            "A path that does not begin and end empty adds or cuts off R, the parts of stays at the ends. M(H), "
            "its mean number "
            "over a time H:",
            over(horizon),
            lam * T + edge / horizon,
        ),
        Step(
            "limit",
            "If the averages settle and R stays small against H, the ends do not matter in the long run.",
            Limit(over(horizon), horizon, oo),
            lam * T,
            ToLimit(using=("edges",)),
        ),
        define("L", "Call the long-run mean number L.", L, Limit(over(horizon), horizon, oo)),
        Step("little", "Little's law:", L, lam * T, Algebra(using=("L", "limit")), main=True),
        define("rho", "A second look at M/M/1 (queuecalc derive mm1), where", rho, lam / mu, part="M/M/1"),
        define("mm1", "the mean sojourn is", T, 1 / (mu - lam)),
        Step(
            "mm1_number",
            "and the mean number from the states is the same that Little's law says.",
            rho / (1 - rho),
            lam / (mu - lam),
            Algebra(using=("rho",)),
        ),
        Step("number", "So here", L, lam / (mu - lam), Algebra(using=("little", "mm1"))),
    )


def _results(values: Values) -> tuple[Result, ...]:
    from queuecalc.station import MM1

    asked = Library(MM1(**values))
    return (
        asked.figure("mean sojourn of M/M/1", "mm1", "s", "mean_sojourn"),
        asked.figure("mean number in M/M/1", "number", "", "mean_in_system"),
    )


THEOREM = Theorem(
    name="little",
    title="Little's law",
    claim="Any system that people enter and leave: mean number = arrival rate x mean stay.",
    parameters=(ARRIVAL_RATE, SERVICE_RATE),
    steps=_steps,
    results=_results,
    condition=without_steady_state,
    cites=("little",),
    remarks=("That the averages settle is assumed; Stidham 1974 says when they do.",),
)
