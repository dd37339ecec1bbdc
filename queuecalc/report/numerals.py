"""Numbers as a person reads them: sensible digits, thousands separated, the unit that suits."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

__all__ = [
    "apart",
    "availability",
    "basis_points",
    "digits",
    "figure",
    "hour",
    "money",
    "percent",
    "percentile_name",
    "rate",
    "seconds",
    "whole",
]

_SIGNIFICANT = 3
_MOST_SIGNIFICANT = 15
_MOST_DECIMALS = 9
_TIMES = ((7200.0, 3600.0, "h"), (120.0, 60.0, "min"), (1.0, 1.0, "s"), (0.0, 1e-3, "ms"))


def _rounded(value: float, significant: int) -> float:
    return float(f"{value:.{significant - 1}e}")


def digits(value: float, significant: int = _SIGNIFICANT) -> str:
    """A number to so many significant digits; those before the point are never dropped.

    >>> [digits(value) for value in (0.04564, 12.04, 1234567.8, 0.0, 1e-9)]
    ['0.0456', '12', '1,234,568', '0', '1e-09']
    """
    if not math.isfinite(value):
        return "none" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    rounded = _rounded(value, significant)
    if rounded == 0:
        return "0"
    exponent = math.floor(math.log10(abs(rounded)) + 1e-12)
    if not -6 <= exponent < 15:
        return f"{rounded:.{significant}g}"
    decimals = max(0, significant - 1 - exponent)
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def whole(value: float) -> str:
    """A count with thousands separated; above a million with words, above 10^18 as a power of ten."""
    if isinstance(value, int) and abs(value) >= 10**18:
        return f"about 10^{len(str(abs(value))) - 1}"
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if abs(value) >= size:
            return f"{digits(value / size)} {word}"
    return f"{value:,.0f}"


def seconds(value: float, significant: int = _SIGNIFICANT) -> str:
    """A time in ms, s, min or h.

    >>> [seconds(value) for value in (0.0002, 0.1714, 2.0, 546.0, 3600.0, 86400.0)]
    ['0.2 ms', '171 ms', '2 s', '9.1 min', '60 min', '24 h']
    """
    if not math.isfinite(value):
        return digits(value)
    size = abs(_rounded(value, significant))
    unit, name = next((unit, name) for least, unit, name in _TIMES if size >= least)
    return f"{digits(value / unit, significant)} {name}"


def money(value: Decimal | float) -> str:
    """Dollars; cents only where there are any.

    >>> money(Decimal("1694.00")), money(Decimal("-12.5")), money(819.999)
    ('$1,694', '-$12.50', '$820')
    """
    amount = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not amount.is_finite():
        return str(amount).lower()
    cents = amount.quantize(Decimal("0.01"))
    text = f"{abs(cents):,.0f}" if cents == cents.to_integral_value() else f"{abs(cents):,.2f}"
    return f"-${text}" if cents < 0 else f"${text}"


def percent(fraction: float, significant: int = _SIGNIFICANT) -> str:
    """A fraction in percent; "inf" by itself."""
    return "inf" if fraction == math.inf else f"{digits(100.0 * fraction, significant)} %"


def availability(fraction: float, significant: int = _SIGNIFICANT) -> str:
    """A share served, with as many nines as tell it from 100 %.

    >>> availability(0.9975), availability(0.99811734), availability(1.0), availability(0.9999987654)
    ('99.75 %', '99.812 %', '100 %', '99.999877 %')
    """
    lost = 100.0 * (1.0 - fraction)
    if lost <= 0 or not math.isfinite(lost):
        return percent(fraction)
    exponent = math.floor(math.log10(_rounded(lost, significant)) + 1e-12)
    decimals = max(0, significant - 1 - exponent)
    if decimals > _MOST_DECIMALS:  # never round what is lost away
        scale = 10**_MOST_DECIMALS
        return f"{math.floor(100.0 * fraction * scale) / scale:.{_MOST_DECIMALS}f} %"
    text = f"{100.0 * fraction:.{decimals}f}"
    return f"{text.rstrip('0').rstrip('.') if decimals else text} %"


def basis_points(fraction: float) -> str:
    """A small share in basis points (hundredths of a percent)."""
    return f"{digits(1e4 * fraction)} bp"


def rate(per_s: float) -> str:
    """A rate per second; per hour where it is rare."""
    if 0 < per_s < 0.01:
        return f"{digits(3600.0 * per_s)}/h"
    return f"{digits(per_s)}/s"


def hour(value: float) -> str:
    """A moment on the load curve."""
    return f"hour {value:,.1f}"


def percentile_name(level: float) -> str:
    """The field's name of a percentile: "p95", "p99.9"."""
    return f"p{digits(100.0 * level, 12)}"


def figure(value: float, unit: str, target: str = "", significant: int = _SIGNIFICANT) -> str:
    """A figure of a contract line in its unit: seconds, a fraction, dollars or a bare number."""
    if unit == "s":
        return seconds(value, significant)
    if unit == "usd_per_month":
        return money(value)
    if unit == "fraction":
        return availability(value, significant) if target == "availability" else percent(value, significant)
    return digits(value, significant)


def apart(limit: float, reached: float, write: Callable[[float, int], str]) -> tuple[str, str]:
    """Two figures written with as many digits as tell them apart, so that 180.04 of 180 ms is no "180 of 180".

    >>> apart(0.18, 0.18004, seconds)
    ('180 ms', '180.04 ms')
    """
    for significant in range(_SIGNIFICANT, _MOST_SIGNIFICANT):
        written = write(limit, significant), write(reached, significant)
        if written[0] != written[1]:
            return written
    return write(limit, _SIGNIFICANT), write(reached, _SIGNIFICANT)
