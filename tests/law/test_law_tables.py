"""Transforms and quantiles against 50-digit values made by tests/tables/make_law_tables.py."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import numpy as np
import pytest

import queuecalc.law
from queuecalc.law import Law, Lognormal, Sum

TABLES = pathlib.Path(__file__).parents[1] / "tables"
TRANSFORMS = json.loads((TABLES / "law_transforms.json").read_text())["rows"]
SUMS = json.loads((TABLES / "law_sums.json").read_text())["rows"]
NAMES = {name: getattr(queuecalc.law, name) for name in queuecalc.law.__all__}


def made(row: dict[str, Any]) -> Law:
    law: Law = NAMES[row["law"]](**row["parameters"])
    return law


def column(row: dict[str, Any], name: str) -> Any:
    return np.array([complex(float(point[name][0]), float(point[name][1])) for point in row["points"]])


@pytest.mark.parametrize("name", ["lst", "lst_complement", "excess_lst", "excess_complement"])
@pytest.mark.parametrize("row", TRANSFORMS, ids=lambda row: f"{row['law']}{row['parameters']}")
def test_transforms(row: dict[str, Any], name: str) -> None:
    s, expected = column(row, "s"), column(row, name)
    found = getattr(made(row), name)(s)
    # lst falls to nothing, where only its absolute size matters
    allowed = 2e-14 if name == "lst" else 2e-13 * np.abs(expected)
    assert np.all(np.abs(found - expected) <= allowed)


@pytest.mark.parametrize(
    "row", [row for row in TRANSFORMS if row["law"] == "Lognormal"], ids=lambda row: str(row["parameters"])
)
def test_lognormal_of_an_array_takes_the_direct_way_to_the_same_values(row: dict[str, Any]) -> None:
    s = column(row, "s")
    batch = Lognormal(mean=row["parameters"]["mean"], scv=np.full(1, row["parameters"]["scv"]))
    assert np.all(np.abs(batch.lst(s) - column(row, "lst")) <= 2e-15)
    for name in ("lst_complement", "excess_lst", "excess_complement"):
        expected = column(row, name)
        assert np.all(np.abs(getattr(batch, name)(s) - expected) <= 1e-13 * np.abs(expected))


@pytest.mark.parametrize("row", SUMS, ids=lambda row: row["laws"])
def test_quantiles_of_sums(row: dict[str, Any]) -> None:
    law = Sum(laws=eval(row["laws"], NAMES))
    for quantile in row["quantiles"]:
        expected = float(quantile["t"])
        assert law.isf(quantile["tail"]) == pytest.approx(expected, rel=1e-9)
        assert law.sf(expected) == pytest.approx(quantile["tail"], rel=1e-8)
