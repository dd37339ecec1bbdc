"""The page of a model as it was understood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from queuecalc.answer.description import Description, Node, Route, StandIn, Step
from queuecalc.report.circumstances import held_words
from queuecalc.report.judged import command
from queuecalc.report.numerals import digits, hour, money, rate, whole
from queuecalc.report.page import (
    Block,
    Cell,
    Column,
    Commands,
    Fact,
    Facts,
    Page,
    Paragraph,
    Section,
    Span,
    Table,
    words,
)

__all__ = ["UNLIMITED", "description_page"]

UNLIMITED = 10**9
"""A largest count from which on there is no limit."""

_COMPONENTS = (
    Column("component"),
    Column("units", "right"),
    Column("servers", "right"),
    Column("$/unit", "right"),
    Column("peak", "right"),
    Column("offered", "right"),
    Column("fewest stable", "right"),
    Column("title", below="Titles"),
)
_STEPS = (
    Column("route"),
    Column("times", "right"),
    Column("peak", "right"),
    Column("waited for"),
)


def _component(node: Node) -> tuple[Cell, ...]:
    units = f"{node.least:,}" if node.least == node.most else f"{node.least:,}-{node.most:,}"
    if node.most >= UNLIMITED:
        units = f"{node.least:,} or more"
    if node.least_stable is not None:
        stable = Cell(f"{node.least_stable:,}", "bad" if node.least_stable > node.most else "")
    else:
        stable = Cell("any" if node.servers is None else "none", "" if node.servers is None else "bad")
    if node.asynchronous and node.servers is not None:
        stable = Cell("may lag", "faint")
    return (
        Cell(node.name),
        Cell(units),
        Cell("unlimited" if node.servers is None else f"{node.servers:,}"),
        Cell(money(node.usd_per_month)),
        Cell(rate(node.peak_rate_per_s)),
        Cell(f"{digits(node.offered_erlang)} erlang"),
        stable,
        Cell(node.title or node.kind),
    )


def _name(step: Step) -> str:
    """Who is visited for what, and what is dropped there."""
    name = f"{step.component}.{step.operation}" if step.operation else step.component
    return f"{name} ({_percent(step.dropped)} dropped)" if step.dropped else name


def _percent(share: float) -> str:
    return f"{digits(100.0 * share)} %"


def _calls(steps: Sequence[Step], place: int, depth: int) -> list[int]:
    """Places of the steps of one depth from a place on, until a shallower one."""
    found = []
    for index in range(place, len(steps)):
        if steps[index].depth < depth:
            break
        if steps[index].depth == depth:
            found.append(index)
    return found


def _sentence(route: Route) -> str:
    """The way of a class until it forks: "junk 254/s -> lb -> limiter (98 % dropped) -> server 5.08/s, ends"."""
    text = f"{route.request_class} {rate(route.peak_rate_per_s)}"
    shown, place, depth = route.peak_rate_per_s, 0, 0
    while calls := _calls(route.steps, place, depth):
        steps = [route.steps[index] for index in calls]
        if len(steps) > 1:
            forks = [f"{_call(step)} {rate(step.peak_rate_per_s)}" for step in steps]
            return f"{text}, then {', '.join(forks)}"
        text += f" -> {_call(steps[0])}"
        if rate(steps[0].peak_rate_per_s) != rate(shown):
            shown = steps[0].peak_rate_per_s
            text += f" {rate(shown)}"
        place, depth = calls[0] + 1, depth + 1
    return f"{text}, ends"


def _call(step: Step) -> str:
    return _name(step) if step.wait else f"{_name(step)} (handed off)"


def _waited(step: Step) -> Cell:
    if step.in_response:
        return Cell(f"by the request, with {step.together}" if step.together else "by the request")
    return Cell("by the message", "faint") if step.wait else Cell("no", "faint")


def _route(route: Route) -> Iterable[tuple[Cell, ...]]:
    note = "" if route.in_contract else ", not in the contract"
    head = f"{route.request_class}{note}"
    yield Cell(head, "strong"), Cell(""), Cell(rate(route.peak_rate_per_s)), Cell("")
    for step in route.steps:
        times = "" if step.times == 1 else digits(step.times)
        name = "  " * (step.depth + 1) + _name(step)
        yield Cell(name), Cell(times), Cell(rate(step.peak_rate_per_s)), _waited(step)


def _caller(entry: StandIn) -> str:
    return f"{entry.caller} ({', '.join(entry.classes)})" if entry.classes else entry.caller


def _stand_in(component: str, taker: str, callers: Sequence[str]) -> str:
    calls = ", ".join(dict.fromkeys(callers))
    if taker == "nobody":
        return f"calls of {calls} are skipped"
    if not taker:
        return f"nobody takes the calls of {calls}: a plan without {component} is invalid"
    return f"{taker} takes the calls of {calls}"


def _stand_ins(entries: Sequence[StandIn]) -> Iterable[Fact]:
    for component in dict.fromkeys(entry.component for entry in entries):
        group = [entry for entry in entries if entry.component == component]
        lines = []
        for taker in dict.fromkeys(entry.taker for entry in group):
            callers = [_caller(entry) for entry in group if entry.taker == taker]
            lines.append(words(_stand_in(component, taker, callers)))
        yield Fact(f"without {component}", tuple(lines))


def _warnings(description: Description) -> Fact | None:
    lines = [words(f"{name}: no request reaches it") for name in description.unreached]
    lines += [words(f"{name}: no call names this operation") for name in description.uncalled]
    lines += [held_words(entry) for entry in description.held]
    lines += [words(finding) for finding in description.findings]
    return Fact("warnings", tuple(lines)) if lines else None


def description_page(description: Description, settings: Sequence[str] = ()) -> Page:
    """The page of `check`.

    Args:
        description: the model as it was understood.
        settings: what was set on the command line, for the commands at the end.
    """
    source = f" ({description.source})" if description.source else ""
    plans = f", {whole(description.plans)} plans" if description.plans else ""
    opening: list[Block] = [
        Paragraph(words(Span("OK", "good"), f": {description.title}{source} can be evaluated{plans}.")),
    ]
    if description.notes:
        opening.append(Paragraph(words(Span(description.notes, "faint"))))
    load = (
        f"{rate(description.base_requests_per_s)} to {rate(description.peak_requests_per_s)} at "
        f"{hour(description.peak_hour)}, over {digits(description.hours)} hours"
    )
    contract = "; ".join(description.contract) or "no targets"
    opening.append(Facts((Fact("load", (words(load),)), Fact("contract", (words(contract),)))))
    sections = [Section("", tuple(opening))]
    if description.nodes:
        table = Table(_COMPONENTS, tuple(_component(node) for node in description.nodes))
        sections.append(Section("Components", (table,)))
    if description.routes:
        sentences = tuple(words(_sentence(route)) for route in description.routes)
        sections.append(Section("Ways", (Facts((Fact("at the peak", sentences),)),)))
    rows = [row for route in description.routes for row in _route(route)]
    if rows:
        sections.append(Section("Routes, with every component present", (Table(_STEPS, tuple(rows)),)))
    facts = [*_stand_ins(description.stand_ins)]
    warnings = _warnings(description)
    facts += [warnings] if warnings else []
    size = command("size", description.source, settings)
    mermaid = command("check", description.source, settings, "--format", "mermaid")
    ending: list[Block] = [Facts(tuple(facts))] if facts else []
    sections.append(Section("Stand-ins and warnings", (*ending, Commands("next", (size, mermaid)))))
    return Page(tuple(sections))
