"""A derivation as it is read: formulas in three scripts, steps, and figures beside those of the library."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Derived", "DerivedFigure", "DerivedStep", "Formula"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """One formula.

    Attributes:
        plain: in ASCII, several lines where it has fractions.
        unicode: the same with Greek letters and drawn signs.
        latex: the same for LaTeX, without dollar signs.
    """

    plain: str
    unicode: str
    latex: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedStep:
    """One step.

    Attributes:
        number: counted from 1.
        part: heading of the part that begins with it, else "".
        sentence: what it says.
        formula: the equation.
        where: for which values it holds, else "".
        reason: the rule, with the numbers of the steps that it rests on.
        how: in which way it was verified ("verified symbolically").
        main: whether it is told when only the main steps are.
    """

    number: int
    part: str = ""
    sentence: str
    formula: Formula
    where: str = ""
    reason: str
    how: str
    main: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedFigure:
    """One result in numbers.

    Attributes:
        name: what it is.
        step: number of the step that it comes from.
        formula: the formula; `with_numbers` the same with numbers in it (None where the formula does not hold).
        value: its value; `library` what the library answers to `asked` (None where it is not asked).
        unit: "s", "1/s", "erlang", "h" or "".
    """

    name: str
    step: int
    formula: Formula
    with_numbers: Formula | None
    value: float
    library: float | None
    asked: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A derivation.

    Attributes:
        name, title: of the theorem.
        claim: what is assumed and derived, in a sentence.
        given: the numbers put in, as "lambda = 3/s, arrivals per second".
        steps: all of them.
        figures: the results at those numbers.
        refusal: why the closed forms do not hold at those numbers, else "".
        notes: what else there is to say at those numbers.
        verified: how the steps were verified, in sentences.
        cites: papers, with what they say.
    """

    name: str
    title: str
    claim: str
    given: tuple[str, ...] = ()
    steps: tuple[DerivedStep, ...]
    figures: tuple[DerivedFigure, ...] = ()
    refusal: str = ""
    notes: tuple[str, ...] = ()
    verified: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
