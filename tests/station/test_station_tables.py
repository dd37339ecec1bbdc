"""Every closed form and inversion against values of 30 digits (tests/tables/make_station_tables.py)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from queuecalc.station import MG1, MGcK, MMc, MMcK, erlang
from queuecalc.station.offered import Load
from tests.station.tables import MARKOVIAN, TABLES, service


def off(value: Any, exact: str) -> float:
    """Relative error."""
    return abs(float(value) / float(exact) - 1.0)


def test_erlang_b_and_c_at_every_size_and_load() -> None:
    rows = TABLES["erlang"]
    rate, mu, c = (
        np.array([row[key] for row in rows]) for key in ("arrival_rate", "service_rate", "servers")
    )
    load = Load.by_rate(rate, mu, c)
    loss = erlang.loss_probability(load.servers, load.offered, load.remainder)
    exact = np.array([float(row["loss"]) for row in rows])
    assert np.max(np.abs(loss / exact - 1.0)) < 1e-12
    assert c.max() == 1e6


def test_delay_and_mean_wait_of_mmc_up_to_a_billionth_below_saturation() -> None:
    rows = [row for row in TABLES["erlang"] if "delay" in row]
    rate, mu, c = (
        np.array([row[key] for row in rows]) for key in ("arrival_rate", "service_rate", "servers")
    )
    station = MMc(arrival_rate=rate, service_rate=mu, servers=c)
    delay, wait = (np.array([float(row[key]) for row in rows]) for key in ("delay", "mean_wait"))
    assert np.max(np.abs(station.delay_probability / delay - 1.0)) < 1e-12
    assert np.max(np.abs(station.mean_wait / wait - 1.0)) < 1e-12


@pytest.mark.parametrize("row", TABLES["mmc"], ids=lambda row: f"{row['servers']}-{row['arrival_rate']:.6g}")
def test_sojourn_of_mmc(row: dict[str, Any]) -> None:
    station = MMc(arrival_rate=row["arrival_rate"], service_rate=row["service_rate"], servers=row["servers"])
    sojourn = station.sojourn
    for t, exact in row["sf"]:
        if float(exact) > 1e-300:
            # one rounding of mu t or theta t is worth its size
            assert off(sojourn.sf(t), exact) < 1e-13 + 5e-16 * row["service_rate"] * t
    for level, exact in row["quantiles"].items():
        assert off(sojourn.ppf(float(level)), exact) < 1e-12


@pytest.mark.parametrize("row", TABLES["mmck"], ids=lambda row: f"{row['servers']}-{row['capacity']}")
def test_mmck(row: dict[str, Any]) -> None:
    names = ("arrival_rate", "service_rate", "servers", "capacity")
    station = MMcK(**{name: row[name] for name in names})
    assert off(station.blocking_probability, row["blocked"]) < 1e-12
    assert off(station.mean_in_system, row["mean_in_system"]) < 1e-12
    if float(row["delayed"]) > 0.0:
        assert off(station.delay_probability, row["delayed"]) < 1e-12
        assert off(station.mean_wait, row["mean_wait"]) < 1e-12
    for law, key in ((station.wait, "wait_sf"), (station.sojourn, "sojourn_sf")):
        for t, exact in row[key]:
            assert float(law.sf(t)) == pytest.approx(float(exact), rel=1e-12, abs=1e-300)


def test_large_mmck_near_saturation() -> None:
    rows = MARKOVIAN["mmck"]
    names = ("arrival_rate", "service_rate", "servers", "capacity")
    station = MMcK(**{name: np.array([row[name] for row in rows]) for name in names})
    for key, value in (
        ("blocked", station.blocking_probability),
        ("delayed", station.delay_probability),
        ("mean_wait", station.mean_wait),
    ):
        exact = np.array([float(row[key]) for row in rows])
        assert np.max(np.abs(value / exact - 1.0)) < 1e-12, key


@pytest.mark.parametrize("row", TABLES["md1"], ids=lambda row: str(row["arrival_rate"]))
def test_wait_of_md1_at_and_between_its_kinks(row: dict[str, Any]) -> None:
    station = MG1(arrival_rate=row["arrival_rate"], service=service({"law": "Deterministic"}))
    for t, exact in row["wait_sf"]:
        if float(exact) > 1e-40:  # where the geometric tail takes over it has lost less than that
            assert off(station.wait.sf(t), exact) < 5e-13
        assert station.sojourn.sf(t + 1.0) == pytest.approx(float(exact), rel=1e-12)
    assert station.sojourn.sf(0.999) == 1.0


@pytest.mark.parametrize(
    "row", TABLES["mg1"], ids=lambda row: f"{row['law']}-{row['scv']}-{row['arrival_rate']}"
)
def test_percentiles_of_mg1(row: dict[str, Any]) -> None:
    sojourn = MG1(arrival_rate=row["arrival_rate"], service=service(row)).sojourn
    wanted = 1e-8 if row["law"] == "Lognormal" else 1e-11
    for level, exact in row["quantiles"].items():
        assert off(sojourn.ppf(float(level)), exact) < wanted


@pytest.mark.parametrize(
    "row",
    TABLES["mg1k"],
    ids=lambda row: f"{row['law']}-{row['scv']}-{row['arrival_rate']}-{row['capacity']}",
)
def test_blocking_delay_and_mean_wait_of_mg1k_are_exact_at_every_load(row: dict[str, Any]) -> None:
    station = MGcK(
        arrival_rate=row["arrival_rate"], service=service(row), servers=1, capacity=row["capacity"]
    )
    assert station.blocking_probability == pytest.approx(float(row["blocked"]), rel=1e-8, abs=2e-12)
    assert station.delay_probability == pytest.approx(float(row["delayed"]), rel=1e-8)
    assert station.mean_wait == pytest.approx(float(row["mean_wait"]), rel=1e-8)
    # the law that goes with it has this mean
    assert station.wait.mean == pytest.approx(station.mean_wait, rel=1e-12)
    slope = (1.0 - complex(station.wait.lst(1e-6 / station.mean_wait)).real) * 1e6
    assert slope == pytest.approx(1.0, rel=1e-4)
