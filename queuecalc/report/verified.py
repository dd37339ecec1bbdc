"""The page of a certificate that was checked."""

from __future__ import annotations

from collections.abc import Sequence

from queuecalc.answer import Verification
from queuecalc.report.contract import line_name
from queuecalc.report.numerals import digits, money, whole
from queuecalc.report.page import Fact, Facts, Page, Paragraph, Section, Span, Words, words

__all__ = ["verification_page"]

_MOST = 8


def verification_page(verification: Verification, source: str, *, everything: bool = False) -> Page:
    """The verdict, what it rests on, and every reason against it.

    Args:
        verification: of the certificate.
        source: the certificate's file and its model, as the user wrote them.
        everything: fold nothing.
    """
    most = None if everything else _MOST
    facts: list[Fact] = []
    facts += _listed("wrong", verification.faults, most)
    facts += _listed("contradicted", verification.contradictions, most)
    if not verification.faults:
        facts += _plans(verification)
    facts.append(Fact("looked at", (_work(verification),)))
    near = [
        f"{near.place}: {line_name(near.target, near.subject)}, margin {near.margin:.1e}"
        for near in verification.near
    ]
    if near:
        tolerance = f"{verification.tolerance:.0e}"
        facts += _listed("near", [f"decided within a tolerance of {tolerance}:", *near], most)
    facts += _listed("other reasons", verification.notes, most)
    head = Section("", (Paragraph(_verdict(verification)), Paragraph(words(Span(source, "faint")))))
    return Page((head, Section("Certificate", (Facts(tuple(facts)),))))


def _cost(verification: Verification) -> str:
    cost = verification.cost_usd_per_month
    return (
        "no plan keeps the contract"
        if cost is None
        else f"{money(cost)} a month is the least that keeps the contract"
    )


def _verdict(verification: Verification) -> Words:
    if verification.verified:
        return words(Span("VERIFIED", "good"), f": {_cost(verification)}; the certificate proves it.")
    if verification.faults:
        return words(Span("REFUSED", "bad"), ": the certificate does not prove what it says.")
    cost = verification.cost_usd_per_month
    best = "what it says" if cost is None else f"{money(cost)} a month"
    return words(
        Span("NOT PROVEN", "warn"),
        f": {best} is the best found, not proven; a count helps or harms otherwise than declared.",
    )


def _plans(verification: Verification) -> list[Fact]:
    plans = [
        " ".join(f"{name}={n}" for name, n in zip(verification.components, counts, strict=True) if n)
        for counts in verification.optima
    ]
    return [Fact("cheapest", tuple(words(plan) for plan in plans))] if plans else []


def _work(verification: Verification) -> Words:
    return words(
        f"{_counted(verification.patterns, 'choice')} of components, "
        f"{_counted(verification.boxes, 'refused box', 'refused boxes')} of plans, "
        f"{_counted(verification.sampled, 'plan')} drawn to test the directions; {digits(verification.seconds)} s"
    )


def _counted(number: int, one: str, several: str = "") -> str:
    return f"{whole(number)} {one if number == 1 else several or f'{one}s'}"


def _listed(label: str, sentences: Sequence[str], most: int | None) -> list[Fact]:
    shown = sentences[:most]
    lines = [words(sentence) for sentence in shown]
    if len(shown) < len(sentences):
        lines.append(words(f"and {len(sentences) - len(shown)} more"))
    return [Fact(label, tuple(lines))] if lines else []
