"""A service after a wait that is not 0: with the service of those who do not wait it makes up the sojourn of M/G/1."""

from __future__ import annotations

import numpy as np
import pytest

import queuecalc as qc
from queuecalc.station.delayed_service import DelayedService
from queuecalc.station.queue_wait import QueueWait


@pytest.mark.parametrize("rho", [0.2, 0.9])
def test_sojourns_are_mixed_from_those_who_wait_and_those_who_do_not(rho: float) -> None:
    """T = X with probability 1 - rho, D + X with probability rho (PASTA); moments, tails and transforms mix."""
    service = qc.Gamma(mean=0.7, scv=0.6)
    station = qc.MG1(arrival_rate=rho / 0.7, service=service)
    assert isinstance(station.wait, QueueWait)
    law, sojourn = DelayedService(station.wait, service), station.sojourn
    assert law.mean == pytest.approx((sojourn.mean - (1.0 - rho) * 0.7) / rho)
    second = (sojourn.var + sojourn.mean**2 - (1.0 - rho) * 0.49 * 1.6) / rho
    assert law.var == pytest.approx(second - law.mean**2)
    assert law.scv == pytest.approx(second / law.mean**2 - 1.0)
    assert law.abscissa == pytest.approx(sojourn.abscissa)
    t = np.array([0.05, 0.5, 2.0, 9.0])
    assert law.sf(t) == pytest.approx((sojourn.sf(t) - (1.0 - rho) * service.sf(t)) / rho, abs=1e-9)
    assert law.pdf(t) == pytest.approx((sojourn.pdf(t) - (1.0 - rho) * service.pdf(t)) / rho, abs=1e-7)
    for s in (1e-6, 0.3, 2.0 + 1.0j, 40.0):
        mixed = (sojourn.lst(s) - (1.0 - rho) * service.lst(s)) / rho
        assert law.lst(s) == pytest.approx(mixed, rel=1e-9)
        assert law.lst_complement(s) == pytest.approx(1.0 - mixed, rel=1e-8)
        assert law.excess_lst(s) == pytest.approx(law.lst_complement(s) / (s * law.mean), rel=1e-9)
        assert law.excess_lst(s) + law.excess_complement(s) == pytest.approx(1.0)
    assert law.sf(law.ppf(0.9)) == pytest.approx(0.1, rel=1e-8)


def test_where_nobody_waits_it_is_no_delay_at_all() -> None:
    service = qc.Gamma(mean=0.7, scv=0.6)
    wait = qc.MG1(arrival_rate=np.array([0.0, 1.0]), service=service).wait
    assert isinstance(wait, QueueWait)
    law = DelayedService(wait, service)
    assert np.asarray(law.mean)[0] == pytest.approx(0.7)
    assert law.shape == (2,)
