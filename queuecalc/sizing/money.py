"""Dollars as whole numbers of 1e-18 dollars: exact, and faster to add and compare than decimals."""

from __future__ import annotations

from decimal import Context, Decimal

from queuecalc.errors import InvalidInput

__all__ = ["dollars", "scaled"]

_DIGITS = 18
_WIDE = Context(prec=120)


def scaled(amount: Decimal) -> int:
    """`amount` dollars in units of 1e-18 dollars.

    Raises:
        InvalidInput: it is negative, not finite, or has more than 18 digits after the point.
    """
    if not amount.is_finite() or amount < 0:
        raise InvalidInput(f"price {amount}: expected a finite amount of at least 0 dollars")
    shifted = amount.scaleb(_DIGITS, _WIDE)
    whole = int(shifted)
    if whole != shifted:
        raise InvalidInput(f"price {amount}: expected at most {_DIGITS} digits after the point")
    return whole


def dollars(units: int) -> Decimal:
    """The amount back in dollars, without trailing zeros beyond the cents."""
    amount = Decimal(units).scaleb(-_DIGITS, _WIDE).normalize(_WIDE)
    return amount if amount.as_tuple().exponent < -2 else amount.quantize(Decimal("0.01"), context=_WIDE)  # type: ignore[operator]
