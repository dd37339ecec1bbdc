"""`network`: what it prints, in every form, and what it refuses."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from queuecalc.answer import NetworkAnswer, from_json
from queuecalc.evidence import Evidence

Run = Callable[..., Result]

# lambda_cpu = 1 + 0.4 lambda_disk, lambda_disk = 0.5 lambda_cpu: 1.25 and 0.625; both are 62.5 % busy.
CENTRAL = """\
title = "Central server"
[stations.cpu]
service_rate = 2
[stations.disk]
service_rate = 1
[routing.cpu]
disk = 0.5
[routing.disk]
cpu = 0.4
[arrival_rates]
cpu = 1
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "central.toml"
    path.write_text(CENTRAL, encoding="utf-8")
    return str(path)


def answered(run: Run, *arguments: str, status: int = 0) -> NetworkAnswer:
    result = run("network", *arguments, "--format", "json")
    assert result.exit_code == status, result.stderr
    answer = from_json(NetworkAnswer, result.stdout)
    assert isinstance(answer, NetworkAnswer)
    return answer


def test_a_network_by_hand(run: Run, file: str) -> None:
    answer = answered(run, file)
    cpu, disk = answer.stations
    assert (cpu.name, cpu.station, cpu.servers) == ("cpu", "M/M/1", 1)
    assert (cpu.arrival_rate_per_s, disk.arrival_rate_per_s) == pytest.approx((1.25, 0.625))
    assert (cpu.visits, disk.visits) == pytest.approx((1.25, 0.625))
    assert cpu.utilisation == pytest.approx(0.625)
    assert cpu.mean_sojourn_s == pytest.approx(1 / 0.75)
    assert disk.mean_sojourn_s == pytest.approx(1 / 0.375)
    assert cpu.mean_queue_length == pytest.approx(0.625**2 / 0.375)
    assert answer.mean_sojourn_s == pytest.approx(2 * 0.625 / 0.375)
    assert (cpu.mean_time_per_request_s, disk.mean_time_per_request_s) == pytest.approx((0.625 / 0.375,) * 2)
    assert answer.mean_in_system == pytest.approx(2 * 0.625 / 0.375)
    assert answer.throughput_per_s == answer.arrival_rate_per_s == 1.0
    assert answer.largest_arrival_rate_per_s == pytest.approx(1.6)
    assert [each.level for each in answer.percentiles] == [0.5, 0.95, 0.99]
    assert answer.evidence is Evidence.APPROXIMATE
    assert answer.means_exact


def test_a_tandem_has_exact_percentiles(run: Run, tmp_path: Path) -> None:
    """Two like stations in a row: the sojourn is Erlang-2."""
    path = tmp_path / "tandem.toml"
    path.write_text(
        "[stations]\na = { service_rate = 3 }\nb = { service_rate = 3 }\n[routing.a]\nb = 1\n[arrival_rates]\na = 1\n",
        encoding="utf-8",
    )
    answer = answered(run, str(path), "--percentile", "95")
    (p95,) = answer.percentiles
    assert p95.sojourn_s * 2 == pytest.approx(4.743864518, rel=1e-9)  # (1 + x) exp(-x) = 0.05
    assert answer.evidence is Evidence.EXACT


def test_percentiles_as_they_are_asked_for(run: Run, file: str) -> None:
    answer = answered(run, file, "--percentile", "90", "--percentile", "99.9,50", "--percentiles", "90")
    assert [each.level for each in answer.percentiles] == pytest.approx([0.9, 0.999, 0.5])
    times = [each.sojourn_s for each in sorted(answer.percentiles, key=lambda each: each.level)]
    assert all(a < b for a, b in itertools.pairwise(times))
    wrong = run("network", file, "--percentile", "100")
    assert (wrong.exit_code, wrong.stdout) == (2, "")


def test_the_page(run: Run, file: str) -> None:
    text = run("network", file, env={"COLUMNS": "80"}).stdout
    assert text.startswith("3.33 s end to end on average; p50 ")
    assert "Central server" in text
    assert "cpu, full when 1.6/s arrive, 1.6 x as many" in text
    assert "rates, utilisations and means are exact" in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_other_formats(run: Run, file: str) -> None:
    rows = list(csv.reader(io.StringIO(run("network", file, "--format", "csv").stdout)))
    assert rows[0] == ["section", "subject", "key", "value"]
    assert ["NetworkAnswer.stations", "disk", "visits", "0.625"] in rows
    assert "## Stations" in run("network", file, "--format", "markdown").stdout
    keys = json.loads(run("network", file, "--format", "json").stdout)
    assert {"mean_sojourn_s", "throughput_per_s", "bottleneck", "statements"} <= keys.keys()


def test_a_station_without_steady_state(run: Run, file: str) -> None:
    """cpu is offered 2.5 of 2, disk 1.25 of 1; in the long run 2 and 1 leave them: 2 x 0.5 + 1 x 0.6 go out."""
    answer = answered(run, file, "--set", "arrival_rates.cpu=2", status=1)
    assert not answer.stable
    assert [each.least_servers for each in answer.stations] == [2, 2]
    assert answer.mean_sojourn_s == float("inf")
    assert answer.throughput_per_s == pytest.approx(1.6)
    result = run("network", file, "--set", "arrival_rates.cpu=2")
    assert result.exit_code == 1
    assert result.stdout.startswith(
        "no steady state: cpu is asked for 125 % of its capacity, at least 2 servers are needed; "
    )
    assert "--set stations.cpu.servers=2 --set stations.disk.servers=2" in " ".join(result.stdout.split())
    mended = ["arrival_rates.cpu=2", "stations.cpu.servers=2", "stations.disk.servers=2"]
    assert answered(run, file, *itertools.chain.from_iterable(("--set", each) for each in mended)).stable


def test_at_capacity_one_more_server_is_needed(run: Run, file: str) -> None:
    answer = answered(run, file, "--set", "routing={}", "--set", "arrival_rates.cpu=6", status=1)
    assert answer.stations[0].utilisation == 3.0
    assert answer.stations[0].least_servers == 4
    assert (
        answered(run, file, "--set", "routing={}", "--set", "arrival_rates.cpu=5.9", status=1)
        .stations[0]
        .least_servers
        == 3
    )


def test_standard_input(run: Run) -> None:
    result = run("network", "-", input=CENTRAL)
    assert result.exit_code == 0
    assert "Central server (standard input)" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such-file.toml"], "no-such-file.toml: 1 fault"),
        (["FILE", "--set", "stations.cpuu.servers=2"], "stations.cpuu: no such place; did you mean cpu?"),
        (["FILE", "--set", "routing.disk.cpu=1", "--set", "routing.cpu.disk=1"], "can ever leave"),
        (["FILE", "--set", "nonsense"], "expected PATH=VALUE"),
        (["iot-ingestion.toml"], "expected a network file"),
    ],
)
def test_bad_input_is_answered_on_stderr_alone(
    run: Run, file: str, arguments: list[str], message: str
) -> None:
    result = run("network", *[file if each == "FILE" else each for each in arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_networks_are_listed(run: Run) -> None:
    listed: list[dict[str, Any]] = json.loads(run("list", "networks", "--format", "json").stdout)
    assert "web-shop" in [row["name"] for row in listed]
    for row in listed:
        assert run("network", row["name"]).exit_code == 0


# ------------------------------------------------------------------ not product form
LINE = """\
title = "A packing line"
[stations.pick]
service = { mean_ms = 8, scv = 0.5 }
[stations.pack]
service_ms = 7
[routing.pick]
pack = 1
[arrival_rates]
pick = 100
[arrival_scvs]
pick = 0.25
"""


@pytest.fixture
def line(tmp_path: Path) -> str:
    path = tmp_path / "line.toml"
    path.write_text(LINE, encoding="utf-8")
    return str(path)


def test_a_network_is_solved_by_the_dispersion_of_its_flows_where_it_is_not_product_form(
    run: Run, line: str, file: str
) -> None:
    answer = answered(run, line)
    assert (answer.method, answer.evidence, answer.means_exact) == ("dispersion", Evidence.APPROXIMATE, False)
    assert "dispersion" in answer.statements
    pick, pack = answer.stations
    assert (pick.station, pick.servers) == ("G/G/1", 1)
    assert pick.utilisation == pytest.approx(0.8)
    # the same two queues with Poisson arrivals: 24 ms and 16.3 ms of wait
    assert 0.005 < pick.mean_wait_s < 0.016
    assert pick.arrival_dispersion == pytest.approx(0.3, abs=0.05)
    assert 0.3 < (pack.arrival_dispersion or 0.0) < 0.8
    assert answered(run, file).method == "product-form"
    assert answered(run, file).stations[0].arrival_dispersion is None


def test_every_method_by_name(run: Run, line: str, file: str) -> None:
    means = {name: answered(run, line, "--method", name) for name in ("dispersion", "robust", "qna")}
    assert [each.method for each in means.values()] == list(means)
    values = [each.mean_sojourn_s for each in means.values()]
    assert max(values) < 1.1 * min(values)
    exact = answered(run, file)
    for name in ("dispersion", "robust"):  # an exponential network has Jackson's means all the same
        assert answered(run, file, "--method", name).mean_sojourn_s == pytest.approx(
            exact.mean_sojourn_s, rel=1e-2
        )
    page = run("network", line, "--method", "robust").stdout
    assert "variability" in page
    assert "robust queueing" in page
    assert "by simulation of 200 random networks" in " ".join(page.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--method", "product-form"), "the arrivals at pick are not Poisson"),
        (("--method", "schweitzer"), "goes with closed networks"),
        (("--set", "arrival_scvs.pick=-1"), "arrival_scvs.pick"),
        (("--set", "arrival_scvs.pack=2"), "nobody comes to pack from outside"),
        (("--set", "arrival_scvs.pak=2"), "no such"),
        (("--set", "arrival_scvs=2"), "expected a table, [arrival_scvs]"),
    ],
)
def test_what_does_not_go_together_is_refused(
    run: Run, line: str, arguments: tuple[str, ...], message: str
) -> None:
    result = run("network", line, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())


def test_open_methods_are_refused_for_closed_networks(run: Run) -> None:
    result = run("network", "intranet", "--method", "qna")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "goes with open networks" in result.stderr


def test_arrivals_that_are_not_poisson_are_not_simulated_as_such(run: Run, line: str) -> None:
    result = run("simulate", line)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Poisson arrivals" in result.stderr


def test_no_steady_state_names_the_station_and_the_servers(run: Run, line: str) -> None:
    result = run("network", line, "--set", "arrival_rates.pick=130")
    assert result.exit_code == 1
    assert "pick is asked for 104 % of its capacity, at least 2 servers are needed" in result.stdout
    assert answered(run, line, "--set", "arrival_rates.pick=130", status=1).mean_sojourn_s == float("inf")
