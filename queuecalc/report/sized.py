"""The page of the cheapest plan: the judged plan, and what stands around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from queuecalc.answer import Relaxation, SizingAnswer
from queuecalc.report.contract import breach, line_name, target_unit
from queuecalc.report.judged import circumstances, command, heading, plan_sections, refusal_fact
from queuecalc.report.numerals import apart, digits, figure, money, seconds, whole
from queuecalc.report.page import Block, Commands, Fact, Facts, Page, Section, words
from queuecalc.report.verdict import sizing_verdict

__all__ = ["differences", "sizing_page"]

_MOST_RELAXATIONS = 5
_MOST_TIES = 4
_BUDGET = "contract.budget_usd_per_month"


def differences(counts: Mapping[str, int], reference: Mapping[str, int]) -> str:
    """How one plan differs from another: "lb 0 for 1, server 5 for 4"."""
    names = dict.fromkeys([*reference, *counts])
    parts = [
        f"{name} {counts.get(name, 0):,} for {reference.get(name, 0):,}"
        for name in names
        if counts.get(name, 0) != reference.get(name, 0)
    ]
    return ", ".join(parts) or "the same counts"


def _headroom(answer: SizingAnswer) -> Fact | None:
    headroom = answer.headroom
    if headroom is None:
        return None
    text = f"holds up to {digits(headroom.factor, 4)} x the load"
    if headroom.excuse is not None:
        text += f"; first to break: {breach(headroom.excuse)}"
    return Fact("headroom", (words(text),))


def _relaxation(entry: Relaxation) -> str:
    unit = entry.unit or target_unit(entry.target)
    limit, needed = apart(entry.limit, entry.needed, lambda value, n: figure(value, unit, entry.target, n))
    number, _, name = limit.rpartition(" ")
    if number and needed.endswith(f" {name}"):
        limit = number  # "15 -> 32 min"
    return f"{line_name(entry.target, entry.subject)} {limit} -> {needed} saves {money(entry.saves_usd_per_month)}"


def _relaxations(answer: SizingAnswer, *, everything: bool) -> Fact | None:
    entries = answer.relaxations
    if not entries:
        return None
    shown = entries if everything else entries[:_MOST_RELAXATIONS]
    lines = [words(f"{_relaxation(entry)} ({differences(entry.counts, answer.counts)})") for entry in shown]
    if len(entries) > len(shown):
        lines.append(words(f"and {len(entries) - len(shown)} more"))
    return Fact("cheaper if", tuple(lines))


def _peak(answer: SizingAnswer) -> Fact | None:
    price = answer.peak_sized_usd_per_month
    if price is None:
        return None
    more = price - answer.cost_usd_per_month
    extra = f", {money(more)} more" if more > 0 else ""
    return Fact(
        "at the peak", (words(f"{money(price)} a month if nothing might fall behind for a while{extra}"),)
    )


def _ties(answer: SizingAnswer, *, everything: bool) -> Fact | None:
    ties = answer.ties
    if not ties:
        return None
    shown = ties if everything else ties[:_MOST_TIES]
    lines = [words(differences(tie, answer.counts)) for tie in shown]
    if len(ties) > len(shown):
        lines.append(words(f"and {len(ties) - len(shown)} more"))
    return Fact("same price", tuple(lines))


def _alternatives(answer: SizingAnswer) -> Fact | None:
    lines = []
    for entry in answer.alternatives:
        more = entry.cost_usd_per_month - answer.cost_usd_per_month
        difference = entry.difference or differences(entry.counts, answer.counts)
        lines.append(
            words(f"{money(entry.cost_usd_per_month)} (+{money(more)}): {difference}")
            if more > 0
            else words(f"{money(entry.cost_usd_per_month)}: {difference}")
        )
    return Fact("next plans", tuple(lines)) if lines else None


def _impossible(answer: SizingAnswer) -> list[Fact]:
    facts = []
    if answer.missing_usd_per_month is not None:
        missing = answer.missing_usd_per_month
        facts.append(Fact("missing", (words(f"{money(missing)} a month"),)))
    if answer.impossible:
        lines = tuple(words(excuse.sentence) for excuse in answer.impossible)
        facts.append(Fact("impossible", lines))
    refused = refusal_fact(answer.evaluation)
    return [*facts, refused] if refused else facts


def _search(answer: SizingAnswer) -> Fact:
    """How the search went: plans, boxes refused by target, time."""
    parts = [f"{whole(answer.plans)} plans"] if answer.plans else []
    if answer.refused:
        by_target = sorted(answer.refused.items(), key=lambda item: -item[1])
        reasons = ", ".join(f"{target} {count:,}" for target, count in by_target)
        parts.append(f"{sum(answer.refused.values()):,} boxes of them refused ({reasons})")
    if answer.evaluations:
        parts.append(f"{answer.evaluations:,} evaluations")
    parts.append(seconds(answer.seconds))
    return Fact("search", (words("; ".join(parts)),))


def _next(answer: SizingAnswer, settings: Sequence[str]) -> Commands:
    """Two commands that lead on from here."""
    source = answer.source
    if not answer.feasible and answer.missing_usd_per_month is not None:
        others = [setting for setting in settings if setting.partition("=")[0].strip() != _BUDGET]
        price = f"{_BUDGET}={_plain(answer.cost_usd_per_month)}"
        first = command("size", source, [*others, price])
    elif not answer.feasible:
        first = command("evaluate", source, settings, "--from", "cheapest")
    else:
        broken = [entry for entry in answer.one_less if entry.excuse is not None]
        arguments = ["--from", "cheapest"]
        if broken:  # the dearest unit, rather one of several
            counts = answer.counts
            dearest = max(broken, key=lambda e: (counts[e.component] > 1, e.saves_usd_per_month))
            arguments += ["--count", f"{dearest.component}={counts[dearest.component] - 1}"]
        first = command("evaluate", source, settings, *arguments)
    return Commands("next", (first, command("check", source, settings)))


def _plain(amount: Decimal) -> str:
    return str(amount.to_integral_value()) if amount == amount.to_integral_value() else str(amount)


def sizing_page(answer: SizingAnswer, settings: Sequence[str] = (), *, everything: bool = False) -> Page:
    """The page of `size`.

    Args:
        answer: the cheapest plan, or the nearest one.
        settings: what was set on the command line, for the commands at the end.
        everything: fold nothing (for formats without a screen).
    """
    service, trust = circumstances(answer.evaluation, everything=everything)
    left_out = [fact for fact in service if fact.label == "left out"]
    service = [fact for fact in service if fact.label != "left out"]
    around = [
        _relaxations(answer, everything=everything),
        _peak(answer),
        _ties(answer, everything=everything),
        _alternatives(answer),
    ]
    facts: list[Fact | None] = [*left_out]
    facts += _impossible(answer) if not answer.feasible else []
    facts += [_headroom(answer), *service, *around, *trust, _search(answer)]
    blocks: list[Block] = [Facts(tuple(fact for fact in facts if fact)), _next(answer, settings)]
    sections = [heading(sizing_verdict(answer), answer.evaluation)]
    # Where money is missing, it is missing with one unit less, too: that says nothing.
    one_less = [
        e for e in answer.one_less if answer.feasible or e.excuse is None or e.excuse.target != "budget"
    ]
    sections += plan_sections(answer.evaluation, one_less, everything=everything)
    sections.append(Section("Circumstances", tuple(blocks)))
    return Page(tuple(sections))
