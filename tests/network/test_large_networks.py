"""Networks of very many stations: arrays in and out, iteration against elimination, one curve for all percentiles."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from scipy import sparse

from queuecalc.errors import InvalidInput
from queuecalc.law import Exponential
from queuecalc.law.inversion import smooth_tail_and_density
from queuecalc.network import JacksonNetwork, NetworkSojourn, Routing, closed_sets
from queuecalc.network import composition as composition_module
from queuecalc.network import revisits as revisits_module
from queuecalc.network.components import strong_labels
from queuecalc.network.krylov import solved_at_once
from queuecalc.station import Station
from tests.network.graphs import FloatArray, absorption_tail, names


def neighbours(n: int, stays: float, seed: int = 1) -> sparse.csr_array:
    """Five random neighbours each."""
    rng = np.random.default_rng(seed)
    share = rng.random((n, 5))
    share *= stays / share.sum(axis=1, keepdims=True)
    pairs = (np.repeat(np.arange(n), 5), rng.integers(0, n, 5 * n))
    return sparse.csr_array((share.ravel(), pairs), shape=(n, n))


def full(n: int, stays: float, seed: int = 1) -> FloatArray:
    matrix = np.random.default_rng(seed).random((n, n))
    share: FloatArray = matrix * (stays / matrix.sum(axis=1, keepdims=True))
    return share


@pytest.mark.parametrize("stays", [0.5, 0.999])
def test_a_hundred_thousand_stations(stays: float) -> None:
    n = 100_000
    routing, rng = neighbours(n, stays), np.random.default_rng(4)
    external = rng.random(n)
    rate = 1.25 * external.sum() / (1 - stays) / n * np.ones(n)
    solution = JacksonNetwork(
        stations=Station(servers=rng.integers(2, 9, n), service_rate=rate),
        routing=routing,
        arrival_rates=external,
    ).solve()
    c = solution.columns
    flow = c.arrival_rate
    np.testing.assert_allclose(flow, external + routing.T @ flow, rtol=2e-15 * 50, atol=2e-15 * flow.max())
    leaving = flow @ (1 - routing.sum(axis=1))
    assert leaving == pytest.approx(external.sum(), rel=1e-11)
    for k in (0, 17, n - 1):
        queue = solution.stations[str(k)]
        assert c.mean_wait[k] == queue.mean_wait
        assert c.utilisation[k] == queue.utilisation
        assert solution.visits[str(k)] == c.visits[k]
    assert c.utilisation[int(solution.bottleneck)] == c.utilisation.max()


@pytest.mark.parametrize("loop", [True, False])
def test_a_long_chain_is_eliminated(loop: bool) -> None:
    """Iteration would need as many steps as there are stations."""
    n = 20_000
    back = np.array([0.5 if loop else 0.0])
    matrix = sparse.coo_array(
        (
            np.append(np.full(n - 1, 0.999), back),
            (np.append(np.arange(n - 1), n - 1), np.append(np.arange(1, n), 0)),
        )
    ).tocsr()
    external = np.full(n, 0.1)
    flow = (
        JacksonNetwork(
            stations=Station(service_rate=np.full(n, 1000.0)), routing=matrix, arrival_rates=external
        )
        .solve()
        .columns.arrival_rate
    )
    assert flow[1] == pytest.approx(0.1 + 0.999 * flow[0], rel=1e-12)
    assert flow[-1] == pytest.approx(100.0 * (1 - 0.999**n) + 0.999 ** (n - 1) * (flow[0] - 0.1), rel=1e-9)
    assert flow[0] == pytest.approx(0.1 + (0.5 * flow[-1] if loop else 0.0), rel=1e-12)


def test_arrays_and_names_say_the_same() -> None:
    matrix = full(6, 0.8)
    rate, servers, external = np.arange(4.0, 10.0), np.array([1, 2, 3, 1, 2, 1]), np.arange(6.0) / 10
    arrays = JacksonNetwork(
        stations=Station(servers=servers, service_rate=rate), routing=matrix, arrival_rates=external
    )
    named = JacksonNetwork(
        stations={str(k): Station(servers=int(servers[k]), service_rate=float(rate[k])) for k in range(6)},
        routing=matrix,
        arrival_rates={str(k): float(external[k]) for k in range(6)},
    )
    assert arrays == named
    assert pickle.loads(pickle.dumps(arrays)) == named
    one, other = arrays.solve(), named.solve()
    assert one == other
    assert pickle.loads(pickle.dumps(one)) == other
    assert one.sojourn.ppf(0.95) == other.sojourn.ppf(0.95)
    assert one.stations == other.stations
    assert one.to_frame().equals(other.to_frame())
    assert "0" in one.stations
    assert "6" not in one.stations
    with pytest.raises(KeyError):
        one.stations["6"]
    several = JacksonNetwork(
        stations=Station(servers=servers, service_rate=rate),
        routing=matrix,
        arrival_rates=np.stack([external, 0.5 * external], axis=1),
    ).solve()
    np.testing.assert_allclose(several.columns.arrival_rate[:, 0], one.columns.arrival_rate, rtol=1e-14)
    np.testing.assert_allclose(several.mean_sojourn[0], one.mean_sojourn, rtol=1e-13)


@pytest.mark.parametrize(
    ("stations", "rates", "message"),
    [
        (Station(service_rate=2.0), [1.0], r"must have one axis, got shape \(\)"),
        (Station(service=Exponential(mean=np.ones(2))), [1.0, 1.0], "must have a service_rate"),
        (Station(service_rate=np.ones(2)), [1.0], r"or have shape \(2, ...\), got \(1,\)"),
        (Station(service_rate=np.ones(2)), 1.0, r"or have shape \(2, ...\), got \(\)"),
        (Station(service_rate=np.ones(2)), [1.0, -1.0], "arrival_rates = .* expected"),
        (Station(service_rate=np.ones(2)), [0.0, 0.0], "nothing arrives"),
        (Station(service_rate=np.ones(2)), {"2": 1.0}, r"arrival_rates\['2'\]: no such station"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(stations: Station, rates: object, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        JacksonNetwork(stations=stations, arrival_rates=rates)  # type: ignore[arg-type]


def test_a_full_routing_of_a_thousand_stations_against_elimination() -> None:
    matrix = full(1000, 0.95)
    external = np.random.default_rng(2).random(1000)
    solution = JacksonNetwork(
        stations=Station(service_rate=np.full(1000, 1000.0)), routing=matrix, arrival_rates=external
    ).solve()
    direct = np.linalg.solve(np.eye(1000) - matrix.T, external)
    np.testing.assert_allclose(solution.columns.arrival_rate, direct, rtol=1e-12)


@pytest.mark.parametrize("dense", [True, False])
def test_percentiles_of_a_large_loop_against_a_matrix_exponential(dense: bool) -> None:
    """Independent sojourns at exponential stations: a phase-type law, by another algorithm altogether."""
    n = 70
    matrix = full(n, 0.9) if dense else neighbours(n, 0.9).toarray()
    rng = np.random.default_rng(8)
    means, entry = 0.05 + rng.random(n), rng.dirichlet(np.ones(n))
    law = NetworkSojourn(
        laws=tuple(Exponential(mean=m) for m in means.tolist()),
        entry=tuple(entry.tolist()),
        routing=Routing.of(names(n), matrix),
    )
    for q in (0.01, 0.95, 0.9999, 1 - 1e-8):
        t = law.ppf(q)
        assert absorption_tail(matrix, means, entry, t) == pytest.approx(1 - q, rel=2e-7)
    # ... and against Euler's algorithm with fresh nodes for every time
    t = np.array([0.01, 0.3, 1.0, 4.0, 20.0]) * law.mean
    np.testing.assert_allclose(law.sf(t), smooth_tail_and_density(law, t)[0], rtol=1e-6)
    np.testing.assert_allclose(law.pdf(t), smooth_tail_and_density(law, t)[1], rtol=1e-6)
    assert [law.sf(t) for t in (-1.0, 0.0, math.inf)] == [1.0, 1.0, 0.0]


def test_later_visits_by_interpolation_and_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    n = 130
    rng = np.random.default_rng(3)
    rate = rng.uniform(8.0, 300.0, n)
    network = JacksonNetwork(
        stations=Station(service_rate=rate),
        routing=neighbours(n, 0.9),
        arrival_rates=0.5 * rng.random(n),
    )
    quick = network.solve().sojourn
    monkeypatch.setattr(revisits_module, "_MANY", 10_000)
    slow = network.solve().sojourn
    assert quick.spread == pytest.approx(slow.spread, rel=1e-5)  # type: ignore[attr-defined]
    monkeypatch.setattr(composition_module, "_DENSE", 10_000)
    plain = network.solve().sojourn
    assert plain.spread == pytest.approx(slow.spread, rel=1e-6)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", [np.float64, np.complex128])
def test_many_systems_at_once(kind: type[np.float64 | np.complex128]) -> None:
    rng = np.random.default_rng(5)
    matrix = full(300, 0.9)
    factor = (rng.random((300, 7)) + (1j * rng.random((300, 7)) if kind is np.complex128 else 0)) / 2
    b = np.array(rng.random((300, 7)), dtype=kind)
    b[:, 3] = 0.0
    x, settled = solved_at_once(lambda x: x - factor * (matrix @ x), b)
    assert settled
    assert (x[:, 3] == 0.0).all()
    for k in range(7):
        direct = np.linalg.solve(np.eye(300) - factor[:, k, None] * matrix, b[:, k])
        np.testing.assert_allclose(x[:, k], direct, rtol=0, atol=1e-14 * np.abs(direct).max())


def test_systems_that_do_not_settle_say_so() -> None:
    shift = np.roll(np.eye(400), 1, axis=1) * 0.999
    _, settled = solved_at_once(lambda x: x - shift @ x, np.eye(400)[:, :1])
    assert not settled


def test_components_of_large_graphs_are_those_of_small_ones() -> None:
    rng = np.random.default_rng(6)
    n = 500
    place = np.unique(rng.integers(0, n * n, 600))
    source, target = np.divmod(place, n)
    large = strong_labels(n, source, target)
    assert (large[source] <= large[target]).all()
    from queuecalc.network import components

    small = components._tarjan(n, source, target)
    pairs = np.unique(np.stack([large, small], axis=1), axis=0)
    assert len(pairs) == len(np.unique(large)) == len(np.unique(small))


def test_each_closed_set_is_named() -> None:
    ring = {f"s{k}": {f"s{(k + 1) % 100}": 1.0} for k in range(100)}
    stations = (*ring, "a", "b")
    assert closed_sets(stations, ring | {"a": {"a": 1.0}, "b": {"a": 0.5, "s3": 0.5}}) == [list(ring), ["a"]]
    with pytest.raises(InvalidInput, match="'s99'; 'a' can ever leave"):
        Routing.of(stations, ring | {"a": {"a": 1.0}, "b": {"a": 0.5, "s3": 0.5}})
