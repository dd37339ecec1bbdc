"""Every derivation as text, Markdown and LaTeX."""

from __future__ import annotations

import re
from functools import cache

import pytest

from queuecalc.answer import Derived, from_json, to_json
from queuecalc.derivation import REGISTRY, derive
from queuecalc.derivation.writing import written
from queuecalc.report import derivation_latex, derivation_markdown, derivation_text
from queuecalc.report.derived_markup import condition_latex, latex_text

NAMES = sorted(REGISTRY)


@cache
def derived(name: str) -> Derived:
    return written(derive(name))


@pytest.mark.parametrize("name", NAMES)
def test_text_fits_the_terminal(name: str) -> None:
    plain = ""
    for width in (80, 100):
        plain = derivation_text(derived(name), width=width)
        drawn = derivation_text(derived(name), width=width, unicode=True)
        assert plain.isascii()
        assert max(map(len, plain.splitlines())) <= width
        assert max(map(len, drawn.splitlines())) <= width
        assert "λ" in drawn or "lambda" not in plain
    brief = derivation_text(derived(name), brief=True)
    assert len(brief.splitlines()) < len(plain.splitlines())
    assert all(f"({step.number})" in brief for step in derived(name).steps if step.main)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("brief", [True, False])
def test_markdown_and_latex_are_balanced(name: str, brief: bool) -> None:
    text = derivation_markdown(derived(name), brief=brief)
    assert text.startswith("# ")
    assert text.count("$$") % 2 == 0
    latex = derivation_latex(derived(name), brief=brief)
    assert latex.count(r"\[") == latex.count(r"\]") > 2
    assert latex.rstrip().endswith(r"\end{document}")
    body = re.sub(r"\\[{}]", "", latex)
    assert body.count("{") == body.count("}")


@pytest.mark.parametrize("name", NAMES)
def test_the_record_goes_to_json_and_back(name: str) -> None:
    assert from_json(Derived, to_json(derived(name))) == derived(name)


def test_conditions_in_mathematical_notation() -> None:
    assert condition_latex("theta_1 != theta_2") == r"\theta_{1} \ne \theta_{2}"
    assert condition_latex("0 < x < 1") == "0<x<1"
    assert condition_latex("e small") == r"e\text{ small }"
    assert latex_text("50 % of n <= c_1") == r"50 \% of n \ensuremath{\le} c\_1"
