"""The program: a table of commands, each loaded when it is needed."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import click

from queuecalc.cli.edge import guarded

__all__ = ["COMMANDS", "main", "run"]

COMMANDS: dict[str, tuple[str, ...]] = {
    "Start": ("new", "list", "check", "schema"),
    "Answer": ("size", "evaluate"),
    "Learn": ("station", "network", "derive"),
    "Show": ("plot",),
    "Trust": ("simulate",),
}
"""Commands by what they are for; the command NAME is `command` in the module NAME_command."""

_RARELY = (50_000, 20, 20)
"""A command makes many objects that stay, and is soon over: it is not worth its while to look for cycles often."""


class Program(click.Group):
    """A group that knows its commands by name and imports them one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in the order of the table."""
        return [name for names in COMMANDS.values() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded now."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"queuecalc.cli.{cmd_name}_command").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names; an unknown one is answered with the nearest."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(known)}"
            raise click.UsageError(f"no command {args[0]!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands under the headings of the table."""
        width = max(map(len, self.list_commands(ctx)))
        for heading, names in COMMANDS.items():
            rows = []
            for name in names:
                command = self.get_command(ctx, name)
                assert command is not None
                rows.append((name.ljust(width), command.get_short_help_str(limit=formatter.width)))
            with formatter.section(heading):
                formatter.write_dl(rows)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run, and turn whatever happens into an exit status."""
        gc.set_threshold(*_RARELY)
        standalone = extra.pop("standalone_mode", True)
        run_group: Callable[..., Any] = super().main
        status = guarded(lambda: run_group(*args, standalone_mode=False, **extra))
        if standalone:
            sys.exit(status)
        return status


def _version(ctx: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked:
        from queuecalc import __version__

        click.echo(f"queuecalc {__version__}")
        ctx.exit()


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nStart here:  queuecalc size iot-ingestion",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
def main() -> None:
    """Size a distributed architecture with queueing theory.

    The cheapest number of units of every component that keeps a latency, availability and budget contract,
    and the proof.

    A MODEL is the path of a TOML file, the name of a shipped model (queuecalc list models) or - for standard
    input.

    Exit status: 0 answered and the contract is kept; 1 answered, the contract cannot be kept; 2 bad input;
    3 a defect of queuecalc; 130 interrupted.
    """


def run() -> None:
    """Entry point of the console script.

    One thread for linear algebra, unless the user says otherwise: the matrices are small, waking threads costs more.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    main(prog_name="queuecalc")
