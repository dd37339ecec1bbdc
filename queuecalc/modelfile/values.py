"""The values that are particular to one key: counts, service times, percentiles, endpoints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scipy.special import ndtri

from queuecalc.architecture import NOBODY, USERS, Endpoint
from queuecalc.modelfile.curves import load_schema
from queuecalc.modelfile.faults import NAME
from queuecalc.modelfile.laws import law_names
from queuecalc.modelfile.words import (
    NAME_PHRASE,
    Refused,
    Word,
    choice,
    number,
    table,
    text,
    whole,
    word_list,
)

__all__ = [
    "CALLERS",
    "COUNT",
    "DROPS",
    "FORMAT",
    "LAW",
    "LOAD",
    "NAME_WORD",
    "PERCENTILE",
    "SCV",
    "SERVERS",
    "SERVICE",
    "SERVICE_MS",
    "SOURCES",
    "STATION_SERVICE",
    "TABLES",
    "TAKERS",
    "WAITS",
    "percentile_level",
]

_LARGEST_SIGMA = 4.0  # of the logarithm: an SCV of 9e6
PERCENTILE = re.compile(r"p(\d{1,6})(?:_(\d{1,9}))?_ms")

_NAME = NAME_WORD = text(NAME_PHRASE, pattern=NAME)
_MILLISECONDS = number("milliseconds above 0", above=0)
_UNITS = whole("a whole number of at least 0", least=0)
_SERVERS = whole("a whole number of at least 1", least=1)


def percentile_level(key: str) -> Decimal | None:
    """99.9 % as 0.999 for the key p99_9_ms; None for a key that names no percentile."""
    match = PERCENTILE.fullmatch(key)
    return Decimal(f"{match[1]}.{match[2] or 0}") / 100 if match else None


def _as_it_is(value: Any) -> Any:
    return value


def _table(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError
    return value


def _format(value: Any) -> int:
    if type(value) is not int or value != 1:
        raise ValueError
    return 1


def _count(value: Any) -> tuple[int, int]:
    if not isinstance(value, list):
        units = _UNITS.read(value)
        return units, units
    if len(value) != 2:
        raise ValueError
    least, most = (_UNITS.read(each) for each in value)
    if least > most:
        raise ValueError("expected [least, most] with least not above most")
    return least, most


def _servers(value: Any) -> int | None:
    return None if value == "unlimited" else _SERVERS.read(value)


def _service_ms(value: Any) -> dict[str, Decimal]:
    if isinstance(value, Mapping):
        return _OPERATIONS.checked(value)  # type: ignore[no-any-return]
    return {"": _MILLISECONDS.read(value)}


def _service(value: Any) -> dict[str, dict[str, Decimal]]:
    if not isinstance(value, Mapping) or not value:
        raise ValueError
    if all(isinstance(each, Mapping) for each in value.values()):
        return _OPERATION_PERCENTILES.checked(value)  # type: ignore[no-any-return]
    return {"": _PERCENTILES.checked(value)}


def _station_service(value: Any) -> dict[str, Any]:
    """Two percentiles, or `mean_ms` with `scv` or `shape` and `law` as one likes."""
    if not isinstance(value, Mapping) or not value:
        raise ValueError
    if any(str(key).startswith("p") for key in value) and "mean_ms" not in value:
        return _PERCENTILES.checked(value)  # type: ignore[no-any-return]
    kept: dict[str, Any] = {}
    faults: list[tuple[tuple[str | int, ...], Any, str]] = []
    for key, each in value.items():
        if key not in _PARTS:
            faults.append(((key,), each, f"unknown key; expected {', '.join(_PARTS)}, or two percentiles"))
            continue
        try:
            kept[key] = _PARTS[key].checked(each)
        except Refused as refused:
            faults += [((key, *path), found, said) for path, found, said in refused.faults]
    if "mean_ms" not in value:
        faults.append(((), value, "mean_ms is missing; expected the mean, or two percentiles instead"))
    if faults:
        raise Refused(*faults)
    return kept


def _percentile_key(value: Any) -> str:
    level = percentile_level(str(value))
    if level is None or not 0 < level < 1:
        raise ValueError
    return str(value)


def _two_percentiles(value: Any) -> dict[str, Decimal]:
    if not isinstance(value, Mapping) or len(value) != 2:
        raise ValueError
    times: dict[str, Decimal] = _PERCENTILE_TIMES.checked(value)
    (low, first), (high, second) = sorted(
        (percentile_level(key) or Decimal(0), time) for key, time in times.items()
    )
    if not (low < high and first < second):
        raise ValueError("expected two different percentiles, the higher with the longer time")
    sigma = float((second / first).ln()) / float(ndtri(float(high)) - ndtri(float(low)))
    if sigma > _LARGEST_SIGMA:
        raise ValueError("expected percentiles closer together in time: no service varies so much")
    return times


def _waits(value: Any) -> str:
    if value not in ("async", "held"):
        raise ValueError
    return str(value)


def _endpoint(value: Any) -> Endpoint:
    if not isinstance(value, str):
        raise ValueError
    component, dot, operation = value.partition(".")
    if not NAME.fullmatch(component) or (dot and not NAME.fullmatch(operation)):
        raise ValueError
    return Endpoint(component, operation)


def _caller(value: Any) -> Endpoint:
    endpoint = _endpoint(value)
    if endpoint.component == NOBODY:
        raise ValueError('expected a caller; "nobody" only stands at the end of `to`')
    if endpoint.component == USERS and endpoint.operation:
        raise ValueError('expected "users" alone; they have no operations')
    return endpoint


def _taker(value: Any) -> Endpoint:
    endpoint = _endpoint(value)
    if endpoint.component == USERS:
        raise ValueError('expected a component; "users" call and are never called')
    if endpoint.component == NOBODY and endpoint.operation:
        raise ValueError('expected "nobody" alone; it has no operations')
    return endpoint


def _takers(value: Any) -> tuple[Endpoint, ...]:
    takers: tuple[Endpoint, ...] = _TAKER_LIST.checked(value)
    seen: set[str] = set()
    for at, taker in enumerate(takers):
        if taker.component in seen:
            raise Refused(
                ((at,), str(taker), f"{taker.component} stands earlier in the list and would take the call")
            )
        seen.add(taker.component)
    if NOBODY in seen and takers[-1].component != NOBODY:
        at = [taker.component for taker in takers].index(NOBODY)
        raise Refused(((at,), NOBODY, "expected at the end of the list; the names after it are never called"))
    return takers


_OPERATIONS = table(_NAME, _MILLISECONDS, "milliseconds, or a table of them by operation")
_PERCENTILE_TIMES = table(
    Word(
        _percentile_key,
        "a percentile such as p50_ms or p99_9_ms; a mean is service_ms, and scv beside it",
        {"pattern": f"^{PERCENTILE.pattern}$"},
    ),
    _MILLISECONDS,
    "percentiles",
)
_PERCENTILES = Word(
    _two_percentiles,
    "two percentiles such as { p50_ms = 12, p99_ms = 90 }",
    {**_PERCENTILE_TIMES.schema, "minProperties": 2, "maxProperties": 2},
)
_OPERATION_PERCENTILES = table(_NAME, _PERCENTILES, "two percentiles by operation")
_ENDPOINT_SCHEMA = {"type": "string", "pattern": rf"^{NAME.pattern}(\.{NAME.pattern})?$"}
_CALLER = Word(_caller, 'a component, "component.operation" or "users"', _ENDPOINT_SCHEMA)
_TAKER = Word(_taker, 'a component, "component.operation" or "nobody"', _ENDPOINT_SCHEMA)
_TAKER_LIST = word_list(_TAKER, f"{_TAKER.phrase}, or a list of them")

LAW = choice(*law_names())
SCV = number("a number from 0 to 1,000,000", least=0, most=1_000_000)
SHAPE = number("a number above 0", above=0)
_PARTS = {"mean_ms": _MILLISECONDS, "scv": SCV, "law": LAW, "shape": SHAPE}
STATION_SERVICE = Word(
    _station_service,
    "{ mean_ms = 50, scv = 2 } or two percentiles such as { p50_ms = 12, p99_ms = 90 }",
    {
        "anyOf": [
            dict(_PERCENTILES.schema),
            {
                "type": "object",
                "properties": {key: dict(word.schema) for key, word in _PARTS.items()},
                "required": ["mean_ms"],
                "additionalProperties": False,
            },
        ]
    },
)
LOAD = Word(_as_it_is, "a load", load_schema())
FORMAT = Word(_format, "1, the version of this format", {"const": 1})
COUNT = Word(
    _count,
    "a whole number or [least, most]",
    {
        "anyOf": [
            dict(_UNITS.schema),
            {"type": "array", "items": dict(_UNITS.schema), "minItems": 2, "maxItems": 2},
        ]
    },
)
SERVERS = Word(
    _servers,
    'a whole number of at least 1, or "unlimited"',
    {"anyOf": [dict(_SERVERS.schema), {"const": "unlimited"}]},
)
SERVICE_MS = Word(
    _service_ms, _OPERATIONS.phrase, {"anyOf": [dict(_MILLISECONDS.schema), dict(_OPERATIONS.schema)]}
)
SERVICE = Word(
    _service,
    f"{_PERCENTILES.phrase}, or a table of them by operation",
    {"anyOf": [dict(_PERCENTILES.schema), dict(_OPERATION_PERCENTILES.schema)]},
)
DROPS = table(_NAME, number("a share from 0 to 1", least=0, most=1), "a table of shares by request class")
SOURCES = table(_NAME, text("one line of text"), "a table of texts by key")
TABLES = table(_NAME, Word(_table, "a table", {"type": "object"}), "a table by component")
WAITS = Word(_waits, '"async" or "held"', {"enum": ["async", "held"]})
CALLERS = word_list(_CALLER, f"{_CALLER.phrase}, or a list of them")
TAKERS = Word(_takers, _TAKER_LIST.phrase, _TAKER_LIST.schema)
