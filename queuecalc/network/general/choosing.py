"""Which way an open network is solved: as product form, or not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.law.exponential import Exponential
from queuecalc.network.general.figures import METHODS
from queuecalc.network.general.network import GeneralNetwork
from queuecalc.network.general.solution import GeneralSolution
from queuecalc.network.jackson import JacksonNetwork
from queuecalc.network.solution import JacksonSolution

__all__ = ["solved_open"]

MOST = 100
"""Stations of a network that is solved by spectra without being asked: some seconds."""


def solved_open(
    network: JacksonNetwork, *, arrival_scvs: Mapping[str, float] | None = None, method: str = "auto"
) -> JacksonSolution | GeneralSolution:
    """An open network, solved by a method.

    Args:
        network: stations, routing and rates.
        arrival_scvs: of arrivals from outside that are not Poisson.
        method: "product-form" takes all arrivals as Poisson, exact for exponential services; "dispersion", "robust" and
            "qna" as for `GeneralNetwork`; "auto" product form where the arrivals from outside are Poisson and all
            visited stations exponential or without limit, or where one station alone is visited; beyond 100 stations;
            else "dispersion".

    Raises:
        InvalidInput: product form asked for arrivals that are not Poisson; another method.
    """
    scvs = dict(arrival_scvs or {})
    if method == "auto":
        method = METHODS[0] if scvs or not _product_form(network) else "product-form"
    if method == "product-form":
        if scvs:
            raise InvalidInput(
                f"method = 'product-form': the arrivals at {', '.join(scvs)} are not Poisson; expected one of "
                f"{', '.join(METHODS)}"
            )
        return network.solve()
    general = GeneralNetwork(
        stations=dict(network.stations),
        routing=network.routing,
        arrival_rates=dict(network.arrival_rates),
        arrival_scvs=scvs,
    )
    return general.solve(method=method)


def _product_form(network: JacksonNetwork) -> bool:
    """Whether Jackson's theorem holds, or there is nothing to gain, or the network is too large."""
    if len(network.stations) > MOST:
        return True
    solution = network.solve()
    if np.ndim(solution.throughput):
        return True
    seen = [name for name in network.stations if solution.visits[name] > 0.0]
    return len(seen) == 1 or all(
        station.unlimited or station.service is None or isinstance(station.service, Exponential)
        for station in (network.stations[name] for name in seen)
    )
