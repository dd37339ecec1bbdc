"""Queues of components whose servers are held, and of those that their visits call; see `occupancy.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from queuecalc.evaluation.flows import FloatArray
from queuecalc.evaluation.queues import Queue
from queuecalc.network.closed.held_line import HeldLine

if TYPE_CHECKING:
    from queuecalc.evaluation.occupancy import HeldQueues

__all__ = ["HoldingQueue", "SourcedQueue", "StackedQueue"]


@dataclass(frozen=True, eq=False)
class _Wait:
    """What is asked of the wait at a queue."""

    delay_probability: Any
    mean: Any
    lst: Callable[[Any], Any]
    exponential_moment: Callable[[Any], Any]
    servers: Any


class SourcedQueue(Queue):
    """A queue that held visits come to; stable as if they were not limited."""

    held: HeldQueues
    callee: str

    @classmethod
    def of(cls, queue: Queue, held: HeldQueues, callee: str) -> SourcedQueue:
        """The same queue with the waits that held visits find there."""
        made = cls(queue.figures, queue.service, queue.rate, queue.live, queue.arrivals)
        object.__setattr__(made, "held", held)
        object.__setattr__(made, "callee", callee)
        return made

    @cached_property
    def waiting(self) -> Any:
        """The wait, mixed over the numbers held."""
        open_queue = Queue(self.figures, self.service, self.rate, self.live, self.arrivals).waiting
        assert open_queue is not None
        return _Wait(
            open_queue.delay_probability,
            self.mean_wait,
            self.lst,
            lambda theta: self.held.moment_at(self.callee, theta),
            self.figures.servers,
        )

    @cached_property
    def mean_wait(self) -> FloatArray:
        """E[W]; inf where there is no steady state."""
        shape = np.broadcast_shapes(np.shape(self.stable), self.rate.shape)
        mean = np.broadcast_to(self.held.mean_at(self.callee), shape)
        return np.where(self.stable, mean, np.inf)

    def lst(self, s: Any) -> Any:
        """E exp(-s W); 0 where there is no steady state."""
        return np.where(self.stable, self.held.lst_at(self.callee, s), 0.0)


class HoldingQueue(Queue):
    """The queue of a component whose servers are held, at one number of units alive.

    Its transform is E exp(-s W) with what the callees make of a visit that came so (see the module), of mean E[W].
    """

    held: HeldQueues
    name: str
    line: HeldLine
    steady_below: Any

    @classmethod
    def of(cls, queue: Queue, held: HeldQueues, name: str, line: HeldLine, steady_below: Any) -> HoldingQueue:
        """The same queue behind a line."""
        made = cls(queue.figures, queue.service, queue.rate, queue.live, queue.arrivals)
        for key, value in (("held", held), ("name", name), ("line", line), ("steady_below", steady_below)):
            object.__setattr__(made, key, value)
        return made

    @cached_property
    def utilisation(self) -> FloatArray:
        """Held servers / servers alive; inf where a station that they wait for has no steady state."""
        shape = self.rate.shape
        found = np.where(self.rate > 0.0, np.broadcast_to(self.line.utilisation, shape), 0.0)
        return np.where(self.steady_below | (self.rate <= 0.0), found, np.inf)

    @cached_property
    def stable(self) -> Any:
        """Whether fewer come than all servers together end, and all that they wait for has a steady state."""
        return np.broadcast_to(self.line.stable & (self.steady_below | (self.rate <= 0.0)), self.rate.shape)

    @cached_property
    def blocked(self) -> FloatArray:
        """Probability that an arrival finds no waiting place."""
        return np.broadcast_to(self.line.blocked, self.rate.shape)

    @cached_property
    def waiting(self) -> Any:
        """The wait in line."""
        line = self.line
        return _Wait(line.delay_probability, self.mean_wait, self.lst, line.exponential_moment, line.servers)

    @cached_property
    def mean_wait(self) -> FloatArray:
        """E[W] in line; inf where there is no steady state."""
        return np.where(self.stable, np.broadcast_to(self.line.mean, self.rate.shape), np.inf)

    def lst(self, s: Any) -> Any:
        """E exp(-s W), times what the callees make of the visit over what they make of all."""
        line, lift = self.line, (slice(None), *(None,) * (np.ndim(s) - 1))
        follows = self.held.follows(self.name, line, s)
        at_once = (line.shares[lift] * follows).sum(axis=0)
        return np.where(self.stable, at_once + line.delay_probability * line.delayed(s) * follows[-1], 0.0)


class StackedQueue(Queue):
    """The queue of a component whose servers are held, for several numbers of units alive, on the last axis but one."""

    parts: tuple[HoldingQueue, ...]

    @classmethod
    def of(cls, queue: Queue, parts: Iterable[HoldingQueue]) -> StackedQueue:
        """Several queues as one."""
        made = cls(queue.figures, queue.service, queue.rate, queue.live, queue.arrivals)
        object.__setattr__(made, "parts", tuple(parts))
        return made

    def _stacked(self, figure: Callable[[Any], Any]) -> Any:
        return np.stack([np.broadcast_to(figure(part), self.rate.shape) for part in self.parts])

    @cached_property
    def utilisation(self) -> FloatArray:
        """Held servers / servers alive."""
        return np.asarray(self._stacked(lambda part: part.utilisation))

    @cached_property
    def stable(self) -> Any:
        """Whether there is a steady state."""
        return self._stacked(lambda part: part.stable)

    @cached_property
    def blocked(self) -> FloatArray:
        """Probability that an arrival finds no waiting place."""
        return np.asarray(self._stacked(lambda part: part.blocked))

    @cached_property
    def mean_wait(self) -> FloatArray:
        """E[W]."""
        return np.asarray(self._stacked(lambda part: part.mean_wait))

    @cached_property
    def waiting(self) -> Any:
        """The waits in line."""
        waits: list[Any] = [part.waiting for part in self.parts]
        return _Wait(
            self._stacked(lambda part: part.line.delay_probability),
            self.mean_wait,
            self.lst,
            lambda theta: self._each(theta, [wait.exponential_moment for wait in waits]),
            np.array([[wait.servers] for wait in waits]),
        )

    def lst(self, s: Any) -> Any:
        """E exp(-s W), s with one place or the batch's along the last axis but one."""
        return self._each(s, [part.lst for part in self.parts])

    def _each(self, s: Any, functions: list[Callable[[Any], Any]]) -> Any:
        values = [each(s[..., 0, :]) for each in functions]
        return np.stack(np.broadcast_arrays(*values), axis=-2)
