"""End-to-end percentiles where services have jumps in their densities: against a very long Fourier sum."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.law import Law
from queuecalc.transform.fourier import Fourier

UNIFORM = qc.Uniform(low=0.2, high=1.8)
CASES = {
    "two": (UNIFORM, UNIFORM),
    "one beside a smooth one": (UNIFORM, qc.Exponential(mean=0.5)),
    "a constant between": (UNIFORM, qc.Deterministic(mean=0.8), qc.Uniform(low=0.0, high=1.0)),
    "four": tuple(qc.Uniform(low=0.1 * k, high=1.5) for k in range(4)),
    "cut off": (qc.Truncated(qc.Exponential(mean=1.0), upper=2.0), UNIFORM),
}


def end_to_end(laws: tuple[Law, ...], rate: float = 0.7) -> Law:
    names = [f"s{k}" for k in range(len(laws))]
    stations = {name: qc.Station(servers=1, service=law) for name, law in zip(names, laws, strict=True)}
    routing = {here: {there: 1.0} for here, there in pairwise(names)}
    network = qc.JacksonNetwork(stations=stations, routing=routing, arrival_rates={names[0]: rate})
    return network.solve().sojourn


@pytest.mark.parametrize("laws", CASES.values(), ids=CASES.keys())
def test_against_a_long_sum(laws: tuple[Law, ...]) -> None:
    """The sum is plain, untilted and not accelerated; its nodes are thirty times those of the library's longest."""
    law, long = end_to_end(laws), Fourier(terms=20_000, accuracy=26.0)
    for level in (0.5, 0.95, 0.99):
        t = law.ppf(level)
        s = long.nodes / t
        beyond = float(long.values((1.0 - np.asarray(law.lst(s))) / s, t))
        assert beyond == pytest.approx(1.0 - level, rel=1e-6)


def test_those_who_wait_and_those_who_do_not() -> None:
    """The pieces of one station are its law again, with its atoms and moments."""
    for service in (UNIFORM, qc.Empirical([0.2, 0.5, 0.9]), qc.Pareto(mean=1.0, shape=4.0)):
        sojourn = qc.MG1(arrival_rate=0.6, service=service).sojourn
        whole = qc.Sum(laws=(sojourn, qc.Deterministic(mean=3.0)))
        t = np.array([0.1, 0.3, 0.55, 1.2, 2.5, 7.0])
        assert whole.sf(3.0 + t) == pytest.approx(sojourn.sf(t), rel=1e-7)
        assert whole.mean == pytest.approx(sojourn.mean + 3.0, rel=1e-12)
