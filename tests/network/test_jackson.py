"""Open networks: means in closed form, percentiles, labels, what is refused."""

from __future__ import annotations

import itertools
import math
import pickle

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from queuecalc.errors import InvalidInput
from queuecalc.evidence import Evidence
from queuecalc.law import Deterministic, Exponential, Gamma
from queuecalc.network import JacksonNetwork, JacksonSolution
from queuecalc.station import MMc, Station
from tests.network.graphs import FloatArray, names, routings


def one(rate: float = 1.0, servers: int = 1) -> Station:
    return Station(servers=servers, service_rate=rate)


def chain(*stations: Station, arrival_rate: float = 1.0) -> JacksonSolution:
    """In a row."""
    labels = names(len(stations))
    routing = {a: {b: 1.0} for a, b in itertools.pairwise(labels)}
    return JacksonNetwork(
        stations=dict(zip(labels, stations, strict=True)),
        routing=routing,
        arrival_rates={labels[0]: arrival_rate},
    ).solve()


@st.composite
def networks(draw: st.DrawFn, *, loops: bool = True) -> JacksonNetwork:
    """Stable, exponential, one to four servers."""
    matrix: FloatArray = draw(routings(loops=loops, most=5))
    n = len(matrix)
    external = np.array(draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)), dtype=float)
    external[draw(st.integers(0, n - 1))] += 1.0
    rates = np.linalg.solve(np.eye(n) - matrix.T, external)
    stations = {}
    for k, name in enumerate(names(n)):
        servers = draw(st.integers(1, 4))
        rho = draw(st.sampled_from([0.1, 0.5, 0.8, 0.95]))
        stations[name] = one(max(float(rates[k]), 0.1) / (rho * servers), servers)
    return JacksonNetwork(
        stations=stations, routing=matrix, arrival_rates=dict(zip(names(n), external.tolist(), strict=True))
    )


@given(networks())
def test_each_station_is_the_queue_at_its_own_rate(network: JacksonNetwork) -> None:
    solution = network.solve()
    n = len(network.stations)
    P = np.zeros((n, n))
    P[network.routing.source, network.routing.target] = network.routing.probability
    external = np.array([network.arrival_rates[name] for name in network.stations])
    flow = np.linalg.solve(np.eye(n) - P.T, external)
    for k, (name, station) in enumerate(network.stations.items()):
        assert solution.arrival_rates[name] == pytest.approx(flow[k], rel=1e-12, abs=1e-15)
        assert solution.visits[name] == pytest.approx(flow[k] / external.sum(), rel=1e-12, abs=1e-15)
        assert solution.stations[name] == station.at(arrival_rate=solution.arrival_rates[name])


@given(networks())
def test_the_end_to_end_mean_is_the_sum_over_visits_and_littles_law(network: JacksonNetwork) -> None:
    solution = network.solve()
    mean = sum(solution.visits[name] * queue.mean_sojourn for name, queue in solution.stations.items())
    assert solution.sojourn.mean == pytest.approx(mean, rel=1e-12)
    assert solution.independent_sojourn.mean == pytest.approx(mean, rel=1e-12)
    inside = sum(queue.mean_in_system for queue in solution.stations.values())
    assert solution.mean_in_system == pytest.approx(inside, rel=1e-12)
    assert solution.sojourn.var >= solution.independent_sojourn.var * (1 - 1e-12)
    assert solution.stable
    assert solution.unstable == ()


@settings(max_examples=25)
@given(networks(), st.floats(1.01, 1.05))
def test_more_load_is_more_time(network: JacksonNetwork, factor: float) -> None:
    """Station by station P(T > t) rises with the rate; sums and mixtures keep that order."""
    more = JacksonNetwork(
        stations=network.stations,
        routing=network.routing,
        arrival_rates={name: rate * factor for name, rate in network.arrival_rates.items()},
    ).solve()
    less = network.solve()
    for multiple in (0.2, 1.0, 3.0):
        t = multiple * less.mean_sojourn
        assert more.independent_sojourn.sf(t) >= less.independent_sojourn.sf(t) - 1e-9
    assert more.sojourn.ppf(0.95) >= less.sojourn.ppf(0.95) * (1 - 1e-6)


def test_two_stations_with_feedback_by_hand() -> None:
    # lambda_cpu = 1 + 0.4 lambda_disk, lambda_disk = 0.5 lambda_cpu: 1.25 and 0.625.
    solution = JacksonNetwork(
        stations={"cpu": one(2.0), "disk": one(1.0)},
        routing={"cpu": {"disk": 0.5}, "disk": {"cpu": 0.4}},
        arrival_rates={"cpu": 1.0},
    ).solve()
    assert solution.arrival_rates == {"cpu": pytest.approx(1.25), "disk": pytest.approx(0.625)}
    assert solution.stations["cpu"].mean_in_system == pytest.approx(0.625 / 0.375)
    assert solution.stations["disk"].mean_in_system == pytest.approx(0.625 / 0.375)
    assert solution.mean_sojourn == pytest.approx(2 * 0.625 / 0.375)
    assert solution.throughput == 1.0
    assert solution.evidence is Evidence.APPROXIMATE


@pytest.mark.parametrize("q", [0.5, 0.95, 0.99, 0.9999])
def test_a_tandem_is_hypoexponential(q: float) -> None:
    solution = chain(one(3.0), one(2.0), one(1.25), arrival_rate=1.0)
    t = solution.sojourn.ppf(q)
    with mp.workdps(50):
        rates = [mp.mpf(2), mp.mpf(1), mp.mpf(0.25)]
        tail = mp.fsum(
            mp.exp(-r * mp.mpf(t)) * mp.fprod(o / (o - r) for j, o in enumerate(rates) if j != i)
            for i, r in enumerate(rates)
        )
    assert float(tail) == pytest.approx(1 - q, rel=1e-9)
    assert solution.evidence is Evidence.EXACT


@pytest.mark.parametrize("q", [0.5, 0.95, 0.9999])
def test_a_tandem_of_like_stations_is_an_erlang_law(q: float) -> None:
    solution = chain(*[one(3.0)] * 4, arrival_rate=1.0)
    t = solution.sojourn.ppf(q)
    with mp.workdps(50):
        tail = mp.gammainc(4, 2 * mp.mpf(t), regularized=True)
    assert float(tail) == pytest.approx(1 - q, rel=1e-9)


def test_rates_that_agree_only_to_rounding_are_no_harder() -> None:
    near = chain(one(3.0), one(3.0 * (1 + 1e-13)), arrival_rate=1.0)
    same = chain(one(3.0), one(3.0), arrival_rate=1.0)
    assert near.sojourn.ppf(0.99) == pytest.approx(same.sojourn.ppf(0.99), rel=1e-10)


def test_one_station_is_that_station() -> None:
    solution = JacksonNetwork(stations={"a": one(1.0, 3)}, arrival_rates={"a": 2.0}).solve()
    station = MMc(arrival_rate=2.0, service_rate=1.0, servers=3)
    assert solution.stations["a"] == station
    assert solution.sojourn == station.sojourn
    assert solution.evidence is Evidence.EXACT


def test_stations_side_by_side_are_a_mixture() -> None:
    solution = JacksonNetwork(
        stations={"a": one(2.0), "b": one(4.0), "idle": one(1.0)}, arrival_rates={"a": 1.0, "b": 3.0}
    ).solve()
    a, b = Exponential(mean=1.0), Exponential(mean=1.0)
    assert solution.sojourn.sf(2.0) == pytest.approx(0.25 * a.sf(2.0) + 0.75 * b.sf(2.0), rel=1e-14)
    assert solution.visits["idle"] == 0.0


def test_splitting_and_merging_of_poisson_streams() -> None:
    """Two like branches that split the flow are one station at half the rate."""
    split = JacksonNetwork(
        stations={"a": one(3.0), "b": one(2.0), "c": one(2.0), "d": one(3.0)},
        routing={"a": {"b": 0.5, "c": 0.5}, "b": {"d": 1.0}, "c": {"d": 1.0}},
        arrival_rates={"a": 2.0},
    ).solve()
    half = chain(one(3.0), one(3.0), one(3.0), arrival_rate=2.0)
    assert split.sojourn.ppf(0.95) == pytest.approx(half.sojourn.ppf(0.95), rel=1e-9)
    assert split.mean_sojourn == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("stations", "routing", "arrivals", "exact"),
    [
        # tandems: first and last may have several servers, one between may not
        ([one(), one(), one()], {"s0": {"s1": 1}, "s1": {"s2": 1}}, {"s0": 0.5}, True),
        ([one(servers=2), one(), one(servers=3)], {"s0": {"s1": 1}, "s1": {"s2": 1}}, {"s0": 0.5}, True),
        ([one(), one(servers=2), one()], {"s0": {"s1": 1}, "s1": {"s2": 1}}, {"s0": 0.5}, False),
        (
            [one(), Station(servers=math.inf, service_rate=1.0), one()],
            {"s0": {"s1": 1}, "s1": {"s2": 1}},
            {"s0": 0.5},
            False,
        ),
        # a tree: ways part and never meet again
        ([one(), one(), one(servers=2)], {"s0": {"s1": 0.5, "s2": 0.5}}, {"s0": 0.5}, True),
        # several ways in that join
        (
            [one(servers=2), one(servers=2), one()],
            {"s0": {"s2": 1}, "s1": {"s2": 1}},
            {"s0": 0.3, "s1": 0.3},
            True,
        ),
        # a short cut overtakes (Simon & Foley 1979)
        ([one(), one(), one()], {"s0": {"s1": 0.5, "s2": 0.5}, "s1": {"s2": 1}}, {"s0": 0.5}, False),
        # a diamond overtakes
        (
            [one(), one(), one(), one()],
            {"s0": {"s1": 0.5, "s2": 0.5}, "s1": {"s3": 1}, "s2": {"s3": 1}},
            {"s0": 0.5},
            False,
        ),
        # ... unless nobody comes to where the ways part
        ([one(), one(), one()], {"s0": {"s1": 0.5, "s2": 0.5}, "s1": {"s2": 1}}, {"s1": 0.5}, True),
        # coming back
        ([one(), one()], {"s0": {"s1": 0.5}, "s1": {"s0": 0.5}}, {"s0": 0.3}, False),
        ([one(servers=2)], {"s0": {"s0": 0.3}}, {"s0": 0.3}, False),
        # ... to a single server that is all there is (Takacs 1963)
        ([one()], {"s0": {"s0": 0.3}}, {"s0": 0.3}, True),
        ([Station(service=Gamma(mean=1.0, scv=2.0))], {"s0": {"s0": 0.3}}, {"s0": 0.3}, True),
        # ... unless nobody comes to the loop
        ([one(), one()], {"s0": {"s0": 0.3}}, {"s1": 0.3}, True),
        # another service law
        ([one(), Station(service=Gamma(mean=1.0, scv=2.0))], {"s0": {"s1": 1}}, {"s0": 0.3}, False),
        ([Station(service=Exponential(mean=1.0)), one()], {"s0": {"s1": 1}}, {"s0": 0.3}, True),
    ],
)
def test_exact_only_where_the_theorems_say_so(
    stations: list[Station], routing: dict[str, dict[str, float]], arrivals: dict[str, float], exact: bool
) -> None:
    solution = JacksonNetwork(
        stations=dict(zip(names(len(stations)), stations, strict=True)),
        routing=routing,
        arrival_rates=arrivals,
    ).solve()
    assert (solution.evidence is Evidence.EXACT) == exact
    keys = [statement.key for statement in solution.statements]
    assert ("independent-sojourns" in keys) == (not exact)


def test_what_a_label_rests_on_is_told() -> None:
    alone = JacksonNetwork(stations={"a": one()}, routing={"a": {"a": 0.3}}, arrival_rates={"a": 0.3}).solve()
    assert [s.key for s in alone.statements] == ["feedback-sojourn"]
    loop = JacksonNetwork(
        stations={"a": one(servers=2)}, routing={"a": {"a": 0.3}}, arrival_rates={"a": 0.3}
    ).solve()
    assert [s.key for s in loop.statements] == ["jackson", "independent-sojourns", "revisits"]
    both = JacksonNetwork(
        stations={"a": one(2.0), "b": Station(service=Gamma(mean=1.0, scv=2.0))},
        routing={"a": {"b": 0.5}, "b": {"a": 0.5}},
        arrival_rates={"a": 0.3},
    ).solve()
    assert "revisits" in [s.key for s in both.statements]
    general = chain(one(2.0), Station(servers=2, service=Gamma(mean=1.0, scv=2.0)))
    assert [s.key for s in general.statements] == [
        "erlang-c",
        "kimura",
        "poisson-arrivals",
        "independent-sojourns",
    ]


def test_a_station_without_steady_state_makes_the_network_infinite_and_is_named() -> None:
    network = JacksonNetwork(
        stations={"a": one(2.0), "b": one(1.0)}, routing={"a": {"b": 0.8, "a": 0.1}}, arrival_rates={"a": 1.5}
    )
    solution = network.solve()
    assert solution.unstable == ("b",)
    assert not solution.stable
    assert solution.mean_sojourn == math.inf
    assert solution.mean_in_system == math.inf
    assert solution.sojourn.sf(1e6) == 1.0
    assert solution.sojourn.ppf(0.95) == math.inf
    assert solution.sojourn.var == math.inf
    assert solution.sojourn.scv == math.inf
    assert solution.sojourn.abscissa == 0.0
    assert solution.bottleneck == "b"
    assert solution.evidence is Evidence.APPROXIMATE
    assert solution.sojourn.lst(1.0) == 0.0
    # Nobody comes to a station that would be unstable: it does not matter.
    quiet = JacksonNetwork(stations={"a": one(2.0), "b": one(1e-9)}, arrival_rates={"a": 1.0}).solve()
    assert quiet.stable
    assert quiet.mean_sojourn == pytest.approx(1.0)


def test_rates_may_be_arrays_and_each_element_is_a_network() -> None:
    load = np.array([0.1, 0.5, 0.9, 1.1])
    stations = {"a": one(2.0, 2), "b": one(1.0), "c": one(1.0)}
    routing = {"a": {"b": 0.5, "a": 0.2}, "b": {"c": 1.0}}
    many = JacksonNetwork(stations=stations, routing=routing, arrival_rates={"a": load, "b": 0.3}).solve()
    assert many.sojourn.shape == (4,)
    for k in range(4):
        single = JacksonNetwork(
            stations=stations, routing=routing, arrival_rates={"a": float(load[k]), "b": 0.3}
        ).solve()
        assert many.sojourn.mean[k] == pytest.approx(single.sojourn.mean, rel=1e-13)
        assert many.sojourn.var[k] == pytest.approx(single.sojourn.var, rel=1e-12)
        assert many.sojourn.ppf(0.95)[k] == pytest.approx(single.sojourn.ppf(0.95), rel=1e-8)
        assert many.bottleneck[k] == single.bottleneck
        assert many.stable[k] == single.stable
        assert many.evidence is single.evidence
    frame = many.to_frame()
    assert frame.index.names == ["station", "case"]
    assert frame.shape == (12, 9)
    assert frame.loc[("b", 3), "utilisation"] == many.stations["b"].utilisation[3]


def test_servers_may_be_arrays() -> None:
    counts = np.array([1, 2, 5])
    many = JacksonNetwork(
        stations={"a": Station(servers=counts, service_rate=1.0), "b": one(1.0)},
        routing={"a": {"b": 1.0, "a": 0.0}, "b": {"b": 0.25}},
        arrival_rates={"a": 0.6},
    ).solve()
    assert many.sojourn.shape == (3,)
    assert (np.diff(many.sojourn.mean) < 0).all()


def test_the_table_has_units() -> None:
    frame = chain(one(2.0), one(4.0)).to_frame()
    assert list(frame.index) == ["s0", "s1"]
    assert list(frame.columns) == [
        "arrival_rate_per_s",
        "visits",
        "servers",
        "utilisation",
        "delay_probability",
        "mean_wait_s",
        "mean_sojourn_s",
        "mean_time_per_request_s",
        "mean_in_system",
    ]
    assert frame.loc["s0", "utilisation"] == pytest.approx(0.5)
    assert frame["mean_time_per_request_s"].sum() == pytest.approx(1.0 + 1 / 3)


def test_constant_service_on_the_way_keeps_its_jump() -> None:
    fixed = Station(servers=math.inf, service=Deterministic(mean=3.0))
    solution = chain(one(2.0), fixed, arrival_rate=1.0)
    assert solution.sojourn.sf(2.9) == 1.0
    assert solution.sojourn.sf(5.0) == pytest.approx(math.exp(-2.0), rel=1e-12)
    assert solution.sojourn.ppf(0.95) == pytest.approx(3.0 - math.log(0.05), rel=1e-12)


def test_matrices_and_mappings_make_equal_networks() -> None:
    stations = {"a": one(5.0), "b": one(4.0)}
    matrix = [[0.1, 0.5], [0.2, 0.0]]
    mapping = {"a": {"a": 0.1, "b": 0.5}, "b": {"a": 0.2}}
    network = JacksonNetwork(stations=stations, routing=mapping, arrival_rates={"a": 1.0})
    for routing in (matrix, np.array(matrix), sparse.csr_array(np.array(matrix)), network.routing):
        other = JacksonNetwork(stations=stations, routing=routing, arrival_rates={"a": 1.0})
        assert other == network
        assert hash(other) == hash(network)
        assert other.solve() == network.solve()
        assert hash(other.solve()) == hash(network.solve())
    assert eval(repr(network)) == network
    assert eval(repr(network.solve())) == network.solve()
    assert pickle.loads(pickle.dumps(network)) == network
    solution = network.solve()
    p95 = solution.sojourn.ppf(0.95)
    assert pickle.loads(pickle.dumps(solution)).sojourn.ppf(0.95) == p95
    assert network != JacksonNetwork(stations=stations, routing=mapping, arrival_rates={"a": 2.0})
    assert solution != network


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stations": {}}, "at least one station"),
        ({"stations": {"a": 3}}, r"stations\['a'\] must be a Station\(servers="),
        (
            {"stations": {"a": MMc(arrival_rate=1.0, service_rate=2.0, servers=1)}},
            "its arrival rate follows from the routing",
        ),
        (
            {"stations": {"a": Station(servers=1, service_rate=1.0, capacity=5)}},
            r"stations\['a'\] has capacity = 5; the stations of a Jackson network have no bound",
        ),
        ({"arrival_rates": {"aa": 1.0}}, r"arrival_rates\['aa'\]: no such station \(did you mean 'a'\?\)"),
        ({"arrival_rates": {"a": -1.0}}, r"arrival_rates\['a'\] = -1.0; expected"),
        ({"arrival_rates": {"a": 0.0}}, "nothing arrives"),
        ({"arrival_rates": {"a": np.array([1.0, 0.0])}}, "nothing arrives"),
        ({"arrival_rates": {}}, "nothing arrives"),
        ({"routing": {"a": {"a": 1.0}}}, "nobody who comes to 'a' can ever leave"),
        ({"routing": {"a": {"c": 1.0}}}, "no such station"),
    ],
)
def test_what_is_no_network_is_refused(change: dict[str, object], message: str) -> None:
    good: dict[str, object] = {"stations": {"a": one(2.0)}, "routing": {}, "arrival_rates": {"a": 1.0}}
    with pytest.raises(InvalidInput, match=message):
        JacksonNetwork(**{**good, **change})  # type: ignore[arg-type]


def test_rates_of_other_shapes_are_refused() -> None:
    with pytest.raises(InvalidInput, match="expected shapes that broadcast"):
        JacksonNetwork(
            stations={"a": one(), "b": one()},
            arrival_rates={"a": np.array([0.1, 0.2]), "b": np.array([0.1, 0.2, 0.3])},
        )
