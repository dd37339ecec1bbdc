"""How a time is taken: what is compared runs in turn, so that a busy machine slows both; medians and spreads."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Row", "Timing", "interleaved", "process", "timed"]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of several runs."""

    runs_s: tuple[float, ...]

    @property
    def median_s(self) -> float:
        return statistics.median(self.runs_s)

    @property
    def spread(self) -> float:
        """Half the distance of the quartiles, relative to the median."""
        if len(self.runs_s) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.runs_s, n=4, method="inclusive")
        return (high - low) / 2.0 / self.median_s


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        what: was measured.
        timing: of it; None if it could not run, and `note` says why.
        reference: what it is compared with; empty where the time itself is of interest.
        against: the timing of the reference.
        most_s, most_ratio: what is wanted of the time, and of time / reference; None where nothing is.
        least_ratio: what is wanted of reference / time, for a peer that should take longer.
        note: anything else that a reader must know.
    """

    what: str
    timing: Timing | None
    reference: str = ""
    against: Timing | None = None
    most_s: float | None = None
    most_ratio: float | None = None
    least_ratio: float | None = None
    note: str = ""


def timed(action: Callable[[], object]) -> float:
    """Seconds of one run."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def interleaved(
    actions: Mapping[str, Callable[[], object]], repeats: int, *, warm: int = 1
) -> dict[str, Timing]:
    """Every action in turn, `repeats` rounds after `warm` unmeasured ones."""
    runs: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(warm + repeats):
        for name, action in actions.items():
            seconds = timed(action)
            if turn >= warm:
                runs[name].append(seconds)
    return {name: Timing(tuple(seconds)) for name, seconds in runs.items()}


def process(arguments: Sequence[str], *, statuses: tuple[int, ...] = (0,)) -> Callable[[], object]:
    """An action that runs Python with these arguments, as a user would: byte code is written and used again."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def action() -> None:
        done = subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode not in statuses:
            raise RuntimeError(f"{' '.join(arguments)}: status {done.returncode}\n{done.stderr}")

    return action
