"""Several classes: against Markov chains solved numerically, against one class, and by hand."""

from __future__ import annotations

import itertools
import math
import pickle

import numpy as np
import pytest
from scipy.linalg import expm

from queuecalc import ClassStation, JacksonNetwork, OpenNetwork
from queuecalc.errors import InvalidInput
from queuecalc.evidence import Evidence
from queuecalc.law import Deterministic, Exponential, Gamma
from queuecalc.station import Station
from queuecalc.station.shared_sojourn import SharedSojourn

SHARED = ClassStation(service={"read": 0.1, "write": 0.4})


def both(station: Station | ClassStation, read: float = 2.0, write: float = 1.0) -> OpenNetwork:
    return OpenNetwork(
        stations={"cpu": station}, arrival_rates={"read": {"cpu": read}, "write": {"cpu": write}}
    )


@pytest.mark.parametrize("servers", [1, 2])
def test_shared_servers_against_the_markov_chain(servers: int) -> None:
    """Numbers present of two classes, each with its share of the servers, truncated at 40."""
    room, rates, mu = 40, (2.0, 1.0), (10.0, 2.5)
    states = [(i, j) for i in range(room) for j in range(room - i)]
    index = {state: k for k, state in enumerate(states)}
    Q = np.zeros((len(states), len(states)))
    for (i, j), k in index.items():
        each = min(1.0, servers / max(i + j, 1))
        moves = {(i + 1, j): rates[0], (i, j + 1): rates[1]}
        moves |= {(i - 1, j): i * each * mu[0], (i, j - 1): j * each * mu[1]}
        for to, rate in moves.items():
            if to in index and rate > 0:
                Q[k, index[to]] += rate
                Q[k, k] -= rate
    Q[:, 0] = 1.0  # instead of one equation that follows from the others
    chance = np.linalg.solve(Q.T, np.eye(len(states))[0])
    numbers = chance @ np.array(states)
    solution = both(ClassStation(service={"read": 0.1, "write": 0.4}, servers=servers)).solve()
    for r, name in enumerate(("read", "write")):
        assert solution.mean_in_system[name]["cpu"] == pytest.approx(numbers[r], rel=1e-6)
        assert solution.mean_sojourn[name] == pytest.approx(numbers[r] / rates[r], rel=1e-6)
    assert solution.evidence is Evidence.EXACT


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_the_law_of_a_shared_server_against_a_tagged_customer(rho: float) -> None:
    """n others: one leaves at rate n / (n + 1), the tagged one at 1 / (n + 1); solved by a matrix exponential."""
    room = 220
    n = np.arange(room)
    up = np.where(n < room - 1, rho, 0.0)
    Q = np.diag(up[:-1], 1) + np.diag((n / (n + 1))[1:], -1) - np.diag(up + 1.0)
    found = (1 - rho) * rho**n if rho else (n == 0).astype(float)
    law = SharedSojourn(arrival_rate=rho, service_rate=1.0)
    for t in (0.3, 2.0, 10.0, 40.0):
        assert law.sf(t) == pytest.approx(found @ expm(Q * t) @ np.ones(room), rel=1e-7)
    inverse = np.linalg.inv(-Q)
    mean = found @ inverse @ np.ones(room)
    second = 2 * found @ inverse @ inverse @ np.ones(room)
    assert law.mean == pytest.approx(mean, rel=1e-12)
    assert law.var == pytest.approx(second - mean**2, rel=1e-11)
    assert law.excess_lst(1e-7) == pytest.approx(1.0, abs=1e-5)


def test_an_overloaded_shared_server_is_infinite() -> None:
    law = SharedSojourn(arrival_rate=np.array([0.5, 1.5]), service_rate=1.0)
    assert law.mean[1] == law.var[1] == law.ppf(0.9)[1] == math.inf
    assert law.sf(3.0)[1] == 1.0
    assert law.lst(1.0)[1] == law.abscissa[1] == 0.0


def test_one_class_is_a_jackson_network() -> None:
    stations = {"a": Station(servers=2, service_rate=3.0), "b": Station(service_rate=2.0)}
    routing = {"a": {"b": 0.5}, "b": {"a": 0.3}}
    one = JacksonNetwork(stations=stations, routing=routing, arrival_rates={"a": 1.0}).solve()
    other = OpenNetwork(
        stations=stations, arrival_rates={"only": {"a": 1.0}}, routing={"only": routing}
    ).solve()
    assert other.mean_sojourn["only"] == pytest.approx(one.mean_sojourn, rel=1e-14)
    assert other.visits["only"] == pytest.approx(dict(one.visits))
    for q in (0.5, 0.95):
        assert other.sojourn().ppf(q) == pytest.approx(one.sojourn.ppf(q), rel=1e-10)
    assert other.bottleneck == one.bottleneck


def test_two_like_classes_are_one() -> None:
    """Split into classes at random, nobody notices."""
    stations = {"a": Station(servers=2, service_rate=3.0), "b": Station(service_rate=2.0)}
    row = {"a": {"b": 0.5}}
    split = OpenNetwork(
        stations=stations,
        arrival_rates={"x": {"a": 0.4}, "y": {"a": 0.6}},
        routing={"x": row, "y": row},
    ).solve()
    whole = JacksonNetwork(stations=stations, routing=row, arrival_rates={"a": 1.0}).solve()
    for name in ("x", "y"):
        assert split.mean_sojourn[name] == pytest.approx(whole.mean_sojourn, rel=1e-14)
        assert split.sojourn(name).ppf(0.95) == pytest.approx(whole.sojourn.ppf(0.95), rel=1e-10)


def test_by_hand() -> None:
    """cpu shared: rho = 0.2 + 0.4 = 0.6; disk: 1/s of 4/s; think: nobody waits."""
    solution = OpenNetwork(
        stations={
            "cpu": SHARED,
            "disk": Station(service_rate=4.0),
            "think": ClassStation(service={"write": Gamma(mean=2.0, scv=3.0)}, discipline="unlimited"),
        },
        arrival_rates={"read": {"cpu": 2.0}, "write": {"cpu": 1.0}},
        routing={"write": {"cpu": {"disk": 1.0}, "disk": {"think": 0.5}}},
    ).solve()
    assert solution.utilisation == pytest.approx({"cpu": 0.6, "disk": 0.25, "think": 1.0})
    assert solution.station_sojourn["read"]["cpu"] == pytest.approx(0.25)
    assert solution.station_sojourn["write"]["cpu"] == pytest.approx(1.0)
    assert solution.mean_sojourn == pytest.approx({"read": 0.25, "write": 1.0 + 1 / 3 + 1.0})
    assert solution.throughput == {"read": 2.0, "write": 1.0}
    assert solution.bottleneck == "cpu"
    assert solution.largest_arrival_rate == pytest.approx(5.0)
    assert solution.least_mean_sojourn == pytest.approx({"read": 0.1, "write": 0.4 + 0.25 + 1.0})
    inside = sum(sum(row.values()) for row in solution.mean_in_system.values())
    assert inside == pytest.approx(
        sum(solution.mean_sojourn[c] * solution.throughput[c] for c in solution.throughput)
    )
    frame = solution.to_frame()
    assert frame.loc[("write", "disk"), "visits"] == 1.0
    assert frame["utilisation"].groupby("station").sum()["cpu"] == pytest.approx(0.6)
    with pytest.raises(InvalidInput, match="law of the time at 'cpu' is not known"):
        solution.sojourn("read")
    late = solution.sojourn("write", route=["disk", "think"])
    assert late.mean == pytest.approx(1 / 3 + 2.0)
    assert solution.sojourn("write", entry="disk").mean == pytest.approx(1 / 3 + 1.0)


def test_classes_entries_and_routes_have_laws() -> None:
    like = ClassStation(service={"x": 0.1, "y": 0.1})
    stations: dict[str, Station | ClassStation] = {"cpu": like, "disk": Station(servers=2, service_rate=8.0)}
    solution = OpenNetwork(
        stations=stations,
        arrival_rates={"x": {"cpu": 3.0}, "y": {"cpu": 2.0, "disk": 2.0}},
        routing={"x": {"cpu": {"disk": 0.5}}, "y": {"cpu": {"disk": 1.0}}},
    ).solve()
    for name in ("x", "y"):
        assert solution.sojourn(name).mean == pytest.approx(solution.mean_sojourn[name], rel=1e-12)
    whole = solution.sojourn()
    assert whole.mean == pytest.approx((3 * solution.mean_sojourn["x"] + 4 * solution.mean_sojourn["y"]) / 7)
    assert whole.sf(whole.ppf(0.95)) == pytest.approx(0.05, rel=1e-8)
    # y enters at each with probability a half
    t = 0.4
    apart = [solution.sojourn("y", entry=name).sf(t) for name in stations]
    assert solution.sojourn("y").sf(t) == pytest.approx(0.5 * sum(apart), rel=1e-8)
    # x: half of them the one route, half the other
    ways = [solution.sojourn("x", route=way).sf(t) for way in (["cpu"], ["cpu", "disk"])]
    assert solution.sojourn("x").sf(t) == pytest.approx(0.5 * sum(ways), rel=1e-8)
    for wrong in ({"request_class": "z"}, {"request_class": "x", "entry": "dsk"}, {"entry": "cpu"}):
        with pytest.raises(
            InvalidInput, match=r"no class 'z'|no station 'dsk' \(did you mean 'disk'|name it"
        ):
            solution.sojourn(**wrong)
    with pytest.raises(InvalidInput, match="never goes from 'disk' to 'cpu'"):
        solution.sojourn("x", route=["disk", "cpu"])
    with pytest.raises(InvalidInput, match="at least one station"):
        solution.sojourn("x", route=[])


def test_only_who_comes_to_an_unstable_station_waits_for_ever() -> None:
    solution = OpenNetwork(
        stations={"a": Station(service_rate=1.0), "b": Station(service_rate=5.0)},
        arrival_rates={"x": {"a": 1.5}, "y": {"b": 1.0}},
    ).solve()
    assert solution.unstable == ("a",)
    assert not solution.stable
    assert solution.mean_sojourn == {"x": math.inf, "y": pytest.approx(0.25)}
    assert solution.mean_in_system["x"] == {"a": math.inf, "b": 0.0}
    assert solution.sojourn("x").ppf(0.5) == math.inf
    assert solution.sojourn("y").ppf(0.5) == pytest.approx(math.log(2) / 4)
    assert both(SHARED, read=5.0, write=2.0).solve().mean_sojourn["read"] == math.inf


def test_other_services_in_order_of_arrival_are_approximate() -> None:
    solution = both(Station(service=Deterministic(mean=0.2))).solve()
    assert solution.evidence is Evidence.APPROXIMATE
    assert "poisson-arrivals" in [statement.key for statement in solution.statements]


def test_a_network_is_a_value() -> None:
    network = both(SHARED)
    assert isinstance(SHARED.service["read"], Exponential)
    assert network == both(ClassStation(service={"read": 0.1, "write": 0.4}))
    assert eval(repr(network)) == network
    assert pickle.loads(pickle.dumps(network)) == network
    assert hash(network) == hash(both(SHARED))
    assert network.solve() == both(SHARED).solve()
    nothing = OpenNetwork(
        stations={"a": ClassStation(service={"x": 1.0}, discipline="unlimited")},
        arrival_rates={"x": {"a": 1.0}},
    ).solve()
    assert nothing.bottleneck is None
    assert nothing.largest_arrival_rate == math.inf


WRONG = [
    ({"stations": {"a": 3}}, "must be a Station or a ClassStation"),
    ({"stations": {"a": Station(service_rate=1.0, capacity=3)}}, "has capacity = 3"),
    ({"stations": {"a": Station(service_rate=np.ones(2))}}, "has arrays"),
    ({"stations": {}}, "at least one station|no such station"),
    ({"arrival_rates": {}}, "at least one class"),
    ({"arrival_rates": {"x": {"a": 0.0}}}, "nothing arrives"),
    ({"arrival_rates": {"x": {"a": -1.0}}}, r"\['x'\]\['a'\] = -1.0; expected"),
    ({"arrival_rates": {"x": {"b": 1.0}}}, "no such station"),
    ({"arrival_rates": {"x": 1.0}}, "must be a mapping"),
    ({"arrival_rates": {"x": {"a": np.ones(2)}}}, "must be one number"),
    ({"routing": {"y": {}}}, "no such class"),
    ({"routing": {"x": {"a": {"a": 1.0}}}}, "can ever leave"),
    ({"stations": {"a": ClassStation(service={"y": 1.0})}}, "which has no service for it; it serves 'y'"),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_what_is_no_network_is_refused(change: dict[str, object], message: str) -> None:
    sound: dict[str, object] = {
        "stations": {"a": Station(service_rate=2.0)},
        "arrival_rates": {"x": {"a": 1.0}},
    }
    with pytest.raises(InvalidInput, match=message):
        OpenNetwork(**(sound | change)).solve()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "message"),
    list(
        itertools.chain(
            [({"service": {}}, "expected a mapping"), ({"service": 3.0}, "expected a mapping")],
            [
                ({"service": {"x": 0.0}}, r"service\['x'\] = 0"),
                ({"service": {"x": 1.0}, "servers": 0}, "servers = 0"),
            ],
            [({"service": {"x": 1.0}, "servers": math.inf}, "expected a whole number")],
            [({"service": {"x": 1.0}, "discipline": "fifo"}, "expected 'sharing' or 'unlimited'")],
        )
    ),
)
def test_what_is_no_station_of_classes_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        ClassStation(**arguments)  # type: ignore[arg-type]


def test_services_without_a_line_keep_the_product_form() -> None:
    """BCMP: stations with a server for everybody may have any law; one server in order of arrival may not."""
    law = Gamma(mean=0.2, scv=3.0)
    for servers, product in (("unlimited", True), (1, False)):
        solution = OpenNetwork(
            stations={"a": Station(service_rate=9.0), "b": Station(servers=servers, service=law)},
            routing={"all": {"a": {"b": 0.5}}},
            arrival_rates={"all": {"a": 2.0}},
        ).solve()
        found = [statement.key for statement in solution.statements]
        assert (found == ["bcmp"]) is product
        assert ("poisson-arrivals" in found) is not product
