"""A million servers, a billionth of slack: against 50 digits of the exact function of the given doubles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from queuecalc.law import Gamma
from queuecalc.station import MG1, MM1, MMc, erlang

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


@pytest.mark.parametrize("slack", [1e-4, 1e-9])
def test_a_wait_that_is_inverted_keeps_its_digits(slack: float) -> None:
    """M/E_2/1: two exponentials, s^2 + (4 - lambda) s + 4 (1 - lambda) = 0, of the given double in 50 digits."""
    rate = 1.0 - slack
    queue = MG1(arrival_rate=rate, service=Gamma(mean=1.0, scv=0.5))
    with mp.workdps(50):
        lam = mp.mpf(rate)
        root = mp.sqrt((4 - lam) ** 2 - 16 * (1 - lam))
        poles = [(-(4 - lam) + sign * root) / 2 for sign in (1, -1)]
        assert float(queue.mean_wait / (lam * 0.75 / (1 - lam)) - 1) == pytest.approx(0.0, abs=1e-14)
        for q in (0.5, 0.05, 0.01, 1e-6):
            t = float(queue.wait.isf(q))
            tail = mp.fsum(
                -(1 - lam) * (r + 2) ** 2 / ((2 * r + 4 - lam) * r) * mp.exp(r * mp.mpf(t)) for r in poles
            )
            assert float(tail) == pytest.approx(q, rel=1e-11)
            assert abs(float(tail - mp.mpf(float(queue.wait.sf(t))))) <= queue.wait.sf_error(t) < 1e-10 * q


def test_percentiles_hold_over_the_whole_plane() -> None:
    """Plain Newton steps: no element is left behind, also where two rates are alike or nobody comes."""
    rng = np.random.default_rng(1)
    servers = np.floor(10 ** rng.uniform(0, 6, 4000))
    rho = np.append(1 - 10 ** rng.uniform(-9, 0, 3999), 0.0)
    law = MMc(arrival_rate=servers * rho, service_rate=1.0, servers=servers).sojourn
    alike = MMc(arrival_rate=np.array([1.0, 2.0, 6.0]), service_rate=1.0, servers=np.array([2, 3, 7])).sojourn
    for q in (0.999999, 0.9, 0.05, 1e-9):
        np.testing.assert_allclose(law.sf(law.isf(q)), q, rtol=1e-13)
        np.testing.assert_allclose(alike.sf(alike.isf(q)), q, rtol=1e-13)
