"""Service laws from what a file says of a service time: a mean, an SCV and the name of a law, or percentiles."""

from __future__ import annotations

from decimal import Decimal

from queuecalc.errors import InvalidInput
from queuecalc.law import Law, by_name, lognormal_from_percentiles, two_moment
from queuecalc.modelfile.layers import Service
from queuecalc.modelfile.values import percentile_level

__all__ = ["service_law"]

_MILLI = Decimal("0.001")


def service_law(
    service: Service, name: str | None = None, scv: float | None = None, shape: float | None = None
) -> Law:
    """The service law of one operation or station.

    Args:
        service: the mean in milliseconds, or milliseconds by percentile key.
        name: of the law; by default constant, exponential or gamma, whichever has the SCV.
        scv: variance / mean^2; 1 unless told or fixed by the law.
        shape: of a pareto law, instead of scv.

    Raises:
        InvalidInput: the SCV is missing, or is one that the named law cannot have, a shape for a law without
            one, or an infinite variance.
    """
    if not isinstance(service, Decimal):
        points = {float(percentile_level(key) or 0): float(time * _MILLI) for key, time in service.items()}
        return lognormal_from_percentiles(points)
    mean = float(service * _MILLI)
    if name is None:
        if shape is not None:
            raise InvalidInput(f'shape = {shape!r}; expected law = "pareto" beside it')
        return two_moment(mean=mean, scv=1.0 if scv is None else scv)
    law = by_name(name, mean=mean, scv=scv, shape=shape)
    if law.scv == float("inf"):
        raise InvalidInput(
            f"{name}: shape = {shape!r}; expected more than 2: the mean wait would be infinite"
        )
    return law
