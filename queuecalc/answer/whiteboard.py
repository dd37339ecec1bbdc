"""The calculation behind a plan as a person would write it at a whiteboard."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Whiteboard", "WhiteboardLine", "WhiteboardPart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhiteboardLine:
    """One quantity.

    Attributes:
        key: what it is, for programs ("utilisation").
        name: what it is, for people.
        formula: by symbols, in plain text; `latex` the same for LaTeX.
        numbers: the formula with numbers in it, as text.
        about: by round numbers, as one works it out in one's head; None where a round number has no use.
        exact: the library's own value.
        unit: "s", "1/s", "erlang", "fraction", "usd_per_month", "messages", "units" or "".
    """

    key: str
    name: str
    formula: str
    latex: str
    numbers: str
    about: float | None
    exact: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhiteboardPart:
    """Lines about one thing.

    Attributes:
        subject: a component, or "" for the whole.
        title: heading.
        lines: in order.
        remark: a sentence, if there is something to say.
    """

    subject: str = ""
    title: str
    lines: tuple[WhiteboardLine, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whiteboard:
    """Everything about one plan.

    Attributes:
        title: of the model.
        plan: units by component, as a sentence.
        parts: load, components, latency, failures, backlogs, cost.
        refusals: what the plan breaks, as sentences.
        cites: papers behind the numbers, with what they say.
    """

    title: str
    plan: str
    parts: tuple[WhiteboardPart, ...] = ()
    refusals: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
