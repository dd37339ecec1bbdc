"""The answer of `network`: an open network of stations, solved."""

from __future__ import annotations

from dataclasses import dataclass

from queuecalc.evidence import Evidence

__all__ = ["NetworkAnswer", "NetworkPercentile", "NetworkStation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkStation:
    """One station of the network at its own arrival rate.

    Attributes:
        station: its type in Kendall's notation.
        arrival_rate_per_s: from outside and from other stations.
        visits: mean number of visits of one request.
        servers: parallel servers; None: one for everybody.
        utilisation: of its servers; the offered ratio where it is unstable.
        delay_probability: that an arrival waits.
        mean_time_per_request_s: visits times the mean sojourn.
        mean_queue_length: waiting; `mean_in_system` waiting or in service.
        stable: whether there is a steady state.
        least_servers: the fewest with which there would be one; None for unlimited servers.
        arrival_dispersion: how variable its arrivals are, 1 for Poisson; None where that was not asked.
    """

    name: str
    station: str
    arrival_rate_per_s: float
    visits: float
    servers: int | None
    utilisation: float
    delay_probability: float
    mean_wait_s: float
    mean_sojourn_s: float
    mean_time_per_request_s: float
    mean_queue_length: float
    mean_in_system: float
    stable: bool
    least_servers: int | None = None
    arrival_dispersion: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPercentile:
    """A percentile of the time from arrival to departure.

    Attributes:
        level: as a fraction.
        sojourn_s: inf where the network is unstable.
    """

    level: float
    sojourn_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAnswer:
    """An open network solved.

    Attributes:
        title, source: of the file.
        stable: whether every visited station has a steady state.
        arrival_rate_per_s: what comes from outside in all; `throughput_per_s` what leaves, less where a station
            is unstable (each unstable station lets through what its servers can do).
        bottleneck: the visited station with the highest utilisation, whose limit comes first when the load grows.
        largest_arrival_rate_per_s: the total arrival rate, in the same proportions, at which the bottleneck is full;
            inf where no station has finite servers.
        mean_sojourn_s: end to end.
        mean_in_system: requests in the network.
        percentiles: of the time from arrival to departure.
        stations: in file order.
        evidence: how far the percentiles can be trusted; `statements` the keys of the evidence registry.
        method: "product-form" (all arrivals Poisson), "dispersion", "robust" or "qna".
        means_exact: whether rates, utilisations and means are exact (Jackson's theorem).
    """

    title: str
    source: str
    stable: bool
    arrival_rate_per_s: float
    throughput_per_s: float
    bottleneck: str
    largest_arrival_rate_per_s: float
    mean_sojourn_s: float
    mean_in_system: float
    percentiles: tuple[NetworkPercentile, ...] = ()
    stations: tuple[NetworkStation, ...] = ()
    evidence: Evidence = Evidence.EXACT
    statements: tuple[str, ...] = ()
    means_exact: bool = True
    method: str = "product-form"
