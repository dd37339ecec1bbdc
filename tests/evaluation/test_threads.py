"""How many threads linear algebra has changes no answer."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from typing import Any

import pytest

SCRIPT = """
import queuecalc as qc
from queuecalc.answer import to_json
model = qc.read_model("iot-ingestion")
counts = dict(lb=1, queue=1, redis=1, replica=0, limiter=1, server=4, stream=2, worker=6, analytics=1, postgres=1)
print(to_json(qc.evaluate(model, counts, failures=True)))
import numpy as np
n = 60
matrix = np.random.default_rng(5).uniform(0.0, 1.0, (n, n))
matrix *= 0.8 / matrix.sum(axis=1, keepdims=True)
names = [f"s{i}" for i in range(n)]
stations = {name: qc.Station(servers=3, service_rate=5.0) for name in names}
network = qc.JacksonNetwork(stations=stations, routing=matrix, arrival_rates=dict.fromkeys(names, 1.0)).solve()
print(to_json([network.sojourn.mean, network.sojourn.ppf(0.95), *network.visits.values()], indent=None))
"""


def answers(threads: int) -> list[Any]:
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, str(threads))}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    *evaluation, network = done.stdout.strip().splitlines()
    return [json.loads("\n".join(evaluation)), json.loads(network)]


def differences(one: Any, other: Any, place: str = "") -> list[str]:
    """Where two answers are not the same: numbers to 1e-12, everything else exactly."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [line for key in one for line in differences(one[key], other[key], f"{place}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [line for index, (a, b) in pairs for line in differences(a, b, f"{place}[{index}]")]
    if isinstance(one, float) and isinstance(other, float) and math.isclose(one, other, rel_tol=1e-12):
        return []
    return [] if one == other else [f"{place}: {one!r} and {other!r}"]


@pytest.fixture(scope="module")
def alone() -> list[Any]:
    return answers(1)


def test_two_threads_answer_as_one(alone: list[Any]) -> None:
    assert differences(alone, answers(2)) == []


def test_a_difference_would_be_seen(alone: list[Any]) -> None:
    evaluation, network = alone
    other = [evaluation, [network[0] * (1.0 + 1e-11), *network[1:]]]
    assert len(differences(alone, other)) == 1
    assert differences({"a": [1, "x"]}, {"a": [1, "y"]}) == [".a[1]: 'x' and 'y'"]
