"""Who goes where next: a substochastic matrix that checks itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.load.arrays import ArrayRecord, FloatArray
from queuecalc.network.components import IntArray, traps
from queuecalc.network.named import nearest

__all__ = ["IntArray", "Routing"]

_ROUNDING = 1e-12  # a row may miss 1 by so much and still keep everybody, or exceed it
_SHOWN = 6  # closed sets named in a message


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Routing(ArrayRecord):
    """P[i, j]: the probability that who leaves station i goes to station j next; who goes nowhere leaves.

    Kept as a list of edges, ordered by station, so that a thousand stations are no burden. What a row lacks to 1 is
    the probability to leave.

    Attributes:
        names: of the stations; rows and columns in this order.
        source: number of the station that each edge leaves.
        target: number of the station that it leads to.
        probability: of each edge, > 0.
        exit: probability to leave the network after each station.

    Raises:
        InvalidInput: a station twice, an edge outside the stations, a probability outside [0, 1], a row that adds to
            more than 1, stations that nobody can leave for good.
    """

    names: tuple[str, ...]
    source: IntArray
    target: IntArray
    probability: FloatArray
    exit: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        n = len(self.names)
        if n == 0:
            raise InvalidInput("a network needs at least one station")
        if len(set(self.names)) != n:
            twice = next(name for k, name in enumerate(self.names) if name in self.names[:k])
            raise InvalidInput(f"station {twice!r} is named twice")
        bad = ~((self.probability >= 0) & (self.probability <= 1 + _ROUNDING))
        if bad.any():
            k = int(bad.argmax())
            raise InvalidInput(
                f"routing from {self._from(k)} to {self.names[self.target[k]]!r} must be a probability in [0, 1], "
                f"got {float(self.probability[k])!r}"
            )
        place = self.source * n + self.target
        kept: Any = np.argsort(place, kind="stable") if (np.diff(place) < 0).any() else slice(None)
        if (self.probability == 0).any():
            kept = np.arange(place.size)[kept]
            kept = kept[self.probability[kept] > 0]
        for name in ("source", "target", "probability"):
            array = getattr(self, name)[kept]
            object.__setattr__(self, name, np.minimum(array, 1.0) if name == "probability" else array)
        total = np.bincount(self.source, weights=self.probability, minlength=n)
        if (total > 1 + _ROUNDING).any():
            k = int(total.argmax())
            raise InvalidInput(
                f"routing from {self.names[k]!r}: probabilities add up to {total[k]:.12g}, more than 1; "
                "lower them (a call made more than once belongs to an architecture, not to a routing)"
            )
        leaves = np.where(np.abs(total - 1.0) <= _ROUNDING, 0.0, 1.0 - total)
        object.__setattr__(self, "exit", leaves)
        ArrayRecord.__post_init__(self)
        self._refuse_traps()

    # ------------------------------------------------------------------ how it is given
    @classmethod
    def of(cls, names: tuple[str, ...], given: object) -> Routing:
        """From {name: {name: probability}}, a square matrix (numpy, nested lists, scipy.sparse) or a Routing."""
        if isinstance(given, Routing):
            if given.names != names:
                raise InvalidInput("the routing names other stations than the network")
            return given
        if isinstance(given, Mapping):
            return cls._of_mapping(names, given)
        if hasattr(given, "tocoo"):
            return cls._of_sparse(names, given)
        return cls._of_matrix(names, given)

    @classmethod
    def _of_mapping(cls, names: tuple[str, ...], given: Mapping[Any, Any]) -> Routing:
        number = {name: k for k, name in enumerate(names)}
        source, target, probability = [], [], []
        for name, row in given.items():
            if name not in number:
                raise InvalidInput(f"routing from {name!r}: no such station{nearest(str(name), names)}")
            if not isinstance(row, Mapping):
                raise InvalidInput(
                    f"routing from {name!r} must be a mapping of names to probabilities, got {row!r}"
                )
            for to, share in row.items():
                if to not in number:
                    raise InvalidInput(
                        f"routing from {name!r} to {to!r}: no such station{nearest(str(to), names)}"
                    )
                source.append(number[name])
                target.append(number[to])
                probability.append(_number(name, to, share))
        return cls(
            names, np.array(source, np.intp), np.array(target, np.intp), np.array(probability, np.float64)
        )

    @classmethod
    def _of_matrix(cls, names: tuple[str, ...], given: Any) -> Routing:
        try:
            matrix = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"a routing matrix must hold numbers: {error}") from error
        _check_square(names, matrix.shape)
        source, target = np.nonzero(matrix != 0)
        return cls(names, source, target, matrix[source, target])

    @classmethod
    def _of_sparse(cls, names: tuple[str, ...], given: Any) -> Routing:
        _check_square(names, given.shape)
        matrix = given.tocsr().tocoo()  # adds up what is given twice
        return cls(
            names,
            matrix.row.astype(np.intp),
            matrix.col.astype(np.intp),
            np.asarray(matrix.data, dtype=np.float64),
        )

    # ------------------------------------------------------------------ what it says
    def row(self, station: int) -> tuple[IntArray, FloatArray]:
        """Targets and probabilities of one station."""
        start, end = np.searchsorted(self.source, [station, station + 1])
        return self.target[start:end], self.probability[start:end]

    def after(self, values: Any) -> Any:
        """P x: for each station the expected value of x at the next one; x of shape (n, ...)."""
        result = np.zeros(np.shape(values), dtype=np.result_type(values, np.float64))
        weight = self.probability.reshape((-1,) + (1,) * (result.ndim - 1))
        np.add.at(result, self.source, weight * values[self.target])
        return result

    def as_mapping(self) -> dict[str, dict[str, float]]:
        """{name: {name: probability}}, without the rows that are empty."""
        rows: dict[str, dict[str, float]] = {}
        for i, j, p in zip(
            self.source.tolist(), self.target.tolist(), self.probability.tolist(), strict=True
        ):
            rows.setdefault(self.names[i], {})[self.names[j]] = p
        return rows

    def __repr__(self) -> str:
        return f"Routing.of({self.names!r}, {self.as_mapping()!r})"

    # ------------------------------------------------------------------ checks
    def _from(self, edge: int) -> str:
        return repr(self.names[self.source[edge]])

    def _refuse_traps(self) -> None:
        """Everybody can leave: from every station some path leads out."""
        if (self.exit > 0).all():
            return
        found = traps(len(self.names), self.source, self.target, self.exit > 0)
        if found:
            sets = ["; ".join(", ".join(repr(self.names[k]) for k in each) for each in found[:_SHOWN])]
            more = f"; and {len(found) - _SHOWN} more such sets" if len(found) > _SHOWN else ""
            several = len(found) > 1 or len(found[0]) > 1
            raise InvalidInput(
                f"nobody who comes to {sets[0]}{more} can ever leave: the routing probabilities of "
                f"{'these stations keep' if several else 'this station keep'} everybody inside; lower one of "
                "them, what a row lacks to 1 leaves the network"
            )


def _number(name: str, to: str, share: object) -> float:
    try:
        return float(share)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InvalidInput(f"routing from {name!r} to {to!r} must be a probability, got {share!r}") from None


def _check_square(names: tuple[str, ...], shape: tuple[int, ...]) -> None:
    n = len(names)
    if shape != (n, n):
        raise InvalidInput(f"the routing matrix of {n} stations must have shape ({n}, {n}), got {shape}")
