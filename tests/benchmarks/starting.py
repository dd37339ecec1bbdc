"""From the prompt to the answer: the program as a process, against what it must import."""

from __future__ import annotations

from collections.abc import Iterator

from .measuring import Row, interleaved, process

__all__ = ["rows"]

_RUN = "import sys; from queuecalc.cli.main import run; sys.argv[1:] = {arguments!r}; run()"
"""What the console script does."""

_IMPORTS = "import numpy, scipy.special, pydantic, rich, click"


def _queuecalc(*arguments: str) -> list[str]:
    return ["-c", _RUN.format(arguments=list(arguments))]


def rows() -> Iterator[Row]:
    """`size` and `--help`."""
    times = interleaved(
        {
            "imports": process(["-c", _IMPORTS]),
            "size": process(_queuecalc("size", "iot-ingestion")),
            "quiet": process(_queuecalc("size", "iot-ingestion", "--quiet")),
        },
        repeats=5,
    )
    for name, what in (
        ("size", "queuecalc size iot-ingestion"),
        ("quiet", "queuecalc size iot-ingestion --quiet"),
    ):
        yield Row(what, times[name], f'"{_IMPORTS}"', times["imports"], most_s=1.0, most_ratio=2.0)
    times = interleaved(
        {"click": process(["-c", "import click"]), "help": process(_queuecalc("--help"))}, repeats=11
    )
    yield Row("queuecalc --help", times["help"], '"import click"', times["click"], most_ratio=2.0)
