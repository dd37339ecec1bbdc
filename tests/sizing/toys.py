"""Toy judges: limits on sums of tables, one table per component, that help, harm or have no direction.

Small enough for brute force, and with everything that makes sizing hard: optional components, patterns with prices,
ranges and needs of their own, counts that help one target and harm another, counts without a direction, free units.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from itertools import product

from queuecalc.answer import Asynchronous, ContractLine, Evaluation, Excuse
from queuecalc.errors import InvalidInput

Counts = tuple[int, ...]


def erlang_c(a: float, c: int) -> float:
    blocking = 1.0
    for k in range(1, c + 1):
        blocking = a * blocking / (k + a * blocking)
    return blocking / (1.0 - a / c * (1.0 - blocking))


@dataclass(frozen=True)
class Part:
    """What the units of one component add to a limit: `value(n)`, by count."""

    value: Callable[[int], float]
    direction: str  # "helps": falls with n >= 1; "harms": rises; "free": neither


def constant(value: float) -> Part:
    return Part(lambda n: value, "helps")


def shared(work: float) -> Part:
    """Work spread evenly over the units; an absent component is no less busy than one unit."""
    return Part(lambda n: work / n if n else work, "helps")


@dataclass(frozen=True)
class Limit:
    target: str
    subject: str
    most: float
    parts: tuple[Part, ...]
    removable: bool = True
    load_matters: bool = True

    def exactly(self, counts: Counts, load: float) -> float:
        total = sum(part.value(n) for part, n in zip(self.parts, counts, strict=True))
        return total * load if self.load_matters else total

    def at_best(self, lower: Counts, upper: Counts, load: float) -> float:
        """The optimistic value over a box; -inf where it has a count without a direction."""
        total = 0.0
        for part, a, b in zip(self.parts, lower, upper, strict=True):
            if part.direction == "free" and a != b:
                return -math.inf
            total += part.value(a if part.direction == "harms" else b)
        return total * load if self.load_matters else total

    def excuse(self, reached: float) -> Excuse:
        sentence = f"{self.target} of {self.subject or 'all'}: {reached:.4g}, above {self.most:.4g}"
        return Excuse(
            target=self.target, subject=self.subject, sentence=sentence, limit=self.most, reached=reached
        )

    def line(self, reached: float) -> ContractLine:
        return ContractLine(
            target=self.target,
            subject=self.subject,
            unit="s",
            sense="at most",
            limit=self.most,
            reached=reached,
            kept=reached <= self.most,
        )


@dataclass(frozen=True)
class Toy:
    """A judge. `calls` counts what it was asked."""

    names: tuple[str, ...]
    own_ranges: tuple[tuple[int, int], ...]
    prices: tuple[Decimal, ...]
    limits: tuple[Limit, ...]
    budget: Decimal | None = None
    load: float = 1.0
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fees: Mapping[str, Decimal] = field(default_factory=dict)
    with_price: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    """(component, other): its price while the other is present."""
    with_range: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """(component, other): its range while the other is present."""
    keep_up: tuple[Limit, ...] = ()
    bounded: bool = True
    """Whether `least` tells what each limit alone demands of each count."""
    digest: str = "toy"
    calls: dict[str, int] = field(default_factory=dict, compare=False)
    on_refuse: Callable[[], None] | None = None

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The widest range of each count over all patterns."""
        found = []
        for name, own in zip(self.names, self.own_ranges, strict=True):
            every = [own, *(other for (component, _), other in self.with_range.items() if component == name)]
            found.append((min(least for least, _ in every), max(most for _, most in every)))
        return tuple(found)

    def count(self, what: str) -> None:
        self.calls[what] = self.calls.get(what, 0) + 1

    def pattern(self, present: frozenset[str]) -> ToyPattern:
        self.count("pattern")
        return ToyPattern(self, present)

    def broken(self, counts: Mapping[str, int]) -> Iterator[Excuse]:
        plan = tuple(counts[name] for name in self.names)
        pattern = ToyPattern(self, frozenset(name for name, n in counts.items() if n > 0))
        if pattern.invalid is not None:
            yield pattern.invalid
            return
        for name, n, least, most in zip(self.names, plan, pattern.lower, pattern.upper, strict=True):
            if not least <= n <= most:
                sentence = f"{name}: {n} is not permitted"
                yield Excuse(target="invalid", subject=name, sentence=sentence)
                return
        cost = pattern.cost(plan)
        if self.budget is not None and cost > self.budget:
            yield Excuse(
                target="budget",
                sentence="too dear",
                limit=float(self.budget),
                reached=float(cost),
            )
        for limit in self.limits:
            reached = limit.exactly(plan, self.load)
            if reached > limit.most:
                yield limit.excuse(reached)

    def excuses(self, counts: Mapping[str, int], *, closely: bool = False) -> tuple[Excuse, ...]:
        self.count("excuses")
        return tuple(self.broken(counts))

    def first_excuse(self, counts: Mapping[str, int], *, closely: bool = False) -> Excuse | None:
        self.count("first_excuse")
        return next(self.broken(counts), None)

    def evaluate(self, counts: Mapping[str, int], *, series: bool = False) -> Evaluation:
        self.count("evaluate")
        plan = tuple(counts[name] for name in self.names)
        pattern = ToyPattern(self, frozenset(name for name, n in counts.items() if n > 0))
        excuses = tuple(self.broken(counts))
        behind = tuple(
            Asynchronous(component=limit.subject, max_lag_s=0.0, lag_hour=0.0, stationary=True)
            for limit in self.keep_up
        )
        return Evaluation(
            title="toy",
            source="toy.toml",
            counts=dict(counts),
            kept=not excuses,
            lines=tuple(limit.line(limit.exactly(plan, self.load)) for limit in self.limits),
            excuses=excuses,
            cost_usd_per_month=pattern.cost(plan),
            asynchronous=behind,
        )

    def without(self, target: str, subject: str) -> Toy:
        kept = tuple(limit for limit in self.limits if (limit.target, limit.subject) != (target, subject))
        removed = [limit for limit in self.limits if limit not in kept]
        if not removed or not removed[0].removable:
            raise InvalidInput(f"no limit is called {target} {subject}")
        return replace(self, limits=kept)

    def relaxed(self, violation: float, only: frozenset[tuple[str, str]] | None = None) -> Toy:
        limits = tuple(
            replace(limit, most=limit.most * (1.0 + violation))
            if only is None or (limit.target, limit.subject) in only
            else limit
            for limit in self.limits
        )
        return replace(self, limits=limits)

    def scaled(self, factor: float) -> Toy:
        return replace(self, load=self.load * factor)

    def keeping_up(self) -> Toy:
        return replace(self, limits=self.limits + self.keep_up)

    # ------------------------------------------------------------------ brute force
    def plans(self) -> Iterator[tuple[Counts, Decimal]]:
        """Every permitted plan and its price."""
        patterns = {}
        for plan in product(*(range(least, most + 1) for least, most in self.ranges)):
            present = frozenset(name for name, n in zip(self.names, plan, strict=True) if n > 0)
            if present not in patterns:
                patterns[present] = ToyPattern(self, present)
            pattern = patterns[present]
            if pattern.invalid is None and all(
                a <= n <= b for a, n, b in zip(pattern.lower, plan, pattern.upper, strict=True)
            ):
                yield plan, pattern.cost(plan)

    def kept(self) -> dict[Counts, Decimal]:
        """Every plan that keeps the contract, budget aside."""
        return {
            plan: cost
            for plan, cost in self.plans()
            if all(limit.exactly(plan, self.load) <= limit.most for limit in self.limits)
        }


@dataclass(frozen=True)
class Floored(Toy):
    """A toy that knows the least price of every component."""

    @property
    def floor_prices(self) -> tuple[Decimal, ...]:
        return tuple(
            min([price, *(p for (own, _), p in self.with_price.items() if own == name)])
            for name, price in zip(self.names, self.prices, strict=True)
        )


class ToyPattern:
    def __init__(self, toy: Toy, present: frozenset[str]) -> None:
        self.toy = toy
        self.present = tuple(name for name in toy.names if name in present)
        self.invalid: Excuse | None = None
        for name, others in toy.needs.items():
            if name in present and not present.intersection(others):
                sentence = f"{name} needs {' or '.join(others)}"
                self.invalid = Excuse(target="invalid", subject=name, sentence=sentence)
        lower, upper, prices = [], [], []
        for name, own, price in zip(toy.names, toy.own_ranges, toy.prices, strict=True):
            least, most = own
            for (component, other), changed in toy.with_range.items():
                if component == name and other in present:
                    least, most = changed
            for (component, other), dearer in toy.with_price.items():
                if component == name and other in present:
                    price = dearer  # noqa: PLW2901
            here = name in present
            if (here and most < 1) or (not here and least > 0):
                self.invalid = Excuse(target="invalid", subject=name, sentence=f"{name}: count not permitted")
            lower.append(max(1, least) if here else 0)
            upper.append(most if here else 0)
            prices.append(price)
        self.lower, self.upper, self.prices = tuple(lower), tuple(upper), tuple(prices)

    @property
    def fees(self) -> Decimal:
        if self.invalid is not None:
            raise AssertionError("an invalid pattern has no fees")
        return sum((self.toy.fees.get(name, Decimal(0)) for name in self.present), Decimal(0))

    @property
    def undirected(self) -> tuple[int, ...]:
        return tuple(
            index
            for index, name in enumerate(self.toy.names)
            if name in self.present
            and any(limit.parts[index].direction == "free" for limit in self.toy.limits)
        )

    def cost(self, plan: Counts) -> Decimal:
        units = sum((price * n for price, n in zip(self.prices, plan, strict=True)), Decimal(0))
        return units if self.invalid is not None else units + self.fees

    def least(self, lower: Counts, upper: Counts) -> Sequence[tuple[int, int, Excuse]]:
        self.toy.count("least")
        if not self.toy.bounded:
            return ()
        found = []
        for limit in self.toy.limits:
            for index in range(len(lower)):
                n, excuse = lower[index], None
                while n <= upper[index]:
                    slice_ = (*upper[:index], n, *upper[index + 1 :])
                    reached = limit.at_best(lower, slice_, self.toy.load)
                    if reached <= limit.most:
                        break
                    excuse = limit.excuse(reached)
                    n += 1
                if excuse is not None:
                    found.append((index, n, excuse))
        return found

    def refuse(self, lower: Counts, upper: Counts) -> Excuse | None:
        self.toy.count("refuse")
        if self.toy.on_refuse is not None:
            self.toy.on_refuse()
        for limit in self.toy.limits:
            reached = limit.at_best(lower, upper, self.toy.load)
            if reached > limit.most:
                return limit.excuse(reached)
        return None


# ---------------------------------------------------------------------- random toys
def _latency(rng: random.Random, most: int, *, optional: bool) -> Part:
    """Sojourn in M/M/c: weight x (1 + C(c, a) / (c - a)); without units the weight is lost to another component."""
    a, weight = rng.uniform(0.3, max(0.6, 0.6 * most)), math.exp(rng.gauss(0.0, 1.0))
    absent = weight * rng.uniform(0.5, 8.0) if optional else math.inf

    @cache
    def value(n: int) -> float:
        if n == 0:
            return absent
        return weight * (1.0 + erlang_c(a, n) / (n - a)) if n > a else math.inf

    return Part(value, "helps")


def _loss(rng: random.Random) -> Part:
    """-ln(1 - q^n): the logarithm of the availability of n units."""
    q = rng.uniform(0.001, 0.2)
    return Part(lambda n: -math.log1p(-(q**n)) if n else 0.0, "helps")


def _harm(rng: random.Random) -> Part:
    step = rng.choice([0.0, 0.0, rng.uniform(0.0, 1.0)])
    return Part(lambda n: step * n, "harms")


def _free(rng: random.Random, most: int) -> Part:
    values = [rng.uniform(0.0, 2.0) for _ in range(most + 1)]
    return Part(lambda n: values[n], "free")


def random_toy(
    seed: int,
    *,
    components: int = 4,
    most: int = 4,
    optional: int = 2,
    harm: bool = False,
    free: bool = False,
    odd: bool = False,
    cheap: bool = False,
    tight: float | None = None,
    kind: type[Toy] = Toy,
) -> Toy:
    """A random toy.

    Args:
        harm: some counts harm a target that others help.
        free: some count has no direction for a target.
        odd: patterns with needs, fees, prices and ranges of their own.
        cheap: few different prices, some of them 0, so that there are ties.
        tight: where the limits lie between what all units reach (0) and what few do (1); above 1 is easy.
    """
    rng = random.Random(seed)
    names = tuple(f"c{index}" for index in range(components))
    tops = [rng.randint(1, most) for _ in names] if most <= 6 else [most] * components
    ranges = tuple(
        (0, top) if index < optional else (rng.choice([1, 1, min(2, top)]), top)
        for index, top in enumerate(tops)
    )
    pool = [0, 10, 10, 20, 30] if cheap else None
    prices = tuple(
        Decimal(rng.choice(pool)) if pool else Decimal(rng.randint(100, 15000)).scaleb(-2) for _ in names
    )
    ease = rng.uniform(0.0, 0.8) if tight is None else tight
    limits = [
        _limit(
            "p95",
            [_latency(rng, top, optional=index < optional) for index, top in enumerate(tops)],
            tops,
            ease,
        ),
        _limit("loss", [_loss(rng) for _ in names], tops, ease),
    ]
    if harm:
        parts = [_harm(rng) if rng.random() < 0.6 else _loss(rng) for _ in names]
        limits.append(_limit("harm", parts, tops, 0.5 * rng.random()))
    if free:
        parts = [_free(rng, top) if rng.random() < 0.4 else _loss(rng) for top in tops]
        limits.append(_limit("free", parts, tops, 0.2 + 0.4 * rng.random()))
    toy = kind(
        names=names, own_ranges=ranges, prices=prices, limits=tuple(limits), bounded=rng.random() < 0.7
    )
    if odd and optional:
        first, last = names[0], names[-1]
        toy = replace(
            toy,
            needs={first: (names[1],)} if rng.random() < 0.5 else {},
            fees={name: Decimal(rng.randint(0, 3000)).scaleb(-2) for name in names},
            with_price={(last, first): prices[-1] * 2} if rng.random() < 0.5 else {},
            with_range={(last, first): (1, max(1, tops[-1] - 1))} if rng.random() < 0.5 else {},
        )
    return toy


def _limit(target: str, parts: Sequence[Part], tops: Sequence[int], ease: float) -> Limit:
    best = sum(min(part.value(n) for n in range(1, top + 1)) for part, top in zip(parts, tops, strict=True))
    middles = [max(1, (top + 1) // 2) for top in tops]
    usual = [part.value(n) for part, n in zip(parts, middles, strict=True)]
    spread = sum(value for value in usual if math.isfinite(value))
    most = best + ease * abs(spread - best) + 1e-6 if math.isfinite(best) else spread
    return Limit(target=target, subject="", most=most, parts=tuple(parts))
