from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuecalc.report import numerals

REAL = st.floats(min_value=1e-5, max_value=1e14, allow_nan=False)


@given(REAL)
def test_digits_are_right_to_three_places(value: float) -> None:
    written = float(numerals.digits(value).replace(",", ""))
    assert written == pytest.approx(value, rel=5.1e-3)


@given(REAL, st.integers(3, 12))
def test_digits_are_right_to_as_many_places_as_asked(value: float, significant: int) -> None:
    written = float(numerals.digits(value, significant).replace(",", ""))
    assert written == pytest.approx(value, rel=5.1 * 10.0**-significant)


@given(REAL)
def test_a_time_keeps_its_size_whatever_its_unit(value: float) -> None:
    number, unit = numerals.seconds(value).split()
    size = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}[unit]
    assert float(number.replace(",", "")) * size == pytest.approx(value, rel=5.1e-3)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.00456, "-0.00456"),
        (999.6, "1,000"),
        (1e-9, "1e-09"),
        (3e17, "3e+17"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "none"),
    ],
)
def test_digits(value: float, text: str) -> None:
    assert numerals.digits(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0 ms"), (0.9996, "1 s"), (119.0, "119 s"), (120.0, "2 min"), (7200.0, "2 h"), (math.inf, "inf")],
)
def test_seconds(value: float, text: str) -> None:
    assert numerals.seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal(694), "$694"),
        (Decimal("694.10"), "$694.10"),
        (Decimal(-3), "-$3"),
        (Decimal("1234567.891"), "$1,234,567.89"),
        (Decimal("Infinity"), "infinity"),
        (0.1 + 0.2, "$0.30"),
    ],
)
def test_money(value: Decimal | float, text: str) -> None:
    assert numerals.money(value) == text


@given(st.floats(min_value=0.0, max_value=1.0))
def test_an_availability_below_one_is_never_written_as_a_hundred(fraction: float) -> None:
    text = numerals.availability(fraction)
    assert (text == "100 %") == (fraction == 1.0)


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0.0, "0 %"), (0.5, "50 %"), (0.99999, "99.999 %"), (1.0 - 1e-14, "99.999999999 %"), (1.5, "150 %")],
)
def test_availability(fraction: float, text: str) -> None:
    assert numerals.availability(fraction) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.0, "12"),
        (2311.4, "2,311"),
        (84_271_332.0, "84.3 million"),
        (3e9, "3 billion"),
        (2e12, "2 trillion"),
    ],
)
def test_whole(value: float, text: str) -> None:
    assert numerals.whole(value) == text


def test_rates_that_are_rare_are_counted_by_the_hour() -> None:
    assert numerals.rate(0.0) == "0/s"
    assert numerals.rate(0.001) == "3.6/h"
    assert numerals.rate(2178.0) == "2,178/s"


@pytest.mark.parametrize(("level", "name"), [(0.95, "p95"), (0.999, "p99.9"), (0.5, "p50")])
def test_percentile_names(level: float, name: str) -> None:
    assert numerals.percentile_name(level) == name


@pytest.mark.parametrize(
    ("value", "unit", "target", "text"),
    [
        (0.18, "s", "p95", "180 ms"),
        (820.0, "usd_per_month", "budget", "$820"),
        (0.9975, "fraction", "availability", "99.75 %"),
        (0.8, "fraction", "utilisation", "80 %"),
        (3.5, "erlang", "", "3.5"),
    ],
)
def test_a_figure_is_written_in_its_unit(value: float, unit: str, target: str, text: str) -> None:
    assert numerals.figure(value, unit, target) == text


@given(st.floats(0.001, 1e4), st.floats(1e-9, 0.1))
def test_two_figures_that_differ_are_written_apart(value: float, excess: float) -> None:
    first, second = numerals.apart(value, value * (1 + excess), numerals.seconds)
    assert first != second


def test_two_equal_figures_are_written_alike_and_short() -> None:
    assert numerals.apart(0.18, 0.18, numerals.seconds) == ("180 ms", "180 ms")
