"""Writes heavy_traffic_tables.json: M/M/c for up to a million servers and 1 - rho down to 1e-9, in 50 digits.

Every value belongs to the doubles that stand beside it: arrival rate and service rate are taken as they are, exactly.
Erlang's loss probability by its recursion, 1 / B(n) = 1 + n / (a B(n - 1)), a sum of positive terms; the rest by the
formulas of Kleinrock 1975, section 3.4. Half a minute:

    python tests/tables/make_heavy_traffic_tables.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mpmath as mp

DIGITS = 50
SERVERS = (1, 2, 7, 100, 10_000, 1_000_000)
SLACKS = (0.5, 0.1, 1e-2, 1e-4, 1e-6, 1e-9)
RATES = (1.0, 0.3)
FILE = Path(__file__).parent / "heavy_traffic_tables.json"


def loss(servers: int, load: Any) -> Any:
    """Erlang B."""
    inverse, back = mp.mpf(1), 1 / load
    for n in range(1, servers + 1):
        inverse = 1 + inverse * n * back
    return 1 / inverse


def case(servers: int, slack: float, service_rate: float) -> dict[str, object]:
    arrival_rate = float(servers * service_rate * (1.0 - slack))
    lam, mu = mp.mpf(arrival_rate), mp.mpf(service_rate)
    a = lam / mu
    b = loss(servers, a)
    rho = a / servers
    delay = b / (1 - rho * (1 - b))
    theta = servers * mu - lam
    mean = delay / theta
    t = float(3 * (mean + 1 / mu))
    quantile = mp.log(delay / mp.mpf(0.01)) / theta  # of the wait at survival 0.01 (as a double)
    return {
        "servers": servers,
        "service_rate": service_rate,
        "arrival_rate": arrival_rate,
        "loss": mp.nstr(b, DIGITS),
        "delay": mp.nstr(delay, DIGITS),
        "mean_wait": mp.nstr(mean, DIGITS),
        "time": t,
        "sojourn_tail": mp.nstr(tail_at(mp.mpf(t), mu, theta, delay), DIGITS),
        "wait_p99": mp.nstr(max(quantile, mp.mpf(0)), DIGITS),
        "slack": mp.nstr(1 - rho, DIGITS),
    }


def tail_at(t: Any, mu: Any, theta: Any, delay: Any) -> Any:
    """P(T > t) of the sojourn."""
    if mu == theta:
        return mp.exp(-mu * t) * (1 + delay * mu * t)
    return mp.exp(-mu * t) + delay * mu / (mu - theta) * (mp.exp(-theta * t) - mp.exp(-mu * t))


def main() -> None:
    with mp.workdps(DIGITS + 20):
        cases = [case(c, slack, mu) for c in SERVERS for slack in SLACKS for mu in RATES]
    FILE.write_text(json.dumps({"digits": DIGITS, "cases": cases}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
