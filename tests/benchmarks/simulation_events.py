"""Visits per second of the simulator."""

from __future__ import annotations

from collections.abc import Iterator

import queuecalc as qc

from .measuring import Row, interleaved

__all__ = ["rows"]

VISITS = 10_000_000
MOST_S = 20.0
COUNTS = {
    "lb": 1,
    "limiter": 1,
    "server": 4,
    "stream": 2,
    "queue": 1,
    "redis": 1,
    "postgres": 1,
    "worker": 6,
    "analytics": 1,
    "replica": 0,
}
PER_REQUEST = 11.63
"""Visits per request of that plan."""


def rows() -> Iterator[Row]:
    """One queue with nine servers, and a network of nine; the first, unmeasured run compiles the loop."""
    from queuecalc.errors import MissingExtra
    from queuecalc.simulation import simulate

    queue, network = qc.read_model("single-queue"), qc.read_model("iot-ingestion")
    try:
        times = interleaved(
            {
                "queue": lambda: simulate(queue, {"server": 9}, requests=VISITS, warm_up=0.0),
                "network": lambda: simulate(
                    network, COUNTS, requests=round(VISITS / PER_REQUEST), warm_up=0.0
                ),
            },
            repeats=3,
        )
    except MissingExtra as error:
        yield Row("simulation", None, note=str(error))
        return
    for key, name in (("queue", "single-queue"), ("network", "iot-ingestion")):
        rate = VISITS / times[key].median_s
        what = f"simulate {name}, {VISITS:,} visits"
        yield Row(what, times[key], most_s=MOST_S, note=f"{rate:,.0f} visits/s")
