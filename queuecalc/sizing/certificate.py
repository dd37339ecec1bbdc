"""Certificates: made from what a search refused, checked against a judge without any search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from queuecalc.answer import CERTIFICATE_FORMAT, Certificate, PatternProof, RefusedBox
from queuecalc.sizing.boxes import MOST_COUNT
from queuecalc.sizing.covering import Cover, cover
from queuecalc.sizing.digest import certificate_seal, judge_digest
from queuecalc.sizing.judge import Counts, Floored, Judge, PatternJudge
from queuecalc.sizing.money import dollars, scaled

__all__ = ["ALL_TIES", "PatternEvidence", "certificate_faults", "certified"]

ALL_TIES = 20
"""With so many optima the list may be cut short: cheaper plans alone must be covered then, not further ties."""

_MANY = 5000
"""More boxes of one pattern are all kept; picking the needed ones would take long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternEvidence:
    """What a search knows of one pattern; money in units of `money`."""

    present: frozenset[str]
    lower: Counts
    upper: Counts
    prices: Sequence[int]
    fees: int
    boxes: Sequence[RefusedBox]
    invalid: bool

    def dearer_than(self, limit: int | None) -> bool:
        """Whether there is no plan that costs at most `limit`."""
        if any(map(int.__gt__, self.lower, self.upper)):
            return True
        return limit is not None and self.fees + sum(map(int.__mul__, self.prices, self.lower)) > limit


def certified(
    judge: Judge,
    cost: int | None,
    optima: Sequence[Counts],
    patterns: Iterable[PatternEvidence],
) -> tuple[Certificate, Counts | None]:
    """A certificate with the boxes that it needs, and a plan that it leaves uncovered (None: the proof is whole).

    Args:
        judge: of the model.
        cost: of the optima, in units of `money`; None when no plan keeps the contract (within the budget, if any).
        optima: the cheapest plans.
        patterns: what is known of each; one without a plan that is cheap enough is left out.
    """
    limit = _limit(judge, cost)
    proofs = []
    uncovered: Counts | None = None
    for evidence in patterns:
        boxes = evidence.boxes
        if evidence.invalid:
            boxes = boxes[:1]
        elif evidence.dearer_than(limit):
            continue
        elif len(boxes) <= _MANY:
            result = _cover(
                evidence.lower, evidence.upper, boxes, evidence.prices, evidence.fees, limit, optima
            )
            uncovered = uncovered or result.uncovered
            boxes = [box for index, box in enumerate(boxes) if index in result.used]
        proofs.append(
            PatternProof(
                present=tuple(name for name in judge.names if name in evidence.present),
                lower=evidence.lower,
                upper=evidence.upper,
                boxes=tuple(boxes),
            )
        )
    certificate = Certificate(
        model_digest=judge_digest(judge),
        components=tuple(judge.names),
        cost_usd_per_month=None if cost is None else dollars(cost),
        optima=tuple(optima),
        patterns=tuple(proofs),
    )
    return replace(certificate, seal=certificate_seal(certificate)), uncovered


def certificate_faults(certificate: Certificate, judge: Judge) -> tuple[str, ...]:
    """What is wrong with a certificate, sentence by sentence; empty when it proves what it says.

    It is right when its optima keep the contract at its price, every box is refused by the judge, and in every
    pattern the boxes, the plans dearer than the optimum (without one: than the budget) and the optima cover
    all permitted plans.
    """
    head = tuple(_head_faults(certificate, judge))
    if head:
        return head
    return (*_optima_faults(certificate, judge), *_pattern_faults(certificate, judge))


# ---------------------------------------------------------------------- parts of the check
def _head_faults(certificate: Certificate, judge: Judge) -> Iterator[str]:
    if certificate.format != CERTIFICATE_FORMAT:
        yield f"format {certificate.format}; this version reads format {CERTIFICATE_FORMAT}"
    if certificate.components != tuple(judge.names):
        yield f"components {', '.join(certificate.components)}; the model has {', '.join(judge.names)}"
    if certificate.model_digest != judge_digest(judge):
        yield "it was made for another model, or the model was changed since"
    if (certificate.cost_usd_per_month is None) != (not certificate.optima):
        yield "a price and optima belong together; only one of them is given"


def _optima_faults(certificate: Certificate, judge: Judge) -> Iterator[str]:
    cost = certificate.cost_usd_per_month
    if cost is not None and judge.budget is not None and cost > judge.budget:
        yield f"the optimum costs ${cost}, more than the budget of ${judge.budget}"
    for plan in certificate.optima:
        if len(plan) != len(judge.names):
            yield f"optimum {plan}: {len(plan)} counts for {len(judge.names)} components"
            continue
        pattern = judge.pattern(_present(plan, judge.names))
        if pattern.invalid is not None or not _lies(plan, pattern.lower, pattern.upper):
            yield f"optimum {plan}: not permitted"
        elif cost is not None and _price(pattern, plan) != scaled(cost):
            yield f"optimum {plan}: costs ${dollars(_price(pattern, plan))}, not ${cost}"
        else:
            excuse = pattern.refuse(plan, plan)
            if excuse is not None:
                yield f"optimum {plan}: does not keep the contract: {excuse.sentence}"


def _pattern_faults(certificate: Certificate, judge: Judge) -> Iterator[str]:
    cost = certificate.cost_usd_per_month
    limit = _limit(judge, None if cost is None else scaled(cost))
    proofs = {frozenset(proof.present): proof for proof in certificate.patterns}
    if len(proofs) < len(certificate.patterns):
        yield "a pattern has two proofs"
    for present in _subsets(judge, limit):
        proof = proofs.pop(present, None)
        pattern = judge.pattern(present)
        place = f"pattern {', '.join(name for name in judge.names if name in present) or 'of nothing'}"
        if proof is None:
            if not _dearer(pattern, limit):
                yield f"{place}: no proof, though it has plans that are cheap enough"
        else:
            yield from (
                f"{place}: {fault}" for fault in _proof_faults(proof, pattern, limit, certificate.optima)
            )
    always, optional = _kinds(judge)
    for present in proofs:  # what is left costs more, or does not exist
        if not always <= present <= always | optional:
            yield f"pattern {', '.join(sorted(present))}: the model has no such pattern"


def _proof_faults(
    proof: PatternProof, pattern: PatternJudge, limit: int | None, optima: Sequence[Counts]
) -> Iterator[str]:
    if pattern.invalid is not None:
        return
    upper = _capped(pattern.upper)
    if (proof.lower, proof.upper) != (tuple(pattern.lower), upper):
        yield f"the proof speaks of counts {proof.lower} to {proof.upper}, not {pattern.lower} to {upper}"
        return
    for box in proof.boxes:
        if len(box.lower) != len(upper) or len(box.upper) != len(upper):
            yield f"box {box.lower} to {box.upper}: as many counts as components are needed"
            return
        if not _refused(pattern, box):
            yield f"box {box.lower} to {box.upper}: not refused"
    prices = [scaled(price) for price in pattern.prices]
    result = _cover(proof.lower, proof.upper, proof.boxes, prices, scaled(pattern.fees), limit, optima)
    if result.uncovered is not None:
        yield f"plan {result.uncovered} is neither refused nor dearer nor an optimum"


def _refused(pattern: PatternJudge, box: RefusedBox) -> bool:
    if any(map(int.__gt__, box.lower, box.upper)):
        return True
    if pattern.refuse(box.lower, box.upper) is not None:
        return True
    return any(n > box.upper[index] for index, n, _ in pattern.least(box.lower, box.upper))


def _cover(
    lower: Counts,
    upper: Counts,
    boxes: Sequence[RefusedBox],
    prices: Sequence[int],
    fees: int,
    limit: int | None,
    optima: Sequence[Counts],
) -> Cover:
    left = None if limit is None else limit - fees - (len(optima) >= ALL_TIES)
    corners = [(box.lower, box.upper) for box in boxes]
    return cover(lower, upper, corners, prices=prices, limit=left, optima=optima)


def _limit(judge: Judge, cost: int | None) -> int | None:
    if cost is not None:
        return cost
    return None if judge.budget is None else scaled(judge.budget)


def _lies(plan: Counts, lower: Counts, upper: Counts) -> bool:
    return all(least <= n <= most for least, n, most in zip(lower, plan, upper, strict=True))


def _capped(upper: Counts) -> Counts:
    return tuple(min(most, MOST_COUNT) for most in upper)


def _present(plan: Counts, names: Sequence[str]) -> frozenset[str]:
    return frozenset(name for name, n in zip(names, plan, strict=True) if n > 0)


def _price(pattern: PatternJudge, plan: Counts) -> int:
    return scaled(pattern.fees) + sum(
        scaled(price) * n for price, n in zip(pattern.prices, plan, strict=True)
    )


def _dearer(pattern: PatternJudge, limit: int | None) -> bool:
    """Whether a pattern has no plan that costs at most `limit`."""
    if pattern.invalid is not None or any(map(int.__gt__, pattern.lower, pattern.upper)):
        return True
    return limit is not None and _price(pattern, pattern.lower) > limit


def _kinds(judge: Judge) -> tuple[frozenset[str], frozenset[str]]:
    """Components that are always present, and those that may be."""
    always = frozenset(name for name, (least, _) in zip(judge.names, judge.ranges, strict=True) if least > 0)
    optional = frozenset(
        name for name, (least, most) in zip(judge.names, judge.ranges, strict=True) if least <= 0 < most
    )
    return always, optional


def _subsets(judge: Judge, limit: int | None) -> Iterator[frozenset[str]]:
    """All patterns, without those of which one unit each costs more than `limit` at the least prices there are."""
    floors = judge.floor_prices if isinstance(judge, Floored) else None
    prices = (
        dict(zip(judge.names, map(scaled, floors), strict=True)) if floors else dict.fromkeys(judge.names, 0)
    )
    always, optional = _kinds(judge)
    by_price = sorted(optional, key=lambda name: prices[name])

    def more(chosen: frozenset[str], first: int, total: int) -> Iterator[frozenset[str]]:
        yield chosen
        for index in range(first, len(by_price)):
            name = by_price[index]
            if limit is not None and total + prices[name] > limit:
                return
            yield from more(chosen | {name}, index + 1, total + prices[name])

    yield from more(always, 0, sum(prices[name] for name in always))
