"""M^X/G/c: against its Markov chain, against one server, and against single arrivals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.station import Waiting
from queuecalc.station.batch_waiting import BatchWaiting
from queuecalc.transform.euler import EULER


def chain(rate: float, servers: int, sizes: tuple[float, ...], most: int = 500) -> Any:
    """What a batch finds in M^X/M/c with service rate 1, cut at many customers."""
    generator = np.zeros((most + 1, most + 1))
    batches = rate / sum(n * p for n, p in enumerate(sizes, 1))
    for k in range(most + 1):
        for n, chance in enumerate(sizes, 1):
            generator[k, min(k + n, most)] += batches * chance
        if k:
            generator[k, k - 1] += min(k, servers)
        generator[k, k] -= generator[k].sum()
    # state by state: across the cut below k, what goes up comes down
    chances = np.zeros(most + 1)
    chances[0] = 1.0
    for k in range(1, most + 1):
        up = sum(chances[j] * generator[j, max(k, j + 1) :].sum() for j in range(max(0, k - len(sizes)), k))
        chances[k] = up / min(k, servers)
    chances /= chances.sum()
    left = np.maximum(np.abs(chances @ generator)[: most // 2], 0.0)
    assert left.max() < 1e-12
    return chances


def longest(number: int, s: Any) -> Any:
    """E exp(-s max of `number` exponential times)."""
    return np.prod([k / (k + s) for k in range(1, number + 1)], axis=0)


def last_by_steps(found: int, number: int, servers: int, s: float) -> float:
    """E exp(-s T) until the last of a batch is done, by states (ahead, in service, in line), all exponential."""
    known: dict[tuple[int, int, int], float] = {}

    def value(ahead: int, inside: int, line: int) -> float:
        while line and ahead + inside < servers:
            inside, line = inside + 1, line - 1
        if inside + line == 0:
            return 1.0
        if (ahead, inside, line) not in known:
            serving = min(ahead, servers) + inside
            total = 0.0
            if ahead:
                total += min(ahead, servers) * value(ahead - 1, inside, line)
            if inside:
                total += inside * value(ahead, inside - 1, line)
            known[ahead, inside, line] = total / (serving + s)
        return known[ahead, inside, line]

    return value(found, 0, number)


@pytest.mark.parametrize(
    ("servers", "rho", "sizes"),
    [
        (1, 0.7, (0.0, 0.0, 1.0)),
        (3, 0.6, (0.5, 0.0, 0.0, 0.5)),
        (2, 0.8, (0.0, 0.0, 0.0, 0.0, 1.0)),
        (6, 0.5, (0.2, 0.8)),
        (4, 0.3, (0.0,) * 11 + (1.0,)),
    ],
)
def test_exponential_services_against_the_chain(servers: int, rho: float, sizes: tuple[float, ...]) -> None:
    found = chain(rho * servers, servers, sizes)
    queue = BatchWaiting.of_sizes(np.asarray(rho * servers), qc.Exponential(mean=1.0), servers, sizes)
    assert queue.delay_probability == pytest.approx(found[servers:].sum(), rel=1e-9)
    wait = sum(p * (k - servers + 1) / servers for k, p in enumerate(found) if k >= servers)
    assert queue.mean == pytest.approx(wait, rel=1e-8)
    for s in (0.05, 0.7):
        by_steps = sum(
            p * (1.0 if k < servers else (servers / (servers + s)) ** (k - servers + 1))
            for k, p in enumerate(found)
        )
        assert queue.lst(s) == pytest.approx(by_steps, rel=1e-9)
    number = len(sizes)
    at = np.array([0.05, 0.7])
    exact = [
        sum(p * last_by_steps(k, number, servers, s) for k, p in enumerate(found[:400])) for s in at.tolist()
    ]
    ours = queue.last(number, at, lambda k, z: (1.0 + z) ** -k, lambda k, _: longest(k, at))
    assert ours == pytest.approx(np.array(exact), rel=1e-9)


def test_one_server_is_the_batch_queue() -> None:
    law = qc.Gamma(mean=0.5, scv=2.0)
    station = qc.MXG1(batch_rate=0.4, batch=(0.25, 0.0, 0.75), service=law)
    queue = BatchWaiting.of_sizes(np.asarray(station.arrival_rate), law, 1, (0.25, 0.0, 0.75))
    first = station.first_wait
    assert queue.mean == pytest.approx(first.mean, rel=1e-12)
    for s in (0.01, 1.0, 30.0):
        assert queue.lst(s) == pytest.approx(first.lst(s), rel=1e-12)
    theta = 0.05
    assert queue.exponential_moment(theta) == pytest.approx(np.real(queue.lst(-theta)), rel=1e-12)
    assert queue.exponential_moment(1e3) == math.inf


@pytest.mark.parametrize("servers", [1, 3, 40])
@pytest.mark.parametrize("scv", [1.0, 0.5])
def test_single_arrivals_are_the_plain_queue(servers: int, scv: float) -> None:
    """Exactly for exponential services; the delay and the mean for others."""
    law = qc.Exponential(mean=1.0) if scv == 1.0 else qc.Gamma(mean=1.0, scv=scv)
    rates = servers * np.array([0.0, 0.2, 0.9, 0.9999, 1.0, 1.3])
    ours, plain = BatchWaiting.of_sizes(rates, law, servers, (1.0,)), Waiting(rates, law, servers)
    assert ours.delay_probability == pytest.approx(plain.delay_probability, rel=1e-11)
    assert ours.mean == pytest.approx(plain.mean, rel=1e-10)
    if scv == 1.0:
        assert ours.lst(0.3) == pytest.approx(plain.lst(0.3), rel=1e-10)


def test_servers_and_sizes_broadcast_against_the_rates() -> None:
    law = qc.Exponential(mean=1.0)
    rates, servers = np.array([0.5, 1.2]), np.array([[1], [2], [4]])
    sizes = np.stack([np.full((3, 1), 0.3), np.full((3, 1), 0.7)])
    whole = BatchWaiting.of_sizes(rates, law, servers, sizes)
    s = EULER.nodes[:, None, None] / 3.0
    values = whole.last(2, s, lambda k, z: (1.0 + z) ** -k, lambda k, _: longest(k, s))
    at = s[:, 0, 0]
    for i, count in enumerate((1, 2, 4)):
        for j, rate in enumerate(rates):
            one = BatchWaiting.of_sizes(np.asarray(rate), law, count, (0.3, 0.7))
            assert whole.mean[i, j] == pytest.approx(one.mean)
            alone = one.last(2, at, lambda k, z: (1.0 + z) ** -k, lambda k, _: longest(k, at))
            assert values[:, i, j] == pytest.approx(alone, abs=1e-13)
    assert whole.mean[0, 1] == math.inf
    assert whole.delay_probability[0, 1] == 1.0
    assert (values[:, 0, 1] == 0.0).all()


def test_many_servers_do_not_overflow() -> None:
    queue = BatchWaiting.of_sizes(
        np.array([1990.0, 10.0]), qc.Exponential(mean=1.0), 2000, (0.5, 0.0, 0.0, 0.5)
    )
    assert 0.0 < queue.mean[0] < 1.0
    assert 0.5 < queue.delay_probability[0] < 1.0
    assert queue.mean[1] == 0.0
