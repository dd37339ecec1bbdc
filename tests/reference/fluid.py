"""One line in the fluid limit: work comes in, a capacity takes it away, what is left waits in order of arrival."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

from scipy.optimize import brentq, minimize_scalar

from tests.reference.pieces import Signal, fit, merged, roots_between
from tests.reference.plan import Node

__all__ = ["Line", "Spell"]

FOREVER = 1e13  # seconds


@dataclass(frozen=True)
class Spell:
    """From start to end the line is busy all the time, or idle all the time."""

    start: float
    end: float
    busy: bool
    level: Any = None  # backlog as a polynomial of time
    rising: bool = False  # more comes in than goes out

    def backlog(self, t: float) -> float:
        return max(0.0, float(self.level(t))) if self.busy else 0.0


class Line:
    """A first-come first-served fluid line.

    Args:
        flows: messages/s of every node that joins the line.
        work: server-seconds of one message of each node.
        capacity: servers at work for this line, a function of time.
        initial: messages that wait at the first break, mixed as what comes in then.
        end: the last knot of the load curve.
        mix: what comes to the whole component, where it has more lines than this one.
    """

    def __init__(
        self,
        flows: dict[Node, Signal],
        work: dict[Node, float],
        capacity: Signal,
        initial: float,
        end: float,
        mix: dict[Node, Signal] | None = None,
    ) -> None:
        self.flows, self.work, self.capacity, self.end = flows, work, capacity, end
        self.breaks = merged(*(signal.breaks for signal in flows.values()), capacity.breaks)
        self.start = self.breaks[0]
        self.inflow = fit(lambda t: {"": self._inflow(t)}, self.breaks)[""]
        just_after = self.start + 1e-9 * (self.breaks[1] - self.start)
        self.first_mix = {node: signal.at(just_after) for node, signal in (mix or flows).items()}
        messages = sum(self.first_mix.values())
        first_work = sum(rate * work[node] for node, rate in self.first_mix.items())
        mean = first_work / messages if messages > 0 else 0.0
        self.initial = initial * mean
        self.spells = self._spells()

    def _inflow(self, t: float) -> float:
        return sum(signal.at(t) * self.work[node] for node, signal in self.flows.items())

    # -- backlog

    def _spells(self) -> list[Spell]:
        net = fit(lambda t: {"": self.inflow.at(t) - self.capacity.at(t)}, self.breaks)[""]
        spells: list[Spell] = []
        backlog = self.initial
        for piece in net.pieces:
            turns = [] if math.isinf(piece.end) else roots_between(piece.polynomial, piece.start, piece.end)
            corners = [piece.start, *turns, piece.end]
            for p, q in itertools.pairwise(corners):
                inside = p + 1.0 if math.isinf(q) else 0.5 * (p + q)
                rate = piece.at(inside)
                if backlog == 0.0 and rate <= 0.0:
                    spells.append(Spell(p, q, busy=False))
                    continue
                antiderivative = piece.polynomial.integ()
                level = antiderivative - float(antiderivative(p)) + backlog
                if math.isinf(q):
                    empty = p + backlog / -rate if rate < 0.0 else math.inf
                elif rate > 0.0 or float(level(q)) > 0.0:
                    empty = math.inf
                else:
                    empty = float(brentq(level, p, q, xtol=1e-12, rtol=1e-15))
                until = min(empty, q)
                spells.append(Spell(p, until, busy=True, level=level, rising=rate > 0.0))
                if empty < q:
                    spells.append(Spell(empty, q, busy=False))
                backlog = 0.0 if empty <= q else (math.inf if math.isinf(q) else max(0.0, float(level(q))))
        return [spell for spell in spells if spell.end > spell.start]

    def spell(self, t: float) -> Spell:
        found = self.spells[0]
        for spell in self.spells:
            if spell.start <= t:
                found = spell
        return found

    def backlog(self, t: float) -> float:
        """Server-seconds that wait."""
        for spell in self.spells:
            if spell.start <= t <= spell.end and spell.busy:
                return spell.backlog(t)
        return 0.0

    def come(self, t: float) -> float:
        """Server-seconds that have come until t, those from before the beginning included."""
        return self.initial + self.inflow.integral(t)

    def served(self, t: float) -> float:
        return self.come(t) - self.backlog(t)

    # -- lag

    def lag(self, t: float) -> float:
        """How long the newest message will wait: the time that the capacity needs for the backlog."""
        backlog = self.backlog(t)
        if backlog <= 0.0:
            return 0.0
        done = self.capacity.integral(t)

        def missing(wait: float) -> float:
            return self.capacity.integral(t + wait) - done - backlog

        longest = 1.0
        while missing(longest) < 0.0:
            longest *= 2.0
            if longest > FOREVER:
                return math.inf
        return float(brentq(missing, 0.0, longest, xtol=1e-12, rtol=1e-14))

    def longest_lag(self) -> tuple[float, float]:
        """The longest fluid lag until the end of the curve, and when."""
        best, when = 0.0, self.start
        steady = all(abs(p.at(p.start) - self.capacity.at(self.start)) < 1e-12 for p in self.capacity.pieces)
        for spell in self.spells:
            last = min(spell.end, self.end)
            if not spell.busy or spell.start > self.end:
                continue
            times = [spell.start, last]
            if not (steady and self.capacity.pieces[0].polynomial.degree() == 0):
                times += [spell.start + k * (last - spell.start) / 60 for k in range(1, 60)]
                top = max(times, key=self.lag)
                step = (last - spell.start) / 60
                bounds = (max(spell.start, top - step), min(last, top + step))
                found = minimize_scalar(
                    lambda t: -self.lag(t), bounds=bounds, method="bounded", options={"xatol": 1e-7}
                )
                times.append(float(found.x))
            for t in times:
                if self.lag(t) > best:
                    best, when = self.lag(t), t
        return best, when

    # -- what flows on

    def _arrival(self, t: float) -> float | None:
        """When the work that is served at t came in; None for what was there at the beginning."""
        served = self.served(t)
        if served <= self.initial:
            return None
        return float(brentq(lambda a: self.come(a) - served, self.start, t, xtol=1e-9, rtol=1e-15))

    def departures(self, t: float) -> dict[Node, float]:
        """Messages/s that leave, by node; t inside a piece."""
        if not self.spell(t).busy:
            return {node: signal.at(t) for node, signal in self.flows.items()}
        came = self._arrival(t)
        mix = self.first_mix if came is None else {n: signal.at(came) for n, signal in self.flows.items()}
        work = sum(mix[node] * self.work[node] for node in mix)
        if work <= 0.0:
            return dict.fromkeys(mix, 0.0)
        return {node: self.capacity.at(t) * rate / work for node, rate in mix.items()}

    def departure_breaks(self) -> list[float]:
        """Where what flows on may bend or jump."""
        times = list(self.breaks)
        for spell in self.spells:
            times += [spell.start] + ([] if math.isinf(spell.end) else [spell.end])
        marks = [self.initial, *(self.come(t) for t in self.breaks)]
        for mark, since in zip(marks, [self.start, *self.breaks], strict=True):
            when = self._served_up_to(mark, since)
            if when is not None:
                times.append(when)
        return merged(times)

    def _served_up_to(self, work: float, since: float) -> float | None:
        """When so much work has been served."""
        if self.served(since) >= work:
            return None
        late = since + 1.0
        while self.served(late) < work:
            late = since + 2.0 * (late - since)
            if late > FOREVER:
                return None
        return float(brentq(lambda t: self.served(t) - work, since, late, xtol=1e-9, rtol=1e-15))

    def messages(self, t: float) -> float:
        """Messages that wait at t."""
        if self.backlog(t) <= 0.0:
            return 0.0
        came = self._arrival(t)
        total = sum(signal.integral(t) for signal in self.flows.values())
        if came is not None:
            return total - sum(signal.integral(came) for signal in self.flows.values())
        mean = sum(self.first_mix[n] * self.work[n] for n in self.first_mix) / sum(self.first_mix.values())
        return total + (self.initial - self.served(t)) / mean

    # -- overload and drain

    def overload(self) -> tuple[float, float] | None:
        """First and last instant of overload (the last one may be infinite)."""
        rising = [spell for spell in self.spells if spell.rising]
        return (rising[0].start, rising[-1].end) if rising else None

    def drain(self) -> float:
        """From the last instant of overload (or the beginning, if there is none) to an empty line."""
        overload = self.overload()
        since = self.start if overload is None else overload[1]
        if math.isinf(since):
            return math.inf
        for spell in self.spells:
            if spell.start >= since - 1e-9 * max(1.0, since) and not spell.busy:
                return max(0.0, spell.start - since)
        return math.inf
