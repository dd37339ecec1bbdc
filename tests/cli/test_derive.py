from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from queuecalc.cli.derive_command import NUMBERS
from queuecalc.derivation import REGISTRY

Run = Callable[..., Result]


def test_every_parameter_has_an_option() -> None:
    parameters = {each.name for entry in REGISTRY.values() for each in entry.load().parameters}
    assert set(NUMBERS) == parameters


@pytest.mark.parametrize("form", ["text", "markdown", "latex"])
def test_a_derivation_goes_to_a_file(run: Run, form: str, tmp_path: Path) -> None:
    file = tmp_path / "derivation"
    result = run("derive", "fluid", "--format", form, "-o", str(file))
    assert result.stdout == f"{file} is written\n"
    printed = run("derive", "fluid", "--format", form)
    assert printed.exit_code == 0
    assert file.read_text(encoding="utf-8") == printed.stdout


def test_numbers_are_put_in(run: Run) -> None:
    result = run("derive", "mm1", "--arrival-rate", "9", "--service-rate", "10", "--steps", "brief")
    assert "= 1 s" in result.stdout
    assert "10 - 9" in result.stdout


def test_an_overloaded_queue_is_told(run: Run) -> None:
    result = run("derive", "mm1", "--arrival-rate", "12", "--service-rate", "10", env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "rho = 1.2 is not below 1" in result.stdout
    assert "= inf s" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mmx1"], "did you mean"),
        (["mm1", "--servers", "3"], "mm1: no parameter 'servers'"),
        (["mm1", "--arrival-rate", "-1"], "a number"),
        (["mmck", "--servers", "5", "--capacity", "4"], "capacity"),
        (["tandem", "--level", "0.9999"], "level"),
    ],
)
def test_bad_input_is_refused(run: Run, arguments: list[str], message: str) -> None:
    result = run("derive", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_derivations_are_listed(run: Run) -> None:
    result = run("list", "derivations")
    assert result.exit_code == 0
    assert all(name in result.stdout for name in REGISTRY)


def test_help_does_not_wait_for_sympy() -> None:
    import subprocess

    code = (
        "import sys; from queuecalc.cli.main import main; "
        "main(['derive', '--help'], standalone_mode=False); sys.exit('sympy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_a_model_is_sized_and_written_out(run: Run) -> None:
    result = run("derive", "single-queue", "--cite")
    assert result.exit_code == 0, result.stderr
    assert "Plan: server 9" in result.stdout
    assert "Little 1961" in result.stdout
    told = run("derive", "single-queue", "--count", "server=12", "--set", "load.requests_per_s=60").stdout
    assert "Plan: server 12" in told
    assert "60/s" in told
    assert "Little" not in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["single-queu"], "did you mean single-queue?"),
        (["single-queue", "--servers", "3"], "--servers goes with a KIND"),
        (["mm1", "--cite"], "go with a MODEL"),
        (["mm1", "--count", "server=3"], "go with a MODEL"),
        (["single-queue", "--count", "sever=3"], "did you mean 'server'?"),
    ],
)
def test_what_does_not_go_together_is_refused(run: Run, arguments: list[str], message: str) -> None:
    result = run("derive", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
