"""M/G/1: the Pollaczek-Khinchine transform and mean, and what they say for M/M/1 and M/D/1."""

from __future__ import annotations

from dataclasses import replace

from sympy import Function, Integral, Limit, Sum, Symbol, exp, factorial, oo

from queuecalc.derivation.mm1 import ARRIVAL_RATE, SERVICE_RATE, without_steady_state
from queuecalc.derivation.parameter import Parameter
from queuecalc.derivation.rules import Algebra, Antiderivative, Same, Series, Solve, ToLimit
from queuecalc.derivation.shared import exponential_series
from queuecalc.derivation.step import Step, assume, define
from queuecalc.derivation.symbols import T, W, k, lam, mu, rho, s, t, x
from queuecalc.derivation.theorem import TOLERANCE, Library, Result, Theorem, Values

__all__ = ["THEOREM"]

z = Symbol("z", positive=True)
m = Symbol("m", positive=True)
m2 = Symbol("m_2", positive=True)
v = Symbol("v", positive=True)
R = Symbol("R", real=True)
q0 = Symbol("q_0", positive=True)
beta = Function("beta", positive=True)
"""E exp(-s S) of the service time S."""
A = Function("A", positive=True)
Q = Function("Q", positive=True)
tau = Function("tau", positive=True)
omega = Function("omega", positive=True)


def _queue() -> tuple[Step, ...]:
    return (
        exponential_series("The line that a customer leaves behind"),
        Step(
            "poisson",
            "During a service of length t, k customers arrive with the probability of a Poisson law of mean lambda t. "
            "Its generating function:",
            Sum((lam * t) ** k / factorial(k) * exp(-lam * t) * z**k, (k, 0, oo)),
            exp(-lam * (1 - z) * t),
            Series("exponential_series", x, lam * t * z, exp(-lam * t)),
        ),
        define(
            "arrivals",
            "Averaged over the service law, that is its transform beta(s) = E exp(-s S) at s = lambda (1 - z).",
            A(z),
            beta(lam * (1 - z)),
        ),
        assume(
            "next",
            "Who departs leaves behind those that the one before left, less himself if there were any, plus the "
            "arrivals "
            "during his service. Q is the generating function, q_0 the share that leaves nobody behind.",
            Q(z),
            A(z) * (q0 + (Q(z) - q0) / z),
            main=True,
        ),
        Step(
            "queue",
            "Solved for Q:",
            Q(z),
            q0 * (1 - z) * A(z) / (A(z) - z),
            Solve("next"),
            main=True,
        ),
        assume(
            "moments",
            "Near s = 0, with m = E[S], m_2 = E[S^2] and R bounded:",
            beta(s),
            1 - m * s + m2 * s**2 / 2 - R * s**3,
        ),
        define("rho", "The utilisation:", rho, lam * m),
        assume("total", "Probabilities add up to one.", Limit(Q(z), z, 1, "-"), 1),
        Step(
            "total_limit",
            "The limit of the formula:",
            Limit(q0 * (1 - z) * A(z) / (A(z) - z), z, 1, "-"),
            q0 / (1 - rho),
            ToLimit(using=("arrivals", "moments", "rho")),
        ),
        Step(
            "one",
            "Both are the same limit:",
            q0 / (1 - rho),
            1,
            Same("total_limit", "total", using=("queue",)),
        ),
        Step(
            "idle",
            "So nobody is left behind by a share of",
            q0,
            1 - rho,
            Solve("one"),
            where="rho < 1",
            main=True,
        ),
    )


def _wait() -> tuple[Step, ...]:
    return (
        assume(
            "left",
            "In order of arrival, those left behind are those who came during the sojourn. So its transform tau obeys "
            "Q(z) = tau(lambda (1 - z)): with z = 1 - s/lambda,",
            tau(s),
            Q(1 - s / lam),
            part="Sojourn and wait",
        ),
        Step(
            "sojourn",
            "The transform of the sojourn:",
            tau(s),
            (1 - rho) * s * beta(s) / (s - lam + lam * beta(s)),
            Algebra(using=("left", "queue", "arrivals", "idle")),
            main=True,
        ),
        assume("product", "Sojourn = wait + service, independent of each other.", tau(s), omega(s) * beta(s)),
        Step(
            "wait",
            "The transform of the wait, Pollaczek-Khinchine:",
            omega(s),
            (1 - rho) * s / (s - lam + lam * beta(s)),
            Solve("product", using=("sojourn",)),
            main=True,
        ),
        define(
            "mean_is",
            "The mean is how fast the transform falls at 0:",
            W,
            Limit((1 - omega(s)) / s, s, 0, "+"),
        ),
        Step(
            "mean_limit",
            "That limit, with the moments put in:",
            Limit((1 - omega(s)) / s, s, 0, "+"),
            lam * m2 / (2 * (1 - rho)),
            ToLimit(using=("wait", "moments", "rho")),
        ),
        Step(
            "mean_wait",
            "The mean wait, Pollaczek-Khinchine:",
            W,
            lam * m2 / (2 * (1 - rho)),
            Algebra(using=("mean_is", "mean_limit")),
            main=True,
        ),
        define("scv", "With the squared coefficient of variation v = Var[S]/m^2:", m2, m**2 * (1 + v)),
        Step(
            "mean_wait_scv",
            "Half of (1 + v) times the mean wait of M/M/1:",
            W,
            (1 + v) / 2 * rho / (1 - rho) * m,
            Algebra(using=("mean_wait", "scv", "rho")),
            main=True,
        ),
        define("service", "The sojourn has the service on top:", T, W + m),
        Step(
            "mean_sojourn",
            "The mean sojourn:",
            T,
            (1 + v) / 2 * rho / (1 - rho) * m + m,
            Algebra(using=("service", "mean_wait_scv")),
        ),
    )


def _special_cases() -> tuple[Step, ...]:
    exponential = mu / (mu + s)
    return (
        Step(
            "exponential",
            "Exponential service has the transform",
            Integral(mu * exp(-mu * t) * exp(-s * t), (t, 0, oo)),
            exponential,
            Antiderivative(-mu / (mu + s) * exp(-(mu + s) * t)),
            part="M/M/1 and M/D/1",
        ),
        define("m", "With m = 1/mu", m, 1 / mu),
        define("exponential_is", "put in place of beta:", beta(s), exponential),
        Step(
            "wait_mm1",
            "the wait is zero with probability 1 - rho, else exponential of rate mu - lambda: M/M/1.",
            omega(s),
            (1 - lam / mu) + lam / mu * (mu - lam) / (mu - lam + s),
            Algebra(using=("wait", "exponential_is", "rho", "m")),
            main=True,
        ),
        Step(
            "gamma",
            "A gamma law of mean 1/mu and SCV v has the transform (1 + v s/mu)^(-1/v). As v falls to 0 it "
            "becomes that of "
            "a constant,",
            Limit((1 + v * s / mu) ** (-1 / v), v, 0, "+"),
            exp(-s / mu),
            ToLimit(),
        ),
        Step(
            "mean_md1",
            "and the mean wait is half that of M/M/1: M/D/1.",
            Limit((1 + v) / 2 * rho / (1 - rho) * m, v, 0, "+"),
            rho / (2 * (1 - rho)) * m,
            ToLimit(),
            main=True,
        ),
    )


def _steps() -> tuple[Step, ...]:
    return (*_queue(), *_wait(), *_special_cases())


_SCV = Parameter(
    name="scv",
    symbol="v",
    unit="",
    meaning="variance / mean^2 of the service time",
    default=4.0,
    most=1e6,
    closed=True,
)


_ROUNDING = 1e-15


def _untold(name: str, step: str) -> Result:
    """A figure that is not compared."""
    return Result(name=name, step=step, unit="s", library="", value=None, using=("rho", "m"))


def _results(values: Values) -> tuple[Result, ...]:
    from queuecalc.law import two_moment
    from queuecalc.station import MG1

    law = two_moment(mean=1.0 / values["service_rate"], scv=values["scv"])
    station = MG1(arrival_rate=values["arrival_rate"], service=law)
    load = values["arrival_rate"] / values["service_rate"]
    asked = Library(station)
    told = abs(1.0 - load) > _ROUNDING  # closer to one, the rounded mean service decides whether it is stable
    near = {"using": ("rho", "m"), "tolerance": TOLERANCE + 4e-16 / max(abs(1.0 - load), 1e-16)}
    return (
        asked.figure("utilisation", "rho", "", "utilisation", using=("m",), otherwise=None),
        asked.figure("mean wait", "mean_wait_scv", "s", "mean_wait", **near)
        if told
        else _untold("mean wait", "mean_wait_scv"),
        asked.figure("mean sojourn", "mean_sojourn", "s", "mean_sojourn", **near)
        if told
        else _untold("mean sojourn", "mean_sojourn"),
    )


THEOREM = Theorem(
    name="mg1",
    title="M/G/1: Pollaczek-Khinchine",
    claim="One server with any service law, Poisson arrivals, an unbounded line in order of arrival.",
    parameters=(replace(ARRIVAL_RATE, default=30.0), replace(SERVICE_RATE, default=50.0), _SCV),
    steps=_steps,
    results=_results,
    condition=without_steady_state,
    cites=("pollaczek-khinchine",),
    remarks=("Departures see what arrivals see, and arrivals what time sees (PASTA): assumed, not derived.",),
)
