"""The beginning of the exponential series at numbers, to many digits, also for a million terms."""

from __future__ import annotations

from typing import Any

__all__ = ["partial_exponential"]

_BITS = 280


def partial_exponential(last: Any, load: Any) -> Any:
    """1 + a + ... + a^m/m! as an mpmath number in the working precision; 0 for m = -1.

    From the last term the others fall off like a geometric series: downwards where a > m; else upwards, which
    gives what lacks to e^a. Both sums are of whole numbers.

    Args:
        last: m >= -1, whole.
        load: a > 0.
    """
    import mpmath

    m = int(last)
    if m < 0:
        return mpmath.mpf(0)
    term = mpmath.exp(m * mpmath.log(load) - mpmath.loggamma(m + 1)) if m else mpmath.mpf(1)
    one = 1 << _BITS
    scaled = int(mpmath.mpf(load) * one)
    piece, total = one, 0
    if load > m:
        for j in range(m + 1):
            total += piece
            piece = piece * (m - j) * one // scaled
            if piece == 0:
                break
        return term * mpmath.mpf(total) / one
    j = 1
    while piece:
        piece = piece * scaled // ((m + j) << _BITS)
        total += piece
        j += 1
    return mpmath.exp(load) - term * mpmath.mpf(total) / one
