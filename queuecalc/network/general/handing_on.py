"""What a station does to the spectrum of its arrivals."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from queuecalc.law.base import Law
from queuecalc.load.arrays import FloatArray
from queuecalc.network.general.flows import handed_on
from queuecalc.network.general.grid import renewal_index

__all__ = ["Passage", "clear", "delayed", "overloaded", "queued"]

QUICKER = 1.5
"""How much faster a line forgets than reflected Brownian motion: fitted to 46 random networks, by simulation."""

_MOST = 1e9  # variability of a law with infinite variance, as far as forgetting goes


class Passage(NamedTuple):
    """Departures D = h A + noise, the noise of spectrum kept S_A + own lambda; shapes (frequencies,)."""

    h: Any
    own: FloatArray
    kept: FloatArray


def queued(omega: FloatArray, law: Law, servers: float, utilisation: float, arrival_scv: float) -> Passage:
    """A line in front of c servers: Re h of the arrivals' spectrum and 1 - Re h of that of the services.

    h is `handed_on` in units of the relaxation time, whose inverse is 1.5 c mu (1 - rho)^2 / (rho (ca2 + cs2)).

    Source: Whitt & You 2018, eqs. (22) to (24), who have 1 for 1.5 / rho.
    """
    m, rho = float(np.asarray(law.mean)), utilisation
    variability = min(arrival_scv, _MOST) + min(float(np.asarray(law.scv)), _MOST)
    relaxation = rho * variability * m / (QUICKER * servers * (1.0 - rho) ** 2)
    h = handed_on(1j * omega * relaxation)
    services = renewal_index(law, omega, 1.0 / rho)
    return Passage(h, (1.0 - h.real) * services, np.maximum(h.real - np.abs(h) ** 2, 0.0))


def delayed(omega: FloatArray, law: Law) -> Passage:
    """A server for everybody: each point is moved by a time of its own, |f|^2 S_A + (1 - |f|^2) lambda.

    Source: Cox & Isham 1980, Point Processes, section 4.5.
    """
    f = np.asarray(law.lst(1j * omega))
    return Passage(f, 1.0 - np.abs(f) ** 2, np.zeros(omega.size))


def overloaded(omega: FloatArray, law: Law) -> Passage:
    """No steady state: the servers never rest, arrivals do not matter."""
    nothing = np.zeros(omega.size)
    return Passage(nothing + 0j, renewal_index(law, omega), nothing)


def clear(omega: FloatArray) -> Passage:
    """Everything passes as it comes."""
    nothing = np.zeros(omega.size)
    return Passage(nothing + 1.0 + 0j, nothing, nothing)
