"""What holds for every derivation: each step is checked, a wrong one is found, and the numbers are the library's."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from sympy import Function, Symbol

from queuecalc.derivation import REGISTRY
from queuecalc.derivation.deriving import derive
from queuecalc.derivation.equation import Put
from queuecalc.derivation.rules import AtIntegers, Given, How
from queuecalc.derivation.step import NotDerived, Step, verified
from queuecalc.derivation.theorem import Proof
from queuecalc.derivation.writing import _labels, written
from queuecalc.errors import InvalidInput
from queuecalc.evidence import STATEMENTS

NAMES = sorted(REGISTRY)


@cache
def proof(name: str) -> Proof:
    return derive(name)


def wrong(step: Step, side: str) -> Step:
    """The same step with something wrong on one side."""
    extra = Symbol("wrong", positive=True)
    return replace(step, **{side: getattr(step, side) + extra})


def doubled(step: Step) -> Step:
    """The same step with its right side doubled."""
    return replace(step, rhs=2 * step.rhs if step.rhs != 0 else Symbol("wrong", positive=True))


def relied_on(found: Proof) -> set[str]:
    """Labels of steps that another step or a figure rests on."""
    labels = {label for step in found.steps for label in _labels(step.rule)}
    for figure in found.figures:
        labels.add(figure.result.step)
        labels |= {item.label if isinstance(item, Put) else item for item in figure.result.using}
    return labels


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_step_does_not_follow(name: str) -> None:
    known: dict[str, Any] = {}
    for step in proof(name).steps:
        if not isinstance(step.rule, Given):
            for side in ("rhs", "lhs"):
                assert not _follows(wrong(step, side), known), f"{name}: {step.label}, {side}"
            assert not _follows(doubled(step), known), f"{name}: {step.label}, doubled"
        known[step.label] = step.equation


def _follows(step: Step, known: dict[str, Any]) -> bool:
    from queuecalc.derivation.step import _follows as follows

    return follows(step, known)


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_beginning_breaks_what_rests_on_it(name: str) -> None:
    steps = proof(name).steps
    needed = {label for step in steps for label in _labels(step.rule)}
    for index, step in enumerate(steps):
        if isinstance(step.rule, Given) and step.label in needed:
            broken = (*steps[:index], wrong(step, "rhs"), *steps[index + 1 :])
            with pytest.raises(NotDerived):
                verified(name, broken)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_assumed_in_vain(name: str) -> None:
    found = proof(name)
    labels = relied_on(found)
    idle = [step.label for step in found.steps if isinstance(step.rule, Given) and step.label not in labels]
    assert not idle


@pytest.mark.parametrize("name", NAMES)
def test_most_is_derived_and_the_count_says_how(name: str) -> None:
    found = proof(name)
    derived = [step for step in found.steps if step.rule.how not in (How.ASSUMED, How.DEFINED)]
    assert len(derived) >= 3
    assert any(step.main for step in derived)
    assert f"{len(derived)} derived" in written(found).verified[0]
    assert all(step.rule.proved for step in found.steps if isinstance(step.rule, AtIntegers))


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_those_of_the_library(name: str) -> None:
    figures = proof(name).figures
    assert figures
    for figure in figures:
        assert math.isfinite(figure.value)
        if figure.library is not None:
            assert figure.value == pytest.approx(
                figure.library, rel=max(1e-12, figure.result.tolerance), abs=0
            )


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_known_and_papers_are_in_the_registry(name: str) -> None:
    found = proof(name)
    seen: set[str] = set()
    for step in found.steps:
        assert set(_labels(step.rule)) <= seen, step.label
        assert step.sentence
        seen.add(step.label)
    assert set(found.theorem.cites) <= set(STATEMENTS)
    assert found.theorem.name == name


@pytest.mark.parametrize("name", NAMES)
def test_arguments_outside_their_domain_are_refused(name: str) -> None:
    for parameter in proof(name).theorem.parameters:
        for value in (-1.0, math.nan, math.inf, True, "3", parameter.most * 2 + 1):
            with pytest.raises(InvalidInput, match=parameter.name):
                derive(name, **{parameter.name: value})
    with pytest.raises(InvalidInput, match="no parameter 'nothing'"):
        derive(name, nothing=1.0)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(InvalidInput, match="did you mean mmck"):
        derive("mmcck")
    assert derive("M/M/1").theorem.name == "mm1"
    assert derive("Erlang C").theorem.name == "mmc"


def test_two_steps_of_one_name_are_refused() -> None:
    step = Step("twice", "Once:", Symbol("x"), Function("f")(1), Given("assumption"))
    with pytest.raises(NotDerived, match="two steps are called 'twice'"):
        verified("mine", (step, step))
