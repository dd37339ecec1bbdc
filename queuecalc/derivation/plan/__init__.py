"""The calculation behind a sized plan, line by line: a round estimate, and the library's own value beside it."""

from __future__ import annotations

from queuecalc.derivation.plan.whiteboard import whiteboard

__all__ = ["whiteboard"]
