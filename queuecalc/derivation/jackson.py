"""Jackson's theorem for two stations with feedback: the product form satisfies every balance equation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sympy import Function, Sum, Symbol, oo

from queuecalc.derivation.equation import Put
from queuecalc.derivation.mm1 import ARRIVAL_RATE, SERVICE_RATE
from queuecalc.derivation.parameter import Parameter
from queuecalc.derivation.rules import Algebra, Series, Solve
from queuecalc.derivation.shared import geometric, weighted_geometric
from queuecalc.derivation.step import Step, assume, define
from queuecalc.derivation.symbols import L, T, k, x
from queuecalc.derivation.theorem import Library, Result, Theorem, Values

__all__ = ["THEOREM"]

gamma = Symbol("gamma", positive=True)
u = Symbol("u", positive=True)
f = Symbol("f", positive=True)
lam1, lam2 = (Symbol(f"lambda_{i}", positive=True) for i in (1, 2))
mu1, mu2 = (Symbol(f"mu_{i}", positive=True) for i in (1, 2))
rho1, rho2 = (Symbol(f"rho_{i}", positive=True) for i in (1, 2))
i, j = (Symbol(name, integer=True, nonnegative=True) for name in "ij")
p = Function("p", positive=True)
G = Symbol("G", positive=True)

_RATES = ("product", Put("rho_1", mu1), Put("rho_2", mu2), "lambda_2_is", "lambda_1")


def _balance(label: str, sentence: str, *, first: bool, second: bool, where: str) -> Step:
    """The balance of the states with or without somebody at each station, the product put in."""
    here = p(i if first else 0, j if second else 0)
    a, b = here.args
    leaving = gamma + (mu1 if first else 0) + (mu2 if second else 0)
    entering = (
        (gamma * p(a - 1, b) if first else 0)
        + mu1 * (1 - u) * p(a + 1, b)
        + (mu1 * u * p(a + 1, b - 1) if second else 0)
        + mu2 * (1 - f) * p(a, b + 1)
        + (mu2 * f * p(a - 1, b + 1) if first else 0)
    )
    return Step(
        label, sentence, leaving * here, entering, Algebra(using=_RATES), where=where, main=first and second
    )


def _steps() -> tuple[Step, ...]:
    return (
        assume(
            "rate_1",
            "What flows into a station: from outside, and what comes back. A share u goes on from 1 to 2, a "
            "share f from 2 "
            "back to 1.",
            lam1,
            gamma + f * lam2,
            part="Traffic equations",
        ),
        assume("lambda_2_is", "Into the second:", lam2, u * lam1),
        Step(
            "lambda_1",
            "Solved:",
            lam1,
            gamma / (1 - u * f),
            Solve("rate_1", using=("lambda_2_is",)),
            main=True,
        ),
        Step(
            "lambda_2",
            "and",
            lam2,
            gamma * u / (1 - u * f),
            Algebra(using=("lambda_2_is", "lambda_1")),
            main=True,
        ),
        define("rho_1", "The utilisations:", rho1, lam1 / mu1),
        define("rho_2", "and", rho2, lam2 / mu2),
        define(
            "product",
            "Try a product: as if each station were an M/M/1 queue of its own. It is right if every balance "
            "equation holds.",
            p(i, j),
            G * rho1**i * rho2**j,
            where="i, j >= 0",
            part="Product form",
            main=True,
        ),
        _balance("inside", "Both stations busy: it holds.", first=True, second=True, where="i, j >= 1"),
        _balance("first_alone", "The second empty: it holds.", first=True, second=False, where="i >= 1"),
        _balance("second_alone", "The first empty: it holds.", first=False, second=True, where="j >= 1"),
        _balance("empty", "Both empty: it holds.", first=False, second=False, where=""),
        *geometric("Normalisation"),
        Step(
            "row",
            "All states of the first station together,",
            Sum(G * rho1**k, (k, 0, oo)),
            G / (1 - rho1),
            Series("geometric", x, rho1, G),
            where="rho_1 < 1",
        ),
        Step(
            "all",
            "and of both:",
            Sum(G / (1 - rho1) * rho2**k, (k, 0, oo)),
            G / (1 - rho1) / (1 - rho2),
            Series("geometric", x, rho2, G / (1 - rho1)),
            where="rho_2 < 1",
        ),
        assume("total", "They add up to one.", G / (1 - rho1) / (1 - rho2), 1),
        Step("constant", "So the factor is", G, (1 - rho1) * (1 - rho2), Solve("total")),
        Step(
            "law",
            "The stations are independent at each instant, and each is geometric.",
            p(i, j),
            (1 - rho1) * rho1**i * (1 - rho2) * rho2**j,
            Algebra(using=("product", "constant")),
            main=True,
        ),
        *weighted_geometric("Means"),
        Step(
            "mean_1",
            "The mean number at the first station, and at the second likewise:",
            Sum(k * (1 - rho1) * rho1**k, (k, 0, oo)),
            rho1 / (1 - rho1),
            Series("weighted", x, rho1, 1 - rho1),
        ),
        define("number", "In the network:", L, rho1 / (1 - rho1) + rho2 / (1 - rho2)),
        assume("little", "Little's law for the whole network:", L, gamma * T),
        Step(
            "mean_sojourn",
            "The mean time from arrival to departure:",
            T,
            (rho1 / (1 - rho1) + rho2 / (1 - rho2)) / gamma,
            Solve("little", using=("number",)),
            main=True,
        ),
    )


def _share(name: str, symbol: str, meaning: str, default: float) -> Parameter:
    return Parameter(name=name, symbol=symbol, unit="", meaning=meaning, default=default, most=0.999999)


def _solved(values: Values) -> Any:
    from queuecalc.network import JacksonNetwork
    from queuecalc.station import Station

    return JacksonNetwork(
        stations={
            "1": Station(servers=1, service_rate=values["service_rate"]),
            "2": Station(servers=1, service_rate=values["second_service_rate"]),
        },
        routing={"1": {"2": values["forward"]}, "2": {"1": values["feedback"]}},
        arrival_rates={"1": values["arrival_rate"]},
    ).solve()


def _utilisations(values: Values) -> tuple[float, float]:
    flow = values["arrival_rate"] / (1.0 - values["forward"] * values["feedback"])
    return flow / values["service_rate"], flow * values["forward"] / values["second_service_rate"]


def _condition(values: Values) -> str:
    for station, rho in enumerate(_utilisations(values), 1):
        if rho >= 1:
            return (
                f"rho_{station} = {rho:.6g} is not below 1: station {station} has no steady state, nor has "
            )
            "the network"
    return ""


def _results(values: Values) -> tuple[Result, ...]:
    network = _solved(values)
    asked = Library(network, "JacksonNetwork(...).solve()")
    using = ("rho_1", "rho_2", "lambda_2", "lambda_1")
    busy = {"otherwise": None, "using": ("lambda_2", "lambda_1")}
    near = 1e-12 + 1e-15 / max(1e-16, min(abs(1.0 - rho) for rho in _utilisations(values)))
    return (
        asked.figure(
            "utilisation of station 1",
            "rho_1",
            "",
            "stations['1'].utilisation",
            network.stations["1"].utilisation,
            **busy,
        ),
        asked.figure(
            "utilisation of station 2",
            "rho_2",
            "",
            "stations['2'].utilisation",
            network.stations["2"].utilisation,
            **busy,
        ),
        asked.figure(
            "mean sojourn",
            "mean_sojourn",
            "s",
            "sojourn.mean",
            network.sojourn.mean,
            using=using,
            tolerance=near,
        ),
    )


THEOREM = Theorem(
    name="jackson",
    title="Jackson's theorem: two stations with feedback",
    claim="Two exponential single-server stations, Poisson arrivals of rate gamma at the first, Markovian routing.",
    parameters=(
        replace(ARRIVAL_RATE, symbol="gamma", meaning="arrivals per second from outside", default=5.0),
        replace(SERVICE_RATE, symbol="mu_1", meaning="services per second at station 1", default=12.0),
        replace(
            SERVICE_RATE,
            name="second_service_rate",
            symbol="mu_2",
            meaning="services per second at station 2",
            default=10.0,
        ),
        _share("forward", "u", "share that goes on from station 1 to station 2", 0.8),
        _share("feedback", "f", "share that goes back from station 2 to station 1", 0.25),
    ),
    steps=_steps,
    results=_results,
    condition=_condition,
    cites=("jackson",),
    remarks=(
        "The chain has one stationary law only (it is irreducible), so the product is it; that is used, not derived.",
        "More stations and more servers go the same way (Jackson 1957); they are not done here.",
    ),
)
