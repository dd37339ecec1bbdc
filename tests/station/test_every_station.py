"""Theorems that hold for every registered station."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import queuecalc.law
import queuecalc.station
from queuecalc.evidence import Evidence
from queuecalc.station import MM1, REGISTRY, MGcK
from tests.station.cases import (
    LAWS,
    MEAN,
    SHARED,
    Build,
    always_steady,
    builder,
    builders,
    in_line,
    laws_of,
    loads,
    overloads,
    place_counts,
    server_counts,
)

MEANS = ("mean_wait", "mean_sojourn", "mean_queue_length", "mean_in_system")
NUMBERS = (*MEANS, "utilisation", "offered_load", "throughput", "delay_probability")

ONLY_IN_THE_MEAN = {
    "MGcK": "its law is stretched to the mean wait, which leaves the far tail a little free",
    "GG1": "its law is fitted to two moments",
    "GGc": "its law is fitted to two moments",
}
"""Stations whose survival functions need not grow with the load, and why."""

NEVER_EMPTY = {
    "gm1": "a time between arrivals has a finite mean",
    "gmc": "a time between arrivals has a finite mean",
    "gg1": "a time between arrivals has a finite mean",
    "ggc": "a time between arrivals has a finite mean",
}
"""Kinds that no arrival rate 0 can be given to, and why."""

ALWAYS_WAITED_FOR = {
    "mg1vacation": "the server is away when somebody comes to an empty station",
    "mg1breakdown": "the server may be down when somebody comes to an empty station",
    "mxg1": "the others of one's batch come first",
    "mxm1": "the others of one's batch come first",
}
"""Kinds in which there is a wait without any load, and why."""

APPROXIMATE = {"mgc", "mgck", "gg1", "ggc"}


def servers_of(station: Any) -> float:
    if type(station).__name__.endswith("Inf"):
        return math.inf
    return float(getattr(station, "servers", 1))


@given(builders(), loads)
def test_littles_law_holds_for_the_line_the_servers_and_the_whole(build: Build, rho: float) -> None:
    station = build(rho)
    through = station.throughput
    rate, wait, _ = in_line(station)
    assert station.mean_queue_length == pytest.approx(rate * wait, rel=1e-12)
    inside = station.mean_queue_length + through * (station.mean_sojourn - station.mean_wait)
    assert station.mean_in_system == pytest.approx(inside, rel=1e-12)
    if is_shared(station):
        assert 1.0 - station.utilisation == pytest.approx(MEAN / station.mean_sojourn, rel=1e-9)
        return
    busy = station.mean_in_system - station.mean_queue_length
    assert busy == pytest.approx(through * service_mean(station), rel=1e-9, abs=1e-12)
    if math.isfinite(servers_of(station)):
        assert station.utilisation == pytest.approx(busy / servers_of(station), rel=1e-9, abs=1e-12)
        assert 0.0 <= station.utilisation <= 1.0 + 1e-12


@given(builders(), loads)
def test_the_laws_have_the_means_that_the_station_states(build: Build, rho: float) -> None:
    station = build(rho)
    assert station.wait.mean == pytest.approx(station.mean_wait, rel=1e-12, abs=1e-300)
    assert station.sojourn.mean == pytest.approx(station.mean_sojourn, rel=1e-12)
    _, mean, wait = in_line(station)
    assert wait.mean == pytest.approx(mean, rel=1e-12, abs=1e-300)
    assert wait.sf(0.0) == pytest.approx(station.delay_probability, rel=1e-9, abs=1e-13)
    assert station.sojourn.sf(0.0) == pytest.approx(1.0, rel=1e-15)
    if not is_shared(station):
        assert station.sojourn.var == pytest.approx(station.wait.var + service_variance(station), rel=1e-9)


def is_shared(station: Any) -> bool:
    """Whether it is one of `SHARED`, which says why."""
    return any(type(station) is REGISTRY[kind] for kind in SHARED)


def service_mean(station: Any) -> float:
    return float(station.completion.mean) if hasattr(station, "completion") else MEAN


def service_variance(station: Any) -> float:
    if hasattr(station, "completion"):
        return float(station.completion.var)
    if hasattr(station, "services"):
        return float(station.services[0].var)
    if hasattr(station, "service"):
        return float(station.service.var)
    rate = float(getattr(station, "service_rate", 1.0 / MEAN))
    return 1.0 / rate**2


@settings(max_examples=25)
@given(builders(), loads)
def test_survival_and_transform_are_of_one_law(build: Build, rho: float) -> None:
    """E exp(-s T) = 1 - s int exp(-s t) P(T > t) dt, by Gauss-Legendre on panels cut at the constants."""
    station = build(rho)
    s = 2.0 / station.mean_sojourn
    # panels grow from 0, where a density may be infinite, and end at every multiple of the constants
    cuts = [[0.0], np.geomspace(1e-9, 40.0, 50) / s, 0.1 * np.arange(1, 41)]
    ends = np.unique(np.concatenate(cuts))
    x, w = np.polynomial.legendre.leggauss(10)
    half = np.diff(ends) / 2.0
    t = (ends[:-1] + half)[:, None] + half[:, None] * x
    for law in (station.wait, station.sojourn):
        integral = np.sum(half[:, None] * w * np.exp(-s * t) * law.sf(t))
        assert law.lst(s) == pytest.approx(1.0 - s * integral, abs=1e-5)
        assert law.lst(s) == pytest.approx(complex(law.lst(s + 0j)).real, rel=1e-12)


@given(builders(), loads, st.floats(0.01, 1.0))
def test_transforms_and_their_complements_agree(build: Build, rho: float, angle: float) -> None:
    station = build(rho)
    s = np.array([1e-6, 0.1, 3.0]) * np.exp(1.5j * angle) / station.mean_sojourn
    for law in (station.wait, station.sojourn):
        assert law.lst(s) + law.lst_complement(s) == pytest.approx(1.0, rel=1e-11)
        assert law.excess_lst(s) + law.excess_complement(s) == pytest.approx(1.0, rel=1e-11)
        if law.mean > 1e-200:
            assert law.excess_lst(s) * s * law.mean == pytest.approx(
                law.lst_complement(s), rel=1e-9, abs=1e-15
            )
        assert law.excess_lst(0.0) == pytest.approx(1.0, rel=1e-14)
        assert law.lst(0.0) == pytest.approx(1.0, rel=1e-12)


@settings(max_examples=60)
@given(builders(), loads, loads)
def test_everything_grows_with_the_load(build: Build, one: float, two: float) -> None:
    low, high = build(min(one, two)), build(max(one, two))
    for name in ("mean_wait", "mean_sojourn", "utilisation", "throughput", "delay_probability"):
        assert getattr(low, name) <= getattr(high, name) * (1.0 + 1e-9) + 1e-11
    if type(low).__name__ not in ONLY_IN_THE_MEAN:
        t = np.array([0.1, 0.7, 1.0, 3.0, 10.0])
        assert np.all(low.wait.sf(t) <= high.wait.sf(t) + 1e-8)
        assert np.all(low.sojourn.sf(t) <= high.sojourn.sf(t) + 1e-8)
    if hasattr(low, "blocking_probability"):
        assert low.blocking_probability <= high.blocking_probability * (1.0 + 1e-8) + 1e-11


@settings(max_examples=60)
@given(builders(), loads)
def test_quantiles_invert_survival(build: Build, rho: float) -> None:
    station = build(rho)
    levels = np.array([0.5, 0.9, 0.99, 0.9999])
    for law in (station.wait, station.sojourn):
        t = law.ppf(levels)
        assert np.all(np.diff(t) >= 0.0)
        above, before = law.sf(t * (1 + 1e-7)), law.sf(t * (1 - 1e-7))
        assert np.all(above <= (1.0 - levels) * (1 + 1e-6))
        assert np.all((before >= (1.0 - levels) * (1 - 1e-6)) | (t == 0.0))
        assert law.ppf(0.0) == 0.0


@settings(max_examples=60)
@given(builders(), loads)
def test_survival_falls_and_has_the_density_for_slope(build: Build, rho: float) -> None:
    station = build(rho)
    t = np.linspace(0.05, 9.05, 31) * station.mean_sojourn
    for law in (station.wait, station.sojourn):
        tail, density = law.tail_and_density(t)
        assert np.all((tail >= 0.0) & (tail <= 1.0))
        # behind a bound the atoms of a service law are jumps in the density of what is left of a service
        rough = isinstance(station, MGcK) and station.service.atoms
        assert np.all(np.diff(tail) <= (1e-6 if rough else 1e-9))
        assert np.all(density >= 0.0)
        assert law.sf(-1.0) == 1.0
        assert law.cdf(t) + tail == pytest.approx(1.0, abs=1e-12)
        assert law.sf(math.inf) == 0.0


@given(builders(), overloads)
def test_without_a_steady_state_means_and_quantiles_are_infinite(build: Build, rho: float) -> None:
    station = build(rho)
    if always_steady(station):
        assert station.stable is True
        assert math.isfinite(station.mean_sojourn)
        return
    assert station.stable is False
    assert station.utilisation == pytest.approx(rho)
    assert station.delay_probability == 1.0
    assert station.throughput == pytest.approx(servers_of(station) / service_mean(station))
    assert all(getattr(station, name) == math.inf for name in MEANS)
    for law in (station.wait, station.sojourn):
        assert law.mean == law.var == law.std == law.scv == math.inf
        assert law.ppf(0.5) == law.ppf(1e-9) == law.isf(0.9) == math.inf
        assert law.ppf(0.0) == 0.0
        assert law.sf(1e9) == 1.0
        assert law.cdf(1e9) == 0.0
        assert law.pdf(1.0) == 0.0
        assert law.lst(0.3 + 1j) == 0.0
        assert law.lst_complement(0.3) == 1.0
        assert law.excess_lst(0.3) == 0.0
        assert law.excess_complement(0.3) == 1.0


@pytest.mark.parametrize(("kind", "law"), [(kind, law) for kind in sorted(REGISTRY) for law in laws_of(kind)])
def test_arrays_hold_the_numbers_of_their_elements(kind: str, law: str) -> None:
    build = builder(kind, LAWS[law], 3, 4)
    rho = np.array([0.0, 0.3, 0.9, 1.0, 2.0])
    many = build(rho)
    assert many.shape == (5,)
    s = np.array([0.1, 2.0 + 3.0j])[:, None]
    waits, sojourns = many.wait, many.sojourn
    wait, sojourn = waits.lst(s), sojourns.lst(s)
    medians, tails = sojourns.ppf([[0.5], [0.99]]), sojourns.sf([[0.3], [4.0]])
    variances, abscissae = waits.var, np.broadcast_to(waits.abscissa, 5)
    numbers = {name: getattr(many, name) for name in (*NUMBERS, "stable")}
    assert wait.shape == sojourn.shape == medians.shape == tails.shape == (2, 5)
    for i, x in enumerate(rho):
        one = build(float(x))
        assert one.shape == ()
        for name, values in numbers.items():
            assert values[i] == pytest.approx(getattr(one, name), rel=1e-12)
        assert isinstance(one.mean_wait, float)
        assert isinstance(one.stable, bool)
        its_wait, its_sojourn = one.wait, one.sojourn
        assert wait[:, i] == pytest.approx(its_wait.lst(s[:, 0]), rel=1e-12)
        assert sojourn[:, i] == pytest.approx(its_sojourn.lst(s[:, 0]), rel=1e-12)
        assert medians[:, i] == pytest.approx(its_sojourn.ppf([0.5, 0.99]), rel=1e-9)
        assert tails[:, i] == pytest.approx(its_sojourn.sf([0.3, 4.0]), abs=1e-9)
        assert variances[i] == pytest.approx(its_wait.var, rel=1e-12)
        assert abscissae[i] == pytest.approx(its_wait.abscissa, rel=1e-9)


@given(builders(), loads)
def test_stations_are_values(build: Build, rho: float) -> None:
    station, twin, other = build(rho), build(rho), build(rho + 0.001)
    assert station == twin
    assert hash(station) == hash(twin)
    assert station != other
    assert station != "station"
    rooms = (queuecalc.station, queuecalc.law)
    names = {name: getattr(room, name) for room in rooms for name in room.__all__} | {"math": math}
    assert eval(repr(station), names) == station
    copy = pickle.loads(pickle.dumps(station))
    assert copy == station
    assert copy.wait == station.wait
    assert hash(copy.sojourn) == hash(station.sojourn)
    assert pickle.loads(pickle.dumps(station.sojourn)) == station.sojourn


@given(builders(without=NEVER_EMPTY | ALWAYS_WAITED_FOR))
def test_without_arrivals_nobody_waits(build: Build) -> None:
    station = build(0.0)
    assert station.mean_wait == station.utilisation == station.delay_probability == 0.0
    assert station.mean_sojourn == pytest.approx(MEAN)
    assert station.wait.ppf(0.999) == station.wait.var == station.wait.scv == 0.0
    assert station.wait.lst(1.0) == 1.0
    assert station.wait.sf(0.0) == 0.0


@settings(max_examples=15)
@given(builders(), st.floats(0.1, 0.95))
def test_samples_have_the_mean(build: Build, rho: float) -> None:
    station = build(rho)
    for law in (station.wait, station.sojourn):
        draws = law.sample(400, 7)
        assert draws.shape == (400,)
        assert np.mean(draws) == pytest.approx(law.mean, abs=6.0 * law.std / 20.0 + 1e-12)


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_each_says_what_it_is(kind: str) -> None:
    station = REGISTRY[kind]
    assert "/" in station.kendall
    assert station.formula
    assert station.statement.paper
    approximate = station.statement.evidence is Evidence.APPROXIMATE
    assert approximate == (kind in APPROXIMATE)
    some = builder(kind, LAWS["gamma"], 3, 4)(0.5)
    assert some.evidence is station.statement.evidence
    if kind not in {"gg1", "ggc"}:  # whose times between arrivals are not exponential here
        assert builder(kind, LAWS["exponential"], 3, 4)(0.5).evidence is Evidence.EXACT


@given(server_counts, place_counts, overloads)
def test_what_a_finite_room_lets_in_fits_the_servers(c: int, k: int, rho: float) -> None:
    for kind in ("mmck", "mgck"):
        for law in ("gamma", "deterministic", "lognormal"):
            station = builder(kind, LAWS[law], c, k)(rho)
            assert station.throughput <= c / MEAN * (1.0 + 1e-9)
            assert station.mean_queue_length <= k * (1.0 + 1e-8)
            assert station.blocking_probability >= 1.0 - 1.0 / rho - 1e-9


@given(builders(), loads)
def test_squared_variation_is_variance_over_squared_mean(build: Build, rho: float) -> None:
    station = build(rho)
    for law in (station.wait, station.sojourn):
        if law.mean > 1e-100:
            assert law.scv * law.mean**2 == pytest.approx(law.var, rel=1e-9)
        assert law.std == pytest.approx(math.sqrt(law.var))
        assert law.smooth or hasattr(station, "service") or hasattr(station, "services")


@given(builders(), loads)
def test_who_does_not_wait_is_an_atom_at_zero(build: Build, rho: float) -> None:
    station = build(rho)
    _, _, wait = in_line(station)
    free = sum(mass for where, mass in wait.atoms if where == 0.0)
    assert free == pytest.approx(1.0 - station.delay_probability, abs=1e-12)
    assert sum(mass for _, mass in station.sojourn.atoms) <= 1.0 + 1e-12
    assert MM1(arrival_rate=0.5, service_rate=1.0).sojourn.atoms == ()
