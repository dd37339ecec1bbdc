"""A million servers, a billionth of slack: against 50 digits of the exact function of the given doubles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from queuecalc.station import MM1, MMc, erlang

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "tables" / "heavy_traffic_tables.json").read_text(encoding="utf-8")
)["cases"]


def column(name: str) -> Any:
    return np.array([float(case[name]) for case in CASES])


def station() -> MMc:
    """All cases in one batch."""
    return MMc(
        arrival_rate=column("arrival_rate"), service_rate=column("service_rate"), servers=column("servers")
    )


def worst(found: Any, name: str) -> Any:
    """Relative error; 0 where both are too small for a double."""
    exact = column(name)
    tiny = exact < 1e-290
    error = np.abs(np.asarray(found) - exact) / np.where(tiny, 1.0, exact)
    return np.where(tiny & (np.asarray(found) < 1e-290), 0.0, error)


def test_the_table_reaches_to_where_it_is_hard() -> None:
    assert column("servers").max() == 1e6
    assert column("slack").min() < 2e-9
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        queue = station()
        assert np.isfinite(np.asarray(queue.mean_wait)).all()
        assert queue.stable.all()


@pytest.mark.parametrize(("name", "attribute"), [("delay", "delay_probability"), ("mean_wait", "mean_wait")])
def test_closed_forms(name: str, attribute: str) -> None:
    """1e-12 at every load of the table, also beyond rho = 1 - 1e-4."""
    assert worst(getattr(station(), attribute), name).max() < 1e-12


def test_the_loss_probability_by_two_rates() -> None:
    """An offered load that is rounded costs eps |c - a|, unless the remainder is handed over."""
    load = station()._load
    assert worst(erlang.loss_probability(load.servers, load.offered, load.remainder), "loss").max() < 1e-12


def test_percentiles_and_tails() -> None:
    queue = station()
    positive = column("wait_p99") > 0
    wait = np.asarray(queue.wait.isf(0.01))
    assert (worst(wait, "wait_p99")[positive] < 2e-12).all()
    assert (wait[~positive] == 0).all()
    assert worst(queue.sojourn.sf(column("time")), "sojourn_tail").max() < 1e-11
    again = np.asarray(queue.sojourn.isf(column("sojourn_tail")))
    assert np.abs(again / column("time") - 1.0).max() < 1e-11


def test_one_server_is_no_special_case() -> None:
    one = column("servers") == 1
    queue = MM1(arrival_rate=column("arrival_rate")[one], service_rate=column("service_rate")[one])
    assert worst(station().mean_wait, "mean_wait")[one].max() < 1e-13
    np.testing.assert_allclose(queue.mean_wait, column("mean_wait")[one], rtol=1e-14)
