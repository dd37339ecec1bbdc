"""A drawn network as one of the library."""

from __future__ import annotations

import numpy as np

import queuecalc as qc
from queuecalc.law import Hyperexponential, Law, two_moment
from queuecalc.network.general import GeneralNetwork

from .drawing import Drawn

__all__ = ["network_of"]


def network_of(drawn: Drawn) -> GeneralNetwork:
    """Stations "0", "1", ..."""
    names = [str(k) for k in range(len(drawn.routing))]
    services = zip(drawn.service_laws, drawn.service_means, drawn.service_scvs, strict=True)
    rates = {name: rate for name, rate in zip(names, drawn.arrival_rates, strict=True) if rate > 0.0}
    arrivals = {
        name: law_of(drawn.arrival_laws[int(name)], 1.0 / rate, drawn.arrival_scvs[int(name)])
        for name, rate in rates.items()
    }
    return GeneralNetwork(
        stations={
            name: qc.Station(service=law_of(*each)) for name, each in zip(names, services, strict=True)
        },
        routing=np.array(drawn.routing),
        arrival_rates=rates,
        arrival_scvs=arrivals,
    )


def law_of(name: str, mean: float, scv: float) -> Law:
    """As the simulation draws it."""
    return (
        Hyperexponential(mean=mean, scv=scv) if name == "hyperexponential" else two_moment(mean=mean, scv=scv)
    )
