"""A component: a thing one buys, with the figures that describe one unit of it."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from queuecalc.law import Law

if TYPE_CHECKING:
    from queuecalc.network.closed.crowd import Crowd

__all__ = ["Component", "Figures", "Override"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that is known of one component, in seconds, 1/s and dollars.

    Attributes:
        count: least and most units that one may buy; 0 makes the component optional.
        servers: parallel servers per unit; None for unlimited (never queues).
        operations: service law by operation name; the key "" stands for every operation, named or not.
        fixed_delay_s: a constant added to every visit, which occupies no server.
        usd_per_month: price of one unit.
        usd_per_million_calls: fee on all visits of the component.
        usd_per_gb: fee on the data that its visits carry, `kb_per_call` each (1 GB = 1e6 kB).
        pooling: "pooled": one line in front of all servers; "split": one line per unit, the load split evenly.
        partitions: consumer threads that one unit of this buffer can keep busy; None for no limit.
        retention_s: a message that waits as long as this is dropped from this buffer; None for never.
        max_queue: waiting places (of the one line, or of each unit's line if split); None for no limit.
        max_rate_per_s: what one live unit lets through; the part above is dropped at the end of the service.
        initial_backlog: messages that wait in front of it when the curve begins.
        max_utilisation: guard on the utilisation in every slot, with every unit up.
        max_lag_s: guard on the lag of an asynchronous component.
        drain_within_s: guard on the time from the last instant of overload to an empty backlog.
        drops: by request class, the share of visits after which the request is dropped.
        needs: one of these components must be present.
        when_down: "fail": a call to it is lost while no unit is up; "next": the next taker in the list takes it.
        failure: "unit": units fail independently; "service": all together.
        availability: of one unit (or of the service), MTBF / (MTBF + MTTR).
        mtbf_h, mttr_h: where the availability comes from, when given in hours.
        waits: "async": no server is held while its own calls are under way; "held": one is, by each visit; None:
            not said.
        crowd: the users behind its arrivals, where they wait for their answers; None: nobody holds back.
    """

    count: tuple[int, int] = (1, 1)
    servers: int | None = 1
    operations: Mapping[str, Law] = field(default_factory=dict)
    fixed_delay_s: float = 0.0
    usd_per_month: Decimal = Decimal(0)
    usd_per_million_calls: Decimal = Decimal(0)
    usd_per_gb: Decimal = Decimal(0)
    kb_per_call: float = 0.0
    pooling: Literal["pooled", "split"] = "pooled"
    partitions: int | None = None
    retention_s: float | None = None
    max_queue: int | None = None
    max_rate_per_s: float | None = None
    initial_backlog: float = 0.0
    max_utilisation: float | None = None
    max_lag_s: float | None = None
    drain_within_s: float | None = None
    drops: Mapping[str, float] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    when_down: Literal["fail", "next"] = "fail"
    failure: Literal["unit", "service"] = "unit"
    availability: float = 1.0
    mtbf_h: float | None = None
    mttr_h: float | None = None
    waits: Literal["async", "held"] | None = None
    crowd: Crowd | None = None

    def service(self, operation: str) -> Law:
        """The service law of an operation ("" for a call that names none)."""
        operations = self.operations
        return operations[operation] if operation in operations else operations[""]

    def serves(self, operation: str) -> bool:
        """Whether a call may name this operation."""
        return operation in self.operations or "" in self.operations


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Figures that change while another component's count is above zero ("with") or zero ("without")."""

    when: Literal["with", "without"]
    other: str
    changes: Mapping[str, Any]

    def applies(self, present: AbstractSet[str]) -> bool:
        """Whether it holds for a set of present components."""
        return (self.other in present) == (self.when == "with")


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A component as the model file describes it.

    Attributes:
        name: its key in `[components]`.
        kind: its kind in the catalogue ("" for none).
        title: what a person calls it ("Postgres primary").
        figures: what holds when no override applies.
        overrides: `with.X` and `without.X`, in file order; later ones win.
        sources: where figures come from, by file key ("page 2025-11", "written here"), for `check`.
    """

    name: str
    kind: str = ""
    title: str = ""
    figures: Figures
    overrides: tuple[Override, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    def figures_with(self, present: AbstractSet[str]) -> Figures:
        """The figures that hold when exactly these components are present."""
        figures = self.figures
        for override in self.overrides:
            if override.applies(present):
                figures = replace(figures, **override.changes)
        return figures

    def condition_of_count(self, present: AbstractSet[str]) -> str:
        """The override that sets the permitted counts when these components are present: "without lb", "" for none."""
        said = ""
        for override in self.overrides:
            if "count" in override.changes and override.applies(present):
                said = f"{override.when} {override.other}"
        return said
