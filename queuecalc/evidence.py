"""How far a number can be trusted: exact, a bound, or approximate; by which theorem, from which paper.

One registry that results and docstrings read. A result that is made of parts carries the weakest label of its parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["STATEMENTS", "Evidence", "Statement", "weakest"]


class Evidence(StrEnum):
    """The label of a result, from strongest to weakest."""

    EXACT = "exact"
    BOUND = "bound"
    APPROXIMATE = "approximate"

    @property
    def rank(self) -> int:
        """0 for exact, 1 for a bound, 2 for approximate."""
        return list(Evidence).index(self)


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that stands behind a number.

    Attributes:
        key: its name in `STATEMENTS`.
        evidence: exact, bound or approximate.
        sentence: what it says, with the measured error where it is approximate.
        paper: author, year and equation or theorem.
    """

    key: str
    evidence: Evidence
    sentence: str
    paper: str


def _registry(*statements: Statement) -> dict[str, Statement]:
    return {statement.key: statement for statement in statements}


STATEMENTS: dict[str, Statement] = _registry(
    Statement(
        "erlang-c",
        Evidence.EXACT,
        "delay probability and exponential wait of M/M/c",
        "Erlang 1917; Kleinrock 1975, eq. (3.40)",
    ),
    Statement(
        "pollaczek-khinchine",
        Evidence.EXACT,
        "waiting-time transform of M/G/1",
        "Pollaczek 1930, Khinchine 1932; Kleinrock 1975, eq. (5.105)",
    ),
    Statement(
        "jackson",
        Evidence.EXACT,
        "product form of open networks of exponential FCFS stations",
        "Jackson 1957, theorem 1",
    ),
    Statement(
        "tandem-sojourn",
        Evidence.EXACT,
        "sojourns along an overtake-free path are independent",
        "Reich 1957; Burke 1968; Walrand & Varaiya 1980",
    ),
    Statement(
        "independent-sojourns",
        Evidence.APPROXIMATE,
        "sojourns at the stations of a request are taken as independent",
        "Whitt 1984; by simulation within 0.6 % at p95 on the shipped scenario, up to 8 % low at p99 for requests that "
        "visit one station several times in a row",
    ),
    Statement(
        "poisson-arrivals",
        Evidence.APPROXIMATE,
        "arrivals at every station are taken as Poisson though an upstream service law is not exponential",
        "Whitt 1983 (QNA), section 4; by simulation within 5 % at p95 below rho 0.85, 4 to 17 % low where several "
        "messages are handed off at once",
    ),
    Statement(
        "kimura",
        Evidence.APPROXIMATE,
        "M/G/c: Erlang-C delay probability, Kimura's mean wait, compound-geometric conditional wait",
        "Kimura 1986, eq. (10)",
    ),
    Statement(
        "revisits",
        Evidence.APPROXIMATE,
        "visits of one request to one station share a lognormal factor whose variance is that of the correlated "
        "waits; by simulation p95 within 4 % and p99 within 5 % up to ten visits",
        "Cohen 1982, III.7.3 (relaxation time)",
    ),
    Statement(
        "pointwise-stationary",
        Evidence.APPROXIMATE,
        "each slot is judged by the steady state of its own rate",
        "Green & Kolesar 1991, eq. (2)",
    ),
    Statement(
        "fluid",
        Evidence.APPROXIMATE,
        "backlogs follow the fluid limit; random fluctuation around it is left out",
        "Newell 1982, chapter 2",
    ),
)


def weakest(labels: Iterable[Evidence]) -> Evidence:
    """The weakest of some labels; exact when there is none."""
    return max(labels, key=lambda label: label.rank, default=Evidence.EXACT)
