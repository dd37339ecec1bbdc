"""The package's second evaluator against the fast one, where the plain scalar one of the tests does not reach."""

from __future__ import annotations

import pytest

from tests.reference.agreement import disagreements
from tests.reference.random_words import worded_model


@pytest.mark.parametrize("seed", [2, 3, 4, 6, 7, 8])
def test_calls_that_lead_back_to_a_component(seed: int) -> None:
    draw = worded_model(seed, ("loops", "failover"))
    assert disagreements(draw.model, draw.counts) == []
