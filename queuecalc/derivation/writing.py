"""A proof as it is read: every equation in three scripts, reasons with the numbers of the steps that they rest on."""

from __future__ import annotations

from collections import Counter

from queuecalc.answer.derived import Derived, DerivedFigure, DerivedStep
from queuecalc.derivation.equation import Put, Using
from queuecalc.derivation.printing import formula
from queuecalc.derivation.rules import AtIntegers, How, Rule
from queuecalc.derivation.theorem import Figure, Proof
from queuecalc.evidence import STATEMENTS

__all__ = ["written"]

_PREMISES = ("equation", "recurrence", "first", "second", "finite", "sum")
"""Fields of rules that name an equation, beside `using`."""


def _labels(rule: Rule) -> list[str]:
    using: Using = rule.using
    named = [getattr(rule, field, None) for field in _PREMISES]
    found = [label for label in named if isinstance(label, str)]
    found += [item.label if isinstance(item, Put) else item for item in using]
    return list(dict.fromkeys(found))


def _reason(rule: Rule, numbers: dict[str, int]) -> str:
    places = sorted(numbers[label] for label in _labels(rule))
    if not places:
        return rule.name
    return f"{rule.name}, from {', '.join(f'({place})' for place in places)}"


def _count(proof: Proof) -> tuple[str, ...]:
    """How the steps were verified, honestly."""
    found = Counter(step.rule.how for step in proof.steps)
    derived = sum(count for how, count in found.items() if how not in (How.ASSUMED, How.DEFINED))
    begun = f"{found[How.ASSUMED]} assumed and {found[How.DEFINED]} definitions"
    words = {
        How.SYMBOLIC: "symbolically",
        How.INDUCTION: "by induction",
        How.LIMIT: "as limits",
        How.INTEGERS: "at integers only",
    }
    ways = ", ".join(f"{found[how]} {text}" for how, text in words.items() if found[how])
    sentences = [
        f"{len(proof.steps)} equations: {begun}; {derived} derived, each verified by sympy ({ways})."
    ]
    sentences += [
        f"Checked, not proved, in general: ({index}), {step.rule.name}."
        for index, step in enumerate(proof.steps, 1)
        if isinstance(step.rule, AtIntegers) and not step.rule.proved
    ]
    return (*sentences, *proof.theorem.remarks)


def _figure(proof: Proof, figure: Figure, numbers: dict[str, int]) -> DerivedFigure:
    result = figure.result
    lhs = proof.known[result.step].lhs
    shown = None if figure.with_numbers is None else formula(lhs, figure.with_numbers, times=True)
    return DerivedFigure(
        name=result.name,
        step=numbers[result.step],
        formula=formula(lhs, figure.formula),
        with_numbers=shown,
        value=figure.value,
        library=figure.library,
        asked=result.library,
        unit=result.unit,
    )


def written(proof: Proof) -> Derived:
    """The proof as a record of texts."""
    theorem = proof.theorem
    numbers = {step.label: index for index, step in enumerate(proof.steps, 1)}
    return Derived(
        name=theorem.name,
        title=theorem.title,
        claim=theorem.claim,
        given=tuple(
            f"{each.symbol} = {proof.values[each.name]:.12g}{_per(each.unit)}, {each.meaning}"
            for each in theorem.parameters
        ),
        steps=tuple(
            DerivedStep(
                number=numbers[step.label],
                part=step.part,
                sentence=step.sentence,
                formula=formula(step.lhs, step.rhs),
                where=step.where,
                reason=_reason(step.rule, numbers),
                how=step.rule.how.value,
                main=step.main,
            )
            for step in proof.steps
        ),
        figures=tuple(_figure(proof, figure, numbers) for figure in proof.figures),
        refusal=proof.refusal,
        notes=proof.theorem.notes(proof.values),
        verified=_count(proof),
        cites=tuple(f"{STATEMENTS[key].paper}: {STATEMENTS[key].sentence}" for key in theorem.cites),
    )


def _per(unit: str) -> str:
    return "/s" if unit == "1/s" else f" {unit}" if unit else ""
