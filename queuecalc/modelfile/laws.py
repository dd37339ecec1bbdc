"""Service laws by the words of a model file: `law` and `scv`."""

from __future__ import annotations

from functools import cache

from queuecalc.errors import InvalidInput
from queuecalc.law import BY_NAME, by_name

__all__ = ["law_names", "takes_scv"]


def law_names() -> tuple[str, ...]:
    """What `law = "..."` may say."""
    return tuple(BY_NAME)


@cache
def takes_scv(name: str) -> bool:
    """Whether a law leaves its SCV open; the others have one of their own."""
    try:
        by_name(name, mean=1.0)
    except InvalidInput:
        return True
    return False
