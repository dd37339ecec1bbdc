"""One queue to draw: M/M/1, from its formulas."""

from __future__ import annotations

import math

from queuecalc.report.figures import HockeyStick, SojournTail


def stick(at: float = 0.8, *, limited: bool = True) -> HockeyStick:
    """M/M/1 with a mean service time of 100 ms: T is exponential with mean 0.1 / (1 - rho)."""
    load = tuple(0.99 * k / 50 for k in range(51)) if limited else (0.0, 1.0, 2.0)

    def rise(rho: float) -> float:
        return 0.1 if not limited else 0.1 / (1.0 - rho) if rho < 1 else math.inf

    factors = {"mean": 1.0, "p95": -math.log(0.05), "p99": -math.log(0.01)}
    return HockeyStick(
        station="M/M/1",
        load=load,
        times_s={name: tuple(factor * rise(x) for x in load) for name, factor in factors.items()},
        at=at,
        at_s={name: factor * rise(at) for name, factor in factors.items()},
        limited=limited,
    )


def tail(mean: float = 0.5, levels: tuple[float, ...] = (50.0, 95.0, 99.0)) -> SojournTail:
    seconds = tuple(mean * 10.0 * k / 200 for k in range(201))
    return SojournTail(
        station="M/M/1",
        seconds=seconds,
        probability=tuple(math.exp(-t / mean) for t in seconds),
        marks={f"p{q:g}": (-mean * math.log(1.0 - q / 100.0), 1.0 - q / 100.0) for q in levels},
        mean_s=mean,
    )
