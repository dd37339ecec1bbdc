"""A plain network of stations, lived through request by request."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from queuecalc.answer import SimulationResult
from queuecalc.simulation.arguments import checked_levels, checked_number, checked_whole
from queuecalc.simulation.batches import batches_of
from queuecalc.simulation.estimation import Estimator
from queuecalc.simulation.network_wiring import NetworkLike, total_rate, wire_network
from queuecalc.simulation.stationary import saturations

__all__ = ["simulate_network"]


def simulate_network(
    network: NetworkLike,
    *,
    requests: int = 1_000_000,
    warm_up: float = 0.1,
    batches: int = 20,
    levels: Sequence[float] = (0.5, 0.95, 0.99),
    seed: int = 0,
    title: str = "",
    source: str = "",
    progress: Callable[[float], None] | None = None,
) -> SimulationResult:
    """Live through an open network: Poisson arrivals, lines in order of arrival, the next station by chance.

    Args:
        network: a `JacksonNetwork`, or anything that says as much; scalar rates and servers.
        requests: how many to look at, about.
        warm_up: how much to live through before, as a share of that.
        batches: the run is cut into so many for the confidence intervals.
        levels: of the percentiles, from arrival to departure.
        seed: of the random numbers.
        title, source: of the file.
        progress: is told the share that is done.

    Raises:
        InvalidInput: a batch of networks, numbers outside their range.
        MissingExtra: numba is not installed.

    Source: events only; what Jackson's theorem says of such a network is not used.
    """
    checked = checked_levels(levels)
    number = checked_whole("batches", batches, 2)
    seconds = checked_whole("requests", requests, number) / total_rate(network)
    wiring = wire_network(network)
    observations = batches_of(
        wiring,
        1.0,
        seconds=seconds,
        before=checked_number("warm_up", warm_up, included=True) * seconds,
        number=number,
        seed=checked_whole("seed", seed, 0),
        progress=progress,
    )
    estimator = Estimator(wiring, observations, checked)
    components = estimator.components()
    return SimulationResult(
        title=title,
        source=source,
        counts=dict.fromkeys(wiring.names, 1),
        seed=seed,
        hour=0.0,
        load_per_s=total_rate(network),
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
