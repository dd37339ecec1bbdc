"""How far Kimura's mean wait is off for many phases of service: against the exact chain, as its statement says."""

from __future__ import annotations

import pytest

from queuecalc.evidence import STATEMENTS
from queuecalc.law import Hyperexponential
from queuecalc.station import MGc, MMc
from tests.station.hyperexponential_servers import mean_wait


def short(servers: int, rho: float, scv: float) -> float:
    """By how much the mean wait falls short, in percent."""
    station = MGc(arrival_rate=rho * servers, service=Hyperexponential(mean=1.0, scv=scv), servers=servers)
    return float(100.0 * (1.0 - station.mean_wait / mean_wait(servers, rho, scv)))


def test_the_chain_is_right_where_the_answer_is_known() -> None:
    assert mean_wait(7, 0.8, 1.0 + 1e-12) == pytest.approx(
        MMc(arrival_rate=5.6, service_rate=1.0, servers=7).mean_wait, rel=1e-9
    )
    assert mean_wait(1, 0.8, 9.0) == pytest.approx(0.8 / 0.2 * 5.0, rel=1e-9)


def test_the_statement_tells_what_is_measured() -> None:
    sentence = STATEMENTS["kimura"].sentence
    cases = [(10, 0.8, 4.0), (10, 0.8, 9.0), (10, 0.8, 16.0), (8, 0.8, 50.0)]
    two, sixteen, third, most = (round(short(*case)) for case in cases)
    assert f"by {two} % for SCV 4, {sixteen} % for 9 and {third} % for 16, of M/H2/8 by {most} %" in sentence
