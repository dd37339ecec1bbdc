"""How a pool slows down with concurrency: the universal scalability law."""

from __future__ import annotations

import numpy as np

from queuecalc.law.parameter import nonnegative, positive, positive_integer

__all__ = ["usl_rates"]


def usl_rates(alpha: float, beta: float, *, service_rate: float, capacity: int) -> tuple[float, ...]:
    """Gunther's universal scalability law: the rate at which n customers together are served.

        mu(n) = n mu / (1 + alpha (n - 1) + beta n (n - 1)), n = 1 .. capacity.

    beta > 0 makes it fall beyond n = sqrt((1 - alpha) / beta); alpha = beta = 0 is a server for everyone.

    Args:
        alpha: contention >= 0, the share of the work that is serial.
        beta: coherency >= 0, the cost of each pair that must agree.
        service_rate: mu > 0 of one customer alone, in 1/s.
        capacity: the most customers at once, at least 1.

    Raises:
        InvalidInput: an argument outside its domain.

    Source: Gunther 2007, "Guerrilla Capacity Planning", eq. (4.31).

    >>> [round(rate, 3) for rate in usl_rates(0.1, 0.01, service_rate=10.0, capacity=4)]
    [10.0, 17.857, 23.81, 28.169]
    """
    contention = nonnegative("usl_rates", "alpha", alpha)
    coherency = nonnegative("usl_rates", "beta", beta)
    mu = positive("usl_rates", "service_rate", service_rate)
    n = np.arange(1.0, positive_integer("usl_rates", "capacity", capacity) + 1.0)
    rates = n * mu / (1.0 + contention * (n - 1.0) + coherency * n * (n - 1.0))
    return tuple(rates.tolist())
