"""Networks whose answer is known: Jackson, M/G/1, G/M/1, feedback at once, constant services."""

from __future__ import annotations

import itertools
import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import queuecalc as qc
from queuecalc.errors import InvalidInput
from queuecalc.law import Deterministic, Exponential, Gamma, Hyperexponential, Law, two_moment
from queuecalc.network.general.grid import Grid, renewal_index
from queuecalc.network.general.handing_on import queued
from queuecalc.network.general.waits import _peak
from tests.network.graphs import names, rates, routings

SPECTRAL = ("dispersion", "robust")


def alone(service: Law, scv: Any, rate: float, method: str = "dispersion", servers: int = 1) -> Any:
    network = qc.GeneralNetwork(
        stations={"one": qc.Station(service=service, servers=servers)},
        arrival_rates={"one": rate},
        arrival_scvs={"one": scv},
    )
    return network.solve(method=method).stations["one"]


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_exponential_networks_have_the_means_of_jackson(data: st.DataObject) -> None:
    """Loops included: the spectra of the flows in a loop and the rule for the wait cancel (Jackson 1957)."""
    matrix = data.draw(routings(loops=True, most=5))
    n = len(matrix)
    external = data.draw(rates(n))
    flow = np.linalg.solve(np.eye(n) - matrix.T, external)
    rho = np.array(data.draw(st.lists(st.floats(0.05, 0.95), min_size=n, max_size=n)))
    servers = data.draw(st.lists(st.integers(1, 4), min_size=n, max_size=n))
    mu = np.where(flow > 0.0, flow, 1.0) / rho / servers
    stations = {
        name: qc.Station(service_rate=float(mu[k]), servers=servers[k]) for k, name in enumerate(names(n))
    }
    arrivals = dict(zip(names(n), external.tolist(), strict=True))
    exact = qc.JacksonNetwork(stations=stations, routing=matrix, arrival_rates=arrivals).solve()
    network = qc.GeneralNetwork(stations=stations, routing=matrix, arrival_rates=arrivals)
    for method, close in (("dispersion", 1e-6), ("robust", 1e-2)):
        solution = network.solve(method=method)
        assert solution.mean_sojourn == pytest.approx(exact.mean_sojourn, rel=close)
        for name in names(n):
            wait = exact.stations[name].mean_wait
            assert solution.stations[name].mean_wait == pytest.approx(wait, rel=close, abs=1e-9)
            if flow[names(n).index(name)] > 0.0:
                assert solution.stations[name].arrival_dispersion > 0.0


@pytest.mark.parametrize("method", [*SPECTRAL, "qna"])
@pytest.mark.parametrize("scv", [0.0, 0.3, 1.0, 4.0, 30.0])
def test_poisson_arrivals_make_pollaczek_khinchine(method: str, scv: float) -> None:
    station = alone(two_moment(mean=0.1, scv=scv), 1.0, 8.0, method)
    assert station.mean_wait == pytest.approx(0.8 * 0.1 * (1.0 + scv) / 0.4, rel=1e-3)
    if method == "dispersion":
        exact = qc.MG1(arrival_rate=8.0, service=two_moment(mean=0.1, scv=scv))
        assert station.mean_wait == pytest.approx(exact.mean_wait, rel=1e-9)
        assert station.delay_probability == pytest.approx(0.8, rel=1e-9)
        assert station.sojourn.ppf(0.95) == pytest.approx(exact.sojourn.ppf(0.95), rel=1e-7)


@pytest.mark.parametrize("law", [Gamma(mean=0.125, scv=0.25), Hyperexponential(mean=0.125, scv=4.0)])
@pytest.mark.parametrize("rate", [8.1, 9.0, 20.0, 100.0])
def test_renewal_arrivals_before_an_exponential_server_are_exact(law: Law, rate: float) -> None:
    """The root equation of G/M/1 (Kleinrock 1975, eq. (6.19)) is that of the rule; its law follows."""
    exact = qc.GM1(interarrival=law, service_rate=rate)
    station = alone(Exponential(mean=1.0 / rate), law, 8.0)
    assert station.mean_wait == pytest.approx(exact.mean_wait, rel=2e-5)
    assert station.delay_probability == pytest.approx(exact.delay_probability, rel=2e-5)
    assert station.sojourn.ppf(0.99) == pytest.approx(exact.sojourn.ppf(0.99), rel=2e-5)


@pytest.mark.parametrize("scv", [0.0, 0.25, 3.0])
@pytest.mark.parametrize("back", [0.1, 0.5, 0.9])
def test_who_comes_back_at_once_has_the_mean_of_takacs(scv: float, back: float) -> None:
    service = two_moment(mean=0.1, scv=scv)
    given_: dict[str, Any] = {
        "stations": {"one": qc.Station(service=service)},
        "routing": {"one": {"one": back}},
        "arrival_rates": {"one": 8.0 * (1.0 - back)},
    }
    exact = qc.JacksonNetwork(**given_).solve().sojourn.mean
    for method, close in (("dispersion", 1e-8), ("robust", 1e-3)):
        solution = qc.GeneralNetwork(**given_).solve(method=method)
        assert solution.sojourn.mean == pytest.approx(exact, rel=close)


@pytest.mark.parametrize("back", [0.2, 0.7])
@pytest.mark.parametrize("scv", [0.3, 4.0])
def test_renewal_arrivals_and_customers_who_come_back_at_once(scv: float, back: float) -> None:
    """The number there is that of G/M/1 with the service rate (1 - p) mu."""
    law = Gamma(mean=1.0, scv=scv)
    network = qc.GeneralNetwork(
        stations={"one": qc.Station(service_rate=1.25 / (1.0 - back))},
        routing={"one": {"one": back}},
        arrival_rates={"one": 1.0},
        arrival_scvs={"one": law},
    )
    exact = qc.GM1(interarrival=law, service_rate=1.25)
    assert network.solve().mean_sojourn == pytest.approx(exact.mean_sojourn, rel=2e-5)


def test_the_spectrum_of_a_renewal_process_by_its_definition() -> None:
    """1 + 2 sum over n of Re f^n for Erlang times, by a plain sum; ends: SCV and 1."""
    law = Gamma(mean=0.5, scv=0.25)
    omega = np.array([0.3, 2.0, 9.0])
    f = (1.0 + 1j * omega * 0.5 * 0.25) ** -4.0
    plain = 1.0 + 2.0 * sum((f**n).real for n in range(1, 40_000))
    assert renewal_index(law, omega) == pytest.approx(plain, rel=1e-9)
    ends = renewal_index(law, np.array([1e-9, 1e9]))
    assert ends == pytest.approx([0.25, 1.0], rel=1e-6)
    assert renewal_index(Exponential(mean=3.0), omega) == pytest.approx(1.0, rel=1e-12)


def test_what_a_line_sees_of_a_spectrum_is_its_harmonic_extension() -> None:
    """Re 1 / (1 + i w tau) becomes 1 / (1 + y tau)."""
    grid = Grid(1e-6, 1e6)
    for y in (1e-3, 0.7, 40.0):
        seen = grid.seen_at(1.0 / (1.0 + (2.0 * grid.omega) ** 2), y)
        assert seen == pytest.approx(1.0 / (1.0 + 2.0 * y), rel=1e-7)
    assert grid.seen_at(np.ones(grid.omega.size), 3.0) == pytest.approx(1.0, rel=1e-14)


# ------------------------------------------------------------------ constant services
def line(means: list[float], rate: float = 1.0, scv: Any = 1.0, servers: int = 1) -> Any:
    """One after the other."""
    keys = names(len(means))
    return qc.GeneralNetwork(
        stations={
            key: qc.Station(service=Deterministic(mean=m), servers=servers)
            for key, m in zip(keys, means, strict=True)
        },
        routing={key: {after: 1.0} for key, after in itertools.pairwise(keys)},
        arrival_rates={keys[0]: rate},
        arrival_scvs={keys[0]: scv},
    )


@pytest.mark.parametrize("method", ["dispersion", "robust", "qna"])
def test_nobody_waits_behind_a_slower_constant_server(method: str) -> None:
    solution = line([0.8, 0.8, 0.3, 0.7]).solve(method=method)
    waits = [station.mean_wait for station in solution.stations.values()]
    assert waits[0] == pytest.approx(0.8 * 0.8 / 0.4, rel=1e-3)
    assert waits[1:] == [0.0, 0.0, 0.0]
    assert solution.sojourn.ppf(0.95) == pytest.approx(
        qc.MG1(arrival_rate=1.0, service=Deterministic(mean=0.8)).sojourn.ppf(0.95) + 1.8, rel=1e-2
    )


def test_the_waits_of_a_constant_line_add_up_to_that_at_the_slowest() -> None:
    """Against the recursion of waits, customer by customer (Friedman 1965)."""
    means = [0.3, 0.6, 0.5, 0.85, 0.7]
    rng = np.random.default_rng(3)
    arrivals = np.cumsum(rng.standard_exponential(400_000))
    seen = []
    for m in means:  # departure = service + max over earlier ones, constant services
        steps = np.arange(arrivals.size) * m
        begins = np.maximum.accumulate(arrivals - steps) + steps
        seen.append((begins - arrivals).mean())
        arrivals = begins + m
    solution = line(means).solve()
    waits = [station.mean_wait for station in solution.stations.values()]
    for value, want in zip(waits, seen, strict=True):
        assert value == pytest.approx(want, rel=0.05, abs=1e-12)
    whole = qc.MG1(arrival_rate=1.0, service=Deterministic(mean=0.85))
    assert math.fsum(waits) == pytest.approx(whole.mean_wait, rel=1e-6)
    assert solution.sojourn.ppf(0.95) == pytest.approx(whole.sojourn.ppf(0.95) + 2.1, rel=1e-6)


def test_constant_arrivals_do_not_wait() -> None:
    solution = line([0.9, 0.4, 0.9], scv=0.0).solve()
    assert [station.mean_wait for station in solution.stations.values()] == [0.0, 0.0, 0.0]
    assert solution.mean_sojourn == pytest.approx(2.2)
    assert solution.sojourn.ppf(0.5) == pytest.approx(2.2)


def test_a_half_of_a_regular_flow_does_not_wait_either() -> None:
    network = qc.GeneralNetwork(
        stations={
            "slow": qc.Station(service=Deterministic(mean=0.8)),
            "left": qc.Station(service=Deterministic(mean=0.8)),
            "right": qc.Station(service=Deterministic(mean=0.9)),
        },
        routing={"slow": {"left": 0.5, "right": 0.5}},
        arrival_rates={"slow": 1.0},
    )
    stations = network.solve().stations
    assert stations["left"].mean_wait == 0.0
    assert 0.0 < stations["right"].mean_wait < 0.2


# ------------------------------------------------------------------ limits and properties
def test_waits_rise_with_the_load_and_with_variability() -> None:
    for method in ("dispersion", "robust", "qna"):
        for scv in (0.3, 1.0, 3.0):
            law = two_moment(mean=0.1, scv=scv)
            by_load = [alone(law, 2.0, rate, method).mean_wait for rate in (1.0, 4.0, 7.0, 9.0, 9.9, 9.999)]
            assert np.all(np.diff(by_load) > 0.0)
            by_scv = [alone(law, ca2, 8.0, method).mean_wait for ca2 in (0.0, 0.2, 1.0, 2.0, 6.0)]
            assert np.all(np.diff(by_scv) > 0.0)


@pytest.mark.parametrize("method", ["dispersion", "robust", "qna"])
def test_heavy_traffic_is_kingmans(method: str) -> None:
    station = alone(two_moment(mean=1.0, scv=0.5), 3.0, 1.0 - 1e-6, method)
    assert station.mean_wait == pytest.approx(3.5 / 2.0 * 1e6, rel=1e-3)


def test_no_steady_state_is_infinite_and_nothing_else_is() -> None:
    network = qc.GeneralNetwork(
        stations={
            "a": qc.Station(service=Gamma(mean=0.1, scv=2.0)),
            "b": qc.Station(service=Gamma(mean=0.2, scv=2.0)),
            "far": qc.Station(service=Gamma(mean=5.0, scv=2.0), servers=math.inf),
            "idle": qc.Station(service_rate=1.0),
        },
        routing={"a": {"b": 0.9, "far": 0.1}, "b": {"a": 0.2}},
        arrival_rates={"a": 6.0},
        arrival_scvs={"a": 0.5},
    )
    for method in ("dispersion", "robust", "qna"):
        solution = network.solve(method=method)
        assert solution.unstable == ("b",)
        assert not solution.stable
        assert solution.stations["b"].mean_wait == math.inf
        assert solution.stations["b"].sojourn.sf(1e6) == 1.0
        assert 0.0 < solution.stations["a"].mean_wait < math.inf
        assert (solution.stations["far"].mean_wait, solution.stations["idle"].mean_wait) == (0.0, 0.0)
        assert (solution.sojourn.mean, solution.sojourn.ppf(0.5)) == (math.inf, math.inf)
        assert solution.sojourn.sf(3.0) == 1.0
        assert solution.bottleneck == "b"
        assert solution.departure_rate < solution.throughput


def test_infinite_variance_waits_for_ever_on_average() -> None:
    station = alone(qc.Pareto(mean=0.1, shape=1.5), 1.0, 5.0)
    assert station.stable
    assert station.mean_wait == math.inf


@pytest.mark.parametrize("method", ["dispersion", "robust", "qna"])
def test_behind_infinite_variance_tails_are_numbers_and_means_infinite(method: str) -> None:
    """A line that follows is told to wait for ever by QNA, whose one number for the flow has no bound."""
    service = qc.Pareto(mean=1.0, shape=1.5)
    solution = qc.GeneralNetwork(
        stations={"slow": qc.Station(service=service), "quick": qc.Station(service_rate=1e5)},
        routing={"slow": {"quick": 1.0}},
        arrival_rates={"slow": 0.4},
    ).solve(method=method)
    by_itself = qc.MG1(arrival_rate=0.4, service=service)
    assert (solution.stations["slow"].mean_wait, solution.sojourn.mean) == (math.inf, math.inf)
    assert (solution.stations["quick"].mean_wait == math.inf) == (method == "qna")
    assert solution.sojourn.sf(math.inf) == 0.0 or method == "qna"
    if method == "dispersion":  # of a time that next to nothing is added to
        assert solution.sojourn.sf(20.0) == pytest.approx(float(by_itself.sojourn.sf(20.0)), rel=1e-4)


def test_extreme_figures_stay_numbers() -> None:
    for rho in (1e-6, 1.0 - 1e-9):
        for ca2 in (0.0, 1e-6, 1e4):
            for cs2 in (0.0, 1e-6, 1e4):
                for method in ("dispersion", "robust", "qna"):
                    station = alone(two_moment(mean=1.0, scv=cs2), ca2, rho, method)
                    assert 0.0 <= station.mean_wait < math.inf, (rho, ca2, cs2, method)
                    assert station.arrival_dispersion >= 0.0


def test_a_server_for_everybody_moves_each_arrival_by_itself() -> None:
    """Constant times between arrivals, behind long services: Poisson (Cox & Isham 1980)."""
    network = qc.GeneralNetwork(
        stations={
            "far": qc.Station(service_rate=0.001, servers=math.inf),
            "one": qc.Station(service_rate=2.0),
        },
        routing={"far": {"one": 1.0}},
        arrival_rates={"far": 1.0},
        arrival_scvs={"far": 0.0},
    )
    assert network.solve().stations["one"].mean_wait == pytest.approx(0.5, rel=0.01)


def test_several_servers_against_simulated_waits() -> None:
    """G/G/c with gamma laws, 2 to 10 servers: the committed table of two-moment queues."""
    import json
    from pathlib import Path

    file = Path(__file__).parents[2] / "tables" / "two_moment_simulation.json"
    errors = []
    for row in json.loads(file.read_text()):
        c, rho = row["servers"], row["utilisation"]
        station = alone(two_moment(mean=1.0, scv=row["service_scv"]), row["arrival_scv"], c * rho, servers=c)
        errors.append(abs((station.mean_wait + 1.0) / (row["mean_wait"] + 1.0) - 1.0))
    assert np.median(errors) < 0.02
    assert np.quantile(errors, 0.9) < 0.11
    assert max(errors) < 0.17


def test_a_network_compares_by_value_reads_back_and_pickles() -> None:
    network = line([0.1, 0.2], scv=0.5)
    known = {name: getattr(qc, name) for name in ("GeneralNetwork", "Station", "Deterministic")}
    assert eval(repr(network), known) == network
    assert pickle.loads(pickle.dumps(network)) == network
    solution = network.solve(method="qna")
    assert pickle.loads(pickle.dumps(solution)) == solution
    assert solution != network.solve()
    assert len(solution.to_frame()) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stations": {}, "arrival_rates": {}}, "nothing arrives|at least one station"),
        ({"stations": {"a": 3}}, "expected a Station"),
        ({"stations": {"a": qc.Station(service_rate=1.0, capacity=3)}}, "capacity"),
        ({"stations": {"a": qc.Station(service_rate=np.array([1.0, 2.0]))}}, "arrays"),
        ({"arrival_rates": {"a": np.array([1.0, 2.0])}}, "array"),
        ({"arrival_rates": {"a": -1.0}}, "arrival_rates"),
        ({"arrival_rates": {"a": math.nan}}, "arrival_rates"),
        ({"arrival_rates": {"a": 0.0}}, "nothing arrives"),
        ({"arrival_rates": {"b": 1.0}}, "no such station"),
        ({"arrival_scvs": {"a": -0.5}}, "arrival_scvs"),
        ({"arrival_scvs": {"a": math.inf}}, "arrival_scvs"),
        ({"arrival_scvs": {"b": 1.0}}, "no such station"),
        ({"arrival_scvs": {"a": Exponential(mean=7.0)}}, "expected 1 / rate"),
        ({"routing": {"a": {"a": 1.0}}}, "ever leave"),
    ],
)
def test_what_is_no_network_is_refused(changes: dict[str, Any], message: str) -> None:
    sound: dict[str, Any] = {"stations": {"a": qc.Station(service_rate=2.0)}, "arrival_rates": {"a": 1.0}}
    with pytest.raises(InvalidInput, match=message):
        qc.GeneralNetwork(**(sound | changes))


def test_an_unknown_method_names_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"dispersion, robust, qna \(did you mean 'robust'"):
        line([0.1]).solve(method="robost")


@pytest.mark.parametrize("servers", [2, 7])
def test_several_servers_relax_like_one_that_is_as_fast_as_all(servers: int) -> None:
    """The relaxation time is rho (ca2 + cs2) / (1.5 c mu (1 - rho)^2): of m and c it knows m / c alone."""
    omega = np.geomspace(1e-4, 1e2, 7)
    many = queued(omega, Gamma(mean=2.0, scv=1.7), servers, 0.8, 0.6)
    one = queued(omega, Gamma(mean=2.0 / servers, scv=1.7), 1, 0.8, 0.6)
    assert many.h == pytest.approx(one.h, rel=1e-12)
    other = queued(omega / 3.0, Gamma(mean=6.0, scv=1.7), servers, 0.8, 0.6)
    assert many.h == pytest.approx(other.h, rel=1e-12)


@pytest.mark.parametrize(("top", "curvature"), [(1.3, -2.0), (0.6, -0.5), (1.0, -1.0)])
def test_the_top_of_a_parabola(top: float, curvature: float) -> None:
    """Through three neighbours it is found exactly; at an end, or where nothing bends down, it is the value there."""
    values = [3.0 + curvature * (x - top) ** 2 for x in range(3)]
    assert _peak(values, 1) == pytest.approx(3.0, rel=1e-13)
    assert _peak(values, 0) == values[0]
    assert _peak(values, 2) == values[2]
    assert _peak([1.0, 1.0, 1.0], 1) == 1.0
