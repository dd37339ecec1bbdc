"""Pooled or split queues? A worked interview question.

Run it with  python examples/pooled_or_split.py [figure.svg]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import queuecalc as qc

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOAD, RATE, COUNT = 128.0, 20.0, 8  # requests/s; what one server completes per second; servers
SHORT, LONG = 0.005, 0.050  # two kinds of work in the trap, s
SHORT_LOAD, LONG_LOAD = 640.0, 64.0  # each keeps 3.2 of 4 servers busy


class Answer(NamedTuple):
    """Times in milliseconds."""

    said_pooled: float
    split_mean: float
    split_p95: float
    turns_mean: float
    turns_p95: float
    pooled_mean: float
    pooled_p95: float
    pooled_waits: float
    short_alone: float
    long_alone: float
    short_mixed: float
    long_mixed: float
    as_good: int


def answer() -> Answer:
    """The numbers of the page."""
    split = qc.MM1(arrival_rate=LOAD / COUNT, service_rate=RATE)
    turns = qc.GM1(interarrival=qc.Erlang(mean=COUNT / LOAD, stages=COUNT), service_rate=RATE)
    pooled = qc.MMc(arrival_rate=LOAD, service_rate=RATE, servers=COUNT)
    p95 = pooled.sojourn.ppf(0.95)
    both = SHORT_LOAD + LONG_LOAD
    work = qc.Mixture(
        weights=(SHORT_LOAD / both, LONG_LOAD / both),
        laws=(qc.Exponential(mean=SHORT), qc.Exponential(mean=LONG)),
    )
    wait = qc.MGc(arrival_rate=both, service=work, servers=8).mean_wait
    counts = range(COUNT, 1000)
    return Answer(
        said_pooled=1000 / RATE + 0.4 * 1000 / (COUNT * RATE - LOAD),
        split_mean=1000 * split.mean_sojourn,
        split_p95=1000 * split.sojourn.ppf(0.95),
        turns_mean=1000 * turns.mean_sojourn,
        turns_p95=1000 * turns.sojourn.ppf(0.95),
        pooled_mean=1000 * pooled.mean_sojourn,
        pooled_p95=1000 * p95,
        pooled_waits=pooled.delay_probability,
        short_alone=1000 * qc.MMc(arrival_rate=SHORT_LOAD, service_rate=1 / SHORT, servers=4).mean_sojourn,
        long_alone=1000 * qc.MMc(arrival_rate=LONG_LOAD, service_rate=1 / LONG, servers=4).mean_sojourn,
        short_mixed=1000 * (SHORT + wait),
        long_mixed=1000 * (LONG + wait),
        as_good=next(
            n for n in counts if qc.MM1(arrival_rate=LOAD / n, service_rate=RATE).sojourn.ppf(0.95) <= p95
        ),
    )


def page(found: Answer) -> str:
    """The question and its answer, as Markdown."""
    return f"""\
# Pooled or split queues?

**Question.** {COUNT} servers complete {RATE:.0f} requests/s each; {LOAD:.0f}/s arrive. A balancer may send each request to a
server at random, to the servers by turns, or hold one line from which a free server takes the next. How much does the
choice matter?

## Ask back

- Does the balancer know which server is free, or only which exist?
- Are all requests of one kind?
- Does a request need a certain server (session, shard, warm cache)?

## The estimate, said aloud

Each server is 80 % busy either way. At random, each is a queue of its own: 50 ms / 0.2 = 250 ms. With one line somebody
waits only while all {COUNT} are busy, perhaps 40 % of the time, and then for a spare capacity of
{COUNT * RATE:.0f} - {LOAD:.0f} = {COUNT * RATE - LOAD:.0f} a second, 31 ms: 50 + 0.4 x 31 = {found.said_pooled:.0f} ms.
Four times better, for nothing.

## The exact answer

| | mean | p95 |
|---|---|---|
| at random ({COUNT} x M/M/1) | {found.split_mean:.0f} ms | {found.split_p95:.0f} ms |
| by turns ({COUNT} x G/M/1, Erlang arrivals) | {found.turns_mean:.0f} ms | {found.turns_p95:.0f} ms |
| one line (M/M/{COUNT}) | {found.pooled_mean:.0f} ms | {found.pooled_p95:.0f} ms |

{100 * found.pooled_waits:.0f} % have to wait in the shared line. Turns even out the arrivals, not the work: they bring half of
the way and no more.

![p95 of the three designs against utilisation](pooled-or-split.svg)

## The trap

Pooling *unlike* work. Lookups of {1000 * SHORT:.0f} ms ({SHORT_LOAD:.0f}/s) and reports of {1000 * LONG:.0f} ms
({LONG_LOAD:.0f}/s) each keep 4 servers 80 % busy. In two pools of 4 a lookup takes {found.short_alone:.1f} ms and a report
{found.long_alone:.0f} ms. In one pool of 8 a report takes {found.long_mixed:.0f} ms, but a lookup {found.short_mixed:.1f} ms (M/G/c,
approximate): lookups now stand behind reports. Pool what is alike; keep the long away from the short.

## The follow-up

*The requests must stay at random for another year. How many servers make up for it?* {found.as_good}: as many separate lines
are needed to reach the p95 of {COUNT} servers behind one, {found.as_good / COUNT:.1f} times the machines.
"""


def figure() -> Figure:
    """p95 against utilisation."""
    from matplotlib.figure import Figure

    busy = np.linspace(0.05, 0.97, 93)
    turns = [
        qc.GM1(interarrival=qc.Erlang(mean=1 / (rho * RATE), stages=COUNT), service_rate=RATE).sojourn.ppf(
            0.95
        )
        for rho in busy
    ]
    drawn = Figure()
    axes = drawn.subplots()
    split = qc.MM1(arrival_rate=busy * RATE, service_rate=RATE).sojourn.ppf(0.95)
    pooled = qc.MMc(arrival_rate=busy * RATE * COUNT, service_rate=RATE, servers=COUNT).sojourn.ppf(0.95)
    for p95, label in ((split, "at random"), (np.array(turns), "by turns"), (pooled, "one line")):
        axes.plot(100 * busy, 1000 * p95, label=label)
    axes.set(xlabel="utilisation of a server [%]", ylabel="p95 [ms]", xlim=(0, 100), ylim=(0, 1500))
    axes.set_title(f"{COUNT} servers of {1000 / RATE:.0f} ms")
    axes.legend(loc="upper left")
    return drawn


def main(file: str | None = None) -> None:
    """Print the page; draw its figure into a file."""
    print(page(answer()))
    if file is not None:
        from queuecalc.report.figures import write_figure

        write_figure(figure(), file)


if __name__ == "__main__":
    main(*sys.argv[1:2])
