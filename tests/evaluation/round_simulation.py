"""Users who think, ask and wait, request by request: an event loop of its own that shares no formula with the library.

One request visits the stations of its list one after the other (a station with several visits on average makes the
whole number of them and one more by chance); each station has one line in order of arrival.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Stop", "simulate_round"]


@dataclass(frozen=True)
class Stop:
    """A station: `draw(rng, n)` makes n service times; `times` visits of a request on average."""

    servers: int
    draw: Callable[[np.random.Generator, int], npt.NDArray[np.float64]]
    times: float = 1.0


def simulate_round(
    stops: Sequence[Stop], users: int, think_s: float, requests: int, seed: int
) -> tuple[float, npt.NDArray[np.float64]]:
    """(requests per second, response times) after a tenth for warming up."""
    rng = np.random.default_rng(seed)
    draws = [_stock(rng, stop) for stop in stops]
    free = [stop.servers for stop in stops]
    lines: list[deque[int]] = [deque() for _ in stops]
    most = max(free)
    events: list[tuple[float, int, int]] = []  # (time, user, station; -1: has thought)
    todo: list[list[int]] = [[] for _ in range(users)]
    begun = np.zeros(users)
    for user, pause in enumerate(rng.exponential(think_s, users).tolist()):
        heapq.heappush(events, (pause, user, -1))
    ended: list[tuple[float, float]] = []
    pauses = iter(rng.exponential(think_s, requests + users + most).tolist())
    chance = iter(rng.random((requests + users + most) * len(stops)).tolist())

    def arrive(now: float, user: int) -> None:
        if not todo[user]:
            ended.append((now, now - begun[user]))
            heapq.heappush(events, (now + next(pauses), user, -1))
            return
        station = todo[user].pop()
        if free[station]:
            free[station] -= 1
            heapq.heappush(events, (now + next(draws[station]), user, station))
        else:
            lines[station].append(user)

    while len(ended) < requests:
        now, user, station = heapq.heappop(events)
        if station < 0:
            begun[user] = now
            plan: list[int] = []
            for k, stop in enumerate(stops):
                whole = int(stop.times)
                plan += [k] * (whole + (next(chance) < stop.times - whole))
            todo[user] = plan[::-1]
        elif lines[station]:
            heapq.heappush(events, (now + next(draws[station]), lines[station].popleft(), station))
        else:
            free[station] += 1
        arrive(now, user)
    kept = np.array(ended[requests // 10 :])
    return (len(kept) - 1) / float(kept[-1, 0] - kept[0, 0]), kept[:, 1]


def _stock(rng: np.random.Generator, stop: Stop) -> Iterator[float]:
    while True:
        yield from stop.draw(rng, 10_000).tolist()
