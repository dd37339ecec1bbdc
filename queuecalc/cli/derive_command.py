"""`derive`: the formulas behind the numbers, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from queuecalc.cli.numbers import CountType, Number
from queuecalc.cli.options import shared

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
    short_help="Derive a formula step by step, or write out the calculation behind a plan.",
    epilog="\b\nExample:  queuecalc derive mmc --arrival-rate 70 --service-rate 20 --servers 4 --steps brief",
)
@click.argument("model", metavar="KIND|MODEL")
@_numbers
@shared("set")
@click.option(
    "--count",
    "counts",
    type=CountType(),
    multiple=True,
    help="Of a MODEL: judge this plan, not the cheapest; repeatable, or with commas: --count server=4,worker=6.",
)
@click.option("--cite", is_flag=True, help="Of a MODEL: list the papers behind the numbers, too.")
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
    help="Write to this file instead; an existing one is replaced.",
)
def command(
    model: str,
    settings: tuple[str, ...],
    counts: tuple[tuple[tuple[str, int], ...], ...],
    cite: bool,
    steps: str,
    written_as: str,
    output: Path | None,
    **numbers: float | None,
) -> None:
    """Derive a theorem of a KIND (queuecalc list derivations) from the balance equations or the transform to the
    closed form. Every step is an equation that sympy verifies; then numbers are put in, and the result is compared with
    the library's. Numbers that are not given have defaults; a KIND takes those that it needs.

    Of a MODEL: the calculation behind its cheapest plan, or that of --count, as one would write it at a whiteboard,
    from users to cost: a round estimate, the exact value, the formula.
    """
    from queuecalc.cli.console import write
    from queuecalc.derivation.registry import found

    given = {name: value for name, value in numbers.items() if value is not None}
    brief = steps == "brief"
    if found(model) is not None and not Path(model).exists():
        if settings or counts or cite:
            raise click.UsageError(f"{model} is a derivation; --set, --count and --cite go with a MODEL")
        text = _theorem(model, given, written_as, brief=brief, to_file=output is not None)
    else:
        if given:
            option = next(iter(given)).replace("_", "-")
            raise click.UsageError(
                f"--{option} goes with a KIND (queuecalc list derivations), not with a MODEL"
            )
        plan = tuple(pair for pairs in counts for pair in pairs)
        text = _plan(model, settings, plan, written_as, brief=brief, cite=cite)
    if output is None:
        write(text)
    else:
        output.write_text(text, encoding="utf-8")
        write(f"{output} is written\n")


def _theorem(kind: str, numbers: dict[str, float], written_as: str, *, brief: bool, to_file: bool) -> str:
    from queuecalc.cli.console import is_coloured, page_width
    from queuecalc.derivation import derive
    from queuecalc.derivation.writing import written
    from queuecalc.report import derivation_latex, derivation_markdown, derivation_text

    derived = written(derive(kind, **numbers))
    if written_as == "markdown":
        return derivation_markdown(derived, brief=brief)
    if written_as == "latex":
        return derivation_latex(derived, brief=brief)
    unicode = is_coloured() and not to_file
    return derivation_text(derived, width=page_width(), brief=brief, unicode=unicode)


def _plan(
    name: str,
    settings: tuple[str, ...],
    pairs: tuple[tuple[str, int], ...],
    written_as: str,
    *,
    brief: bool,
    cite: bool,
) -> str:
    from queuecalc.cli.console import page_width
    from queuecalc.cli.counts import complete_counts, typed_counts
    from queuecalc.cli.progress import Progress
    from queuecalc.derivation import derive
    from queuecalc.modelfile import read_model
    from queuecalc.report import whiteboard_latex, whiteboard_markdown, whiteboard_text

    _refuse_unknown(name)
    described = read_model(name, settings=settings)
    if pairs:
        board = derive(described, complete_counts(described, typed_counts(described, pairs)))
    else:
        from queuecalc.sizing import size

        progress = Progress()
        try:
            answer = size(described, alternatives=0, explain=False, progress=progress)
        finally:
            progress.clear()
        board = derive(described, answer)
    if written_as == "markdown":
        return whiteboard_markdown(board, brief=brief, cite=cite)
    if written_as == "latex":
        return whiteboard_latex(board, brief=brief, cite=cite)
    return whiteboard_text(board, width=page_width(), brief=brief, cite=cite)


def _refuse_unknown(name: str) -> None:
    """A name that is neither a file nor shipped is answered with the nearest of models and derivations together."""
    from difflib import get_close_matches

    from queuecalc.derivation.registry import REGISTRY, plain
    from queuecalc.modelfile import shipped_models

    if name == "-" or Path(name).exists() or name in shipped_models():
        return
    near = get_close_matches(name, shipped_models(), n=1) or get_close_matches(plain(name), REGISTRY, n=1)
    known = f"did you mean {near[0]}?" if near else f"derivations are {', '.join(REGISTRY)}"
    raise click.UsageError(f"{name!r} is no derivation, no file and no shipped model; {known}")
