"""M/M/1 from its balance equations: the states, the sojourn and its percentiles."""

from __future__ import annotations

from fractions import Fraction

from sympy import Function, Integral, Sum, exp, log, oo

from queuecalc.derivation.equation import Put
from queuecalc.derivation.parameter import Parameter
from queuecalc.derivation.rules import Algebra, Antiderivative, Induction, Same, Series, Solve
from queuecalc.derivation.shared import across_cuts, geometric, rate_in_state, weighted_geometric
from queuecalc.derivation.step import Step, assume, define
from queuecalc.derivation.symbols import L, T, k, lam, mu, n, p, q, rho, s, t, t_q, theta, x
from queuecalc.derivation.theorem import Library, Result, Theorem, Values

__all__ = ["ARRIVAL_RATE", "LEVEL", "SERVICE_RATE", "THEOREM", "without_steady_state"]

_transform = Function("phi", positive=True)


def _states() -> tuple[Step, ...]:
    return (
        *across_cuts(),
        rate_in_state(mu, "One server: while somebody is there, it completes mu per second.", "n >= 1"),
        define("rho", "The utilisation:", rho, lam / mu),
        Step(
            "ratio",
            "Every state is rho times as likely as the one below it.",
            p(n + 1),
            rho * p(n),
            Algebra(using=(Put("across", p(n + 1)), "rate", "rho")),
            main=True,
        ),
        Step(
            "powers",
            "So every state follows from the empty one.",
            p(n),
            rho**n * p(0),
            Induction("ratio", n),
        ),
        *geometric("Normalisation"),
        assume("total", "The probabilities of all states add up to one.", Sum(p(k), (k, 0, oo)), 1),
        Step(
            "summed",
            "With the states put in, that sum is a geometric series. It converges if rho < 1, and only then.",
            Sum(rho**k * p(0), (k, 0, oo)),
            p(0) / (1 - rho),
            Series("geometric", x, rho, p(0)),
            where="rho < 1",
        ),
        Step(
            "one", "Both are the same sum:", p(0) / (1 - rho), 1, Same("summed", "total", using=("powers",))
        ),
        Step(
            "idle",
            "The share of time in which the server is idle:",
            p(0),
            1 - rho,
            Solve("one"),
            main=True,
        ),
        Step(
            "states",
            "The number in the system is geometric.",
            p(n),
            (1 - rho) * rho**n,
            Algebra(using=("powers", "idle")),
            where="rho < 1, n >= 0",
            main=True,
        ),
    )


def _means() -> tuple[Step, ...]:
    return (
        *weighted_geometric("Means"),
        define("number_is", "The mean number in the system:", L, Sum(k * p(k), (k, 0, oo))),
        Step(
            "mean_number",
            "With the states put in, the weighted series:",
            Sum(k * (1 - rho) * rho**k, (k, 0, oo)),
            rho / (1 - rho),
            Series("weighted", x, rho, 1 - rho),
        ),
        Step(
            "number",
            "So the mean number in the system is",
            L,
            rho / (1 - rho),
            Algebra(using=("number_is", "states", "mean_number")),
            main=True,
        ),
        assume("little", "Little's law (queuecalc derive little):", L, lam * T),
        Step(
            "mean_sojourn",
            "The mean sojourn:",
            T,
            1 / (mu - lam),
            Solve("little", using=("number", "rho")),
            main=True,
        ),
    )


def _law() -> tuple[Step, ...]:
    return (
        assume(
            "found",
            "Poisson arrivals find the states as they are over time (PASTA). Who finds n stays for n + 1 exponential "
            "services; the transform of one is mu/(mu + s).",
            _transform(s),
            Sum((1 - rho) * rho**k * (mu / (mu + s)) ** (k + 1), (k, 0, oo)),
            part="The law of the sojourn",
        ),
        Step(
            "transform_sum",
            "Again a geometric series, now with ratio rho mu/(mu + s).",
            Sum((1 - rho) * rho**k * (mu / (mu + s)) ** (k + 1), (k, 0, oo)),
            (mu - lam) / (mu - lam + s),
            Series("geometric", x, rho * mu / (mu + s), (1 - rho) * mu / (mu + s), using=("rho",)),
        ),
        define("theta", "The rate that is left over:", theta, mu - lam),
        Step(
            "transform",
            "The transform of the sojourn:",
            _transform(s),
            theta / (theta + s),
            Algebra(using=("found", "transform_sum", "theta")),
            main=True,
        ),
        Step(
            "exponential",
            "That is the transform of an exponential law of rate theta, and a transform has one law only.",
            _transform(s),
            Integral(theta * exp(-theta * t) * exp(-s * t), (t, 0, oo)),
            Antiderivative(-theta / (theta + s) * exp(-(theta + s) * t), using=("transform",), side="rhs"),
        ),
        Step(
            "tail",
            "So the sojourn is exponential: the share that takes longer than t is",
            Integral(theta * exp(-theta * x), (x, t, oo)),
            exp(-theta * t),
            Antiderivative(-exp(-theta * x)),
            main=True,
        ),
        define("level", "A share q takes no longer than the percentile.", 1 - q, exp(-theta * t_q)),
        Step(
            "percentile",
            "The percentile:",
            t_q,
            -log(1 - q) / theta,
            Solve("level", monotone=True),
            where="0 < q < 1",
            main=True,
        ),
    )


def _steps() -> tuple[Step, ...]:
    return (*_states(), *_means(), *_law())


ARRIVAL_RATE = Parameter(
    name="arrival_rate", symbol="lambda", unit="1/s", meaning="arrivals per second", default=3.0
)
SERVICE_RATE = Parameter(
    name="service_rate", symbol="mu", unit="1/s", meaning="services per second of one server", default=4.0
)
LEVEL = Parameter(
    name="level", symbol="q", unit="", meaning="share within the percentile", default=0.95, most=1 - 1e-12
)


def without_steady_state(values: Values) -> str:
    """Why there is nothing to put numbers in at these rates; empty where rho < 1, in exact arithmetic."""
    capacity = Fraction(values["service_rate"]) * values.get("servers", 1)
    rho = Fraction(values["arrival_rate"]) / capacity
    if rho < 1:
        return ""
    return (
        f"rho = {float(rho):.6g} is not below 1: the geometric series diverges, there is no steady state, and times "
        "grow without bound"
    )


def _results(values: Values) -> tuple[Result, ...]:
    from queuecalc.station import MM1

    station = MM1(arrival_rate=values["arrival_rate"], service_rate=values["service_rate"])
    asked = Library(station)
    level = values["level"]
    return (
        asked.figure("utilisation", "rho", "", "utilisation", otherwise=None),
        asked.figure("mean number in the system", "number", "", "mean_in_system", using=("rho",)),
        asked.figure("mean sojourn", "mean_sojourn", "s", "mean_sojourn"),
        asked.figure(
            f"sojourn, p{100 * level:g}",
            "percentile",
            "s",
            f"sojourn.ppf({level:g})",
            station.sojourn.ppf(level),
            using=("theta",),
        ),
    )


THEOREM = Theorem(
    name="mm1",
    title="M/M/1",
    claim="One exponential server, Poisson arrivals, an unbounded line in order of arrival.",
    parameters=(ARRIVAL_RATE, SERVICE_RATE, LEVEL),
    steps=_steps,
    results=_results,
    condition=without_steady_state,
)
