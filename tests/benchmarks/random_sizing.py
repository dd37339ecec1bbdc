"""Random models of ten components of up to twenty units each, sized."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator

import queuecalc as qc
from queuecalc.architecture import Model
from queuecalc.modelfile import read_document

from .measuring import Row, Timing, timed

__all__ = ["random_document", "rows"]

INSTANCES = 11


def random_document(seed: int, components: int = 10, most: int = 20) -> dict[str, object]:
    """A way through ten components, each busy with 3 to 15 of its units, and a target that costs some more."""
    draw = random.Random(seed)
    rate, names = 100.0, [f"c{number}" for number in range(components)]
    tables: dict[str, object] = {}
    calls: list[dict[str, object]] = [{"from": "users", "to": names[0]}]
    total_ms = 0.0
    for number, name in enumerate(names):
        times = draw.choice([0.5, 1, 1, 2]) if number else 1
        service_ms = 1000.0 * draw.uniform(3.0, 15.0) / rate / (times if number else 1)
        caller = names[draw.randrange(max(number - 3, 0), number)] if number else ""
        if number:
            calls.append({"from": caller, "to": name, "times": times})
            rate_here = times
        else:
            rate_here = 1
        total_ms += service_ms * rate_here
        tables[name] = {
            "count": [1, most],
            "servers": draw.choice([2, 4, 8]),
            "service_ms": round(service_ms, 3),
            "usd_per_month": draw.randint(10, 300),
            "mtbf_h": draw.uniform(300.0, 3000.0),
            "mttr_h": draw.uniform(0.2, 2.0),
        }
    return {
        "format": 1,
        "title": f"random {seed}",
        "load": {"users": {"shape": "day", "base": 40, "peak": 200}, "requests_per_user_per_s": 0.5},
        "components": tables,
        "contract": {"p95_ms": round(total_ms * draw.uniform(3.0, 4.5), 1), "availability_percent": 98.5},
        "architecture": {"calls": calls},
    }


def rows() -> Iterator[Row]:
    """The median and the longest of all instances."""
    models: list[Model] = [read_document(random_document(seed)) for seed in range(INSTANCES)]
    seconds, feasible = [], 0
    for model in models:
        answers = []
        seconds.append(timed(lambda: answers.append(qc.size(model, alternatives=0, explain=False))))  # noqa: B023
        feasible += answers[0].feasible
    yield Row(
        f"size, {INSTANCES} random models, 10 x 20",
        Timing(tuple(seconds)),
        most_s=0.2,
        note=f"{feasible} feasible; longest {max(seconds):.3g} s, mean {statistics.mean(seconds):.3g} s",
    )
