"""One fast server or many slow ones? A worked interview question.

Run it with  python examples/one_fast_or_many_slow.py [figure.svg]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import queuecalc as qc

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOAD = 80.0  # requests/s
FAST, SLOW, COUNT = 100.0, 10.0, 10  # requests/s of one server; how many slow ones make a fast one
SCV = 9.0  # of the uneven work in the trap


class Answer(NamedTuple):
    """Times in milliseconds."""

    said_fast: float
    said_slow: float
    fast_mean: float
    fast_p95: float
    slow_mean: float
    slow_p95: float
    slow_waits: float
    uneven_fast: float
    uneven_slow: float
    idle_fast: float
    idle_slow: float
    one_down: float


def answer() -> Answer:
    """The numbers of the page."""
    fast = qc.MMc(arrival_rate=LOAD, service_rate=FAST, servers=1)
    slow = qc.MMc(arrival_rate=LOAD, service_rate=SLOW, servers=COUNT)
    uneven_fast = qc.MG1(arrival_rate=LOAD, service=qc.Hyperexponential(mean=1 / FAST, scv=SCV))
    uneven_slow = qc.MGc(
        arrival_rate=LOAD, service=qc.Hyperexponential(mean=1 / SLOW, scv=SCV), servers=COUNT
    )
    wait_of_those_who_wait = 1000 / (FAST - LOAD)
    return Answer(
        said_fast=1000 / FAST / (1 - LOAD / FAST),
        said_slow=1000 / SLOW + 0.4 * wait_of_those_who_wait,
        fast_mean=1000 * fast.mean_sojourn,
        fast_p95=1000 * fast.sojourn.ppf(0.95),
        slow_mean=1000 * slow.mean_sojourn,
        slow_p95=1000 * slow.sojourn.ppf(0.95),
        slow_waits=slow.delay_probability,
        uneven_fast=1000 * uneven_fast.mean_sojourn,
        uneven_slow=1000 * uneven_slow.mean_sojourn,
        idle_fast=1000 * qc.MMc(arrival_rate=10, service_rate=FAST, servers=1).mean_sojourn,
        idle_slow=1000 * qc.MMc(arrival_rate=10, service_rate=SLOW, servers=COUNT).mean_sojourn,
        one_down=1000 * qc.MMc(arrival_rate=LOAD, service_rate=SLOW, servers=COUNT - 1).mean_sojourn,
    )


def page(found: Answer) -> str:
    """The question and its answer, as Markdown."""
    return f"""\
# One fast server or many slow ones?

**Question.** {LOAD:.0f} requests arrive per second. For the same money you get one server that completes {FAST:.0f}
a second, or {COUNT} that complete {SLOW:.0f} each. Which has the lower latency?

## Ask back

- Can one request use the whole fast machine, or is it bound to one core?
- Which statistic counts: mean, p95, p99?
- How uneven are the requests?
- May the service stop while a machine is replaced?

## The estimate, said aloud

Both are {100 * LOAD / FAST:.0f} % busy. The fast one works {1000 / FAST:.0f} ms on a request; one fifth of it is idle, so
{1000 / FAST:.0f} ms / 0.2 = {found.said_fast:.0f} ms. A slow one works {1000 / SLOW:.0f} ms, and that is the least it can be.
Whoever waits, waits for a free server: {FAST:.0f} - {LOAD:.0f} = {FAST - LOAD:.0f} a second are to spare, hence
{1000 / (FAST - LOAD):.0f} ms on average in both designs. Perhaps 40 % have to: {1000 / SLOW:.0f} + 20 =
{found.said_slow:.0f} ms. The fast one wins by more than a factor of two.

## The exact answer

| | mean | p95 | have to wait |
|---|---|---|---|
| one fast server (M/M/1) | {found.fast_mean:.0f} ms | {found.fast_p95:.0f} ms | {100 * LOAD / FAST:.0f} % |
| {COUNT} slow servers (M/M/{COUNT}) | {found.slow_mean:.0f} ms | {found.slow_p95:.0f} ms | {100 * found.slow_waits:.0f} % |

Among the {COUNT}, fewer have to wait, but each pays ten times the service. At 10 requests/s it is
{found.idle_fast:.0f} ms against {found.idle_slow:.0f} ms; only when both are nearly full, and nearly all of the time is
waiting, do they come close to each other.

![Mean latency of both designs against the load](one-fast-or-many-slow.svg)

## The trap

"Fewer and faster" assumes that requests are alike. Let a few be very long (SCV, variance / mean², {SCV:.0f} instead of
1): the one fast server makes everybody wait behind each of them, and its mean becomes {found.uneven_fast:.0f} ms. The
{COUNT} slow ones let the others pass: about {found.uneven_slow:.0f} ms (M/G/c is approximate; this figure is 7 % low). The order
has turned round.

The fast server also fails as a whole. With one of the {COUNT} down the mean is {found.one_down:.0f} ms, and the service
goes on.

## The follow-up

*Your profiler says that half of a request is spent in a lock that one thread at a time may hold. What does that do to
the {COUNT} slow servers?* The lock is a queue of its own with one server of {500 / SLOW:.0f} ms: it lets {2 * SLOW:.0f} requests/s
pass, whatever the number of servers around it, and the load is {LOAD:.0f}.
"""


def figure() -> Figure:
    """Mean latency against the load."""
    from matplotlib.figure import Figure

    loads = np.linspace(1.0, 98.0, 195)
    drawn = Figure()
    axes = drawn.subplots()
    for servers, rate, label in ((1, FAST, "one fast server"), (COUNT, SLOW, f"{COUNT} slow servers")):
        station = qc.MMc(arrival_rate=loads, service_rate=rate, servers=servers)
        axes.plot(loads, 1000 * station.mean_sojourn, label=label)
    axes.set(xlabel="load [requests/s]", ylabel="mean latency [ms]", xlim=(0, 100), ylim=(0, 400))
    axes.set_title("Same capacity, 100 requests/s")
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
