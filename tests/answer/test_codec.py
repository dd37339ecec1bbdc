"""Answers go to JSON and come back equal; what does not fit is refused with its place."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal

import pytest

from queuecalc.answer import (
    Certificate,
    ContractLine,
    Evaluation,
    Excuse,
    OneLess,
    PatternProof,
    RefusedBox,
    Series,
    SizingAnswer,
    from_json,
    from_plain,
    to_json,
    to_plain,
)
from queuecalc.errors import InvalidInput
from queuecalc.evidence import Evidence

LINE = ContractLine(
    target="p95", unit="s", sense="at most", limit=0.18, reached=math.inf, kept=False, hour=25.4
)
EVALUATION = Evaluation(
    title="t",
    source="s",
    counts={"server": 3},
    kept=False,
    lines=(LINE,),
    excuses=(Excuse(target="p95", sentence="too slow"),),
    cost_usd_per_month=Decimal("159.10"),
    evidence=Evidence.APPROXIMATE,
    series=Series(hours=(0.0, 1.0), requests_per_s=(2.0, 3.0), utilisation={"server": (0.5,)}),
)
BOX = RefusedBox(lower=(1,), upper=(2,), excuse=Excuse(target="stability", sentence="too few"))
ANSWER = SizingAnswer(
    title="t",
    source="s",
    feasible=False,
    proven=True,
    counts={"server": 3},
    cost_usd_per_month=Decimal("159.10"),
    evaluation=EVALUATION,
    one_less=(OneLess(component="server", excuse=None, reason="least"),),
    certificate=Certificate(
        model_digest="abc",
        components=("server",),
        cost_usd_per_month=None,
        optima=((3,),),
        patterns=(PatternProof(present=("server",), lower=(1,), upper=(9,), boxes=(BOX,)),),
    ),
)


def test_an_answer_comes_back_equal() -> None:
    assert from_json(SizingAnswer, to_json(ANSWER)) == ANSWER


def test_json_is_standard_with_dollars_as_numbers_and_infinities_as_text() -> None:
    plain = json.loads(to_json(ANSWER))
    assert plain["cost_usd_per_month"] == 159.10
    assert plain["evaluation"]["lines"][0]["reached"] == "inf"
    assert plain["evaluation"]["evidence"] == "approximate"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"limit": "much"}, "limit: found 'much'; expected a number"),
        ({"limit": True}, "limit: found True; expected a number"),
        ({"sense": "about"}, "sense: found 'about'; expected one of"),
        ({"kept": 1}, "kept: found 1; expected bool"),
        ({"subject": 3}, "subject: found 3; expected str"),
        ({"evidence": "rumour"}, "evidence: found 'rumour'; expected Evidence"),
        ({"extra": 1}, "unknown key 'extra'"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(change: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(message)):
        from_plain(ContractLine, to_plain(LINE) | change)


def test_missing_keys_and_wrong_shapes_are_refused() -> None:
    plain = to_plain(ANSWER)
    del plain["title"]
    with pytest.raises(InvalidInput, match="SizingAnswer: missing key 'title'"):
        from_plain(SizingAnswer, plain)
    plain = to_plain(ANSWER)
    plain["certificate"]["optima"] = 4
    with pytest.raises(InvalidInput, match=r"certificate\.optima: found 4; expected a list"):
        from_plain(SizingAnswer, plain)
    plain["certificate"]["optima"] = [["x"]]
    with pytest.raises(
        InvalidInput, match=r"certificate.optima\[0\]\[0\]: found 'x'; expected a whole number"
    ):
        from_plain(SizingAnswer, plain)
    plain = to_plain(ANSWER)
    plain["counts"] = []
    with pytest.raises(InvalidInput, match=r"counts: found \[\]; expected a table"):
        from_plain(SizingAnswer, plain)
    with pytest.raises(InvalidInput, match=r"Certificate: found 3; expected a table"):
        from_plain(Certificate, 3)
    with pytest.raises(InvalidInput, match="not JSON"):
        from_json(Certificate, "{")


def test_left_over_and_violation_of_a_line() -> None:
    kept = ContractLine(target="lag", unit="s", sense="at most", limit=60.0, reached=45.0, kept=True)
    assert (kept.left_over, kept.violation) == (15.0, 0.0)
    low = ContractLine(
        target="availability", unit="fraction", sense="at least", limit=0.99, reached=0.97, kept=False
    )
    assert low.left_over == pytest.approx(-0.02)
    assert low.violation == pytest.approx(2.0)
    late = ContractLine(target="p95", unit="s", sense="at most", limit=0.2, reached=0.3, kept=False)
    assert late.violation == pytest.approx(0.5)
    left = ContractLine(target="drained", unit="", sense="at most", limit=0.0, reached=4.0, kept=False)
    assert left.violation == math.inf
    none = ContractLine(
        target="availability", unit="fraction", sense="at least", limit=1.0, reached=0.9, kept=False
    )
    assert none.violation == pytest.approx(0.1)
