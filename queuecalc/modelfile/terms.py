"""The terms of a model: what must hold, what comes in, and of which classes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any

from queuecalc.architecture import Contract, Load, PercentileTarget, RequestClass
from queuecalc.load import Curve
from queuecalc.modelfile.curves import curve_of, product, read_curve
from queuecalc.modelfile.document import ClassTable, ContractTable, LoadTable, Table, keys_of
from queuecalc.modelfile.faults import Faults, Path
from queuecalc.modelfile.tables import read_named, read_table
from queuecalc.modelfile.values import percentile_level

__all__ = ["read_classes", "read_contract", "read_load"]

_TOLERANCE = Decimal("1e-9")
_ONLY_CLASS = "request"
_NO_LOAD = "missing; expected it, or users with requests_per_user_per_s or think_s"


def read_contract(raw: Any, faults: Faults) -> Contract:
    """The limits that the file sets."""
    path: Path = ("contract",)
    table = read_table(ContractTable, raw, path, faults)
    return Contract(
        percentiles=_percentiles(table, path, faults),
        availability=_scaled(table.availability_percent, "0.01"),
        availability_mode=table.availability_mode or "load-aware",
        budget_usd_per_month=table.budget_usd_per_month,
        timeout_s=_scaled(table.timeout_ms, "0.001"),
        max_lag_s=_scaled(table.max_lag_min, "60"),
        drained_by_end=table.drained_by_end or False,
        drain_within_s=_scaled(table.drain_within_h, "3600"),
    )


def _percentiles(table: Table, path: Path, faults: Faults) -> tuple[PercentileTarget, ...]:
    """The targets p50_ms, p95_ms, p99_9_ms of a table."""
    targets: dict[float, PercentileTarget] = {}
    for key, value in (table.model_extra or {}).items():
        level = float(percentile_level(key) or 0)
        if level in targets:
            faults.add(
                (*path, key), f"is the same percentile as {targets[level].key}; expected it once", value
            )
        targets[level] = PercentileTarget(key=key, level=level, seconds=float(value * Decimal("0.001")))
    return tuple(targets.values())


def read_load(raw: Any, folder: FilePath, faults: Faults) -> Load | None:
    """The load; None if it is at fault."""
    path: Path = ("load",)
    if raw is None:
        faults.add(
            path, "missing; expected a table [load] with requests_per_s, or users and requests_per_user_per_s"
        )
        return None
    table = read_table(LoadTable, raw, path, faults)
    known = keys_of(LoadTable)  # what is missing may be there under a wrong name
    misspelt = not isinstance(raw, Mapping) or any(key not in known for key in raw)
    written = table.written()
    read = {
        key: read_curve(written[key], (*path, key), folder, faults)
        for key in ("users", "requests_per_user_per_s", "requests_per_s")
        if key in written
    }
    if "think_s" in written or faults.below((*path, "think_s")):
        _check_thinking(read, written, path, faults)
    elif "requests_per_s" in read:
        for key in ("users", "requests_per_user_per_s"):
            if key in read:
                faults.add(
                    (*path, key),
                    "expected either requests_per_s, or users with requests_per_user_per_s",
                    written[key],
                )
    elif misspelt:
        pass
    elif not read:
        faults.add((*path, "requests_per_s"), _NO_LOAD)
    else:
        for key in {"users", "requests_per_user_per_s"} - read.keys():
            (other,) = read
            either = ", or think_s," if other == "users" else ""
            faults.add((*path, key), f"missing; expected it{either} beside {other}")
    if table.once and table.month_factor is not None:
        faults.add((*path, "month_factor"), "expected either once = true or month_factor", table.month_factor)
    think = _scaled(table.think_s, "1")
    rate, users, each = (read.get(key) for key in ("requests_per_s", "users", "requests_per_user_per_s"))
    curve = None
    network = _scaled(table.network_ms, "0.001") or 0.0
    if think is not None:
        if isinstance(users, float | Curve) and rate is None and each is None:
            curve = curve_of(users).scaled(1.0 / (think + network))
    elif rate is not None:
        curve = curve_of(rate)
    elif users is not None and each is not None:
        curve = product(users, each, (*path, "requests_per_user_per_s"), faults)
    if curve is None:
        return None
    return Load(
        curve=curve,
        users=None if users is None else curve_of(users),
        think_s=think,
        network_s=network,
        once=table.once or False,
        month_factor=table.month_factor,
    )


def _check_thinking(read: Mapping[Any, Any], written: Mapping[str, Any], path: Path, faults: Faults) -> None:
    """With a time to think the number of users is all that is wanted."""
    for key in ("requests_per_s", "requests_per_user_per_s"):
        if key in read:
            faults.add(
                (*path, key),
                "with think_s, users ask again when they are answered; remove it, or think_s",
                written[key],
            )
    if "users" not in read:
        faults.add((*path, "users"), "missing; expected how many users there are, beside think_s")


def read_classes(raw: Any, faults: Faults) -> dict[str, RequestClass]:
    """The classes of requests by name; one if the file names none."""
    if raw is None:
        return {_ONLY_CLASS: RequestClass(name=_ONLY_CLASS)}
    classes: dict[str, RequestClass] = {}
    shares: dict[str, Decimal] = {}
    for name, each in read_named(raw, ("classes",), faults).items():
        path: Path = ("classes", name)
        table = read_table(ClassTable, each, path, faults)
        share, rate = table.share, table.per_s
        if share is not None and rate is not None:
            faults.add((*path, "per_s"), "expected either share or per_s", rate)
        if share is None and rate is None:
            share = Decimal(1)
            if len(raw) > 1 and not faults.below(path):
                faults.add((*path, "share"), "missing; with several classes, expected share or per_s")
        in_contract = table.in_contract is not False
        if in_contract and share is not None:
            shares[name] = share
        classes[name] = RequestClass(
            name=name,
            share=None if share is None else float(share),
            per_s=None if rate is None else float(rate),
            in_contract=in_contract,
            percentiles=_percentiles(table, path, faults),
            availability=_scaled(table.availability_percent, "0.01"),
        )
    if not faults.below(("classes",)):
        _check_classes(classes, shares, faults)
    return classes


def _check_classes(
    classes: Mapping[str, RequestClass],
    shares: Mapping[str, Decimal],
    faults: Faults,
) -> None:
    """The classes of the contract make up the whole load, and there is something to keep it for."""
    total = sum(shares.values(), Decimal(0))
    if shares and abs(total - 1) > _TOLERANCE:
        terms = " + ".join(f"{name} {share}" for name, share in shares.items())
        faults.add(
            ("classes",), f"the shares of the contract's classes add up to {total} ({terms}); expected 1"
        )
    if not any(each.in_contract and each.rate(1.0) > 0 for each in classes.values()):
        faults.add(("classes",), "no request is in the contract; expected a class in it with a rate above 0")


def _scaled(value: Decimal | None, factor: str) -> float | None:
    return None if value is None else float(value * Decimal(factor))
