"""Every picture of a plan shows the figures that it is given, and its limits at the right height."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from queuecalc.answer import ContractLine
from queuecalc.errors import InvalidInput
from queuecalc.report.figures import (
    draw_backlog,
    draw_cost,
    draw_lag,
    draw_latency,
    draw_load,
    draw_utilisation,
    draw_waterfall,
    sheet,
)
from tests.report.plans import HOURS, overloaded, plan
from tests.report.reading import (
    bars,
    curve,
    empty_axes,
    flat,
    heights,
    horizontals,
    legend,
    texts,
    title,
    verticals,
)


@pytest.fixture
def ax() -> Axes:
    return empty_axes()


def test_the_load_is_drawn_as_sampled(ax: Axes) -> None:
    evaluation = plan(3)
    assert evaluation.series is not None
    assert draw_load(evaluation, ax) is ax
    line = ax.lines[0]
    assert list(np.asarray(line.get_xdata())) == list(evaluation.series.hours)
    assert heights(line) == list(evaluation.series.requests_per_s)
    assert [list(np.asarray(part)) for part in ax.lines[1].get_data()] == [[12.0], [900.0]]
    assert title(ax) == "Load: 45.1 to 900 requests/s, highest at hour 12.0"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time [h]", "requests/s")
    assert ax.get_ylim()[0] == 0.0
    assert ax.get_ylim()[1] > 900.0


def test_a_constant_load_has_no_peak(ax: Axes) -> None:
    evaluation = plan(1)
    assert evaluation.series is not None
    level = dataclasses.replace(evaluation.series, requests_per_s=(70.0,) * len(HOURS))
    draw_load(dataclasses.replace(evaluation, series=level), ax)
    assert title(ax) == "Load: 70/s, constant"
    assert len(ax.lines) == 1
    assert texts(ax) == []


def test_utilisation_is_a_step_for_each_slot_with_guards_and_capacity(ax: Axes) -> None:
    evaluation = plan(5, behind=1)
    assert evaluation.series is not None
    draw_utilisation(evaluation, ax)
    for name, values in evaluation.series.utilisation.items():
        line = curve(ax, name)
        assert line.get_drawstyle() == "steps-post"
        assert heights(line) == [*values, values[-1]]
    assert horizontals(ax) == [0.95, 1.0]
    assert {"guard 95 % (server, stream)", "capacity 100 %"} <= set(texts(ax))
    assert legend(ax)[0] == "analytics  100 %"
    assert "server  92 % (guard 95 %)" in legend(ax)
    assert title(ax) == "Utilisation: analytics is busiest, 100 %; every guard holds"


def test_the_legend_is_ordered_by_the_peak() -> None:
    figure = sheet(plan(12, behind=4), ["utilisation"])
    shown = [float(text.split("  ")[1].split(" %")[0]) for text in legend(figure.axes[0])]
    assert len(shown) == 12
    assert shown == sorted(shown, reverse=True)


def test_of_many_components_the_busiest_have_names(ax: Axes) -> None:
    evaluation = plan(30)
    draw_utilisation(evaluation, ax)
    assert len(legend(ax)) == 13
    assert legend(ax)[-1].startswith("18 more, up to ")
    names = {line.get_label() for line in ax.lines}
    assert "service-29" not in names
    assert "server" in names


def test_a_single_curve_is_named_at_its_peak(ax: Axes) -> None:
    draw_utilisation(plan(1), ax)
    assert legend(ax) == []
    assert "server  92 % (guard 95 %)" in texts(ax)
    assert title(ax).endswith("; its guard holds")


@pytest.mark.parametrize(
    ("guard", "sentence"),
    [(0.9, "Utilisation: server breaks its guard of 90 %, 92 % at hour 12.0"), (0.95, "; every guard holds")],
)
def test_a_broken_guard_is_in_the_title(ax: Axes, guard: float, sentence: str) -> None:
    evaluation = plan(5)
    lines = tuple(
        dataclasses.replace(line, limit=guard, kept=line.reached <= guard)
        if (line.target, line.subject) == ("utilisation", "server")
        else line
        for line in evaluation.lines
    )
    draw_utilisation(dataclasses.replace(evaluation, lines=lines), ax)
    assert title(ax).endswith(sentence)


def test_no_steady_state_is_worse_than_a_broken_guard(ax: Axes) -> None:
    evaluation = overloaded()
    guard = ContractLine(
        target="utilisation",
        subject="server",
        unit="fraction",
        sense="at most",
        limit=0.8,
        reached=1.4,
        kept=False,
        hour=12.0,
    )
    draw_utilisation(dataclasses.replace(evaluation, lines=(*evaluation.lines, guard)), ax)
    assert title(ax) == "Utilisation: server has no steady state, 140 % at hour 12.0"


def test_the_guard_of_another_is_named(ax: Axes) -> None:
    draw_utilisation(plan(3, behind=1), ax)
    assert title(ax) == "Utilisation: postgres is busiest, 104 %; the guard of server holds"


def test_components_without_limit_have_no_utilisation(ax: Axes) -> None:
    evaluation = plan(1)
    assert evaluation.series is not None
    free = dataclasses.replace(evaluation, series=dataclasses.replace(evaluation.series, utilisation={}))
    with pytest.raises(InvalidInput, match="no component has a limited number of servers"):
        draw_utilisation(free, ax)


def test_a_percentile_is_drawn_in_each_slot_with_its_target(ax: Axes) -> None:
    evaluation = plan(3)
    assert evaluation.series is not None
    draw_latency(evaluation, ax)
    values = evaluation.series.latency_s["p95_ms"]
    assert heights(curve(ax, "p95")) == pytest.approx([1000.0 * x for x in (*values, values[-1])], rel=1e-12)
    assert horizontals(ax) == pytest.approx([400.0])
    assert "target 400 ms (p95)" in texts(ax)
    assert "p95  203 ms" in texts(ax)
    assert ax.get_ylabel() == "response time [ms]"
    assert title(ax) == "Response time: p95 keeps its target: 203 ms of 400 ms at hour 12.0"


def test_several_percentiles_and_a_class_with_its_own_target(ax: Axes) -> None:
    evaluation = plan(3, percentiles=(0.95, 0.5, 0.999), class_limit_s=0.5, limit_s=0.25)
    draw_latency(evaluation, ax)
    assert horizontals(ax) == pytest.approx([250.0, 500.0])
    assert any(text.startswith("target 500 ms (p99 of write)") for text in texts(ax))
    assert any(text.startswith("target 250 ms (p95 +2)") for text in texts(ax))
    assert [name.split("  ")[0] for name in legend(ax)] == ["p99.9", "p95", "p50", "p99 of write"]
    assert title(ax).startswith("Response time: p99.9 breaks its target of 250 ms, 469 ms")
    (point,) = (line for line in ax.lines if len(np.asarray(line.get_xdata())) == 1)
    assert flat(point.get_data()) == pytest.approx([11.75, 1000.0 * 1.4 * evaluation.latencies[0].worst_s])


def test_of_several_targets_the_closest_is_in_the_title(ax: Axes) -> None:
    draw_latency(plan(3, percentiles=(0.5, 0.95), limit_s=2.0), ax)
    assert title(ax).startswith("Response time: p95 comes closest: ")


def test_a_percentile_without_target(ax: Axes) -> None:
    draw_latency(plan(3, limit_s=None), ax)
    assert horizontals(ax) == []
    assert title(ax) == "Response time: p95 is 203 ms at worst at hour 12.0"


def test_a_level_percentile_has_its_name_in_the_middle(ax: Axes) -> None:
    evaluation = plan(1)
    assert evaluation.series is not None
    level = dataclasses.replace(
        evaluation.series,
        requests_per_s=(70.0,) * len(HOURS),
        latency_s={"p95_ms": (evaluation.latencies[0].worst_s,) * (len(HOURS) - 1)},
    )
    draw_latency(dataclasses.replace(evaluation, series=level), ax)
    assert title(ax) == "Response time: p95 keeps its target: 120 ms of 400 ms"
    (name,) = (text for text in ax.texts if text.get_text().startswith("p95"))
    assert name.get_position()[0] == pytest.approx(0.5)
    assert not [line for line in ax.lines if len(np.asarray(line.get_xdata())) == 1]


def test_a_percentile_far_above_its_target_is_cut_off(ax: Axes) -> None:
    draw_latency(plan(3, limit_s=0.01), ax)
    assert ax.get_ylim()[1] < 40.0
    assert horizontals(ax) == pytest.approx([10.0])
    draw_latency(plan(3, limit_s=0.01, class_limit_s=0.01), ax.figure.add_subplot())
    assert not any("p95 " in text for text in texts(ax))


def test_times_without_steady_state_are_hatched(ax: Axes) -> None:
    draw_latency(overloaded(), ax)
    values = heights(curve(ax, "p95"))
    assert [hour for hour, value in zip(HOURS, values, strict=True) if math.isnan(value)] == [
        hour for hour in HOURS if 10.0 <= hour < 14.0
    ]
    (span,) = (patch for patch in ax.patches if patch.get_hatch())
    assert isinstance(span, Rectangle)
    assert (span.get_x(), span.get_x() + span.get_width()) == (10.0, 14.0)
    assert "no steady state" in texts(ax)
    assert title(ax) == "Response time: p95 grows without bound at hour 10.0"


def test_backlog_and_deadline(ax: Axes) -> None:
    evaluation = plan(5, behind=2)
    assert evaluation.series is not None
    draw_backlog(evaluation, ax)
    for name, values in evaluation.series.backlog_messages.items():
        assert heights(curve(ax, name)) == pytest.approx([value / 1e6 for value in values])
    assert ax.get_ylabel() == "backlog [million messages]"
    assert verticals(ax) == [24.0]
    assert "drained by here" in texts(ax)
    assert legend(ax) == ["stream  2 million", "analytics  1 million"]
    assert title(ax) == "Backlog: stream up to 2 million; drained at the end"
    peaks = [line.get_data() for line in ax.lines if len(np.asarray(line.get_xdata())) == 1]
    assert sorted(float(np.asarray(y)[0]) for _, y in peaks) == pytest.approx([1.0, 2.0])


@pytest.mark.parametrize(("drained", "words"), [(True, "not drained, 1,200 left"), (False, "1,200 left")])
def test_what_is_left_at_the_end(ax: Axes, drained: bool, words: str) -> None:
    draw_backlog(plan(5, behind=2, left=1200.0, drained=drained), ax)
    assert title(ax) == f"Backlog: stream up to 2 million; {words} at the end"
    assert legend(ax)[0] == "stream  2 million (1,200 left at the end)"
    assert verticals(ax) == ([24.0] if drained else [])


def drain_line(limit: float, reached: float, subject: str = "stream") -> ContractLine:
    return ContractLine(
        target="drain time",
        subject=subject,
        unit="s",
        sense="at most",
        limit=limit,
        reached=reached,
        kept=reached <= limit,
    )


def test_a_time_to_drain_is_a_deadline_after_the_last_overload(ax: Axes) -> None:
    evaluation = plan(6, behind=3, drained=False)
    lines = (
        drain_line(3600.0, 7200.0),
        drain_line(3600.0, 100.0, "analytics"),
        drain_line(86400.0, 1.0, "redis"),
    )
    draw_backlog(dataclasses.replace(evaluation, lines=(*evaluation.lines, *lines)), ax)
    assert verticals(ax) == [16.0]
    assert "stream, analytics: empty by here" in texts(ax)
    assert title(ax).endswith("; stream drains in 2 h, 60 min allowed")


def test_no_backlog_at_all(ax: Axes) -> None:
    evaluation = plan(3, behind=1)
    assert evaluation.series is not None
    none = dict.fromkeys(evaluation.series.backlog_messages, (0.0,) * len(HOURS))
    calm = dataclasses.replace(evaluation.asynchronous[0], max_backlog_messages=0.0, backlog_hour=None)
    series = dataclasses.replace(evaluation.series, backlog_messages=none)
    draw_backlog(dataclasses.replace(evaluation, asynchronous=(calm,), series=series), ax)
    assert title(ax) == "Backlog: none at any time"
    assert texts(ax)[0] == "postgres  none"
    assert not [line for line in ax.lines if len(np.asarray(line.get_xdata())) == 1]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0"]
    assert ax.get_ylabel() == "backlog [messages]"


def test_lag_and_its_limits(ax: Axes) -> None:
    evaluation = plan(5, behind=2)
    assert evaluation.series is not None
    retention = ContractLine(
        target="retention", subject="queue", unit="s", sense="below", limit=86400.0, reached=1500.0, kept=True
    )
    draw_lag(dataclasses.replace(evaluation, lines=(*evaluation.lines, retention)), ax)
    for name, values in evaluation.series.lag_s.items():
        assert heights(curve(ax, name)) == pytest.approx([value / 3600.0 for value in values])
    assert ax.get_ylabel() == "lag [h]"
    assert horizontals(ax) == pytest.approx([1.0, 2.0])
    assert {"limit 60 min (stream)", "limit 2 h (analytics)", "↑ retention 24 h (queue)"} == set(texts(ax))
    assert legend(ax) == ["stream  25 min (limit 60 min)", "analytics  12.5 min (limit 2 h)"]
    assert title(ax) == "Lag: stream is up to 25 min behind; every limit holds"


def test_lag_of_one_component(ax: Axes) -> None:
    draw_lag(plan(3, behind=1), ax)
    assert title(ax) == "Lag: postgres is up to 25 min behind; its limit holds"
    assert "postgres  25 min (limit 60 min)" in texts(ax)
    assert ax.get_ylabel() == "lag [min]"


def test_many_limits_far_above_are_counted(ax: Axes) -> None:
    draw_lag(plan(20, behind=12), ax)
    assert "↑ 8 higher limits" in texts(ax)
    assert len(legend(ax)) == 12
    assert horizontals(ax) == pytest.approx([1.0, 2.0, 3.0, 4.0])


def test_of_many_lines_the_longest_have_names(ax: Axes) -> None:
    draw_lag(plan(20, behind=14), ax)
    assert legend(ax)[-1] == "2 more, up to 115 s"


@pytest.mark.parametrize(
    ("target", "words"),
    [("lag", "stream breaks its limit of 20 min"), ("retention", "stream keeps messages for 20 min only")],
)
def test_a_broken_lag(ax: Axes, target: str, words: str) -> None:
    evaluation = plan(5, behind=2, lag_limit_s=None)
    line = ContractLine(
        target=target,
        subject="stream",
        unit="s",
        sense="at most",
        limit=1200.0,
        reached=1500.0,
        kept=False,
        hour=15.0,
    )
    draw_lag(dataclasses.replace(evaluation, lines=(line,)), ax)
    assert title(ax) == f"Lag: {words}, 25 min at hour 15.0"


def test_a_lag_without_limit(ax: Axes) -> None:
    evaluation = plan(3, behind=1, lag_limit_s=None)
    endless = dataclasses.replace(evaluation.asynchronous[0], max_lag_s=math.inf)
    draw_lag(dataclasses.replace(evaluation, asynchronous=(endless,)), ax)
    assert title(ax) == "Lag: postgres is up to inf behind"
    assert horizontals(ax) == []


@pytest.mark.parametrize("draw", [draw_backlog, draw_lag])
def test_where_all_is_waited_for_nothing_piles_up(draw: Callable[..., Axes], ax: Axes) -> None:
    with pytest.raises(InvalidInput, match="every component is waited for"):
        draw(plan(3), ax)


def test_costs_add_up_from_the_dearest_to_the_total(ax: Axes) -> None:
    evaluation = plan(4, budget=300.0)
    draw_cost(evaluation, ax)
    prices = sorted((float(line.usd_per_month) for line in evaluation.components), reverse=True)
    at = 0.0
    for row, price in enumerate(prices):
        parts = bars(ax, row)
        assert [parts[0][0], parts[-1][1]] == pytest.approx([at, at + price])
        at += price
    assert flat(bars(ax, len(prices))) == pytest.approx([0.0, float(evaluation.cost_usd_per_month)])
    assert at == pytest.approx(float(evaluation.cost_usd_per_month))
    assert verticals(ax) == [300.0]
    assert "budget $300" in texts(ax)
    assert ax.get_yticklabels()[-1].get_text() == "total"
    assert legend(ax) == ["units", "fees"]
    left = Decimal(300) - evaluation.cost_usd_per_month
    words = "below" if left > 0 else "above"
    assert f"${abs(left):.2f} {words} the budget of $300" in title(ax)


def test_costs_without_budget_or_of_many(ax: Axes) -> None:
    evaluation = plan(30, budget=None)
    draw_cost(evaluation, ax)
    assert verticals(ax) == []
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels[-2:] == ["17 others", "total"]
    assert len(labels) == 15
    assert bars(ax, 13)[0][1] == pytest.approx(float(evaluation.cost_usd_per_month))


def test_a_plan_that_costs_nothing(ax: Axes) -> None:
    evaluation = plan(1, budget=None)
    free = dataclasses.replace(evaluation.components[0], usd_per_month=Decimal(0))
    draw_cost(dataclasses.replace(evaluation, components=(free,), cost_usd_per_month=Decimal(0)), ax)
    assert title(ax) == "Cost: $0 a month"


def test_parts_of_the_percentile_add_up_to_it(ax: Axes) -> None:
    evaluation = plan(3)
    draw_waterfall(evaluation, ax)
    network = 20.0
    for row, ends in enumerate([[0.0, network], [20.0, 120.0], [120.0, 170.0], [170.0, 610.0 / 3.0]]):
        parts = bars(ax, row)
        assert [parts[0][0], parts[-1][1]] == pytest.approx(ends)
    assert flat(bars(ax, 1)) == pytest.approx([20.0, 40.0, 40.0, 120.0])
    assert flat(bars(ax, 4)) == pytest.approx([0.0, 1000.0 * evaluation.latencies[0].worst_s])
    assert verticals(ax) == pytest.approx([400.0])
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "network",
        "server",
        "worker",
        "postgres",
        "p95",
    ]
    assert legend(ax) == ["network", "waiting", "service"]
    assert title(ax) == "p95 of 203 ms at hour 12.0: 39 % is service at server"
    assert "target 400 ms" in texts(ax)


def test_parts_of_many_components_without_target(ax: Axes) -> None:
    draw_waterfall(plan(30, limit_s=None), ax)
    assert verticals(ax) == []
    assert [label.get_text() for label in ax.get_yticklabels()][-2:] == ["18 others", "p95"]


@pytest.mark.parametrize("drawn", [draw_latency, draw_waterfall])
def test_where_nobody_waits_there_is_no_response_time(drawn: Callable[..., Axes], ax: Axes) -> None:
    with pytest.raises(InvalidInput, match="no request waits for an answer"):
        drawn(dataclasses.replace(plan(3), latencies=()), ax)


def test_an_endless_response_time_is_not_taken_apart(ax: Axes) -> None:
    with pytest.raises(InvalidInput, match=r"p95 is without bound at hour 10\.0"):
        draw_waterfall(overloaded(), ax)
