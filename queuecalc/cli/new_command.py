"""`new`: a model file to begin with."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command(
    "new",
    short_help="Write a model file to begin with.",
    epilog="\b\nExample:  queuecalc new shop.toml --from iot-ingestion",
)
@click.argument("file", metavar="FILE")
@click.option("--from", "base", metavar="MODEL", help="The model to copy (queuecalc list models).")
def command(file: str, base: str | None) -> None:
    """Write a model file to FILE: a small one that works, with every key explained, or a copy of a model. An
    existing file is never overwritten; - is standard output.
    """
    import shlex
    from pathlib import Path

    from queuecalc.cli.console import write
    from queuecalc.modelfile import write_start

    text = write_start(base)
    if file == "-":
        write(text)
        return
    try:
        with Path(file).open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        raise click.UsageError(f"{file} exists and is not overwritten; name another file") from None
    write(f"{file} is written; next: {shlex.join(['queuecalc', 'size', file])}\n")
