"""Truths by simulation, and a fresh draw compared with the calculation.

From tests/network, with the top of the repository on PYTHONPATH:

    python -m general truths [FILE] [FIRST] [LAST]    simulate the networks of these seeds, 0 to 200
    python -m general refine FILE WIDTH CUSTOMERS     again with more customers, where the p95 is known less well
    python -m general page                            write docs/general-networks.md from the committed truths
    python -m general fresh [COUNT] [SEED]            draw anew, simulate, calculate, compare; 20 networks, a minute
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from .comparing import METHODS, errors_of
from .drawing import drawn
from .page import write_page
from .truths import truth

FILE = Path(__file__).with_name("truths.json")


def write(file: Path, rows: list[dict[str, Any]]) -> None:
    """One network a line."""
    file.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


def truths(file: Path, first: int, last: int) -> None:
    """Simulate networks by their seeds."""
    rows: list[dict[str, Any]] = []
    for seed in range(first, last):
        rows.append(truth(seed))
        write(file, rows)


def refine(file: Path, width: float, customers: int) -> None:
    """Simulate again what is known less well than `width`."""
    rows = json.loads(file.read_text())
    for k, row in enumerate(rows):
        if row["half_widths"][2] > width * row["percentiles"][1] and row["customers"] < customers:
            rows[k] = truth(row["seed"], first=customers, most=customers)
            write(file, rows)


def fresh(count: int, seed: int) -> None:
    """Print the errors of a new draw, in per cent of the simulated figure."""
    print(f"seeds {seed} to {seed + count - 1}; p95 calculated against simulated, errors in %")
    print("seed     stations  loops  simulated   +-  " + "".join(f"{name:>12}" for name in METHODS))
    errors: dict[str, list[float]] = {name: [] for name in METHODS}
    for each in range(seed, seed + count):
        row = truth(each)
        network, p95 = drawn(each), row["percentiles"][1]
        half = 100.0 * row["half_widths"][2] / p95
        line = f"{each:<10}{len(network.routing):>7}{'yes' if network.loops else 'no':>7}{p95:>11.4g}{half:>5.1f}  "
        for name in METHODS:
            error = 100.0 * errors_of(row, name).percentiles[1]
            errors[name].append(abs(error))
            line += f"{error:>12.2f}"
        print(line, flush=True)
    for label, level in (("median", 0.5), ("90 % of them within", 0.9)):
        print(f"{label:<42}" + "".join(f"{np.quantile(errors[name], level):>12.2f}" for name in METHODS))


def main(arguments: list[str]) -> None:
    """As the command line says."""
    what, *rest = arguments or ["fresh"]
    if what == "truths":
        file = Path(rest[0]) if rest else FILE
        truths(file, *(int(value) for value in rest[1:] or (0, 200)))
    elif what == "refine":
        refine(Path(rest[0]), float(rest[1]), int(rest[2]))
    elif what == "page":
        write_page(json.loads(FILE.read_text()))
    elif what == "fresh":
        fresh(int(rest[0]) if rest else 20, int(rest[1]) if rest[1:] else int(time.time()))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
