"""The committed tables, read once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from queuecalc.law import Deterministic, Gamma, Hyperexponential, Law, Lognormal

HERE = Path(__file__).parent.parent / "tables"

TABLES: dict[str, list[dict[str, Any]]] = json.loads((HERE / "station_tables.json").read_text())

MARKOVIAN: dict[str, list[dict[str, Any]]] = json.loads((HERE / "markovian_tables.json").read_text())

SIMULATED: dict[str, list[dict[str, Any]]] = json.loads((HERE / "station_simulation.json").read_text())


def service(row: dict[str, Any]) -> Law:
    """The service law of a row, of mean 1."""
    if row["law"] == "Deterministic":
        return Deterministic(mean=1.0)
    kinds: dict[str, Any] = {"Gamma": Gamma, "Hyperexponential": Hyperexponential, "Lognormal": Lognormal}
    law: Law = kinds[row["law"]](mean=1.0, scv=row["scv"])
    return law
