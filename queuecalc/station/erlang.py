"""Erlang's formulas for whole servers, with what rounding took from the load given back (`poisson_ratio.py`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from queuecalc.station.poisson_ratio import loss, passed

__all__ = ["delay_probability", "loss_probability", "passing_probability"]


def loss_probability(servers: Any, offered_load: Any, remainder: Any = 0.0) -> Any:
    """Erlang B, the probability that all c servers of M/M/c/c are busy; elementwise, 0 at a = 0.

    Args:
        servers: c >= 1, whole, as floats.
        offered_load: a >= 0, in erlang.
        remainder: what rounding took from a (the offered load is a + remainder): at c = 1e6 a half unit in the last
            place of a is 1e-10 of B, and the first order term (c - a (1 - B)) remainder / a gives it back.

    Returns:
        An array of the broadcast shape. Relative error 1e-12 up to c = 1e6, at every load.

    Source: Erlang 1917; Kleinrock 1975, eq. (3.43).
    """
    c, a, lost = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (servers, offered_load, remainder))
    )
    return loss(c, a, lost)


def passing_probability(servers: Any, offered_load: Any, blocked: Any) -> Any:
    """1 - B to full relative accuracy, B = blocked; arrays of one shape."""
    much = blocked > 0.5
    return np.where(much, passed(servers, offered_load), 1.0 - blocked) if np.any(much) else 1.0 - blocked


def delay_probability(servers: Any, offered_load: Any, slack: Any, remainder: Any = 0.0) -> Any:
    """Erlang C, the probability that an arrival at M/M/c waits; elementwise, 1 where slack <= 0.

    C = B / (slack + rho B) with slack = 1 - rho, given apart because it cancels near rho = 1; C = rho for c = 1.

    Args:
        servers: c >= 1, whole, as floats.
        offered_load: a >= 0.
        slack: 1 - a / c, to full relative accuracy.
        remainder: what rounding took from a.

    Source: Erlang 1917; Kleinrock 1975, eq. (3.40).
    """
    stable = np.asarray(slack) > 0.0
    safe = np.where(stable, slack, 1.0)
    load = np.where(stable, offered_load, 0.0)
    b = loss_probability(servers, load, remainder)
    delay = np.where(np.asarray(servers) == 1.0, load, b / (safe + (1.0 - safe) * b))
    return np.where(stable, delay, 1.0)
