"""A pattern of present components: its graphs, figures and permitted counts, computed once for many plans."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

import numpy as np

from queuecalc.answer import Excuse
from queuecalc.architecture import Model
from queuecalc.architecture.component import Figures
from queuecalc.architecture.graph import Graph, NobodyTakes, lower
from queuecalc.evaluation.flows import FloatArray, Gains, class_rates, component_rates, offered_visits
from queuecalc.evaluation.groups import arrivals_at_peak
from queuecalc.evaluation.queues import QueuePool
from queuecalc.evaluation.route import Route, route_of

__all__ = ["Pattern"]

CENT = Decimal("0.01")


class Pattern:
    """One choice of which components are present, of a model.

    Attributes:
        model: the model.
        present: names of the components with a count above zero.
        figures: of the present components, overrides applied.
    """

    def __init__(self, model: Model, present: frozenset[str], sibling: Pattern | None = None) -> None:
        """With a `sibling`, the same pattern of a model with the same calls and figures, graphs are shared."""
        self.model = model
        self.present = present
        self._sibling = sibling
        self.figures: Mapping[str, Figures] = {
            name: component.figures_with(present)
            for name, component in model.components.items()
            if name in present
        }
        self.routes: dict[tuple[str, frozenset[str]], Route] = {} if sibling is None else sibling.routes
        self.graphs: dict[frozenset[str], Graph] = {} if sibling is None else sibling.graphs
        self.solved: dict[frozenset[str], Gains | None] = {} if sibling is None else sibling.solved
        self.moments: dict[tuple[frozenset[str], int, float], float] = (
            {} if sibling is None else sibling.moments
        )

    def graph(self, down: frozenset[str] = frozenset()) -> Graph:
        """The graph of visits, possibly with some components down."""
        if down not in self.graphs:
            whole = self.graph() if down else None
            self.graphs[down] = lower(self.model, self.present, down, whole)
        return self.graphs[down]

    def gains(self, down: frozenset[str] = frozenset()) -> Gains | None:
        """The solved traffic equations of a graph; None where a rate cap bends them."""
        if down not in self.solved:
            self.solved[down] = Gains.of(self.graph(down))
        return self.solved[down]

    @cached_property
    def steering(self) -> tuple[str, ...]:
        """Components whose counts change what flows elsewhere: asynchronous, partitioned in front of such, capped."""
        graph = self.graph()
        found = set(graph.asynchronous)
        for name in graph.asynchronous:
            found |= {c for c in graph.callers_of[name] if graph.figures[c].partitions is not None}
        found |= {name for name in graph.visits_of if graph.figures[name].max_rate_per_s is not None}
        return tuple(sorted(found))

    @cached_property
    def free_flow(self) -> tuple[FloatArray, FloatArray]:
        """(start, slope): inflow of every service type as start + slope x load, with nothing held up."""
        graph = self.graph()
        inflow = offered_visits(graph, class_rates(self.model.classes, np.array([0.0, 1.0])))
        rates = component_rates(graph, inflow)
        return rates[:, 0], rates[:, 1] - rates[:, 0]

    @property
    def crowded(self) -> bool:
        """Whether users wait for their answers: an approximation, and steep where the load is all that is served."""
        return any(figures.crowd is not None for figures in self.figures.values())

    @cached_property
    def pool(self) -> QueuePool:
        """Queues at rates that recur from plan to plan."""
        if self._sibling is not None:
            return self._sibling.pool
        return QueuePool(self.graph(), arrivals_at_peak(self.model, self.graph()))

    def route(self, request_class: str, down: frozenset[str] = frozenset()) -> Route:
        """The waited-for way of a class, possibly with some components down."""
        if (request_class, down) not in self.routes:
            self.routes[request_class, down] = route_of(
                self.graph(down), request_class, self.model.load.network_s
            )
        return self.routes[request_class, down]

    @cached_property
    def takers(self) -> frozenset[str]:
        """Components that some call names as a taker."""
        return frozenset(endpoint.component for call in self.model.calls for endpoint in call.takers)

    @cached_property
    def invalid(self) -> Excuse | None:
        """Why no plan of this pattern is one: an unmet need, a call that nobody takes."""
        for name, figures in self.figures.items():
            if figures.needs and not any(other in self.present for other in figures.needs):
                wanted = " or ".join(figures.needs)
                return Excuse(
                    target="invalid",
                    subject=name,
                    sentence=f"{name} needs {wanted}, and the count of each is 0; give one of them a unit",
                )
        try:
            self.graph()
        except NobodyTakes as refusal:
            return refusal.excuse
        return None

    def count_excuse(self, counts: Mapping[str, int]) -> Excuse | None:
        """Why counts are outside what the model (with its overrides for this pattern) permits."""
        for name, component in self.model.components.items():
            least, most = component.figures_with(self.present).count
            count = counts[name]
            if not least <= count <= most:
                permitted = str(least) if least == most else f"{least} to {most}"
                condition = component.condition_of_count(self.present)
                return Excuse(
                    target="invalid",
                    subject=name,
                    sentence=f"{condition and condition + ', '}{name} may be {permitted}, not {count}",
                    limit=float(most if count > most else least),
                    reached=float(count),
                )
        return None

    # -- cost

    @cached_property
    def fees(self) -> Mapping[str, Decimal]:
        """Fees of each component for a month, in whole cents; they depend on the pattern, never on counts."""
        charged = [
            name
            for name, f in self.figures.items()
            if f.usd_per_million_calls or (f.usd_per_gb and f.kb_per_call)
        ]
        if not charged:
            return {}
        graph = self.graph()
        slots = (self.model.load.most or self.model.load.curve).slots
        rates = class_rates(self.model.classes, 0.5 * (slots.left + slots.right))
        visits = offered_visits(graph, rates) @ ((slots.end_h - slots.start_h) * 3600.0)
        found = {}
        for name in charged:
            figures = self.figures[name]
            calls = Decimal(repr(float(np.sum(visits[list(graph.visits_of.get(name, ()))]))))
            calls *= self.model.load.repeats
            per_call = figures.usd_per_million_calls / 10**6
            per_call += figures.usd_per_gb * Decimal(repr(figures.kb_per_call)) / 10**6
            found[name] = (calls * per_call).quantize(CENT, rounding=ROUND_HALF_UP)
        return found

    def cost(self, counts: Mapping[str, int]) -> Decimal:
        """Dollars a month: units and fees."""
        units = sum(
            (figures.usd_per_month * counts[name] for name, figures in self.figures.items()), Decimal(0)
        )
        return units + sum(self.fees.values(), Decimal(0))
