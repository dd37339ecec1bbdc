"""Ciw, a simulator in Python, on the same queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import queuecalc as qc

from .measuring import Row, interleaved

__all__ = ["rows"]

CUSTOMERS = 20_000


def _simulated(ciw: Any) -> None:
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(70.0)],
        service_distributions=[ciw.dists.Exponential(10.0)],
        number_of_servers=[9],
    )
    ciw.seed(1)
    run = ciw.Simulation(network)
    run.simulate_until_max_customers(CUSTOMERS)
    run.get_all_records()


def rows() -> Iterator[Row]:
    """The same number of customers through M/M/9, and the formula that needs none."""
    try:
        import ciw
    except ImportError:
        yield Row("M/M/9", None, note="Ciw is not installed")
        return
    from queuecalc.simulation import simulate

    model = qc.read_model("single-queue")
    times = interleaved(
        {
            "ciw": lambda: _simulated(ciw),
            "simulate": lambda: simulate(model, {"server": 9}, requests=CUSTOMERS),
            "formula": lambda: qc.MMc(arrival_rate=70.0, service_rate=10.0, servers=9).sojourn.ppf(0.95),
        },
        repeats=3,
    )
    what = f"simulate, {CUSTOMERS:,} customers in M/M/9"
    yield Row(what, times["simulate"], "Ciw", times["ciw"], least_ratio=1.0)
    yield Row("p95 by formula", times["formula"], "Ciw", times["ciw"], least_ratio=1000.0)
