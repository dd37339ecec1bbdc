"""M/M/c/K: how many are turned away, and how long the accepted wait."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sympy import Function, Sum, Symbol, factorial

from queuecalc.derivation.equation import Put
from queuecalc.derivation.mm1 import ARRIVAL_RATE, SERVICE_RATE
from queuecalc.derivation.mmc import (
    SERVERS,
    B,
    E,
    full_states,
    lower_states,
    partial_exponentials,
    partial_sums,
    tail,
)
from queuecalc.derivation.rules import Algebra, Solve, SumByInduction
from queuecalc.derivation.shared import across_cuts
from queuecalc.derivation.step import Step, assume, define
from queuecalc.derivation.symbols import L, N, W, a, c, k, lam, p, rho
from queuecalc.derivation.theorem import Library, Result, Theorem, Values

__all__ = ["THEOREM"]

K = Symbol("K", integer=True, positive=True)
G = Function("G", positive=True)
"""G(m) = rho + ... + rho^m: the states with somebody in line, over r(0)."""
H = Function("H", positive=True)
"""H(m) = rho + 2 rho^2 + ... + m rho^m."""
_blocked = Symbol("beta", positive=True)


def _steps() -> tuple[Step, ...]:
    first = tail(0)
    return (
        *across_cuts(),
        *lower_states(),
        *full_states(),
        partial_sums()[0],
        define(
            "G",
            "The room for K - c in line ends the sum: it converges at every load.",
            G(N),
            Sum(rho**k, (k, 1, N)),
            part="Normalisation",
        ),
        define("H", "The same weighted with the place in line:", H(N), Sum(k * rho**k, (k, 1, N))),
        define("all_busy", "All servers busy, nobody in line:", first, a**c / factorial(c) * p(0)),
        assume(
            "total",
            "All states, from 0 to K, add up to one.",
            Sum(a**k / factorial(k), (k, 0, c)) * p(0) + Sum(rho**k, (k, 1, K - c)) * first,
            1,
        ),
        define("loss", "Erlang B (queuecalc derive mmc):", B(c), a**c / factorial(c) / E(c)),
        Step(
            "empty_system",
            "The empty system:",
            p(0),
            1 / (E(c) + G(K - c) * a**c / factorial(c)),
            Solve("total", using=("all_busy", "E", "G")),
        ),
        Step(
            "first",
            "All servers busy and nobody in line, by Erlang B:",
            first,
            1 / (1 / B(c) + G(K - c)),
            Algebra(using=("all_busy", "empty_system", "loss")),
            main=True,
        ),
        define(
            "blocked_is",
            "Poisson arrivals find the states as they are over time (PASTA); those who find K are turned away.",
            _blocked,
            tail(K - c),
            part="Blocking",
        ),
        Step(
            "blocked",
            "The share that is turned away:",
            _blocked,
            rho ** (K - c) / (1 / B(c) + G(K - c)),
            Algebra(using=("blocked_is", Put("upper", tail(K - c), at=((k, K - c),)), "first")),
            main=True,
        ),
        Step(
            "sum_G",
            "Unless rho = 1, where each term is 1, the sums have closed forms.",
            Sum(rho**k, (k, 1, N)),
            rho * (1 - rho**N) / (1 - rho),
            SumByInduction(),
            where="rho != 1",
        ),
        Step(
            "closed_G",
            "So",
            G(N),
            rho * (1 - rho**N) / (1 - rho),
            Algebra(using=("G", "sum_G")),
            where="rho != 1",
        ),
        Step(
            "sum_H",
            "and",
            Sum(k * rho**k, (k, 1, N)),
            rho * (1 - (N + 1) * rho**N + N * rho ** (N + 1)) / (1 - rho) ** 2,
            SumByInduction(),
            where="rho != 1",
        ),
        Step(
            "closed_H",
            "so",
            H(N),
            rho * (1 - (N + 1) * rho**N + N * rho ** (N + 1)) / (1 - rho) ** 2,
            Algebra(using=("H", "sum_H")),
            where="rho != 1",
        ),
        define(
            "line_is",
            "The mean number in line; no place weighs more than K - c.",
            L,
            first * H(K - c),
            part="The wait of those accepted",
        ),
        assume(
            "little",
            "Little's law for the line, at the rate of those accepted:",
            L,
            lam * (1 - _blocked) * W,
        ),
        Step(
            "mean_wait",
            "The mean wait of those accepted:",
            W,
            H(K - c) / (1 / B(c) + G(K - c)) / (lam * (1 - _blocked)),
            Solve("little", using=("line_is", "first")),
            main=True,
        ),
    )


_CAPACITY = replace(
    SERVERS,
    name="capacity",
    symbol="K",
    meaning="most customers in the system, in service or in line",
    default=10,
)


def _sums(values: Values) -> dict[str, Any]:
    """E, G and H at the numbers; the closed forms of G and H lose digits near rho = 1, so they begin with many."""
    import mpmath

    found = partial_exponentials(values)

    def closed(weighted: bool) -> Any:
        def total(last: Any) -> Any:
            m = int(last)
            with mpmath.workdps(250):
                load = mpmath.mpf(values["arrival_rate"]) / mpmath.mpf(values["service_rate"])
                r = load / values["servers"]
                if r == 1:
                    return mpmath.mpf(m * (m + 1) // 2 if weighted else m)
                if weighted:
                    return r * (1 - (m + 1) * r**m + m * r ** (m + 1)) / (1 - r) ** 2
                return r * (1 - r**m) / (1 - r)

        return total

    return {**found, "G": closed(False), "H": closed(True)}


def _results(values: Values) -> tuple[Result, ...]:
    from queuecalc.station import MMcK

    asked = Library(MMcK(**values))
    return (
        asked.figure("turned away", "blocked", "", "blocking_probability", using=("loss", "rho", "a")),
        asked.figure(
            "mean wait of those accepted",
            "mean_wait",
            "s",
            "mean_wait",
            using=("blocked", "loss", "rho", "a"),
        ),
    )


THEOREM = Theorem(
    name="mmck",
    title="M/M/c/K",
    claim="c exponential servers, Poisson arrivals, room for K customers; who finds no room goes away.",
    parameters=(replace(ARRIVAL_RATE, default=70.0), replace(SERVICE_RATE, default=20.0), SERVERS, _CAPACITY),
    steps=_steps,
    results=_results,
    special=_sums,
    cites=("finite-exponential",),
    remarks=("c and K are any whole numbers with K >= c, the load is any, also above capacity.",),
)
