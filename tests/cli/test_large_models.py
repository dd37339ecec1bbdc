"""Models of many components and counts without end: answered, never hung."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from queuecalc.cli.main import main


def _chain(length: int) -> str:
    parts = "\n".join(
        f"c{i} = {{ servers = 2, service_ms = 10, usd_per_month = 10, count = [1, 5] }}"
        for i in range(length)
    )
    calls = ",\n".join(f'{{ from = "c{i}", to = "c{i + 1}" }}' for i in range(length - 1))
    return (
        'format = 1\ntitle = "many"\n[load]\nrequests_per_s = 50\n[contract]\np95_ms = 90000\n'
        f'[components]\n{parts}\n[architecture]\ncalls = [{{ from = "users", to = "c0" }},\n{calls}]\n'
    )


def test_five_hundred_components_are_checked(tmp_path: Path) -> None:
    file = tmp_path / "many.toml"
    file.write_text(_chain(500))
    result = CliRunner().invoke(main, ["check", str(file)])
    assert result.exit_code == 0, result.output
    assert "about 10^349 plans" in result.output


def test_sixty_components_are_sized(tmp_path: Path) -> None:
    file = tmp_path / "many.toml"
    file.write_text(_chain(60))
    result = CliRunner().invoke(main, ["size", str(file), "--quiet"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("YES $600 a month (proven)")


def test_a_count_may_be_a_billion() -> None:
    arguments = ["size", "single-queue", "--set", "components.server.count=[1, 1000000000]", "--quiet"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    assert result.output == "YES $450 a month (proven): server=9\n"
