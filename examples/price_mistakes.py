"""Three mistakes that are made in every second design, priced: what breaks, at which hour, what the remedy costs.

Run it with  python examples/price_mistakes.py . Each mistake and its mended twin are shipped models; compare the two
files: queuecalc new wrong.toml --from mistakes/chatty-writes
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import queuecalc as qc

PAIRS = {
    "mistakes/stream-without-workers": "mistakes/stream-with-workers",
    "mistakes/telemetry-waited-for": "mistakes/telemetry-handed-off",
    "mistakes/chatty-writes": "mistakes/batched-writes",
}
"""Each mistake, and the model in which it is mended."""


class Price(NamedTuple):
    """A mistake, and what it costs.

    Attributes:
        counts: what is bought in the mended design.
        mended_usd: and its price a month.
        shared: the part of it that the mistaken design has, too.
        excuses: what breaks there with exactly that.
        full_from_h: the first hour at which a component of it has more work than it can do; None if none has.
        full: which.
        brute_usd: the cheapest plan of the mistaken design that keeps the contract; None if none does.
    """

    title: str
    counts: dict[str, int]
    mended_usd: float
    shared: dict[str, int]
    shared_usd: float
    excuses: tuple[str, ...]
    full_from_h: float | None
    full: str
    brute_usd: float | None


def main() -> None:
    """Tell of each pair what breaks, when, and what it costs to mend."""
    for mistake in PAIRS:
        tell(priced(mistake))


def priced(mistake: str) -> Price:
    """Size the mended model, put what it bought into the mistaken one, and size that as well."""
    wrong, right = qc.read_model(mistake), qc.read_model(PAIRS[mistake])
    mended = qc.size(right, explain=False)
    shared = {
        name: min(
            max(count, wrong.components[name].figures.count[0]), wrong.components[name].figures.count[1]
        )
        for name, count in mended.counts.items()
        if name in wrong.components
    }
    judged = qc.evaluate(wrong, shared)
    brute = qc.size(wrong, explain=False)
    hour, name = first_overload(wrong, judged)
    return Price(
        title=wrong.title.removeprefix("Mistake: "),
        counts=dict(mended.counts),
        mended_usd=float(mended.cost_usd_per_month),
        shared=shared,
        shared_usd=float(judged.cost_usd_per_month),
        excuses=tuple(excuse.sentence for excuse in judged.excuses),
        full_from_h=hour,
        full=name,
        brute_usd=float(brute.cost_usd_per_month) if brute.feasible else None,
    )


def first_overload(model: qc.Model, judged: qc.Evaluation) -> tuple[float | None, str]:
    """The first hour at which a component gets more work than it can do, and which one.

    All rates of these models are in proportion to the load, so the busiest component is full where the load exceeds
    its peak divided by the utilisation there.
    """
    busiest = max(judged.components, key=lambda line: line.peak_utilisation)
    slots = model.load.curve.slots
    full = np.flatnonzero(slots.right * busiest.peak_utilisation > model.load.curve.peak)
    return (float(slots.end_h[full[0]]), busiest.name) if full.size else (None, "")


def tell(price: Price) -> None:
    """One mistake in a few lines."""
    print(f"{price.title[0].upper()}{price.title[1:]}")
    print(f"   bought        {listed(price.shared)}: ${price.shared_usd:.0f} a month")
    for excuse in price.excuses:
        print(f"   breaks        {excuse}")
    if price.full_from_h is not None:
        print(f"   from          hour {price.full_from_h:.1f} {price.full} gets more than it can do")
    more = price.mended_usd - price.shared_usd
    print(f"   mended        {listed(price.counts)}: ${price.mended_usd:.0f} a month, ${more:.0f} more")
    if price.brute_usd is None:
        print("   not mended    no number of units keeps the contract")
    else:
        print(
            f"   not mended    ${price.brute_usd:.0f} a month, ${price.brute_usd - price.mended_usd:.0f} more than mended"
        )
    print()


def listed(counts: dict[str, int]) -> str:
    """Units by component."""
    return ", ".join(f"{name} {count}" for name, count in counts.items())


if __name__ == "__main__":
    main()
