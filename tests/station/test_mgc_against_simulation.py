"""How good M/G/c and M/G/c/K are: against simulated queues (tests/tables/make_station_simulation.py)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np

from queuecalc.station import MGc, MGcK
from tests.station.tables import SIMULATED, service

Rows = list[dict[str, Any]]


def by_law(rows: Rows) -> list[Rows]:
    def key(row: dict[str, Any]) -> tuple[str, float]:
        return row["law"], row["scv"]

    return [list(group) for _, group in groupby(sorted(rows, key=key), key)]


def column(rows: Rows, name: str) -> Any:
    return np.array([row[name] for row in rows])


def test_percentiles_of_the_sojourn_in_mgc() -> None:
    off, noise = [], []
    for rows in by_law(SIMULATED["several"]):
        c = column(rows, "servers")
        station = MGc(arrival_rate=c * column(rows, "utilisation"), service=service(rows[0]), servers=c)
        exact = column(rows, "sojourn").T
        off.append(station.sojourn.ppf(np.array([[0.5], [0.95], [0.99]])) / exact - 1.0)
        noise.append(column(rows, "error").T / exact)
    error, sampling = np.abs(np.hstack(off)), np.hstack(noise)
    assert error.shape == (3, 200)
    assert np.all(error[0] < 0.08 + 3.0 * sampling[0])
    assert np.all(error[1] < 0.05 + 3.0 * sampling[1])
    assert np.all(error[2] < 0.10 + 3.0 * sampling[2])
    assert np.mean(error[1] < 0.04) > 0.97
    assert np.mean(error[1]) < 0.01


def test_finite_rooms() -> None:
    percentile, blocked, wait, servers, load = [], [], [], [], []
    for rows in by_law(SIMULATED["finite"]):
        c, places, rho = column(rows, "servers"), column(rows, "places"), column(rows, "utilisation")
        station = MGcK(arrival_rate=c * rho, service=service(rows[0]), servers=c, capacity=c + places)
        percentile.append(station.sojourn.ppf(0.95) / column(rows, "sojourn")[:, 1] - 1.0)
        lost = column(rows, "blocked")
        blocked.append(
            np.where(lost > 2e-3, station.blocking_probability / np.maximum(lost, 1e-9) - 1.0, 0.0)
        )
        wait.append(station.mean_wait / column(rows, "mean_wait") - 1.0)
        servers.append(c)
        load.append(rho)
    c, rho = np.concatenate(servers), np.concatenate(load)
    off = np.abs(np.concatenate(percentile))
    assert np.all(off < 0.125)
    assert np.mean(off) < 0.025
    loss, mean = np.abs(np.concatenate(blocked)), np.abs(np.concatenate(wait))
    assert np.all(loss[c == 1] < 0.03)  # exact; what is left is the simulation's
    assert np.all(mean[c == 1] < 0.02)
    busy = (c > 1) & (rho >= 0.9)
    assert np.mean(loss[busy]) < 0.04
    assert np.all(loss[busy] < 0.21)
    assert np.all(mean < 0.23)
