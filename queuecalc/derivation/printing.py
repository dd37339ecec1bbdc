"""Expressions as text: ASCII, Unicode and LaTeX, with positive terms first (mu - lambda, not -lambda + mu)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Add, Eq
from sympy.printing.latex import LatexPrinter
from sympy.printing.pretty.pretty import PrettyPrinter

from queuecalc.answer.derived import Formula

__all__ = ["formula"]

WIDEST = 66
"""Cells; a wider equation is written in two lines."""


class _PositiveFirst:
    """Orders the terms of a sum so that it does not begin with a minus sign where that can be helped."""

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        terms: list[Any] = super()._as_ordered_terms(expr, order)  # type: ignore[misc]
        return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))


class _Pretty(_PositiveFirst, PrettyPrinter):  # type: ignore[misc]
    pass


class _Latex(_PositiveFirst, LatexPrinter):  # type: ignore[misc]
    pass


def _drawn(lhs: Any, rhs: Any, *, unicode: bool) -> str:
    from sympy.printing.pretty.pretty_symbology import pretty_use_unicode

    before = pretty_use_unicode(unicode)
    try:
        settings = {"wrap_line": False, "num_columns": 10_000, "use_unicode": unicode}

        def draw(expression: Any) -> str:
            text: str = _Pretty(settings).doprint(expression)
            return "\n".join(line.rstrip() for line in text.splitlines())

        whole = draw(Eq(lhs, rhs, evaluate=False))
        if _width(whole) <= WIDEST:
            return whole
        pieces = [draw(piece) for piece in _pieces(rhs, lambda piece: _width(draw(piece)) <= WIDEST)]
        signed = [_marked("=" if index == 0 else "+", piece) for index, piece in enumerate(pieces)]
        return "\n\n".join((draw(lhs), *signed))
    finally:
        pretty_use_unicode(before)


def _width(text: str) -> int:
    return max(map(len, text.splitlines()))


def _marked(sign: str, text: str) -> str:
    """A drawing with a sign before its middle line."""
    lines = text.splitlines()
    middle = len(lines) // 2
    return "\n".join(
        f"{sign if index == middle else ' '} {line}".rstrip() for index, line in enumerate(lines)
    )


def _pieces(expression: Any, fits: Callable[[Any], bool]) -> list[Any]:
    """A sum in pieces that fit; whatever else as it is."""
    if fits(expression) or not expression.is_Add:
        return [expression]
    found: list[Any] = []
    for term in sorted(expression.args, key=lambda term: (bool(term.could_extract_minus_sign()), str(term))):
        longer = Add(found[-1], term) if found else term
        if found and fits(longer):
            found[-1] = longer
        else:
            found.append(term)
    return found


def formula(lhs: Any, rhs: Any, *, times: bool = False) -> Formula:
    """An equation in three scripts.

    Args:
        times: whether products are written with a sign, as numbers need.
    """
    settings = {"mul_symbol": "times"} if times else {}
    latex = _Latex(settings)
    return Formula(
        plain=_drawn(lhs, rhs, unicode=False),
        unicode=_drawn(lhs, rhs, unicode=True),
        latex=f"{latex.doprint(lhs)} = {latex.doprint(rhs)}",
    )
