"""What open classes leave of the stations for the closed ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from queuecalc.errors import InvalidInput
from queuecalc.load.arrays import FloatArray

__all__ = ["Share", "shared"]

_MOST_TERMS = 5e8


class Share(NamedTuple):
    """A station with Poisson arrivals beside n closed customers.

    Attributes:
        speeds: alpha'(1), ..., alpha'(N) of the closed customers alone, relative to alpha(1) of the bare station.
        beside: mean number of open customers while 0, ..., N closed ones are there.
    """

    speeds: FloatArray
    beside: FloatArray


def shared(load: float, servers: float, most: int) -> Share:
    """c servers with a = load erlang of open customers.

    Formulas: b(n) = sum_m C(n + m, m) a^m / prod_(j <= n + m) min(j, c); alpha'(n) = b(n - 1) / b(n); the open
    customers beside n closed ones have the weights of these terms. All terms are positive; the sums end where the
    rest, which falls geometrically, is below 1e-18 of them.

    Raises:
        InvalidInput: a load so near to the servers that the sums are too long.
    """
    rho = load / servers
    # beyond the mode the terms fall by rho (n + m) / m each: enough of them for n = N
    reach = (
        (most + servers + 50.0 * np.sqrt(most + servers)) / (1.0 - rho) + 45.0 / -np.log(rho)
        if rho > 0
        else 1.0
    )
    if reach * (most + 1.0) > _MOST_TERMS:
        raise InvalidInput(
            f"the open classes ask for {rho:.6g} of a station with {servers:g} servers, too near to all of it beside "
            f"{most:,} closed customers; lower arrival_rates or the population"
        )
    terms = int(np.ceil(reach)) + 10
    speed = np.concatenate(
        [[0.0], np.cumsum(np.log(np.minimum(np.arange(1.0, most + terms + 1.0), servers)))]
    )
    m = np.arange(float(terms))
    log_load = m * np.log(load) if load > 0.0 else np.where(m > 0.0, -np.inf, 0.0)
    log_b, beside = np.empty(most + 1), np.empty(most + 1)
    for n in range(most + 1):
        log = gammaln(n + m + 1.0) - gammaln(m + 1.0) - gammaln(n + 1.0) + log_load - speed[n : n + terms]
        top = float(np.max(log))
        weight = np.exp(log - top)
        total = float(np.sum(weight))
        log_b[n] = top + np.log(total)
        beside[n] = float(m @ weight) / total
    return Share(np.exp(log_b[:-1] - log_b[1:]), beside)
