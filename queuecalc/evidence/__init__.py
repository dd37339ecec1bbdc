"""How far a number can be trusted: exact, a bound, or approximate; by which theorem, from which paper.

One registry that results and docstrings read. A result that is made of parts carries the weakest label of its parts.
"""

from __future__ import annotations

from queuecalc.evidence.labels import Evidence, Statement, weakest
from queuecalc.evidence.registry import STATEMENTS

__all__ = ["STATEMENTS", "Evidence", "Statement", "weakest"]
