"""Calls that never end are found, and nothing else: the check against every set of components, one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, combinations, pairwise
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuecalc.architecture import (
    NOBODY,
    Call,
    Component,
    Contract,
    Endpoint,
    Figures,
    Load,
    Model,
    RequestClass,
)
from queuecalc.architecture.graph import lower
from queuecalc.errors import InvalidInput
from queuecalc.law import Exponential
from queuecalc.load import Curve
from queuecalc.modelfile import cycles, read_text
from queuecalc.modelfile.cycles import endless
from queuecalc.modelfile.edges import presence_of

Reader = Callable[..., Sequence[str]]

NAMES = ("a", "b", "c", "d")
ENDPOINTS = [Endpoint(name, operation) for name in NAMES for operation in ("", "x")]


def component(name: str, count: tuple[int, int], when_down: Literal["fail", "next"]) -> Component:
    figures = Figures(count=count, operations={"": Exponential(mean=1.0)}, when_down=when_down)
    return Component(name=name, figures=figures)


components = st.tuples(
    *(
        st.builds(
            component,
            st.just(name),
            st.sampled_from([(0, 1), (1, 1), (0, 0)]),
            st.sampled_from(["fail", "next"]),
        )
        for name in NAMES
    )
)


def line(caller: Endpoint, takers: list[Endpoint], classes: tuple[str, ...] | None) -> Call:
    return Call(callers=(caller,), takers=(*takers, Endpoint(NOBODY)), classes=classes, times=0.5)


takers = st.lists(st.sampled_from(ENDPOINTS), min_size=1, max_size=3, unique_by=lambda taker: taker.component)
some_classes = st.sampled_from([None, None, None, ("r",), ("s",)])
first_calls = st.builds(line, st.just(Endpoint("users")), takers, st.none())
other_calls = st.lists(
    st.builds(line, st.sampled_from(ENDPOINTS), takers, some_classes), min_size=2, max_size=8
)
calls = st.builds(lambda first, others: [first, *others], first_calls, other_calls)


def subsets(names: Sequence[str]) -> Iterator[frozenset[str]]:
    """Every subset."""
    each = (combinations(names, size) for size in range(len(names) + 1))
    return (frozenset(subset) for subset in chain.from_iterable(each))


def never_ends(model: Model) -> bool:
    """Lowers every pattern of present and down components."""
    least = {name for name, each in model.components.items() if each.figures.count[0]}
    most = [name for name, each in model.components.items() if each.figures.count[1]]
    for present in subsets(most):
        if not least <= present:
            continue
        passed_over = [name for name in present if model.components[name].figures.when_down == "next"]
        for down in subsets(passed_over):
            try:
                lower(model, present, down)
            except InvalidInput:
                return True
    return False


@given(parts=components, lines=calls)
def test_a_cycle_is_found_where_some_pattern_has_one(parts: tuple[Component, ...], lines: list[Call]) -> None:
    model = Model(
        title="",
        contract=Contract(),
        load=Load(curve=Curve.constant(1.0)),
        classes={name: RequestClass(name=name) for name in ("r", "s")},
        components={each.name: each for each in parts},
        calls=tuple(lines),
    )
    presence = {name: presence_of(each) for name, each in model.components.items()}
    assert (endless(model.calls, presence, model.classes) is not None) == never_ends(model)


def text(*lines: str, optional: str = "") -> str:
    parts = "\n".join(
        f"[components.{name}]\nservice_ms = 1\ncount = {'[0, 1]' if name in optional else 1}"
        for name in NAMES
    )
    listed = ",\n".join(f"{{ {line} }}" for line in lines)
    return f"format = 1\n[load]\nrequests_per_s = 1\n{parts}\n[architecture]\ncalls = [\n{listed}\n]\n"


def test_the_cycle_is_named(faults: Reader) -> None:
    lines = (
        "from='users', to='a.get'",
        "from='a', to='b'",
        "from='b', to='c.put'",
        "from='c', to='a.get', times=0.1",
    )
    (said,) = faults(text(*lines))
    path, _, cycle = said.partition(": closes the cycle ")
    names, _, rest = cycle.partition(" for class ")
    assert rest == "request, which never ends; expected no way back"
    steps = names.split(" -> ")
    assert steps[0] == steps[-1]
    assert set(steps) == {"a.get", "b", "c.put"}
    closing = {"a.get": 3, "b": 1, "c.put": 2}
    assert path == f"architecture.calls.{closing[steps[0]]}"


def test_a_call_of_a_component_to_itself_ends(faults: Reader) -> None:
    assert faults(text("from='users', to='a'", "from='a', to='a.more', times=2")) == []


def test_another_operation_of_a_component_ends(faults: Reader) -> None:
    assert faults(text("from='users', to='a.get'", "from='a.get', to='b'", "from='b', to='a.put'")) == []
    (said,) = faults(text("from='users', to='a.get'", "from='a', to='b'", "from='b', to='a.put'"))
    assert "never ends" in said


def test_another_class_ends() -> None:
    lines = ("from='users', to='a', class='r'", "from='a', to='b', class='r'", "from='b', to='a', class='s'")
    classes = "\n[classes]\nr = { share = 1 }\ns = { share = 1, in_contract = false }\n"
    read_text(text(*lines) + classes)


def test_hand_offs_go_round_as_well(faults: Reader) -> None:
    (said,) = faults(
        text("from='users', to='a'", "from='a', to='b', wait=false", "from='b', to='a', wait=false")
    )
    assert "never ends" in said


def test_calls_that_no_plan_makes_at_once_are_no_cycle(faults: Reader) -> None:
    # a goes on to c only without b, and c comes back only through b.x
    lines = ("from='users', to='a'", "from='a', to=['b', 'c']", "from='c', to='b.x'", "from='b.x', to='a'")
    assert faults(text(*lines, optional="b")) == []
    assert faults(text(*lines)) == []
    straight = "from='users', to='c'"
    assert faults(text(*lines, straight, optional="b")) == []
    (said,) = faults(text(*lines, straight, "from='a', to='c', class='request'", optional="b"))
    assert "never ends" in said


def test_without_patience_a_knot_is_refused(faults: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cycles, "_PATIENCE", 1)
    lines = ("from='users', to='a'", "from='a', to=['b', 'c']", "from='b', to='c'", "from='c', to='a'")
    (said,) = faults(text(*lines))
    assert "never ends" in said


def test_a_long_chain_is_no_matter_of_recursion() -> None:
    names = [f"n{i}" for i in range(3000)]
    lines = [Call(callers=(Endpoint("users"),), takers=(Endpoint(names[0]),))]
    lines += [Call(callers=(Endpoint(a),), takers=(Endpoint(b),)) for a, b in pairwise(names)]
    presence = {name: cycles.Presence(possible=True, certain=True) for name in names}
    assert endless(lines, presence, ["request"]) is None
    back = Call(callers=(Endpoint(names[-1]),), takers=(Endpoint(names[0]),))
    found = endless([*lines, back], presence, ["request"])
    assert found is not None
    assert len(found.endpoints) == len(names)
