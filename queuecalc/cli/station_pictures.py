"""What the two pictures of a station show, calculated: times against the load, and the tail of the sojourn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from queuecalc.report.figures import HockeyStick, SojournTail

__all__ = ["hockey_stick", "sojourn_tail"]

_LEVELS = (0.95, 0.99)
_MOST_LOAD = 0.99
_MOST_LOAD_BOUNDED = 1.5
_LEAST_TAIL = 1e-4
_POINTS = 400
_SHEDDING = ("capacity", "blocking_probability", "abandonment_probability", "sources")
"""What tells a station that has a steady state at every load."""


def _times(station: Any) -> dict[str, Any]:
    """Mean and percentiles of the sojourn."""
    sojourn = station.sojourn
    return {"mean": station.mean_sojourn} | {f"p{100.0 * q:.12g}": sojourn.ppf(q) for q in _LEVELS}


def hockey_stick(station: Any, name: str) -> HockeyStick:
    """Times in a station at other arrival rates.

    Args:
        station: any station of the registry, with scalar arguments.
        name: what to call it.
    """
    import numpy as np

    from queuecalc.report.figures import HockeyStick
    from queuecalc.station.infinite import Infinite

    limited = not isinstance(station, Infinite)
    servers = getattr(station, "servers", 1) if limited else 1
    at = station.offered_load / servers
    if not limited:
        load = np.linspace(0.0, 2.0 * at, 3)
    elif any(hasattr(station, name) for name in _SHEDDING):
        load = np.linspace(0.0, max(_MOST_LOAD_BOUNDED, 1.2 * at), 121)
    else:
        load = np.unique(np.concatenate([np.linspace(0.0, 0.9, 91), np.linspace(0.9, _MOST_LOAD, 91)]))
    moved = station.faster(load / at)
    if hasattr(station, "sources"):  # busy sources ask no more: the load grows less than the rate
        load = np.asarray(moved.offered_load) / servers
    return HockeyStick(
        station=name,
        load=tuple(load.tolist()),
        times_s={
            key: tuple(np.broadcast_to(value, load.shape).tolist()) for key, value in _times(moved).items()
        },
        at=at,
        at_s=_times(station),
        limited=limited,
    )


def sojourn_tail(station: Any, name: str, levels: tuple[float, ...]) -> SojournTail:
    """P(T > t) of a station as far as one in ten thousand, and its percentiles.

    Args:
        station: any station of the registry, with scalar arguments.
        name: what to call it.
        levels: percentiles to mark, in percent.
    """
    import numpy as np

    from queuecalc.report.figures import SojournTail

    sojourn = station.sojourn
    marks = {f"p{q:.12g}": (float(sojourn.ppf(q / 100.0)), 1.0 - q / 100.0) for q in levels}
    last = max(float(sojourn.isf(_LEAST_TAIL)), *(t for t, _ in marks.values()))
    if not math.isfinite(last):
        last = 100.0 * station.offered_load / station.arrival_rate
    seconds = np.linspace(0.0, 1.04 * last, _POINTS + 1)
    return SojournTail(
        station=name,
        seconds=tuple(seconds.tolist()),
        probability=tuple(np.asarray(sojourn.sf(seconds)).tolist()),
        marks=marks,
        mean_s=float(station.mean_sojourn),
    )
