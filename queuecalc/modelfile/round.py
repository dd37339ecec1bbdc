"""Users who think between an answer and their next request: what a model with them must have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from queuecalc.architecture import Call, Component, RequestClass
from queuecalc.modelfile.edges import CALLS
from queuecalc.modelfile.faults import Faults, Path

__all__ = ["check_round"]

_PLACE: Path = ("load", "think_s")
_REMEDY = "take requests_per_user_per_s instead"


def check_round(
    classes: Mapping[str, RequestClass],
    components: Mapping[str, Component | None],
    calls: Iterable[Call],
    faults: Faults,
) -> None:
    """Refuses what is not calculated for users who wait for their answers: it would look right and be wrong."""
    if not any(each.in_contract and each.share for each in classes.values()):
        faults.add(
            _PLACE,
            f"users send no request: every class in the contract has a fixed rate; give one a share, or {_REMEDY}",
        )
    for name, component in components.items():
        if component is None:
            continue
        variants = [{"waits": component.figures.waits}, *(each.changes for each in component.overrides)]
        if any(figures.get("waits") == "held" for figures in variants):
            faults.add(
                ("components", name, "waits"),
                f'"held" is not calculated for users who think (load.think_s); leave it out here, or {_REMEDY}',
                "held",
            )
    for at, call in enumerate(calls):
        if call.together:
            faults.add(
                (*CALLS, at, "together"),
                f"calls at once are not calculated for users who think (load.think_s); remove it, or {_REMEDY}",
                call.together,
            )
