"""The tail of a law whose transform is dear, from few transform values that serve a whole range of times.

Times are divided into panels, each three times as long as the one before. One set of 41 nodes of de Hoog's algorithm
serves a panel (`transform/de_hoog.py`: all t between T / 4.5 and T / 1.5), tilted by the mean decay rate there. A
percentile, its Newton steps and the nodes of a common factor then cost a handful of panels instead of 31 values each.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from queuecalc.law.base import Law
from queuecalc.law.inversion import mean_decay
from queuecalc.transform.de_hoog import DE_HOOG

__all__ = ["Curve"]

RATIO = 3.0
"""How much longer each panel is than the one before."""

LEAST, MOST = -24, 24
"""Panels that are made, in powers of the ratio times the mean; what lies outside takes the outermost."""


class Curve:
    """P(T > t) and the density of one smooth law with a finite mean."""

    def __init__(self, law: Law) -> None:
        """Nothing is computed yet."""
        self._law = law
        self._panels: dict[int, tuple[float, float, Any, Any]] = {}

    def tail_and_density(self, t: Any) -> tuple[Any, Any]:
        """Both at t > 0, elementwise."""
        mean = float(self._law.mean)
        with np.errstate(divide="ignore"):
            number = np.floor(np.log(t / mean) / math.log(RATIO))
        number = np.clip(number, LEAST, MOST).astype(int)
        tail, density = np.empty(t.shape), np.empty(t.shape)
        for k in np.unique(number).tolist():
            here = number == k
            horizon, theta, above, at = self._panel(k)
            period = np.full(1, horizon)
            time = t[here]
            back = np.exp(-theta * time)
            tail[here] = back * DE_HOOG.values(above, time, period)
            density[here] = back * DE_HOOG.values(at, time, period)
        return tail, density

    def _panel(self, k: int) -> tuple[float, float, Any, Any]:
        """Horizon, tilt, and the transforms of tail and density at the nodes."""
        if k not in self._panels:
            law, mean = self._law, float(self._law.mean)
            top = mean * RATIO ** (k + 1)
            middle = np.array(top / math.sqrt(RATIO))
            theta = float(mean_decay(law, middle, np.array(mean), np.array(law.var)))
            horizon = 1.5 * top
            s = DE_HOOG.nodes(np.full(1, horizon)) - theta
            lst = np.asarray(law.lst(s))
            at_zero = sum(float(mass) for where, mass in law.atoms if where == 0.0)
            with np.errstate(divide="ignore", invalid="ignore"):
                above = (1.0 - lst) / s
            if abs(s[0, 0].real) * mean < 1e-4:  # the removable pole at s = 0
                above[0] = mean * np.asarray(law.excess_lst(s[0]))
            self._panels[k] = horizon, theta, above, lst - at_zero
        return self._panels[k]
