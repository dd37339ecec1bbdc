"""One hour of the load curve, held constant until the averages stand still."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from queuecalc.answer import SimulatedComponent, SimulationResult
from queuecalc.architecture import Model
from queuecalc.simulation.arguments import checked_counts, checked_levels, checked_number, checked_whole
from queuecalc.simulation.batches import batches_of
from queuecalc.simulation.estimation import Estimator
from queuecalc.simulation.questions import checked_rate
from queuecalc.simulation.rates import arriving, pace
from queuecalc.simulation.wiring import wire

__all__ = ["response_limit", "saturations", "simulate"]

ROUNDS = 3
"""Requests of every user who waits for answers, before averages are taken."""
SATURATED = 0.999
"""A utilisation from here on means that the line in front grows without end."""


def simulate(
    model: Model,
    counts: Mapping[str, int],
    *,
    hour: float | None = None,
    requests: int = 1_000_000,
    warm_up: float = 0.1,
    batches: int = 20,
    levels: Sequence[float] = (0.5, 0.95, 0.99),
    seed: int = 0,
    memory_s: float = 60.0,
    progress: Callable[[float], None] | None = None,
) -> SimulationResult:
    """Live through one hour of the load curve, held constant, with every unit up.

    Requests of every class arrive as Poisson streams. A visit waits in line (first come, first served), is served
    for a random time, takes its fixed delay, and makes its calls in file order, one after the other; calls that go
    `together` go out at once, and the visit waits for all. No server is held meanwhile, unless the component says
    `waits = "held"`. A component that nobody waits for may fall behind; it hands on what it gets done. A visit that is
    dropped, blocked or above a rate cap makes no calls; its caller goes on, and the request is lost.

    Args:
        hour: of the load curve; the hour of its peak by default.
        requests: how many requests in the contract to look at, about.
        warm_up: how much to live through before, as a share of that.
        batches: the run is cut into so many for the confidence intervals.
        levels: of the percentiles.
        seed: of the random numbers.
        memory_s: a rate cap measures the rate of visits over so many seconds, and drops what is above evenly.
        progress: is told the share that is done.

    Raises:
        InvalidInput: counts that are no plan, numbers outside their range, an hour without requests.
        MissingExtra: numba is not installed.
    """
    complete = checked_counts(model, counts)
    checked = checked_levels(levels)
    number = checked_whole("batches", batches, 2)
    wanted = checked_whole("requests", requests, number)
    before = checked_number("warm_up", warm_up, included=True)
    wiring = wire(model, complete, memory_s=checked_number("memory_s", memory_s))
    when = model.load.curve.peak_hour if hour is None else float(hour)
    load = wiring.curve.at(when)
    rate, settling = checked_rate(model, when), 0.0
    if wiring.tables.think > 0.0:
        rate = pace(wiring, load, seed=checked_whole("seed", seed, 0))
        settling = ROUNDS * load / rate

    seconds = wanted / rate
    observations = batches_of(
        wiring,
        load,
        seconds=seconds,
        before=max(before * seconds, settling),
        number=number,
        seed=checked_whole("seed", seed, 0),
        limit=response_limit(model),
        progress=progress,
    )
    estimator = Estimator(wiring, observations, checked)
    components = estimator.components()
    return SimulationResult(
        title=model.title,
        source=model.source,
        counts=complete,
        seed=seed,
        hour=when,
        load_per_s=arriving(wiring, load, observations),
        observations=number,
        simulated_s=sum(one.seconds for one in observations),
        requests=sum(estimator.offered(one) for one in observations),
        visits=int(sum(one.arrivals.sum() for one in observations)),
        components=components,
        latencies=estimator.latencies(),
        availability=estimator.availability(),
        losses=estimator.losses(),
        findings=saturations(components),
    )


def response_limit(model: Model) -> float | None:
    """The client's patience without the network (None: endless)."""
    timeout = model.contract.timeout_s
    return None if timeout is None else timeout - model.load.network_s


def saturations(components: Iterable[SimulatedComponent]) -> tuple[str, ...]:
    """What is to be said of those whose servers were always busy."""
    return tuple(_finding(line) for line in components if _saturated(line))


def _saturated(line: SimulatedComponent) -> bool:
    return line.servers is not None and line.utilisation.value >= SATURATED


def _finding(line: SimulatedComponent) -> str:
    if line.asynchronous:
        return f"{line.name} falls behind at this load: its servers are always busy and its line grows"
    return f"{line.name} has no steady state at this load: its line grows, and response times with it"
