"""What do N + 1 queries cost? A worked interview question.

Run it with  python examples/what_n_plus_one_costs.py [figure.svg]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import queuecalc as qc
from queuecalc.modelfile import read_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAGES, ROWS = 60.0, 50  # pages/s; rows on a page
SIMULATED_P95 = 185.0  # ms, of N + 1; 60,000 pages, good to 4 %
QUERY_MS, JOIN_MS, TRIP_MS, SERVERS = (
    1.0,
    5.0,
    0.5,
    4,
)  # database time of one row, of all at once; network; servers


class Answer(NamedTuple):
    """Times in milliseconds."""

    said_many: float
    said_one: float
    mean: dict[str, float]
    calculated_p95: float
    simulated_p95: float
    busy: dict[str, float]
    most_pages: dict[str, float]


def model(queries: int, service_ms: float, pages: float = PAGES) -> qc.Model:
    """A page that asks the database some times in a row."""
    return read_text(f"""
        format = 1
        title = "A page"
        [load]
        requests_per_s = {pages}
        [contract]
        p95_ms = 1000
        [components.web]
        count = 1
        servers = 1000
        service_ms = 0.001
        waits = "async"
        [components.database]
        count = 1
        servers = {SERVERS}
        service_ms = {service_ms}
        fixed_delay_ms = {TRIP_MS}
        [architecture]
        calls = [
          {{ from = "users", to = "web" }},
          {{ from = "web", to = "database", times = {queries} }},
        ]
        """)


DESIGNS = {"one join": (1, JOIN_MS), "on a laptop, 5 rows": (6, QUERY_MS), "N + 1": (1 + ROWS, QUERY_MS)}


def answer() -> Answer:
    """The numbers of the page."""
    mean, p95, busy, most = {}, {}, {}, {}
    for name, (queries, service_ms) in DESIGNS.items():
        pages = 1.0 if "laptop" in name else PAGES
        judged = qc.evaluate(model(queries, service_ms, pages), {"web": 1, "database": 1})
        mean[name] = 1000 * judged.latencies[0].mean_s
        p95[name] = 1000 * judged.latencies[0].worst_s
        busy[name] = next(line.peak_utilisation for line in judged.components if line.name == "database")
        most[name] = SERVERS / (queries * service_ms / 1000)
    return Answer(
        said_many=(1 + ROWS) * (QUERY_MS + TRIP_MS),
        said_one=JOIN_MS + TRIP_MS,
        mean=mean,
        calculated_p95=p95["N + 1"],
        simulated_p95=SIMULATED_P95,
        busy=busy,
        most_pages=most,
    )


def page(found: Answer) -> str:
    """The question and its answer, as Markdown."""
    rows = "\n".join(
        f"| {name} | {DESIGNS[name][0]} | {found.mean[name]:.1f} ms |"
        f" {100 * found.busy[name]:.1f} % | {found.most_pages[name]:,.0f}/s |"
        for name in ("one join", "N + 1")
    )
    laptop = "on a laptop, 5 rows"
    return f"""\
# What do N + 1 queries cost?

**Question.** A page lists {ROWS} rows: one query for the list, then one for each row. A query takes the database
{QUERY_MS:.0f} ms and {TRIP_MS} ms on the way; one join for the whole page would take it {JOIN_MS:.0f} ms. {PAGES:.0f} pages/s, {SERVERS} database
servers. What does it cost?

## Ask back

- One after the other, or at once?
- How far away is the database?
- How many rows will there be next year?

## The estimate, said aloud

{1 + ROWS} queries of {QUERY_MS + TRIP_MS} ms, one after the other: {found.said_many:.1f} ms, and each of them may have to wait. The join:
{found.said_one:.1f} ms. The database: {PAGES:.0f} x {1 + ROWS} = {PAGES * (1 + ROWS):,.0f} queries/s of {QUERY_MS:.0f} ms keep three of {SERVERS} servers busy;
the joins, 300 ms of work a second, a third of one.

## The exact answer

| | queries | mean | database busy | pages/s at most |
|---|---|---|---|---|
{rows}

The line in front of the database is short, but a page stands in it {1 + ROWS} times: {found.mean["N + 1"] - found.said_many:.0f} ms of its mean are waiting. The
means are exact (product form). A percentile is not: visits in a row meet the same busy spell, so that the waits of one page go together.
queuecalc, whose correction for that was measured up to ten visits, says p95 {found.calculated_p95:.0f} ms; a simulation says about
{found.simulated_p95:.0f}.

![Mean time of a page against the load](what-n-plus-one-costs.svg)

## The trap

It does not show where it is written. On a laptop with 5 rows and one user the page takes {found.mean[laptop]:.0f} ms. In production the cost
grows with the rows, and with the distance: from another zone, 2 ms away, the trips alone take {2 * (1 + ROWS)} ms. And it shows on
the wrong dashboard: every single query is fast.

## The follow-up

*Could the {ROWS} queries be sent at once instead?* An idle database then has the page after {ROWS} / {SERVERS} x {QUERY_MS:.0f} ms =
{ROWS / SERVERS * QUERY_MS:.1f} ms or a little more, instead of {found.said_many:.1f} ms. But it has exactly the same work, and full load stays at {found.most_pages["N + 1"]:.0f} pages/s. Parallel calls mend the latency,
not the capacity.
"""


def figure() -> Figure:
    """Mean time of a page against the load."""
    from matplotlib.figure import Figure

    pages = np.linspace(1.0, 110.0, 219)
    drawn = Figure()
    axes = drawn.subplots()
    for name in ("N + 1", "one join"):
        queries, service_ms = DESIGNS[name]
        database = qc.MMc(arrival_rate=pages * queries, service_rate=1000 / service_ms, servers=SERVERS)
        total = queries * (1000 * database.mean_sojourn + TRIP_MS)
        axes.plot(pages, np.where(database.stable, total, np.nan), label=name)
    axes.set(xlabel="load [pages/s]", ylabel="mean time of a page [ms]", xlim=(0, 110), ylim=(0, 300))
    axes.set_title(f"{ROWS} rows, {SERVERS} database servers")
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
