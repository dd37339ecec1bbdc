"""Design an IoT ingestion pipeline. A worked interview question.

Run it with  python examples/design_iot_ingestion.py [figure.svg]
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import queuecalc as qc

if TYPE_CHECKING:
    from matplotlib.figure import Figure

USERS, RATE = 3300, 0.22  # at the peak; actions/s of each


class Answer(NamedTuple):
    """Rates per second; servers at work; units; dollars; minutes."""

    actions: float
    records: float
    server_erlang: float
    worker_erlang: float
    said: dict[str, int]
    counts: dict[str, int]
    dollars: float
    p95: float
    availability: float
    peak_dollars: float
    worker_busy: float
    worker_lag: float
    one_worker_less: str
    buffered_less: float
    unbuffered: str
    headroom: float
    first_to_break: str


@cache
def sized_model() -> tuple[qc.Model, qc.SizingAnswer]:
    """The shipped model and its cheapest plan."""
    model = qc.read_model("iot-ingestion")
    return model, qc.size(model, explain=True)


def answer() -> Answer:
    """The numbers of the page."""
    model, sized = sized_model()
    plan = dict(sized.counts)
    assert sized.peak_sized_usd_per_month is not None
    judged = sized.evaluation
    assert judged.availability is not None
    assert sized.headroom is not None
    assert sized.headroom.excuse is not None
    worker = next(line for line in judged.components if line.name == "worker")
    lag = next(line.max_lag_s for line in judged.asynchronous if line.component == "worker")
    fewer = qc.evaluate(model, {**plan, "worker": plan["worker"] - 1})
    direct = qc.evaluate(model, {**plan, "stream": 0, "analytics": 0, "queue": 0, "worker": 0})
    actions = USERS * RATE
    records = actions * 0.8 * 3
    server = actions * 0.030
    workers = records * 0.002 + actions * 0.1 * 0.120
    return Answer(
        actions=actions,
        records=records,
        server_erlang=server,
        worker_erlang=workers,
        said={
            "server": -(-int(server) // 6),
            "stream": -(-int(records) // 1000),
            "worker": round(workers / 2),
        },
        counts={name: count for name, count in plan.items() if count},
        dollars=float(sized.cost_usd_per_month),
        p95=1000 * judged.latencies[0].worst_s,
        availability=judged.availability.load_aware,
        peak_dollars=float(sized.peak_sized_usd_per_month),
        worker_busy=worker.peak_utilisation,
        worker_lag=lag / 60,
        one_worker_less=fewer.excuses[0].sentence,
        buffered_less=float(sized.peak_sized_usd_per_month - sized.cost_usd_per_month),
        unbuffered=direct.excuses[0].sentence,
        headroom=sized.headroom.factor,
        first_to_break=sized.headroom.excuse.sentence,
    )


def page(found: Answer) -> str:
    """The question and its answer, as Markdown."""
    plan = ", ".join(f"{name} {count}" for name, count in found.counts.items())
    return f"""\
# Design an IoT ingestion pipeline

**Question.** Devices send telemetry while new firmware is rolled out: 120 users become {USERS:,} within a day. Each makes
{RATE} actions/s; 80 % are writes of three records, 20 % read a page, one in ten leaves a job of 120 ms. p95 within
180 ms, 99.75 % available, $820 a month. What do you build, and how many of each?

## Ask back

- What must be acknowledged, and when is a record safe?
- May processing fall behind at the peak, and by how much?
- What do devices do when they get no answer? (here: bad firmware tries again, 35 % on top)
- How long does the peak last?

## The estimate, said aloud

{USERS:,} x {RATE} = {found.actions:.0f} actions/s. Servers: 30 ms each, {found.server_erlang:.0f} at work; 8 slots to a server, kept three quarters busy, so 6
used: {found.said["server"]}. Records: 80 % x 3 = {found.records:,.0f}/s; a shard takes 1,000: {found.said["stream"]}. Workers: 2 ms a record and 73 jobs/s of 120 ms,
{found.worker_erlang:.0f} threads at work, two to a worker: {found.said["worker"]} if they may run full at the peak and catch up later. A limiter for the
retries, a balancer because there are several servers, a cache for the reads, one primary.

## The exact answer

`queuecalc size iot-ingestion`: {plan}. **${found.dollars:.0f} a month**, p95 {found.p95:.0f} ms, availability {100 * found.availability:.2f} %, proven:
no cheaper plan keeps the contract. The workers are {100 * found.worker_busy:.0f} % busy at the peak and fall behind by {found.worker_lag:.0f} minutes; nobody waits
for them.

![Load, and the lag behind the buffers](design-iot-ingestion.svg)

## The trap

Buying everything for the peak: ${found.peak_dollars:.0f}, ${found.buffered_less:.0f} more, for workers that idle most of the time. The opposite trap is to
believe that a buffer makes capacity: one worker less, and *{found.one_worker_less}*. And without buffers, every record
written to the database while the client waits: *{found.unbuffered}*.

## The follow-up

*Which component breaks first if the roll-out is 10 % larger?* The plan holds up to
{found.headroom:.3f} times the load. Beyond that: *{found.first_to_break}*. It is the lag of the workers that breaks first, not the latency
that users see. They fail quietly, so that is where the alarm belongs.
"""


def figure() -> Figure:
    """The load, and how far the work behind the buffers falls behind."""
    from matplotlib.figure import Figure

    model, sized = sized_model()
    series = qc.evaluate(model, sized.counts, series=True).series
    assert series is not None
    drawn = Figure()
    above, below = drawn.subplots(2, 1, sharex=True)
    above.plot(series.hours, series.requests_per_s)
    above.set(ylabel="requests/s", ylim=(0, 800), xlim=(0, 60))
    above.set_title("What comes in")
    for name in ("worker", "analytics"):
        below.plot(series.hours, np.array(series.lag_s[name]) / 60, label=name)
    below.set(xlabel="hour", ylabel="lag [min]", ylim=(0, 40), xticks=range(0, 61, 6))
    below.set_title("How late the work behind the buffers is")
    below.legend(loc="upper right")
    return drawn


def main(file: str | None = None) -> None:
    """Print the page; draw its figure into a file."""
    print(page(answer()))
    if file is not None:
        from queuecalc.report.figures import write_figure

        write_figure(figure(), file)


if __name__ == "__main__":
    main(*sys.argv[1:2])
