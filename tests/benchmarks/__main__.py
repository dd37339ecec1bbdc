"""`make bench`: measures, and prints what was reached beside what is wanted. Nothing here fails for being slow."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence

from .measuring import Row, Timing
from .registry import BENCHMARKS, rows_of

_WIDTH = 46


def _seconds(value: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def _time(timing: Timing | None) -> str:
    return "-" if timing is None else f"{_seconds(timing.median_s)} +-{100.0 * timing.spread:.0f}%"


def _verdict(kept: bool) -> str:
    return "kept" if kept else "MISSED"


def _lines(row: Row) -> list[str]:
    """The line of a row, and one for each thing that is wanted of it."""
    lines = [f"{row.what:{_WIDTH}} {_time(row.timing):>16}"]
    if row.timing is not None and row.against is not None:
        ratio = row.timing.median_s / row.against.median_s
        shown = f"{1.0 / ratio:.3g} x faster than" if row.least_ratio is not None else f"{ratio:.3g} x"
        lines[0] += f"  {shown} {row.reference} ({_time(row.against)})"
        if row.most_ratio is not None:
            lines.append(f"wanted at most {row.most_ratio:g} x: {_verdict(ratio <= row.most_ratio)}")
        if row.least_ratio is not None:
            lines.append(f"wanted at least {row.least_ratio:g} x: {_verdict(1.0 / ratio >= row.least_ratio)}")
    if row.timing is not None and row.most_s is not None:
        kept = row.timing.median_s <= row.most_s
        lines.append(f"wanted at most {_seconds(row.most_s)}: {_verdict(kept)}")
    if row.note:
        lines.append(row.note)
    return [lines[0], *(f"  {line}" for line in lines[1:])]


def _circumstances() -> str:
    import numpy as np
    import scipy

    threads = os.environ.get("OPENBLAS_NUM_THREADS", "as many as it likes")
    return (
        f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
        f"{os.cpu_count()} processors, threads of linear algebra here: {threads}\n"
        "medians +- half the distance of the quartiles; what is compared runs in turn, after one unmeasured round;\n"
        "processes: PYTHONDONTWRITEBYTECODE unset, byte code written by the unmeasured round\n"
    )


def main(names: Sequence[str]) -> None:
    """Print the table of the named benchmarks, or of all."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    print(_circumstances())
    for name in names or BENCHMARKS:
        print(name)
        for row in rows_of(name):
            print("\n".join(f"  {line}" for line in _lines(row)), flush=True)
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
