"""A surge as a fluid: the longest backlog, the longest lag, the time to drain."""

from __future__ import annotations

from sympy import Function, Integral, Symbol

from queuecalc.derivation.parameter import Parameter
from queuecalc.derivation.rules import Algebra, Antiderivative, Solve
from queuecalc.derivation.step import Step, assume, define
from queuecalc.derivation.symbols import t, x
from queuecalc.derivation.theorem import Library, Result, Theorem, Values

__all__ = ["THEOREM"]

peak, base, capacity = (Symbol(name, positive=True) for name in ("lambda_1", "lambda_0", "kappa"))
hold = Symbol("H", positive=True)
most, drain, lag, area = (Symbol(name, positive=True) for name in ("B_max", "D", "l", "A"))
B = Function("B")
after = Function("B_2")


def _steps() -> tuple[Step, ...]:
    return (
        assume(
            "grows",
            "More comes in than can be done: what piles up is the difference, added up over time.",
            B(t),
            Integral(peak - capacity, (x, 0, t)),
            where="lambda_1 > kappa, 0 <= t <= H",
            part="The backlog",
        ),
        Step(
            "linear",
            "So it grows by",
            B(t),
            (peak - capacity) * t,
            Algebra(using=("grows",), name="integral"),
        ),
        define("most_is", "It is longest at the end of the surge:", most, B(hold)),
        Step(
            "most",
            "the longest backlog:",
            most,
            (peak - capacity) * hold,
            Algebra(using=("most_is", "linear")),
            main=True,
        ),
        define(
            "falls",
            "Afterwards less comes in than can be done, and the rest works it off.",
            after(t),
            most - (capacity - base) * t,
            where="lambda_0 < kappa",
            part="Draining",
        ),
        assume("gone", "It is gone after a time D:", after(drain), 0),
        Step(
            "drain",
            "the time to drain:",
            drain,
            (peak - capacity) * hold / (capacity - base),
            Solve("gone", using=("falls", "most")),
            main=True,
        ),
        assume(
            "lag_is",
            "In order of arrival, whoever comes now waits until what is in front is done: l seconds at kappa "
            "per second.",
            most,
            Integral(capacity, (x, 0, lag)),
            part="The lag",
        ),
        Step(
            "served", "That is", Integral(capacity, (x, 0, lag)), capacity * lag, Antiderivative(capacity * x)
        ),
        Step(
            "lag",
            "The longest lag, at the end of the surge:",
            lag,
            (peak / capacity - 1) * hold,
            Solve("lag_is", using=("served", "most")),
            main=True,
        ),
        define(
            "area_is",
            "All waiting together is the area under the backlog, two triangles:",
            area,
            most * hold / 2 + most * drain / 2,
            part="All waiting together",
        ),
        Step(
            "area",
            "so many message-seconds; half the excess times H^2, stretched by how slowly it drains.",
            area,
            (peak - capacity) * hold**2 / 2 * (peak - base) / (capacity - base),
            Algebra(using=("area_is", "drain", "most")),
        ),
    )


def _rate(name: str, symbol: str, meaning: str, default: float) -> Parameter:
    return Parameter(name=name, symbol=symbol, unit="1/s", meaning=meaning, default=default)


def _condition(values: Values) -> str:
    if values["base_rate"] >= values["capacity_rate"]:
        return "lambda_0 is not below kappa: what has piled up is never worked off"
    if values["peak_rate"] <= values["capacity_rate"]:
        return "lambda_1 is not above kappa: nothing piles up"
    return ""


def _results(values: Values) -> tuple[Result, ...]:
    from queuecalc.dynamics import fluid_path

    end = values["hold_s"]
    rates = (values["peak_rate"], values["base_rate"])
    path = fluid_path((0.0, end, 2.0 * end), rates, rates, values["capacity_rate"])
    asked = Library(path, "fluid_path(...)")
    if values["base_rate"] >= values["capacity_rate"]:
        return (asked.figure("time to drain", "drain", "s", "drain_time", otherwise=path.drain_time),)
    return (
        asked.figure("longest backlog, messages", "most", "", "max_backlog", otherwise=0.0),
        asked.figure("longest lag", "lag", "s", "max_lag", otherwise=0.0),
        asked.figure("time to drain", "drain", "s", "drain_time", otherwise=0.0),
    )


THEOREM = Theorem(
    name="fluid",
    title="Fluid backlog and drain time",
    claim="A constant rate lambda_1 for H seconds, then lambda_0; kappa messages per second can be done; nobody "
    "waits for "
    "them; work is a fluid.",
    parameters=(
        _rate("peak_rate", "lambda_1", "messages per second during the surge", 120.0),
        _rate("base_rate", "lambda_0", "messages per second afterwards", 60.0),
        _rate("capacity_rate", "kappa", "messages per second that can be done", 100.0),
        Parameter(name="hold_s", symbol="H", unit="s", meaning="length of the surge", default=3600.0),
    ),
    steps=_steps,
    results=_results,
    condition=_condition,
    cites=("fluid",),
    remarks=("Random fluctuation is left out: at rates near kappa the line of a queue comes on top.",),
)
