"""Design event streaming. A worked interview question.

Run it with  python examples/design_event_streaming.py [figure.svg]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import queuecalc as qc
from queuecalc.dynamics import FluidPath, fluid_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EVENTS, SHARD = 6000.0, 1000.0  # events/s in all; what one partition can take in
CONSUME = 0.005  # s that a consumer works on an event
PARTITIONS = 40
HOT = 0.05  # share of the hot key in the trap
STOPPED_S, HOUR = 600.0, 3600.0


class Answer(NamedTuple):
    """Partitions; milliseconds; events; hours."""

    for_writes: float
    for_reads: float
    busy: float
    said_mean: float
    mean: float
    p99: float
    p99_of: dict[int, float]
    hot_busy: float
    hot_lag_after_1h: float
    hot_alone: float
    backlog: float
    caught_up_after: float
    with_32_h: float


def stopped(partitions: int) -> FluidPath:
    """All consumers stand still for ten minutes, then work for four hours."""
    return fluid_path(
        knots=(0.0, STOPPED_S, STOPPED_S + 4 * HOUR),
        inflow_left=EVENTS,
        inflow_right=EVENTS,
        capacity_left=(0.0, partitions / CONSUME),
    )


def caught_up_h(partitions: int) -> float:
    """Hours from the return of the consumers until the backlog is gone."""
    path = stopped(partitions)
    gone = path.knots[(path.backlog == 0.0) & (path.knots > STOPPED_S)]
    return (float(gone[0]) - STOPPED_S) / HOUR


def answer() -> Answer:
    """The numbers of the page."""
    partition = {
        n: qc.MM1(arrival_rate=EVENTS / n, service_rate=1 / CONSUME) for n in (32, 36, PARTITIONS, 60)
    }
    usual = partition[PARTITIONS]
    hot_rate = HOT * EVENTS + (1 - HOT) * EVENTS / PARTITIONS
    hot = qc.MM1(arrival_rate=hot_rate, service_rate=1 / CONSUME)
    return Answer(
        for_writes=EVENTS / SHARD,
        for_reads=EVENTS * CONSUME,
        busy=usual.utilisation,
        said_mean=1000 * CONSUME / (1 - 0.75),
        mean=1000 * usual.mean_sojourn,
        p99=1000 * usual.sojourn.ppf(0.99),
        p99_of={n: 1000 * each.sojourn.ppf(0.99) for n, each in partition.items()},
        hot_busy=hot.utilisation,
        hot_lag_after_1h=hot.utilisation - 1,
        hot_alone=qc.MM1(arrival_rate=HOT * EVENTS, service_rate=1 / CONSUME).utilisation,
        backlog=stopped(PARTITIONS).max_backlog,
        caught_up_after=60 * caught_up_h(PARTITIONS),
        with_32_h=caught_up_h(32),
    )


def page(found: Answer) -> str:
    """The question and its answer, as Markdown."""
    return f"""\
# Design event streaming

**Question.** {EVENTS:,.0f} events/s are to go through a partitioned log. A partition takes in {SHARD:,.0f} events/s; a consumer
works {1000 * CONSUME:.0f} ms on an event, and a partition has one consumer at a time. How many partitions?

## Ask back

- What is the key, and how evenly do the events spread over it?
- Must events of one key stay in order? (that is what ties a partition to one consumer)
- How late may an event be processed, usually and after an outage?
- How long does the log keep events?

## The estimate, said aloud

Writing: {EVENTS:,.0f} / {SHARD:,.0f} = {found.for_writes:.0f} partitions. Reading: {EVENTS:,.0f} x {1000 * CONSUME:.0f} ms = {found.for_reads:.0f} consumers at work all the time, so {found.for_reads:.0f}
partitions are full. The consumers decide, not the log. At three quarters busy that is {PARTITIONS}, and an event takes
5 ms / 0.25 = {found.said_mean:.0f} ms.

## The exact answer

With {PARTITIONS} partitions each is a queue of its own (M/M/1), {100 * found.busy:.0f} % busy: {found.mean:.0f} ms on average, p99 {found.p99:.0f} ms.

| partitions | {" | ".join(str(n) for n in found.p99_of)} |
|---|---|---|---|---|
| p99 of an event | {" | ".join(f"{p99:.0f} ms" for p99 in found.p99_of.values())} |

Partitions cannot help each other out, so they must stay emptier than workers behind one queue would have to.

![The lag after ten minutes without consumers](design-event-streaming.svg)

## The trap

One hot key. If a single device or customer makes {100 * HOT:.0f} % of the events, its partition gets {HOT * EVENTS:.0f}/s on top of its share:
{100 * found.hot_busy:.0f} % busy. It falls behind by {60 * found.hot_lag_after_1h:.0f} minutes every hour, while the average over all consumers still says
{100 * found.busy:.0f} %. More partitions do not help: the key alone is {100 * found.hot_alone:.0f} % of what one consumer can do. Split the key, drop its order,
or batch its events. queuecalc spreads load evenly over the units of a split component; a hot key you must model as a
component of its own.

## The follow-up

*All consumers are down for ten minutes. When have they caught up?* {found.backlog / 1e6:.1f} million events wait. {PARTITIONS} consumers do 8,000/s,
6,000 keep coming: 2,000 to spare, {found.caught_up_after:.0f} minutes. With 32 it would be {found.with_32_h} hours. Size for the
catching up as well as for the day, and keep the log longer than the longest repair.
"""


def figure() -> Figure:
    """The lag after all consumers stood still."""
    from matplotlib.figure import Figure

    minutes = np.linspace(0.0, 180.0, 721)
    drawn = Figure()
    axes = drawn.subplots()
    for partitions in (32, 36, PARTITIONS, 60):
        backlog = stopped(partitions).backlog_at(minutes * 60)
        axes.plot(minutes, backlog / 1e6, label=f"{partitions} partitions")
    axes.axvspan(0, STOPPED_S / 60, color="0.92")
    axes.set(xlabel="time [min]", ylabel="backlog [million events]", xlim=(0, 180), ylim=(0, 4))
    axes.set_title("Consumers stand still for ten minutes (grey)")
    axes.legend(loc="upper right")
    return drawn


def main(file: str | None = None) -> None:
    """Print the page; draw its figure into a file."""
    print(page(answer()))
    if file is not None:
        from queuecalc.report.figures import write_figure

        write_figure(figure(), file)


if __name__ == "__main__":
    main(*sys.argv[1:2])
