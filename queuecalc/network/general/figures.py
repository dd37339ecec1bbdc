"""Mean waits of all visited stations by a method, and how variable their arrivals are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from queuecalc.law.base import Law
from queuecalc.load.arrays import FloatArray
from queuecalc.network.general import qna
from queuecalc.network.general.chains import Chains, chains_of
from queuecalc.network.general.flows import Flows, solved_flows
from queuecalc.network.general.grid import Grid, renewal_index
from queuecalc.network.general.handing_on import clear, delayed, overloaded, queued
from queuecalc.network.general.waits import RULES, Input
from queuecalc.station import MGc, MMc

__all__ = ["METHODS", "Figures", "Known", "figures_of"]

METHODS = ("dispersion", "robust", "qna")
"""The first is the default."""


@dataclass(frozen=True)
class Known:
    """A network of visited stations in arrays, in one order.

    Attributes:
        P: routing, shape (n, n).
        external: gamma [1/s].
        rates: lambda > 0 [1/s].
        arrivals: laws of the times between arrivals from outside; None where there are none.
        services: laws.
        servers: c, inf for one each.
    """

    P: FloatArray
    external: FloatArray
    rates: FloatArray
    arrivals: Sequence[Law | None]
    services: Sequence[Law]
    servers: FloatArray

    @property
    def means(self) -> FloatArray:
        """Of the services [s]."""
        return np.array([float(np.asarray(law.mean)) for law in self.services])

    @property
    def scvs(self) -> FloatArray:
        """Of the services."""
        return np.array([float(np.asarray(law.scv)) for law in self.services])

    @property
    def external_scvs(self) -> FloatArray:
        """Of the arrivals from outside; 1 where there are none."""
        return np.array([1.0 if law is None else float(np.asarray(law.scv)) for law in self.arrivals])

    @property
    def rho(self) -> FloatArray:
        """lambda m / c; 0 with a server for everybody."""
        return self.rates * self.means / self.servers

    @property
    def chains(self) -> Chains:
        """Of constant servers."""
        single = (self.servers == 1.0) & (self.scvs == 0.0) & (self.rho < 1.0)
        gaps = [
            0.0 if law is None or float(np.asarray(law.scv)) > 0.0 else float(np.asarray(law.mean))
            for law in self.arrivals
        ]
        return chains_of(self.P, self.external, np.array(gaps), np.where(single, self.means, np.nan))


@dataclass(frozen=True)
class Figures:
    """Of each station, shape (n,).

    Attributes:
        waits: E[W] [s]; inf without a steady state.
        carried: the same, but all the wait of a chain of constant servers at its slowest.
        dispersion: of the arrivals: their index as the line sees it, or ca2.
    """

    waits: FloatArray
    carried: FloatArray
    dispersion: FloatArray


def figures_of(known: Known, method: str) -> Figures:
    """The figures by one of `METHODS`."""
    waits, dispersion = _by_qna(known) if method == "qna" else _by_spectra(known, method)
    chains = known.chains
    waits[list(chains.idle)] = 0.0
    alone, carried = waits.copy(), waits.copy()
    for k, slowest in chains.before.items():
        waits[k] = max(0.0, alone[k] - alone[slowest])
        carried[k] = max(alone[k], alone[slowest])
        carried[slowest] = 0.0
    return Figures(waits, carried, dispersion)


# ---------------------------------------------------------------------- by spectra
def _by_spectra(known: Known, method: str) -> tuple[FloatArray, FloatArray]:
    rho, means, scvs, servers = known.rho, known.means, known.scvs, known.servers
    n = rho.size
    steady = (rho < 1.0) & np.isfinite(scvs)
    grid, flows = _flows(known)
    waits, dispersion = np.zeros(n), np.ones(n)
    for k in range(n):
        unlimited = math.isinf(servers[k])
        c = 1.0 if unlimited else float(servers[k])
        given = Input(
            grid, flows.others[:, k], flows.returned[:, k], float(known.rates[k]), means[k] / c, scvs[k]
        )
        if unlimited or rho[k] == 0.0:
            waits[k] = 0.0
        elif not steady[k]:
            waits[k] = math.inf
        else:
            waits[k] = RULES[method](given)
            poisson = 0.5 * rho[k] * given.mean * (1.0 + scvs[k]) / (1.0 - rho[k])
            if c > 1.0:  # as much longer or shorter as with one server that is c times as fast
                queue = MGc(arrival_rate=given.rate, service=known.services[k], servers=int(c))
                waits[k] *= float(queue.mean_wait) / poisson
        scale = 1.0 / means[k] if not 0.0 < waits[k] < math.inf else 1.0 / (waits[k] + given.own_share)
        scale = grid.omega[0] if math.isinf(waits[k]) else scale
        dispersion[k] = float(grid.seen_at(flows.arrivals[:, k], scale))
    return waits, dispersion


def _flows(known: Known) -> tuple[Grid, Flows]:
    rho, means, servers = known.rho, known.means, known.servers
    finite = np.isfinite(servers)
    spare = np.where(finite & (rho < 1.0), (1.0 - np.minimum(rho, 1.0)) ** 2, 1.0)
    slow = [spare.min(), *(1.0 / max(1.0, float(np.asarray(law.scv))) for law in known.services)]
    slow += [1.0 / max(1.0, min(1e6, v)) for v in known.external_scvs]
    least = 1e-5 * max(min(slow), 1e-6 * spare.min()) * min(1.0 / means.max(), known.rates.min())
    most = 1e5 * max((np.where(finite, servers, 1.0) / means).max(), known.rates.max())
    grid = Grid(least, most)
    omega = grid.omega
    external = np.zeros((omega.size, rho.size))
    for k, law in enumerate(known.arrivals):
        if law is not None:
            external[:, k] = known.external[k] * renewal_index(law, omega)
    unhindered = known.chains.clear
    arriving = _long_run(known)
    passages = []
    for k, law in enumerate(known.services):
        if k in unhindered:
            passages.append(clear(omega))
        elif not finite[k]:
            passages.append(delayed(omega, law))
        elif rho[k] >= 1.0:
            passages.append(overloaded(omega, law))
        else:
            passages.append(queued(omega, law, float(servers[k]), float(rho[k]), float(arriving[k])))
    h, own, kept = (np.stack(columns, axis=1) for columns in zip(*passages, strict=True))
    return grid, solved_flows(known.P, known.rates, external, h, own, kept)


def _long_run(known: Known) -> FloatArray:
    """SCV of the arrivals over long times, when every station hands on all that comes."""
    P, rates = known.P, known.rates
    scvs = np.minimum(known.external_scvs, 1e9)
    noise = np.diag(known.external * scvs + rates @ P) - np.einsum("k,ki,kj->ij", rates, P, P)
    through = np.linalg.inv(np.eye(rates.size) - P.T)
    return np.asarray(np.einsum("ij,jl,il->i", through, noise, through) / rates)


# ---------------------------------------------------------------------- by QNA
def _by_qna(known: Known) -> tuple[FloatArray, FloatArray]:
    """Customers who come back at once stay in service instead (Whitt 1983, section III)."""
    back = np.diag(known.P).copy()
    P = (known.P - np.diag(back)) / (1.0 - back)[:, None]
    rates = known.rates * (1.0 - back)
    cs2 = back + (1.0 - back) * known.scvs
    rho, servers = known.rho, known.servers

    def arrivals(most: float) -> FloatArray:
        outside, inside = np.minimum(known.external_scvs, most), np.minimum(cs2, most)
        return qna.arrival_variability(P, rates, known.external, outside, rho, servers, inside)

    ca2 = arrivals(1e9)
    if not (np.isfinite(cs2).all() and np.isfinite(known.external_scvs).all()):
        ca2 = np.where(ca2 > 1.001 * arrivals(1e8), np.inf, ca2)  # what grows with the bound has none
    waits = np.zeros(rho.size)
    for k in range(rho.size):
        if math.isinf(servers[k]):
            continue
        if rho[k] >= 1.0 or not math.isfinite(cs2[k] + ca2[k]):
            waits[k] = math.inf
            continue
        m = float(known.means[k] / (1.0 - back[k]))
        queue = MMc(arrival_rate=float(rates[k]), service_rate=1.0 / m, servers=int(servers[k]))
        whole = qna.mean_wait(
            float(queue.mean_wait), float(rho[k]), float(ca2[k]), float(cs2[k]), single=servers[k] == 1.0
        )
        waits[k] = (1.0 - back[k]) * whole
    return waits, ca2
