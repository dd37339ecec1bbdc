"""The whole description: what one would build, what comes in, what must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from queuecalc.architecture.call import Call
from queuecalc.architecture.component import Component
from queuecalc.architecture.contract import Contract, RequestClass
from queuecalc.errors import InvalidInput
from queuecalc.load import Curve

__all__ = ["HOURS_PER_MONTH", "Load", "Model"]

HOURS_PER_MONTH = 730


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What comes in over time.

    Attributes:
        curve: requests per second over hours; with `think_s` the most that users could send, if every answer came
            at once.
        users: users over hours, where the file speaks of users.
        think_s: users wait for each answer and think so long on average before they ask again; what they send then
            depends on the plan. None: the curve is what comes.
        most: where the curve has been made for one plan, what it was made from; fees are counted by it.
        bends: where it has been made for one plan, rates between which the users behind them follow a line.
        unsettled: where it has been made for one plan, by what share of a round it still moved when it was left.
        network_s: client to edge and back; never queues.
        once: the curve happens once, it does not repeat over the month.
        month_factor: how many times the curve happens in a month (None: 730 h / length, or 1 if `once`).
    """

    curve: Curve
    users: Curve | None = None
    think_s: float | None = None
    most: Curve | None = None
    bends: tuple[float, ...] = ()
    unsettled: float = 0.0
    network_s: float = 0.0
    once: bool = False
    month_factor: Decimal | None = None

    @property
    def waiting_users(self) -> Curve | None:
        """Users who wait for their answers, over hours; None where the load is known beforehand."""
        return None if self.think_s is None else self.users

    @property
    def repeats(self) -> Decimal:
        """How many times the curve happens in a month."""
        if self.once:
            return Decimal(1)
        if self.month_factor is not None:
            return self.month_factor
        return Decimal(HOURS_PER_MONTH) / Decimal(repr(self.curve.length_h))

    def scaled(self, factor: float) -> Load:
        """The same day with `factor` times the users."""
        users = None if self.users is None else self.users.scaled(factor)
        return replace(self, curve=self.curve.scaled(factor), users=users)

    def known_beforehand(self, verb: str) -> None:
        """For what needs a rate that does not depend on the plan.

        Args:
            verb: what is not done otherwise, as "is not simulated".

        Raises:
            InvalidInput: users wait for their answers.
        """
        if self.think_s is not None:
            raise InvalidInput(
                f"load.think_s: a load of users who wait for their answers {verb}; take requests_per_user_per_s "
                "instead of think_s, with the rate that `queuecalc evaluate` finds"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model file, validated.

    Attributes:
        classes, components: by name, in file order.
        calls: in file order.
        source: the file's name as the user wrote it.
    """

    title: str
    notes: str = ""
    contract: Contract
    load: Load
    classes: Mapping[str, RequestClass]
    components: Mapping[str, Component]
    calls: tuple[Call, ...]
    source: str = ""
