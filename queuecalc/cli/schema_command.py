"""`schema`: the words of a model file."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command(
    "schema",
    short_help="Print the JSON Schema of a model file.",
    epilog="\b\nExample:  queuecalc schema > queuecalc.schema.json",
)
def command() -> None:
    """Print the JSON Schema of a model file, for editors that complete and check as one types."""
    import json

    from queuecalc.cli.console import write
    from queuecalc.modelfile import json_schema

    write(f"{json.dumps(json_schema(), indent=2, ensure_ascii=False)}\n")
