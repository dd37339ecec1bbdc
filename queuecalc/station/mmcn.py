"""M/M/c//N: a limited number of sources in front of one line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, positive_integer
from queuecalc.station.base import Queue
from queuecalc.station.finite_source import FiniteSource, FiniteSourceSojourn, FiniteSourceWait

__all__ = ["MMcN"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MMcN(Queue):
    """M/M/c//N (machine repair, finite population): N sources, each asking at a rate while it is idle. Exact.

    Who asks waits for one of c servers and is idle again after its service: terminals and a computer, machines and
    repairmen. An arrival sees the station as N - 1 sources leave it (arrival theorem); `delay_probability` and the laws
    are those of arrivals. The offered load is that of sources that never wait, N alpha / (1 + alpha) with
    alpha = request_rate / service_rate.

    Attributes:
        sources: N >= 1, whole.
        request_rate: nu >= 0 of one idle source, in 1/s; its inverse is the mean think time.
        service_rate: mu > 0 of one server, in 1/s.
        servers: c >= 1, whole.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Palm 1947; Kleinrock 1975, section 3.8; what arrivals see: Lavenberg & Reiser 1980, Sevcik &
    Mitrani 1981.

    >>> round(MMcN(sources=2, request_rate=1.0, service_rate=1.0, servers=1).utilisation, 6)  # states 1, 2, 2
    0.8
    """

    sources: Any
    request_rate: Real
    service_rate: Real
    servers: Any

    kendall: ClassVar[str] = "M/M/c//N"
    formula: ClassVar[str] = "throughput = N / (1 / nu + E[W] + 1 / mu)"
    statement: ClassVar[Statement] = STATEMENTS["finite-sources"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", positive_integer("MMcN", "sources", self.sources))
        object.__setattr__(self, "request_rate", nonnegative("MMcN", "request_rate", self.request_rate))
        object.__setattr__(self, "service_rate", positive("MMcN", "service_rate", self.service_rate))
        object.__setattr__(self, "servers", positive_integer("MMcN", "servers", self.servers))
        broadcast(
            "MMcN",
            sources=self.sources,
            request_rate=self.request_rate,
            service_rate=self.service_rate,
            servers=self.servers,
        )

    @cached_property
    def _state(self) -> FiniteSource:
        return FiniteSource.of(self.sources, self.request_rate, self.service_rate, self.servers)

    def faster(self, factor: Any) -> MMcN:
        """With the request rate times a factor."""
        return replace(self, request_rate=np.asarray(self.request_rate) * factor)

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.shape(self._state.servers)

    @property
    def _steady(self) -> Any:
        return True

    @property
    def _offered(self) -> Any:
        state = self._state
        return state.sources * state.demand / (1.0 + state.demand)

    @property
    def _rho(self) -> Any:
        return self._through / (self._state.servers * self._state.service_rate)

    @property
    def _through(self) -> Any:
        """N / (1 / nu + E[T]), as nu N / (1 + nu E[T])."""
        state, rate = self._state, np.asarray(self.request_rate)
        return rate * state.sources / (1.0 + rate * (state.mean_wait + 1.0 / state.service_rate))

    @property
    def _delay(self) -> Any:
        return self._state.delayed

    @property
    def _mean_wait(self) -> Any:
        return self._state.mean_wait

    @property
    def _mean_service(self) -> Any:
        return 1.0 / self._state.service_rate

    @property
    def wait(self) -> FiniteSourceWait:
        """The wait of arrivals."""
        return FiniteSourceWait(self.sources, self.request_rate, self.service_rate, self.servers)

    @property
    def sojourn(self) -> FiniteSourceSojourn:
        """The sojourn of arrivals."""
        return FiniteSourceSojourn(self.wait)
