"""Derivations that are carried out, not quoted: sympy verifies every step, one theorem a file."""

from __future__ import annotations

from queuecalc.derivation.deriving import derive
from queuecalc.derivation.registry import REGISTRY, Entry

__all__ = ["REGISTRY", "Entry", "derive"]
