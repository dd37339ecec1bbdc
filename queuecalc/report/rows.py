"""An answer as rows of section, subject, key and value: the form that spreadsheets and pandas take."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from queuecalc.answer import to_plain

__all__ = ["COLUMNS", "Record", "records", "records_csv", "rows_csv"]

COLUMNS = ("section", "subject", "key", "value")
Record = tuple[str, str, str, Any]

# What an entry of a list is about, by the first of these sets of attributes that it has.
_NAMES = (
    ("name",),
    ("component", "caller", "classes"),
    ("depth", "component", "operation"),
    ("component", "cause"),
    ("component",),
    ("target", "subject"),
    ("key", "subject"),
    ("quantity", "subject"),
    ("request_class",),
    ("source", "target", "operation", "classes"),
)
_LEFT_OUT = frozenset({"certificate"})  # a proof is no table; JSON carries it


def _fields(item: Any) -> Iterator[tuple[str, Any]]:
    for field in dataclasses.fields(item):
        if field.name not in _LEFT_OUT:
            yield field.name, getattr(item, field.name)


def _subject(item: Any, index: int) -> str:
    """Its name, its component, its target; else its number."""
    for names in _NAMES:
        if all(hasattr(item, name) for name in names):
            parts = (getattr(item, name) for name in names if name != "depth")
            texts = (" ".join(part) if isinstance(part, tuple) else part for part in parts)
            return " ".join(filter(None, texts))
    return str(index + 1)


def _leaves(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The numbers and texts inside a value, each with its dotted key; what is not there has none."""
    if value is None:
        return
    if dataclasses.is_dataclass(value):
        for name, entry in _fields(value):
            yield from _leaves(f"{key}.{name}" if key else name, entry)
    elif isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _leaves(f"{key}.{name}" if key else str(name), entry)
    elif isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            yield from _leaves(f"{key}.{index + 1}", entry)
    else:
        yield key, to_plain(value)


def _records(section: str, answer: Any) -> Iterator[Record]:
    """Its own figures first, then what they consist of."""
    parts: list[tuple[str, Any]] = []
    for key, value in _fields(answer):
        if dataclasses.is_dataclass(value) or isinstance(value, Mapping | list | tuple):
            parts.append((key, value))
        elif value is not None:
            yield section, "", key, to_plain(value)
    for key, value in parts:
        inner = f"{section}.{key}"
        if dataclasses.is_dataclass(value):
            yield from _records(inner, value)
        elif isinstance(value, Mapping):
            yield from ((inner, str(name), leaf, entry) for name, leaf, entry in _entries(key, value))
        else:
            seen: Counter[str] = Counter()
            for index, item in enumerate(value):
                name = "" if dataclasses.is_dataclass(item) or isinstance(item, Mapping) else key
                subject = _subject(item, index)
                seen[subject] += 1
                subject = subject if seen[subject] == 1 else f"{subject} #{seen[subject]}"
                yield from ((inner, subject, leaf, entry) for leaf, entry in _leaves(name, item))


def _entries(key: str, value: Mapping[Any, Any]) -> Iterator[tuple[Any, str, Any]]:
    for name, item in value.items():
        for leaf, entry in _leaves(key, item):
            yield name, leaf, entry


def records(answer: Any) -> list[Record]:
    """Every fact of an answer but its certificate, as (section, subject, key, value).

    >>> from queuecalc.answer import Loss
    >>> records(Loss(cause="late", component="", fraction=0.001))
    [('Loss', '', 'cause', 'late'), ('Loss', '', 'component', ''), ('Loss', '', 'fraction', 0.001)]
    """
    return list(_records(type(answer).__name__, answer))


def records_csv(answer: Any) -> str:
    """An answer as CSV with the columns section, subject, key, value."""
    return rows_csv(COLUMNS, records(answer))


def rows_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV; yes and no as true and false."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([str(value).lower() if isinstance(value, bool) else value for value in row])
    return buffer.getvalue()
