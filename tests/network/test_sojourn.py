"""The end-to-end law: closed forms, phase-type laws by the matrix exponential, moments, random walks."""

from __future__ import annotations

import pickle
from collections.abc import Sequence

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queuecalc.errors import InvalidInput
from queuecalc.law import Deterministic, Exponential, Gamma, Mixture, Sum
from queuecalc.law.base import Law
from queuecalc.network import NetworkSojourn, Routing
from queuecalc.network import composition as composition_module
from queuecalc.network import sojourn as sojourn_module
from queuecalc.network.structure import blocks
from tests.network.graphs import FloatArray, absorption_tail, names, routings


def network(
    matrix: FloatArray | Sequence[Sequence[float]], laws: Sequence[Law], entry: list[float] | None = None
) -> NetworkSojourn:
    first = [1.0] + [0.0] * (len(laws) - 1) if entry is None else entry
    return NetworkSojourn(
        laws=tuple(laws), entry=tuple(first), routing=Routing.of(names(len(laws)), np.asarray(matrix))
    )


def tandem(laws: list[Law]) -> NetworkSojourn:
    return network(np.diag(np.ones(len(laws) - 1), 1), laws)


def hypoexponential_tail(means: list[float], t: float) -> float:
    """sum_i prod_{j != i} r_j / (r_j - r_i) exp(-r_i t) at 50 digits, for distinct rates r."""
    with mp.workdps(50):
        rates = [1 / mp.mpf(m) for m in means]
        total = mp.mpf(0)
        for i, r in enumerate(rates):
            total += mp.exp(-r * mp.mpf(t)) * mp.fprod(q / (q - r) for j, q in enumerate(rates) if j != i)
        return float(total)


@pytest.mark.parametrize(
    "means", [[1.0, 2.0], [1.0, 2.0, 0.5, 0.3], [1.0, 1.001], [1e-6, 1.0], [1.0, 1.1, 1.2, 1.3, 1.4]]
)
@pytest.mark.parametrize("q", [0.01, 0.5, 0.95, 0.99, 0.9999, 1 - 1e-9])
def test_tandems_are_hypoexponential(means: list[float], q: float) -> None:
    law = tandem([Exponential(mean=m) for m in means])
    t = law.ppf(q)
    assert hypoexponential_tail(means, t) == pytest.approx(1 - q, rel=3e-9)
    assert law.sf(t) == pytest.approx(1 - q, rel=1e-9)


@pytest.mark.parametrize("stages", [2, 4, 9, 40])
@pytest.mark.parametrize("t", [0.3, 1.0, 3.0, 30.0])
def test_identical_poles_are_no_singularity(stages: int, t: float) -> None:
    law = tandem([Exponential(mean=0.5)] * stages)
    with mp.workdps(50):
        exact = mp.gammainc(stages, mp.mpf(t) / mp.mpf(0.5), regularized=True)
        density = (
            (mp.mpf(t) / 0.5) ** (stages - 1) * mp.exp(-mp.mpf(t) / 0.5) / mp.factorial(stages - 1) / 0.5
        )
    assert law.sf(t) == pytest.approx(float(exact), rel=1e-8)
    assert law.pdf(t) == pytest.approx(float(density), rel=1e-8, abs=1e-9)


@settings(max_examples=40)
@given(routings(loops=True), st.data())
def test_exponential_stations_make_a_phase_type_law(matrix: FloatArray, data: st.DataObject) -> None:
    n = len(matrix)
    means = np.array(data.draw(st.lists(st.integers(1, 20), min_size=n, max_size=n))) / 10.0
    entry = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)), dtype=float)
    entry[0] += 1.0
    entry /= entry.sum()
    law = network(matrix, [Exponential(mean=m) for m in means.tolist()], entry.tolist())
    for multiple in (0.3, 1.0, 3.0, 8.0):
        t = multiple * law.mean
        assert law.sf(t) == pytest.approx(absorption_tail(matrix, means, entry, t), rel=1e-7)
    Q = (matrix - np.eye(n)) / means[:, None]
    inverse = np.linalg.inv(-Q)
    mean = float(entry @ inverse.sum(axis=1))
    assert law.mean == pytest.approx(mean, rel=1e-12)
    assert law.var == pytest.approx(2 * float(entry @ (inverse @ inverse).sum(axis=1)) - mean**2, rel=1e-10)
    reached = np.linalg.solve(np.eye(n) - matrix.T, entry) > 0
    decay = -np.linalg.eigvals(Q[np.ix_(reached, reached)]).real.max()
    assert law.abscissa == pytest.approx(decay, rel=1e-6)


def test_a_loop_to_itself_of_an_exponential_station_is_exponential() -> None:
    law = network([[0.4]], [Exponential(mean=1.0)])
    slower = Exponential(mean=1 / 0.6)
    assert law.mean == pytest.approx(slower.mean, rel=1e-15)
    assert law.scv == pytest.approx(1.0, rel=1e-14)
    assert law.abscissa == pytest.approx(0.6, rel=1e-12)
    for q in (0.1, 0.95, 1 - 1e-9):
        assert law.ppf(q) == pytest.approx(slower.ppf(q), rel=1e-8)


def test_splitting_is_a_mixture_and_merging_changes_nothing() -> None:
    a, b, c = Exponential(mean=1.0), Gamma(mean=2.0, scv=0.5), Exponential(mean=0.1)
    split = network([[0, 0.3, 0.5], [0, 0, 0], [0, 0, 0]], [a, b, c])
    mixture = Mixture(weights=(0.3, 0.5, 0.2), laws=(Sum(laws=(a, b)), Sum(laws=(a, c)), a))
    for t in (0.1, 1.0, 5.0, 20.0):
        assert split.sf(t) == pytest.approx(mixture.sf(t), rel=1e-8)
        assert split.pdf(t) == pytest.approx(mixture.pdf(t), rel=1e-8)
    assert split.mean == pytest.approx(mixture.mean, rel=1e-14)
    assert split.var == pytest.approx(mixture.var, rel=1e-13)
    merged = network([[0, 0, 1], [0, 0, 1], [0, 0, 0]], [a, a, c], [0.5, 0.5, 0])
    assert merged.ppf(0.95) == pytest.approx(tandem([a, c]).ppf(0.95), rel=1e-9)


@given(routings(loops=True, most=4), st.floats(1e-12, 100))
def test_the_four_transforms_belong_together(matrix: FloatArray, s: float) -> None:
    laws: list[Law] = [Gamma(mean=1.0 + k, scv=0.5 + k) for k in range(len(matrix))]
    law = network(matrix, laws)
    L, c, e, d = law.lst(s), law.lst_complement(s), law.excess_lst(s), law.excess_complement(s)
    w = np.diag([one.lst(s) for one in laws])
    n = len(laws)
    direct = np.linalg.solve(np.eye(n) - w @ matrix, w @ (1 - matrix.sum(axis=1)))[0]
    assert pytest.approx(direct, rel=1e-11, abs=1e-15) == L
    assert c == pytest.approx(1 - L, abs=1e-14)  # the difference itself is no better than the rounding of L
    assert c == pytest.approx(s * law.mean * e, rel=1e-13)
    assert d == pytest.approx(1 - e, abs=1e-14)
    if s * law.mean * (1 + law.scv) < 1e-6:
        assert d == pytest.approx(s * law.excess_mean * (1 - law.excess_mean * 0), rel=1e-4)


def test_the_transforms_at_zero() -> None:
    law = network([[0.1, 0.5], [0.5, 0]], [Exponential(mean=1.0), Gamma(mean=2.0, scv=3.0)])
    assert (law.lst(0.0), law.lst_complement(0.0), law.excess_lst(0.0)) == (
        pytest.approx(1.0, rel=1e-15),
        0.0,
        pytest.approx(1.0, rel=1e-15),
    )
    assert law.excess_complement(0.0) == 0.0


@settings(max_examples=30)
@given(routings(loops=True, most=5))
def test_moments_are_derivatives_of_the_transform(matrix: FloatArray) -> None:
    laws: list[Law] = [Gamma(mean=0.5 + k, scv=0.5 + k) for k in range(len(matrix))]
    law = network(matrix, laws)
    h = 1e-5 / law.mean
    assert law.excess_complement(h) == pytest.approx(h * law.excess_mean, rel=1e-3)


def test_batches_are_batches_of_networks() -> None:
    means = np.array([0.5, 1.0, 2.0])
    share = np.array([0.2, 0.5, 1.0])
    routing = Routing.of(names(3), [[0, 0.5, 0.2], [0.3, 0, 0.3], [0, 0, 0]])
    many = NetworkSojourn(
        laws=(Exponential(mean=means), Exponential(mean=1.0), Exponential(mean=2 * means)),
        entry=(share, 1 - share, 0.0),
        routing=routing,
    )
    assert many.shape == (3,)
    q = np.array([0.5, 0.95])
    for k in range(3):
        one = NetworkSojourn(
            laws=(
                Exponential(mean=float(means[k])),
                Exponential(mean=1.0),
                Exponential(mean=2 * float(means[k])),
            ),
            entry=(float(share[k]), 1 - float(share[k]), 0.0),
            routing=routing,
        )
        assert many.mean[k] == pytest.approx(one.mean, rel=1e-14)
        assert many.var[k] == pytest.approx(one.var, rel=1e-13)
        assert many.abscissa[k] == pytest.approx(one.abscissa, rel=1e-12)
        np.testing.assert_allclose(many.ppf(q[:, None])[:, k], one.ppf(q), rtol=1e-9)
        assert many.lst(0.3)[k] == pytest.approx(one.lst(0.3), rel=1e-14)
        assert many.excess_complement(0.3)[k] == pytest.approx(one.excess_complement(0.3), rel=1e-13)
    draws = many.sample((40_000, 3), 5)
    np.testing.assert_allclose(draws.mean(axis=0), many.mean, rtol=0.03)


def test_a_constant_along_the_way_is_added_exactly() -> None:
    a, fixed = Exponential(mean=1.0), Deterministic(mean=3.0)
    law = network([[0, 0.5, 0.5], [0, 0, 1], [0, 0, 0]], [a, fixed, a])
    assert not law.smooth
    assert law.sf(2.5) == pytest.approx(0.5 + 0.5 * (1 + 2.5) * np.exp(-2.5), rel=1e-8)
    for t in (3.5, 6.0, 12.0):
        direct = (1 + t) * np.exp(-t)
        late = (1 + (t - 3)) * np.exp(-(t - 3))
        assert law.sf(t) == pytest.approx(0.5 * direct + 0.5 * late, rel=1e-8)
    assert law.atoms == ()
    assert law.ppf(law.cdf(4.0)) == pytest.approx(4.0, rel=1e-9)


def test_atoms_at_zero_along_a_whole_path_are_an_atom_at_zero() -> None:
    nothing_or_some = Mixture(weights=(0.4, 0.6), laws=(Deterministic(mean=0.0), Exponential(mean=1.0)))
    loop = network([[0.5]], [nothing_or_some])
    assert loop.smooth
    # Geometric number of visits, each 0 with probability 0.4: sum_k 0.5^k 0.4^k.
    assert loop.sf(0.0) == pytest.approx(1 - 0.25, rel=1e-14)
    assert loop.ppf(0.2) == 0.0
    # What is left is exponential: P(T > t) = 0.75 exp(-t (1 - 0.6 x 0.5 / 0.8)).
    assert loop.sf(2.0) == pytest.approx(0.75 * np.exp(-2.0 * (1 - 0.3 / 0.8)), rel=1e-8)


def test_the_ends_of_time() -> None:
    law = tandem([Exponential(mean=1.0), Exponential(mean=2.0)])
    assert [law.sf(t) for t in (-1.0, 0.0, np.inf)] == [1.0, 1.0, 0.0]
    assert law.ppf(0.0) == 0.0
    assert law.ppf(1.0) == np.inf


def test_a_path_of_constants_is_an_atom() -> None:
    law = network([[0, 0.5], [0, 0]], [Deterministic(mean=1.0), Exponential(mean=1.0)])
    assert sum(mass for where, mass in law.atoms if where == 1.0) == pytest.approx(0.5)
    assert law.sf(0.999) == 1.0
    assert law.sf(1.0) == pytest.approx(0.5)
    assert law.sf(2.0) == pytest.approx(0.5 * np.exp(-1.0), rel=1e-12)


def test_too_many_paths_with_jumps_are_inverted_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    laws: list[Law] = [Exponential(mean=1.0), Deterministic(mean=0.1), Exponential(mean=2.0)]
    exact = tandem(laws)
    expected = exact.sf(5.0)
    monkeypatch.setattr(sojourn_module, "_MOST_PIECES", 0)
    assert tandem(laws).sf(5.0) == pytest.approx(expected, rel=1e-3)
    loop = network([[0.2, 0.5], [0, 0]], [Exponential(mean=1.0), Deterministic(mean=0.1)])
    draws = loop.sample(200_000, 3)
    assert loop.sf(2.0) == pytest.approx(float((draws > 2.0).mean()), abs=0.01)


def test_a_random_walk_has_the_law() -> None:
    matrix = np.array([[0.1, 0.4, 0.3], [0.2, 0, 0.8], [0, 0, 0]])
    law = network(
        matrix, [Exponential(mean=1.0), Gamma(mean=2.0, scv=2.0), Exponential(mean=0.5)], [0.7, 0.3, 0]
    )
    draws = law.sample(200_000, 11)
    assert draws.mean() == pytest.approx(law.mean, rel=0.02)
    for q in (0.1, 0.5, 0.9, 0.99):
        # three standard errors of an empirical probability
        assert (draws <= law.ppf(q)).mean() == pytest.approx(q, abs=3.5 * np.sqrt(q * (1 - q) / draws.size))


@pytest.mark.parametrize("dense", [1, 48])
def test_large_loops_are_iterated_or_solved_to_the_same(dense: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    n = 30
    matrix = np.where(rng.random((n, n)) < 0.1, 1.0, 0.0) + np.roll(np.eye(n), 1, axis=1)
    matrix *= 0.9 / matrix.sum(axis=1, keepdims=True)
    means = 0.1 + rng.random(n)
    monkeypatch.setattr(composition_module, "_DENSE", dense)
    law = network(matrix, [Exponential(mean=m) for m in means.tolist()])
    entry = np.zeros(n)
    entry[0] = 1.0
    for t in (0.3 * law.mean, 4 * law.mean):
        assert law.sf(t) == pytest.approx(absorption_tail(matrix, means, entry, t), rel=1e-8)
    assert law.abscissa == pytest.approx(
        -np.linalg.eigvals((matrix - np.eye(n)) / means[:, None]).real.max(), rel=1e-9
    )


def test_sweeps_that_do_not_settle_give_way_to_elimination(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition_module, "_DENSE", 1)
    law = network([[0, 0.999], [0.999, 0]], [Exponential(mean=1.0), Exponential(mean=1.0)])
    assert law.sf(1000.0) == pytest.approx(
        absorption_tail(
            np.array([[0, 0.999], [0.999, 0]]), np.array([1.0, 1.0]), np.array([1.0, 0.0]), 1000.0
        ),
        rel=1e-8,
    )


def test_sweeps_that_run_away_give_way_to_elimination(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition_module, "_DENSE", 1)
    matrix = np.array([[0, 0.5], [0.5, 0]])
    w, b = np.full((2, 1), 1e200), np.ones((2, 1))
    x = composition_module.against_the_flow(blocks(Routing.of(names(2), matrix)), w, b)
    np.testing.assert_allclose(x, np.linalg.solve(np.eye(2) - w * matrix, b), rtol=1e-12)


def test_a_doubtful_spectral_radius_counts_as_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = np.array([[0.1, 0.6, 0], [0.1, 0, 0.7], [0.5, 0, 0.2]])
    laws = [Exponential(mean=1.0), Exponential(mean=3.0), Exponential(mean=0.2)]
    law = network(matrix, laws)
    exact = law.abscissa
    monkeypatch.setattr(composition_module, "_DENSE", 1)
    monkeypatch.setattr(composition_module, "_SWEEPS", 3)
    again = network(matrix, laws)
    assert 0 < again.abscissa < exact


def test_light_tails_without_a_pole_of_their_own_get_one_from_the_loop() -> None:
    # lst(-theta) = exp(theta): the geometric sum diverges at p exp(theta) = 1.
    law = network([[0.25]], [Deterministic(mean=1.0)])
    assert law.abscissa == pytest.approx(np.log(4.0), rel=1e-12)


def test_a_law_is_a_value() -> None:
    law = network([[0, 0.5], [0.1, 0]], [Exponential(mean=1.0), Exponential(mean=2.0)])
    again = pickle.loads(pickle.dumps(law))
    assert again == law
    assert hash(again) == hash(law)
    assert again.ppf(0.95) == law.ppf(0.95)
    assert repr(law).startswith(
        "NetworkSojourn(laws=(Exponential(mean=1.0), Exponential(mean=2.0)), entry=(1.0, 0.0)"
    )


@pytest.mark.parametrize(
    ("laws", "entry", "message"),
    [
        ((Exponential(mean=1.0),), (1.0, 0.0), "1 laws and 2 entry probabilities for 2 stations"),
        ((Exponential(mean=1.0),) * 2, (0.5, 0.0), "must be >= 0 and add up to 1"),
        ((Exponential(mean=1.0),) * 2, (1.5, -0.5), "must be >= 0 and add up to 1"),
    ],
)
def test_what_does_not_fit_the_routing_is_refused(
    laws: tuple[Law, ...], entry: tuple[float, ...], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        NetworkSojourn(laws=laws, entry=entry, routing=Routing.of(("a", "b"), {}))


def test_large_loops_begin_and_end_as_small_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inverted by a curve for whole ranges of times, they are the law that is inverted time by time."""
    laws = [Exponential(mean=0.5), Gamma(mean=0.3, scv=0.5)]
    t = np.array([-1.0, 0.0, 0.3, 2.0, np.inf])
    plain = network([[0.2, 0.5], [0.4, 0.0]], laws)
    expected = plain.tail_and_density(t)
    monkeypatch.setattr(sojourn_module, "_LARGE", 1)
    tail, density = network([[0.2, 0.5], [0.4, 0.0]], laws).tail_and_density(t)
    assert np.asarray(tail)[[0, 1, 4]].tolist() == [1.0, 1.0, 0.0]
    np.testing.assert_allclose(tail, expected[0], atol=1e-9)
    np.testing.assert_allclose(np.asarray(density)[2:4], np.asarray(expected[1])[2:4], rtol=1e-6)
    assert np.asarray(density)[[0, 4]].tolist() == [0.0, 0.0]
