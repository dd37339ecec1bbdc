"""How much do batched writes save, and what do they cost? A worked interview question.

Run it with  python examples/batch_writes.py [figure.svg]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import queuecalc as qc

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROWS, SERVERS = 500.0, 4  # rows/s; connections that write at once
FIXED, PER_ROW, SINGLE = 0.008, 0.0006, 0.008  # s of a batch: fixed, and for each row; s of a single insert
BATCH = 25
QUIET, FLUSH = 5.0, 0.050  # rows/s at night; s after which a batch is sent, full or not


class Answer(NamedTuple):
    """Shares; times in milliseconds."""

    single_busy: float
    said_busy: float
    said_latency: float
    busy: dict[int, float]
    latency: dict[int, float]
    best: int
    night_mean: float
    night_first: float
    flushed_busy: float
    flushed_rows: float


def work(rows: int) -> float:
    """Mean time that the database works on one write of so many rows, in seconds."""
    return FIXED + PER_ROW * rows if rows > 1 else SINGLE


def database(rows: int) -> qc.GMc:
    """Writes of so many rows each: every so many arrivals fill one, so they come at Erlang intervals."""
    gap = qc.Erlang(mean=rows / ROWS, stages=rows)
    return qc.GMc(interarrival=gap, service_rate=1 / work(rows), servers=SERVERS)


def latency_ms(rows: int) -> float:
    """Mean time from a row's arrival until its batch is written."""
    fill = (rows - 1) / 2 / ROWS
    written: float = database(rows).mean_sojourn
    return 1000 * (fill + written)


def answer() -> Answer:
    """The numbers of the page."""
    sizes = (2, 5, 10, BATCH, 100)
    rows_a_flush = 1 + QUIET * FLUSH
    return Answer(
        single_busy=ROWS * SINGLE / SERVERS,
        said_busy=ROWS / BATCH * work(BATCH) / SERVERS,
        said_latency=1000 * ((BATCH - 1) / 2 / ROWS + work(BATCH)),
        busy={rows: database(rows).utilisation for rows in sizes},
        latency={rows: latency_ms(rows) for rows in sizes},
        best=min(range(2, 101), key=latency_ms),
        night_mean=1000 * (BATCH - 1) / 2 / QUIET,
        night_first=1000 * (BATCH - 1) / QUIET,
        flushed_busy=QUIET / rows_a_flush * (FIXED + PER_ROW * rows_a_flush) / SERVERS,
        flushed_rows=rows_a_flush,
    )


def page(found: Answer) -> str:
    """The question and its answer, as Markdown."""
    rows = "\n".join(
        f"| {size} | {100 * found.busy[size]:.1f} % | {found.latency[size]:.0f} ms |" for size in found.busy
    )
    return f"""\
# How much do batched writes save, and what do they cost?

**Question.** {ROWS:.0f} rows/s are to be written. A single insert keeps a connection busy for {1000 * SINGLE:.0f} ms; a batch of b rows for
{1000 * FIXED:.0f} + {1000 * PER_ROW:.1f} b ms. There are {SERVERS} connections. Batch, and if so, how many rows?

## Ask back

- When is a row acknowledged: when it is received, or when it is on disk?
- How old may a row be before readers see it?
- What comes in at the quietest hour?

## The estimate, said aloud

Single inserts: {ROWS:.0f} x {1000 * SINGLE:.0f} ms = 4 connections' work for 4 connections. That is full, so it does not work at all. Batches of
{BATCH}: 20 a second of {1000 * work(BATCH):.0f} ms, half a connection: {100 * found.said_busy:.0f} % busy. The price is time: a row waits for half of its batch
to arrive, 12 x 2 ms, and then {1000 * work(BATCH):.0f} ms: {found.said_latency:.0f} ms.

## The exact answer

Every b arrivals fill a batch, so batches come at Erlang intervals (G/M/c):

| rows a batch | database busy | mean time until written |
|---|---|---|
| 1 | {100 * found.single_busy:.0f} % | without bound |
{rows}

The time is shortest at {found.best} rows; larger batches buy capacity with latency. {BATCH} leave the database nearly nine times the
load that it has, for less than 50 ms.

![Time and utilisation against the size of a batch](batch-writes.svg)

## The trap

The quiet hour. At {QUIET:.0f} rows/s a batch of {BATCH} takes {found.night_first / 1000:.1f} s to fill, {found.night_mean / 1000:.1f} s for a row on average: batching by count
alone is slowest when there is least to do. Send after {1000 * FLUSH:.0f} ms, full or not: {found.flushed_rows:.2f} rows a write, the database {100 * found.flushed_busy:.1f} %
busy, and no row waits longer than {1000 * FLUSH:.0f} ms for its batch.

## The follow-up

*The process crashes. What is lost?* Whatever was acknowledged but not written: up to {BATCH - 1} rows in the batch, and those
under way. If that is not allowed, acknowledge after the write, and the {found.latency[BATCH]:.0f} ms are part of the response time; or put a
durable queue in front.
"""


def figure() -> Figure:
    """Time and utilisation against the size of a batch."""
    from matplotlib.figure import Figure

    sizes = np.arange(2, 101)
    drawn = Figure()
    left, right = drawn.subplots(1, 2)
    left.plot(sizes, [latency_ms(int(rows)) for rows in sizes], label="until written")
    left.plot(sizes, 1000 * (sizes - 1) / 2 / ROWS, label="filling the batch")
    left.set(xlabel="rows a batch", ylabel="mean time of a row [ms]", xlim=(0, 100), ylim=(0, 180))
    left.set_title("What batching costs")
    left.legend(loc="upper left")
    right.plot(sizes, [100 * database(int(rows)).utilisation for rows in sizes])
    right.plot(1, 100, "o", color="#0072B2")
    right.annotate("single inserts: full", (1, 100), xytext=(8, -4), textcoords="offset points")
    right.set(xlabel="rows a batch", ylabel="database busy [%]", xlim=(0, 100), ylim=(0, 110))
    right.set_title("What it saves")
    return drawn


def main(file: str | None = None) -> None:
    """Print the page; draw its figure into a file."""
    print(page(answer()))
    if file is not None:
        from queuecalc.report.figures import write_figure

        write_figure(figure(), file)


if __name__ == "__main__":
    main(*sys.argv[1:2])
