"""`check`: the model as it was understood."""

from __future__ import annotations

import click

from queuecalc.cli.options import shared

__all__ = ["command"]


@click.command(
    "check",
    short_help="Show how a model was understood: who calls whom, how often.",
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
def command(model: str, settings: tuple[str, ...], form: str) -> None:
    """Read MODEL and show how it was understood: the way of every request class with its rates at the peak,
    what takes the work of an optional component that is absent, what no request reaches, and how many servers
    are held where a component waits for its own calls.

    Every fault of the file is reported at once, with exit status 2.
    """
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
