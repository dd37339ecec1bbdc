"""Makes markovian_tables.json: what stations of Markovian type are held against, to 30 digits.

Run from the top of the repository: python tests/tables/make_markovian_tables.py (a minute).

Every argument is the exact value of the double given; 50 digits and more inside. Erlang's formula with a real number
of servers by the incomplete gamma function.
"""

from __future__ import annotations

import json
import pathlib
from typing import Any

import mpmath as mp

mp.mp.dps = 60
HERE = pathlib.Path(__file__).parent
DIGITS = 30


def text(value: Any) -> str:
    return str(mp.nstr(value, DIGITS))


def loss(c: Any, a: Any) -> Any:
    """Erlang B: a^c exp(-a) / Gamma(c + 1, a); above capacity 1 / B = 1 + c/a + c (c - 1)/a^2 + ..., to its end."""
    if a > c > 100:
        total, term, left = mp.mpf(0), mp.mpf(1), c
        while left > 1 and term > mp.mpf(10) ** -60 * total:
            total, term, left = total + term, term * left / a, left - 1
        return 1 / (total + term / loss(left, a)) if left <= 1 else 1 / total
    return mp.exp(c * mp.log(a) - a - mp.loggamma(c + 1)) / mp.gammainc(c + 1, a, regularized=True)


def erlang_rows() -> list[dict[str, Any]]:
    rows = []
    for c in (1e-3, 0.5, 1.0, 1.5, 7.25, 15.9, 16.1, 100.5, 1000.0, 12345.6, 1e5, 999999.5, 1e6):
        for rho in (1e-4, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0, 1.0001, 1.004, 1.05, 2.0, 1e3):
            a = rho * c
            b = loss(mp.mpf(c), mp.mpf(a))
            if b > mp.mpf(10) ** -290:
                row = {"servers": c, "offered_load": a, "loss": text(b)}
                if a < c:
                    row["delay"] = text(b / (1 - mp.mpf(a) / c * (1 - b)))
                rows.append(row)
    return rows


def main() -> None:
    tables = {"erlang": erlang_rows()}
    (HERE / "markovian_tables.json").write_text(json.dumps(tables, indent=1) + "\n")


if __name__ == "__main__":
    main()
