"""Frequencies, and what a line of a given slowness sees of a spectrum."""

from __future__ import annotations

from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.load.arrays import FloatArray

__all__ = ["Grid", "renewal_index"]

_PER_DECADE = 20
_NARROW, _BLUR = 0.01, 0.1  # the spikes of nearly constant times are blurred


class Grid:
    """Angular frequencies, equally spaced in their logarithm.

    Attributes:
        omega: in 1/s, ascending.
    """

    def __init__(self, least: float, most: float) -> None:
        """From `least` to `most` [1/s], about."""
        count = 2 + int(_PER_DECADE * np.log10(most / least))
        self.omega = np.geomspace(least, most, count)
        self._step = float(np.log(self.omega[1] / self.omega[0]))

    def seen_at(self, spectrum: FloatArray, rate: Any) -> Any:
        """The mean of a spectrum weighted by 2 y / (pi (y^2 + w^2)), what a line that decays with rate y sees.

        It is the real part, at s = y, of the function that is analytic for Re s > 0 and whose real part is the
        spectrum at s = i w; for a flow it is the mean index of dispersion E[I(T)] over T, the sum of two exponential
        times with rate y. Beyond the ends of the grid the spectrum is taken as flat, which costs 1e-6 or so.

        Args:
            spectrum: shape (frequencies, ...).
            rate: y > 0 [1/s], a number.
        """
        w = self.omega
        weight = 2.0 / np.pi * self._step * rate * w / (rate**2 + w**2)
        weight[0] = weight[0] / 2.0 + 2.0 / np.pi * np.arctan2(w[0], rate)
        weight[-1] = weight[-1] / 2.0 + 2.0 / np.pi * np.arctan2(rate, w[-1])
        return np.tensordot(weight / weight.sum(), spectrum, axes=1)


def renewal_index(law: Law, omega: FloatArray, stretched: float = 1.0) -> FloatArray:
    """The spectrum of a renewal process over its rate, Re (1 + f(iw)) / (1 - f(iw)); 1 for a Poisson process.

    In terms of d = 1 - f_e, f_e the transform of the excess: 2 Im(d / (1 - d)) / (w m) - 1, where nothing cancels at
    low frequencies; there it is the SCV, at high frequencies 1.

    Args:
        law: of the times between events.
        omega: w [1/s], shape (frequencies,).
        stretched: factor of all times.

    Source: Cox & Lewis 1966, The Statistical Analysis of Series of Events, section 4.6, eq. (16).
    """
    scv = float(np.asarray(law.scv))
    blur = _BLUR * float(np.exp(-scv / _NARROW))
    s = (1j + blur) * omega * stretched
    d = np.asarray(law.excess_complement(s))
    m = float(np.asarray(law.mean))
    # (1 + f) / (1 - f) - 2 / (s m), less than which a point process cannot have
    index = np.real(2.0 * d / ((1.0 - d) * s * m)) - 1.0
    return np.maximum(index, 0.0)
