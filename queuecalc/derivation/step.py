"""One step of a derivation: an equation, the rule by which it follows, and the check that it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from queuecalc.derivation.equation import Equation
from queuecalc.derivation.rules import Given, How, Rule
from queuecalc.errors import InternalError

__all__ = ["NotDerived", "Step", "assume", "define", "verified"]


class NotDerived(InternalError):
    """A step that does not follow from those before it."""


@dataclass(frozen=True)
class Step:
    """One equation.

    Attributes:
        label: by which later steps refer to it.
        sentence: what it says.
        lhs, rhs: sympy expressions.
        rule: why it follows.
        where: for which values it holds, as text ("n >= 0").
        main: whether it is told when only the main steps are.
        part: heading of the part that begins here.
    """

    label: str
    sentence: str
    lhs: Any
    rhs: Any
    rule: Rule
    where: str = ""
    main: bool = False
    part: str = ""

    @property
    def equation(self) -> Equation:
        """lhs = rhs."""
        return Equation(self.lhs, self.rhs)


def assume(label: str, sentence: str, lhs: Any, rhs: Any, **more: Any) -> Step:
    """An assumption of the model."""
    return Step(label, sentence, lhs, rhs, Given("assumption"), **more)


def define(label: str, sentence: str, lhs: Any, rhs: Any, **more: Any) -> Step:
    """A name for something."""
    return Step(label, sentence, lhs, rhs, Given("definition", How.DEFINED), **more)


def verified(owner: str, steps: Iterable[Step]) -> dict[str, Equation]:
    """Every equation by its label, each checked against those before it.

    Raises:
        NotDerived: a step does not follow; it names the derivation, the step and the rule.
    """
    known: dict[str, Equation] = {}
    for step in steps:
        if step.label in known:
            raise NotDerived(f"{owner}: two steps are called {step.label!r}")
        if not _follows(step, known):
            raise NotDerived(
                f"{owner}: step {step.label!r}, {step.lhs} = {step.rhs}, does not follow by: {step.rule.name}"
            )
        known[step.label] = step.equation
    return known


def _follows(step: Step, known: dict[str, Equation]) -> bool:
    try:
        return step.rule.follows(step.equation, known)
    except (ValueError, NotImplementedError):  # sympy finds no solution, or no way
        return False
