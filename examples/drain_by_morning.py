"""How many workers until the backlog is gone by morning? A worked interview question.

Run it with  python examples/drain_by_morning.py [figure.svg]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from queuecalc.dynamics import FluidPath, fluid_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STOPPED_H, NIGHT_H = 4.0, 8.0  # workers stand still from 18:00 to 22:00; it is to be done by 06:00
DAY, NIGHT = 100.0, 40.0  # jobs/s until 22:00 and again from 06:00; between them
JOB = 0.050  # s
HOUR = 3600.0


class Answer(NamedTuple):
    """Jobs; workers; hours after 22:00."""

    backlog: float
    said_blind: float
    said: float
    drained_after: dict[int, float]
    left_at_six: dict[int, float]
    lag_at_ten: float
    least: int
    day: float


def worked_off(workers: int) -> FluidPath:
    """The backlog from 18:00 until two days later."""
    return fluid_path(
        knots=np.array([0.0, 4.0, 12.0, 28.0, 36.0, 52.0]) * HOUR,
        inflow_left=(DAY, NIGHT, DAY, NIGHT, DAY),
        inflow_right=(DAY, NIGHT, DAY, NIGHT, DAY),
        capacity_left=np.array([0.0, 1.0, 1.0, 1.0, 1.0]) * workers / JOB,
    )


def drained_h(workers: int) -> float:
    """Hours after 22:00 until the backlog is gone for the first time; inf if it never is."""
    path = worked_off(workers)
    gone = path.knots[(path.backlog == 0.0) & (path.knots > STOPPED_H * HOUR)]
    return float(gone[0]) / HOUR - STOPPED_H if gone.size else float("inf")


def answer() -> Answer:
    """The numbers of the page."""
    paths = {workers: worked_off(workers) for workers in range(3, 9)}
    backlog = float(paths[5].backlog_at(STOPPED_H * HOUR))
    drained = {workers: drained_h(workers) for workers in paths}
    return Answer(
        backlog=backlog,
        said_blind=backlog / (NIGHT_H * HOUR) * JOB,
        said=(backlog / (NIGHT_H * HOUR) + NIGHT) * JOB,
        drained_after=drained,
        left_at_six={n: float(path.backlog_at((STOPPED_H + NIGHT_H) * HOUR)) for n, path in paths.items()},
        lag_at_ten=backlog * JOB / 5 / HOUR,
        least=min(n for n, hours in drained.items() if hours <= NIGHT_H),
        day=DAY * JOB,
    )


def page(found: Answer) -> str:
    """The question and its answer, as Markdown."""
    rows = "\n".join(
        f"| {n} | {found.left_at_six[n]:,.0f} | {f'after {hours:.1f} h' if np.isfinite(hours) else 'never'} |"
        for n, hours in found.drained_after.items()
    )
    return f"""\
# How many workers until the backlog is gone by morning?

**Question.** The workers stood still from 18:00 to 22:00 while {DAY:.0f} jobs/s came in. At night {NIGHT:.0f}/s come, from 06:00 again
{DAY:.0f}/s. A job takes a worker {1000 * JOB:.0f} ms. How many workers must run so that the backlog is gone by 06:00?

## Ask back

- What keeps coming in meanwhile?
- In which order: oldest first, or the newest while the old ones wait?
- What do the workers themselves load, say a database, and how much does that take?
- Does anybody still need the oldest jobs?

## The estimate, said aloud

Four hours of {DAY:.0f}/s are {found.backlog / 1e6:.2f} million jobs. Eight hours are 28,800 s: 50 jobs/s, at 20 a worker two and a half.
But {NIGHT:.0f}/s keep coming: 90 jobs/s, four and a half workers. So five.

## The exact answer

The backlog is a fluid: it falls by what the workers can do less what comes in.

| workers | left at 06:00 | gone, counted from 22:00 |
|---|---|---|
{rows}

{found.least} workers are done in time. Just after 22:00 a new job waits {found.lag_at_ten:.0f} h even so, if the oldest go first.

![The backlog through the night](drain-by-morning.svg)

## The trap

Forgetting what keeps coming gives {found.said_blind:.1f}, so 3 workers; they are not even half done by 06:00, and then the day
brings more than they can do. What drains a backlog is only the *spare* capacity. And the day decides, too: {DAY:.0f}/s keep
{found.day:.0f} workers busy all the time. With 5 the day has no reserve at all (a random load then builds a line without bound),
so the plan is five for the night and six or more before 06:00.

## The follow-up

*Each job writes a row, and the database takes 80 a second. How many workers now?* Four do 80 jobs/s; a fifth only waits
for the database. The spare rate is 80 - {NIGHT:.0f} = 40/s, and {found.backlog / 1e6:.2f} million take 10 h: not by morning. Batch the writes
first.
"""


def figure() -> Figure:
    """The backlog through the night."""
    from matplotlib.figure import Figure

    hours = np.linspace(0.0, 18.0, 361)
    drawn = Figure()
    axes = drawn.subplots()
    for workers in (3, 4, 5, 6):
        backlog = worked_off(workers).backlog_at(hours * HOUR)
        axes.plot(hours, backlog / 1e6, label=f"{workers} workers")
    axes.axvline(STOPPED_H + NIGHT_H, color="0.5", linewidth=1.0)
    axes.set_xticks(range(0, 19, 2), [f"{(18 + hour) % 24:02d}:00" for hour in range(0, 19, 2)])
    axes.set(xlabel="time of day", ylabel="backlog [million jobs]", xlim=(0, 18), ylim=(0, 1.6))
    axes.set_title("Workers stand still until 22:00; the backlog is to be gone by 06:00")
    axes.legend(loc="upper center")
    return drawn


def main(file: str | None = None) -> None:
    """Print the page; draw its figure into a file."""
    print(page(answer()))
    if file is not None:
        from queuecalc.report.figures import write_figure

        write_figure(figure(), file)


if __name__ == "__main__":
    main(*sys.argv[1:2])
