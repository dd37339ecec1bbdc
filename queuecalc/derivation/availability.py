"""k of n units: the availability of one, the number alive, and the share of time in which enough of them are."""

from __future__ import annotations

from typing import Any

from sympy import Function, Sum, Symbol, expand, factorial

from queuecalc.derivation.parameter import Parameter
from queuecalc.derivation.rules import Algebra, AtIntegers, Induction, Solve
from queuecalc.derivation.step import Step, assume, define
from queuecalc.derivation.symbols import n
from queuecalc.derivation.theorem import Result, Theorem, Values
from queuecalc.errors import InvalidInput

__all__ = ["THEOREM"]

up_time = Symbol("F", positive=True)
repair_time = Symbol("R", positive=True)
up, down = (Symbol(name, positive=True) for name in ("p_up", "p_down"))
A = Symbol("A", positive=True)
z = Symbol("z", positive=True)
j = Symbol("j", integer=True, positive=True)
units = Symbol("n", integer=True, nonnegative=True)
needed = Symbol("k", integer=True, nonnegative=True)
G = Function("G", positive=True)
w = Function("w", positive=True)
at_least = Function("S", positive=True)
available = Symbol("A_k", positive=True)


def _expanded(number: int) -> Any:
    return expand((1 - A + A * z) ** number)


def _steps() -> tuple[Step, ...]:
    weight = factorial(units) / factorial(j) / factorial(units - j) * A**j * (1 - A) ** (units - j)
    return (
        assume(
            "flow",
            "A unit fails once in F hours of work and is repaired in R hours: as often down as up.",
            up / up_time,
            down / repair_time,
            part="One unit",
        ),
        assume("total", "It is either up or down.", up + down, 1),
        Step("down_is", "So", down, 1 - up, Solve("total")),
        Step(
            "up",
            "The share of time in which it is up:",
            up,
            up_time / (up_time + repair_time),
            Solve("flow", using=("down_is",)),
            main=True,
        ),
        define("A", "Call it A.", A, up_time / (up_time + repair_time)),
        assume(
            "one_more",
            "Units fail and are repaired independently. G(n) is the generating function of the number of those "
            "up: one unit "
            "more multiplies it.",
            G(n + 1),
            (1 - A + A * z) * G(n),
            part="n units",
        ),
        assume("none", "Without any unit:", G(0), 1),
        Step("power", "So", G(n), (1 - A + A * z) ** n, Induction("one_more", n, first="none"), main=True),
        define(
            "weight", "The coefficient of z^j, the share of time with j up, is binomial:", w(units, j), weight
        ),
        Step(
            "pascal",
            "Its recurrence is that of G, coefficient by coefficient: j up among n + 1 are j up among n and one "
            "more down, "
            "or j - 1 up and one more up.",
            w(units + 1, j),
            A * w(units, j - 1) + (1 - A) * w(units, j),
            Algebra(using=("weight",), name="Pascal's triangle"),
            where="1 <= j <= n",
            main=True,
        ),
        Step("begins", "and it begins alike, without any unit:", w(0, 0), 1, Algebra(using=("weight",))),
        Step(
            "expanded",
            "A second look: the sum is the power.",
            G(units),
            Sum(weight * z**j, (j, 0, units)),
            AtIntegers(units, (1, 2, 3, 4), _expanded, "multiplied out", using=("power",)),
        ),
        define(
            "enough_is",
            "k of n are enough: the share of time in which at least k are up.",
            available,
            at_least(needed, units, A),
            part="k of n",
        ),
        define("enough", "where S adds up", at_least(needed, units, A), Sum(w(units, j), (j, needed, units))),
        Step(
            "written_out",
            "Written out:",
            available,
            Sum(weight, (j, needed, units)),
            Algebra(using=("enough_is", "enough", "weight"), evaluate=False),
            main=True,
        ),
        Step(
            "all_down",
            "Where one is enough, all must be down for it to be missing:",
            w(units, 0),
            (1 - A) ** units,
            Algebra(using=("weight",)),
        ),
    )


def _binomial_tail(least: Any, number: Any, share: Any) -> Any:
    """Sum over j >= k, from the term that is largest outwards; all terms positive."""
    import mpmath

    first, last = int(least), int(number)
    term = mpmath.binomial(last, first) * share**first * (1 - share) ** (last - first)
    total = mpmath.mpf(0)
    for up_units in range(first, last + 1):
        total += term
        term = term * (last - up_units) / (up_units + 1) * share / (1 - share)
    return total


def _parameter(name: str, symbol: str, unit: str, meaning: str, default: float, **more: Any) -> Parameter:
    return Parameter(name=name, symbol=symbol, unit=unit, meaning=meaning, default=default, **more)


def _results(values: Values) -> tuple[Result, ...]:
    from scipy import special

    one = values["mtbf_h"] / (values["mtbf_h"] + values["mttr_h"])
    least, number = values["needed"], values["units"]
    if least > number:
        raise InvalidInput(
            f"availability: needed = {least} of units = {number}; expected at most as many as there are"
        )
    enough = float(special.bdtrc(least - 1, number, one))
    return (
        Result(name="one unit", step="A", unit="", library="MTBF / (MTBF + MTTR)", value=one),
        Result(
            name=f"at least {least} of {number} units",
            step="enough_is",
            unit="",
            library=f"scipy.special.bdtrc({least - 1}, {number}, A)",
            value=enough,
            using=("A",),
        ),
    )


_COUNT = {"least": 1, "most": 10_000, "closed": True, "whole": True}

THEOREM = Theorem(
    name="availability",
    title="k of n units: availability",
    claim="Units that fail and are repaired independently of each other; at least k of n must be up.",
    parameters=(
        _parameter("mtbf_h", "F", "h", "mean time between failures", 1000.0),
        _parameter("mttr_h", "R", "h", "mean time to repair", 4.0),
        _parameter("units", "n", "", "units", 3, **_COUNT),
        _parameter("needed", "k", "", "units that must be up", 2, **_COUNT),
    ),
    steps=_steps,
    results=_results,
    special=lambda _values: {"S": _binomial_tail},
    cites=("independent-units",),
    remarks=(
        "Only the means F and R enter: the laws of failure and repair do not matter for the share of time.",
    ),
)
