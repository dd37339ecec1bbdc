"""Makes held_simulation.json: random models whose servers are held during calls, with response times by events.

    python tests/tables/make_held_simulation.py                   # the committed table
    python tests/tables/make_held_simulation.py 20 --first 5000   # a fresh draw: the errors of the calculation

Events are those of `queuecalc.simulation`, which shares no formula with what is calculated. A model is one of:

    calls     a server that calls one or two stations, once or several times, in sequence
    nested    a server that calls a pool, whose servers are held in turn while it calls a database
    shared    a server whose database also answers requests that come past it
    split     units with a line each, which share a database
    kinds     two kinds of requests with calls of their own

with 1 to 16 servers, services of SCV 0.25 to 2, and 0.3 to 0.8 of the load that a station or the servers can bear at
most; what comes out busier than 0.95 is drawn again with less load.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from queuecalc.architecture import (
    Call,
    Component,
    Contract,
    Endpoint,
    Figures,
    Load,
    Model,
    PercentileTarget,
    RequestClass,
)
from queuecalc.evaluation import evaluate
from queuecalc.law import Exponential, Gamma, Law
from queuecalc.load import Curve
from queuecalc.simulation import simulate

OUT = Path(__file__).with_name("held_simulation.json")
NUMBER, REQUESTS = 60, 600_000
LEVELS = (0.5, 0.95, 0.99)
KINDS = ("calls", "calls", "nested", "shared", "split", "kinds")
BUSIEST = 0.95

Row = dict[str, Any]


def drawn(seed: int) -> Row:
    """A model as plain figures: components by name, and calls (caller, taker, times, class)."""
    random = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]

    def scv() -> float:
        return float(random.choice([0.25, 0.5, 1.0, 2.0]))

    def times() -> float:
        return float(random.choice([0.5, 1.0, 1.0, 1.4, 2.0, 3.0]))

    servers = int(random.choice([2, 3, 4, 6, 8, 12, 16]))
    units = int(random.choice([2, 3])) if kind == "split" else 1
    parts: dict[str, Row] = {"server": {"mean": 1.0, "scv": scv(), "servers": servers, "held": True}}
    calls: list[tuple[str, str, float, str]] = [("users", "server", 1.0, "request")]
    if kind == "nested":
        pool = max(1, round(servers * float(random.uniform(0.3, 1.0))))
        parts["pool"] = {
            "mean": float(random.uniform(0.01, 0.3)),
            "scv": scv(),
            "servers": pool,
            "held": True,
        }
        parts["db0"] = {"mean": 1.0, "scv": scv(), "servers": int(random.choice([1, 2, 4])), "held": False}
        calls += [("server", "pool", times(), ""), ("pool", "db0", 1.0, "")]
    else:
        for index in range(int(random.choice([1, 1, 2]))):
            parts[f"db{index}"] = {
                "mean": 1.0,
                "scv": scv(),
                "servers": int(random.choice([1, 1, 2, 3, 4])),
                "held": False,
            }
            calls.append(("server", f"db{index}", times(), "request" if kind == "kinds" else ""))
    work = float(random.uniform(0.3, 3.0))
    for _, name, times_made, _ in calls[
        1:
    ]:  # the work of a station's server in a cycle, beside the server's own
        if name != "pool":
            number = calls[1][2] if kind == "nested" else times_made
            share = min(parts[name]["servers"] / (servers * units), 1.0)
            parts[name]["mean"] = work * float(random.uniform(0.3, 1.0)) * share / number
    other = float(random.uniform(0.2, 1.0)) if kind in ("shared", "kinds") else 0.0
    if kind == "shared":
        calls.append(("users", "db0", 1.0, "other"))
    if kind == "kinds":
        calls += [("users", "server", 1.0, "other"), ("server", "db0", times(), "other")]
    row: Row = {"seed": seed, "kind": kind, "units": units, "parts": parts, "calls": calls, "other": other}
    row["load"] = float(random.uniform(0.3, 0.8)) * _bearable(row)
    return row


def _bearable(row: Row) -> float:
    """The rate of requests at which a station, or the held servers if nobody ever waits, would be full."""
    parts, visits = row["parts"], dict.fromkeys(row["parts"], 0.0)
    for of, share in (("request", 1.0), ("other", row["other"])):
        made = {"users": share}
        for caller, name, times, only in row["calls"]:  # callers first
            if only in ("", of) and caller in made:
                made[name] = made.get(name, 0.0) + times * made[caller]
        for name in visits:
            visits[name] += made.get(name, 0.0)
    work = {name: visits[name] * part["mean"] for name, part in parts.items()}
    below = sum(work.values()) - (row["other"] * parts["db0"]["mean"] if row["kind"] == "shared" else 0.0)
    free = [part["servers"] / work[name] for name, part in parts.items() if not part["held"]]
    if "pool" in parts:
        free.append(parts["pool"]["servers"] / (work["pool"] + work["db0"]))
    return float(min(parts["server"]["servers"] * row["units"] / below, *free))


def law(mean: float, scv: float) -> Law:
    """A gamma law, or an exponential one."""
    return Exponential(mean=mean) if scv == 1.0 else Gamma(mean=mean, scv=scv)


def described(row: Row) -> tuple[Model, dict[str, int]]:
    """The model, and the counts of its one plan."""
    components = [
        Component(
            name=name,
            figures=Figures(
                count=(0, 9),
                operations={"": law(part["mean"], part["scv"])},
                servers=part["servers"],
                waits="held" if part["held"] else "async",
                pooling="split" if row["units"] > 1 and name == "server" else "pooled",
            ),
        )
        for name, part in row["parts"].items()
    ]
    classes = [RequestClass(name="request", share=1.0 / (1.0 + row["other"]))]
    if row["other"]:
        classes.append(
            RequestClass(name="other", share=row["other"] / (1.0 + row["other"]), in_contract=False)
        )
    load = row["load"] * (1.0 + row["other"])
    calls = [
        Call(
            callers=(Endpoint(caller),),
            takers=(Endpoint(name),),
            times=times,
            classes=(of,) if of else None,
            place="a call",
        )
        for caller, name, times, of in row["calls"]
    ]
    targets = tuple(
        PercentileTarget(key=f"p{100.0 * level:.0f}_ms", level=level, seconds=1.0) for level in LEVELS
    )
    model = Model(
        title="held",
        contract=Contract(percentiles=targets),
        load=Load(curve=Curve(hours=(0.0, 1.0), values=(load, load))),
        classes={each.name: each for each in classes},
        components={each.name: each for each in components},
        calls=tuple(calls),
    )
    return model, {name: row["units"] if name == "server" else 1 for name in row["parts"]}


def lived(row: Row, requests: int = REQUESTS) -> Row:
    """The row with its truths: [value, half the width of the 95 % confidence interval] of percentiles and the mean."""
    while True:
        model, counts = described(row)
        result = simulate(model, counts, requests=requests, levels=LEVELS, seed=row["seed"])
        busiest = max(part.utilisation.value for part in result.components)
        if busiest < BUSIEST:
            break
        row = {**row, "load": 0.8 * row["load"]}
    found = [result.percentile(level) for level in LEVELS] + [result.latency().mean_s]
    truths = [[round(each.value, 6), round(each.half_width or 0.0, 6)] for each in found]
    return {**row, "busiest": round(busiest, 4), "truths": truths}


def errors(row: Row) -> list[float]:
    """Calculated over simulated less 1: percentiles and the mean."""
    found = evaluate(*described(row)).latencies
    values = [each.worst_s for each in found] + [found[0].mean_s]
    return [value / truth - 1.0 for value, (truth, _) in zip(values, row["truths"], strict=True)]


def main() -> None:
    """Write the table, or look at a fresh draw."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("number", nargs="?", type=int, default=NUMBER)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    rows = []
    for seed in range(given.first, given.first + given.number):
        rows.append(lived(drawn(seed)))
        if given.first:
            print(seed, rows[-1]["kind"], *(f"{100.0 * error:+.1f} %" for error in errors(rows[-1])))
    if not given.first:
        OUT.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
