"""One long run under a constant load, cut into batches; what was lived through before the first is thrown away."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from queuecalc.simulation.compilation import compiled_loop
from queuecalc.simulation.engine import Engine
from queuecalc.simulation.observation import Counters, Observation, observed
from queuecalc.simulation.responses import Responses
from queuecalc.simulation.wiring import Wiring

__all__ = ["batches_of"]


def batches_of(
    wiring: Wiring,
    load: float,
    *,
    seconds: float,
    before: float,
    number: int,
    seed: int,
    limit: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> list[Observation]:
    """Observations of equal length, one behind the other.

    Args:
        load: of the curve: requests per second, or users.
        seconds: of all batches together; `before`, of what comes before them.
        number: of batches.
        limit: what comes later than this is late (None: never).
        progress: is told the share that is done.

    Raises:
        MissingExtra: numba is not installed.
    """
    loop = compiled_loop()
    responses = [Responses(len(wiring.classes), limit)]

    def take_in(times: npt.NDArray[np.float64], classes: npt.NDArray[np.int64]) -> None:
        responses[-1].add(times, classes)

    tables = wiring.with_load([0.0, np.inf], [load, load])
    engine = Engine(wiring, tables, np.random.SeedSequence(seed), take_in, loop)
    engine.advance(before)
    last = Counters.of(engine)
    observations: list[Observation] = []
    for batch in range(number):
        responses.append(Responses(len(wiring.classes), limit))
        engine.advance(before + (batch + 1) * seconds / number)
        now = Counters.of(engine)
        observations.append(observed(last, now, responses[-1]))
        last = now
        if progress is not None:
            progress((batch + 1) / number)
    return observations
