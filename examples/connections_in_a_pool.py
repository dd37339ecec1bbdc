"""How many connections in a pool? A worked interview question.

Run it with  python examples/connections_in_a_pool.py [figure.svg]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import queuecalc as qc

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOAD = 400.0  # transactions/s
HELD = 0.010  # s that a transaction holds its connection
PROMISE = 0.005  # s: what 99 % may wait for a connection at most
REMOTE = 0.100  # s of a remote call inside the transaction, in the trap
INSTANCES = 20


class Answer(NamedTuple):
    """Connections; waits in milliseconds."""

    busy: float
    said: int
    least: int
    p99: float
    p99_one_less: float
    mean: float
    remote_busy: float
    remote_least: int
    each_least: int


def answer() -> Answer:
    """The numbers of the page."""
    least = least_servers(LOAD, HELD)
    pool = qc.MMc(arrival_rate=LOAD, service_rate=1 / HELD, servers=least)
    smaller = qc.MMc(arrival_rate=LOAD, service_rate=1 / HELD, servers=least - 1)
    busy = LOAD * HELD
    return Answer(
        busy=busy,
        said=round(busy + 2 * busy**0.5),
        least=least,
        p99=1000 * pool.wait.ppf(0.99),
        p99_one_less=1000 * smaller.wait.ppf(0.99),
        mean=1000 * pool.mean_wait,
        remote_busy=LOAD * (HELD + REMOTE),
        remote_least=least_servers(LOAD, HELD + REMOTE),
        each_least=least_servers(LOAD / INSTANCES, HELD),
    )


def least_servers(arrival_rate: float, held: float) -> int:
    """The fewest connections with which 99 % wait no longer than promised."""
    counts = np.arange(1, 200)
    p99 = qc.MMc(arrival_rate=arrival_rate, service_rate=1 / held, servers=counts).wait.ppf(0.99)
    return int(counts[p99 <= PROMISE][0])


def page(found: Answer) -> str:
    """The question and its answer, as Markdown."""
    return f"""\
# How many connections in a pool?

**Question.** An application runs {LOAD:.0f} transactions/s. Each holds a database connection for {1000 * HELD:.0f} ms. How many
connections does the pool need?

## Ask back

- Held for how long, from checkout to return, not just for the query?
- How long may a request wait for a connection, and how many of them?
- How many instances of the application share the database?
- How many queries can the database really work on at once?

## The estimate, said aloud

Little's law: {LOAD:.0f}/s x {1000 * HELD:.0f} ms = {found.busy:.0f} connections are busy on average. Arrivals are random, so add two
standard deviations: the number busy varies by about the square root of its mean, 2. {found.busy:.0f} + 2 x 2 =
{found.said}. Not 100.

## The exact answer

A pool is a queue: connections are the servers (M/M/c). The least number with which 99 % wait no longer than
{1000 * PROMISE:.0f} ms is **{found.least}**: the p99 of the wait is {found.p99:.1f} ms, the mean {found.mean:.2f} ms. With
{found.least - 1} the p99 is {found.p99_one_less:.1f} ms.

![p99 of the wait for a connection against the size of the pool](connections-in-a-pool.svg)

## The trap

Somebody calls a payment service ({1000 * REMOTE:.0f} ms) inside the transaction. The query is as quick as ever, but the
connection is held for {1000 * (HELD + REMOTE):.0f} ms: {found.remote_busy:.0f} connections are needed just to keep up. With {found.least}
the pool is {100 * found.remote_busy / found.least:.0f} % busy, that is: dead, while the database idles. {found.remote_least} connections would
keep the promise; moving the call out of the transaction keeps it with {found.least}.

The other way round, a larger pool is no cure for a slow database: what no longer waits for a connection then waits
inside the database, for its processors and locks.

## The follow-up

*The application runs as {INSTANCES} instances, each with a pool of its own. How many connections in all?* Each sees
{LOAD / INSTANCES:.0f} transactions/s and needs {found.each_least}: {INSTANCES * found.each_least} in all, instead of {found.least} behind one shared pooler. Small pools
cannot help each other out.
"""


def figure() -> Figure:
    """p99 of the wait against the size of the pool."""
    from matplotlib.figure import Figure

    counts = np.arange(5, 13)
    drawn = Figure()
    axes = drawn.subplots()
    pools = qc.MMc(arrival_rate=LOAD, service_rate=1 / HELD, servers=counts)
    axes.bar(counts, 1000 * pools.wait.ppf(0.99), color="#0072B2", width=0.6)
    axes.axhline(1000 * PROMISE, color="#D55E00", linestyle="--", linewidth=1.5)
    axes.annotate("promised", (12.4, 1000 * PROMISE), xytext=(0, 4), textcoords="offset points", ha="right")
    axes.set(xlabel="connections", ylabel="p99 of the wait [ms]", ylim=(0, 45), xticks=counts)
    axes.xaxis.grid(visible=False)
    axes.set_title(
        f"{LOAD:.0f} transactions/s of {1000 * HELD:.0f} ms; with 4 connections the wait has no bound"
    )
    return drawn


def main(file: str | None = None) -> None:
    """Print the page; draw its figure into a file."""
    print(page(answer()))
    if file is not None:
        from queuecalc.report.figures import write_figure

        write_figure(figure(), file)


if __name__ == "__main__":
    main(*sys.argv[1:2])
