"""What stands behind the numbers of stations put together."""

from __future__ import annotations

from queuecalc.evidence.labels import Evidence, Statement

__all__ = ["NETWORKS"]

NETWORKS: tuple[Statement, ...] = (
    Statement(
        "jackson",
        Evidence.EXACT,
        "product form of open networks of exponential FCFS stations",
        "Jackson 1957, theorem 1",
    ),
    Statement(
        "bcmp",
        Evidence.EXACT,
        "product form of open networks with several classes: in order of arrival with one exponential service, shared "
        "servers, or a server for everybody",
        "Baskett, Chandy, Muntz & Palacios 1975, theorem 2",
    ),
    Statement(
        "tandem-sojourn",
        Evidence.EXACT,
        "sojourns along an overtake-free path are independent",
        "Reich 1957; Burke 1968; Walrand & Varaiya 1980",
    ),
    Statement(
        "feedback-sojourn",
        Evidence.EXACT,
        "the whole stay in M/G/1 whose customers come back to the end of the line with a fixed probability",
        "Takacs 1963, theorems 2 and 3",
    ),
    Statement(
        "little",
        Evidence.EXACT,
        "mean number = arrival rate x mean stay, in any system that settles",
        "Little 1961; Stidham 1974",
    ),
    Statement(
        "burke",
        Evidence.EXACT,
        "departures of M/M/c are Poisson, and those before t independent of the number in the system at t",
        "Burke 1956; Reich 1957; Kelly 1979, section 2.1",
    ),
    Statement(
        "independent-units",
        Evidence.EXACT,
        "units fail and are repaired independently of each other; the number of those up is binomial",
        "Barlow & Proschan 1965, chapter 5",
    ),
    Statement(
        "independent-sojourns",
        Evidence.APPROXIMATE,
        "sojourns at the stations of a request are taken as independent",
        "Whitt 1984; by simulation within 0.6 % at p95 on the shipped scenario, up to 8 % low at p99 for requests that "
        "visit one station several times in a row",
    ),
    Statement(
        "coupled-losses",
        Evidence.APPROXIMATE,
        "joint failure states are enumerated, and what is lost upstream does not load the stations below; what is left "
        "out is bounded by its probability; arrivals behind a bounded queue are taken as Poisson: two such queues in a "
        "row lose 1 to 8 % too many against the exact Markov chain, three that fail 36.3 % for 34.9 +- 0.6 % simulated",
        "Li & Silvester 1984 (most probable states)",
    ),
    Statement(
        "poisson-arrivals",
        Evidence.APPROXIMATE,
        "arrivals at every station are taken as Poisson though an upstream service law is not exponential",
        "Whitt 1983 (QNA), section 4; by simulation within 5 % at p95 below rho 0.85, 4 to 17 % low where several "
        "messages are handed off at once",
    ),
    Statement(
        "users-in-a-round",
        Evidence.APPROXIMATE,
        "users who wait for their answers and think: at each station the rest of their round is time away of its own",
        "exact for one station with exponential service (M/M/c//N, Bunday & Scraton 1980); else by simulation of one "
        "to three stations at utilisations of 0.7 to 1 throughput within 2 % (8 users at two like stations 4 % high), "
        "means within 8 %, p95 within 8 %, for requests that come to the busiest station several times 14 % low",
    ),
    Statement(
        "held-servers",
        Evidence.APPROXIMATE,
        "the visits that hold servers are a closed population with a line in front: how many are held when a request "
        "comes decides its wait there and at the callees",
        "Avi-Itzhak & Heyman 1973; Rolia & Sevcik 1995 (method of layers); exact for one held server and where callees "
        "make nobody wait; by simulation of 60 random models p95 within 0.3 % in the median, 2 % for nine in ten, 6 % "
        "at worst; of 200 others one in thirty more than 5 % off, 11 % at worst (callees of SCV 2, nearly full); "
        "with calls at once below p95 within 5 % in 12 models",
    ),
    Statement(
        "revisits",
        Evidence.APPROXIMATE,
        "visits of one request to one station share a lognormal factor whose variance is that of the correlated "
        "waits; by simulation p95 within 4 % and p99 within 5 % up to ten visits",
        "Cohen 1982, III.7.3 (relaxation time)",
    ),
    Statement(
        "product-form",
        Evidence.EXACT,
        "product form of closed networks: the states of a fixed population",
        "Gordon & Newell 1967; Baskett, Chandy, Muntz & Palacios 1975, theorem 2; Reiser & Lavenberg 1980",
    ),
    Statement(
        "schweitzer",
        Evidence.APPROXIMATE,
        "an arrival sees (N - 1) / N of the mean number; at 150 random networks of one class and every N up to 60 the "
        "throughput is within 7 % of the exact one for single servers (median of the worst 4 %), within 16 % for up to "
        "16 servers (5 %), nearer for larger N; for two classes within 10 %",
        "Schweitzer 1979; Bard 1979",
    ),
    Statement(
        "linearizer",
        Evidence.APPROXIMATE,
        "as Schweitzer, with the shift of the shares when one customer is away; at the same networks the throughput is "
        "within 0.9 % for single servers (median of the worst 0.4 %), within 11 % for up to 16 servers (0.6 %); for "
        "two classes of up to 14 within 2 % and 8 %",
        "Chandy & Neuse 1982",
    ),
    Statement(
        "closed-bounds",
        Evidence.BOUND,
        "asymptotic, balanced job and geometric bounds of the throughput of product form",
        "Denning & Buzen 1978; Zahorjan, Sevcik, Eager & Galler 1982; Casale, Muntz & Serazzi 2008",
    ),
    Statement(
        "closed-means-alone",
        Evidence.APPROXIMATE,
        "service in order of arrival that is not exponential is taken by its mean alone; by simulation (2 and 4 single "
        "servers in a ring, gamma service, 2 to 40 customers) the throughput is up to 15 % low for SCV 0.25 (median "
        "7 %), up to 14 % high for SCV 2 (7 %), up to 34 % high for SCV 4 (15 %)",
        "Gordon & Newell 1967",
    ),
    Statement(
        "parallel-sojourns",
        Evidence.APPROXIMATE,
        "calls that go out at once take as long as the longest of them; several to one line are one branch, which ends "
        "with the last (exact for exponential services, and for one server); by simulation (456 cases: up to 16 "
        "stations of up to 8 servers, up to 10 calls at once to one, gamma service of SCV 0.25 to 4, rho 0.3 to 0.9, "
        "other visitors) p95 within 7 % (0.6 % in the median, 3.8 % in 19 of 20) and p99 within 9 % (0.8 %)",
        "Nelson & Tantawi 1988 (the bound by independence); Chaudhry & Templeton 1983 (M^X/M/c); exponent fitted to "
        "simulations of our own",
    ),
    Statement(
        "dispersion",
        Evidence.APPROXIMATE,
        "G/G/c in a network: spectra of all flows, and the index of dispersion on the time scale of each line; by "
        "simulation of 200 random networks (3 to 10 single servers, SCV 0.25 to 4, rho 0.3 to 0.9, half of them with "
        "loops) p95 within 1.2 % in the median and 5 % in nine of ten (at worst 12 %), p99 within 2 and 6 %, the mean "
        "time of a visit within 1 and 4 %",
        "Whitt & You 2018, eqs. (22) to (24); Kleinrock 1975, eq. (6.19)",
    ),
    Statement(
        "robust-queueing",
        Evidence.APPROXIMATE,
        "G/G/c in a network: spectra of all flows, and the work of the worst time within one uncertainty set; by "
        "simulation of 200 random networks (3 to 10 single servers, SCV 0.25 to 4, rho 0.3 to 0.9, half of them with "
        "loops) p95 within 1.4 % in the median and 4 % in nine of ten, the mean time of a visit within 2 and 8 %",
        "Whitt & You 2018 and 2022",
    ),
    Statement(
        "qna",
        Evidence.APPROXIMATE,
        "G/G/c in a network: one SCV for each flow, and linear equations between them; by simulation of 200 "
        "random networks (3 to 10 single servers, SCV 0.25 to 4, rho 0.3 to 0.9, half of them with loops) p95 within "
        "4 % in the median and 10 % in nine of ten, the mean time of a visit within 4 and 11 %",
        "Whitt 1983; Kraemer & Langenbach-Belz 1976",
    ),
)
