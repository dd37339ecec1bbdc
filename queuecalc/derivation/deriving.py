"""The public verb: a derivation by its name, with numbers put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from queuecalc.derivation.registry import theorem_named

if TYPE_CHECKING:
    from queuecalc.derivation.theorem import Proof

__all__ = ["derive"]


def derive(kind: str, **numbers: Any) -> Proof:
    """Derive a theorem: verify every step, put the numbers in, compare with the library.

    Args:
        kind: a name in the registry (`queuecalc list derivations`); "M/M/c" and "mmc" are the same.
        numbers: what the derivation takes, as arrival_rate=70.0, service_rate=20.0, servers=4.

    Returns:
        The steps (left side, right side, rule), the known equations by label, and the figures.

    Raises:
        InvalidInput: no such derivation or parameter (the nearest is named), a number outside its domain.
        NotDerived: a defect: a step does not follow, or a result differs from the library's.

    >>> proof = derive("mm1", arrival_rate=3.0, service_rate=4.0)
    >>> {figure.result.name: figure.value for figure in proof.figures}["mean sojourn"]
    1.0
    """
    from queuecalc.derivation.parameter import checked
    from queuecalc.derivation.theorem import prove

    theorem = theorem_named(kind)
    return prove(theorem, checked(theorem.name, theorem.parameters, numbers))
