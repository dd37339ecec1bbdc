"""`check`: the model as it was understood, or a certificate verified."""

from __future__ import annotations

import click

from queuecalc.cli.edge import KEPT, NOT_KEPT
from queuecalc.cli.options import shared

__all__ = ["command"]


@click.command(
    "check",
    short_help="Show how a model was understood; verify a certificate.",
    epilog="\b\nExample:  queuecalc check iot-ingestion --format mermaid",
)
@shared("model", "set")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "mermaid", "dot", "json"]),
    default="text",
    show_default=True,
    help="Text, the graph of calls for Mermaid or Graphviz, or everything as JSON.",
)
@click.option(
    "--certificate",
    "proof",
    type=click.Path(exists=True, dir_okay=False, readable=True),
    metavar="FILE",
    help="Verify the proof in FILE, as size --certificate wrote it, with text or JSON.",
)
def command(model: str, settings: tuple[str, ...], form: str, proof: str | None) -> int:
    """Read MODEL and show how it was understood: the way of every request class with its rates at the peak,
    what takes the work of an optional component that is absent, what no request reaches, and how many servers
    are held where a component waits for its own calls.

    Every fault of the file is reported at once, with exit status 2.

    With --certificate, verify instead that the plan in FILE is the cheapest that keeps the contract of MODEL: by a
    second, slow evaluator that shares nothing with the search, and by covering all plans in whole numbers. Exit
    status 0: verified; 1: not verified, with every reason; 2: FILE is no certificate that this version reads.
    """
    if proof is not None:
        return _verified(model, settings, form, proof)
    from queuecalc.answer import to_json
    from queuecalc.cli.console import show, write
    from queuecalc.evaluation import describe
    from queuecalc.modelfile import read_model
    from queuecalc.report import GRAPHS, description_page

    description = describe(read_model(model, settings=settings))
    if form == "text":
        show(description_page(description, settings))
    elif form == "json":
        write(f"{to_json(description)}\n")
    else:
        write(GRAPHS[form](description))
    return KEPT


def _verified(model: str, settings: tuple[str, ...], form: str, proof: str) -> int:
    if form not in ("text", "json"):
        raise click.UsageError(f"--certificate goes with --format text or json, not with {form}")
    from queuecalc.answer import to_json
    from queuecalc.cli.console import show, write
    from queuecalc.cli.progress import Steps
    from queuecalc.modelfile import read_model
    from queuecalc.report import verification_page
    from queuecalc.sizing.certificate_file import read_certificate
    from queuecalc.sizing.verification import verify

    described = read_model(model, settings=settings)
    certificate = read_certificate(proof)
    progress = Steps("checking")
    try:
        verification = verify(certificate, described, progress=progress)
    finally:
        progress.clear()
    if form == "json":
        write(f"{to_json(verification)}\n")
    else:
        show(verification_page(verification, f"{proof}, for {described.title} ({described.source or model})"))
    return KEPT if verification.verified else NOT_KEPT
