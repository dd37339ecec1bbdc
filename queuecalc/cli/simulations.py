"""A simulation with the calculation that belongs to it, for the command line."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from queuecalc.cli.counts import complete_counts, typed_counts
from queuecalc.cli.progress import Steps
from queuecalc.errors import InvalidInput

if TYPE_CHECKING:
    from queuecalc.answer import Evaluation, SimulationAnswer
    from queuecalc.architecture import Model
    from queuecalc.modelfile import NamedNetwork

__all__ = ["Wish", "of_model", "of_network"]

T = TypeVar("T")

_REQUESTS, _VISITS = 1_000_000, 20_000_000
"""By default so many requests, or fewer that make so many visits: half a minute."""
_LEAST_REQUESTS = 100
_MOST_VISITS = 20_000_000_000
_LEAST_RUNS = 2


class Wish(NamedTuple):
    """What was typed.

    Attributes:
        requests: None where nothing was said.
        hour: to hold still; None for the peak.
        curve: whether to follow the load curve; `between`, only a part of it.
        failures: whether units fail on the way.
    """

    requests: int | None
    seed: int
    hour: float | None = None
    curve: bool = False
    between: tuple[float, float] | None = None
    failures: bool = False


def of_model(
    model: Model, typed: Iterable[tuple[str, int]], wish: Wish, *, cheapest: bool = False
) -> SimulationAnswer:
    """A plan of a model, at one hour or along the curve.

    Raises:
        click.UsageError: counts that are missing or unknown.
        InvalidInput: a plan that is none, an hour without requests.
        MissingExtra: numba is not installed.
    """
    from queuecalc.evaluation import evaluate
    from queuecalc.simulation import (
        along,
        answered,
        checked_rate,
        compiled_loop,
        held_still,
        simulate,
        simulate_curve,
    )

    plan = typed_counts(model, typed)
    if not cheapest:
        plan = complete_counts(model, plan)
    compiled_loop()
    if cheapest:
        from queuecalc.sizing import size

        plan = complete_counts(model, {**size(model, alternatives=0, explain=False).counts, **plan})
    if not wish.curve:
        evaluation = _of_a_plan(evaluate(held_still(model, wish.hour), plan))
        hour = model.load.curve.peak_hour if wish.hour is None else wish.hour
        rates = math.fsum(line.peak_rate_per_s for line in evaluation.components)
        requests = _requests(wish, rates / checked_rate(model, hour))
        result = _shown(
            lambda progress: simulate(
                model,
                plan,
                hour=hour,
                requests=requests,
                seed=wish.seed,
                progress=progress,
            )
        )
        return answered(result, evaluation)
    followed = along(model, between=wish.between, failures=wish.failures)
    evaluation = _of_a_plan(evaluate(followed, plan, failures=wish.failures))
    runs = _runs(followed, wish.requests)
    rates = math.fsum(line.peak_rate_per_s for line in evaluation.components)
    _refuse_ages(3600.0 * runs * rates * followed.load.curve.length_h)
    result = _shown(
        lambda progress: simulate_curve(
            followed, plan, replications=runs, failures=wish.failures, seed=wish.seed, progress=progress
        )
    )
    return answered(result, evaluation)


def of_network(read: NamedNetwork, wish: Wish) -> SimulationAnswer:
    """A plain network.

    Raises:
        MissingExtra: numba is not installed.
    """
    if read.arrival_scvs:
        raise InvalidInput(
            f"{read.source}: arrival_scvs: a simulation has Poisson arrivals from outside; expected none of them"
        )
    from queuecalc.network import summarised
    from queuecalc.simulation import LEVELS, answered_network, simulate_network

    solved = summarised(read.network.solve(), LEVELS, title=read.title, source=read.source)
    visits = math.fsum(line.arrival_rate_per_s for line in solved.stations) / solved.arrival_rate_per_s
    requests = _requests(wish, visits)
    result = _shown(
        lambda progress: simulate_network(
            read.network,
            requests=requests,
            seed=wish.seed,
            title=read.title,
            source=read.source,
            progress=progress,
        )
    )
    return answered_network(result, solved)


def _of_a_plan(evaluation: Evaluation) -> Evaluation:
    if evaluation.availability is None:
        raise InvalidInput("not a plan: " + "; ".join(excuse.sentence for excuse in evaluation.excuses))
    return evaluation


def _requests(wish: Wish, visits: float) -> int:
    """How many requests to look at, when each makes so many visits.

    Raises:
        InvalidInput: that would take hours.
    """
    requests = wish.requests or max(_LEAST_REQUESTS, min(_REQUESTS, round(_VISITS / max(visits, 1e-6))))
    _refuse_ages(requests * visits)
    return requests


def _refuse_ages(visits: float) -> None:
    if visits > _MOST_VISITS:
        raise InvalidInput(
            f"about {visits:.2g} visits would be simulated, a million a second; expected at most {_MOST_VISITS:.0e}: "
            "name a part of the curve by --between, or fewer --requests"
        )


def _runs(model: Model, requests: int | None) -> int:
    """So many runs of the curve that there are enough requests in the contract; intervals need two."""
    curve = model.load.curve
    classes = [item for item in model.classes.values() if item.in_contract] or [*model.classes.values()]
    one = 3600.0 * sum(item.rate(1.0) - item.rate(0.0) for item in classes) * curve.integral_h
    one += 3600.0 * sum(item.rate(0.0) for item in classes) * curve.length_h
    if not requests or one <= 0.0:
        return _LEAST_RUNS
    return max(_LEAST_RUNS, math.ceil(requests / one))


def _shown(run: Callable[[Callable[[float], None]], T]) -> T:
    """Run something that tells the share that is done."""
    steps = Steps("simulating")
    try:
        return run(lambda share: steps(round(100.0 * share), 100))
    finally:
        steps.clear()
