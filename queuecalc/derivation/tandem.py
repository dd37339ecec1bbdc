"""Two M/M/1 queues in a row: the law of the whole sojourn, and its percentile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sympy import Function, Integral, Limit, Symbol, exp, oo

from queuecalc.derivation.mm1 import ARRIVAL_RATE, LEVEL, SERVICE_RATE
from queuecalc.derivation.rules import Algebra, Antiderivative, ToLimit
from queuecalc.derivation.step import Step, assume, define
from queuecalc.derivation.symbols import T, lam, q, s, t, t_q, x
from queuecalc.derivation.theorem import Library, Result, Theorem, Values

__all__ = ["THEOREM"]

mu1, mu2 = (Symbol(f"mu_{i}", positive=True) for i in (1, 2))
th1, th2 = (Symbol(f"theta_{i}", positive=True) for i in (1, 2))
phi = Function("phi", positive=True)
root = Function("t_root", positive=True)


def _steps() -> tuple[Step, ...]:
    fall = (exp(-th1 * t) - exp(-th2 * t)) * th1 * th2 / (th2 - th1)
    return (
        define(
            "theta_1",
            "Each queue alone is M/M/1 (queuecalc derive mm1): its sojourn is exponential of rate",
            th1,
            mu1 - lam,
            part="The sum of two sojourns",
        ),
        define(
            "theta_2", "and, since what leaves the first is Poisson (queuecalc derive burke),", th2, mu2 - lam
        ),
        assume(
            "product",
            "A customer's two sojourns are independent (Reich 1957): the transform of the sum is the product.",
            phi(s),
            th1 / (th1 + s) * th2 / (th2 + s),
            main=True,
        ),
        Step(
            "fractions",
            "In partial fractions:",
            phi(s),
            th1 * th2 / (th2 - th1) * (1 / (th1 + s) - 1 / (th2 + s)),
            Algebra(using=("product",), name="partial fractions"),
            where="theta_1 != theta_2",
        ),
        Step(
            "density",
            "Each fraction is the transform of an exponential: so the density stands under the integral.",
            phi(s),
            Integral(fall * exp(-s * t), (t, 0, oo)),
            Antiderivative(
                th1 * th2 / (th2 - th1) * (exp(-(th2 + s) * t) / (th2 + s) - exp(-(th1 + s) * t) / (th1 + s)),
                using=("fractions",),
                side="rhs",
            ),
        ),
        Step(
            "tail",
            "The share that takes longer than t is what the density leaves beyond t.",
            Integral(fall.subs(t, x), (x, t, oo)),
            (th2 * exp(-th1 * t) - th1 * exp(-th2 * t)) / (th2 - th1),
            Antiderivative(th1 * th2 / (th2 - th1) * (exp(-th2 * x) / th2 - exp(-th1 * x) / th1)),
            where="theta_1 != theta_2",
            main=True,
        ),
        Step(
            "equal",
            "Where both rates are the same, its limit:",
            Limit((th2 * exp(-th1 * t) - th1 * exp(-th2 * t)) / (th2 - th1), th2, th1),
            (1 + th1 * t) * exp(-th1 * t),
            ToLimit(),
            main=True,
        ),
        Step(
            "density_integral",
            "The mean is the area under that share,",
            Integral((th2 * exp(-th1 * t) - th1 * exp(-th2 * t)) / (th2 - th1), (t, 0, oo)),
            1 / th1 + 1 / th2,
            Antiderivative((th1 / th2 * exp(-th2 * t) - th2 / th1 * exp(-th1 * t)) / (th2 - th1)),
            part="Mean and percentile",
        ),
        define(
            "mean",
            "the sum of the two means; percentiles do not add up like this.",
            T,
            1 / th1 + 1 / th2,
            main=True,
        ),
        define(
            "percentile",
            "The percentile: where that share is 1 - q. There is no closed form; it is found by bisection.",
            t_q,
            root(1 - q),
            main=True,
        ),
    )


def _rates(values: Values) -> tuple[Any, Any]:
    import mpmath

    arrival = mpmath.mpf(values["arrival_rate"])
    return mpmath.mpf(values["service_rate"]) - arrival, mpmath.mpf(values["second_service_rate"]) - arrival


def _share(values: Values, time: Any) -> Any:
    import mpmath

    one, two = _rates(values)
    time = mpmath.mpf(time)
    if one == two:
        return (1 + one * time) * mpmath.exp(-one * time)
    return (two * mpmath.exp(-one * time) - one * mpmath.exp(-two * time)) / (two - one)


def _percentile(values: Values, late: Any) -> Any:
    """Where the share is `late`, by bisection to the working precision."""
    import mpmath

    one, two = _rates(values)
    low, high = mpmath.mpf(0), 1 / one + 1 / two
    while _share(values, high) > late:
        high *= 2
    while high - low > mpmath.eps * high * 4:
        middle = (low + high) / 2
        low, high = (middle, high) if _share(values, middle) > late else (low, middle)
    return high


def _condition(values: Values) -> str:
    for station, name in enumerate(("service_rate", "second_service_rate"), 1):
        rho = values["arrival_rate"] / values[name]
        if rho >= 1:
            return f"rho_{station} = {rho:.6g} is not below 1: queue {station} has no steady state, nor has the row"
    return ""


def _results(values: Values) -> tuple[Result, ...]:
    from queuecalc.network import JacksonNetwork
    from queuecalc.station import Station

    network = JacksonNetwork(
        stations={
            "1": Station(servers=1, service_rate=values["service_rate"]),
            "2": Station(servers=1, service_rate=values["second_service_rate"]),
        },
        routing={"1": {"2": 1.0}},
        arrival_rates={"1": values["arrival_rate"]},
    ).solve()
    asked = Library(network, "JacksonNetwork(...).solve()")
    level = values["level"]
    percentile = network.sojourn.ppf(level)
    rates = ("theta_1", "theta_2")
    found = [
        asked.figure("mean sojourn", "mean", "s", "sojourn.mean", network.sojourn.mean, using=rates),
        asked.figure(
            f"sojourn, p{100 * level:g}",
            "percentile",
            "s",
            f"sojourn.ppf({level:g})",
            percentile,
            tolerance=_INVERTED,
        ),
    ]
    return tuple(found)


_INVERTED = 1e-8
"""Relative: the library inverts the transform numerically, for any network."""


THEOREM = Theorem(
    name="tandem",
    title="Two queues in a row",
    claim="Poisson arrivals, two exponential single-server stations one after the other, both in order of arrival.",
    parameters=(
        replace(ARRIVAL_RATE, default=5.0),
        replace(
            SERVICE_RATE, symbol="mu_1", meaning="services per second at the first station", default=10.0
        ),
        replace(
            SERVICE_RATE,
            name="second_service_rate",
            symbol="mu_2",
            meaning="services per second at the second station",
            default=8.0,
        ),
        replace(LEVEL, least=0.01, most=0.99, closed=True),
    ),
    steps=_steps,
    results=_results,
    condition=_condition,
    special=lambda values: {"t_root": lambda late: _percentile(values, late)},
    cites=("tandem-sojourn",),
    remarks=("That the two sojourns of a customer are independent is Reich's theorem; it is assumed here.",),
)
