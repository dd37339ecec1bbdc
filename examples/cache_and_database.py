"""What does the cache hit ratio do to the database? A worked interview question.

Run it with  python examples/cache_and_database.py [figure.svg]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import queuecalc as qc

if TYPE_CHECKING:
    from matplotlib.figure import Figure

READS, CACHE, QUERY, SERVERS = (
    5000.0,
    0.00005,
    0.004,
    2,
)  # reads/s; s in the cache; s of a query; database servers
HIT, FEWER = 0.95, 0.92


class Answer(NamedTuple):
    """Times in milliseconds."""

    busy: dict[float, float]
    mean: float
    p95: float
    p99: float
    fewer_mean: float
    fewer_p95: float
    fewer_p99: float
    cold_erlang: float
    least_hit: float
    evidence: str


def network(hit: float) -> qc.JacksonNetwork:
    """A cache, and the database behind it for what it misses."""
    return qc.JacksonNetwork(
        stations={
            "cache": qc.Station(servers=1, service_rate=1 / CACHE),
            "database": qc.Station(servers=SERVERS, service_rate=1 / QUERY),
        },
        routing={"cache": {"database": 1 - hit}},
        arrival_rates={"cache": READS},
    )


def answer() -> Answer:
    """The numbers of the page."""
    usual, fewer = network(HIT).solve(), network(FEWER).solve()
    return Answer(
        busy={hit: network(hit).solve().stations["database"].utilisation for hit in (0.99, 0.95, 0.92, 0.90)},
        mean=1000 * usual.sojourn.mean,
        p95=1000 * usual.sojourn.ppf(0.95),
        p99=1000 * usual.sojourn.ppf(0.99),
        fewer_mean=1000 * fewer.sojourn.mean,
        fewer_p95=1000 * fewer.sojourn.ppf(0.95),
        fewer_p99=1000 * fewer.sojourn.ppf(0.99),
        cold_erlang=qc.MMc(arrival_rate=READS, service_rate=1 / QUERY, servers=SERVERS).offered_load,
        least_hit=1 - SERVERS / (READS * QUERY),
        evidence=str(usual.evidence),
    )


def page(found: Answer) -> str:
    """The question and its answer, as Markdown."""
    shown = " | ".join(f"{100 * busy:.0f} %" for busy in found.busy.values())
    return f"""\
# What does the cache hit ratio do to the database?

**Question.** {READS:,.0f} reads/s go to a cache that hits {100 * HIT:.0f} % of them. A miss costs a query of {1000 * QUERY:.0f} ms. How
large a database do you need, and how much does the hit ratio matter?

## Ask back

- Is {100 * HIT:.0f} % an average, or does it hold at the peak and after a deploy?
- What happens when the cache restarts empty?
- Which percentile is promised? A mean over hits and misses says little.

## The estimate, said aloud

5 % of {READS:,.0f} are 250 misses/s; at {1000 * QUERY:.0f} ms that is one server's work. Two servers are 50 % busy. What counts is
the *miss* ratio: from 95 to 90 % hits sounds like little, but misses double, and two servers are full.

## The exact answer

| hits | {" | ".join(f"{100 * hit:.0f} %" for hit in found.busy)} |
|---|---|---|---|---|
| database busy | {shown} |

End to end (a Jackson network of cache and database, {found.evidence}): with {100 * HIT:.0f} % hits the mean is {found.mean:.2f} ms, p95
{found.p95:.2f} ms and p99 {found.p99:.1f} ms. With {100 * FEWER:.0f} % the mean is {found.fewer_mean:.2f} ms, p95 {found.fewer_p95:.1f} ms and p99
{found.fewer_p99:.0f} ms. As long as fewer than 5 % miss, the p95 sees the cache alone; a few misses more and it jumps to the time
of the database. A percentile next to the hit ratio is a cliff.

![Percentiles of a read against the hit ratio](cache-and-database.svg)

## The trap

The empty cache. All {READS:,.0f} reads/s fall through: {found.cold_erlang:.0f} servers' work on {SERVERS} servers. The database answers nothing in
time, so nothing fills the cache either. Size the database for the cache that you have and it cannot survive without
it: limit what passes, let one caller fetch a key for all, or warm up before taking traffic.

## The follow-up

*How full must the cache be again before traffic may return?* It must hit more than {100 * found.least_hit:.0f} %: the database then
has just less than all of its {SERVERS} servers to do. Below that, admit only as many reads as its capacity divided by the miss
ratio.
"""


def figure() -> Figure:
    """Percentiles of a read against the hit ratio."""
    from matplotlib.figure import Figure

    hits = np.concatenate([np.linspace(0.905, 0.99, 86), np.linspace(0.9905, 0.9995, 19)])
    laws = [network(float(hit)).solve().sojourn for hit in hits]
    drawn = Figure()
    axes = drawn.subplots()
    for level in (0.99, 0.95, 0.90):
        axes.semilogy(100 * hits, [1000 * law.ppf(level) for law in laws], label=f"p{100 * level:.0f}")
    axes.semilogy(100 * hits, [1000 * law.mean for law in laws], label="mean")
    axes.set(xlabel="hits [%]", ylabel="latency of a read [ms]", xlim=(90, 100), ylim=(0.05, 100))
    axes.set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    axes.set_title(f"{READS:,.0f} reads/s, {SERVERS} database servers of {1000 * QUERY:.0f} ms")
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
