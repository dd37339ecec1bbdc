"""Square-root staffing: the limit of Erlang B and C for many servers, and the rule for their number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sympy import Function, Limit, Symbol, log, pi, sqrt

from queuecalc.derivation.mm1 import ARRIVAL_RATE, SERVICE_RATE
from queuecalc.derivation.parameter import Parameter
from queuecalc.derivation.poisson import partial_exponential
from queuecalc.derivation.rules import Algebra, Solve, ToLimit
from queuecalc.derivation.step import Step, assume, define
from queuecalc.derivation.symbols import C, a, c, lam, mu, rho
from queuecalc.derivation.theorem import Library, Result, Theorem, Values
from queuecalc.errors import InvalidInput

__all__ = ["THEOREM"]

b = Symbol("beta", positive=True)
e = Symbol("e", positive=True)
h = Symbol("h", positive=True)
delayed = Symbol("alpha", positive=True)
loss = Symbol("B", positive=True)
exact_loss = Function("B", positive=True)
spare = Function("beta", positive=True)
_log = Function("l")


def _steps() -> tuple[Step, ...]:
    return (
        define(
            "spare",
            "Write the number of servers as the offered load and a few times its root:",
            c,
            a + b * sqrt(a),
            part="Many servers, little to spare",
        ),
        define("e", "Let the load grow: with e = 1/sqrt(a), which falls to 0,", a, 1 / e**2),
        Step("servers", "so", c, (1 + b * e) / e**2, Algebra(using=("spare", "e"))),
        define("rho_is", "The utilisation:", rho, a / c),
        Step(
            "rho",
            "it tends to one, however much is to spare:",
            rho,
            1 / (1 + b * e),
            Algebra(using=("rho_is", "servers", "e")),
        ),
        assume(
            "stirling",
            "Erlang B is P(X = c)/P(X <= c) for X Poisson of mean a. By Stirling's formula (c! over sqrt(2 pi "
            "c) (c/e)^c "
            "tends to 1) the logarithm of P(X = c) sqrt(a) is, in the limit, that of",
            _log(e),
            -1 / e**2 + (1 + b * e) / e**2 * (1 - log(1 + b * e)) - log(1 + b * e) / 2 - log(2 * pi) / 2,
            part="Erlang B",
        ),
        Step(
            "density",
            "Its limit is the logarithm of the normal density at beta: exp(-beta^2/2)/sqrt(2 pi).",
            Limit(_log(e), e, 0, "+"),
            -(b**2) / 2 - log(2 * pi) / 2,
            ToLimit(using=("stirling",)),
            main=True,
        ),
        assume(
            "clt",
            "P(X <= c) tends to the normal distribution function at beta (central limit theorem). So, with h "
            "the density over "
            "the distribution function at beta,",
            loss,
            h * e,
            where="e small",
        ),
        define(
            "erlang_c",
            "Erlang C from Erlang B (queuecalc derive mmc):",
            C,
            loss / (1 - rho * (1 - loss)),
            part="Erlang C",
        ),
        Step(
            "same",
            "With the above put in, as the load grows:",
            C,
            h * e / (1 - (1 - h * e) / (1 + b * e)),
            Algebra(using=("erlang_c", "clt", "rho")),
        ),
        define(
            "alpha_is",
            "Its limit, call it alpha:",
            delayed,
            Limit(h * e / (1 - (1 - h * e) / (1 + b * e)), e, 0, "+"),
        ),
        Step(
            "limit",
            "The probability of a wait has a limit between 0 and 1 (Halfin & Whitt):",
            Limit(h * e / (1 - (1 - h * e) / (1 + b * e)), e, 0, "+"),
            h / (h + b),
            ToLimit(),
            main=True,
        ),
        Step(
            "goal",
            "If a share alpha may wait,",
            delayed,
            h / (h + b),
            Algebra(using=("alpha_is", "limit")),
            part="The rule",
        ),
        Step("solved", "so beta must be", b, h * (1 - delayed) / delayed, Solve("goal", monotone=True)),
        define("root", "where h depends on beta, too: the root is found numerically.", b, spare(delayed)),
        Step(
            "rule",
            "Square-root staffing:",
            c,
            a + spare(delayed) * sqrt(a),
            Algebra(using=("spare", "root")),
            main=True,
        ),
        define("load", "where the offered load is", a, lam / mu),
        define(
            "check", "Erlang B of that many servers, exactly,", loss, exact_loss(c), part="How good it is"
        ),
        Step(
            "exact",
            "and so Erlang C:",
            C,
            exact_loss(c) / (1 - rho * (1 - exact_loss(c))),
            Algebra(using=("erlang_c", "check")),
        ),
    )


def _beta(late: Any) -> Any:
    """The root of alpha (h(beta) + beta) = h(beta), by bisection to the working precision; it falls with alpha."""
    import mpmath

    def probability(spare_roots: Any) -> Any:
        ratio = mpmath.npdf(spare_roots) / mpmath.ncdf(spare_roots)
        return ratio / (ratio + spare_roots)

    low, high = mpmath.mpf(0), mpmath.mpf(1)
    while probability(high) > late:
        high *= 2
    while high - low > mpmath.eps * high * 4:
        middle = (low + high) / 2
        low, high = (middle, high) if probability(middle) > late else (low, middle)
    return high


def _load(values: Values) -> Any:
    import mpmath

    return mpmath.mpf(values["arrival_rate"]) / mpmath.mpf(values["service_rate"])


def _servers(values: Values) -> int:
    """The rule's number of servers: a + beta sqrt(a), rounded up."""
    import mpmath

    with mpmath.workdps(50):
        load = _load(values)
        return int(mpmath.ceil(load + _beta(mpmath.mpf(values["delay_target"])) * mpmath.sqrt(load)))


def _least(values: Values, start: int) -> int:
    """The least number of servers that keeps the target, by Erlang C of the library."""
    from queuecalc.station import MMc

    def kept(servers: int) -> bool:
        station = MMc(
            arrival_rate=values["arrival_rate"], service_rate=values["service_rate"], servers=servers
        )
        return bool(station.delay_probability <= values["delay_target"])

    servers = start
    while not kept(servers):
        servers += 1
    while servers > 1 and kept(servers - 1):
        servers -= 1
    return servers


def _notes(values: Values) -> tuple[str, ...]:
    servers = _servers(values)
    least = _least(values, servers)
    off = "the rule is right" if least == servers else f"the rule is off by {servers - least:+d}"
    return (f"By Erlang C itself the least number of servers is {least:,}: {off}.",)


def _special(values: Values) -> dict[str, Any]:
    import mpmath

    def loss_of(servers: Any) -> Any:
        load = _load(values)
        term = mpmath.exp(servers * mpmath.log(load) - mpmath.loggamma(servers + 1))
        return term / partial_exponential(servers, load)

    return {"beta": _beta, "B": loss_of}


def _results(values: Values) -> tuple[Result, ...]:
    from queuecalc.station import MMc

    rates = {name: values[name] for name in ("arrival_rate", "service_rate")}
    if rates["arrival_rate"] / rates["service_rate"] > MOST_LOAD:
        raise InvalidInput(
            f"staffing: an offered load of {rates['arrival_rate'] / rates['service_rate']:,.6g} erlang; "
            f"expected at most "
            f"{MOST_LOAD:,}"
        )
    servers = _servers(values)
    station = MMc(**rates, servers=servers)
    asked = Library(station)
    return (
        asked.figure("offered load", "load", "erlang", "offered_load"),
        Result(
            name="servers by the rule, rounded up",
            step="rule",
            unit="",
            library="",
            value=None,
            using=("load",),
            whole=True,
        ),
        asked.figure(
            "delay probability of so many, exactly",
            "exact",
            "",
            "delay_probability",
            using=("rho_is", "load"),
            extra=((c, servers),),
        ),
    )


MOST_LOAD = 500_000

_TARGET = Parameter(
    name="delay_target",
    symbol="alpha",
    unit="",
    meaning="share of customers that may have to wait",
    default=0.2,
    least=1e-9,
    most=0.999,
    closed=True,
)

THEOREM = Theorem(
    name="staffing",
    title="Square-root staffing",
    claim="M/M/c with many servers: how many it takes so that at most a share alpha has to wait.",
    parameters=(replace(ARRIVAL_RATE, default=2000.0), replace(SERVICE_RATE, default=20.0), _TARGET),
    steps=_steps,
    results=_results,
    special=_special,
    notes=_notes,
    cites=("square-root-staffing", "erlang-c"),
    remarks=(
        "Stirling's formula and the central limit theorem are used, not derived.",
        "The rule is a limit for many servers: an approximation.",
    ),
)
