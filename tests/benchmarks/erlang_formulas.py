"""Erlang C for a million pairs, against the one incomplete gamma function that it cannot do without."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import special

import queuecalc as qc

from .measuring import Row, interleaved

__all__ = ["pairs", "rows"]

COUNT = 1_000_000


def pairs(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Servers from 1 to 1,000 and offered loads below them."""
    draw = np.random.default_rng(1)
    servers = draw.integers(1, 1001, count).astype(float)
    return servers, servers * draw.uniform(0.05, 0.999, count)


def rows() -> Iterator[Row]:
    """The delay probability of M/M/c."""
    servers, load = pairs(COUNT)
    times = interleaved(
        {
            "gamma": lambda: special.gammaincc(servers, load),
            "erlang": lambda: qc.MMc(arrival_rate=load, service_rate=1.0, servers=servers).delay_probability,
        },
        repeats=7,
    )
    yield Row(f"Erlang C, {COUNT:,} pairs", times["erlang"], "gammaincc", times["gamma"], most_ratio=3.0)
