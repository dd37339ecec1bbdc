"""The cheapest plan that keeps the contract: search, certificate, explanation."""

from queuecalc.sizing.answer import Progress, size
from queuecalc.sizing.certificate import certificate_faults
from queuecalc.sizing.interruption import SearchInterrupted
from queuecalc.sizing.judge import Judge, PatternJudge

__all__ = ["Judge", "PatternJudge", "Progress", "SearchInterrupted", "certificate_faults", "size"]
