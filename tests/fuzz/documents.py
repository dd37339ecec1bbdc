"""Shipped model files, damaged: the strategies that draw a mutated document, and one with characters gone."""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from queuecalc.modelfile import shipped_models, write_start
from queuecalc.modelfile.sources import parsed
from tests.fuzz.toml_text import toml_text

__all__ = ["MODELS", "mutated_texts", "names_in"]

MODELS = {name: path.read_text(encoding="utf-8") for name, path in shipped_models().items()} | {
    "start": write_start()
}
"""The text of every shipped model, and of the one that `new` writes."""

Path = tuple[Any, ...]

NUMBERS: list[Any] = [
    *(0, 1, -1, 2, 3, 10**9, 10**18, 10**40, 0.0, -0.0, 0.5, 1.0, 99.999, 100, 1e-12, 1e-300, 1e12, 1e300),
    *(math.inf, -math.inf, math.nan, 5e-324),
]
WORDS = [
    "",
    "x",
    "users",
    "nobody",
    "server",
    "no such",
    "server.nothing",
    "next",
    "fail",
    "split",
    "held",
    "é",
    "a.b",
]
KEYS = [
    "count",
    "service_ms",
    "scv",
    "p95_ms",
    "p99_99_ms",
    "kind",
    "wait",
    "times",
    "max_queue",
    "max_rate_per_s",
]

scalars = st.one_of(st.sampled_from(NUMBERS), st.booleans(), st.sampled_from(WORDS))
values = st.one_of(
    scalars, st.lists(scalars, max_size=3), st.dictionaries(st.sampled_from(KEYS), scalars, max_size=2)
)
factors = st.sampled_from([0.01, 0.1, 0.5, 0.9, 1.1, 2, 10, 1000, 1e6])


def _places(node: Any, path: Path = ()) -> list[Path]:
    """Every place of a document, from the root down."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, each in inside for place in _places(each, (*path, key)))]


def _at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def names_in(document: dict[str, Any]) -> list[str]:
    """The components of a document, as far as it has any."""
    components = document.get("components")
    return list(components) if isinstance(components, dict) else []


def _place(draw: st.DrawFn, document: Any, wanted: Callable[[Any], bool]) -> Path | None:
    found = [path for path in _places(document) if path and wanted(_at(document, path))]
    return draw(st.sampled_from(found)) if found else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _replace(draw: st.DrawFn, document: Any) -> None:
    path = _place(draw, document, lambda _: True)
    if path is not None:
        _at(document, path[:-1])[path[-1]] = draw(values)


def _renumber(draw: st.DrawFn, document: Any) -> None:
    path = _place(draw, document, _is_number)
    if path is not None:
        _at(document, path[:-1])[path[-1]] = draw(st.sampled_from(NUMBERS))


def _scale(draw: st.DrawFn, document: Any) -> None:
    path = _place(draw, document, _is_number)
    if path is not None:
        value, factor = _at(document, path), draw(factors)
        scaled = float(value) * factor
        whole = isinstance(value, int) and math.isfinite(scaled)
        _at(document, path[:-1])[path[-1]] = round(scaled) if whole else scaled


def _remove(draw: st.DrawFn, document: Any) -> None:
    path = _place(draw, document, lambda _: True)
    if path is not None:
        del _at(document, path[:-1])[path[-1]]


def _rename(draw: st.DrawFn, document: Any) -> None:
    tables = [
        path for path in _places(document) if isinstance(_at(document, path), dict) and _at(document, path)
    ]
    if tables:
        table = _at(document, draw(st.sampled_from(tables)))
        key = draw(st.sampled_from(list(table)))
        table[draw(st.sampled_from([f"{key}s", key[:-1], key.upper(), *KEYS]))] = table.pop(key)


def _copy(draw: st.DrawFn, document: Any) -> None:
    """What stands in one place also in another."""
    source = draw(st.sampled_from(_places(document)))
    path = _place(draw, document, lambda _: True)
    if path is not None:
        _at(document, path[:-1])[path[-1]] = deepcopy(_at(document, source))


def _double(draw: st.DrawFn, document: Any) -> None:
    """A second component like the first, in front of it or beside it."""
    names = names_in(document)
    if names:
        name = draw(st.sampled_from(names))
        document["components"]["twin"] = deepcopy(document["components"][name])
        _append(document, {"from": draw(st.sampled_from(["users", *names])), "to": ["twin", name]})


def _append(document: Any, call: dict[str, Any]) -> None:
    architecture = document.setdefault("architecture", {})
    if isinstance(architecture, dict) and isinstance(architecture.setdefault("calls", []), list):
        architecture["calls"].append(call)


def _call(draw: st.DrawFn, document: Any) -> None:
    """One more call between any two, which may close a cycle."""
    ends = st.sampled_from(["users", *names_in(document)])
    call = {"from": draw(ends), "to": draw(ends), "times": draw(st.sampled_from([0, 0.5, 1, 1.5, 3, 1000]))}
    if draw(st.booleans()):
        call["wait"] = draw(st.booleans())
    _append(document, call)


ROUGH = [_replace, _renumber, _remove, _rename, _copy]
GENTLE = [_scale, _scale, _scale, _renumber, _remove, _double, _call]
"""Mutations that often leave a model, so that what comes after the reading is tested, too."""


def _damaged_text(draw: st.DrawFn, text: str) -> str:
    at = draw(st.integers(0, len(text)))
    gone = draw(st.integers(0, 6))
    put = draw(st.text(st.sampled_from('a1.=-"[]{},\n#\x00é'), max_size=3))
    return text[:at] + put + text[at + gone :]


@st.composite
def mutated_texts(draw: st.DrawFn, names: tuple[str, ...] = tuple(MODELS)) -> tuple[str, list[str]]:
    """The text of a shipped model with one to four mutations, and the names of its components."""
    text = MODELS[draw(st.sampled_from(names))]
    document = parsed(text, "text")
    if draw(st.integers(0, 9)) == 0:
        return _damaged_text(draw, text), names_in(document)
    mutations = draw(st.sampled_from([ROUGH, GENTLE, GENTLE]))
    for _ in range(draw(st.integers(1, 3))):
        draw(st.sampled_from(mutations))(draw, document)
    return toml_text(document), names_in(document)
