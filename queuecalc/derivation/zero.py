"""Whether an expression is zero: refuted by numbers, proved by algebra alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import (
    Add,
    Dummy,
    Rational,
    Sum,
    cancel,
    expand,
    gammasimp,
    powsimp,
    simplify,
    sympify,
    together,
)
from sympy.core.function import AppliedUndef

__all__ = ["is_zero"]

_SAMPLES = (
    Rational(3, 7),
    Rational(5, 11),
    Rational(2, 13),
    Rational(7, 9),
    Rational(11, 17),
    Rational(4, 23),
)
_REFUTED = 1e-12


def _by_ratio(expression: Any) -> Any:
    """Every term over the first one, where factorials and powers cancel."""
    terms = Add.make_args(expand(expression))
    return cancel(together(Add(*(gammasimp(powsimp(term / terms[0])) for term in terms))))


_WAYS: tuple[Callable[[Any], Any], ...] = (
    expand,
    lambda e: cancel(together(e)),
    lambda e: powsimp(expand(together(powsimp(e)))),
    lambda e: expand(powsimp(expand(e, power_exp=True), force=False)),
    _by_ratio,
    simplify,
)
"""From the cheapest to the dearest."""


def is_zero(expression: Any) -> bool:
    """Whether an expression is identically zero.

    Terms of unknown functions, as p(n) and p(n + 1), and sums that stand unevaluated count as symbols of their own.
    Values at rational points can only refute; an expression is zero when algebra makes it so.
    """
    expression = sympify(expression)
    if expression == 0:
        return True
    terms = sorted(expression.atoms(AppliedUndef, Sum), key=str)
    expression = expression.subs({term: Dummy(f"u{i}", positive=True) for i, term in enumerate(terms)})
    if _refuted(expression):
        return False
    return any(way(expression) == 0 for way in _WAYS)


def _refuted(expression: Any) -> bool:
    """Whether it is not zero at some point that respects the signs of its symbols."""
    symbols = sorted(expression.free_symbols, key=str)
    for shift in range(2):
        point = {
            symbol: 2 * i + 3 + shift
            if symbol.is_integer
            else _SAMPLES[(i + shift) % 6] * (1 + (i + shift) // 6)
            for i, symbol in enumerate(symbols)
        }
        value = expression.subs(point)
        if not value.is_number:
            return False
        number = complex(value.evalf(30)) if value.is_finite else complex("inf")
        scale = 1.0
        if not abs(number) <= _REFUTED * scale:
            return True
    return False
