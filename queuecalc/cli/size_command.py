"""`size`: the cheapest plan."""

from __future__ import annotations

import click

from queuecalc.cli.edge import KEPT, NOT_KEPT
from queuecalc.cli.numbers import Number
from queuecalc.cli.options import refuse_quiet, shared

__all__ = ["command"]


@click.command(
    "size",
    short_help="Find the cheapest plan that keeps the contract, and the proof.",
    epilog="\b\nExample:  queuecalc size iot-ingestion --set contract.p95_ms=150",
)
@shared("model", "set", "format", "quiet")
@click.option(
    "--alternatives",
    type=Number(0, 100, whole=True),
    metavar="N",
    default=3,
    show_default=True,
    help="How many of the next plans to name.",
)
@click.option(
    "--certificate",
    "proof",
    type=click.Path(dir_okay=False, writable=True),
    metavar="FILE",
    help="Write the proof to FILE (JSON): the refused boxes of plans and what refuses each.",
)
def command(
    model: str, settings: tuple[str, ...], form: str, quiet: bool, alternatives: int, proof: str | None
) -> int:
    """Find the cheapest number of units of every component that keeps the contract of MODEL along its whole
    load curve; prove that nothing cheaper does; and say what binds, what one unit less would break, and where
    the time goes.

    Exit status 1 if no plan keeps the contract.
    """
    refuse_quiet(form, quiet)
    from dataclasses import replace

    from queuecalc.cli.console import deliver, write
    from queuecalc.cli.progress import Progress
    from queuecalc.modelfile import read_model
    from queuecalc.report import counts_text, quiet_sizing, sizing_page
    from queuecalc.sizing import size

    described = read_model(model, settings=settings)
    if proof is not None:
        from queuecalc.sizing.verification import check_verifiable

        check_verifiable(described)
    progress = Progress()
    try:
        answer = size(
            described, alternatives=0 if quiet else alternatives, explain=not quiet, progress=progress
        )
    except KeyboardInterrupt:
        progress.clear()
        if progress.counts is None:
            click.echo("no plan was found yet", err=True)
        else:
            best = f"${progress.cost_usd_per_month:,}: {counts_text(progress.counts)}"
            click.echo(f"best plan so far, not proven: {best}", err=True)
        raise
    finally:
        progress.clear()
    if proof is not None:
        from pathlib import Path

        from queuecalc.answer import to_json

        Path(proof).write_text(f"{to_json(answer.certificate)}\n", encoding="utf-8")
    if quiet:
        write(f"{quiet_sizing(answer)}\n")
    else:
        told = replace(answer, certificate=None)
        deliver(form, told, lambda everything: sizing_page(answer, settings, everything=everything))
    return KEPT if answer.feasible else NOT_KEPT
