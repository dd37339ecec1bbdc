from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from queuecalc import __version__
from queuecalc.cli import main as program
from queuecalc.cli.main import COMMANDS, main
from queuecalc.cli.options import OPTIONS

Run = Callable[..., Result]
NAMES = [name for names in COMMANDS.values() for name in names]
CONTEXT = click.Context(main, info_name="queuecalc", **main.context_settings)


def command(name: str) -> click.Command:
    found = main.get_command(CONTEXT, name)
    assert found is not None
    return found


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_every_command_under_its_heading(run: Run, flag: str) -> None:
    result = run(flag)
    assert result.exit_code == 0
    for heading, names in COMMANDS.items():
        assert re.search(rf"^{heading}:\n(  .*\n)*  {names[-1]} ", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help_and_an_example_that_it_accepts(name: str) -> None:
    found = command(name)
    assert found.name == name
    assert found.help
    assert found.short_help
    assert found.epilog
    for parameter in found.params:
        assert isinstance(parameter, click.Argument) or getattr(parameter, "help", None), parameter.name
    example = found.epilog.removeprefix("\b\nExample:  ").split(" > ")[0]
    words = shlex.split(example)
    assert words[:2] == ["queuecalc", name]
    context = found.make_context(name, words[2:], parent=CONTEXT)
    assert context.args == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_prints_its_help(run: Run, name: str, flag: str) -> None:
    result = run(name, flag)
    assert result.exit_code == 0
    assert f"Usage: queuecalc {name}" in result.stdout


def test_every_module_of_a_command_is_in_the_table() -> None:
    folder = Path(program.__file__).parent
    assert {path.stem.removesuffix("_command") for path in folder.glob("*_command.py")} == set(NAMES)


def test_a_command_that_takes_a_model_takes_settings_too() -> None:
    for name in NAMES:
        names = {parameter.name for parameter in command(name).params}
        assert ("model" in names) == ("settings" in names), name


def test_the_table_of_options_says_who_uses_them() -> None:
    from queuecalc.cli import options

    assert options.__doc__ is not None
    parameters = {
        "model": "model",
        "set": "settings",
        "count": "counts",
        "from": "base",
        "format": "form",
        "quiet": "quiet",
    }
    of_their_own = {"count": {"derive"}, "from": {"new"}, "format": {"check"}}
    assert set(parameters) == set(OPTIONS)
    for option, parameter in parameters.items():
        (row,) = re.findall(rf"^{option} .*$", options.__doc__, re.MULTILINE)
        users = {name for name in NAMES if any(p.name == parameter for p in command(name).params)}
        claimed = set(re.split(r"\s{2,}", row)[-1].split(", "))
        assert claimed == users - of_their_own.get(option, set())


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"queuecalc {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [(["siez"], "did you mean 'size'?"), (["xyz"], "expected one of new, list"), (["--bad"], "--bad")],
)
def test_an_unknown_command_is_answered_with_the_nearest(run: Run, arguments: list[str], hint: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert hint in result.stderr
    assert result.stdout == ""


def test_a_name_that_is_no_command_is_not_imported() -> None:
    assert main.get_command(CONTEXT, "nosuch") is None


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    result = run()
    assert "Usage: queuecalc" in result.stdout + result.stderr
