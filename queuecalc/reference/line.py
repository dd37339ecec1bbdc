"""One limit of the contract and what a plan, or the best plan of a box, reaches."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Line"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A limit that must not be exceeded.

    Attributes:
        target, subject: as in the contract line or excuse that it judges.
        limit: the most that is permitted: a utilisation, a time [s], or a share of requests that come late or are lost.
        reached: what is reached, in the same unit; may be inf.
        scale: what a margin is relative to; the limit where it is positive.
        strict: whether the limit itself is too much.
    """

    target: str
    subject: str = ""
    limit: float
    reached: float
    scale: float = 0.0
    strict: bool = False

    @property
    def margin(self) -> float:
        """(limit - reached) / scale: positive inside the limit, negative beyond; -inf beyond all bounds."""
        scale = self.limit if self.limit > 0.0 else self.scale or 1.0
        return (self.limit - self.reached) / scale if math.isfinite(self.reached) else -math.inf

    @property
    def kept(self) -> bool:
        """Whether the limit is kept."""
        return self.margin > 0.0 if self.strict else self.margin >= 0.0
