"""A tail as samples: its values, its mean and its transform against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.transform.euler import EULER
from queuecalc.transform.fourier import FOURIER
from queuecalc.transform.sampled_tail import SampledTail, tail_times

MEANS = np.array([0.02, 1.0, 30.0])


def sampled(scv: float) -> tuple[SampledTail, qc.Law, np.ndarray]:
    law = qc.Gamma(mean=MEANS, scv=scv)
    times, low, step = tail_times(MEANS, 0.5 * MEANS * (1.0 + scv))
    share = np.array([1.0, 0.7, 0.25])
    return SampledTail(share, share * law.sf(times), times, low, step), law, times


@pytest.mark.parametrize("scv", [0.2, 1.0, 3.0])
def test_values_mean_and_transform(scv: float) -> None:
    tail, law, _ = sampled(scv)
    at = MEANS * np.array([[0.01], [0.4], [1.0], [7.0]])
    assert tail.tail(at) == pytest.approx(tail.mass * law.sf(at), abs=2e-7)
    assert tail.mean == pytest.approx(MEANS, rel=1e-4 if scv > 1 else 1e-6)
    s = EULER.nodes[:, None, None] / at[1:]
    # below a thousandth of the mean the tail is taken as constant
    assert tail.lst(s) == pytest.approx(tail.mass * law.lst(s), abs={0.2: 1e-8, 1.0: 2e-4, 3.0: 5e-3}[scv])


@pytest.mark.parametrize("inversion", [EULER, FOURIER], ids=["euler", "fourier"])
@pytest.mark.parametrize("scv", [0.2, 1.0, 3.0])
def test_on_the_grid_it_is_the_same_transform(scv: float, inversion: object) -> None:
    tail, _, times = sampled(scv)
    nodes = inversion.nodes[:40]  # type: ignore[attr-defined]
    chosen = [0, 5, 40, times.shape[0] - 1]
    slow = tail.lst(nodes[:, None, None] / times[chosen])
    assert tail.on_grid(nodes)[:, chosen] == pytest.approx(slow, abs=1e-12)
    some = tail.at(np.array([2, 0]))
    assert some.on_grid(nodes) == pytest.approx(tail.on_grid(nodes)[:, :, [2, 0]], abs=1e-15)
