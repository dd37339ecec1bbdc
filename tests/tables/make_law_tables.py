"""Makes law_transforms.json and law_sums.json: what the laws are held against, to 50 digits.

Run from the top of the repository: python tests/tables/make_law_tables.py (about two minutes).

Transforms: closed forms where they exist, evaluated with 80 digits so that differences keep 50; the lognormal one by
the trapezoidal rule along the horizontal line through the saddle point -W(sigma^2 z), doubled until 50 digits stand.
Sums: survival by partial fractions (exponential phases) or by numeric convolution of densities; quantiles by bisection
and secant steps on it. Parameters are the exact values of the doubles given.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import Any

import mpmath as mp

mp.mp.dps = 80
HERE = pathlib.Path(__file__).parent
DIGITS = 50
ANGLES = (0.0, 0.7, 1.45)
SIZES = (1e-9, 1e-3, 1.0, 40.0)

Transform = Callable[[Any], Any]


def number(value: Any) -> Any:
    """A real as a string of 50 digits, a complex as a pair."""
    if isinstance(value, mp.mpc):
        return [mp.nstr(value.real, DIGITS), mp.nstr(value.imag, DIGITS)]
    return mp.nstr(value, DIGITS)


def exponential(mean: float) -> Transform:
    return lambda s: 1 / (1 + mp.mpf(mean) * s)


def deterministic(mean: float) -> Transform:
    return lambda s: mp.exp(-mp.mpf(mean) * s)


def gamma(mean: float, scv: float) -> Transform:
    return lambda s: mp.exp(-mp.log(1 + mp.mpf(mean) * mp.mpf(scv) * s) / mp.mpf(scv))


def erlang(mean: float, stages: int) -> Transform:
    return lambda s: (1 + mp.mpf(mean) * s / stages) ** (-stages)


def hyperexponential(mean: float, scv: float) -> Transform:
    c2, m = mp.mpf(scv), mp.mpf(mean)
    p = (1 + mp.sqrt((c2 - 1) / (c2 + 1))) / 2
    return lambda s: p / (1 + m / (2 * p) * s) + (1 - p) / (1 + m / (2 * (1 - p)) * s)


def lognormal(mean: float, scv: float) -> Transform:
    m, sigma = mp.mpf(mean), mp.sqrt(mp.log(1 + mp.mpf(scv)))
    median = m * mp.exp(-(sigma**2) / 2)

    def transform(s: Any) -> Any:
        z = median * s
        tilt = mp.im(mp.lambertw(sigma**2 * z))

        def integrand(v: Any) -> Any:
            w = v - 1j * tilt
            return mp.exp(-z * mp.exp(w) - w * w / (2 * sigma**2))

        low, high = -20 * sigma, 20 * sigma
        count, step = 256, (high - low) / 256
        total = mp.fsum(integrand(low + k * step) for k in range(count + 1)) * step
        while True:
            fresh = mp.fsum(integrand(low + (k + mp.mpf(1) / 2) * step) for k in range(count)) * step
            refined, step, count = (total + fresh) / 2, step / 2, count * 2
            if abs(refined - total) < mp.mpf(10) ** -66:
                return refined / (mp.sqrt(2 * mp.pi) * sigma)
            total = refined

    return transform


LAWS: list[tuple[str, dict[str, Any], Transform]] = [
    ("Exponential", {"mean": 0.7}, exponential(0.7)),
    ("Deterministic", {"mean": 0.3}, deterministic(0.3)),
    *(("Gamma", {"mean": 1.5, "scv": c}, gamma(1.5, c)) for c in (0.01, 0.25, 1.0, 20.0)),
    *(("Erlang", {"mean": 0.2, "stages": k}, erlang(0.2, k)) for k in (1, 3, 50)),
    *(("Hyperexponential", {"mean": 2.0, "scv": c}, hyperexponential(2.0, c)) for c in (1.0, 4.0, 50.0)),
    *(("Lognormal", {"mean": 1.5, "scv": c}, lognormal(1.5, c)) for c in (0.05, 0.25, 1.0, 4.0, 20.0)),
]


def transforms() -> list[dict[str, Any]]:
    rows = []
    for name, parameters, transform in LAWS:
        mean = mp.mpf(parameters["mean"])
        points = []
        for size in SIZES:
            for angle in ANGLES:
                s = complex(mp.mpc(size * mp.cos(angle), size * mp.sin(angle)) / mean)
                exact = mp.mpc(s.real, s.imag)
                value = transform(exact)
                excess = (1 - value) / (exact * mean)
                points.append(
                    {
                        "s": [s.real, s.imag],
                        "lst": number(mp.mpc(value)),
                        "lst_complement": number(mp.mpc(1 - value)),
                        "excess_lst": number(mp.mpc(excess)),
                        "excess_complement": number(mp.mpc(1 - excess)),
                    }
                )
        rows.append({"law": name, "parameters": parameters, "points": points})
    return rows


def phases(*weighted: tuple[list[float], list[float]]) -> Callable[[Any], Any]:
    """P(T > t) of a sum of hyperexponential terms: (probabilities, means) each, all means different."""
    poles: list[Any] = []
    terms = [([mp.mpf(p) for p in ps], [1 / mp.mpf(m) for m in ms]) for ps, ms in weighted]
    for i, (ps, rates) in enumerate(terms):
        for p, rate in zip(ps, rates, strict=True):
            others = [
                mp.fsum(q * r / (r - rate) for q, r in zip(*term, strict=True))
                for j, term in enumerate(terms)
                if j != i
            ]
            poles.append((p * mp.fprod(others), rate))
    return lambda t: mp.fsum(weight * mp.exp(-rate * t) for weight, rate in poles)


def gamma_sum(first: tuple[float, float], second: tuple[float, float]) -> Callable[[Any], Any]:
    """P(X + Y > t) of two gamma laws (mean, scv), by convolution."""
    (k, b), (j, c) = ((1 / mp.mpf(scv), mp.mpf(mean) * mp.mpf(scv)) for mean, scv in (first, second))

    def survival(t: Any) -> Any:
        def integrand(x: Any) -> Any:
            density = mp.exp((k - 1) * mp.log(x / b) - x / b) / (b * mp.gamma(k))
            return density * mp.gammainc(j, (t - x) / c, regularized=True)

        return mp.gammainc(k, t / b, regularized=True) + mp.quad(integrand, [0, t / 4, t / 2, 3 * t / 4, t])

    return survival


def lognormal_exponential(mean: float, scv: float, other: float) -> Callable[[Any], Any]:
    """P(X + Y > t) of a lognormal and an exponential time: the density integrated over ln x."""
    m, sigma, rate = mp.mpf(mean), mp.sqrt(mp.log(1 + mp.mpf(scv))), 1 / mp.mpf(other)
    mu = mp.log(m) - sigma**2 / 2

    def survival(t: Any) -> Any:
        def integrand(y: Any) -> Any:
            normal = mp.exp(-((y - mu) ** 2) / (2 * sigma**2)) / (mp.sqrt(2 * mp.pi) * sigma)
            return normal * mp.exp(-rate * (t - mp.exp(y)))

        top = mp.log(t)
        low = min(mu - 14 * sigma, top - sigma)
        cuts = [low + (top - low) * k / 12 for k in range(13)]
        return mp.erfc((top - mu) / (sigma * mp.sqrt(2))) / 2 + mp.quad(integrand, cuts)

    return survival


def balanced(mean: float, scv: float) -> tuple[list[Any], list[Any]]:
    c2, m = mp.mpf(scv), mp.mpf(mean)
    p = (1 + mp.sqrt((c2 - 1) / (c2 + 1))) / 2
    return [p, 1 - p], [m / (2 * p), m / (2 * (1 - p))]


SUMS: list[tuple[str, Callable[[Any], Any]]] = [
    (
        "(Exponential(mean=1.0), Exponential(mean=0.5), Exponential(mean=0.2))",
        phases(([1.0], [1.0]), ([1.0], [0.5]), ([1.0], [0.2])),
    ),
    (
        "(Exponential(mean=1.0), Hyperexponential(mean=1.0, scv=4.0))",
        phases(([1.0], [1.0]), balanced(1.0, 4.0)),
    ),
    (
        (
            "(Deterministic(mean=0.25), Hyperexponential(mean=0.1, scv=9.0), Exponential(mean=0.03), "
            "Deterministic(mean=0.5))"
        ),
        lambda t: phases(balanced(0.1, 9.0), ([1.0], [0.03]))(t - mp.mpf("0.75")),
    ),
    ("(Gamma(mean=1.0, scv=0.4), Gamma(mean=0.7, scv=2.5))", gamma_sum((1.0, 0.4), (0.7, 2.5))),
    ("(Gamma(mean=1.0, scv=0.02), Exponential(mean=0.05))", gamma_sum((1.0, 0.02), (0.05, 1.0))),
    ("(Lognormal(mean=1.0, scv=4.0), Exponential(mean=0.5))", lognormal_exponential(1.0, 4.0, 0.5)),
    ("(Lognormal(mean=1.0, scv=0.25), Exponential(mean=0.1))", lognormal_exponential(1.0, 0.25, 0.1)),
]
TAILS = (0.5, 0.05, 1e-4)


def solved(survival: Callable[[Any], Any], tail: float) -> Any:
    """The t with P(T > t) = tail."""
    target = mp.mpf(tail)
    with mp.workdps(30):
        low, high = mp.mpf("0.76"), mp.mpf(2)
        while survival(high) > target:
            high *= 2
        for _ in range(12):
            middle = (low + high) / 2
            low, high = (middle, high) if survival(middle) > target else (low, middle)
    with mp.workdps(60):
        ends, log_target = (low, high), mp.log(target)
        return mp.findroot(lambda t: mp.log(survival(t)) - log_target, ends, solver="anderson", tol=1e-48)


def sums() -> list[dict[str, Any]]:
    return [
        {"laws": laws, "quantiles": [{"tail": tail, "t": number(solved(survival, tail))} for tail in TAILS]}
        for laws, survival in SUMS
    ]


def main() -> None:
    for name, rows in (("law_transforms", transforms()), ("law_sums", sums())):
        table = {
            "made_by": "tests/tables/make_law_tables.py",
            "mpmath": mp.__version__,
            "digits": DIGITS,
            "rows": rows,
        }
        (HERE / f"{name}.json").write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
