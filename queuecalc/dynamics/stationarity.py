"""When a queue under a moving load can be judged by the steady state of the moment.

Green & Kolesar 1991 (pointwise stationary approximation). The relaxation time of M/M/c is
tau = 1 / (c mu (1 - sqrt(rho))^2) (Morse 1958, chapter 6); the steady state follows the load while rho moves little
within tau against what is left of the capacity: delta = tau |rho'| / (1 - rho).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queuecalc.errors import InvalidInput
from queuecalc.load.arrays import ArrayRecord, FloatArray

__all__ = ["MOST_DELTA", "MOST_UTILISATION", "Stationarity", "pointwise_stationary"]

MOST_UTILISATION = 0.95
MOST_DELTA = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Stationarity(ArrayRecord):
    """Whether the pointwise stationary view holds.

    Attributes:
        holds: rho < 0.95 and delta < 0.01.
        delta: tau |rho'| / (1 - rho); inf where rho >= 1.
        relaxation_time: tau [s]; inf where rho >= 1.
    """

    holds: npt.NDArray[np.bool_]
    delta: FloatArray
    relaxation_time: FloatArray


def pointwise_stationary(
    *,
    utilisation: npt.ArrayLike,
    utilisation_slope: npt.ArrayLike,
    servers: npt.ArrayLike,
    service_rate: npt.ArrayLike,
) -> Stationarity:
    """The rule, for one or many slots (arguments broadcast).

    Args:
        utilisation: rho, the largest of the slot.
        utilisation_slope: d rho / dt [1/s].
        servers: c >= 1.
        service_rate: mu of one server [1/s], > 0.

    Raises:
        InvalidInput: an argument outside its domain.
    """
    rho = np.asarray(utilisation, dtype=np.float64)
    slope = np.abs(np.asarray(utilisation_slope, dtype=np.float64))
    rate = np.asarray(servers, dtype=np.float64) * np.asarray(service_rate, dtype=np.float64)
    if not (np.isfinite(rho) & (rho >= 0)).all():
        raise InvalidInput("utilisation must be finite and >= 0")
    if not np.isfinite(slope).all():
        raise InvalidInput("utilisation_slope must be finite [1/s]")
    if not (np.isfinite(rate) & (rate > 0)).all():
        raise InvalidInput("servers and service_rate must be finite and > 0")
    rho, slope, rate = np.broadcast_arrays(rho, slope, rate)
    stable = rho < 1
    # 1 - sqrt(rho) = (1 - rho) / (1 + sqrt(rho)), without cancellation.
    left = np.where(stable, 1.0 - rho, 1.0)
    tau = np.where(stable, ((1.0 + np.sqrt(rho)) / left) ** 2 / rate, np.inf)
    delta = np.where(stable, np.where(stable, tau, 0.0) * slope / left, np.inf)
    return Stationarity(
        holds=(rho < MOST_UTILISATION) & (delta < MOST_DELTA), delta=delta, relaxation_time=tau
    )
