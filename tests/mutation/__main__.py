"""`make mutate`: change the code at random places, one at a time, and see whether the tests of its room notice.

mutmut and cosmic-ray write changed copies of the package and run a command for each; here thousands of mutants share
the imports of one process, run only the tests that reach the changed line, and leave the files alone.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from .covering import measure
from .judging import is_killed
from .operators import Mutant, mutants_of

__all__ = ["ROOMS", "Room", "main", "reviewed"]

ROOT = Path(__file__).resolve().parents[2]
REVIEWED = Path(__file__).with_name("reviewed.toml")


@dataclass(frozen=True, slots=True)
class Room:
    """A room of the package and the folders with its tests.

    Attributes:
        tests: folders and files below the root.
        whole_numbers: whether what it compares are mostly whole numbers, so that boundaries count.
    """

    tests: tuple[str, ...]
    whole_numbers: bool = False


ROOMS = {
    "station": Room(("tests/station",)),
    "law": Room(("tests/law",)),
    "network": Room(  # parts of it are seen through the command line and the evaluation alone
        (
            "tests/network",
            "tests/cli/test_network.py",
            "tests/cli/test_network_classes.py",
            "tests/cli/test_closed_network.py",
            "tests/evaluation/test_users_who_think.py",
        )
    ),
    "sizing": Room(("tests/sizing",), whole_numbers=True),
}
"""A new room is a line here."""


def reviewed() -> dict[tuple[str, str, str, str], str]:
    """Mutants that no test can tell from the original, with the reason; by file, code before and after, and line.

    The line is "" where it does not matter; code before and after are "" where every change of the line is meant.
    """
    entries = tomllib.loads(REVIEWED.read_text(encoding="utf-8"))["equivalent"]
    return {
        (each["file"], each.get("before", ""), each.get("after", ""), each.get("line", "")): each["reason"]
        for each in entries
    }


def _mutants(name: str, room: Room) -> list[Mutant]:
    files = sorted((ROOT / "queuecalc" / name).rglob("*.py"))
    found = [mutant for file in files for mutant in mutants_of(ROOT, file, whole_numbers=room.whole_numbers)]
    known = reviewed()
    return [mutant for mutant in found if not any(name in known for name in mutant.names)]


def _judge(name: str, sample: int | None, seed: int) -> None:
    room = ROOMS[name]
    begun = time.monotonic()
    every = _mutants(name, room)
    chosen = every if sample is None else random.Random(seed).sample(every, min(sample, len(every)))
    covering = measure(ROOT, name, room.tests)
    survivors = []
    for done, mutant in enumerate(chosen, start=1):
        tests = covering.of(mutant.file, range(mutant.line, mutant.end_line + 1))
        if not is_killed(ROOT, mutant, tests):
            survivors.append(mutant)
            print(f"  survived  {mutant}", flush=True)
        if sys.stderr.isatty():
            print(f"\r\x1b[K{name}: {done} of {len(chosen)}", end="", file=sys.stderr, flush=True)
    killed = len(chosen) - len(survivors)
    share = 100.0 * killed / len(chosen)
    minutes = (time.monotonic() - begun) / 60.0
    of_all = f"of {len(every)}, seed {seed}" if sample is not None else "all there are"
    print(
        f"{name}: {killed} of {len(chosen)} mutants killed, {share:.0f} % ({of_all}); {minutes:.1f} min",
        flush=True,
    )


def main() -> None:
    """Judge a sample of the mutants of each room."""
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__)
    parser.add_argument(
        "rooms", nargs="*", metavar="ROOM", help=f"of {', '.join(ROOMS)}; all of them unless told"
    )
    parser.add_argument("--sample", type=int, default=20, help="mutants of a room")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="every mutant; this takes hours")
    options = parser.parse_args()
    unknown = [name for name in options.rooms if name not in ROOMS]
    if unknown:
        parser.error(f"no room {', '.join(unknown)}; there are {', '.join(ROOMS)}")
    os.chdir(ROOT)
    os.environ["CI"] = "1"  # property tests draw the same examples each time
    import hypothesis  # noqa: F401 - loaded once, for all children
    import numpy  # noqa: ICN001, F401
    import scipy.special  # noqa: F401

    for name in options.rooms or ROOMS:
        _judge(name, None if options.all else options.sample, options.seed)


if __name__ == "__main__":
    main()
