"""Burke's theorem: in reverse an M/M/c queue is an M/M/c queue, so what leaves it is Poisson."""

from __future__ import annotations

from sympy import Function, Integral, exp, oo

from queuecalc.derivation.equation import Put
from queuecalc.derivation.mm1 import ARRIVAL_RATE, SERVICE_RATE, without_steady_state
from queuecalc.derivation.rules import Algebra, Antiderivative
from queuecalc.derivation.shared import across_cuts, death
from queuecalc.derivation.step import Step, assume, define
from queuecalc.derivation.symbols import lam, mu, n, p, rho, s, t
from queuecalc.derivation.theorem import Library, Result, Theorem, Values

__all__ = ["THEOREM"]

up, down, gap = (Function(name, positive=True) for name in ("u", "v", "delta"))


def _steps() -> tuple[Step, ...]:
    return (
        *across_cuts(),
        define(
            "up",
            "Watch it run backwards. A step from n up to n + 1 is then a departure seen backwards. Its rate:",
            up(n),
            p(n + 1) * death(n + 1) / p(n),
            part="In reverse",
        ),
        define(
            "down",
            "A step from n + 1 down to n is an arrival seen backwards:",
            down(n),
            p(n) * lam / p(n + 1),
        ),
        Step(
            "up_rate",
            "Backwards, customers arrive at rate lambda in every state: a Poisson process.",
            up(n),
            lam,
            Algebra(using=("up", Put("across", p(n + 1)))),
            main=True,
        ),
        Step(
            "down_rate",
            "and depart as forwards. So it is the same queue, whatever d(n) is: 1, 2 or any number of servers.",
            down(n),
            death(n + 1),
            Algebra(using=("down", Put("across", p(n + 1)))),
            main=True,
        ),
        define(
            "rho",
            "A second look at one server. A departure leaves somebody behind with probability",
            rho,
            lam / mu,
            part="The time between departures of M/M/1",
        ),
        assume(
            "gap",
            "then the next departure is a service away; else an arrival and a service. The transform of that time:",
            gap(s),
            rho * mu / (mu + s) + (1 - rho) * lam / (lam + s) * mu / (mu + s),
        ),
        Step(
            "gap_rate",
            "Together that is",
            gap(s),
            lam / (lam + s),
            Algebra(using=("gap", "rho")),
            main=True,
        ),
        Step(
            "exponential",
            "the transform of an exponential law of rate lambda: the departures are as far apart as the arrivals.",
            gap(s),
            Integral(lam * exp(-lam * t) * exp(-s * t), (t, 0, oo)),
            Antiderivative(-lam / (lam + s) * exp(-(lam + s) * t), using=("gap_rate",), side="rhs"),
        ),
    )


def _results(values: Values) -> tuple[Result, ...]:
    from queuecalc.station import MM1

    asked = Library(MM1(**values))
    return (
        asked.figure(
            "departures per second", "up_rate", "1/s", "throughput", otherwise=values["service_rate"]
        ),
        asked.figure(
            "share of departures that leave somebody behind", "rho", "", "delay_probability", otherwise=1.0
        ),
    )


THEOREM = Theorem(
    name="burke",
    title="Burke's theorem",
    claim="M/M/c in steady state: departures are a Poisson process of rate lambda, and those before t say "
    "nothing about "
    "the number in the system at t.",
    parameters=(ARRIVAL_RATE, SERVICE_RATE),
    steps=_steps,
    results=_results,
    condition=without_steady_state,
    cites=("burke",),
    remarks=(
        (
            "The rates in reverse are derived. That a chain with these rates is the queue in reverse (Kelly 1979, "
            "section 1.7), "
            "and that arrivals after t do not depend on the state at t, is used in words."
        ),
    ),
)
