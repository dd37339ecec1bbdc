"""The contract line by line, and what breaks it, in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from queuecalc.answer import ContractLine, Excuse
from queuecalc.report.numerals import apart, basis_points, figure, hour, whole
from queuecalc.report.page import Cell, Column, Table

__all__ = ["breach", "broken_lines", "contract_table", "folded", "line_name", "line_words", "target_unit"]

_COLUMNS = (
    Column("contract"),
    Column("target"),
    Column("reached", "right"),
    Column("left over", "right"),
    Column("worst", "right", below="Closest to breaking"),
)
_UNITS = {
    "availability": "fraction",
    "budget": "usd_per_month",
    "drain time": "s",
    "lag": "s",
    "retention": "s",
    "stability": "fraction",
    "utilisation": "fraction",
}
_FOLD_FROM = 3
_FOLD_DRAINED_FROM = 2  # "yes" says no more for being said twice


def target_unit(target: str) -> str:
    """The unit in which a target is counted, where its line is not at hand."""
    if target in _UNITS:
        return _UNITS[target]
    return "s" if is_percentile(target) else ""


def line_name(target: str, subject: str) -> str:
    """What a line speaks of: "p95 of write", "lag of worker"."""
    if is_percentile(target):
        target = target.replace("_", ".")
    return f"{target} of {subject}" if subject else target


def is_percentile(target: str) -> bool:
    """Whether a target is a percentile: "p95", "p99_9"."""
    return target[:1] == "p" and target[1:2].isdigit()


def _unit(line: ContractLine) -> str:
    return "fraction" if line.target == "stability" else line.unit


def line_words(line: ContractLine) -> tuple[str, str]:
    """Limit and reached figure, with the digits that tell them apart."""
    if line.target == "drained":
        return "at the end", "yes" if line.kept else f"{whole(line.reached)} left"
    unit = _unit(line)
    limit, reached = apart(line.limit, line.reached, lambda value, n: figure(value, unit, line.target, n))
    return f"{line.sense} {limit}", reached


def _left_over(line: ContractLine) -> str:
    if line.target == "drained":
        return "" if line.kept else "broken"
    left = line.left_over
    if not math.isfinite(left):
        return "" if line.kept else "broken"
    size = basis_points(abs(left)) if line.target == "availability" else figure(abs(left), _unit(line))
    return size if line.kept else f"broken by {size}"


def _row(line: ContractLine, name: str) -> tuple[Cell, ...]:
    limit, reached = line_words(line)
    style = "" if line.kept else "bad"
    return (
        Cell(name, "" if line.kept else "bad"),
        Cell(limit),
        Cell(reached, style),  # type: ignore[arg-type]
        Cell(_left_over(line), style),  # type: ignore[arg-type]
        Cell("" if line.hour is None else hour(line.hour)),
    )


def _closeness(line: ContractLine) -> float:
    """How much of the limit is left over, as a share of it."""
    scale = 1.0 - line.limit if line.sense == "at least" else line.limit
    return line.left_over / scale if scale > 0 else line.left_over


def _once(lines: Sequence[ContractLine]) -> list[ContractLine]:
    """Of kept lines about the same subject, the closest."""
    about: dict[str, list[ContractLine]] = {}
    for line in lines:
        about.setdefault(line.subject, []).append(line)
    return [
        line
        for group in about.values()
        for line in ([min(group, key=_closeness)] if all(each.kept for each in group) else group)
    ]


def folded(lines: Sequence[ContractLine]) -> list[tuple[str, ContractLine]]:
    """Names and lines to show: of three or more kept lines of one target, the closest stands for all."""
    shown: list[tuple[str, ContractLine]] = []
    for target in dict.fromkeys(line.target for line in lines):
        group = _once([line for line in lines if line.target == target])
        kept = [line for line in group if line.kept and line.subject]
        fold = len(kept) >= (_FOLD_DRAINED_FROM if target == "drained" else _FOLD_FROM)
        shown.extend((line_name(target, line.subject), line) for line in group if not (fold and line in kept))
        if fold:
            closest = min(kept, key=_closeness)
            shown.append((f"{line_name(target, closest.subject)} (+{len(kept) - 1})", closest))
    return shown


def contract_table(lines: Sequence[ContractLine], *, everything: bool = False) -> Table:
    """Target, figure reached, what is left over, and the worst hour."""
    named = [(line_name(line.target, line.subject), line) for line in lines] if everything else folded(lines)
    return Table(_COLUMNS, tuple(_row(line, name) for name, line in named))


def broken_lines(lines: Iterable[ContractLine]) -> list[str]:
    """Each broken line in a few words: "p95 194 ms (at most 180 ms)"."""
    texts = []
    for line in lines:
        if not line.kept:
            limit, reached = line_words(line)
            texts.append(f"{line_name(line.target, line.subject)} {reached} ({limit})")
    return texts


def breach(excuse: Excuse, *, of: str = "") -> str:
    """What breaks, in a few words: "p95 194 ms at hour 26.4".

    Args:
        excuse: the reason of the refusal.
        of: a component whose name need not be said again.
    """
    if excuse.reached is None or excuse.target == "invalid":
        return excuse.sentence
    subject = "" if excuse.subject == of else excuse.subject
    moment = "" if excuse.hour is None else f" at {hour(excuse.hour)}"
    if excuse.target == "drained":
        return f"{line_name('backlog', subject)} {whole(excuse.reached)} left at the end"
    unit = target_unit(excuse.target)
    limit = excuse.reached if excuse.limit is None else excuse.limit
    _, reached = apart(limit, excuse.reached, lambda value, n: figure(value, unit, excuse.target, n))
    if excuse.target in ("stability", "utilisation"):
        if reached == "inf":  # what it waits for has no steady state
            return f"{excuse.subject} never free{moment}".strip()
        return f"{excuse.subject} busy {reached}{moment}".strip()
    reached = "without bound" if reached == "inf" else reached
    return f"{line_name(excuse.target, subject)} {reached}{moment}"
