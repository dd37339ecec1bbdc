"""Service laws by their words in a model file."""

from __future__ import annotations

from decimal import Decimal

import pytest

from queuecalc.errors import InvalidInput
from queuecalc.law import Pareto, Weibull
from queuecalc.modelfile.services import service_law


def test_weibull_and_pareto() -> None:
    assert service_law(Decimal(100), "weibull", 3.0) == Weibull(mean=0.1, scv=3.0)
    assert service_law(Decimal(100), "pareto", None, 2.4) == Pareto(mean=0.1, shape=2.4)


def test_a_mean_wait_must_be_finite() -> None:
    with pytest.raises(InvalidInput, match=r"shape = 1\.6; expected more than 2"):
        service_law(Decimal(100), "pareto", None, 1.6)
    with pytest.raises(InvalidInput, match="beside it"):
        service_law(Decimal(100), None, None, 2.4)
