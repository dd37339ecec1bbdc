"""A theorem: what it says, its steps, the numbers that go in, and the figures that come out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Symbol, lambdify

from queuecalc.derivation.equation import Known, Using, substituted
from queuecalc.derivation.parameter import Parameter
from queuecalc.derivation.step import NotDerived, Step, verified

__all__ = ["Figure", "Library", "Proof", "Result", "Theorem", "Values"]

Values = Mapping[str, Any]
"""Numbers by parameter name: whole ones as int, the others as float."""

DIGITS = 60
TOLERANCE = 1e-12


@dataclass(frozen=True, kw_only=True)
class Result:
    """A figure that is to be put in numbers: the right side of a step, and the same of the library.

    Attributes:
        name: what it is ("mean sojourn").
        step: label of the step whose right side it is.
        unit: "s", "1/s", "erlang", "h" or "".
        library: how the library is asked ("MM1(...).mean_sojourn"); empty where it has no such figure.
        value: what the library answers; None where it has no such figure.
        using: steps that are put into the right side before the numbers are.
        tolerance: relative difference allowed to the library.
        otherwise: what the library must answer where the condition of the theorem does not hold; None for a figure
            that needs no condition.
        whole: whether the value is rounded up to a whole number before it is compared.
        extra: symbols that are no parameters, with their numbers.
    """

    name: str
    step: str
    unit: str
    library: str
    value: float | None
    using: Using = ()
    tolerance: float = TOLERANCE
    otherwise: float | None = math.inf
    whole: bool = False
    extra: tuple[tuple[Any, float], ...] = ()


@dataclass(frozen=True)
class Library:
    """Asks one object of the library, and notes how.

    Attributes:
        asked: a station, a network, a path.
        spelled: how it was made; its repr unless told.
    """

    asked: Any
    spelled: str = ""

    def figure(
        self, name: str, step: str, unit: str, attribute: str, value: float | None = None, **more: Any
    ) -> Result:
        """A result; `attribute` says how it is asked, and is asked unless the value is given."""
        found = getattr(self.asked, attribute) if value is None else value
        spelled = f"{self.spelled or repr(self.asked)}.{attribute}"
        return Result(name=name, step=step, unit=unit, library=spelled, value=float(found), **more)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A result in numbers.

    Attributes:
        result: which one.
        formula: the expression that the numbers went into.
        with_numbers: the same with the numbers standing in it; None where it was not used.
        value: its value to 60 digits, rounded to a float.
        library: the library's own, if it has one.
        holds: whether the theorem's condition holds, so that the formula speaks.
    """

    result: Result
    formula: Any
    with_numbers: Any
    value: float
    library: float | None
    holds: bool


@dataclass(frozen=True, kw_only=True)
class Theorem:
    """One derivation.

    Attributes:
        name: in the registry.
        title: "M/M/1: ...".
        claim: what is derived, in a sentence.
        parameters: the numbers that it takes.
        steps: makes the steps.
        results: makes the results for some numbers.
        condition: whether the closed forms hold at these numbers; else a sentence that says why not.
        special: functions of the formulas that mpmath lacks, by name, at these numbers.
        notes: what else there is to say at these numbers, as sentences.
        cites: keys of the evidence registry.
        remarks: what is not proved here, as sentences.
    """

    name: str
    title: str
    claim: str
    parameters: tuple[Parameter, ...]
    steps: Callable[[], tuple[Step, ...]]
    results: Callable[[Values], tuple[Result, ...]]
    condition: Callable[[Values], str] = lambda _values: ""
    special: Callable[[Values], dict[str, Any]] = lambda _values: {}
    notes: Callable[[Values], tuple[str, ...]] = lambda _values: ()
    cites: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A theorem with its steps verified and its numbers put in.

    Attributes:
        theorem: what was derived.
        steps: in order.
        known: the equations by label.
        values: the numbers, by parameter.
        figures: the results at these numbers.
        refusal: why the closed forms do not hold at these numbers; empty where they do.
    """

    theorem: Theorem
    steps: tuple[Step, ...]
    known: Known = field(repr=False)
    values: Values
    figures: tuple[Figure, ...]
    refusal: str = ""


def prove(theorem: Theorem, values: Values) -> Proof:
    """Verify every step of a theorem and put the numbers in.

    Raises:
        NotDerived: a step does not follow, or a formula disagrees with the library.
    """
    steps = theorem.steps()
    known = verified(theorem.name, steps)
    refusal = theorem.condition(values)
    figures: list[Figure] = []
    for result in theorem.results(values):
        figures.append(_figure(theorem, known, values, refusal, result, figures))
    return Proof(
        theorem=theorem, steps=steps, known=known, values=values, figures=tuple(figures), refusal=refusal
    )


def _symbols(theorem: Theorem, known: Known) -> dict[str, Any]:
    """The symbols of the steps by the parameter that they stand for."""
    names = {parameter.symbol: parameter.name for parameter in theorem.parameters}
    found = {}
    for equation in known.values():
        for symbol in equation.lhs.free_symbols | equation.rhs.free_symbols:
            if symbol.name in names:
                found[names[symbol.name]] = symbol
    return found


def _number(formula: Any, numbers: Mapping[Any, Any], special: Mapping[str, Any]) -> float:
    """A formula at numbers that are taken as they are, to `DIGITS` digits, then rounded to a float."""
    import mpmath

    function = lambdify(list(numbers), formula, modules=[dict(special), "mpmath"])
    with mpmath.workdps(DIGITS):
        return float(
            function(*(value if isinstance(value, int) else mpmath.mpf(value) for value in numbers.values()))
        )


def _shown(known: Known, numbers: Mapping[Any, Any], result: Result, before: Iterable[Figure]) -> Any:
    """The right side as a person would write it with numbers: figures already known stand in it rounded."""
    literal = {symbol: Symbol(f"{value:.10g}", positive=True) for symbol, value in numbers.items()}
    earlier = {
        known[figure.result.step].lhs: Symbol(f"{figure.value:.5g}", positive=True)
        for figure in before
        if figure.holds and known[figure.result.step].lhs != known[result.step].lhs
    }
    formula = known[result.step].rhs
    while True:
        formula = formula.xreplace(earlier)
        unknown = {symbol for symbol in formula.free_symbols if symbol not in literal} - set(earlier.values())
        label = next(
            (item for item in result.using if isinstance(item, str) and known[item].lhs in unknown), None
        )
        if label is None:
            return formula.xreplace(literal)
        formula = formula.xreplace({known[label].lhs: known[label].rhs})


def _figure(
    theorem: Theorem,
    known: Known,
    values: Values,
    refusal: str,
    result: Result,
    before: Iterable[Figure] = (),
) -> Figure:
    formula = substituted(known[result.step].rhs, result.using, known)
    if refusal and result.otherwise is not None:
        if result.value is not None and not math.isclose(result.value, result.otherwise, rel_tol=TOLERANCE):
            raise NotDerived(
                f"{theorem.name}: {result.name} is {result.value!r} by the library where the formula does not hold, "
                f"expected {result.otherwise!r}"
            )
        return Figure(
            result=result,
            formula=formula,
            with_numbers=None,
            value=result.otherwise,
            library=result.value,
            holds=False,
        )
    numbers = {symbol: values[name] for name, symbol in _symbols(theorem, known).items()} | dict(result.extra)
    value = _number(formula, numbers, theorem.special(values))
    value = float(math.ceil(value)) if result.whole else value
    if result.value is not None and not math.isclose(
        value, result.value, rel_tol=result.tolerance, abs_tol=1e-300
    ):
        raise NotDerived(
            f"{theorem.name}: {result.name} is {value!r} by the derivation and {result.value!r} by the library"
        )
    shown = _shown(known, numbers, result, before)
    return Figure(
        result=result, formula=formula, with_numbers=shown, value=value, library=result.value, holds=True
    )
