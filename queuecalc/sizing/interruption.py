"""An interrupted search keeps what it has."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

__all__ = ["SearchInterrupted"]


class SearchInterrupted(KeyboardInterrupt):
    """The search was interrupted.

    Attributes:
        best: the cheapest plan found so far that keeps the contract, not proven the cheapest; None while there is none.
        cost_usd_per_month: what it costs.
    """

    def __init__(self, best: Mapping[str, int] | None, cost_usd_per_month: Decimal | None) -> None:
        self.best = best
        self.cost_usd_per_month = cost_usd_per_month
        found = (
            "no plan was found yet" if best is None else f"the best plan so far costs ${cost_usd_per_month}"
        )
        super().__init__(f"interrupted; {found}")
