"""M/M/c from its balance equations: Erlang B and C for every c, the law of the wait, the sojourn."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from sympy import Function, Integral, Sum, exp, factorial, log, oo, zeros

from queuecalc.derivation.equation import Put
from queuecalc.derivation.mm1 import ARRIVAL_RATE, LEVEL, SERVICE_RATE, without_steady_state
from queuecalc.derivation.parameter import MOST_SERVERS, Parameter
from queuecalc.derivation.poisson import partial_exponential
from queuecalc.derivation.rules import Algebra, Antiderivative, AtIntegers, Induction, Series, Solve
from queuecalc.derivation.shared import across_cuts, death, geometric, weighted_geometric
from queuecalc.derivation.step import Step, assume, define
from queuecalc.derivation.symbols import C, L, T, W, a, c, k, lam, mu, n, p, q, rho, s, t, t_q, theta, x
from queuecalc.derivation.theorem import TOLERANCE, Library, Result, Theorem, Values

__all__ = [
    "SERVERS",
    "THEOREM",
    "full_states",
    "loss_by_linear_algebra",
    "lower_states",
    "partial_exponentials",
    "partial_sums",
]

E = Function("E", positive=True)
"""E(m) = 1 + a + ... + a^m/m!."""

B = Function("B", positive=True)
"""Erlang's loss formula with m servers, as a function of m."""

tail = Function("r", positive=True)
"""r(k) = p(c + k): all servers busy and k in line."""

_phi = Function("phi", positive=True)


def lower_states() -> tuple[Step, ...]:
    """States in which nobody waits; label "lower"."""
    return (
        assume(
            "rate_low",
            "With n customers and as many servers or more, n servers are at work.",
            death(n),
            n * mu,
            where="1 <= n <= c",
        ),
        define("a", "The offered load, in erlang:", a, lam / mu),
        Step(
            "ratio_low",
            "So from one state to the next:",
            p(n + 1),
            a / (n + 1) * p(n),
            Algebra(using=(Put("across", p(n + 1)), "rate_low", "a")),
            where="0 <= n < c",
        ),
        Step(
            "lower",
            "While nobody waits, the states are in the proportions of a Poisson law.",
            p(n),
            a**n / factorial(n) * p(0),
            Induction("ratio_low", n),
            where="0 <= n <= c",
            main=True,
        ),
    )


def full_states() -> tuple[Step, ...]:
    """States in which all servers are busy; label "upper"."""
    return (
        assume(
            "rate_full",
            "With more customers than servers, all c are at work.",
            death(n),
            c * mu,
            where="n >= c",
        ),
        define("rho", "The utilisation:", rho, lam / (c * mu)),
        define("tail", "Write r(k) for the state with k in line:", tail(k), p(c + k), where="k >= 0"),
        Step(
            "across_tail",
            "The cut between c + k and c + k + 1, with all servers at work:",
            lam * tail(k),
            c * mu * tail(k + 1),
            Algebra(using=("tail", Put("across", p(c + k + 1), at=((n, c + k),)), "rate_full")),
        ),
        Step(
            "ratio_full",
            "One more in line is rho times as likely.",
            tail(k + 1),
            rho * tail(k),
            Algebra(using=(Put("across_tail", tail(k + 1)), "rho")),
        ),
        Step(
            "upper",
            "So the line is geometric.",
            tail(k),
            rho**k * tail(0),
            Induction("ratio_full", k),
            main=True,
        ),
    )


def partial_sums() -> tuple[Step, ...]:
    """E(m), the sum of the lower states over p(0); labels "E", "E_last"."""
    return (
        define(
            "E",
            "Write E(m) for the beginning of the exponential series:",
            E(n),
            Sum(a**k / factorial(k), (k, 0, n)),
        ),
        define(
            "E_last",
            "As every finite sum, it is the sum before plus its last term, beginning with E(0) = 1.",
            E(c),
            E(c - 1) + a**c / factorial(c),
        ),
    )


def loss_by_linear_algebra(servers: int) -> Any:
    """Erlang B from the generator of M/M/c/c: the null vector of its balance equations, normalised."""
    size = servers + 1
    balance = zeros(size, size)
    for state in range(size):
        if state < servers:
            balance[state + 1, state] += a
            balance[state, state] -= a
        if state > 0:
            balance[state - 1, state] += state
            balance[state, state] -= state
    (vector,) = balance.nullspace()
    return vector[servers] / sum(vector)


def _loss() -> tuple[Step, ...]:
    return (
        *partial_sums(),
        assume(
            "total_loss",
            "Erlang B first: with no line at all, the states are 0 to c, and they add up to one.",
            E(c) * p(0),
            1,
            part="Erlang B: no place to wait",
        ),
        Step("empty_loss", "The empty system:", p(0), 1 / E(c), Solve("total_loss")),
        define(
            "loss_is",
            "Poisson arrivals find the states as they are over time (PASTA); those who find all c busy are lost.",
            B(c),
            a**c / factorial(c) * p(0),
        ),
        Step(
            "loss",
            "So Erlang's loss formula is",
            B(c),
            a**c / factorial(c) / E(c),
            Algebra(using=("loss_is", "empty_loss")),
            main=True,
        ),
        Step(
            "loss_before",
            "The same with one server less:",
            B(c - 1),
            a ** (c - 1) / factorial(c - 1) / E(c - 1),
            Algebra(using=("loss",)),
            where="c >= 2",
        ),
        Step(
            "recurrence",
            "From c - 1 servers to c, for every c; B(0) = 1. This is how Erlang B is computed.",
            B(c),
            a * B(c - 1) / (c + a * B(c - 1)),
            Algebra(using=("loss", Put("E_last", E(c)))),
            main=True,
        ),
        Step(
            "loss_small",
            "A second look:",
            B(c),
            a**c / factorial(c) / Sum(a**k / factorial(k), (k, 0, c)),
            AtIntegers(
                c,
                (1, 2, 3, 4, 5),
                loss_by_linear_algebra,
                "the balance equations solved as a linear system",
                using=("loss", "E"),
            ),
        ),
    )


def _delay() -> tuple[Step, ...]:
    return (
        *full_states(),
        *geometric(),
        Step(
            "line",
            "The states with all servers busy add up to a geometric series: it converges if rho < 1, and only then.",
            Sum(rho**k * tail(0), (k, 0, oo)),
            tail(0) / (1 - rho),
            Series("geometric", x, rho, tail(0)),
            where="rho < 1",
        ),
        define("all_busy", "The first of them:", tail(0), a**c / factorial(c) * p(0)),
        assume("total", "All states together:", E(c - 1) * p(0) + tail(0) / (1 - rho), 1),
        Step(
            "empty_delay",
            "The empty system:",
            p(0),
            1 / (E(c - 1) + a**c / factorial(c) / (1 - rho)),
            Solve("total", using=("all_busy",)),
            main=True,
        ),
        define("delayed", "An arrival waits when it finds all servers busy (PASTA):", C, tail(0) / (1 - rho)),
        Step(
            "erlang_c",
            "Erlang's delay formula, Erlang C:",
            C,
            a**c / factorial(c) / (1 - rho) / (E(c - 1) + a**c / factorial(c) / (1 - rho)),
            Algebra(using=("delayed", "all_busy", "empty_delay")),
            main=True,
        ),
        Step(
            "c_from_b",
            "The same from Erlang B, for every c:",
            C,
            B(c) / (1 - rho * (1 - B(c))),
            Algebra(using=("erlang_c", "loss", Put("E_last", E(c)))),
            main=True,
        ),
    )


def _wait() -> tuple[Step, ...]:
    return (
        *weighted_geometric("The wait"),
        Step(
            "line_sum",
            "The mean number in line, the states weighted with k:",
            Sum(k * rho**k * tail(0), (k, 0, oo)),
            tail(0) * rho / (1 - rho) ** 2,
            Series("weighted", x, rho, tail(0)),
        ),
        define("line_is", "Call it L.", L, tail(0) * rho / (1 - rho) ** 2),
        assume("little", "Little's law for the line (queuecalc derive little):", L, lam * W),
        Step(
            "mean_wait",
            "The mean wait:",
            W,
            C / (c * mu - lam),
            Solve("little", using=("line_is", Put("delayed", tail(0)), "rho")),
            main=True,
        ),
        define("service", "The mean sojourn has a service on top:", T, W + 1 / mu),
        Step(
            "mean_sojourn",
            "The mean sojourn:",
            T,
            C / (c * mu - lam) + 1 / mu,
            Algebra(using=("service", "mean_wait")),
        ),
        assume(
            "found",
            "Who has to wait finds k in line with probability (1 - rho) rho^k, and waits for k + 1 departures, each "
            "exponential of rate c mu. The transform of such a wait:",
            _phi(s),
            Sum((1 - rho) * rho**k * (c * mu / (c * mu + s)) ** (k + 1), (k, 0, oo)),
        ),
        Step(
            "transform_sum",
            "A geometric series with ratio rho c mu/(c mu + s):",
            Sum((1 - rho) * rho**k * (c * mu / (c * mu + s)) ** (k + 1), (k, 0, oo)),
            (c * mu - lam) / (c * mu - lam + s),
            Series(
                "geometric", x, rho * c * mu / (c * mu + s), (1 - rho) * c * mu / (c * mu + s), using=("rho",)
            ),
        ),
        define("theta", "The rate that is left over:", theta, c * mu - lam),
        Step(
            "exponential",
            "That is the transform of an exponential law of rate theta: the wait of those who wait.",
            _phi(s),
            Integral(theta * exp(-theta * t) * exp(-s * t), (t, 0, oo)),
            Antiderivative(
                -theta / (theta + s) * exp(-(theta + s) * t),
                using=("found", "transform_sum", "theta"),
                side="rhs",
            ),
            main=True,
        ),
        Step(
            "tail_of_wait",
            "So the share that waits longer than t is",
            Integral(C * theta * exp(-theta * x), (x, t, oo)),
            C * exp(-theta * t),
            Antiderivative(-C * exp(-theta * x)),
            main=True,
        ),
        define(
            "level",
            "The percentile of the wait, where more than 1 - q have to wait:",
            1 - q,
            C * exp(-theta * t_q),
        ),
        Step(
            "percentile",
            "The percentile:",
            t_q,
            log(C / (1 - q)) / theta,
            Solve("level", monotone=True),
            where="C > 1 - q",
            main=True,
        ),
    )


def _steps() -> tuple[Step, ...]:
    return (*across_cuts(), *lower_states(), *_loss(), *_delay(), *_wait())


SERVERS = Parameter(
    name="servers",
    symbol="c",
    unit="",
    meaning="parallel servers",
    default=4,
    least=1,
    most=MOST_SERVERS,
    closed=True,
    whole=True,
)


def _results(values: Values) -> tuple[Result, ...]:
    from queuecalc.station import MMc, MMcK

    rates = {name: values[name] for name in ("arrival_rate", "service_rate", "servers")}
    station, loss = MMc(**rates), MMcK(**rates, capacity=values["servers"])
    asked = Library(station)
    found = [
        asked.figure("offered load", "a", "erlang", "offered_load", otherwise=None),
        asked.figure("utilisation", "rho", "", "utilisation", otherwise=None),
        Library(loss).figure(
            "lost if there were no line, Erlang B",
            "loss",
            "",
            "blocking_probability",
            using=("a",),
            otherwise=None,
        ),
        asked.figure(
            "delay probability, Erlang C",
            "c_from_b",
            "",
            "delay_probability",
            using=("loss", "rho", "a"),
            otherwise=1.0,
        ),
        asked.figure("mean wait", "mean_wait", "s", "mean_wait", using=("erlang_c", "rho", "a")),
        asked.figure("mean sojourn", "mean_sojourn", "s", "mean_sojourn", using=("erlang_c", "rho", "a")),
    ]
    level = values["level"]
    if station.delay_probability > 1 - level:
        found.append(
            asked.figure(
                f"wait, p{100 * level:g}",
                "percentile",
                "s",
                f"wait.ppf({level:g})",
                station.wait.ppf(level),
                tolerance=TOLERANCE + 1e-15 / abs(math.log(station.delay_probability / (1 - level))),
                using=("erlang_c", "theta", "rho", "a"),
            )
        )
    return tuple(found)


def partial_exponentials(values: Values) -> dict[str, Any]:
    """E(m) at the numbers."""
    import mpmath

    def partial(last: Any) -> Any:
        load = mpmath.mpf(values["arrival_rate"]) / mpmath.mpf(values["service_rate"])
        return partial_exponential(last, load)

    return {"E": partial}


THEOREM = Theorem(
    name="mmc",
    title="M/M/c: Erlang B and Erlang C",
    claim="c exponential servers in front of one line in order of arrival; Poisson arrivals.",
    parameters=(
        replace(ARRIVAL_RATE, default=70.0),
        replace(SERVICE_RATE, default=20.0),
        SERVERS,
        LEVEL,
    ),
    steps=_steps,
    results=_results,
    condition=without_steady_state,
    special=partial_exponentials,
    cites=("erlang-c",),
    remarks=("c is any whole number throughout: the proof does not go by cases.",),
)
