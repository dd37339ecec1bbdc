"""A certificate verified from the model alone, by the reference evaluator; nothing of the search is used."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

from queuecalc.answer import (
    CERTIFICATE_FORMAT,
    Certificate,
    NearDecision,
    PatternProof,
    RefusedBox,
    Verification,
)
from queuecalc.architecture import Model
from queuecalc.errors import InvalidInput
from queuecalc.reference import BoxBounds, Judgement, Line, Plan, contradiction, direction, fees, holding
from queuecalc.sizing.coverage import open_plan
from queuecalc.sizing.digest import certificate_seal, model_digest
from queuecalc.sizing.money import dollars, scaled

__all__ = ["TOLERANCE", "VerificationProgress", "check_verifiable", "verify"]

TOLERANCE = 1e-7
"""Relative: what is closer to its limit is listed, and taken as decided the way the certificate says."""

VerificationProgress: TypeAlias = Callable[[int, int], None]
"""Told how many steps are done, and of how many."""

_ALL_TIES = 20
"""With so many optima the list may be cut short: plans of the same price then need no cover."""

_SAMPLES = 40
"""So many refused boxes, spread evenly, are sampled for a plan that keeps what refuses them."""

_AGREED = 1e-6
"""Relative: a value recorded may exceed that of the reference by so much."""

Counts = tuple[int, ...]


def check_verifiable(model: Model) -> None:
    """Refuse a model of which no certificate can be verified.

    Raises:
        InvalidInput: servers are held during calls.
    """
    held = holding(model)
    if held:
        raise InvalidInput(
            f'components.{held[0]}.waits = "held": no second evaluator knows servers that are held during calls, so a '
            'certificate could not be verified; size without one, or take waits = "async" with the time that is held '
            "in service_ms"
        )


def verify(
    certificate: Certificate, model: Model, *, progress: VerificationProgress | None = None, seed: int = 0
) -> Verification:
    """Whether a certificate proves that its optima are the cheapest plans that keep the contract.

    Checked, all from the model alone: that the file is as it was written and about this model; that every optimum
    keeps every limit, at the price that is told; that every refused box breaks the limit that it names, or another
    one, even with every count where it does that limit the most good; and, in whole numbers, that in every pattern of
    optional components the refused boxes, the dearer plans and the optima leave no plan open. Plans drawn from the
    boxes, and pairs that differ by one unit, test the directions that the boxes rest on.

    Args:
        certificate: as `size` wrote it.
        model: the model that it is about.
        progress: called after each step.
        seed: of the plans that are drawn.

    Returns:
        The verification. It takes some seconds for a model of ten components and a load curve of 3,600 slots.

    Raises:
        InvalidInput: the model has something that the second evaluator does not know; the message says what to do.
    """
    check_verifiable(model)
    return _Verifying(certificate, model, progress, seed).run()


@dataclass
class _Pattern:
    """One choice of present components, as the model describes it."""

    present: frozenset[str]
    lower: Counts
    upper: Counts
    prices: tuple[int, ...]
    invalid: str
    fees: int

    def cost(self, counts: Counts) -> int:
        return self.fees + sum(price * n for price, n in zip(self.prices, counts, strict=True))


@dataclass
class _Verifying:
    certificate: Certificate
    model: Model
    progress: VerificationProgress | None
    seed: int
    faults: list[str] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    near: list[NearDecision] = field(default_factory=list)
    patterns: int = 0
    boxes: int = 0
    sampled: int = 0
    done: int = 0

    def run(self) -> Verification:
        started = time.perf_counter()
        self.names = tuple(self.model.components)
        self.steps = (
            len(self.certificate.optima) * 2 + sum(len(p.boxes) for p in self.certificate.patterns) + _SAMPLES
        )
        self.faults += self._head()
        if not self.faults or self.faults == [_BROKEN_SEAL]:
            try:
                self._optima()
                self._patterns()
                if not self.faults:
                    self._pairs()
            except NotImplementedError as error:
                raise InvalidInput(f"the second evaluator cannot judge this model: {error}") from error
        self.done = self.steps
        self._tell()
        certificate = self.certificate
        return Verification(
            verified=not self.faults and not self.contradictions,
            faults=tuple(self.faults),
            contradictions=tuple(self.contradictions),
            notes=tuple(self.notes),
            near=tuple(self.near),
            tolerance=TOLERANCE,
            cost_usd_per_month=certificate.cost_usd_per_month,
            components=certificate.components,
            optima=certificate.optima,
            patterns=self.patterns,
            boxes=self.boxes,
            sampled=self.sampled,
            seconds=time.perf_counter() - started,
        )

    def _step(self) -> None:
        self.done += 1
        self._tell()

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(min(self.done, self.steps), self.steps)

    # -- the head

    def _head(self) -> Iterator[str]:
        certificate, price = self.certificate, self.certificate.cost_usd_per_month
        if price is not None and not (price.is_finite() and abs(price) < _MOST_DOLLARS):
            yield f"the price ${price} is no amount of money"
            return
        if certificate.format != CERTIFICATE_FORMAT:
            yield f"format {certificate.format}; this version reads format {CERTIFICATE_FORMAT}"
        if certificate.components != self.names:
            yield (
                f"it speaks of the components {_printable(', '.join(certificate.components))}; "
                f"the model has {', '.join(self.names)}"
            )
        elif certificate.model_digest != model_digest(self.model):
            yield "it was made for another model, or the model was changed since"
        if certificate.seal != certificate_seal(certificate):
            yield _BROKEN_SEAL
        if (price is None) != (not certificate.optima):
            yield "a price and optima belong together; only one of them is given"

    # -- optima

    def _optima(self) -> None:
        budget = self.model.contract.budget_usd_per_month
        for counts in self.certificate.optima:
            place = f"optimum {self._told(counts)}"
            fault = self._no_plan(counts)
            if fault:
                self.faults.append(f"{place}: {fault}")
                continue
            plan = Plan(self.model, self._named(counts))
            judged = Judgement(plan)
            cost = judged.cost_usd_per_month
            told = self.certificate.cost_usd_per_month
            if told is not None and float(cost) != float(told):
                self.faults.append(f"{place}: costs ${cost:,}, not ${told:,}")
            if budget is not None and cost > budget:
                self.faults.append(f"{place}: costs ${cost:,}, more than the budget of ${budget:,}")
            self._step()
            for line in judged.lines():
                if self._closely(place, line):
                    continue
                if not line.kept:
                    self.faults.append(f"{place}: breaks {_said(line)}")
            self._step()

    def _no_plan(self, counts: Counts) -> str:
        if len(counts) != len(self.names):
            return f"{len(counts)} counts for {len(self.names)} components"
        if any(n < 0 for n in counts):
            return "a count is negative"
        plan = Plan(self.model, self._named(counts))
        return f"is no valid plan: {plan.excuses[0]}" if plan.excuses else ""

    def _closely(self, place: str, line: Line) -> bool:
        """Whether a limit is so close that it is taken as the certificate says."""
        if line.limit <= 0.0 or abs(line.margin) >= TOLERANCE:
            return line.limit <= 0.0 and -TOLERANCE < line.margin < 0.0
        self.near.append(
            NearDecision(place=place, target=line.target, subject=line.subject, margin=line.margin)
        )
        return True

    # -- patterns

    def _patterns(self) -> None:
        proofs: dict[frozenset[str], PatternProof] = {}
        for proof in self.certificate.patterns:
            present = frozenset(proof.present)
            if present in proofs:
                self.faults.append(f"{self._called(present)}: it has two proofs")
            proofs[present] = proof
        limit = self._limit()
        confirmed: list[tuple[str, RefusedBox, Line]] = []
        for present in _choices(self.model, limit):
            pattern = self._pattern(present)
            self.patterns += 1
            found = proofs.pop(present, None)
            if pattern.invalid or any(a > b for a, b in zip(pattern.lower, pattern.upper, strict=True)):
                self.done += 0 if found is None else len(found.boxes)
                continue
            if found is None:
                if limit is None or pattern.cost(pattern.lower) <= limit:
                    self.faults.append(
                        f"{self._called(present)}: no proof, though it has plans that are cheap enough"
                    )
                continue
            confirmed += self._proof(pattern, found, limit)
        for present in proofs:  # what is left costs more, or does not exist
            if not present <= set(self.names):
                self.faults.append(f"{self._called(present)}: the model has no such components")
        self._sample(confirmed)

    def _limit(self) -> int | None:
        """What a plan costs at most that needs a proof, in units of `money`."""
        for counts in self.certificate.optima:
            if not self._no_plan(counts):
                return scaled(Judgement(Plan(self.model, self._named(counts))).cost_usd_per_month)
        budget = self.model.contract.budget_usd_per_month
        return None if budget is None else scaled(budget)

    def _pattern(self, present: frozenset[str]) -> _Pattern:
        components = self.model.components.values()
        figures = {component.name: component.figures_with(present) for component in components}
        lower = tuple(max(1, figures[n].count[0]) if n in present else 0 for n in self.names)
        upper = tuple(figures[n].count[1] if n in present else 0 for n in self.names)
        prices = tuple(scaled(figures[n].usd_per_month) for n in self.names)
        plan = Plan(self.model, self._named(lower))
        invalid = plan.excuses[0] if plan.excuses else ""
        return _Pattern(present, lower, upper, prices, invalid, 0 if invalid else scaled(fees(plan)))

    def _proof(
        self, pattern: _Pattern, proof: PatternProof, limit: int | None
    ) -> list[tuple[str, RefusedBox, Line]]:
        """Check a pattern's boxes and its cover; the boxes that are refused, with the limit that does it."""
        place = self._called(pattern.present)
        told = tuple(min(most, _MOST) for most in pattern.upper)
        if (proof.lower, tuple(min(most, _MOST) for most in proof.upper)) != (pattern.lower, told):
            self.faults.append(
                f"{place}: the proof speaks of counts {proof.lower} to {proof.upper}; "
                f"the model permits {pattern.lower} to {told}"
            )
            return []
        confirmed = []
        refused: list[tuple[Counts, Counts]] = []
        for box in proof.boxes:
            self._step()
            self.boxes += 1
            where = self._box(box, place)
            outside = self._outside(pattern, box)
            if outside:
                self.faults.append(f"{where}: {outside}")
                continue
            line = self._refusal(where, box)
            if line is None:
                continue
            confirmed.append((where, box, line))
            refused.append((box.lower, box.upper))
        left = None if limit is None else limit - pattern.fees
        optima = [plan for plan in self.certificate.optima if len(plan) == len(self.names)]
        uncovered = open_plan(
            pattern.lower,
            pattern.upper,
            refused,
            prices=pattern.prices,
            limit=left,
            optima=optima,
            ties=len(optima) < _ALL_TIES,
        )
        if uncovered is not None:
            cost = dollars(pattern.cost(uncovered))
            self.faults.append(
                f"plan {self._told(uncovered)} for ${cost:,} is neither refused nor dearer nor an optimum"
            )
        return confirmed

    def _outside(self, pattern: _Pattern, box: RefusedBox) -> str:
        if len(box.lower) != len(self.names) or len(box.upper) != len(self.names):
            return "as many counts as components are needed"
        if any(a > b for a, b in zip(box.lower, box.upper, strict=True)):
            return "it holds no plan"
        if any(a < b for a, b in zip(box.lower, pattern.lower, strict=True)) or any(
            a > b for a, b in zip(box.upper, pattern.upper, strict=True)
        ):
            return "it reaches beyond the permitted counts"
        return ""

    def _refusal(self, where: str, box: RefusedBox) -> Line | None:
        """The limit that refuses every plan of a box: the one that it names, or another; None is a fault."""
        bounds = BoxBounds(self.model, self._named(box.lower), self._named(box.upper))
        excuse = box.excuse
        try:
            line = bounds.line(excuse.target, excuse.subject)
        except (InvalidInput, KeyError) as error:
            why = f"the reference cannot judge that: {_printable(str(error))}"
        else:
            why = f"the reference finds {_said(line)}"
            if self._closely(where, line) or not line.kept:
                if not _agrees(_recorded(box), line):
                    self.notes.append(f"{where}: recorded as {_figures(box)}, {why}")
                return line
        other = next((some for some in bounds.others() if some.margin < -TOLERANCE), None)
        if other is None:
            self.faults.append(f"{where}: not refused by {_name(excuse.target, excuse.subject)}; {why}")
            return None
        self.notes.append(f"{where}: recorded as {_figures(box)}, {why}; refused by {_said(other)}")
        return other

    # -- samples

    def _sample(self, confirmed: Sequence[tuple[str, RefusedBox, Line]]) -> None:
        """Plans of refused boxes: each must break what refuses the box, and by no less than the box says."""
        random = Random(self.seed)  # noqa: S311 - which plans are looked at is no secret
        wide = [entry for entry in confirmed if entry[1].lower != entry[1].upper]
        for where, box, line in wide[:: max(1, -(-len(wide) // _SAMPLES))]:
            counts = tuple(
                random.randint(a, min(b, a + _FAR)) for a, b in zip(box.lower, box.upper, strict=True)
            )
            found = BoxBounds(self.model, self._named(counts), self._named(counts)).line(
                line.target, line.subject
            )
            self.sampled += 1
            self._step()
            if found.margin >= TOLERANCE:
                self.contradictions.append(
                    f"{where}: its plan {self._told(counts)} keeps {_name(line.target, line.subject)}, "
                    "which refuses the box: a count helps or harms otherwise than declared"
                )

    def _pairs(self) -> None:
        """Pairs that differ by one unit, around the first optimum: does each limit move as declared?"""
        if not self.certificate.optima:
            return
        best = self.certificate.optima[0]
        pattern = self._pattern(frozenset(n for n, count in self._named(best).items() if count))
        here = Judgement(Plan(self.model, self._named(best)))
        known = {(line.target, line.subject): line for line in here.quick_lines()}
        for index, name in enumerate(self.names):
            if best[index] == 0 or best[index] >= pattern.upper[index]:
                continue
            counts = (*best[:index], best[index] + 1, *best[index + 1 :])
            more = Judgement(Plan(self.model, self._named(counts)))
            self.sampled += 1
            for line in more.quick_lines():
                fewer = known.get((line.target, line.subject))
                if fewer is None:
                    continue
                declared = direction(here.plan, name, line.target, line.subject)
                if contradiction(declared, fewer, line, _AGREED):
                    self.contradictions.append(
                        f"one unit more of {name} moves {_name(line.target, line.subject)} from {fewer.reached:.9g} "
                        f"to {line.reached:.9g}, though it {declared}"
                    )

    # -- words

    def _named(self, counts: Counts) -> dict[str, int]:
        return dict(zip(self.names, counts, strict=True))

    def _told(self, counts: Counts) -> str:
        if len(counts) != len(self.names):
            return str(counts)
        return " ".join(f"{name}={n}" for name, n in self._named(counts).items() if n)

    def _box(self, box: RefusedBox, place: str) -> str:
        """A box as one would type its counts: "web=1..4 store=2"."""
        if len(box.lower) != len(self.names) or len(box.upper) != len(self.names):
            return f"{place}: box {box.lower} to {box.upper}"
        ends = zip(self.names, box.lower, box.upper, strict=True)
        told = [f"{name}={a}" if a == b else f"{name}={a}..{b}" for name, a, b in ends if a or b]
        return f"box {' '.join(told)}"

    def _called(self, present: Iterable[str]) -> str:
        chosen = set(present)
        names = [name for name in self.names if name in chosen] + sorted(chosen - set(self.names))
        return _printable(f"pattern {', '.join(names) or 'of nothing'}")


_MOST = 1_000_000_000
_MOST_DOLLARS = 1e30
_FAR = 50
"""Plans are drawn at most so many units above the lower corner of a box."""

_BROKEN_SEAL = "the file is not as it was written: its seal does not fit its contents"


def _choices(model: Model, limit: int | None) -> Iterator[frozenset[str]]:
    """Every choice of present components that may be cheap enough, by the least prices that there are."""
    always: list[str] = []
    optional: list[tuple[int, str]] = []
    base = 0
    for name, component in model.components.items():
        ranges = [
            component.figures.count,
            *(o.changes["count"] for o in component.overrides if "count" in o.changes),
        ]
        prices = [component.figures.usd_per_month]
        prices += [o.changes["usd_per_month"] for o in component.overrides if "usd_per_month" in o.changes]
        price = scaled(min(prices))
        if min(least for least, _ in ranges) > 0:
            always.append(name)
            base += price * min(least for least, _ in ranges)
        elif max(most for _, most in ranges) > 0:
            optional.append((price, name))
    optional.sort()
    waiting = [(frozenset(always), 0, base)]
    while waiting:
        chosen, first, total = waiting.pop()
        yield chosen
        for index in range(first, len(optional)):
            price, name = optional[index]
            if limit is not None and total + price > limit:
                break
            waiting.append((chosen | {name}, index + 1, total + price))


def _recorded(box: RefusedBox) -> float | None:
    """The value that the box records, in the unit of the reference."""
    reached = box.excuse.reached
    if reached is None or box.excuse.target != "availability":
        return reached
    return 1.0 - reached


def _agrees(recorded: float | None, line: Line) -> bool:
    """Whether a recorded value breaks the limit, and by no more than the reference finds."""
    if recorded is None or math.isnan(recorded):
        return False
    if line.target == "drained":
        return recorded > 0.0
    if line.target == "availability":
        return recorded > line.limit  # failure states are gone through until the limit is broken, no further
    return line.limit * (1.0 - TOLERANCE) <= recorded <= line.reached * (1.0 + _AGREED)


def _printable(text: str) -> str:
    """Without control characters that a file could smuggle onto a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _name(target: str, subject: str) -> str:
    return _printable(f"{target} of {subject}" if subject else target)


def _figures(box: RefusedBox) -> str:
    excuse = box.excuse
    value = "nothing" if excuse.reached is None else f"{excuse.reached:.9g}"
    return f"{_name(excuse.target, excuse.subject)} {value}"


def _said(line: Line) -> str:
    return f"{_name(line.target, line.subject)} {line.reached:.9g} (limit {line.limit:.9g})"
