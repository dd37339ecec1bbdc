"""The numbers that are put into a derivation: name, symbol, unit, domain, and what they are unless told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from queuecalc.errors import InvalidInput

__all__ = ["Parameter", "checked"]

MOST_SERVERS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number.

    Attributes:
        name: the argument's name ("arrival_rate").
        symbol: as sympy spells it ("lambda").
        unit: "1/s", "s", "h" or "".
        meaning: what it is, in a few words.
        default: used unless told.
        least, most: its domain; `least` itself belongs to it only if `closed`.
        whole: whether it must be a whole number.
    """

    name: str
    symbol: str
    unit: str
    meaning: str
    default: float
    least: float = 0.0
    most: float = 1e12
    closed: bool = False
    whole: bool = False

    @property
    def domain(self) -> str:
        """The permitted values in words."""
        kind = "a whole number" if self.whole else "a number"
        above = f"from {self.least:,g}" if self.closed else f"above {self.least:,g}"
        return f"{kind} {above} to {self.most:,g}"

    def check(self, owner: str, value: object) -> float:
        """The number, if it is one of the domain.

        Raises:
            InvalidInput: it is not.
        """
        good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if good:
            assert isinstance(value, int | float)
            inside = self.least <= value <= self.most if self.closed else self.least < value <= self.most
            if inside and (not self.whole or value == int(value)):
                return int(value) if self.whole else float(value)
        raise InvalidInput(f"{owner}: {self.name} = {value!r}; expected {self.domain}")


def checked(owner: str, parameters: tuple[Parameter, ...], given: Mapping[str, object]) -> dict[str, float]:
    """Every parameter of a derivation, those not given at their default.

    Raises:
        InvalidInput: a name that the derivation lacks (the nearest is named), or a number outside its domain.
    """
    import difflib

    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(known) or 'none'}"
            raise InvalidInput(f"{owner}: no parameter {name!r}; {hint}")
    return {
        name: parameter.check(owner, given.get(name, parameter.default)) for name, parameter in known.items()
    }
