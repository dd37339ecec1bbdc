"""How often a customer of a closed network comes to each station in a cycle, from where it goes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.law.parameter import nonnegative
from queuecalc.load.arrays import FloatArray
from queuecalc.network.components import strong_labels
from queuecalc.network.named import nearest

__all__ = ["checked_visits", "routed_visits"]

_ROUNDING = 1e-12


def checked_visits(names: Sequence[str], given: object, place: str) -> dict[str, float]:
    """Visits as they are given: names that exist, finite numbers >= 0, at least one above 0."""
    if not isinstance(given, Mapping):
        raise InvalidInput(f"{place} must be a mapping of stations to visits, got {given!r}")
    found = dict.fromkeys(names, 0.0)
    for name, each in given.items():
        if name not in found:
            raise InvalidInput(f"{place}[{name!r}]: no such station{nearest(str(name), names)}")
        number = nonnegative("ClosedNetwork", f"{place}[{name!r}]", each)
        if np.ndim(number):
            raise InvalidInput(f"{place}[{name!r}] must be one number, got an array")
        found[name] = float(number)
    if not any(found.values()):
        raise InvalidInput(f"{place}: no station is visited; at least one must be above 0")
    return found


def routed_visits(
    names: Sequence[str], routing: object, reference: str | None, place: str, *, all_of_them: bool
) -> dict[str, float]:
    """Visits between two visits to the reference station: v = v P with v = 1 there.

    Args:
        names: of the stations.
        routing: {name: {name: probability}}, or a square matrix in the order of the names.
        reference: where a cycle begins; None for the first station that the routing names.
        place: of the routing, for messages.
        all_of_them: whether every station must be on the way (one class), or those that the routing names.

    Raises:
        InvalidInput: not a routing, a row that does not add up to 1, stations that cannot all reach each other.
    """
    matrix = _matrix(names, routing, place)
    touched = (matrix.sum(axis=0) > 0.0) | (matrix.sum(axis=1) > 0.0)
    if all_of_them and not touched.all():
        lost = names[int(np.argmin(touched))]
        raise InvalidInput(f"{place}: nobody comes to {lost!r}, leave the station out or lead a way there")
    where = np.flatnonzero(touched)
    for k in where.tolist():
        total = float(matrix[k].sum())
        if abs(total - 1.0) > _ROUNDING * len(names):
            raise InvalidInput(
                f"{place} from {names[k]!r}: probabilities add up to {total:.12g}; expected 1, for nobody enters or "
                "leaves a closed network"
            )
    _check_one_piece(names, matrix, where, place)
    first = names[int(where[0])] if reference is None else reference
    if first not in names or not touched[list(names).index(first)]:
        raise InvalidInput(f"reference = {reference!r}: no such station on the way{nearest(first, names)}")
    start = int(np.flatnonzero(where == list(names).index(first))[0])
    found = np.zeros(len(names))
    found[where] = _stationary(matrix[np.ix_(where, where)], start)
    return dict(zip(names, found.tolist(), strict=True))


def _matrix(names: Sequence[str], routing: object, place: str) -> FloatArray:
    n = len(names)
    if not isinstance(routing, Mapping):
        try:
            matrix = np.array(routing, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"{place} must be a mapping or a square matrix of numbers: {error}") from None
        if matrix.shape != (n, n):
            raise InvalidInput(f"{place} of {n} stations must have shape ({n}, {n}), got {matrix.shape}")
    else:
        matrix, number = np.zeros((n, n)), {name: k for k, name in enumerate(names)}
        for name, row in routing.items():
            if not isinstance(row, Mapping):
                raise InvalidInput(
                    f"{place} from {name!r} must be a mapping of names to probabilities, got {row!r}"
                )
            for to, share in row.items():
                for each in (name, to):
                    if each not in number:
                        raise InvalidInput(f"{place}: no such station {each!r}{nearest(str(each), names)}")
                matrix[number[name], number[to]] = _share(place, name, to, share)
    if not np.all((matrix >= 0.0) & (matrix <= 1.0 + _ROUNDING)):
        i, j = np.argwhere(~((matrix >= 0.0) & (matrix <= 1.0 + _ROUNDING)))[0].tolist()
        raise InvalidInput(
            f"{place} from {names[i]!r} to {names[j]!r} must be a probability in [0, 1], got {float(matrix[i, j])!r}"
        )
    return matrix


def _share(place: str, name: str, to: str, share: Any) -> float:
    if isinstance(share, bool | str):
        raise InvalidInput(f"{place} from {name!r} to {to!r} must be a probability, got {share!r}")
    try:
        return float(share)
    except (TypeError, ValueError):
        raise InvalidInput(f"{place} from {name!r} to {to!r} must be a probability, got {share!r}") from None


def _check_one_piece(names: Sequence[str], matrix: FloatArray, where: Any, place: str) -> None:
    """Every station can be reached from every other; else the chain has places that it never comes back to."""
    source, target = np.nonzero(matrix)
    label = strong_labels(len(names), source, target)
    if len(set(label[where].tolist())) == 1:
        return
    leaves = set(label[source[label[source] != label[target]]].tolist())
    closed = sorted(set(label[where].tolist()) - leaves)
    sets = [", ".join(repr(names[k]) for k in where.tolist() if label[k] == each) for each in closed]
    if len(closed) > 1:
        raise InvalidInput(
            f"{place} falls into separate parts ({'; '.join(sets)}): who is in one never comes to another; "
            "solve them as networks of their own, or as classes"
        )
    raise InvalidInput(
        f"{place}: who comes to {sets[0]} stays there for ever, the other stations stand empty in the long run; "
        "lead a way back, or leave the others out"
    )


def _stationary(matrix: FloatArray, start: int) -> FloatArray:
    """v = v P with v[start] = 1, by elimination without subtractions (Grassmann, Taksar & Heyman 1985)."""
    n = matrix.shape[0]
    order = [start, *(k for k in range(n) if k != start)]
    P = np.array(matrix[np.ix_(order, order)])
    leaving = np.empty(n)
    for k in range(n - 1, 0, -1):
        leaving[k] = P[k, :k].sum()
        P[:k, :k] += np.outer(P[:k, k] / leaving[k], P[k, :k])
    v = np.ones(n)
    for k in range(1, n):
        v[k] = v[:k] @ P[:k, k] / leaving[k]
    found = np.empty(n)
    found[order] = v
    return found
