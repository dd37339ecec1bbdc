"""Whatever is written, the answer is a model or a ModelError, never another error and never a warning."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuecalc.architecture import Model
from queuecalc.errors import ModelError
from queuecalc.modelfile import read_document, read_text, shipped_models, write_start
from queuecalc.modelfile.sources import parsed

TEXTS = [path.read_text(encoding="utf-8") for path in shipped_models().values()] + [write_start()]
DOCUMENTS = [parsed(text, "text") for text in TEXTS]

KEYS = ["kind", "count", "service_ms", "service", "with", "shape", "csv", "to", "p95_ms", "x", "", "a.b", "1"]
NAMES = [
    "users",
    "nobody",
    "server",
    "server.request",
    "redis",
    "read",
    "write",
    "lognormal",
    "next",
    "",
    "é",
]

scalars = st.one_of(
    st.booleans(),
    st.integers(-3, 40),
    st.sampled_from([10**9, 10**30, -(10**400), 2**9999]),
    st.sampled_from(["0.5", "1e9", "1e-320", "1e400", "nan", "-inf", "4.0", "-0.0", "1e-999999999"]).map(
        Decimal
    ),
    st.floats(),
    st.text(max_size=4),
    st.sampled_from(NAMES),
)
values = st.recursive(
    scalars,
    lambda inside: st.one_of(
        st.lists(inside, max_size=3), st.dictionaries(st.sampled_from(KEYS), inside, max_size=3)
    ),
    max_leaves=6,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a document."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, each in inside for place in places(each, (*path, key)))]


def mutate(document: Any, data: st.DataObject) -> None:
    """One value replaced, taken away, or added."""
    path = data.draw(st.sampled_from([place for place in places(document) if place]))
    *way, last = path
    here = document
    for step in way:
        here = here[step]
    match data.draw(st.sampled_from(["replace", "remove", "add", "copy"])):
        case "replace":
            here[last] = data.draw(values)
        case "remove":
            del here[last]
        case "add" if isinstance(here, dict):
            here[data.draw(st.sampled_from(KEYS))] = data.draw(values)
        case _:
            source = data.draw(st.sampled_from(places(document)))
            what = document
            for step in source:
                what = what[step]
            here[last] = deepcopy(what)


def outcome(read: Callable[[], Model]) -> Model | ModelError:
    try:
        return read()
    except ModelError as error:
        return error


def check(read: Callable[[], Model]) -> None:
    """A model, or faults that have a place and can be printed."""
    found = outcome(read)
    faults = found.faults if isinstance(found, ModelError) else ()
    assert isinstance(found, Model) or faults
    assert all(fault.path and str(fault).isprintable() for fault in faults)


@pytest.mark.parametrize("document", DOCUMENTS, ids=[*shipped_models(), "start"])
@given(data=st.data())
def test_documents(document: dict[str, Any], data: st.DataObject) -> None:
    changed = deepcopy(document)
    for _ in range(data.draw(st.integers(1, 4))):
        mutate(changed, data)
    check(lambda: read_document(changed))


@given(data=st.data(), text=st.sampled_from(TEXTS))
def test_texts(data: st.DataObject, text: str) -> None:
    at = data.draw(st.integers(0, len(text)))
    gone = data.draw(st.integers(0, 3))
    changed = (
        text[:at] + data.draw(st.text(st.sampled_from('a1.="[]{},\n#\x00é'), max_size=3)) + text[at + gone :]
    )
    check(lambda: read_text(changed))


@given(
    settings=st.lists(st.text(st.sampled_from("components.web.lb=[]{}1'\"\n\x00#"), max_size=30), max_size=3)
)
def test_settings(settings: list[str]) -> None:
    check(lambda: read_text(TEXTS[0], settings=settings))
