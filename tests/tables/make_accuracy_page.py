"""Writes docs/accuracy.md: how far the numbers are from references that share no code with them.

Run from the top of the repository: make accuracy (about a minute).

Closed forms and percentiles of smooth laws against the committed tables of 30 and 50 digits; percentiles of laws with
kinks and atoms against the renewal equation (tests/station/renewal.py), whose own error is about 1e-10; approximations
against the exact chain of M/H2/c and the committed simulations.
"""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from scipy import special

from queuecalc.evaluation import evaluate
from queuecalc.law import (
    Deterministic,
    Empirical,
    Exponential,
    Gamma,
    Hyperexponential,
    Law,
    Pareto,
    Truncated,
    Uniform,
)
from queuecalc.station import MG1, MGc, MMc, MMcK, erlang
from queuecalc.station.offered import Load

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "accuracy.md"


def beside(name: str, folder: str = "station") -> ModuleType:
    """A module of the tests, by its place: tests are no package."""
    spec = importlib.util.spec_from_file_location(name, HERE.parent / folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_tables = beside("tables")
TABLES, MARKOVIAN, SIMULATED, service = _tables.TABLES, _tables.MARKOVIAN, _tables.SIMULATED, _tables.service
Renewal: Any = beside("renewal").Renewal
hyperexponential_servers: Any = beside("hyperexponential_servers")

_parallel = beside("make_parallel_simulation", "tables")
_held = beside("make_held_simulation", "tables")

LEVELS = ("0.5", "0.95", "0.99", "0.9999")


class Row(NamedTuple):
    """A measured error, relative, and what is wanted."""

    what: str
    cases: int
    error: float
    wanted: float


def apart(found: Any, exact: Any) -> Any:
    """Relative errors."""
    exact = np.asarray([float(x) for x in exact])
    return np.abs(np.asarray(found) / exact - 1.0)


def closed_rows() -> list[Row]:
    """Closed forms against 30 digits."""
    rows = TABLES["erlang"]
    rate, mu, c = (
        np.array([row[key] for row in rows]) for key in ("arrival_rate", "service_rate", "servers")
    )
    load = Load.by_rate(rate, mu, c)
    lost = apart(
        erlang.loss_probability(load.servers, load.offered, load.remainder), [row["loss"] for row in rows]
    )
    station = MMc(arrival_rate=rate, service_rate=mu, servers=c)
    steady = np.array(["delay" in row for row in rows])
    ones = [row for row in rows if "delay" in row]
    delay = apart(np.asarray(station.delay_probability)[steady], [row["delay"] for row in ones])
    wait = apart(np.asarray(station.mean_wait)[steady], [row["mean_wait"] for row in ones])
    near = np.asarray(load.slack)[steady] < 0.9999e-4
    made = [
        Row("Erlang B, 1 to 1,000,000 servers, every load up to 10 per server", len(rows), lost.max(), 1e-12)
    ]
    for name, errors in (("Erlang C", delay), ("mean wait of M/M/c", wait)):
        made.append(Row(f"{name}, rho up to 1 - 1e-4", int((~near).sum()), errors[~near].max(), 1e-12))
        made.append(Row(f"{name}, rho beyond, up to 1 - 1e-9", int(near.sum()), errors[near].max(), 1e-12))
    for level in LEVELS:
        errors = np.array(
            [
                apart(
                    MMc(
                        arrival_rate=row["arrival_rate"],
                        service_rate=row["service_rate"],
                        servers=row["servers"],
                    ).sojourn.ppf(float(level)),
                    [row["quantiles"][level]],
                ).max()
                for row in TABLES["mmc"]
            ]
        )
        made.append(Row(f"sojourn of M/M/c, {percent(level)}", len(errors), errors.max(), 1e-12))
    names = ("arrival_rate", "service_rate", "servers", "capacity")
    rooms = MARKOVIAN["mmck"]
    bounded = MMcK(**{name: np.array([row[name] for row in rooms]) for name in names})
    blocked = apart(bounded.blocking_probability, [row["blocked"] for row in rooms])
    made.append(Row("blocking of M/M/c/K, up to a million servers", len(rooms), blocked.max(), 1e-12))
    return made


def percent(level: str) -> str:
    """ "0.9999" is "p99.99"."""
    return f"p{100.0 * float(level):.10g}"


def smooth_rows() -> list[Row]:
    """Percentiles of the sojourn in M/G/1 against 16 digits, by law and level."""
    made = []
    for law in ("Gamma", "Hyperexponential", "Lognormal"):
        rows = [row for row in TABLES["mg1"] if row["law"] == law]
        variation = sorted({row["scv"] for row in rows})
        for level in LEVELS:
            errors = [
                float(
                    apart(
                        MG1(arrival_rate=row["arrival_rate"], service=service(row)).sojourn.ppf(float(level)),
                        [row["quantiles"][level]],
                    ).max()
                )
                for row in rows
            ]
            wanted = 1e-6 if law == "Lognormal" else 1e-8
            scv = f"SCV {variation[0]:g}" + (f" to {variation[-1]:g}" if len(variation) > 1 else "")
            made.append(Row(f"{law.lower()}, {scv}, {percent(level)}", len(rows), max(errors), wanted))
    return made


B = 1.5


def truncated_excess(t: Any) -> Any:
    """P(X > t) of the excess of an exponential time of mean 1 truncated at B."""
    mean = -math.expm1(-B) - B * math.exp(-B)
    return np.where(t < B, (np.exp(-t) - np.exp(-B) - (B - t) * np.exp(-B)) / mean, 0.0)


def atoms_excess(points: tuple[float, ...]) -> Callable[[Any], Any]:
    """P(X > t) of the excess of equally likely constants."""
    return lambda t: sum(np.maximum(point - t, 0.0) for point in points) / sum(points)


def narrow_excess(t: Any) -> Any:
    """P(X > t) of the excess of a gamma time of mean 1 and SCV 0.01: E[(S - t)^+]."""
    return special.gammaincc(101.0, 100.0 * t) - t * special.gammaincc(100.0, 100.0 * t)


POINTS = (1.0, 2.0, 4.0)

KINKED: tuple[tuple[str, Law, float, Callable[[Any], Any], float], ...] = (
    (
        "uniform from 0 to 2",
        Uniform(0.0, 2.0),
        1.0,
        lambda t: np.where(t < 2.0, (1.0 - t / 2.0) ** 2, 0.0),
        1e-6,
    ),
    ("exponential, truncated at 1.5", Truncated(Exponential(mean=1.0), B), B / 2.0, truncated_excess, 1e-6),
    (
        "Pareto of shape 2.5",
        Pareto(mean=1.0, shape=2.5),
        0.6,
        lambda t: np.where(t < 0.6, 1.0 - t, 0.4 * (np.maximum(t, 0.6) / 0.6) ** -1.5),
        1e-6,
    ),
    ("gamma, SCV 0.01", Gamma(mean=1.0, scv=0.01), 0.15, narrow_excess, 1e-6),
    ("constant", Deterministic(mean=1.0), 0.5, atoms_excess((1.0,)), 1e-6),
    ("empirical: 1, 2 or 4", Empirical(np.array(POINTS)), 0.5, atoms_excess(POINTS), 1e-6),
)
"""(name, law, distance of the kinks, P(X > t) of its excess, what is wanted)."""

REACH = 70
"""Panels of the renewal equation; percentiles beyond them are left out."""


def kinked_rows() -> list[Row]:
    """Percentiles of the sojourn in M/G/1 with kinks and atoms, against the renewal equation."""
    made = []
    for name, law, period, excess, wanted in KINKED:
        last = 0.5
        errors, atoms = [], [(float(at), float(mass)) for at, mass in law.atoms]
        for rho in (0.3, 0.6):
            rate = rho / float(law.mean)
            solved = Renewal(rate, law.sf, float(law.mean), excess, period, REACH)
            sojourn = MG1(arrival_rate=rate, service=law).sojourn
            for q in (0.5, 0.05, 0.01, 1e-4):
                t = float(sojourn.isf(q))
                if t > (REACH - 1) * period:
                    continue
                last = max(last, 1.0 - q)

                def tail(x: float, solved: Any = solved, law: Law = law, atoms: Any = atoms) -> float:
                    density = (lambda u: np.zeros_like(u)) if atoms else law.pdf
                    return float(solved.sojourn(x, law.sf, density, tuple(atoms)))

                left = tail(t)
                if any(at == t for at, _ in atoms):
                    inside = left <= q + 1e-9 and tail(t * (1.0 - 1e-9)) >= q - 1e-9
                    errors.append(0.0 if inside else 1.0)
                else:
                    errors.append(abs(left - q) / (float(sojourn.pdf(t)) * t))
        made.append(Row(f"{name}, p50 to {percent(str(last))}", len(errors), max(errors), wanted))
    return made


def multiserver_lines() -> list[str]:
    """M/G/c against simulation and the exact chain of M/H2/c."""
    lines = ["| SCV of service | p95 of the sojourn: worst | on average | cells |", "|---|---|---|---|"]
    for scv in sorted({row["scv"] for row in SIMULATED["several"]}):
        rows = [row for row in SIMULATED["several"] if row["scv"] == scv]
        errors = []
        for row in rows:
            c = row["servers"]
            station = MGc(arrival_rate=c * row["utilisation"], service=service(row), servers=c)
            errors.append(abs(float(station.sojourn.ppf(0.95)) / row["sojourn"][1] - 1.0))
        lines.append(f"| {scv:g} | {max(errors):.1%} | {np.mean(errors):.1%} | {len(rows)} |")
    lines += ["", "| M/H2/c | mean wait, calculated | exact | off |", "|---|---|---|---|"]
    for c, rho, scv in ((10, 0.8, 4.0), (10, 0.8, 9.0), (10, 0.95, 9.0), (10, 0.8, 16.0), (8, 0.8, 50.0)):
        law = Hyperexponential(mean=1.0, scv=scv)
        found = float(MGc(arrival_rate=rho * c, service=law, servers=c).mean_wait)
        exact = hyperexponential_servers.mean_wait(c, rho, scv)
        lines.append(
            f"| {c} servers, rho {rho:g}, SCV {scv:g} | {found:.3f} | {exact:.3f} | {found / exact - 1.0:+.0%} |"
        )
    return lines


def network_lines() -> list[str]:
    """The shipped models and networks end to end, as the committed simulation found them."""
    lines = ["| model | quantity | calculated | simulated | 95 % of such runs |", "|---|---|---|---|---|"]
    for run in json.loads((HERE / "model_simulation.json").read_text(encoding="utf-8")):
        if run["kind"] not in ("hour", "network"):
            continue
        lines += [
            f"| {run['name']} | {row['quantity']} | {1000 * row['calculated']:.1f} ms "
            f"| {1000 * row['simulated']:.1f} ms | +- {1000 * row['half_width']:.1f} ms |"
            for row in run["rows"]
            if row["quantity"] in ("p95", "p99") and not row["subject"]
        ]
    return lines


def parallel_lines() -> list[str]:
    """Calls that go out at once, in models of one class, against the committed simulation."""
    lines = [
        "| what | p50: worst | p95: worst | p95: on average | p99: worst | cases |",
        "|---|---|---|---|---|---|",
    ]
    rows = json.loads((HERE / "parallel_simulation.json").read_text(encoding="utf-8"))
    kinds: dict[str, list[list[float]]] = {}
    for row in rows:
        if row["copies"] == 1:
            kind = "to several stations"
        else:
            kind = "several to one station" if row["calls"] == 1 else "several to each of several stations"
        scenario = _parallel.described(row)
        counts = dict.fromkeys(scenario.components, 1)
        target = replace(scenario.contract.percentiles[0], seconds=1e6)
        targets = tuple(
            replace(target, key=f"p{100 * level:g}_ms", level=level) for level in (0.5, 0.95, 0.99)
        )
        judged = evaluate(replace(scenario, contract=replace(scenario.contract, percentiles=targets)), counts)
        reached = [each.reached for each in judged.lines if each.target in {t.key[:-3] for t in targets}]
        errors = [abs(found / seen - 1.0) for found, seen in zip(reached, row["figures"], strict=False)]
        kinds.setdefault(kind, []).append(errors)
    for kind, errors_of in kinds.items():
        worst, mean = np.max(errors_of, axis=0), np.mean(errors_of, axis=0)
        lines.append(
            f"| {kind} | {worst[0]:.1%} | {worst[1]:.1%} | {mean[1]:.1%} | {worst[2]:.1%} | {len(errors_of)} |"
        )
    return lines


def held_lines() -> list[str]:
    """Servers held during calls, in random models, against the committed simulation."""
    lines = [
        "| what | p50: worst | p95: worst | p95: median | p99: worst | cases |",
        "|---|---|---|---|---|---|",
    ]
    words = {
        "calls": "a server that calls one or two stations",
        "nested": "a server, a pool held in turn, a database",
        "shared": "a database that others ask, too",
        "split": "units with a line each",
        "kinds": "two kinds of requests",
    }
    rows = json.loads((HERE / "held_simulation.json").read_text(encoding="utf-8"))
    for kind, what in words.items():
        errors = np.abs([_held.errors(row) for row in rows if row["kind"] == kind])
        worst, median = errors.max(axis=0), np.median(errors, axis=0)
        lines.append(
            f"| {what} | {worst[0]:.1%} | {worst[1]:.1%} | {median[1]:.1%} | {worst[2]:.1%} | {len(errors)} |"
        )
    return lines


def rounded(error: float) -> float:
    """Up to the next of 1, 2, 5 times a power of ten; nothing below 1e-15."""
    size = max(error, 1e-15)
    power = 10.0 ** math.floor(math.log10(size) + 1e-12)
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if size <= step * power * (1.0 + 1e-9))


def table(rows: list[Row]) -> list[str]:
    """Rows as Markdown, with a word where what is wanted is missed."""
    lines = ["| what | cases | worst relative error, at most | wanted |", "|---|---|---|---|"]
    for row in rows:
        missed = "" if row.error <= row.wanted else " **missed**"
        lines.append(f"| {row.what} | {row.cases} | {rounded(row.error):.0e} | {row.wanted:.0e}{missed} |")
    return lines


def page() -> str:
    """The whole page."""
    return "\n".join(
        [
            "# How exact are the numbers?",
            "",
            "Measured against references that share no code with what they measure; `make accuracy` measures again",
            "and writes this page. Errors are relative; percentiles are times. At run time every law tells the error",
            "of its own survival function: `law.sf_error(t)`.",
            "",
            "## Closed forms, against 30 digits",
            "",
            *table(closed_rows()),
            "",
            "## Percentiles of M/G/1 by transform",
            "",
            "Smooth service laws, rho 0.3, 0.8 and 0.99 (lognormal: 0.8), against 16 digits:",
            "",
            *table(smooth_rows()),
            "",
            "Service laws with kinks, atoms or little variability, rho 0.3 and 0.6, against the renewal equation",
            "solved by collocation, itself good to about 1e-10. Where an atom holds the level, the percentile must be",
            "the atom:",
            "",
            *table(kinked_rows()),
            "",
            "Without an outside reference, and so told by `sf_error` alone: lognormal service of SCV above 4, and",
            "Pareto service beyond p99.",
            "",
            "## M/G/c, an approximation",
            "",
            "Against simulations of 2 to 8 servers, and against the exact chain for hyperexponential service (mean 1):",
            "",
            *multiserver_lines(),
            "",
            "Above SCV 4 the mean wait of several servers is too low; a simulation is the better tool there.",
            "",
            "## End to end",
            "",
            "Shipped models at one hour, and a network, against the event simulator; [more of it](simulation.md):",
            "",
            *network_lines(),
            "",
            "## Calls that go out at once",
            "",
            "The response time against the event simulator, in other cases than those constants were fitted to. Within",
            "half the width of the 95 % intervals (0.2 to 6 %) where one station of exponential services, or one",
            "server, gets all the calls: those are exact.",
            "",
            *parallel_lines(),
            "",
            "## Servers held during calls",
            "",
            "The response time against the event simulator, in random models of 2 to 16 held servers, services of SCV",
            "0.25 to 2 and loads up to 0.95; the 95 % intervals of p95 are 0.2 to 4 % wide on either side. Nothing is",
            "fitted. `python tests/tables/make_held_simulation.py 20 --first 7000` draws twenty new ones: of 200 such",
            "one in thirty was more than 5 % off at p95, at worst 11 %, where a callee of SCV 2 is nearly full.",
            "",
            *held_lines(),
            "",
            "What is not exact there, and why, stands in the evidence of every answer.",
            "",
        ]
    )


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
