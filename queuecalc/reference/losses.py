"""What is lost along the curve in one failure state: every piece of time by itself, halved where it bends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from queuecalc.reference.plan import Node, Plan
from queuecalc.reference.response import late, late_at_most, served, waits
from queuecalc.reference.station import offered_work
from queuecalc.reference.traffic import at, flows, of_component, users_rates
from queuecalc.reference.way import State

__all__ = ["Losses", "offered_requests"]

_RARE = 1e-13
"""Late answers of this share of all requests and states are not looked at."""

_ORDERS, _ORDERS_OF_FEW = (1, 2), (3, 5)
_FEW = 256
"""For so few pieces higher orders are worth their points."""

_GROUPS = 64
_DEEPEST = 30
_AT_ONCE = 20_000


def offered_requests(plan: Plan) -> dict[str, float]:
    """Requests of every class in the contract over the curve."""
    slots = plan.curve.slots
    seconds = slots.length_h * 3600.0
    rates = users_rates(plan, 0.5 * (slots.left + slots.right))
    return {
        node.request_class: float(np.dot(rate, seconds))
        for node, rate in rates.items()
        if plan.model.classes[node.request_class].in_contract
    }


class Losses:
    """Requests lost in failure states; stations see the flow that they would see with nothing lost upstream.

    Args:
        plan: who calls whom.
        knots: of pieces in which the load and what is behind asynchronous components are linear [s].
        load: the curve at both ends of each piece, shape (2, pieces).
        behind: flows behind asynchronous components, likewise; the same in all failure states.
        timeout_s: later answers are lost; None: they count as served.
        tolerance: on the lost share of all requests.
    """

    def __init__(
        self,
        plan: Plan,
        knots: Any,
        load: Any,
        behind: Mapping[Node, Any],
        timeout_s: float | None,
        tolerance: float = 1e-10,
    ) -> None:
        self.plan, self.knots, self.load, self.behind = plan, knots, load, behind
        self.timeout_s, self.tolerance = timeout_s, tolerance
        self.offered = offered_requests(plan)
        self.total = sum(self.offered.values())
        self.classes = [name for name in self.offered if self.offered[name] > 0.0]

    def _flows(self, piece: Any, share: Any, live: Mapping[str, int]) -> dict[Node, Any]:
        unchanged = {node: at(rate, piece, share) for node, rate in self.behind.items()}
        return flows(self.plan, at(self.load, piece, share), live, {}, unchanged=unchanged)

    def in_state(self, live: Mapping[str, int], probability: float) -> dict[str, float]:
        """Requests of each class that are lost over the curve when this state lasts all the time."""

        def rate(piece: Any, share: Any) -> Any:
            return self._rates(piece, share, live, probability)

        piece, low, high = self._pieces(live)
        tolerance = self.tolerance * self.total / max(probability, 1e-12)
        lost = _integral(rate, np.diff(self.knots), piece, low, high, tolerance)
        return dict(zip(self.classes, lost.tolist(), strict=True)) if self.classes else {}

    def _rates(self, piece: Any, share: Any, live: Mapping[str, int], probability: float) -> Any:
        """Requests per second lost, shape (classes, instants)."""
        plan = self.plan
        state = State(plan, self._flows(piece, share, live), live)
        load = at(self.load, piece, share)
        offered = {node.request_class: rate for node, rate in users_rates(plan, load).items()}
        found = []
        for name in self.classes:
            answered = np.broadcast_to(np.asarray(served(state, name), dtype=np.float64), load.shape)
            lost = 1.0 - answered
            if self.timeout_s is not None and waits(plan, name):
                lost = lost + self._late(state, name, load, probability)
            found.append(lost * offered[name])
        return np.array(found)

    def _late(self, state: State, name: str, load: Any, probability: float) -> Any:
        """Share that comes late; nothing where an exponential bound says that it is nothing.

        The bound is taken at the largest flows of groups of instants with similar loads.
        """
        assert self.timeout_s is not None
        order = np.argsort(load, kind="stable")
        first = np.unique(np.linspace(0, load.size, min(load.size, _GROUPS), endpoint=False).astype(np.intp))
        most = {node: np.maximum.reduceat(rate[order], first) for node, rate in state.flows.items()}
        bound = late_at_most(State(self.plan, most, state.live), name, self.timeout_s)
        group = np.searchsorted(first, np.arange(load.size), side="right") - 1
        near = np.sort(order[bound[group] * probability > _RARE])
        found = np.zeros(load.size)
        if near.size:
            found[near] = late(state.at(near), name, self.timeout_s)
        return found

    def _pieces(self, live: Mapping[str, int]) -> tuple[Any, Any, Any]:
        """(piece, from, to): shares of the pieces, cut where a station reaches its capacity or a cap takes hold."""
        size = self.knots.size - 1
        everything = np.arange(size)
        excess = [self._excess(everything, np.full(size, end), live) for end in (0.0, 1.0)]
        cuts: list[Any] = [np.zeros(size), np.ones(size)]
        for left, right in zip(*excess, strict=True):
            with np.errstate(divide="ignore", invalid="ignore"):
                share = np.where(left * right < 0.0, left / (left - right), 0.0)
            cuts.append(share)
        edges = np.sort(np.array(cuts), axis=0)
        low, high = edges[:-1].ravel(), edges[1:].ravel()
        piece = np.tile(everything, edges.shape[0] - 1)
        long = high > low
        return piece[long], low[long], high[long]

    def _excess(self, piece: Any, share: Any, live: Mapping[str, int]) -> list[Any]:
        """What changes its sign where a station reaches its capacity, or a cap takes hold."""
        plan = self.plan
        dead = frozenset(name for name, units in live.items() if units == 0 and name in plan.present)
        rates = self._flows(piece, share, live)
        found = []
        for name in sorted(plan.present):
            figures, units = plan.figures[name], live[name]
            here = of_component(rates, name)
            if units == 0 or not here:
                continue
            if figures.servers is not None and figures.max_queue is None and name not in plan.crowds:
                found.append(offered_work(plan, here, dead) - figures.servers * units)
            if figures.max_rate_per_s is not None:
                found.append(sum(here.values(), 0.0) - units * figures.max_rate_per_s)
        return [np.zeros_like(share) + some for some in found]


def _integral(
    function: Callable[[Any, Any], Any],
    seconds: Any,
    piece: Any,
    low: Any,
    high: Any,
    tolerance: float,
) -> Any:
    """Integrals over parts of pieces by Gauss-Legendre of two orders; parts on which they differ are halved."""
    total: Any = 0.0
    whole = float(seconds.sum())
    orders = _ORDERS if low.size > _FEW else _ORDERS_OF_FEW
    rules = [np.polynomial.legendre.leggauss(order) for order in orders]
    for depth in range(_DEEPEST + 1):
        length = seconds[piece] * (high - low)
        values = [value * length for value in _quadratures(function, rules, piece, low, high)]
        open_parts = (np.abs(values[1] - values[0]) > tolerance * length / whole).any(axis=0)
        if depth == _DEEPEST:
            open_parts[:] = False
        total = total + values[1][:, ~open_parts].sum(axis=1)
        if not open_parts.any():
            break
        piece, left, right = piece[open_parts], low[open_parts], high[open_parts]
        middle = 0.5 * (left + right)
        piece, low, high = (
            np.concatenate([piece, piece]),
            np.concatenate([left, middle]),
            np.concatenate([middle, right]),
        )
    return total


def _quadratures(
    function: Callable[[Any, Any], Any], rules: list[tuple[Any, Any]], piece: Any, low: Any, high: Any
) -> list[Any]:
    """The mean over each part by every rule, shape (rows, parts) each."""
    points = np.concatenate([points for points, _ in rules])
    shares = low + (0.5 + 0.5 * points[:, None]) * (high - low)
    pieces = np.broadcast_to(piece, shares.shape)
    flat_share, flat_piece = shares.ravel(), pieces.ravel()
    chunks = np.array_split(np.arange(flat_share.size), -(-flat_share.size // _AT_ONCE))
    values = np.concatenate([function(flat_piece[chunk], flat_share[chunk]) for chunk in chunks], axis=1)
    values = values.reshape(len(values), *shares.shape)
    found, first = [], 0
    for _, weights in rules:
        part = values[:, first : first + weights.size]
        found.append(np.tensordot(0.5 * weights, part, axes=(0, 1)))
        first += weights.size
    return found
