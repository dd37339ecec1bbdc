"""The answer of `network` for classes of requests of which some or all come and go."""

from __future__ import annotations

from dataclasses import dataclass

from queuecalc.answer.network import NetworkPercentile
from queuecalc.evidence import Evidence

__all__ = ["ClassAtStation", "ClassLine", "ClassesAnswer", "SharedStation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLine:
    """One class, with arrivals from outside or with a fixed population.

    Attributes:
        arrival_rate_per_s: from outside; None for a class that goes round.
        population: customers that go round, `think_s` the mean time between two cycles; None for one that comes.
        throughput_per_s: requests, or cycles, completed; None where a station on the way has no steady state.
        mean_sojourn_s: at the stations, of a request or a cycle; inf where one of them has no steady state.
        alone_s: the same if nobody else were there.
        percentiles: of the time from arrival to departure; none where its law is not known.
    """

    name: str
    arrival_rate_per_s: float | None = None
    population: int | None = None
    think_s: float | None = None
    throughput_per_s: float | None
    mean_sojourn_s: float
    alone_s: float
    percentiles: tuple[NetworkPercentile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedStation:
    """One station, all classes together.

    Attributes:
        servers: parallel servers; None: one for everybody.
        sharing: whether all who are there share the servers, instead of waiting in order of arrival.
        throughput_per_s: visits per second that come.
        utilisation: of its servers, the offered ratio where it is unstable; where nobody waits, the mean in service.
        mean_in_system: waiting or in service; inf without a steady state.
        stable: whether there is a steady state; `least_servers` the fewest with one, None where nobody waits.
    """

    name: str
    servers: int | None
    sharing: bool
    throughput_per_s: float
    utilisation: float
    mean_in_system: float
    stable: bool = True
    least_servers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAtStation:
    """What one class does at one station.

    Attributes:
        visits: of a request or in a cycle.
        throughput_per_s: visits per second.
        mean_sojourn_s: of a visit, `residence_time_s` of all visits of a request or cycle.
        mean_in_system: requests of the class there.
    """

    request_class: str
    name: str
    visits: float
    throughput_per_s: float
    mean_sojourn_s: float
    residence_time_s: float
    mean_in_system: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassesAnswer:
    """A network with classes that come and go, alone or beside classes that go round.

    Attributes:
        title, source: of the file.
        stable: whether every visited station has a steady state.
        classes: those that come and go first, then those that go round; each kind in file order.
        bottleneck: the station with the highest utilisation; empty where no station has finite servers.
        largest_arrival_rate_per_s: the total arrival rate in the same proportions at which the bottleneck is full;
            None beside classes that go round, which take what is left.
        stations: in file order; `class_stations` by class.
        percentiles: of all classes together; `percentiles_excuse` says why there are none.
        evidence: how far the means can be trusted; `statements` the keys of the evidence registry.
    """

    title: str
    source: str
    stable: bool
    classes: tuple[ClassLine, ...]
    bottleneck: str
    largest_arrival_rate_per_s: float | None = None
    stations: tuple[SharedStation, ...] = ()
    class_stations: tuple[ClassAtStation, ...] = ()
    percentiles: tuple[NetworkPercentile, ...] = ()
    percentiles_excuse: str = ""
    evidence: Evidence = Evidence.EXACT
    statements: tuple[str, ...] = ()
