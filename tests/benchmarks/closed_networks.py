"""Closed networks, exact: a thousand customers at ten stations, two classes of a hundred; beside GNU Octave's."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator

import numpy as np

import queuecalc as qc

from .measuring import Row, Timing, interleaved

__all__ = ["rows"]

DEMANDS = np.linspace(0.1, 1.0, 10)

SCRIPT = """
pkg load queueing
D = linspace(0.1, 1, 10);
for turn = 1:4
  tic; qncsmva(1000, D, ones(1, 10)); printf("one %.9g\\n", toc);
end
for turn = 1:2
  tic; qncmmva([100 100], [D; D], [ones(1, 10); linspace(2, 0.5, 10)]); printf("two %.9g\\n", toc);
end
"""


def _octave() -> dict[str, Timing] | str:
    """Seconds of each; or why there are none."""
    program = shutil.which("octave-cli") or shutil.which("octave")
    if program is None:
        return "Octave is not installed"
    done = subprocess.run(
        [program, "--quiet", "--no-init-file", "--eval", SCRIPT],
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )
    found = {
        name: [float(each) for each in re.findall(rf"{name} (\S+)", done.stdout)] for name in ("one", "two")
    }
    if not all(found.values()):
        return f"its package queueing does not run: {done.stderr.strip().splitlines()[-1:]}"
    return {name: Timing(tuple(seconds[1:] or seconds)) for name, seconds in found.items()}


def rows() -> Iterator[Row]:
    """Each as a user would ask for it, from the network to the throughput."""
    names = [f"s{k}" for k in range(10)]
    stations = {
        name: qc.Station(service_rate=1.0 / d) for name, d in zip(names, DEMANDS.tolist(), strict=True)
    }
    visits = {
        "a": dict.fromkeys(names, 1.0),
        "b": dict(zip(names, np.linspace(2, 0.5, 10).tolist(), strict=True)),
    }
    one = qc.ClosedNetwork(stations=stations, population=1000)
    two = qc.ClosedNetwork(stations=stations, population={"a": 100, "b": 100}, visits=visits)
    own = interleaved(
        {"one": lambda: one.solve("exact").throughput, "two": lambda: two.solve("exact").throughput},
        repeats=7,
    )
    peer = _octave()
    for name, what, ratio in (
        ("one", "Closed network, 1,000 customers at 10 stations", 1.0),
        ("two", "Closed network, two classes of 100 at 10 stations", 10.0),
    ):
        if isinstance(peer, str):
            yield Row(what, own[name], note=f"not compared: {peer}")
        else:
            yield Row(what, own[name], "Octave's queueing", peer[name], least_ratio=ratio)
