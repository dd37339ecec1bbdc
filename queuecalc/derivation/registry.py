"""The derivations that a command, a test or a listing can name; a new one is one file and one line here."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from queuecalc.errors import InvalidInput

if TYPE_CHECKING:
    from queuecalc.derivation.theorem import Theorem

__all__ = ["REGISTRY", "Entry", "found", "plain"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A derivation that is loaded when it is asked for: sympy takes half a second.

    Attributes:
        title: what is derived.
        module: where `THEOREM` stands.
        also: other names for it.
    """

    title: str
    module: str
    also: tuple[str, ...] = ()

    def load(self) -> Theorem:
        """The theorem."""
        theorem: Theorem = import_module(f"queuecalc.derivation.{self.module}").THEOREM
        return theorem


REGISTRY: dict[str, Entry] = {
    "mm1": Entry("M/M/1: states, sojourn and its percentiles from the balance equations", "mm1"),
    "mmc": Entry(
        "M/M/c: Erlang B, Erlang C and the law of the wait", "mmc", ("erlang", "erlangb", "erlangc")
    ),
    "mmck": Entry("M/M/c/K: blocking and the wait of those accepted", "mmck"),
    "mminf": Entry("M/M/inf: the Poisson number in service", "mminf", ("mminfinity",)),
    "mg1": Entry(
        "M/G/1: Pollaczek-Khinchine, transform and mean", "mg1", ("pollaczekkhinchine", "md1", "pk")
    ),
    "little": Entry("Little's law along one path", "little", ("littleslaw",)),
    "burke": Entry("Burke's theorem: what leaves an M/M/c queue is Poisson", "burke"),
    "jackson": Entry("Jackson's product form: two stations with feedback", "jackson"),
    "tandem": Entry("Two queues in a row: the percentile of the whole sojourn", "tandem"),
    "availability": Entry("k of n units: availability", "availability", ("kofn",)),
    "staffing": Entry(
        "Square-root staffing: servers for a given delay probability", "staffing", ("halfinwhitt",)
    ),
    "fluid": Entry("Fluid backlog: the longest line, the lag, the time to drain", "fluid", ("backlog",)),
}
"""Name -> derivation."""


def plain(name: str) -> str:
    """A name without what people write differently: "M/M/c", "mmc" and "MMc" are the same."""
    return "".join(letter for letter in name.lower().replace("∞", "inf") if letter.isalnum())


def found(name: str) -> str | None:
    """The key of a derivation by its name or one of its other names; None if there is none."""
    wanted = plain(name)
    for key, entry in REGISTRY.items():
        if wanted == key or wanted in entry.also:
            return key
    return None


def theorem_named(name: str) -> Theorem:
    """The derivation of that name.

    Raises:
        InvalidInput: no such derivation; the nearest is named.
    """
    key = found(name)
    if key is None:
        near = difflib.get_close_matches(plain(name), REGISTRY, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(REGISTRY)}"
        raise InvalidInput(f"no derivation {name!r}; {hint}")
    return REGISTRY[key].load()
