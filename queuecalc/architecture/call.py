"""A call: one line of the architecture graph."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NOBODY", "USERS", "Call", "Endpoint"]

USERS = "users"
"""The caller outside the architecture: where requests come from."""

NOBODY = "nobody"
"""The taker that skips a call."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A component, and the operation of it that is meant ("" where the line names none)."""

    component: str
    operation: str = ""

    def __str__(self) -> str:
        return f"{self.component}.{self.operation}" if self.operation else self.component


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Every visit to a caller by a matching class makes this call, `times` times, one after the other or at once.

    Attributes:
        callers: who calls; `Endpoint("users")` for requests from outside. An endpoint without an operation
            matches every operation of the component.
        takers: in order of preference; the first present one takes the call; `Endpoint("nobody")` skips it.
        classes: the request classes concerned; None for all.
        times: n + f: exactly n calls and one more with probability f.
        wait: whether the caller waits for the answer (False: handed off).
        together: the waited-for calls of one visit that share this name go out at once, at the place of the first of
            them, each as many times as it says, and the visit goes on when all are answered; "": one after the other.
        place: dotted path of the line in the model file.
    """

    callers: tuple[Endpoint, ...]
    takers: tuple[Endpoint, ...]
    classes: tuple[str, ...] | None = None
    times: float = 1.0
    wait: bool = True
    together: str = ""
    place: str = ""
