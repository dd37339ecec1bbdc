"""Numbers and counts as they are typed: finite, in range, or refused with a reason."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    Real = click.ParamType[float]
    Counts = click.ParamType[tuple[tuple[str, int], ...]]
    Levels = click.ParamType[tuple[float, ...]]
    Several = click.ParamType[tuple[float, ...]]
else:  # older releases of click have no parameter here
    Real = Counts = Levels = Several = click.ParamType

__all__ = ["CountType", "Number", "NumbersType", "PercentilesType"]

_MOST_COUNT = 1_000_000_000


class Number(Real):
    """A finite number between two bounds, or a whole one.

    Args:
        least: the smallest that is allowed; the bound itself only if `closed`.
        most: the largest that is allowed.
        closed: whether `least` itself is allowed.
        whole: whether it must be a whole number.
    """

    name = "number"

    def __init__(self, least: float, most: float, *, closed: bool = True, whole: bool = False) -> None:
        self.least = least
        self.most = most
        self.closed = closed
        self.whole = whole
        self.name = "count" if whole else "number"

    @property
    def domain(self) -> str:
        """The permitted values in words."""
        kind = "a whole number" if self.whole else "a number"
        above = f"from {self.least:,g}" if self.closed else f"above {self.least:,g}"
        return f"{kind} {above} to {self.most:,g}"

    def convert(
        self, value: float | str, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | int:
        """The number, or a usage error that says what is expected."""
        try:
            number = int(value) if self.whole else float(value)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not {self.domain}", param, ctx)
        inside = self.least <= number <= self.most if self.closed else self.least < number <= self.most
        if not math.isfinite(number) or not inside:
            self.fail(f"{value!r} is not {self.domain}", param, ctx)
        return number


class CountType(Counts):
    """NAME=N, or several with commas between them."""

    name = "NAME=N"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[tuple[str, int], ...]:
        """Pairs of a component's name and its count."""
        pairs = []
        for part in value.split(","):
            name, equals, text = part.partition("=")
            digits = text.strip()
            if not name.strip() or not equals:
                self.fail(f"{part!r}: expected NAME=N, as in server=4", param, ctx)
            if not (digits.isascii() and digits.isdecimal()) or int(digits[:20]) > _MOST_COUNT:
                domain = f"a whole number from 0 to {_MOST_COUNT:,}"
                self.fail(f"{part!r}: {digits!r} is not {domain}", param, ctx)
            pairs.append((name.strip(), int(digits)))
        return tuple(pairs)


class PercentilesType(Levels):
    """Percentiles with commas between them, as 50,95,99.9."""

    name = "P,P,..."

    def convert(
        self, value: str | tuple[float, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        """The percentiles, each above 0 and below 100."""
        if isinstance(value, tuple):
            return value
        numbers = []
        for part in value.split(","):
            try:
                number = float(part)
            except ValueError:
                number = math.nan
            if not 0 < number < 100:
                self.fail(f"{part!r} is not a percentile: a number above 0 and below 100", param, ctx)
            numbers.append(number)
        return tuple(numbers)


class NumbersType(Several):
    """Numbers with commas between them, as 20,20,8; Nx stands for N equal ones, as 4x20,8.

    Args:
        each: what each of them must be.
        most: how many there may be.
    """

    name = "X,X,..."

    def __init__(self, each: Number, most: int) -> None:
        self.each = each
        self.most = most

    def convert(
        self, value: str | tuple[float, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        """The numbers, in the order given."""
        if isinstance(value, tuple):
            return value
        numbers: list[float] = []
        for part in value.split(","):
            count, times, text = part.partition("x")
            if not times:
                count, text = "1", part
            digits = count.strip()
            if not (digits.isascii() and digits.isdecimal()) or not 0 < int(digits[:20]) <= self.most:
                self.fail(f"{part!r}: expected a number, or NxNUMBER for N equal ones", param, ctx)
            numbers += [self.each.convert(text.strip(), param, ctx)] * int(digits)
        if len(numbers) > self.most:
            self.fail(f"{len(numbers):,} numbers; at most {self.most:,} are taken", param, ctx)
        return tuple(numbers)
