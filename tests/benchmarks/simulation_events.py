"""Events per second of the simulator."""

from __future__ import annotations

from collections.abc import Iterator

import queuecalc as qc

from .measuring import Row, interleaved

__all__ = ["rows"]

REQUESTS = 200_000


def rows() -> Iterator[Row]:
    """One queue with nine servers; the first, unmeasured run compiles the loop."""
    from queuecalc.errors import MissingExtra
    from queuecalc.simulation import simulate

    model = qc.read_model("single-queue")
    try:
        times = interleaved({"run": lambda: simulate(model, {"server": 9}, requests=REQUESTS)}, repeats=5)
    except MissingExtra as error:
        yield Row("simulation", None, note=str(error))
        return
    rate = REQUESTS / times["run"].median_s
    yield Row(
        f"simulate, {REQUESTS:,} requests", times["run"], note=f"{rate:,.0f} requests/s, two events each"
    )
