"""Counts of plans may be longer than any float."""

from __future__ import annotations

import pytest

from queuecalc.report.numerals import whole


@pytest.mark.parametrize(
    ("value", "text"),
    [(999, "999"), (8_805_888, "8.81 million"), (10**18, "about 10^18"), (5**500, "about 10^349")],
)
def test_whole_numbers_of_any_length(value: int, text: str) -> None:
    assert whole(value) == text
