"""The whole load curve, or a part of it, from its first minute on; with failures and repairs if wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queuecalc.answer import SimulatedBacklog, SimulatedSeries, SimulationResult
from queuecalc.architecture import Model
from queuecalc.errors import InvalidInput
from queuecalc.simulation.arguments import checked_counts, checked_levels, checked_number, checked_whole
from queuecalc.simulation.compilation import Loop, compiled_loop
from queuecalc.simulation.engine import Engine
from queuecalc.simulation.estimation import Estimator, estimate
from queuecalc.simulation.observation import Counters, Observation, observed
from queuecalc.simulation.rates import arriving, most_rate
from queuecalc.simulation.responses import Responses
from queuecalc.simulation.stationary import response_limit
from queuecalc.simulation.wiring import Wiring, wire

__all__ = ["simulate_curve"]

SECONDS = 3600.0
PILOT = 20_000
"""Requests that show what kinds of messages an initial backlog consists of."""


@dataclass(frozen=True)
class _Story:
    """One replication: totals, and by window and component what is in the series."""

    total: Observation
    utilisation: npt.NDArray[np.float64]
    waiting: npt.NDArray[np.float64]
    longest: npt.NDArray[np.float64]
    lag_at: npt.NDArray[np.float64]
    most: npt.NDArray[np.int64]
    most_at: npt.NDArray[np.float64]


def simulate_curve(
    model: Model,
    counts: Mapping[str, int],
    *,
    from_h: float | None = None,
    until_h: float | None = None,
    window_h: float = 0.25,
    replications: int = 1,
    failures: bool = False,
    levels: Sequence[float] = (0.5, 0.95, 0.99),
    seed: int = 0,
    memory_s: float = 60.0,
    progress: Callable[[float], None] | None = None,
) -> SimulationResult:
    """Live through the load curve. Everything happens as in `simulate`, under a load that changes.

    An initial backlog waits in front of asynchronous components when the run begins at the first knot; it consists
    of the messages that come at the load of that moment. With `failures`, units (or whole services) fail and are
    repaired after exponential times, and are up at the start with the probability of their availability; where
    only an availability is known, a repair takes an hour. A server finishes what it has begun; what waits at a dead
    unit of a split component goes to a live one; what waits where nothing lives waits for the repair.

    Args:
        from_h, until_h: the part of the curve; all of it by default.
        window_h: the series has one value for so many hours.
        replications: independent runs; from two on there are confidence intervals.
        failures: whether units fail.
        levels: of the percentiles, over all requests of the run.
        seed: of the random numbers.
        memory_s: a rate cap measures the rate of visits over so many seconds, and drops what is above evenly.
        progress: is told the share that is done.

    Raises:
        InvalidInput: counts that are no plan, numbers outside their range.
        MissingExtra: numba is not installed.
    """
    complete = checked_counts(model, counts)
    checked = checked_levels(levels)
    curve = model.load.curve
    begin = float(curve.hours[0]) if from_h is None else float(from_h)
    end = float(curve.hours[-1]) if until_h is None else float(until_h)
    if not begin < end:
        raise InvalidInput(f"from_h = {begin:g}, until_h = {end:g}; expected an interval of positive length")
    number = checked_whole("replications", replications, 1)
    windows = int(np.ceil((end - begin) / checked_number("window_h", window_h) * (1.0 - 1e-12)))
    hours = np.append(begin + window_h * np.arange(windows), end)
    wiring = wire(model, complete, failing=failures, memory_s=checked_number("memory_s", memory_s))
    loop = compiled_loop()

    seeds = np.random.SeedSequence(checked_whole("seed", seed, 0)).spawn(2 * number)
    stories = []
    for run in range(number):
        pilot = seeds[2 * run + 1] if begin <= curve.hours[0] else None

        def told(share: float, run: int = run) -> None:
            if progress is not None:
                progress((run + share) / number)

        stories.append(_lived(wiring, hours, seeds[2 * run], pilot, loop, told))

    estimator = Estimator(wiring, [story.total for story in stories], checked)
    knots = _knots(wiring, begin, end)
    average = float(np.trapezoid(knots[1], knots[0])) / (SECONDS * (end - begin))
    return SimulationResult(
        title=model.title,
        source=model.source,
        counts=complete,
        seed=seed,
        hour=None,
        load_per_s=arriving(wiring, average, [story.total for story in stories]),
        from_h=begin,
        until_h=end,
        failures=failures,
        observations=number,
        simulated_s=sum(story.total.seconds for story in stories),
        requests=sum(estimator.offered(story.total) for story in stories),
        visits=int(sum(story.total.arrivals.sum() for story in stories)),
        components=estimator.components(),
        latencies=estimator.latencies(),
        availability=estimator.availability(),
        losses=estimator.losses(),
        handed_off_lost=estimator.handed_off_lost(),
        backlogs=tuple(_backlog(wiring, stories, index, begin) for index in sorted(wiring.asynchronous)),
        series=_series(wiring, stories, hours),
    )


def _knots(
    wiring: Wiring, begin: float, end: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The knots of the curve between two hours: seconds since the first of them, and what the curve counts."""
    curve = wiring.curve
    slots = curve.slots
    times, loads = [], []
    for start, stop, left, right in zip(slots.start_h, slots.end_h, slots.left, slots.right, strict=True):
        low, high = max(start, begin), min(stop, end)
        if low < high:
            rise = (right - left) / (stop - start)
            times += [low, high]
            loads += [left + rise * (low - start), left + rise * (high - start)]
    if not times or times[0] > begin:  # the end values continue
        first = curve.at(begin)
        times, loads = [begin, min(end, float(curve.hours[0])), *times], [first, first, *loads]
    if times[-1] < end:
        last = curve.at(end)
        times, loads = [*times, times[-1], end], [*loads, last, last]
    return SECONDS * (np.array(times) - begin), np.array(loads)


def _lived(
    wiring: Wiring,
    hours: npt.NDArray[np.float64],
    seed: np.random.SeedSequence,
    pilot: np.random.SeedSequence | None,
    loop: Loop,
    told: Callable[[float], None],
) -> _Story:
    """One replication."""
    responses = Responses(len(wiring.classes), response_limit(wiring.model))
    tables = wiring.with_load(*_knots(wiring, float(hours[0]), float(hours[-1])))
    engine = Engine(wiring, tables, seed, responses.add, loop)
    if pilot is not None:
        _fill(engine, pilot)
    components = engine.state.components
    servers = np.array([1 if f.servers is None else f.servers for f in wiring.figures]) * wiring.counts
    series: list[tuple[npt.NDArray[np.float64], ...]] = []
    longest = np.zeros(len(wiring.names))
    longest_at = np.zeros(len(wiring.names))
    first = last = Counters.of(engine)
    for done, hour in enumerate(hours[1:]):
        engine.advance(SECONDS * (hour - hours[0]))
        now = Counters.of(engine)
        seen = components["longest"].copy()
        series.append(
            ((now.area - last.area) / (now.now - last.now) / servers, components["waiting"] * 1.0, seen)
        )
        longest_at = np.where(seen > longest, components["longest_at"], longest_at)
        longest = np.maximum(longest, seen)
        components["longest"] = 0.0
        last = now
        told((done + 1) / (hours.size - 1))
    busy, waiting, seen = (np.array(column) for column in zip(*series, strict=True))
    return _Story(
        observed(first, last, responses),
        busy,
        waiting,
        seen,
        longest_at,
        components["most"].copy(),
        components["most_at"].copy(),
    )


def _fill(engine: Engine, seed: np.random.SeedSequence) -> None:
    """Put initial backlogs in line."""
    wiring = engine.wiring
    backlogs = {
        index: round(wiring.figures[index].initial_backlog)
        for index in sorted(wiring.asynchronous)
        if wiring.figures[index].initial_backlog > 0.0
    }
    if not backlogs:
        return
    load = float(engine.tables.knots[0]["load"])
    tables = wiring.with_load([0.0, np.inf], [load, load])
    unheard = Responses(len(wiring.classes), None)
    pilot = Engine(wiring, tables._replace(units=tables.units[:0]), seed, unheard.add, engine.loop)
    rate = most_rate(wiring, load)
    if rate > 0.0:
        pilot.advance(PILOT / rate)
    for index, number in backlogs.items():
        nodes = np.flatnonzero(engine.tables.nodes["component"] == index)
        seen = pilot.state.visits[nodes].astype(np.float64)
        shares = seen / seen.sum() if seen.any() else np.full(nodes.size, 1.0 / nodes.size)
        engine.put_in_line(engine.rng.choice(nodes, number, p=shares))


def _backlog(wiring: Wiring, stories: list[_Story], index: int, begin: float) -> SimulatedBacklog:
    lags = [float(story.longest[:, index].max()) for story in stories]
    lines = [float(story.most[index]) for story in stories]
    ends = [float(story.waiting[-1, index]) for story in stories]
    return SimulatedBacklog(
        component=wiring.names[index],
        max_lag_s=estimate(float(np.mean(lags)), lags),
        lag_hour=begin + float(stories[0].lag_at[index]) / SECONDS,
        max_backlog_messages=estimate(float(np.mean(lines)), lines),
        backlog_hour=begin + float(stories[0].most_at[index]) / SECONDS,
        end_backlog_messages=estimate(float(np.mean(ends)), ends),
    )


def _series(wiring: Wiring, stories: list[_Story], hours: npt.NDArray[np.float64]) -> SimulatedSeries:
    def averaged(part: str) -> dict[str, tuple[float, ...]]:
        values = np.mean([getattr(story, part) for story in stories], axis=0)
        return {name: tuple(values[:, index].tolist()) for index, name in enumerate(wiring.names)}

    return SimulatedSeries(
        hours=tuple(hours.tolist()),
        utilisation=averaged("utilisation"),
        waiting=averaged("waiting"),
        longest_wait_s=averaged("longest"),
    )
