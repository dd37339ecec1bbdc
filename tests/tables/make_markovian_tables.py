"""Makes markovian_tables.json: what stations of Markovian type are held against, to 30 digits.

Run from the top of the repository: python tests/tables/make_markovian_tables.py (two minutes), or with names of tables.

Every argument is the exact value of the double given; 50 digits and more inside. Erlang's formula with a real number
of servers by the incomplete gamma function.
"""

from __future__ import annotations

import json
import pathlib
import sys
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


def erlang_a_rows() -> list[dict[str, Any]]:
    """M/M/c+M from its states n and, for who waits, the stages c mu + i theta until service, i <= place in line.

    Who finds c + j in the station is served with probability c mu / (c mu + (j + 1) theta), after the sum of j + 1
    stages in the mean; waits beyond t and sojourns by quadrature of the density of Baccelli and Hebuterne.
    """
    rows = []
    for rate, mu, c, theta in [
        (1.0, 1.0, 1, 1.0),
        (3.0, 1.0, 4, 0.5),
        (110.0, 1.0, 100, 0.5),
        (90.0, 0.3, 100, 5.0),
        (9.999, 1.0, 10, 0.01),
        (10.0, 1.0, 10, 0.05),
        (30.0, 2.0, 10, 0.02),
        (5.0, 1.0, 2, 40.0),
        (0.001, 1.0, 3, 0.1),
        (9900.0, 1.0, 10**4, 1.0),
        (10100.0, 1.0, 10**4, 0.25),
    ]:
        lam, m, th = mp.mpf(rate), mp.mpf(mu), mp.mpf(theta)
        p = [mp.mpf(1)]
        total, most = mp.mpf(1), mp.mpf(1)
        while len(p) <= c or p[-1] > mp.mpf(10) ** -55 * most:
            n = len(p)
            p.append(p[-1] * lam / (m * min(n, c) + th * max(n - c, 0)))
            total, most = total + p[-1], max(most, p[-1])
        line = [x / total for x in p[c:]]
        delayed = mp.fsum(line)
        queue = mp.fsum(j * x for j, x in enumerate(line))
        served = [x * c * m / (c * m + (j + 1) * th) for j, x in enumerate(line)]
        completed = 1 - delayed + mp.fsum(served)
        mean, square, first, second = mp.mpf(0), mp.mpf(0), mp.mpf(0), mp.mpf(0)
        for j, x in enumerate(served):
            stage = 1 / (c * m + (j + 1) * th)
            first, second = first + stage, second + stage**2
            mean, square = mean + x * first, square + x * (first**2 + second)
        mean, square = mean / completed, square / completed
        row = {
            "arrival_rate": rate,
            "service_rate": mu,
            "servers": c,
            "patience_rate": theta,
            "delayed": text(delayed),
            "abandoned": text(theta * queue / lam),
            "completed": text(completed),
            "mean_queue_length": text(queue),
            "mean_wait": text(mean),
            "var_wait": text(square - mean**2),
            "mean_wait_of_abandoning": text((queue / lam - completed * mean) / (1 - completed)),
        }
        if c <= 100:
            row |= erlang_a_laws(lam, m, c, th, p[c - 1] / total, completed)
        rows.append(row)
    return rows


def erlang_a_laws(lam: Any, mu: Any, c: int, theta: Any, before: Any, completed: Any) -> dict[str, Any]:
    """P(W > t) of all and of the served, P(T > t), from v(t) = lam p exp(lam (1 - exp(-theta t)) / theta - c mu t)."""

    def density(t: Any) -> Any:
        return lam * before * mp.exp(lam * -mp.expm1(-theta * t) / theta - c * mu * t)

    def served(t: Any) -> Any:
        return density(t) * mp.exp(-theta * t) / completed

    def integral(function: Any, low: Any, high: Any) -> Any:
        step = max(high - low, mp.mpf(0)) / 80
        return mp.quad(function, [low + k * step for k in range(81)]) if step > 0 else mp.mpf(0)

    peak = mp.log(max(lam / (c * mu), 1)) / theta
    laws: dict[str, Any] = {"wait_sf": [], "all_sf": [], "sojourn_sf": []}
    with mp.workdps(40):
        for share in (0.0, 0.05, 0.5, 1.0, 2.0):
            t = float(mp.mpf(share) * (peak + 1 / mp.sqrt(c * mu * min(theta, mu))))
            end = t + peak + 130 / (c * mu) + 40 / mp.sqrt(c * mu * theta)
            waiting = integral(served, mp.mpf(t), end)
            laws["wait_sf"].append([t, text(waiting)])
            laws["all_sf"].append([t, text(mp.exp(-theta * t) * integral(density, mp.mpf(t), end))])
            free = 1 - integral(served, mp.mpf(0), end)
            inside = integral(lambda u, t=t: served(u) * mp.exp(-mu * (t - u)), mp.mpf(0), mp.mpf(t))
            laws["sojourn_sf"].append([t, text(waiting + inside + free * mp.exp(-mu * t))])
    return laws


def engset_rows() -> list[dict[str, Any]]:
    """C(M, c) alpha^c over its sum below, term by term from the top."""
    rows = []
    for c in (1, 2, 10, 99, 1000, 20000):
        for sources in (c, c + 1, 2 * c, 10 * c + 7, 10**6):
            for load in (0.01, 0.5, 0.95, 1.0, 1.05, 2.0, 50.0):
                alpha = load * c / sources
                total, term = mp.mpf(0), mp.mpf(1)
                for n in range(c, -1, -1):
                    total += term
                    term *= n / ((sources - n + 1) * mp.mpf(alpha))
                    if n < c * min(load, 1.0) and term < mp.mpf(10) ** -50 * total:
                        break
                if 1 / total > mp.mpf(10) ** -290:
                    rows.append({"servers": c, "sources": sources, "demand": alpha, "loss": text(1 / total)})
    return rows


def finite_source_rows() -> list[dict[str, Any]]:
    """M/M/c//N from its states, and from those of N - 1 sources what arrivals see: sums of gamma functions."""
    rows = []
    for sources, nu, mu, c in [
        (2, 1.0, 1.0, 1),
        (10, 0.3, 1.0, 2),
        (50, 0.05, 1.0, 3),
        (30, 5.0, 1.0, 4),
        (8, 0.01, 2.0, 3),
        (40, 1e-5, 1.0, 2),
        (5, 1.0, 1.0, 4),
        (200, 0.1, 1.0, 15),
        (100, 0.001, 1.0, 1),
        (400, 0.5, 0.7, 100),
    ]:
        p, seen = (sources_states(n, nu, mu, c) for n in (sources, sources - 1))
        rate = c * mp.mpf(mu)
        line = list(enumerate(seen[c:]))
        wait = mp.fsum((j + 1) * x for j, x in line) / rate
        square = mp.fsum((j + 1) * (j + 2) * x for j, x in line) / rate**2
        t = float(mp.nstr(wait + 1 / rate, 3))
        stay = mp.fsum(x * staged_tail(j + 1, c, mp.mpf(mu), t) for j, x in line)
        rows.append(
            {
                "sources": sources,
                "request_rate": nu,
                "service_rate": mu,
                "servers": c,
                "delayed": text(mp.fsum(seen[c:])),
                "throughput": text(mp.fsum(min(n, c) * x for n, x in enumerate(p)) * mu),
                "mean_in_system": text(mp.fsum(n * x for n, x in enumerate(p))),
                "mean_wait": text(wait),
                "var_wait": text(square - wait**2),
                "t": t,
                "wait_sf": text(
                    mp.fsum(x * mp.gammainc(j + 1, rate * mp.mpf(t), regularized=True) for j, x in line)
                ),
                "sojourn_sf": text(stay + mp.fsum(seen[:c]) * mp.exp(-mp.mpf(mu) * mp.mpf(t))),
            }
        )
    return rows


def sources_states(sources: int, nu: float, mu: float, c: int) -> list[Any]:
    p = [mp.mpf(1)]
    for n in range(1, sources + 1):
        p.append(p[-1] * (sources - n + 1) * mp.mpf(nu) / (mp.mpf(mu) * min(n, c)))
    total = mp.fsum(p)
    return [x / total for x in p]


def staged_tail(stages: int, c: int, mu: Any, t: float) -> Any:
    """P(> t) of that many exponential times of rate c mu and one of rate mu."""
    if c == 1:
        return mp.gammainc(stages + 1, mu * mp.mpf(t), regularized=True)
    gap = (c - 1) * mu
    served = mp.gammainc(stages, 0, gap * mp.mpf(t), regularized=True)
    tail = mp.gammainc(stages, c * mu * mp.mpf(t), regularized=True)
    return tail + mp.exp(-mu * mp.mpf(t)) * (c * mu / gap) ** stages * served


def mmck_rows() -> list[dict[str, Any]]:
    """Large M/M/c/K near saturation: 1 / B from the full state down, geometric sums above."""
    rows = []
    for rate, mu, c, capacity in [
        (999.9, 1.0, 1000, 2000),
        (1000.0, 1.0, 1000, 5000),
        (1010.0, 1.0, 1000, 20000),
        (9999.0, 1.0, 10**4, 2 * 10**4),
        (99990.0, 1.0, 10**5, 103_000),
        (1.0001, 1.0, 1, 10**5),
        (2.09979, 0.3, 7, 50_000),
        (5e5, 1.0, 10**5, 100_010),
    ]:
        a = mp.mpf(rate) / mp.mpf(mu)
        r, k = a / c, capacity - c
        below, term = mp.mpf(0), mp.mpf(1)
        for n in range(c, -1, -1):
            below += term
            term = term * n / a
            if n < a and term < mp.mpf(10) ** -60 * below:
                break
        if r == 1:
            upper, places = mp.mpf(k), mp.mpf(k) * (k + 1) / 2
        else:
            upper, places = (1 - r**k) / (1 - r), (1 - (k + 1) * r**k + k * r ** (k + 1)) / (1 - r) ** 2
        accepted = below - 1 + upper
        rows.append(
            {
                "arrival_rate": rate,
                "service_rate": mu,
                "servers": c,
                "capacity": capacity,
                "blocked": text(r**k / (accepted + r**k)),
                "delayed": text(upper / accepted),
                "mean_wait": text(places / accepted / (c * mp.mpf(mu))),
            }
        )
    return rows


TABLES = {
    "mmck": mmck_rows,
    "erlang": erlang_rows,
    "erlang_a": erlang_a_rows,
    "engset": engset_rows,
    "finite_sources": finite_source_rows,
}


def main() -> None:
    """All tables, or those that are named; the others stay as they are."""
    path = HERE / "markovian_tables.json"
    tables = json.loads(path.read_text()) if path.exists() else {}
    for name in sys.argv[1:] or TABLES:
        tables[name] = TABLES[name]()
    path.write_text(json.dumps(tables, indent=1) + "\n")


if __name__ == "__main__":
    main()
