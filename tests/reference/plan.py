"""Who is there and who takes which call: the package's own plain reading, shared with its checker of certificates."""

from __future__ import annotations

from queuecalc.reference.plan import Node, Plan, parts

__all__ = ["Node", "Plan", "parts"]
