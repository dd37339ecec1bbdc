"""A proof of optimality: boxes of plans that are refused, which with the dearer plans cover everything else."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from queuecalc.answer.contract import Excuse

__all__ = ["CERTIFICATE_FORMAT", "Certificate", "PatternProof", "RefusedBox"]

CERTIFICATE_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedBox:
    """All plans with lower <= counts <= upper are refused, for one reason.

    Attributes:
        lower, upper: counts in the order of `Certificate.components`, inclusive.
        excuse: the target and the optimistic value that refuses all of them.
    """

    lower: tuple[int, ...]
    upper: tuple[int, ...]
    excuse: Excuse


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternProof:
    """The proof for one pattern of optional components.

    Attributes:
        present: names of the components with a count above zero.
        lower, upper: the box of all plans of this pattern.
        boxes: the refused boxes; what they leave uncovered costs more than the optimum, or is in `optima`.
    """

    present: tuple[str, ...]
    lower: tuple[int, ...]
    upper: tuple[int, ...]
    boxes: tuple[RefusedBox, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Everything a checker needs beside the model.

    Attributes:
        format: version of this form.
        model_digest: SHA-256 of the model's meaning, so that another model is noticed.
        components: names, in the order of every tuple of counts.
        cost_usd_per_month: of the optimum (infinite: None, when no plan keeps the contract).
        optima: the cheapest plans, all ties.
        patterns: one proof each.
        seal: SHA-256 of everything else, so that a file that was changed is noticed.
    """

    format: int = CERTIFICATE_FORMAT
    model_digest: str
    components: tuple[str, ...]
    cost_usd_per_month: Decimal | None
    optima: tuple[tuple[int, ...], ...]
    patterns: tuple[PatternProof, ...]
    seal: str = ""
