"""The answers of `network` for a fixed number of customers: a closed network solved, or its throughput bounded."""

from __future__ import annotations

from dataclasses import dataclass

from queuecalc.evidence import Evidence

__all__ = ["ClosedAnswer", "ClosedBoundsAnswer", "ClosedClassLine", "ClosedStationLine", "ThroughputBound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedClassLine:
    """One class of customers.

    Attributes:
        name: empty where there is one class that has no name.
        population: how many there are.
        think_s: mean time between two cycles.
        throughput_per_s: cycles per second.
        response_time_s: of a cycle without thinking; `cycle_time_s` with it.
        alone_s: the response time if nobody else were there.
    """

    name: str
    population: int
    think_s: float
    throughput_per_s: float
    response_time_s: float
    cycle_time_s: float
    alone_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedStationLine:
    """One station, all classes together, or as far as it is of one class.

    Attributes:
        request_class: the class; empty for all of them.
        servers: parallel servers; None: one for everybody.
        visits: in a cycle.
        throughput_per_s: visits per second.
        utilisation: of its servers; where nobody waits, the mean number in service.
        mean_in_system: customers there, `mean_queue_length` those that wait.
        mean_sojourn_s: of a visit, `residence_time_s` of all visits in a cycle.
    """

    name: str
    request_class: str = ""
    servers: int | None
    visits: float
    throughput_per_s: float
    utilisation: float
    mean_in_system: float
    mean_queue_length: float
    mean_sojourn_s: float
    residence_time_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedAnswer:
    """A closed network solved.

    Attributes:
        title, source: of the file.
        method: exact, schweitzer or linearizer; `asked` what was asked for, auto if nothing was.
        classes: of customers, in file order.
        bottleneck: the station nearest to its limit.
        saturation_population: the number of customers at which the asymptotes of few and of many meet; None for
            several classes, inf where no station can fill up.
        most_per_s: what the bottleneck lets through at most; None for several classes.
        stations: in file order; `class_stations` by class where there are several.
        evidence: how far the figures can be trusted; `statements` the keys of the evidence registry.
    """

    title: str
    source: str
    method: str
    asked: str
    classes: tuple[ClosedClassLine, ...]
    bottleneck: str
    saturation_population: float | None = None
    most_per_s: float | None = None
    stations: tuple[ClosedStationLine, ...] = ()
    class_stations: tuple[ClosedStationLine, ...] = ()
    evidence: Evidence = Evidence.EXACT
    statements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputBound:
    """What a method says for certain of one class.

    Attributes:
        method: asymptotic, balanced or geometric.
        request_class: the class; empty where there is one that has no name.
        lower_per_s, upper_per_s: between which its throughput lies.
        least_response_s, largest_response_s: between which its response time lies.
    """

    method: str
    request_class: str
    lower_per_s: float
    upper_per_s: float
    least_response_s: float
    largest_response_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedBoundsAnswer:
    """The throughput of a closed network, bounded.

    Attributes:
        title, source: of the file.
        population: class -> customers; the name is empty where there is one class.
        bounds: by method and class.
        evidence: bound; `statements` the keys of the evidence registry.
    """

    title: str
    source: str
    population: dict[str, int]
    bounds: tuple[ThroughputBound, ...]
    evidence: Evidence = Evidence.BOUND
    statements: tuple[str, ...] = ()
