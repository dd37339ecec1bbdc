"""A station whose arrival rate is not yet known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Law
from queuecalc.law.exponential import Exponential
from queuecalc.law.parameter import Real, broadcast, positive, positive_integer, released
from queuecalc.station.argument import capacity_for, server_count, service_law
from queuecalc.station.base import Queue
from queuecalc.station.mg1 import MG1
from queuecalc.station.mgc import MGc
from queuecalc.station.mgck import MGcK
from queuecalc.station.mginf import MGInf
from queuecalc.station.mmc import MMc
from queuecalc.station.mmck import MMcK
from queuecalc.station.mminf import MMInf
from queuecalc.station.record import Record

__all__ = ["Station"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Station(Record):
    """Servers and their service; `at` adds the arrival rate and picks the Kendall type.

    Attributes:
        servers: c >= 1, whole; math.inf or "unlimited" for a server for everyone.
        service_rate: mu > 0 of one server, in 1/s, for exponential service.
        service: law of the service time, in seconds; instead of `service_rate`.
        capacity: K >= c customers at most; None for no bound.

    Raises:
        InvalidInput: an argument outside its domain, both or none of service_rate and service, a capacity with
            unlimited servers, or shapes that do not broadcast.

    >>> Station(servers=4, service_rate=20.0).at(arrival_rate=60.0)
    MMc(arrival_rate=60.0, service_rate=20.0, servers=4)
    """

    servers: Any = 1
    service_rate: Real | None = None
    service: Law | None = None
    capacity: Any = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "servers", server_count("Station", self.servers))
        if (self.service_rate is None) == (self.service is None):
            given = "both" if self.service is not None else "none"
            raise InvalidInput(f"Station: {given} of service_rate and service given; expected exactly one")
        if self.service_rate is not None:
            rate = positive("Station", "service_rate", self.service_rate)
            object.__setattr__(self, "service_rate", rate)
        else:
            object.__setattr__(self, "service", service_law("Station", self.service))
        if np.any(np.isinf(self.servers)) and not self.unlimited:
            shown = np.asarray(self.servers).tolist()
            raise InvalidInput(f"Station: servers = {shown!r}; expected all finite or all unlimited")
        if self.capacity is not None:
            if self.unlimited:
                raise InvalidInput(
                    f"Station: capacity = {np.asarray(self.capacity).tolist()!r} with unlimited servers; expected none"
                )
            object.__setattr__(self, "capacity", positive_integer("Station", "capacity", self.capacity))
            broadcast("Station", servers=self.servers, capacity=self.capacity)
            capacity_for("Station", self.servers, self.capacity)

    @property
    def unlimited(self) -> bool:
        """Whether there is a server for everyone."""
        return bool(np.all(np.isinf(self.servers)))

    def at(self, *, arrival_rate: npt.ArrayLike) -> Queue:
        """The station at an arrival rate >= 0, in 1/s: M/M/c, M/G/1, M/G/c, with a bound, or with unlimited servers.

        Raises:
            InvalidInput: a rate outside its domain, or one that does not broadcast against the station.
        """
        if self.service is not None and not isinstance(self.service, Exponential):
            return self._general(arrival_rate, self.service)
        rate = self.service_rate if self.service is None else released(1.0 / np.asarray(self.service.mean))
        if self.unlimited:
            return MMInf(arrival_rate=arrival_rate, service_rate=rate)
        if self.capacity is None:
            return MMc(arrival_rate=arrival_rate, service_rate=rate, servers=self.servers)
        return MMcK(
            arrival_rate=arrival_rate, service_rate=rate, servers=self.servers, capacity=self.capacity
        )

    def _general(self, arrival_rate: npt.ArrayLike, service: Law) -> Queue:
        if self.unlimited:
            return MGInf(arrival_rate=arrival_rate, service=service)
        if self.capacity is not None:
            return MGcK(
                arrival_rate=arrival_rate, service=service, servers=self.servers, capacity=self.capacity
            )
        if np.ndim(self.servers) == 0 and self.servers == 1:
            return MG1(arrival_rate=arrival_rate, service=service)
        return MGc(arrival_rate=arrival_rate, service=service, servers=self.servers)
