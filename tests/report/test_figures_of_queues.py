"""The pictures of one queue show the times that they are given."""

from __future__ import annotations

import math

import numpy as np
import pytest
from matplotlib.axes import Axes

from queuecalc.report.figures import HockeyStick, SojournTail, draw_hockey_stick, draw_tail
from tests.report.queues import stick, tail
from tests.report.reading import (
    curve,
    empty_axes,
    heights,
    legend,
    texts,
    title,
    verticals,
)


@pytest.fixture
def ax() -> Axes:
    return empty_axes()


def test_the_hockey_stick_shows_every_time_and_where_the_station_is(ax: Axes) -> None:
    points = stick()
    draw_hockey_stick(points, ax)
    unit = 1.0
    for name, values in points.times_s.items():
        line = curve(ax, name)
        assert list(np.asarray(line.get_xdata())) == list(points.load)
        assert heights(line) == pytest.approx([value / unit for value in values])
    assert verticals(ax) == [0.8]
    marked = {
        float(np.asarray(line.get_ydata())[0])
        for line in ax.lines
        if list(np.asarray(line.get_xdata())) == [0.8]
    }
    assert marked == set(points.at_s.values())
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("utilisation", "time in the station [s]")
    assert ax.get_xlim() == (0.0, 1.0)
    assert legend(ax) == ["p99  2.3 s", "p95  1.5 s", "mean  500 ms"]
    assert title(ax) == "M/M/1: at 80 % load p99 is 5 times that of an idle station"


def test_a_station_without_steady_state_is_off_the_axis(ax: Axes) -> None:
    draw_hockey_stick(stick(1.75), ax)
    assert title(ax) == "M/M/1: 175 % of its capacity is asked for, no steady state"
    assert texts(ax) == ["here: 175 %, off the axis"]
    assert legend(ax) == ["p99", "p95", "mean"]
    assert verticals(ax) == []


def test_a_server_for_everyone(ax: Axes) -> None:
    draw_hockey_stick(stick(1.0, limited=False), ax)
    assert title(ax) == "M/M/1: nobody waits, whatever the load"
    assert ax.get_xlabel() == "offered load [erlang]"
    assert texts(ax) == ["here: 1 erlang"]


def test_a_bounded_station_is_shown_beyond_its_capacity(ax: Axes) -> None:
    points = HockeyStick(
        station="M/M/1/3",
        load=(0.0, 0.75, 1.5),
        times_s={"mean": (0.0, 0.2, 0.3)},
        at=1.2,
        at_s={"mean": 0.25},
    )
    draw_hockey_stick(points, ax)
    assert ax.get_xlabel() == "offered load / servers"
    assert ax.get_xlim() == (0.0, 1.5)
    assert title(ax) == "M/M/1/3: at 120 % load mean is inf times that of an idle station"


def test_the_tail_is_on_a_logarithmic_scale_with_percentiles(ax: Axes) -> None:
    drawn = tail()
    draw_tail(drawn, ax)
    assert ax.get_yscale() == "log"
    line = ax.lines[0]
    assert list(np.asarray(line.get_xdata())) == pytest.approx(list(drawn.seconds))
    known = [(y, p) for y, p in zip(heights(line), drawn.probability, strict=True) if not math.isnan(y)]
    assert all(y == p for y, p in known)
    assert min(p for _, p in known) < ax.get_ylim()[0]
    points = [
        (float(np.asarray(x)[0]), float(np.asarray(y)[0])) for x, y in (m.get_data() for m in ax.lines[1:])
    ]
    assert points == list(drawn.marks.values())
    assert texts(ax) == ["p50  347 ms", "p95  1.5 s", "p99  2.3 s"]
    assert title(ax) == "M/M/1: 500 ms in the mean, one in 100 takes over 2.3 s"


def test_a_far_percentile_lengthens_the_axis(ax: Axes) -> None:
    draw_tail(tail(levels=(99.999,)), ax)
    assert ax.get_ylim()[0] < 1e-5


def test_a_tail_without_marks(ax: Axes) -> None:
    draw_tail(tail(levels=()), ax)
    assert title(ax) == "M/M/1: 500 ms in the mean"


def test_a_tail_without_steady_state(ax: Axes) -> None:
    endless = SojournTail(
        station="M/M/1",
        seconds=(0.0, 5.0),
        probability=(1.0, 1.0),
        marks={"p95": (math.inf, 0.05)},
        mean_s=math.inf,
    )
    draw_tail(endless, ax)
    assert title(ax) == "M/M/1: no steady state"
    assert len(ax.lines) == 1
    assert texts(ax) == ["no steady state: the line grows without bound"]
