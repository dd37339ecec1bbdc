"""The covering check against the enumeration of every plan."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from queuecalc.sizing.covering import cover
from tests.sizing.toys import Counts

corners = st.tuples(*[st.integers(0, 4)] * 3)


def within(plan: Counts, lower: Counts, upper: Counts) -> bool:
    return all(a <= n <= b for a, n, b in zip(lower, plan, upper, strict=True))


@given(
    upper=corners,
    boxes=st.lists(st.tuples(corners, corners), max_size=8),
    prices=st.tuples(*[st.integers(0, 3)] * 3),
    limit=st.none() | st.integers(0, 20),
    optima=st.lists(corners, max_size=2),
)
def test_cover_agrees_with_enumeration(
    upper: Counts,
    boxes: list[tuple[Counts, Counts]],
    prices: tuple[int, ...],
    limit: int | None,
    optima: list[Counts],
) -> None:
    left = []
    for plan in product(*(range(most + 1) for most in upper)):
        cost = sum(price * n for price, n in zip(prices, plan, strict=True))
        if limit is not None and cost > limit:
            continue
        if cost == limit and any(all(map(int.__ge__, plan, best)) for best in optima):
            continue
        if not any(within(plan, *box) for box in boxes):
            left.append(plan)
    found = cover((0, 0, 0), upper, boxes, prices=prices, limit=limit, optima=optima)
    assert found.uncovered in left if left else found.uncovered is None
    if not left:  # the boxes used suffice
        used = [box for index, box in enumerate(boxes) if index in found.used]
        again = cover((0, 0, 0), upper, used, prices=prices, limit=limit, optima=optima)
        assert again.uncovered is None


def test_an_empty_box_is_covered() -> None:
    assert cover((1, 2), (3, 1), [], prices=(1, 1), limit=None).uncovered is None


def test_huge_ranges_take_no_time() -> None:
    most = 10**9
    boxes = [((1, 1), (most, 7)), ((1, 1), (12, most))]
    found = cover((1, 1), (most, most), boxes, prices=(3, 5), limit=10**6)
    assert found.uncovered == (13, 8)
    assert cover((1, 1), (most, most), boxes, prices=(3, 5), limit=3 * 13 + 5 * 8 - 1).uncovered is None
