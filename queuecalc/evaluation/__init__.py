"""One plan judged: the walk along the curve, latency, availability, asynchronous work, findings."""

from queuecalc.evaluation.evaluator import Evaluator
from queuecalc.evaluation.judgement import evaluate

__all__ = ["Evaluator", "evaluate"]
