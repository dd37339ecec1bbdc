"""What stands behind the numbers of one station."""

from __future__ import annotations

from queuecalc.evidence.labels import Evidence, Statement

__all__ = ["STATIONS"]

STATIONS: tuple[Statement, ...] = (
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
        "square-root-staffing",
        Evidence.APPROXIMATE,
        "many servers: a + beta sqrt(a) of them, rounded up, let a given share wait; at 400 random points "
        "(1 to 30,000 erlang, 0.1 to 80 % waiting) never more than Erlang C asks for, at most two fewer",
        "Halfin & Whitt 1981, proposition 1",
    ),
    Statement(
        "kimura",
        Evidence.APPROXIMATE,
        "M/G/c: Erlang-C delay probability, Kimura's mean wait, compound-geometric conditional wait; by simulation "
        "the p95 of the sojourn is within 4.5 % for SCV 0 to 4; the mean wait falls short where service varies much: "
        "against the exact chain of M/H2/10 at rho 0.8 by 2 % for SCV 4, 16 % for 9 and 33 % for 16, of M/H2/8 by 64 % "
        "for SCV 50",
        "Kimura 1986, eq. (10)",
    ),
    Statement(
        "infinite-servers",
        Evidence.EXACT,
        "nobody waits; the number in the system is Poisson, whatever the service law",
        "Palm 1943; Takacs 1962, chapter 3",
    ),
    Statement(
        "finite-exponential",
        Evidence.EXACT,
        "birth and death up to K customers; arrivals see time averages",
        "Erlang 1917; Kleinrock 1975, sections 3.6 and 3.8",
    ),
    Statement(
        "finite-room",
        Evidence.APPROXIMATE,
        "M/G/c/K: states in proportion to those of M/G/c, Kimura's M/G/c; by simulation (SCV 0 to 4, 2 to 8 servers) "
        "the blocking probability is within 20 % at rho >= 0.9 (3 % on average) and within 40 % at rho 0.6 (7 %), "
        "further off for heavy tails; with one server it is exact, laws included, for up to 400 places",
        "Miyazawa 1986; Tijms 2003, section 9.8; Kimura 1986",
    ),
    Statement(
        "renewal-arrivals",
        Evidence.EXACT,
        "G/M/c: the states that arrivals see are geometric from c - 1 on, the wait of who waits is exponential",
        "Takacs 1962, chapter 2, theorem 3; Kleinrock 1975, eqs. (6.20) to (6.30)",
    ),
    Statement(
        "erlang-b",
        Evidence.EXACT,
        "who finds all servers busy is lost; the loss does not depend on the service law",
        "Erlang 1917; Kleinrock 1975, eq. (3.43); Sevast'yanov 1957",
    ),
    Statement(
        "erlang-a",
        Evidence.EXACT,
        "birth and death with departures of the impatient; the wait is a ratio of incomplete gamma functions",
        "Palm 1957; Baccelli & Hebuterne 1981; Mandelbaum & Zeltyn 2007, section 3",
    ),
    Statement(
        "constant-service",
        Evidence.EXACT,
        "M/D/c: the queue at multiples of the service time is a random walk; its states by Spitzer's identity",
        "Crommelin 1932; Spitzer 1956, eq. (3.4); Franx 2001, eq. (8)",
    ),
    Statement(
        "priorities",
        Evidence.EXACT,
        "M/G/1 with classes: the work in front of a customer, prolonged by arrivals of higher classes",
        "Cobham 1954; Takacs 1964; Kleinrock 1976, eqs. (3.30) and (3.38)",
    ),
    Statement(
        "two-moments",
        Evidence.APPROXIMATE,
        "G/G/c from two moments of both laws; by simulation (gamma laws of SCV 0 to 4, c = 1 to 10, rho 0.5 to 0.95) "
        "the mean wait is within 30 % in nine cases of ten for one server (8 % on average, 4 % at rho >= 0.9), within "
        "44 % for several (13 %, 5 %), at worst 51 % and 96 % off; the p95 of the wait is off by up to 25 % of "
        'itself and a service; the mean by "kingman" is an upper bound',
        "Kingman 1962, 1970; Kraemer & Langenbach-Belz 1976; Whitt 1983 and 1993, eqs. (2.16) to (2.25)",
    ),
    Statement(
        "processor-sharing",
        Evidence.EXACT,
        "a server shared equally: the number there is geometric and means depend on the mean service alone; the law of "
        "the sojourn for exponential service",
        "Coffman, Muntz & Trotter 1970; Sakata, Noguchi & Oizumi 1971; Morrison 1985",
    ),
    Statement(
        "batch-arrivals",
        Evidence.EXACT,
        "a batch is one customer of M/G/1; inside it, a customer waits for those of it that are ahead",
        "Burke 1975; Chaudhry & Templeton 1983, sections 3.1 and 3.3",
    ),
    Statement(
        "vacations",
        Evidence.EXACT,
        "multiple vacations: the wait of M/G/1 plus an independent excess of a vacation",
        "Fuhrmann & Cooper 1985; Doshi 1986, eq. (2.8)",
    ),
    Statement(
        "breakdowns",
        Evidence.EXACT,
        "exponential times to failure, preemptive resume: M/G/1 with the service lengthened by its repairs, plus "
        "what is left of a repair that began while nobody was there",
        "White & Christie 1958; Avi-Itzhak & Naor 1963, models A and B; Fuhrmann & Cooper 1985",
    ),
    Statement(
        "engset",
        Evidence.EXACT,
        "a limited number of sources, no place to wait; arrivals see the station without their own source",
        "Engset 1918; Kleinrock 1975, section 3.10",
    ),
    Statement(
        "finite-sources",
        Evidence.EXACT,
        "birth and death with a limited number of sources; arrivals see the station without their own source",
        "Palm 1947; Kleinrock 1975, section 3.8; Lavenberg & Reiser 1980; Sevcik & Mitrani 1981",
    ),
    Statement(
        "unequal-servers",
        Evidence.EXACT,
        "the chain of busy servers, and a geometric line behind it; the wait is exponential if there is one",
        "Gumbel 1960; Singh 1970",
    ),
    Statement(
        "load-dependent",
        Evidence.EXACT,
        "birth and death with a rate for every state; laws in order of arrival, from the chain of one customer",
        "Kleinrock 1975, eqs. (3.11) and (3.12); Jensen 1953",
    ),
)
