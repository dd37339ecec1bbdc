"""Makes parallel_simulation.json: response times of calls that go out at once, by `queuecalc.simulation`.

Run from the top of the repository: python tests/tables/make_parallel_simulation.py (some minutes).

Requests call `calls` stations at once, each `copies` times; every station has `servers` servers, gamma services of mean
1 and SCV `scv`, and other visitors that come one by one at `others` times the rate of the requests. Poisson arrivals.
Figures: p50, p95, p99 and the mean, then the half widths of the 95 % confidence intervals of the three percentiles.
The seeds are not those of the runs to which the exponent of `network/parallel.py` was fitted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from queuecalc.architecture import (
    Call,
    Component,
    Contract,
    Endpoint,
    Figures,
    Load,
    Model,
    PercentileTarget,
    RequestClass,
)
from queuecalc.law import Exponential, Gamma
from queuecalc.load import Curve
from queuecalc.simulation import simulate

OUT = Path(__file__).with_name("parallel_simulation.json")
VISITS, SEED = 4_000_000, 1000

CASES: tuple[tuple[int, int, int, float, float, float], ...] = (
    # calls, copies, servers, rho, scv, others
    (2, 1, 1, 0.4, 1.0, 0.0),
    (2, 1, 1, 0.85, 0.5, 0.0),
    (4, 1, 1, 0.7, 1.0, 0.0),
    (4, 1, 1, 0.8, 0.25, 0.0),
    (4, 1, 1, 0.6, 4.0, 0.0),
    (12, 1, 1, 0.8, 1.0, 0.0),
    (12, 1, 1, 0.5, 0.3, 0.0),
    (3, 1, 3, 0.7, 1.0, 0.0),
    (3, 1, 6, 0.85, 1.0, 0.0),
    (6, 1, 2, 0.8, 0.3, 0.0),
    (6, 1, 2, 0.8, 3.0, 0.0),
    (3, 1, 1, 0.7, 1.0, 1.0),
    (5, 1, 1, 0.85, 2.0, 0.5),
    (1, 2, 1, 0.5, 1.0, 0.0),
    (1, 3, 1, 0.8, 4.0, 0.0),
    (1, 7, 1, 0.8, 0.3, 0.0),
    (1, 2, 2, 0.7, 1.0, 0.0),
    (1, 3, 2, 0.8, 0.3, 0.0),
    (1, 4, 3, 0.6, 1.0, 0.0),
    (1, 4, 3, 0.85, 3.0, 0.0),
    (1, 6, 4, 0.7, 0.3, 0.0),
    (1, 12, 4, 0.8, 1.0, 0.0),
    (1, 4, 12, 0.8, 3.0, 0.0),
    (1, 20, 6, 0.5, 2.0, 0.0),
    (1, 3, 2, 0.8, 1.0, 2.0),
    (1, 5, 4, 0.7, 2.0, 3.0),
    (2, 3, 1, 0.7, 1.0, 0.0),
    (2, 3, 3, 0.8, 0.5, 1.0),
    (3, 2, 2, 0.75, 3.0, 0.0),
)
NAMES = ("calls", "copies", "servers", "rho", "scv", "others")


def described(case: Mapping[str, Any]) -> Model:
    """The model of a case."""
    names = [f"part{index}" for index in range(case["calls"])]
    law = Exponential(mean=1.0) if case["scv"] == 1.0 else Gamma(mean=1.0, scv=case["scv"])
    rate = case["rho"] * case["servers"] / (case["copies"] + case["others"])
    figures = Figures(count=(1, 1), operations={"": law}, servers=case["servers"])
    users, classes = (Endpoint("users"),), [RequestClass(name="request")]
    calls = [
        Call(
            callers=users,
            takers=(Endpoint(name),),
            classes=("request",),
            times=float(case["copies"]),
            together="parts",
        )
        for name in names
    ]
    for name in names if case["others"] else ():
        other = RequestClass(name=f"to-{name}", share=None, per_s=rate * case["others"], in_contract=False)
        classes.append(other)
        calls.append(Call(callers=users, takers=(Endpoint(name),), classes=(other.name,)))
    return Model(
        title="calls that go out at once",
        contract=Contract(percentiles=(PercentileTarget(key="p95_ms", level=0.95, seconds=10.0),)),
        load=Load(curve=Curve(hours=(0.0, 1.0), values=(rate, rate)), network_s=0.0),
        classes={each.name: each for each in classes},
        components={name: Component(name=name, figures=figures) for name in names},
        calls=tuple(calls),
    )


def figures(case: Mapping[str, Any], seed: int, visits: int = VISITS) -> list[float]:
    """What is simulated of a case."""
    scenario = described(case)
    each = case["calls"] * (case["copies"] + case["others"])
    number = max(int(visits * min(1.0 + case["calls"] / 8.0, 4.0) / each), 100_000)
    result = simulate(scenario, dict.fromkeys(scenario.components, 1), requests=number, seed=seed)
    levels = [result.percentile(level) for level in (0.5, 0.95, 0.99)]
    found = [level.value for level in levels] + [result.latency("request").mean_s.value]
    return [round(value, 5) for value in (*found, *(level.half_width or 0.0 for level in levels))]


def main() -> None:
    """Write the table."""
    cases = [dict(zip(NAMES, case, strict=True)) for case in CASES]
    rows = [case | {"figures": figures(case, SEED + index)} for index, case in enumerate(cases)]
    OUT.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
