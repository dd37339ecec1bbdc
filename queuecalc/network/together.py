"""The laws of many stations, asked together: one call for all that are M/M/c instead of one each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.station.mmc_sojourn import MMcSojourn

__all__ = ["Together"]


class Together:
    """Laws along a first axis.

    Attributes:
        laws: one a station.
        shape: the batch shape that all broadcast to.
    """

    def __init__(self, laws: Sequence[Law]) -> None:
        """Of one law a station."""
        self.laws = tuple(laws)
        self.shape = np.broadcast_shapes(*(law.shape for law in self.laws))
        plain = [k for k, law in enumerate(self.laws) if isinstance(law, MMcSojourn) and law.shape == ()]
        self._plain = np.array(plain if len(plain) > 1 else [], dtype=np.intp)
        self._others = sorted(set(range(len(self.laws))) - set(self._plain.tolist()))
        chosen: list[Any] = [self.laws[k] for k in self._plain.tolist()]
        self._figures = [
            np.array([getattr(law, name) for law in chosen]) for name in ("service_rate", "delay", "relief")
        ]

    def __len__(self) -> int:
        return len(self.laws)

    def _group(self, rank: int) -> Law:
        column = (-1,) + (1,) * rank
        return MMcSojourn(*(figure.reshape(column) for figure in self._figures))

    def asked(self, function: str, s: Any) -> Any:
        """One transform of all of them, shape (n, *shape of s against the batch)."""
        s = np.asarray(s)
        full = np.broadcast_shapes(s.shape, self.shape)
        values = np.empty((len(self.laws), *full), dtype=np.result_type(s.dtype, np.float64))
        if self._plain.size:
            values[self._plain] = getattr(self._group(len(full)), function)(np.broadcast_to(s, full))
        for k in self._others:
            values[k] = getattr(self.laws[k], function)(s)
        return values

    def figure(self, name: str) -> Any:
        """A number of each law (mean, var, abscissa), shape (n, *batch)."""
        values = np.empty((len(self.laws), *self.shape))
        if self._plain.size:
            values[self._plain] = np.broadcast_to(
                getattr(self._group(len(self.shape)), name), (self._plain.size, *self.shape)
            )
        for k in self._others:
            values[k] = getattr(self.laws[k], name)
        return values

    def chosen(self, stations: Any) -> Together:
        """Those of some stations."""
        return Together([self.laws[k] for k in np.asarray(stations).tolist()])
