"""Why 80 % utilisation? A worked interview question.

Run it with  python examples/why_eighty_percent.py [figure.svg]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import queuecalc as qc

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SERVICE = 0.020  # s
CALM, RUSH = 0.64, 0.96  # two halves of an average of 80 %
GROWTH = 1.03  # a month


class Answer(NamedTuple):
    """Latencies as multiples of the service time; months."""

    at: dict[float, float]
    p95: float
    many: dict[int, float]
    uneven: float
    two_halves: float
    doubled_after: float
    again_after: float


def answer() -> Answer:
    """The numbers of the page."""
    one = {
        rho: qc.MM1(arrival_rate=rho / SERVICE, service_rate=1 / SERVICE)
        for rho in (0.5, 0.6, CALM, 0.8, 0.88, 0.9, 0.95, RUSH, 0.99)
    }
    ratio = {rho: station.mean_sojourn / SERVICE for rho, station in one.items()}
    many = {
        c: qc.MMc(arrival_rate=0.8 * c / SERVICE, service_rate=1 / SERVICE, servers=c).mean_sojourn / SERVICE
        for c in (8, 64)
    }
    uneven = qc.MG1(arrival_rate=0.8 / SERVICE, service=qc.Gamma(mean=SERVICE, scv=4.0))
    return Answer(
        at=ratio,
        p95=one[0.8].sojourn.ppf(0.95) / SERVICE,
        many=many,
        uneven=uneven.mean_sojourn / SERVICE,
        two_halves=(CALM * ratio[CALM] + RUSH * ratio[RUSH]) / (CALM + RUSH),
        doubled_after=float(np.log(0.8 / 0.6) / np.log(GROWTH)),
        again_after=float(np.log(0.9 / 0.8) / np.log(GROWTH)),
    )


def page(found: Answer) -> str:
    """The question and its answer, as Markdown."""
    at = found.at
    return f"""\
# Why 80 % utilisation?

**Question.** "Keep servers below 80 %." Where does the number come from, and when is it wrong?

## Ask back

- How many servers share one line?
- Is the 80 % an average over five minutes, or the worst second?
- Does the contract speak of the mean or of a percentile?
- How uneven are the service times?

## The estimate, said aloud

For one server the latency is the service time divided by the idle share. 50 % busy: twice the service. 80 %: five times.
90 %: ten times. 95 %: twenty times. Every halving of what is idle doubles the latency. At 80 % ten percent more load
still goes well (88 %: eight times); at 90 % the same ten percent are 99 %: a hundred times. 80 % is where a surprise of
the usual size is still survived.

## The exact answer

| utilisation, one server (M/M/1) | 50 % | 80 % | 88 % | 90 % | 95 % | 99 % |
|---|---|---|---|---|---|---|
| mean latency / service time | {at[0.5]:.0f} | {at[0.8]:.0f} | {at[0.88]:.1f} | {at[0.9]:.0f} | {at[0.95]:.0f} | {at[0.99]:.0f} |

At 80 % the p95 is {found.p95:.0f} times the service time. But the number belongs to one server: at 80 % a line in front of 8
servers has {found.many[8]:.2f} times the service time, in front of 64 servers {found.many[64]:.3f} times. 64 servers may be far
busier than 80 %. And it belongs to exponential service: with SCV 4 one server has {found.uneven:.0f} times.

![Latency over service time against utilisation](why-eighty-percent.svg)

## The trap

The average. A monitor shows 80 % over five minutes; in truth half of them ran at {100 * CALM:.0f} % and half at
{100 * RUSH:.0f} %. A request then sees {found.two_halves:.0f} times the service time on average, not {at[0.8]:.0f}: the busy half has more
requests *and* the longer line. (Each half is taken in its own steady state.)

## The follow-up

*You are at 60 % and grow by 3 % a month. When has the latency doubled, and when has it doubled again?* At 80 %, after
{found.doubled_after:.1f} months; at 90 %, only {found.again_after:.1f} months later.
"""


def figure() -> Figure:
    """Latency over service time against utilisation."""
    from matplotlib.figure import Figure

    busy = np.linspace(0.01, 0.985, 196)
    drawn = Figure()
    axes = drawn.subplots()
    uneven = qc.MG1(arrival_rate=busy / SERVICE, service=qc.Gamma(mean=SERVICE, scv=4.0))
    axes.plot(100 * busy, uneven.mean_sojourn / SERVICE, label="1 server, SCV 4")
    for c in (1, 8, 64):
        station = qc.MMc(arrival_rate=c * busy / SERVICE, service_rate=1 / SERVICE, servers=c)
        axes.plot(
            100 * busy, station.mean_sojourn / SERVICE, label=f"{c} server{'s' if c > 1 else ''}, SCV 1"
        )
    axes.axvline(80, color="0.5", linewidth=1.0)
    axes.set(xlabel="utilisation [%]", ylabel="mean latency / service time", xlim=(0, 100), ylim=(0, 25))
    axes.set_title("80 % is a number for one server")
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
