"""M/M/c/c//N: a limited number of sources, and no place to wait."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, positive_integer
from queuecalc.station.engset_ratio import engset_loss
from queuecalc.station.lossy import Lossy

__all__ = ["Engset"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Engset(Lossy):
    """M/M/c/c//N (Engset): N sources, each asking at a rate while it is idle, c servers, no place to wait. Exact.

    A source that is turned away is idle again. An arrival sees the station as N - 1 sources leave it, so the share of
    requests turned away is less than the share of time in which all servers are busy. Both hold for every law of
    service and of idle times with these means. The offered load is that of sources that always find a server,
    N alpha / (1 + alpha) with alpha = request_rate / service_rate.

    Attributes:
        sources: N >= 1, whole.
        request_rate: nu >= 0 of one idle source, in 1/s.
        service_rate: mu > 0 of one server, in 1/s.
        servers: c >= 1, whole.

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Engset 1918; Kleinrock 1975, section 3.10.

    >>> round(Engset(sources=3, request_rate=1.0, service_rate=1.0, servers=2).blocking_probability, 6)
    0.25
    """

    sources: Any
    request_rate: Real
    service_rate: Real
    servers: Any

    kendall: ClassVar[str] = "M/M/c/c//N"
    formula: ClassVar[str] = "P(blocked) = C(N-1, c) alpha^c / sum_{n <= c} C(N-1, n) alpha^n"
    statement: ClassVar[Statement] = STATEMENTS["engset"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", positive_integer("Engset", "sources", self.sources))
        object.__setattr__(self, "request_rate", nonnegative("Engset", "request_rate", self.request_rate))
        object.__setattr__(self, "service_rate", positive("Engset", "service_rate", self.service_rate))
        object.__setattr__(self, "servers", positive_integer("Engset", "servers", self.servers))
        broadcast(
            "Engset",
            sources=self.sources,
            request_rate=self.request_rate,
            service_rate=self.service_rate,
            servers=self.servers,
        )

    @cached_property
    def _arrays(self) -> tuple[Any, Any, Any]:
        """(N, alpha, c)."""
        alpha = np.asarray(self.request_rate) / np.asarray(self.service_rate)
        arrays = (np.asarray(x, dtype=np.float64) for x in (self.sources, alpha, self.servers))
        n, alpha, c = np.broadcast_arrays(*arrays)
        return n, alpha, c

    def faster(self, factor: Any) -> Engset:
        """With the request rate times a factor."""
        return replace(self, request_rate=np.asarray(self.request_rate) * factor)

    @property
    def shape(self) -> tuple[int, ...]:
        """The batch shape."""
        return np.shape(self._arrays[0])

    @cached_property
    def _blocked(self) -> Any:
        n, alpha, c = self._arrays
        return engset_loss(c, n - 1.0, alpha)

    @property
    def time_congestion(self) -> Real:
        """Share of time in which all servers are busy."""
        n, alpha, c = self._arrays
        return self._real(engset_loss(c, n, alpha))

    @property
    def _offered(self) -> Any:
        n, alpha, _ = self._arrays
        return n * alpha / (1.0 + alpha)

    @property
    def _through(self) -> Any:
        """mu times the busy servers, n alpha (1 - B) / (1 + alpha (1 - B)): who asks and is let in is served."""
        n, alpha, _ = self._arrays
        let_in = alpha * (1.0 - self._blocked)
        return n * let_in / (1.0 + let_in) * np.asarray(self.service_rate)
