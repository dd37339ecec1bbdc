"""Short words for models in tests."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from queuecalc.architecture import (
    Call,
    Component,
    Contract,
    Endpoint,
    Figures,
    Load,
    Model,
    Override,
    PercentileTarget,
    RequestClass,
)
from queuecalc.law import Exponential, Law
from queuecalc.load import Curve

__all__ = ["call", "component", "model"]

P95 = PercentileTarget(key="p95_ms", level=0.95, seconds=0.4)


def ends(names: str) -> tuple[Endpoint, ...]:
    """Endpoints from names separated by blanks."""
    return tuple(Endpoint(*name.split(".")) for name in names.split())


def component(
    name: str, service: float | Mapping[str, Law], *overrides: Override, **figures: Any
) -> Component:
    """A component; a number is the mean of an exponential service."""
    operations = {"": Exponential(mean=service)} if isinstance(service, float) else dict(service)
    return Component(
        name=name,
        figures=Figures(**{"count": (0, 9), "operations": operations, **figures}),
        overrides=overrides,
    )


def call(caller: str, takers: str, times: float = 1.0, *, wait: bool = True, classes: str = "") -> Call:
    """A line of the graph."""
    return Call(
        callers=ends(caller),
        takers=ends(takers),
        times=times,
        wait=wait,
        classes=tuple(classes.split()) or None,
        place="a call",
    )


def model(
    components: list[Component],
    calls: list[Call],
    *,
    hours: tuple[float, ...] = (0.0, 1.0),
    load: tuple[float, ...] = (8.0, 8.0),
    classes: tuple[RequestClass, ...] = (RequestClass(name="request"),),
    network_s: float = 0.0,
    once: bool = False,
    month_factor: Decimal | None = None,
    **contract: Any,
) -> Model:
    """A model with a p95 target unless the contract says otherwise."""
    return Model(
        title="by hand",
        contract=Contract(**{"percentiles": (P95,), **contract}),
        load=Load(
            curve=Curve(hours=hours, values=load), network_s=network_s, once=once, month_factor=month_factor
        ),
        classes={c.name: c for c in classes},
        components={c.name: c for c in components},
        calls=tuple(calls),
    )
