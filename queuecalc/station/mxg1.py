"""M^X/G/1: customers come in batches, any service law, one server."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from queuecalc.evidence import STATEMENTS, Statement
from queuecalc.law.base import Law
from queuecalc.law.batch_sum import BatchSum
from queuecalc.law.exponential import Exponential
from queuecalc.law.parameter import Real, broadcast, nonnegative, positive, released
from queuecalc.station.argument import service_law
from queuecalc.station.batch import Batch, batch_of
from queuecalc.station.composed import Composed
from queuecalc.station.waiting import Waiting

__all__ = ["MXG1", "MXM1", "BatchQueue"]


class BatchQueue(Composed):
    """What M^X/G/1 and M^X/M/1 share: a batch is one customer of an M/G/1 queue, whose service is the batch's.

    A customer waits for the first of its batch to start, and for those of its batch ahead of it (Burke 1975: n are
    ahead with probability P(X > n) / E[X]).
    """

    batch_rate: Real
    batch: Batch

    @property
    @abstractmethod
    def _service(self) -> Law: ...

    @cached_property
    def _waiting(self) -> Waiting:
        return Waiting(self.batch_rate, BatchSum(self._service, self.batch.sizes), 1)

    @property
    def arrival_rate(self) -> Real:
        """Customers per second: batch rate times mean size."""
        return self._real(np.asarray(self.batch_rate) * self.batch.mean)

    def faster(self, factor: npt.ArrayLike) -> BatchQueue:
        """The station with batches so many times as fast, factor >= 0, elementwise."""
        return replace(self, batch_rate=np.asarray(self.batch_rate) * np.asarray(factor))  # type: ignore[type-var]

    @property
    def _rate(self) -> Any:
        return np.asarray(self.batch_rate) * self.batch.mean

    @property
    def _offered(self) -> Any:
        return self._waiting.load.offered

    @cached_property
    def _added(self) -> Law | None:
        return None if self.batch.mean == 1.0 else BatchSum(self._service, self.batch.ahead)

    @cached_property
    def _stay(self) -> Law:
        return BatchSum(self._service, (0.0, *self.batch.ahead))

    @property
    def _mean_service(self) -> Any:
        return np.asarray(self._service.mean)

    @property
    def first_wait(self) -> Law:
        """The law of the wait of the first customer of a batch."""
        return self._queue_wait


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MXG1(BatchQueue):
    """M^X/G/1: batches come as a Poisson stream, any service law, one server. Exact.

    A random customer: W = W_1 + S_1 + ... + S_A with W_1 the wait of a batch in M/G/1 and A those ahead in the batch;
    E[W] = rho E[X_S] / (1 - rho) + E[S] E[X (X - 1)] / (2 E[X]) with X_S the excess of the batch's service.
    `first_wait` is the law of W_1.

    Attributes:
        batch_rate: batches per second, >= 0.
        service: law of the service time of one customer, in seconds.
        batch: law of the size: a `Batch`, a whole number, or the probabilities of 1, 2, ...

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Burke 1975, "Delays in single-server queues with batch input", Oper. Res. 23; Chaudhry & Templeton 1983,
    section 3.3.

    >>> from queuecalc.law import Deterministic
    >>> MXG1(batch_rate=0.25, service=Deterministic(mean=1.0), batch=2).mean_wait
    1.5
    """

    batch_rate: Real
    service: Law
    batch: Any

    kendall: ClassVar[str] = "M^X/G/1"
    formula: ClassVar[str] = (
        "W = W_1 + S_1 + ... + S_A, P(A = n) = P(X > n) / E[X], W_1 of M/G/1 with whole batches"
    )
    statement: ClassVar[Statement] = STATEMENTS["batch-arrivals"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "batch_rate", nonnegative("MXG1", "batch_rate", self.batch_rate))
        object.__setattr__(self, "service", service_law("MXG1", self.service))
        object.__setattr__(self, "batch", batch_of("MXG1", self.batch))
        broadcast("MXG1", batch_rate=self.batch_rate, service=np.empty(self.service.shape))

    @property
    def _service(self) -> Law:
        return self.service


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class MXM1(BatchQueue):
    """M^X/M/1: batches come as a Poisson stream, exponential service, one server. Exact.

    E[W] = (E[X^2] / E[X] - 1 + 2 rho) / (2 mu (1 - rho)); the laws are those of M^X/G/1.

    Attributes:
        batch_rate: batches per second, >= 0.
        service_rate: mu > 0, in customers/s.
        batch: law of the size: a `Batch`, a whole number, or the probabilities of 1, 2, ...

    Raises:
        InvalidInput: an argument outside its domain, or shapes that do not broadcast.

    Source: Chaudhry & Templeton 1983, section 3.1; Burke 1975.

    >>> MXM1(batch_rate=0.25, service_rate=1.0, batch=2).mean_wait
    2.0
    """

    batch_rate: Real
    service_rate: Real
    batch: Any

    kendall: ClassVar[str] = "M^X/M/1"
    formula: ClassVar[str] = "E[W] = (E[X^2] / E[X] - 1 + 2 rho) / (2 mu (1 - rho))"
    statement: ClassVar[Statement] = STATEMENTS["batch-arrivals"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "batch_rate", nonnegative("MXM1", "batch_rate", self.batch_rate))
        object.__setattr__(self, "service_rate", positive("MXM1", "service_rate", self.service_rate))
        object.__setattr__(self, "batch", batch_of("MXM1", self.batch))
        broadcast("MXM1", batch_rate=self.batch_rate, service_rate=self.service_rate)

    @cached_property
    def _service(self) -> Law:
        return Exponential(mean=released(1.0 / np.asarray(self.service_rate)))
