"""The package's second evaluator against the fast one, where the plain scalar one of the tests does not reach."""

from __future__ import annotations

import pytest

from tests.reference.agreement import disagreements
from tests.reference.random_words import worded_model

QUADRATURE = 1e-5
"""Relative, of the share that is late: the fast evaluator's transforms of the longest of several calls."""


@pytest.mark.parametrize("seed", [2, 3, 4, 6, 7, 8])
def test_calls_that_lead_back_to_a_component(seed: int) -> None:
    draw = worded_model(seed, ("loops", "failover"))
    assert disagreements(draw.model, draw.counts) == []


@pytest.mark.parametrize("seed", [0, 3, 5, 6])
def test_bounded_queues_of_every_service(seed: int) -> None:
    draw = worded_model(seed, ("loops", "bounded", "failover"))
    assert disagreements(draw.model, draw.counts) == []


@pytest.mark.parametrize("seed", [1, 2, 4, 8, 9, 11, 13, 16, 17, 22])
def test_calls_that_go_out_at_once(seed: int) -> None:
    """Several to one line and beside each other, one group inside another."""
    draw = worded_model(seed, ("together",))
    assert disagreements(draw.model, draw.counts, late=QUADRATURE, availability=False) == []


@pytest.mark.parametrize("seed", [0, 3, 14, 18, 25])
def test_what_is_lost_of_calls_that_go_out_at_once(seed: int) -> None:
    draw = worded_model(seed, ("together",))
    assert disagreements(draw.model, draw.counts, late=QUADRATURE) == []


@pytest.mark.parametrize("seed", [2, 4, 5, 6, 8, 9, 10, 12])
def test_users_who_wait_for_their_answers(seed: int) -> None:
    draw = worded_model(seed, ("think", "loops", "bounded"))
    exact = seed in (2, 5, 9, 12)
    found = disagreements(draw.model, draw.counts, late=QUADRATURE, lost=2e-6, availability=exact)
    assert found == []
