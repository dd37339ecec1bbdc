"""Random models, calculated and simulated.

Those of the first sixty of each kind in which nothing breaks what the calculation assumes: no component is busier than
0.8, no rate cap and no bounded line (what they refuse thins the flow behind them only in the simulation), no request
comes back to a component that it has just left, and none hands off several messages at once to a component that
requests wait for.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from queuecalc.answer import Evaluation
from queuecalc.architecture import Model, RequestClass
from queuecalc.evaluation import evaluate
from queuecalc.simulation import compare, held_still, simulate
from tests.reference.building import call, component, model
from tests.reference.random_models import Draw, random_graph, random_model
from tests.simulation.small import agrees

DRAWS = [
    *((random_model, seed) for seed in (4, 13, 36, 42, 47, 55)),
    *((random_graph, seed) for seed in (17,)),
]


def disturbances(draw: Draw, described: Model, evaluation: Evaluation) -> Iterator[str]:
    present = {name for name, count in draw.counts.items() if count}
    asynchronous = {line.name for line in evaluation.components if line.asynchronous}
    for line in evaluation.components:
        figures = described.components[line.name].figures
        if figures.max_rate_per_s is not None or figures.max_queue is not None:
            yield f"{line.name} refuses"
        if line.servers is not None and not line.asynchronous and line.peak_utilisation > 0.8:
            yield f"{line.name} is busy"
    for one in described.calls:
        callers = {end.component for end in one.callers}
        taker = next((end.component for end in one.takers if end.component in {*present, "nobody"}), "")
        if callers & {*present, "users"} and taker in present - callers and one.times > 1.0:
            if one.wait:
                yield f"{taker} is called again at once"
            elif taker not in asynchronous:
                yield f"{taker} gets several at once"


@pytest.mark.parametrize(("make", "seed"), DRAWS)
def test_percentiles_and_utilisations_agree(make: type[Draw], seed: int) -> None:
    draw = make(seed)  # type: ignore[call-arg]
    still = held_still(draw.model)
    evaluation = evaluate(still, draw.counts)
    assert list(disturbances(draw, still, evaluation)) == []
    rows = compare(simulate(still, draw.counts, requests=150_000, seed=seed), evaluation)
    assert {row.quantity for row in rows} >= {"utilisation", "mean", "p50", "p95", "p99", "availability"}
    for row in rows:
        if row.quantity == "p95":
            assert row.calculated == pytest.approx(row.simulated.value, rel=0.05), row.subject
        if row.quantity == "utilisation":
            assert row.calculated == pytest.approx(row.simulated.value, rel=0.01, abs=0.01), row.subject


def test_messages_sent_together_make_a_line_longer_than_messages_sent_apart() -> None:
    """Fed in pairs it is M^[2]/M/1; with the pairs torn apart by long random ways it is M/M/1 again."""
    rate, mean = 3.0, 0.1
    pair = call("server", "stream", 2.0, wait=False)
    classes = (RequestClass(name="request"),)
    together = model(
        [component("server", 0.001, servers=None), component("stream", mean)],
        [call("users", "server"), pair],
        load=(rate, rate),
        classes=classes,
    )
    apart = model(
        [
            component("server", 0.001, servers=None),
            component("wire", 200.0, servers=None),
            component("stream", mean),
        ],
        [
            call("users", "server"),
            call("server", "wire", 2.0, wait=False),
            call("wire", "stream", wait=False),
        ],
        load=(rate, rate),
        classes=classes,
    )
    rho = 2.0 * rate * mean
    poisson = rho * mean / (1.0 - rho)
    batches = poisson + mean / (2.0 * (1.0 - rho))  # Kleinrock 1975, section 4.5: batches of exactly two
    one = simulate(together, {"server": 1, "stream": 1}, requests=200_000, seed=1)
    other = simulate(apart, {"server": 1, "wire": 1, "stream": 1}, requests=200_000, seed=2)
    assert agrees(one.component("stream").mean_wait_s, batches, within=0.04)
    assert agrees(other.component("stream").mean_wait_s, poisson, within=0.04)
