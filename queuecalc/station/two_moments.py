"""G/G/c from two moments of both laws: mean wait by published formulas, delay probability, spread of the wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from queuecalc.station import erlang
from queuecalc.station.offered import Load

__all__ = ["METHODS", "conditional_scv", "delay_probability"]

Formula = Callable[[Load, Any, Any], Any]
"""(load, SCV of the times between arrivals, SCV of the service times) -> mean wait where there is a steady state."""


def _markovian(load: Load) -> tuple[Any, Any]:
    """(delay probability, mean wait) of M/M/c."""
    delay = erlang.delay_probability(load.servers, load.offered, load.slack, load.remainder)
    return delay, delay * load.relief


def kingman(load: Load, ca2: Any, cs2: Any) -> Any:
    """Upper bound: lambda (var A + var S / c + (c - 1) E[S]^2 / c^2) / (2 (1 - rho)).

    Source: Kingman 1962 (c = 1), Kingman 1970; Gross & Harris 1998, eq. (7.13).
    """
    m, c, rate = load.service_mean, load.servers, load.arrival_rate
    gap = 1.0 / np.where(rate > 0.0, rate, 1.0)
    spread = ca2 * gap**2 + cs2 * m**2 / c + (c - 1.0) * m**2 / c**2
    return rate * spread / (2.0 * load.slack)


def allen_cunneen(load: Load, ca2: Any, cs2: Any) -> Any:
    """(ca2 + cs2) / 2 times the mean wait of M/M/c.

    Source: Allen 1990, eq. (5.73); for one server Kingman's heavy-traffic formula.
    """
    return 0.5 * (ca2 + cs2) * _markovian(load)[1]


def kraemer_langenbach_belz(load: Load, ca2: Any, cs2: Any) -> Any:
    """Allen-Cunneen times a factor that falls where traffic is light.

    Source: Kraemer & Langenbach-Belz 1976; Bolch et al. 2006, eq. (6.91).
    """
    rho, slack = load.utilisation, load.slack
    total = np.where(ca2 + cs2 > 0.0, ca2 + cs2, 1.0)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        steady = np.exp(-2.0 * slack * (1.0 - ca2) ** 2 / (3.0 * np.where(rho > 0.0, rho, 1e-300) * total))
        bursty = np.exp(-slack * (ca2 - 1.0) / (ca2 + 4.0 * cs2 + (ca2 == 0.0)))
    return allen_cunneen(load, ca2, cs2) * np.where(ca2 <= 1.0, steady, bursty)


def whitt(load: Load, ca2: Any, cs2: Any) -> Any:
    """phi (ca2 + cs2) / 2 times the mean wait of M/M/c, phi between those of D/M/c and M/D/c.

    Source: Whitt 1993, "Approximations for the GI/G/m queue", eqs. (2.16) to (2.25).
    """
    c, rho, slack = load.servers, np.where(load.utilisation > 0.0, load.utilisation, 1e-300), load.slack
    with np.errstate(over="ignore"):
        gamma = np.minimum(0.24, slack * (c - 1.0) * (np.sqrt(4.0 + 5.0 * c) - 2.0) / (16.0 * c * rho))
        one = 1.0 + gamma
        three = (1.0 - 4.0 * gamma) * np.exp(-2.0 * slack / (3.0 * rho))
    middle = 0.5 * (ca2 + cs2)
    psi = np.where(
        middle >= 1.0, 1.0, np.minimum(1.0, 0.5 * (one + three)) ** (2.0 * (1.0 - np.minimum(middle, 1.0)))
    )
    some = middle > 0.0
    bursty = np.where(some & (ca2 >= cs2), 4.0 * ca2 - 3.0 * cs2, 1.0)
    upper = 4.0 * (ca2 - cs2) / bursty * one + cs2 / bursty * psi
    both = np.where(some, 4.0 * middle, 1.0)
    lower = (cs2 - ca2) / both * three + (cs2 + 3.0 * ca2) / both * psi
    return np.where(ca2 >= cs2, upper, lower) * allen_cunneen(load, ca2, cs2)


METHODS: dict[str, Formula] = {
    "whitt": whitt,
    "kraemer-langenbach-belz": kraemer_langenbach_belz,
    "allen-cunneen": allen_cunneen,
    "kingman": kingman,
}
"""Name -> formula."""


def delay_probability(load: Load, ca2: Any, cs2: Any) -> Any:
    """P(W > 0), approximately: Kraemer & Langenbach-Belz for one server, Whitt for several.

    Source: Whitt 1983 (QNA), eqs. (48) and (49); Whitt 1993, eqs. (3.1) to (3.10).
    """
    rho, slack, c = load.utilisation, load.slack, load.servers
    steady = (1.0 + ca2 + rho * cs2) / (1.0 + rho * (cs2 - 1.0) + rho**2 * (4.0 * ca2 + cs2))
    bursty = 4.0 * rho / np.where(ca2 > 0.0, ca2 + rho**2 * (4.0 * ca2 + cs2), 1.0)
    single = rho + (ca2 - 1.0) * rho * slack * np.where(ca2 <= 1.0, steady, bursty)
    exact = _markovian(load)[0]
    z = np.where(ca2 + cs2 > 0.0, (ca2 + cs2) / (1.0 + cs2), 1.0)
    x = slack * np.sqrt(c)

    def ratio(y: Any) -> Any:
        """(1 - Phi(y)) / (1 - Phi(x)) times the delay probability of M/M/c."""
        rise = np.minimum(special.log_ndtr(-y) - special.log_ndtr(-x), 700.0)
        return np.minimum(1.0, np.exp(rise) * exact)

    one = rho**2 * ratio(x / z) + (1.0 - rho**2) * ratio(2.0 * x / (1.0 + ca2))
    load_of_all = np.where(rho > 0.0, c * rho, 1.0)
    gamma = (c - c * rho - 0.5) / np.sqrt(load_of_all * z)
    low = np.minimum(ca2, 1.0)
    two = low * one + (1.0 - low) * special.ndtr(-gamma)
    share = 2.0 * (1.0 - low) * (gamma - 0.5)
    three = share * two + (1.0 - share) * one
    several = np.where((c <= 6.0) | (gamma <= 0.5) | (ca2 >= 1.0), one, np.where(gamma >= 1.0, two, three))
    return np.clip(np.where(c == 1.0, single, several), 0.0, 1.0)


def conditional_scv(load: Load, cs2: Any) -> Any:
    """SCV of the wait of who waits: 2 rho - 1 + 4 (1 - rho) d / (3 (1 + cs2)^2), exact for M/M/c.

    Source: Whitt 1983 (QNA), eqs. (50) to (53).
    """
    d = np.where(cs2 >= 1.0, 3.0 * cs2 * (1.0 + cs2), (2.0 * cs2 + 1.0) * (cs2 + 1.0))
    return 2.0 * load.utilisation - 1.0 + 4.0 * load.slack * d / (3.0 * (1.0 + cs2) ** 2)
