"""What the laws refuse, and what they say: argument, value, domain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from queuecalc.errors import InvalidInput, QueuecalcError
from queuecalc.law import (
    REGISTRY,
    Deterministic,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Lognormal,
    Mixture,
    RandomSum,
    Scaled,
    Sum,
    Weibull,
    by_name,
    lognormal_from_percentiles,
    two_moment,
)

E = Exponential(mean=1.0)
NO_NUMBERS: list[Any] = [np.nan, np.inf, -np.inf, "1", None, True, [1.0, np.nan], 1j, [[1.0], [1.0, 2.0]]]


@pytest.mark.parametrize("wrong", [0.0, -1.0, [1.0, -2.0], *NO_NUMBERS], ids=repr)
@pytest.mark.parametrize(
    "name", [name for name in REGISTRY if name not in ("uniform", "coxian", "phase-type")]
)
def test_mean(name: str, wrong: Any) -> None:
    others: dict[str, dict[str, Any]] = {"erlang": {"stages": 2}, "pareto": {"shape": 3.0}}
    more = others.get(name, {"scv": 2.0})
    if name == "deterministic" and wrong == 0.0:
        return
    if name in ("exponential", "deterministic"):
        more = {}
    law: Any = REGISTRY[name]
    with pytest.raises(InvalidInput, match=r"mean = .*expected a finite number >"):
        law(mean=wrong, **more)


@pytest.mark.parametrize("wrong", [0.0, -0.5, [1.0, 0.0], *NO_NUMBERS], ids=repr)
@pytest.mark.parametrize("law", [Gamma, Lognormal, Weibull])
def test_scv(law: Any, wrong: Any) -> None:
    with pytest.raises(InvalidInput, match=r"scv = .*for scv = 0 use Deterministic"):
        law(mean=1.0, scv=wrong)


@pytest.mark.parametrize("wrong", [0.0, 0.999, [2.0, 0.5], *NO_NUMBERS], ids=repr)
def test_hyperexponential_scv(wrong: Any) -> None:
    with pytest.raises(InvalidInput, match=r"Hyperexponential: scv = .*>= 1 \(below 1 use Gamma or Erlang\)"):
        Hyperexponential(mean=1.0, scv=wrong)


@pytest.mark.parametrize("wrong", [0, -1, 1.5, [1, 2.5], *NO_NUMBERS], ids=repr)
def test_erlang_stages(wrong: Any) -> None:
    with pytest.raises(InvalidInput, match=r"Erlang: stages = .*expected a whole number >= 1"):
        Erlang(mean=1.0, stages=wrong)


@pytest.mark.parametrize(
    "wrong", [[], [[1.0]], 1.0, [-1.0, 2.0], [1.0, np.nan], [np.inf], ["a"], [True]], ids=repr
)
def test_empirical_samples(wrong: Any) -> None:
    with pytest.raises(InvalidInput, match=r"Empirical: samples"):
        Empirical(wrong)


@pytest.mark.parametrize(
    ("weights", "laws", "words"),
    [
        ((1.0,), (), "at least one law"),
        ((1.0,), (3.0,), "at least one law"),
        ((0.5, 0.5), (E,), "2 weights for 1 laws"),
        ((0.5, 0.4), (E, E), "weights add to 0.9; expected 1"),
        ((1.5, -0.5), (E, E), "weights = -0.5"),
        ((np.ones(2) / 2, np.ones(3) / 2), (E, E), "shapes that broadcast"),
        (([0.5, 0.5], [0.5, 0.6]), (E, E), r"weights add to 1.1"),
    ],
)
def test_mixture(weights: Any, laws: Any, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        Mixture(weights=weights, laws=laws)


@pytest.mark.parametrize("laws", [(), (1.0,), (E, "E")], ids=repr)
def test_sum(laws: Any) -> None:
    with pytest.raises(InvalidInput, match=r"Sum: laws = .*expected at least one law"):
        Sum(laws=laws)


def test_shapes_that_do_not_broadcast() -> None:
    two, three = Exponential(mean=[1.0, 2.0]), Exponential(mean=[1.0, 2.0, 3.0])
    cases: list[Any] = [
        lambda: Sum(laws=(two, three)),
        lambda: Gamma(mean=[1.0, 2.0], scv=[1.0, 2.0, 3.0]),
        lambda: Erlang(mean=[1.0, 2.0], stages=[1, 2, 3]),
        lambda: Scaled(two, [1.0, 2.0, 3.0]),
        lambda: RandomSum(two, [1.0, 2.0, 3.0]),
    ]
    for case in cases:
        with pytest.raises(InvalidInput, match="expected shapes that broadcast"):
            case()


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan, np.inf, "2", True], ids=repr)
def test_scaled_factor(wrong: Any) -> None:
    with pytest.raises(InvalidInput, match="Scaled: factor = "):
        Scaled(E, wrong)


@pytest.mark.parametrize("wrong", [-0.1, np.nan, np.inf, "2", True], ids=repr)
def test_random_sum_times(wrong: Any) -> None:
    with pytest.raises(InvalidInput, match="RandomSum: times = "):
        RandomSum(E, wrong)


@pytest.mark.parametrize("wrong", [1.0, None, "exponential"], ids=repr)
def test_compositions_take_laws(wrong: Any) -> None:
    with pytest.raises(InvalidInput, match="expected a law"):
        Scaled(wrong, 2.0)
    with pytest.raises(InvalidInput, match="expected a law"):
        RandomSum(wrong, 2.0)


def test_messages_name_argument_value_and_domain() -> None:
    with pytest.raises(InvalidInput) as caught:
        Exponential(mean=[1.0, -2.5])
    assert str(caught.value) == "Exponential: mean = -2.5; expected a finite number > 0"
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, QueuecalcError)
    with pytest.raises(InvalidInput) as caught:
        Gamma(mean=1.0, scv=0)
    assert str(caught.value) == (
        "Gamma: scv = 0.0; expected a finite number > 0 (for scv = 0 use Deterministic(mean=), "
        "or two_moment(mean=, scv=))"
    )


def test_two_moment_chooses_the_plain_law() -> None:
    assert two_moment(mean=2.0, scv=0.0) == Deterministic(mean=2.0)
    assert two_moment(mean=2.0, scv=1.0) == Exponential(mean=2.0)
    assert two_moment(mean=2.0, scv=0.5) == Gamma(mean=2.0, scv=0.5)
    assert two_moment(mean=[1.0, 2.0], scv=1.0) == Exponential(mean=[1.0, 2.0])
    assert two_moment(mean=2.0, scv=[0.0, 0.0]) == Deterministic(mean=[2.0, 2.0])
    assert two_moment(mean=2.0, scv=[1.0, 4.0]) == Gamma(mean=2.0, scv=[1.0, 4.0])
    for law in (two_moment(mean=2.0, scv=c2) for c2 in (0.0, 0.3, 1.0, 7.0)):
        assert law.mean == 2.0
    with pytest.raises(InvalidInput, match="all values > 0 or all 0"):
        two_moment(mean=2.0, scv=[0.0, 1.0])
    with pytest.raises(InvalidInput, match=r"scv = -1\.0"):
        two_moment(mean=2.0, scv=-1.0)


@pytest.mark.parametrize(
    ("name", "scv", "law"),
    [
        ("exponential", None, Exponential(mean=2.0)),
        ("exponential", 1.0, Exponential(mean=2.0)),
        ("deterministic", None, Deterministic(mean=2.0)),
        ("deterministic", 0, Deterministic(mean=2.0)),
        ("erlang", 0.25, Erlang(mean=2.0, stages=4)),
        ("erlang", 1.0 / 3.0, Erlang(mean=2.0, stages=3)),
        ("hyperexponential", 4.0, Hyperexponential(mean=2.0, scv=4.0)),
        ("gamma", 0.3, Gamma(mean=2.0, scv=0.3)),
        ("lognormal", 0.3, Lognormal(mean=2.0, scv=0.3)),
    ],
)
def test_by_name(name: str, scv: float | None, law: Law) -> None:
    assert by_name(name, mean=2.0, scv=scv) == law


@pytest.mark.parametrize(
    ("name", "scv", "words"),
    [
        ("exponental", None, r"law 'exponental'; expected one of exponential, .*did you mean 'exponential'"),
        ("zzz", None, r"law 'zzz'; expected one of [a-z, ]+$"),
        ("exponential", 2.0, r"exponential: scv = 2.0; expected 1, the only one"),
        ("deterministic", 0.1, r"deterministic: scv = 0.1; expected 0"),
        ("gamma", None, r"gamma: scv is missing"),
        ("erlang", 0.3, r"erlang: scv = 0.3; expected 1 / k"),
        ("erlang", 2.0, r"erlang: scv = 2.0; expected 1 / k"),
        ("erlang", 0.0, r"erlang: scv = 0.0; expected 1 / k"),
        ("hyperexponential", 0.5, r"Hyperexponential: scv = 0.5"),
    ],
)
def test_by_name_refuses(name: str, scv: float | None, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        by_name(name, mean=1.0, scv=scv)


def test_lognormal_goes_through_its_percentiles() -> None:
    for points in ({0.5: 0.012, 0.99: 0.090}, {0.999: 5.0, 0.2: 0.1}):
        law = lognormal_from_percentiles(points)
        for level, time in points.items():
            assert law.ppf(level) == pytest.approx(time, rel=1e-13)


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ({0.5: 1.0}, "1 percentiles; expected exactly two"),
        ({0.1: 1.0, 0.5: 2.0, 0.9: 3.0}, "3 percentiles"),
        ({0.0: 1.0, 0.9: 2.0}, "level 0.0; expected a number in"),
        ({0.5: 1.0, 95.0: 2.0}, "level 95.0; expected a number in"),
        ({0.5: 2.0, 0.9: 2.0}, "times that grow with the level"),
        ({0.5: -2.0, 0.9: 2.0}, "time at level 0.5 = -2.0"),
    ],
)
def test_lognormal_from_percentiles_refuses(points: dict[float, float], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        lognormal_from_percentiles(points)
