"""A second evaluator, plain and slow, for checking proofs. Shares nothing with `evaluation` but the model.

No tables and nothing interpolated along the load curve (but what users send who wait for their answers, between the
numbers of them that are solved for): every slot is computed by itself, failure states are gone through one by one, the
likeliest first, and transforms are inverted by another algorithm than the search uses.
Written from the definitions; what the law and station rooms know of single queues is used, nothing above them.
"""

from queuecalc.reference.bounds import BoxBounds
from queuecalc.reference.directions import Direction, contradiction, direction
from queuecalc.reference.judgement import Judgement, fees
from queuecalc.reference.line import Line
from queuecalc.reference.plan import Plan, holding

__all__ = [
    "BoxBounds",
    "Direction",
    "Judgement",
    "Line",
    "Plan",
    "contradiction",
    "direction",
    "fees",
    "holding",
]
