"""What open classes leave for closed ones, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from queuecalc.errors import InvalidInput
from queuecalc.network.closed.opened import shared


@pytest.mark.parametrize("load", [0.0, 0.2, 0.95])
def test_one_server_is_slowed_by_the_share_of_the_others(load: float) -> None:
    """b(n) = sum_m C(n + m, m) a^m = (1 - a)^-(n + 1): the speed is 1 - a; beside n are (n + 1) a / (1 - a)."""
    found = shared(load, 1.0, 20)
    assert found.speeds == pytest.approx(np.full(20, 1.0 - load), rel=1e-12)
    assert found.beside == pytest.approx((np.arange(21) + 1.0) * load / (1.0 - load), rel=1e-12)


def test_without_open_classes_servers_are_free_for_the_closed_ones() -> None:
    found = shared(0.0, 3.0, 6)
    assert found.speeds == pytest.approx([1.0, 2.0, 3.0, 3.0, 3.0, 3.0])
    assert found.beside == pytest.approx(np.zeros(7), abs=1e-15)


def test_more_servers_than_customers_are_never_shared() -> None:
    """With endless servers n closed ones work at speed n, and the open ones are Poisson."""
    found = shared(2.5, 1e4, 8)
    assert found.speeds == pytest.approx(np.arange(1.0, 9.0), rel=1e-12)
    assert found.beside == pytest.approx(np.full(9, 2.5), rel=1e-12)


def test_too_near_to_all_of_it() -> None:
    with pytest.raises(InvalidInput, match="too near to all of it beside 1,000 closed customers"):
        shared(1.0 - 1e-7, 1.0, 1000)
