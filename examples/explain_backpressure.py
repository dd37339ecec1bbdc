"""Explain backpressure. A worked interview question.

Run it with  python examples/explain_backpressure.py [figure.svg]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import queuecalc as qc
from queuecalc.dynamics import fluid_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RATE, RUSH, USUAL = 100.0, 120.0, 90.0  # requests/s: what the server completes, in the rush, usually
ROOM = 20  # requests in the system at most
TIMEOUT = 2.0  # s
RUSH_S = 600.0  # how long the rush lasts
TRIES = 3


class Answer(NamedTuple):
    """Shares, seconds, requests."""

    grown: float
    wait_after: float
    said_refused: float
    refused: float
    p95: float
    throughput: float
    usual_refused: float
    usual_p95: float
    large: dict[int, tuple[float, float]]
    attempts: float


def answer() -> Answer:
    """The numbers of the page."""
    unbounded = fluid_path((0.0, RUSH_S), RUSH, RUSH, RATE)
    bounded = qc.MMcK(arrival_rate=RUSH, service_rate=RATE, servers=1, capacity=ROOM)
    usual = qc.MMcK(arrival_rate=USUAL, service_rate=RATE, servers=1, capacity=ROOM)
    large = {
        room: qc.MMcK(arrival_rate=RUSH, service_rate=RATE, servers=1, capacity=room)
        for room in (ROOM, 200, 1000)
    }
    return Answer(
        grown=unbounded.end_backlog,
        wait_after=unbounded.end_backlog / RATE,
        said_refused=1 - RATE / RUSH,
        refused=bounded.blocking_probability,
        p95=bounded.sojourn.ppf(0.95),
        throughput=bounded.throughput,
        usual_refused=usual.blocking_probability,
        usual_p95=usual.sojourn.ppf(0.95),
        large={room: (each.blocking_probability, each.sojourn.sf(TIMEOUT)) for room, each in large.items()},
        attempts=with_retries(),
    )


def with_retries() -> float:
    """Attempts/s when a refused client tries again at once: the fixed point of load and refusals."""
    attempts = RUSH
    for _ in range(500):
        refused = qc.MMcK(
            arrival_rate=attempts, service_rate=RATE, servers=1, capacity=ROOM
        ).blocking_probability
        attempts = RUSH * sum(refused**k for k in range(TRIES))
    return attempts


def page(found: Answer) -> str:
    """The question and its answer, as Markdown."""
    rows = "\n".join(
        f"| {room:,} | {100 * refused:.1f} % | {100 * late:.0f} % |"
        for room, (refused, late) in found.large.items()
    )
    return f"""\
# Explain backpressure

**Question.** A service completes {RATE:.0f} requests/s. For ten minutes {RUSH:.0f}/s arrive. What happens without
backpressure, and what with it?

## Ask back

- When does the caller give up? (here: after {TIMEOUT:.0f} s)
- Can the caller slow down, or only be refused?
- Must nothing be lost, or may some be dropped?
- Do callers try again when they are refused?

## The estimate, said aloud

20 a second too many: after ten minutes 12,000 stand in line, and the last of them waits two minutes. Callers gave up
after {TIMEOUT:.0f} s, so the server is fully busy with answers that nobody reads. With backpressure the same 20 of {RUSH:.0f}, one sixth,
are turned away at once; the other five sixths are served quickly. Capacity is the same. What changes is who finds out,
and when.

## The exact answer

Without a bound the backlog is {found.grown:,.0f} requests after ten minutes and the wait {found.wait_after:.0f} s. With room for
{ROOM} requests (M/M/1/{ROOM}) {100 * found.refused:.1f} % are refused (at least {100 * found.said_refused:.1f} % must be), {found.throughput:.1f} of {RATE:.0f}
requests/s are still completed, and 95 % of those let in are answered within {1000 * found.p95:.0f} ms. At the usual {USUAL:.0f}/s the
bound costs {100 * found.usual_refused:.1f} % refused; the p95 is {1000 * found.usual_p95:.0f} ms.

![Refused, and late, against the room](explain-backpressure.svg)

## The trap

A bigger buffer. In the rush:

| room | refused | of those let in, later than {TIMEOUT:.0f} s |
|---|---|---|
{rows}

The buffer does not change how many are refused; it only decides how long everybody else waits first. Room for more than
the caller's patience times the rate, {TIMEOUT:.0f} s x {RATE:.0f}/s = {TIMEOUT * RATE:.0f}, is room for work that is thrown away. A buffer is
for a burst that ends, not for a load that is too high.

## The follow-up

*Refused callers try again at once, {TRIES} times in all. What arrives now?* {found.attempts:.0f} attempts/s for the same {RATE:.0f}
answers: no more are served than before, and the front door does nearly twice the work (attempts taken as fresh arrivals).
Ask for a pause that grows, with
chance in it, and for a budget of retries.
"""


def figure() -> Figure:
    """What is refused and what is late, against the room."""
    from matplotlib.figure import Figure

    room = np.unique(np.round(np.geomspace(2, 1000, 120)).astype(int))
    rush = qc.MMcK(arrival_rate=RUSH, service_rate=RATE, servers=1, capacity=room)
    late = np.array(
        [
            qc.MMcK(arrival_rate=RUSH, service_rate=RATE, servers=1, capacity=int(k)).sojourn.sf(TIMEOUT)
            for k in room
        ]
    )
    drawn = Figure()
    axes = drawn.subplots()
    good = 100 * rush.throughput / RUSH
    axes.semilogx(room, 100 * rush.blocking_probability, label="refused")
    axes.semilogx(room, good * late, label=f"let in, answered after {TIMEOUT:.0f} s")
    axes.semilogx(room, good * (1 - late), label=f"answered within {TIMEOUT:.0f} s")
    axes.axvline(TIMEOUT * RATE, color="0.5", linewidth=1.0)
    axes.set_xticks(
        [2, 5, 10, 20, 50, 100, 200, 500, 1000], ["2", "5", "10", "20", "50", "100", "200", "500", "1,000"]
    )
    axes.minorticks_off()
    axes.set(
        xlabel="room in the system [requests]",
        ylabel="share of the requests [%]",
        xlim=(2, 1000),
        ylim=(0, 100),
    )
    axes.set_title(f"{RUSH:.0f} requests/s to a server of {RATE:.0f}/s: more room serves nobody better")
    axes.legend(loc="center left")
    return drawn


def main(file: str | None = None) -> None:
    """Print the page; draw its figure into a file."""
    print(page(answer()))
    if file is not None:
        from queuecalc.report.figures import write_figure

        write_figure(figure(), file)


if __name__ == "__main__":
    main(*sys.argv[1:2])
