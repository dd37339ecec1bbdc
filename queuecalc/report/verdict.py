"""The first sentence: yes or no, the price, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping

from queuecalc.answer import Evaluation, SizingAnswer
from queuecalc.report.contract import broken_lines, line_name
from queuecalc.report.numerals import money
from queuecalc.report.page import Span, Words, words

__all__ = ["counts_text", "evaluation_verdict", "quiet_evaluation", "quiet_sizing", "sizing_verdict"]

_YES = Span("YES", "good")
_NO = Span("NO", "bad")


def counts_text(counts: Mapping[str, int]) -> str:
    """Counts as one would type them: "lb=1 server=4"."""
    return " ".join(f"{name}={count}" for name, count in counts.items())


def _several(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def sizing_verdict(answer: SizingAnswer) -> Words:
    """Whether some plan keeps the contract, for how much, and whether that is proved."""
    cost = money(answer.cost_usd_per_month)
    if answer.feasible:
        sure = (
            "proven: no cheaper plan does." if answer.proven else "the best found, not proven the cheapest."
        )
        return words(_YES, f": {cost} a month keeps the contract; {sure}")
    sure = "proven" if answer.proven else "not proven, the search did not finish"
    if answer.missing_usd_per_month is not None:
        budget = answer.budget_usd_per_month
        limit = "the budget" if budget is None else f"a budget of {money(budget)} a month"
        return words(
            _NO,
            f": {limit} is {money(answer.missing_usd_per_month)} short; the cheapest plan that keeps the rest of "
            f"the contract costs {cost} a month; {sure}.",
        )
    if answer.impossible:
        names = list(dict.fromkeys(line_name(e.target, e.subject) for e in answer.impossible))
        return words(
            _NO,
            f": no number of units keeps {_several(names)}; the nearest plan costs {cost} a month; {sure}.",
        )
    return words(_NO, f": no plan keeps the contract; the nearest costs {cost} a month; {sure}.")


def evaluation_verdict(evaluation: Evaluation) -> Words:
    """Whether this plan keeps the contract, and what it costs."""
    cost = money(evaluation.cost_usd_per_month)
    if evaluation.kept:
        return words(_YES, f": this plan keeps the contract for {cost} a month.")
    broken = broken_lines(evaluation.lines)
    if not broken and evaluation.excuses:
        return words(_NO, f": this is no valid plan: {evaluation.excuses[0].sentence}")
    most = 3
    rest = f" and {len(broken) - most} more" if len(broken) > most else ""
    what = f"breaks {'; '.join(broken[:most])}{rest}" if broken else "does not keep the contract"
    return words(_NO, f": this plan {what}; it costs {cost} a month.")


def quiet_sizing(answer: SizingAnswer) -> str:
    """The answer on one line."""
    sure = "proven" if answer.proven else "not proven"
    word = "YES" if answer.feasible else "NO"
    return f"{word} {money(answer.cost_usd_per_month)} a month ({sure}): {counts_text(answer.counts)}"


def quiet_evaluation(evaluation: Evaluation) -> str:
    """The judgement on one line."""
    word = "YES" if evaluation.kept else "NO"
    broken = broken_lines(evaluation.lines) or [excuse.sentence for excuse in evaluation.excuses]
    why = "" if evaluation.kept or not broken else f": {'; '.join(broken)}"
    return f"{word} {money(evaluation.cost_usd_per_month)} a month{why}"
