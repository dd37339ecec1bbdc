"""A station that classes of requests use each in their own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from queuecalc.errors import InvalidInput
from queuecalc.law.base import Law
from queuecalc.law.exponential import Exponential
from queuecalc.law.parameter import positive
from queuecalc.network.named import Named
from queuecalc.station.argument import server_count

__all__ = ["ClassStation"]

Discipline = Literal["sharing", "unlimited"]


@dataclass(frozen=True, kw_only=True, init=False)
class ClassStation:
    """Service that differs from class to class: shared servers (processor sharing), or a server for everybody.

    The numbers in such a station do not depend on the service laws, only on their means (Baskett, Chandy, Muntz &
    Palacios 1975). In order of arrival all classes need one exponential service: use `Station`.

    Attributes:
        service: class -> its service law; given as laws, or as means in seconds (exponential).
        discipline: "sharing": each of n customers has min(1, c / n) of a server; "unlimited": nobody shares.
        servers: c, for "sharing"; default 1.

    Raises:
        InvalidInput: no class, a mean that is not > 0, another discipline, servers not a whole number >= 1.
    """

    service: Named[Law]
    discipline: Discipline = "sharing"
    servers: int = 1

    def __init__(
        self, *, service: Mapping[str, Law | float], discipline: Discipline = "sharing", servers: int = 1
    ) -> None:
        """Checked as a whole."""
        given: object = service
        if not isinstance(given, Mapping) or not service:
            raise InvalidInput(
                f"ClassStation: service = {service!r}; expected a mapping of classes to laws or means"
            )
        if discipline not in ("sharing", "unlimited"):
            raise InvalidInput(
                f"ClassStation: discipline = {discipline!r}; expected 'sharing' or 'unlimited'"
            )
        count: Any = server_count("ClassStation", servers)
        if count != count // 1 or count == float("inf"):
            raise InvalidInput(
                f"ClassStation: servers = {servers!r}; expected a whole number, or 'unlimited' discipline"
            )
        laws = {}
        for name, each in service.items():
            place = f"service[{name!r}]"
            laws[name] = (
                each if isinstance(each, Law) else Exponential(mean=positive("ClassStation", place, each))
            )
        object.__setattr__(self, "service", Named(laws))
        object.__setattr__(self, "discipline", discipline)
        object.__setattr__(self, "servers", int(count))

    @property
    def unlimited(self) -> bool:
        """Whether there is a server for everybody."""
        return self.discipline == "unlimited"
