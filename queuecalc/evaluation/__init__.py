"""One plan judged: the walk along the curve, latency, availability, asynchronous work, findings."""

from queuecalc.evaluation.description import describe
from queuecalc.evaluation.evaluator import Evaluator
from queuecalc.evaluation.judgement import evaluate

__all__ = ["Evaluator", "describe", "evaluate"]
