"""Makes station_tables.json: what the stations are held against, to 30 digits (M/G/1: 16).

Run from the top of the repository: python tests/tables/make_station_tables.py (about five minutes).

Every argument is the exact value of the double given. Erlang's formulas by the incomplete gamma function; M/M/c by its
two exponentials with 60 digits, quantiles by secant steps; M/M/c/K by its birth-death probabilities and sums of gamma
functions; M/D/1 by Erlang's alternating sum; M/G/1 by Talbot's contour (Talbot 1979; Abate & Valko 2004) on the
transform of P(T > t), checked against a higher degree to 1e-11; M/G/1/K by the chain embedded at departures.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import Any

import mpmath as mp

mp.mp.dps = 60
HERE = pathlib.Path(__file__).parent
DIGITS = 30
LEVELS = (0.5, 0.95, 0.99, 0.9999)

Function = Callable[[Any], Any]


def text(value: Any) -> str:
    return str(mp.nstr(value, DIGITS))


def loss(c: int, a: Any) -> Any:
    """Erlang B: the Poisson probability of c over that of at most c."""
    poisson = mp.exp(-a + c * mp.log(a) - mp.loggamma(c + 1))
    return poisson / mp.gammainc(c + 1, a, regularized=True)


def delay(c: int, a: Any) -> Any:
    """Erlang C."""
    b = loss(c, a)
    return b / (1 - a / c * (1 - b))


def erlang_rows() -> list[dict[str, Any]]:
    rows = []
    for c in (1, 2, 3, 10, 16, 17, 100, 1000, 10**4, 10**5, 10**6):
        for rho in (1e-6, 0.1, 0.5, 0.8, 0.95, 0.99, 0.9999, 1 - 1e-6, 1 - 1e-9, 1.0, 1.01, 1.5, 10.0):
            for mu in (1.0, 0.3):
                rate = float(rho * c * mu)
                a = mp.mpf(rate) / mp.mpf(mu)
                b = loss(c, a)
                if b < mp.mpf(10) ** -290:
                    continue
                row = {"arrival_rate": rate, "service_rate": mu, "servers": c, "loss": text(b)}
                if a < c:
                    row["delay"] = text(delay(c, a))
                    row["mean_wait"] = text(delay(c, a) / (c * mp.mpf(mu) - mp.mpf(rate)))
                rows.append(row)
    return rows


def sojourn_tail(rate: float, mu: float, c: int) -> Function:
    m, spare = mp.mpf(mu), c * mp.mpf(mu) - mp.mpf(rate)
    d = delay(c, mp.mpf(rate) / m)

    def tail(t: Any) -> Any:
        if spare == m:
            return mp.exp(-m * t) * (1 + d * m * t)
        return mp.exp(-m * t) + d * m * (mp.exp(-spare * t) - mp.exp(-m * t)) / (m - spare)

    return tail


def quantile(tail: Function, level: float, start: Any) -> Any:
    """The t with ln P(T > t) = ln(1 - level), 1 - level as a double has it."""
    target = mp.log(1 - mp.mpf(level))
    return mp.findroot(lambda t: mp.log(tail(t)) - target, (start, start * mp.mpf("1.01")), tol=1e-60)


def mmc_rows() -> list[dict[str, Any]]:
    rows = []
    cases = [
        (c, rho, mu) for c in (1, 2, 4, 50, 1000) for rho in (0.3, 0.8, 0.99, 1 - 1e-4) for mu in (1.0, 7.3)
    ]
    cases += [(4, 0.75, 2.0), (10, 0.9, 1.0), (2, 0.5, 3.0)]  # c mu - lambda = mu
    for c, rho, mu in cases:
        rate = float(c * mu * rho)
        tail = sojourn_tail(rate, mu, c)
        spare = c * mp.mpf(mu) - mp.mpf(rate)
        d = delay(c, mp.mpf(rate) / mp.mpf(mu))
        times = [float(x) / mu for x in (0.01, 1.0, 5.0, 40.0, 800.0)]
        quantiles = {}
        for level in LEVELS:
            q = 1 - mp.mpf(level)
            start = max(-mp.log(q) / mu, mp.log(d / q) / spare + 1 / (2 * mp.mpf(mu)))
            quantiles[repr(level)] = text(quantile(tail, level, start))
        rows.append(
            {
                "arrival_rate": rate,
                "service_rate": mu,
                "servers": c,
                "sf": [[t, text(tail(mp.mpf(t)))] for t in times],
                "quantiles": quantiles,
            }
        )
    return rows


def mmck_rows() -> list[dict[str, Any]]:
    rows = []
    for rate, mu, c, capacity in [
        (3.0, 1.0, 4, 9),
        (4.0, 1.0, 4, 9),
        (6.0, 1.0, 4, 30),
        (0.9, 1.0, 1, 10),
        (1.0, 1.0, 1, 50),
        (2.0, 0.5, 1, 4),
        (3.0, 1.0, 2, 2),
        (150.0, 1.0, 160, 400),
        (2.0, 1.0, 3, 200),
        (19.0, 1.0, 20, 25),
        (19.999999, 1.0, 20, 120),
        (1e-9, 1.0, 2, 5),
    ]:
        lam, m = mp.mpf(rate), mp.mpf(mu)
        p = [mp.mpf(1)]
        for n in range(1, capacity + 1):
            p.append(p[-1] * lam / (m * min(n, c)))
        total = mp.fsum(p)
        p = [x / total for x in p]
        accepted = 1 - p[capacity]
        queue = mp.fsum((n - c) * p[n] for n in range(c, capacity + 1))
        w, s = [], []
        for t in (0.0, 0.3, 1.0, 4.0, 20.0):
            wait = mp.fsum(p[n] * gamma_tail(n - c + 1, c * m, t) for n in range(c, capacity))
            stay = mp.fsum(p[n] * staged_tail(n - c + 1, c, m, t) for n in range(c, capacity))
            stay += mp.fsum(p[:c]) * mp.exp(-m * t)
            w.append([t, text(wait / accepted)])
            s.append([t, text(stay / accepted)])
        rows.append(
            {
                "arrival_rate": rate,
                "service_rate": mu,
                "servers": c,
                "capacity": capacity,
                "blocked": text(p[capacity]),
                "delayed": text(mp.fsum(p[c:capacity]) / accepted),
                "mean_wait": text(queue / (lam * accepted)),
                "mean_in_system": text(mp.fsum(n * x for n, x in enumerate(p))),
                "wait_sf": w,
                "sojourn_sf": s,
            }
        )
    return rows


def gamma_tail(stages: int, rate: Any, t: float) -> Any:
    return mp.gammainc(stages, rate * mp.mpf(t), regularized=True)


def staged_tail(stages: int, c: int, mu: Any, t: float) -> Any:
    """P(> t) of that many exponential times of rate c mu and one of rate mu."""
    if c == 1:
        return gamma_tail(stages + 1, mu, t)
    gap = (c - 1) * mu
    served = mp.gammainc(stages, 0, gap * mp.mpf(t), regularized=True)
    return gamma_tail(stages, c * mu, t) + mp.exp(-mu * mp.mpf(t)) * (c * mu / gap) ** stages * served


def md1_rows() -> list[dict[str, Any]]:
    """P(W > t) of M/D/1, D = 1: Erlang 1909."""
    rows = []
    with mp.workdps(200):
        for rate in (0.01, 0.3, 0.8, 0.95, 0.999):
            lam = mp.mpf(rate)
            points = []
            for t in (0.0, 0.25, 0.999, 1.0, 1.5, 3.25, 10.75, 19.5, 20.0, 25.5, 60.0):
                terms = (
                    (lam * (j - mp.mpf(t))) ** j / mp.factorial(j) * mp.exp(lam * (t - j))
                    for j in range(int(t) + 1)
                )
                tail = 1 - (1 - lam) * mp.fsum(terms)
                if tail > mp.mpf(10) ** -100:
                    points.append([t, text(tail)])
            rows.append({"arrival_rate": rate, "wait_sf": points})
    return rows


def gamma(scv: float) -> Function:
    v = mp.mpf(scv)
    return lambda s: mp.exp(-mp.log(1 + v * s) / v)


def hyperexponential(scv: float) -> Function:
    c2 = mp.mpf(scv)
    p = (1 + mp.sqrt((c2 - 1) / (c2 + 1))) / 2
    return lambda s: p / (1 + s / (2 * p)) + (1 - p) / (1 + s / (2 * (1 - p)))


def lognormal(scv: float) -> Function:
    """E exp(-s e^y): trapezoidal rule on y - i theta, theta close to arg s."""
    variance = mp.log(1 + mp.mpf(scv))
    sigma = mp.sqrt(variance)
    step = sigma / 20

    def transform(s: Any) -> Any:
        theta = mp.arg(s) * mp.mpf("0.98")
        total = mp.mpc(0)
        for k in range(-240, 241):
            y = mp.mpc(k * step, -theta)
            exponent = -s * mp.exp(y - variance / 2) - y * y / (2 * variance)
            if mp.re(exponent) > -90:
                total += mp.exp(exponent)
        return total * step / mp.sqrt(2 * mp.pi * variance)

    return transform


def talbot(transform: Function, t: Any, degree: int) -> Any:
    return mp.invertlaplace(transform, t, method="talbot", degree=degree)


def mg1_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    light = [("Gamma", scv, gamma(scv)) for scv in (4.0, 2.0, 0.25, 0.05)]
    light.append(("Hyperexponential", 4.0, hyperexponential(4.0)))
    for name, scv, service in light:
        # the poles of a law of low variability lie far apart: a wider contour takes them in
        degree = 60 if scv > 0.1 else 160
        rows += [mg1_row(name, scv, service, rho, degree) for rho in (0.3, 0.8, 0.99)]
    with mp.workdps(32):
        rows += [mg1_row("Lognormal", scv, lognormal(scv), 0.8, 26) for scv in (0.25, 4.0)]
    return rows


def mg1_row(name: str, scv: float, service: Function, rho: float, degree: int) -> dict[str, Any]:
    lam = mp.mpf(rho)

    def transform(s: Any) -> Any:
        b = service(s)
        wait = (1 - lam) * s / (s - lam + lam * b)
        return (1 - wait * b) / s

    mean = 1 + lam / (1 - lam) * (1 + mp.mpf(scv)) / 2
    quantiles = {}
    start = mean * mp.mpf("0.6")
    for level in LEVELS:
        target = mp.log(1 - mp.mpf(level))

        def gap(t: Any, target: Any = target) -> Any:
            return mp.log(talbot(transform, t, degree)) - target

        low, high = start, start * 2
        while gap(high) > 0:
            low, high = high, high * 2
        t = mp.findroot(gap, (low, high), solver="anderson", tol=1e-34, maxsteps=60, verify=False)
        check = talbot(transform, t, degree + 8)
        assert abs(check / (1 - mp.mpf(level)) - 1) < 1e-11, (name, scv, rho, level, check)
        quantiles[repr(level)] = str(mp.nstr(t, 16))
        start = t
    return {"law": name, "scv": scv, "arrival_rate": rho, "quantiles": quantiles}


def mg1k_rows() -> list[dict[str, Any]]:
    """M/G/1/K: pi of the chain embedded at departures up to K - 1, p_j = pi_j / (pi_0 + rho)."""
    rows = []
    for name, scv in (("Deterministic", 0.0), ("Gamma", 0.25), ("Gamma", 4.0)):
        for rho in (0.5, 0.9, 1.0, 1.5):
            for capacity in (2, 5, 30, 120):
                lam = mp.mpf(rho)
                arrivals = arrival_probabilities(lam, scv, capacity + 1)
                pi = [mp.mpf(1)]
                for j in range(capacity - 1):
                    flow = (
                        pi[j]
                        - pi[0] * arrivals[j]
                        - mp.fsum(pi[i] * arrivals[j - i + 1] for i in range(1, j + 1))
                    )
                    pi.append(flow / arrivals[0])
                total = mp.fsum(pi)
                pi = [x / total for x in pi]
                states = [x / (pi[0] + lam) for x in pi]
                blocked = 1 - mp.fsum(states)
                queue = mp.fsum((j - 1) * p for j, p in enumerate(states) if j) + (capacity - 1) * blocked
                rows.append(
                    {
                        "law": name,
                        "scv": scv,
                        "arrival_rate": rho,
                        "capacity": capacity,
                        "blocked": text(blocked),
                        "delayed": text(1 - states[0] / (1 - blocked)),
                        "mean_wait": text(queue / (lam * (1 - blocked))),
                    }
                )
    return rows


def arrival_probabilities(lam: Any, scv: float, count: int) -> list[Any]:
    """P(n arrivals in a service of mean 1): Poisson, or negative binomial for a gamma law."""
    if scv == 0.0:
        return [mp.exp(-lam) * lam**n / mp.factorial(n) for n in range(count)]
    v = mp.mpf(scv)
    k, p = 1 / v, 1 / (1 + lam * v)
    return [mp.rf(k, n) / mp.factorial(n) * p**k * (1 - p) ** n for n in range(count)]


def main() -> None:
    tables = {
        "erlang": erlang_rows(),
        "mmc": mmc_rows(),
        "mmck": mmck_rows(),
        "md1": md1_rows(),
        "mg1": mg1_rows(),
        "mg1k": mg1k_rows(),
    }
    (HERE / "station_tables.json").write_text(json.dumps(tables, indent=1) + "\n")


if __name__ == "__main__":
    main()
