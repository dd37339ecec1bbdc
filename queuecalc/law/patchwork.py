"""A function of ln z on the right half-plane, remembered as Taylor polynomials on small squares.

For transforms that must be integrated anew for every argument: f(e^u) is expanded in u around the centres of squares
of side pi / (2 rows) that cover |Im u| <= pi / 2, the coefficients by Cauchy's formula on a circle (trapezoidal rule: a
Fourier transform of samples of f). A square is expanded when an argument first falls into it, so a value does not
depend on what was asked before. f must be analytic a little beyond the imaginary axis, real on the real axis, and
vary slowly on the scale of a square; at negative Im u the value is the conjugate.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["Patchwork"]

SAMPLES = 24
TERMS = 20


class Patchwork:
    """The remembered squares of one function; evaluates arrays of complex z with Re z >= 0, z != 0.

    Args:
        function: f, vectorised.
        rows: squares between the real and the imaginary axis.
    """

    def __init__(self, function: Callable[[Any], Any], rows: int = 6) -> None:
        self._function = function
        self._rows = rows
        self._half = 0.25 * math.pi / rows
        self._radius = 2.7 * self._half
        self._lock = threading.Lock()
        self._keys = np.empty(0, dtype=np.int64)
        self._coefficients = np.empty((0, TERMS), dtype=np.complex128)

    def __call__(self, z: Any) -> Any:
        """f(z), shape of z."""
        flat = z.ravel()
        # arctan2 and log separately: numpy's complex log is five times as slow
        across = np.log(np.abs(flat))
        angle = np.angle(flat)
        up = np.abs(angle)
        column = np.floor(across / (2.0 * self._half)).astype(np.int64)
        row = np.minimum((up / (2.0 * self._half)).astype(np.int64), self._rows - 1)
        key = column * self._rows + row
        keys, coefficients = self._expanded(key)
        place = np.searchsorted(keys, key)
        x = np.empty(flat.shape, dtype=np.complex128)
        x.real = (across - self._half * (2 * column + 1)) / self._radius
        x.imag = (up - self._half * (2 * row + 1)) / self._radius
        terms = coefficients[:, place]
        value = terms[TERMS - 1]
        for k in range(TERMS - 2, -1, -1):
            value = value * x + terms[k]
        np.copyto(value.imag, -value.imag, where=angle < 0.0)
        return value.reshape(z.shape)

    def _expanded(self, key: Any) -> tuple[Any, Any]:
        """Sorted keys and their coefficients, shape (TERMS, keys), the wanted ones among them."""
        wanted = np.unique(key)
        with self._lock:
            missing = wanted[~np.isin(wanted, self._keys)]
            if missing.size:
                column, row = np.divmod(missing, self._rows)
                centre = self._half * (2 * column + 1) + 1j * (self._half * (2 * row + 1))
                circle = self._radius * np.exp(2j * math.pi * np.arange(SAMPLES) / SAMPLES)
                samples = self._function(np.exp(centre[:, None] + circle))
                fresh = (np.fft.fft(samples, axis=1) / SAMPLES)[:, :TERMS]
                keys = np.concatenate([self._keys, missing])
                order = np.argsort(keys)
                self._keys = keys[order]
                self._coefficients = np.concatenate([self._coefficients, fresh])[order]
            return self._keys, self._coefficients.T
