"""The theorems that stations rest on, beside those of `evidence.STATEMENTS`."""

from __future__ import annotations

from queuecalc.evidence import STATEMENTS, Evidence, Statement

__all__ = ["FINITE_EXPONENTIAL", "FINITE_ROOM", "INFINITE_SERVERS", "KIMURA", "MARKOVIAN", "SINGLE_SERVER"]

MARKOVIAN = STATEMENTS["erlang-c"]

SINGLE_SERVER = STATEMENTS["pollaczek-khinchine"]

KIMURA = STATEMENTS["kimura"]

INFINITE_SERVERS = Statement(
    "infinite-servers",
    Evidence.EXACT,
    "nobody waits; the number in the system is Poisson, whatever the service law",
    "Palm 1943; Takacs 1962, chapter 3",
)

FINITE_EXPONENTIAL = Statement(
    "finite-exponential",
    Evidence.EXACT,
    "birth and death up to K customers; arrivals see time averages",
    "Erlang 1917; Kleinrock 1975, sections 3.6 and 3.8",
)

FINITE_ROOM = Statement(
    "finite-room",
    Evidence.APPROXIMATE,
    "M/G/c/K: states in proportion to those of M/G/c, Kimura's M/G/c; by simulation (SCV 0 to 4, 2 to 8 servers) the "
    "blocking probability is within 20 % at rho >= 0.9 (3 % on average) and within 40 % at rho 0.6 (7 %), further off "
    "for heavy tails; with one server it is exact",
    "Miyazawa 1986; Tijms 2003, section 9.8; Kimura 1986",
)
