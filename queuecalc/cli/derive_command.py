"""`derive`: the formulas behind the numbers, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from queuecalc.cli.numbers import Number

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NUMBERS", "command"]

NUMBERS = {
    "arrival_rate": "Arrivals per second.",
    "service_rate": "Services per second of one server.",
    "second_service_rate": "The same at the second station.",
    "servers": "Parallel servers.",
    "capacity": "Most customers in the system.",
    "scv": "Variance / mean^2 of the service time.",
    "level": "Share within the percentile, as 0.95.",
    "forward": "Share that goes on to the second station.",
    "feedback": "Share that goes back to the first station.",
    "mtbf_h": "Mean hours between failures.",
    "mttr_h": "Mean hours to repair.",
    "units": "Units.",
    "needed": "Units that must be up.",
    "delay_target": "Share that may have to wait.",
    "peak_rate": "Messages per second during the surge.",
    "base_rate": "Messages per second afterwards.",
    "capacity_rate": "Messages per second that can be done.",
    "hold_s": "Length of the surge in seconds.",
}
"""Parameters of the derivations, and their help; a test compares them with the registry."""

_WHOLE = {"servers", "capacity", "units", "needed"}


def _numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    """An option for each parameter; the derivation itself knows its domain."""
    for name, text in reversed(NUMBERS.items()):
        kind = Number(1, 1e9, whole=True) if name in _WHOLE else Number(0, 1e15)
        function = click.option(f"--{name.replace('_', '-')}", name, type=kind, help=text)(function)
    return function


@click.command(
    "derive",
    short_help="Derive a formula step by step, with your numbers put in.",
    epilog="\b\nExample:  queuecalc derive mmc --arrival-rate 70 --service-rate 20 --servers 4 --steps brief",
)
@click.argument("kind", metavar="KIND")
@_numbers
@click.option(
    "--steps",
    type=click.Choice(["brief", "full"]),
    default="full",
    show_default=True,
    help="The main steps, or every step with its reason.",
)
@click.option(
    "--format",
    "written_as",
    type=click.Choice(["text", "markdown", "latex"]),
    default="text",
    show_default=True,
    help="Text, Markdown with LaTeX formulas, or a LaTeX document.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write to this file instead.",
)
def command(kind: str, steps: str, written_as: str, output: Path | None, **numbers: float | None) -> None:
    """Derive a theorem of a KIND (queuecalc list derivations) from the balance equations or the transform to the
    closed form. Every step is an equation that sympy verifies; then numbers are put in, and the result is compared with
    the library's.

    Numbers that are not given have defaults; a KIND takes those that it needs.
    """
    from queuecalc.cli.console import is_coloured, page_width, write
    from queuecalc.derivation import derive
    from queuecalc.derivation.writing import written
    from queuecalc.report import derivation_latex, derivation_markdown, derivation_text

    proof = derive(kind, **{name: value for name, value in numbers.items() if value is not None})
    derived, brief = written(proof), steps == "brief"
    if written_as == "markdown":
        text = derivation_markdown(derived, brief=brief)
    elif written_as == "latex":
        text = derivation_latex(derived, brief=brief)
    else:
        unicode = output is None and is_coloured()
        text = derivation_text(derived, width=page_width(), brief=brief, unicode=unicode)
    if output is None:
        write(text)
    else:
        output.write_text(text, encoding="utf-8")
        write(f"{output} is written\n")
