"""Every argument of every kind of station: what is out of its domain is refused by name, and a list is an array."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from queuecalc.errors import InvalidInput
from queuecalc.law import Law
from queuecalc.station import REGISTRY, Batch, LoadDependent, Waiting
from tests.station.cases import LAWS, builder


def numbers(kind: str) -> list[str]:
    """The arguments that are plain numbers."""
    station = builder(kind, LAWS["gamma"], 3, 4)(0.5)
    return [
        field.name
        for field in dataclasses.fields(station)
        if field.init and isinstance(getattr(station, field.name), int | float)
    ]


NUMBERS = [(kind, name) for kind in sorted(REGISTRY) for name in numbers(kind)]


@pytest.mark.parametrize("wrong", [-1.0, math.nan, math.inf, "many"])
@pytest.mark.parametrize(("kind", "name"), NUMBERS)
def test_numbers_out_of_their_domain(kind: str, name: str, wrong: Any) -> None:
    station = builder(kind, LAWS["gamma"], 3, 4)(0.5)
    with pytest.raises(InvalidInput, match=rf"^{type(station).__name__}: .*{name}"):
        dataclasses.replace(station, **{name: wrong})


@pytest.mark.parametrize(("kind", "name"), NUMBERS)
def test_a_list_is_an_array(kind: str, name: str) -> None:
    station = builder(kind, LAWS["gamma"], 3, 4)(0.5)
    value = getattr(station, name)
    many = dataclasses.replace(station, **{name: [value, value]})
    assert many.shape == (2,)
    assert not np.asarray(getattr(many, name)).flags.writeable
    assert np.asarray(many.mean_sojourn) == pytest.approx(station.mean_sojourn, rel=1e-12)
    assert many == dataclasses.replace(station, **{name: np.array([value, value])})
    for other in numbers(kind):
        if other != name:
            with pytest.raises(InvalidInput, match="expected shapes that broadcast"):
                dataclasses.replace(many, **{other: [getattr(station, other)] * 3})


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_a_law_must_be_one(kind: str) -> None:
    station = builder(kind, LAWS["gamma"], 3, 4)(0.5)
    for field in dataclasses.fields(station):
        if field.init and isinstance(getattr(station, field.name), Law):
            with pytest.raises(InvalidInput, match=rf"^{type(station).__name__}: {field.name}"):
                dataclasses.replace(station, **{field.name: "gamma"})


def test_one_state_or_two_read_back() -> None:
    for rates in ((2.0,), (2.0, 3.0)):
        station = LoadDependent(arrival_rate=1.0, state_rates=rates)
        assert eval(repr(station), {"LoadDependent": LoadDependent}) == station


def test_batches_are_values_however_they_are_given() -> None:
    batch = Batch([0.25, np.float64(0.75)])  # type: ignore[arg-type]
    assert batch == Batch((0.25, 0.75))
    assert hash(batch) == hash(Batch((0.25, 0.75)))
    assert batch.probabilities == (0.25, 0.75)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("arrival_rate", -1.0),
        ("arrival_rate", math.nan),
        ("servers", 0),
        ("servers", 1.5),
        ("max_queue", -1),
        ("service", 3),
    ],
)
def test_a_wait_by_itself_checks_its_arguments(name: str, wrong: Any) -> None:
    usual: dict[str, Any] = {"arrival_rate": 1.0, "service": LAWS["gamma"], "servers": 2, "max_queue": 3}
    with pytest.raises(InvalidInput, match=rf"^Waiting: .*{name}"):
        Waiting(**(usual | {name: wrong}))
