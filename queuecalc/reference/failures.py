"""Failure states of all components together, the likeliest first."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping

from scipy.special import gammaln, xlog1py, xlogy

from queuecalc.architecture import Figures

__all__ = ["LiveLaw", "live_law", "states"]

LiveLaw = tuple[tuple[int, float], ...]
"""(units alive, probability), the likeliest first."""

_NEGLIGIBLE = 1e-18


def live_law(figures: Figures, units: int) -> LiveLaw:
    """How many of `units` are up: binomial, or all or none where they fail together."""
    a = figures.availability
    if figures.failure == "service":
        found = [(units, a), (0, 1.0 - a)]
    elif a >= 1.0:
        found = [(units, 1.0)]
    elif a <= 0.0:
        found = [(0, 1.0)]
    else:
        found = []
        chance, mode = _binomial_mode(units, a)
        up = chance
        for k in range(mode, units + 1):
            found.append((k, up))
            up *= (units - k) / (k + 1.0) * a / (1.0 - a)
            if up < _NEGLIGIBLE:
                break
        down = chance
        for k in range(mode, 0, -1):
            down *= k / (units - k + 1.0) * (1.0 - a) / a
            if down < _NEGLIGIBLE:
                break
            found.append((k - 1, down))
        total = sum(p for _, p in found)  # 1 but for the rounding of the logarithms
        found = [(k, p / total) for k, p in found]
    return tuple(sorted(((k, p) for k, p in found if p > 0.0), key=lambda pair: -pair[1]))


def _binomial_mode(units: int, a: float) -> tuple[float, int]:
    """The chance of the likeliest number alive, and that number."""
    mode = min(units, int((units + 1) * a))
    log = gammaln(units + 1.0) - gammaln(mode + 1.0) - gammaln(units - mode + 1.0)
    return math.exp(log + xlogy(mode, a) + xlog1py(units - mode, -a)), mode


def states(laws: Mapping[str, LiveLaw], units: Mapping[str, int]) -> Iterator[tuple[float, dict[str, int]]]:
    """(probability, units alive by component), by falling probability; best-first over all combinations.

    Args:
        laws: of the components that may fail.
        units: of all components; those without a law are all up.
    """
    names = [name for name, law in laws.items() if law]

    def chance(places: Iterable[int]) -> float:
        total = 1.0
        for name, place in zip(names, places, strict=True):
            total *= laws[name][place][1]
        return total

    first = (0,) * len(names)
    heap = [(-chance(first), first)]
    while heap:
        probability, places = heapq.heappop(heap)
        live = dict(units)
        live.update({name: laws[name][place][0] for name, place in zip(names, places, strict=True)})
        yield -probability, live
        # every state is pushed once: by its last component that is not at its likeliest
        last = max((index for index, place in enumerate(places) if place), default=0)
        for index in range(last, len(names)):
            if places[index] + 1 < len(laws[names[index]]):
                following = (*places[:index], places[index] + 1, *places[index + 1 :])
                heapq.heappush(heap, (-chance(following), following))
