from __future__ import annotations

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuecalc.cli.numbers import CountType, Number, PercentilesType

RATE = Number(0, 1e12, closed=False)
WHOLE = Number(1, 1000, whole=True)


@given(st.floats(1e-300, 1e12))
def test_a_number_in_range_is_taken_as_it_is(value: float) -> None:
    assert RATE.convert(repr(value), None, None) == value


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "0", "-1", "1e13", "1e999", "", "x", "1,000"])
def test_other_numbers_are_refused_with_the_domain(text: str) -> None:
    with pytest.raises(click.BadParameter, match=r"is not a number above 0 to 1e\+12"):
        RATE.convert(text, None, None)


@pytest.mark.parametrize("text", ["0", "1001", "1.5", "nan", "9" * 5000])
def test_whole_numbers(text: str) -> None:
    assert WHOLE.convert("12", None, None) == 12
    with pytest.raises(click.BadParameter, match="is not a whole number from 1 to 1,000"):
        WHOLE.convert(text, None, None)


def test_counts() -> None:
    assert CountType().convert("a=1, b = 2", None, None) == (("a", 1), ("b", 2))


def test_percentiles() -> None:
    assert PercentilesType().convert("50,99.9", None, None) == (50.0, 99.9)
    assert PercentilesType().convert((50.0,), None, None) == (50.0,)


@pytest.mark.parametrize("text", ["", "0", "100", "nan", "50,x", "-5"])
def test_other_percentiles_are_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not a percentile"):
        PercentilesType().convert(text, None, None)
