"""Small models, and what it means that a simulated number agrees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from queuecalc.architecture import Call, Model
from queuecalc.law import Law
from queuecalc.simulation import Estimate
from tests.reference.building import call, component, model

__all__ = ["agrees", "joined", "one_station"]


def joined(group: str, caller: str, takers: str, times: float = 1.0, **rest: Any) -> Call:
    """A call that goes out together with those of the same group."""
    return replace(call(caller, takers, times, **rest), together=group)


def one_station(rate: float, service: float | Law, **figures: Any) -> Model:
    """Users and one component."""
    laws = service if isinstance(service, float) else {"": service}
    return model([component("server", laws, **figures)], [call("users", "server")], load=(rate, rate))


def agrees(seen: Estimate, exact: float, *, within: float = 0.03) -> bool:
    """Whether an estimate is sharp, and the exact number no further off than chance allows.

    The interval holds in 95 % of all runs; one and a half of it in 99.5 %.
    """
    assert seen.half_width is not None
    sharp = seen.half_width <= within * exact
    return sharp and abs(seen.value - exact) <= 1.5 * seen.half_width + 1e-12
