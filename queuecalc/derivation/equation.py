"""An equation, what is known so far, and putting the one into the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sympy import diff, sympify, together
from sympy.core.function import AppliedUndef

__all__ = ["Equation", "Known", "Put", "Using", "substituted"]


@dataclass(frozen=True)
class Equation:
    """lhs = rhs, both as they are written: nothing is worked out.

    Attributes:
        lhs, rhs: sympy expressions.
    """

    lhs: Any
    rhs: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "lhs", sympify(self.lhs))
        object.__setattr__(self, "rhs", sympify(self.rhs))

    @property
    def residual(self) -> Any:
        """lhs - rhs."""
        return self.lhs - self.rhs

    def solved_for(self, unknown: Any) -> Any:
        """The value of a term that stands linearly in the equation, or in it times its denominators.

        Raises:
            ValueError: it does not stand there, or not linearly.
        """
        for residual in (self.residual, together(self.residual).as_numer_denom()[0]):
            slope = diff(residual, unknown)
            if slope != 0 and not slope.has(unknown):
                return -residual.subs(unknown, 0) / slope
        raise ValueError(f"{self} is not linear in {unknown}")


Known: TypeAlias = Mapping[str, Equation]
"""Equations of a derivation by label."""


@dataclass(frozen=True)
class Put:
    """A known equation that is put in, solved for one of its terms.

    Attributes:
        label: which one.
        term: solved for this term, which stands linearly in it.
        at: written for other values of its symbols first, as ((n, c + k),).
    """

    label: str
    term: Any
    at: tuple[tuple[Any, Any], ...] = ()


Using: TypeAlias = tuple[str | Put, ...]
"""Equations that are put in: by label, left side replaced by right side; or solved for a term."""


def _replaced(expression: Any, target: Any, value: Any) -> Any:
    """An equation for f(n) holds for every n: it is put in wherever f stands; any other left side as it is."""
    if isinstance(target, AppliedUndef) and all(argument.is_Symbol for argument in target.args):
        return expression.replace(
            lambda term: isinstance(term, AppliedUndef) and term.func == target.func,
            lambda term: value.subs(dict(zip(target.args, term.args, strict=True)), simultaneous=True),
        )
    return expression.subs(target, value)


def substituted(expression: Any, using: Using, known: Known) -> Any:
    """An expression with known equations put in, one after the other."""
    for item in using:
        if isinstance(item, Put):
            equation = known[item.label]
            here = Equation(equation.lhs.subs(item.at), equation.rhs.subs(item.at))
            expression = sympify(expression).subs(item.term, here.solved_for(item.term))
        else:
            equation = known[item]
            expression = _replaced(sympify(expression), equation.lhs, equation.rhs)
    return expression
