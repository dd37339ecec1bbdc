"""The package queueing for GNU Octave, where both are installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator

import queuecalc as qc

from .erlang_formulas import pairs
from .measuring import Row, Timing, interleaved

__all__ = ["rows"]

PAIRS = 20_000

SCRIPT = """
pkg load queueing
rand("seed", 1); c = ceil(1000 * rand(1, {pairs})); a = c .* (0.05 + 0.949 * rand(1, {pairs}));
for turn = 1:4
  tic; p = erlangc(a, c); printf("seconds %.9g\\n", toc);
end
"""


def _octave() -> Timing | str:
    """Seconds for all pairs, the first turn left out; or why there are none."""
    program = shutil.which("octave-cli") or shutil.which("octave")
    if program is None:
        return "Octave is not installed"
    done = subprocess.run(
        [program, "--quiet", "--no-init-file", "--eval", SCRIPT.format(pairs=PAIRS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    seconds = [float(each) for each in re.findall(r"seconds (\S+)", done.stdout)]
    if len(seconds) < 2:
        return f"its package queueing does not run: {done.stderr.strip().splitlines()[-1:]}"
    return Timing(tuple(seconds[1:]))


def rows() -> Iterator[Row]:
    """Erlang C of as many pairs."""
    what = f"Erlang C, {PAIRS:,} pairs"
    peer = _octave()
    servers, load = pairs(PAIRS)
    station = {"own": lambda: qc.MMc(arrival_rate=load, service_rate=1.0, servers=servers).delay_probability}
    own = interleaved(station, repeats=9)["own"]
    if isinstance(peer, str):
        yield Row(what, own, note=f"not compared: {peer}")
    else:
        yield Row(what, own, "Octave's erlangc", peer, least_ratio=100.0)
