"""How far a search or a check is: on stderr, only where a person looks on and waits."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from decimal import Decimal

__all__ = ["Progress", "Steps"]

_PATIENCE_S = 0.5
_PAUSE_S = 0.1
_BAR = 24


class Progress:
    """Told by the search what it has; remembers the best plan, so that an interruption loses nothing.

    Attributes:
        counts, cost_usd_per_month: the best plan so far, None while there is none.
    """

    def __init__(self) -> None:
        self.counts: Mapping[str, int] | None = None
        self.cost_usd_per_month: Decimal | None = None
        self._begun = time.monotonic()
        self._shown = 0.0
        self._drawn = False

    def __call__(
        self, evaluations: int, cost_usd_per_month: Decimal | None, counts: Mapping[str, int] | None
    ) -> None:
        """Take note, and show it from time to time.

        Args:
            evaluations: made so far.
            cost_usd_per_month: of the best plan so far, None while there is none.
            counts: the best plan so far.
        """
        self.counts, self.cost_usd_per_month = counts, cost_usd_per_month
        now = time.monotonic()
        if now - self._begun < _PATIENCE_S or now - self._shown < _PAUSE_S or not sys.stderr.isatty():
            return
        self._shown = now
        self._drawn = True
        found = "" if cost_usd_per_month is None else f", best so far ${cost_usd_per_month:,}"
        sys.stderr.write(f"\r\x1b[Ksizing: {evaluations:,} evaluations{found}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Leave the line empty again."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False


class Steps:
    """A bar for work whose steps are counted beforehand: on stderr, only where a person looks on and waits."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._begun = time.monotonic()
        self._shown = 0.0
        self._drawn = False

    def __call__(self, done: int, steps: int) -> None:
        """Show how many steps are done, from time to time."""
        now = time.monotonic()
        if now - self._begun < _PATIENCE_S or now - self._shown < _PAUSE_S or not sys.stderr.isatty():
            return
        self._shown = now
        self._drawn = True
        filled = _BAR * done // max(steps, 1)
        bar = "#" * filled + "." * (_BAR - filled)
        sys.stderr.write(f"\r\x1b[K{self._label}: {bar} {done:,} of {steps:,}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Leave the line empty again."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False
