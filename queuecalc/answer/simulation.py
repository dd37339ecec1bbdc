"""What a simulation saw: frozen numbers with their confidence intervals; and what was calculated beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from queuecalc.evidence import Evidence

__all__ = [
    "Comparison",
    "Estimate",
    "SimulatedBacklog",
    "SimulatedComponent",
    "SimulatedLatency",
    "SimulatedLoss",
    "SimulatedPercentile",
    "SimulatedSeries",
    "SimulationAnswer",
    "SimulationResult",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A simulated number.

    Attributes:
        value: the estimate, from the whole run.
        half_width: of the 95 % confidence interval; None where there is only one observation.
    """

    value: float
    half_width: float | None = None

    def contains(self, value: float) -> bool:
        """Whether a value lies inside the confidence interval."""
        return self.half_width is not None and abs(value - self.value) <= self.half_width


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedComponent:
    """What one component did.

    Attributes:
        count: units bought.
        servers: parallel servers of all units (None: unlimited).
        asynchronous: reached by hand-offs alone.
        utilisation: busy servers / servers (unlimited: busy servers), averaged over time.
        rate_per_s: visits that arrived, blocked ones included.
        mean_wait_s: time in line of the visits whose service began.
    """

    name: str
    count: int
    servers: int | None
    asynchronous: bool
    utilisation: Estimate
    rate_per_s: Estimate
    mean_wait_s: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedPercentile:
    """One percentile of the response time, counted in bins of 0.05 %."""

    level: float
    seconds: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedLatency:
    """Response times of the requests that got an answer, network included.

    Attributes:
        subject: the class; "" for all classes in the contract together.
        answers: how many there were.
    """

    subject: str
    answers: int
    mean_s: Estimate
    percentiles: tuple[SimulatedPercentile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedLoss:
    """Requests lost for one reason.

    Attributes:
        cause: "down", "dropped", "blocked", "late".
        component: where ("" for late).
        fraction: of all offered requests in the contract.
    """

    cause: str
    component: str
    fraction: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedBacklog:
    """What piled up in front of a component that is reached by hand-offs alone.

    Attributes:
        max_lag_s, lag_hour: the longest wait of a message whose service began, and when that message came.
        max_backlog_messages, backlog_hour: the longest line, and when (in the first replication).
        end_backlog_messages: the line at the end.
    """

    component: str
    max_lag_s: Estimate
    lag_hour: float
    max_backlog_messages: Estimate
    backlog_hour: float
    end_backlog_messages: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedSeries:
    """What happened window by window, averaged over the replications.

    Attributes:
        hours: where each window begins, and where the last one ends.
        utilisation: by component, the average in each window.
        waiting: by component, how many wait at the end of each window.
        longest_wait_s: by component, the longest wait that ended in each window.
    """

    hours: tuple[float, ...]
    utilisation: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    waiting: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    longest_wait_s: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationResult:
    """A simulation of one plan: at one hour of the load curve, held constant, or along the curve.

    Attributes:
        title, source: of the model.
        counts: units of every component.
        seed: what the random numbers come from; the same seed gives the same result.
        hour: the hour whose load was held constant; None along the curve.
        load_per_s: the load curve at that hour; its average along the curve.
        from_h, until_h: the part of the curve that was run through (along the curve).
        failures: whether units failed.
        observations: batches of one long run, or replications, that the intervals come from.
        simulated_s: seconds of the model's time behind the numbers, all observations together.
        requests: offered requests in the contract; `visits` to all components.
        components: those present, in file order.
        latencies: all classes in the contract together first, then class by class.
        availability: 1 - lost / offered; `losses` every cause, largest first.
        handed_off_lost: by taker, messages lost because it was down, per message handed off to it.
        backlogs: along the curve, of components reached by hand-offs alone.
        findings: what to know before reading the numbers, as sentences.
        series: along the curve, window by window.
    """

    title: str
    source: str
    counts: Mapping[str, int]
    seed: int
    hour: float | None
    load_per_s: float
    from_h: float | None = None
    until_h: float | None = None
    failures: bool = False
    observations: int
    simulated_s: float
    requests: int
    visits: int
    components: tuple[SimulatedComponent, ...]
    latencies: tuple[SimulatedLatency, ...]
    availability: Estimate
    losses: tuple[SimulatedLoss, ...]
    handed_off_lost: Mapping[str, Estimate] = field(default_factory=dict)
    backlogs: tuple[SimulatedBacklog, ...] = ()
    findings: tuple[str, ...] = ()
    series: SimulatedSeries | None = None

    def component(self, name: str) -> SimulatedComponent:
        """What one component did.

        Raises:
            KeyError: it is not present.
        """
        for line in self.components:
            if line.name == name:
                return line
        raise KeyError(name)

    def latency(self, subject: str = "") -> SimulatedLatency:
        """Response times of one class, or ("") of the contract's classes together.

        Raises:
            KeyError: no request of it got an answer.
        """
        for line in self.latencies:
            if line.subject == subject:
                return line
        raise KeyError(subject)

    def percentile(self, level: float, subject: str = "") -> Estimate:
        """One percentile of the response time.

        Raises:
            KeyError: it was not asked for.
        """
        for line in self.latency(subject).percentiles:
            if line.level == level:
                return line.seconds
        raise KeyError(level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One number, calculated and simulated.

    Attributes:
        quantity: "utilisation", "wait", "mean", "p95", "lost, dropped", "availability", "lag", "longest line" or
            "line at the end".
        subject: component or class; "" for the classes in the contract together.
        unit: "s", "messages" or "" (a fraction).
        difference_percent: calculated over simulated, less 1; None where nothing was simulated.
        inside: whether the calculated number lies in the confidence interval; None where there is no interval.
    """

    quantity: str
    subject: str
    unit: str
    calculated: float
    simulated: Estimate
    difference_percent: float | None
    inside: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationAnswer:
    """The answer of `simulate`: calculated against simulated.

    Attributes:
        title, source: of the file.
        kind: "hour" (a model at one hour of its curve), "curve" (along it), "network".
        stable: whether everything that is waited for has a steady state.
        overloaded: by the calculation, who has none; names.
        comparisons: every number that both have.
        evidence: how far the calculated numbers can be trusted; `statements` the keys of the evidence registry.
        simulated: all that the simulation saw.
    """

    title: str
    source: str
    kind: Literal["hour", "curve", "network"]
    stable: bool
    overloaded: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...]
    evidence: Evidence
    statements: tuple[str, ...]
    simulated: SimulationResult

    @property
    def judged(self) -> int:
        """How many of the numbers have a confidence interval."""
        return sum(line.inside is not None for line in self.comparisons)

    @property
    def inside(self) -> int:
        """How many lie inside theirs."""
        return sum(line.inside is True for line in self.comparisons)
