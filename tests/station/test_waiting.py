"""The wait as networks and plans ask for it: elementwise, nodes in front, defective without a steady state."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest

from queuecalc.errors import InvalidInput
from queuecalc.law import Deterministic, Exponential, Gamma, Mixture
from queuecalc.station import (
    MG1,
    MGc,
    MGcK,
    MMc,
    MMcK,
    Waiting,
    blocking_probability,
    delay_probability,
    mean_wait,
    wait_lst,
)

NODES = np.array([0.3, 2.0 + 5.0j, 11.5 + 90.0j])[:, None]
RATE = np.array([0.0, 1.0, 2.5, 3.5, 7.0])
SERVERS = np.array([1, 2, 3, 4, 5])
GAMMA = Gamma(mean=1.0, scv=2.0)
EXPONENTIAL = Exponential(mean=1.0)


@pytest.mark.parametrize("service", [GAMMA, EXPONENTIAL, Deterministic(mean=1.0)])
@pytest.mark.parametrize("max_queue", [None, 0, 7])
def test_elements_are_those_of_the_stations(service: Any, max_queue: int | None) -> None:
    many = Waiting(RATE, service, SERVERS, max_queue)
    assert many.shape == (5,)
    values = many.lst(NODES)
    assert values.shape == (3, 5)
    for i, (rate, c) in enumerate(zip(RATE, SERVERS, strict=True)):
        one: Any
        if max_queue is None:
            one = MGc(arrival_rate=rate, service=service, servers=int(c))
        else:
            one = MGcK(arrival_rate=rate, service=service, servers=int(c), capacity=int(c) + max_queue)
        assert values[:, i] == pytest.approx(one.wait.lst(NODES[:, 0]), rel=1e-12)
        assert many.mean[i] == pytest.approx(one.mean_wait, rel=1e-12)
        assert many.delay_probability[i] == pytest.approx(one.delay_probability, rel=1e-12)
        assert many.blocking_probability[i] == pytest.approx(getattr(one, "blocking_probability", 0.0))
        assert many.stable[i] == one.stable
    assert many.utilisation == pytest.approx(RATE / SERVERS)


def test_no_steady_state_is_all_defect() -> None:
    for service in (GAMMA, EXPONENTIAL):
        for c in (2, np.array([1, 2, 1])):
            waiting = Waiting(np.array([0.5, 2.0, 9.0]), service, c)
            values = waiting.lst(NODES)
            assert np.all(values[:, 1:] == 0.0)
            assert np.all(values[:, 0] != 0.0)
            assert waiting.stable.tolist() == [True, False, False]
            assert waiting.mean[1:].tolist() == [math.inf, math.inf]
            assert waiting.delay_probability[1:].tolist() == [1.0, 1.0]
    assert Waiting(9.0, GAMMA, 2).lst(1.0) == 0.0


def test_unlimited_servers_never_make_wait() -> None:
    waiting = Waiting(np.array([1.0, 50.0]), GAMMA, np.array([2.0, np.inf]))
    assert waiting.mean[1] == 0.0
    assert waiting.delay_probability[1] == 0.0
    assert np.all(waiting.lst(NODES)[:, 1] == 1.0)
    assert waiting.utilisation.tolist() == [0.5, 0.0]
    assert Waiting(1e6, GAMMA, math.inf).lst(3.0) == 1.0
    assert Waiting(1e6, GAMMA, "unlimited", 5).blocking_probability == 0.0


def test_mixtures_with_weights_per_element() -> None:
    share = np.array([0.0, 0.3, 1.0])
    mixed = Mixture(weights=(share, 1.0 - share), laws=(GAMMA, Deterministic(mean=0.5)))
    many = Waiting(np.array([0.5, 1.0, 1.5]), mixed, np.array([1, 2, 3]))
    for i, weight in enumerate(share):
        law = Mixture(weights=(weight, 1.0 - weight), laws=(GAMMA, Deterministic(mean=0.5)))
        one = Waiting([0.5, 1.0, 1.5][i], law, i + 1)
        assert many.lst(NODES)[:, i] == pytest.approx(one.lst(NODES[:, 0]), rel=1e-12)


def test_bounds_per_element() -> None:
    many = Waiting(3.0, GAMMA, 2, np.array([0, 4, 400]))
    alone = [Waiting(3.0, GAMMA, 2, k) for k in (0, 4, 400)]
    assert many.blocking_probability == pytest.approx([w.blocking_probability for w in alone], rel=1e-12)
    assert many.lst(NODES) == pytest.approx(np.stack([w.lst(NODES[:, 0]) for w in alone], axis=1), rel=1e-12)


def test_functions_say_the_same() -> None:
    arguments: dict[str, Any] = {"arrival_rate": 3.0, "service": GAMMA, "servers": 4}
    station = MGc(**arguments)
    assert wait_lst(0.5, **arguments) == pytest.approx(station.wait.lst(0.5), rel=1e-14)
    assert mean_wait(**arguments) == station.mean_wait
    assert delay_probability(**arguments) == station.delay_probability
    assert blocking_probability(**arguments) == 0.0
    finite = MGcK(**arguments, capacity=10)
    assert blocking_probability(**arguments, max_queue=6) == finite.blocking_probability
    assert mean_wait(**arguments, max_queue=6) == finite.mean_wait


def test_equal_by_value() -> None:
    one, two = (Waiting(np.array([1.0, 2.0]), GAMMA, 4, 3) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    assert one != Waiting(np.array([1.0, 2.5]), GAMMA, 4, 3)
    assert one != 3
    assert pickle.loads(pickle.dumps(one)) == two
    assert repr(one) == (
        "Waiting(arrival_rate=[1.0, 2.0], service=Gamma(mean=1.0, scv=2.0), servers=4, max_queue=3)"
    )


def test_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^Waiting: max_queue = -1\.0; expected a whole number >= 0$"):
        Waiting(1.0, GAMMA, 2, -1)
    with pytest.raises(InvalidInput, match=r"^Waiting: servers = 1\.5; expected a whole number >= 1"):
        Waiting(1.0, GAMMA, 1.5)
    with pytest.raises(InvalidInput, match=r"arrival_rate of shape \(2,\), servers of shape \(3,\)"):
        Waiting([1.0, 2.0], GAMMA, [1, 2, 3])
    with pytest.raises(InvalidInput, match="servers"):
        Waiting(1.0, GAMMA, [[1], [1, 2]])
    with pytest.raises(InvalidInput, match="servers"):
        Waiting(1.0, GAMMA, True)
    with pytest.raises(InvalidInput, match="service"):
        Waiting(1.0, 2.0, 3)  # type: ignore[arg-type]


def test_heavy_traffic_loses_no_digits() -> None:
    """At s = theta x the transform of the wait is 1 / (1 + x) in the limit, whatever the law."""
    spare = 1e-9
    for service in (GAMMA, Deterministic(mean=1.0)):
        for c in (1, 3):
            waiting = Waiting(c * (1.0 - spare), service, c)
            s = spare * c / service.excess_mean
            assert waiting.lst(s) == pytest.approx(0.5, rel=1e-6)
            assert waiting.lst(s * (1 + 1j)) == pytest.approx(1.0 / (2.0 + 1.0j), rel=1e-6)


def test_a_service_of_infinite_variance() -> None:
    """The means are infinite, the transforms are not."""
    from scipy import stats

    station = MG1(arrival_rate=0.5, service=stats.lomax(1.8, scale=0.8))
    assert station.mean_wait == station.wait.var == math.inf
    assert 0.0 < station.wait.lst(0.1) < 1.0
    several = MGc(arrival_rate=1.0, service=stats.lomax(1.8, scale=0.8), servers=2)
    assert several.mean_wait == math.inf
    assert 0.0 < several.wait.lst(0.1) < 1.0
    finite = MGcK(arrival_rate=1.0, service=stats.lomax(1.8, scale=0.8), servers=1, capacity=5)
    assert 0.0 < finite.blocking_probability < 1.0
    assert finite.wait.mean == pytest.approx(finite.mean_wait, rel=1e-12)
    assert 0.0 < finite.wait.lst(0.1) < 1.0


def test_stations_of_the_same_numbers() -> None:
    assert MMc(arrival_rate=3.0, service_rate=1.0, servers=4).wait.lst(NODES) == pytest.approx(
        Waiting(3.0, EXPONENTIAL, 4).lst(NODES), rel=1e-13
    )
    assert MMcK(arrival_rate=3.0, service_rate=1.0, servers=4, capacity=9).wait.lst(NODES) == pytest.approx(
        Waiting(3.0, EXPONENTIAL, 4, 5).lst(NODES), rel=1e-13
    )
