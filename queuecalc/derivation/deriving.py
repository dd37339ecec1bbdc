"""The public verb: a theorem by its name, or the calculation behind the plan of a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, overload

from queuecalc.answer import SizingAnswer, Whiteboard
from queuecalc.architecture import Model
from queuecalc.derivation.registry import theorem_named
from queuecalc.errors import InvalidInput

if TYPE_CHECKING:
    from queuecalc.derivation.theorem import Proof

__all__ = ["derive"]


@overload
def derive(subject: str, **numbers: Any) -> Proof: ...
@overload
def derive(subject: Model, plan: SizingAnswer | Mapping[str, int]) -> Whiteboard: ...


def derive(
    subject: str | Model, plan: SizingAnswer | Mapping[str, int] | None = None, **numbers: Any
) -> Proof | Whiteboard:
    """Derive a theorem, or write out the calculation behind the plan of a model.

    A theorem: every step is verified by sympy, the numbers are put in, and the results compared with the library's. A
    model: from users to cost, each line with its formula, a round estimate and the library's value.

    Args:
        subject: a name in the registry (`queuecalc list derivations`; "M/M/c" and "mmc" are the same), or a model.
        plan: of a model: the answer of `size`, or the count of every component.
        numbers: of a theorem: what it takes, as arrival_rate=70.0, service_rate=20.0, servers=4.

    Returns:
        Of a theorem: steps (left side, right side, rule), equations by label, figures. Of a model: a whiteboard.

    Raises:
        InvalidInput: no such derivation or parameter (the nearest is named), a number outside its domain, a plan
            missing or of other components.
        NotDerived: a defect: a step does not follow, or a result differs from the library's.

    >>> proof = derive("mm1", arrival_rate=3.0, service_rate=4.0)
    >>> {figure.result.name: figure.value for figure in proof.figures}["mean sojourn"]
    1.0
    """
    if isinstance(subject, Model):
        return _of_model(subject, plan, numbers)
    if plan is not None:
        raise InvalidInput(f"derive({subject!r}): a plan goes with a model, not with the name of a theorem")
    from queuecalc.derivation.parameter import checked
    from queuecalc.derivation.theorem import prove

    theorem = theorem_named(subject)
    return prove(theorem, checked(theorem.name, theorem.parameters, numbers))


def _of_model(
    model: Model, plan: SizingAnswer | Mapping[str, int] | None, numbers: Mapping[str, Any]
) -> Whiteboard:
    from queuecalc.derivation.plan import whiteboard

    if numbers:
        raise InvalidInput(
            f"derive(model, plan): {next(iter(numbers))} goes with a theorem, not with a model"
        )
    if plan is None:
        raise InvalidInput(
            "derive(model): no plan; expected plan=size(model), or the count of every component"
        )
    if isinstance(plan, SizingAnswer):
        return whiteboard(model, plan.counts, plan.evaluation)
    return whiteboard(model, plan)
