from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

import click
import pytest
from click.testing import Result

from queuecalc.cli.numbers import Number, NumbersType
from queuecalc.cli.station_options import FIELDS, flag
from queuecalc.cli.stations import build_law, build_station, options_of, station_kind
from queuecalc.station import MM1, REGISTRY, MGc, MMcK
from tests.cli.station_samples import typed

Run = Callable[..., Result]


def build(kind: type[Any], **given: Any) -> Any:
    return build_station(kind, given)


@pytest.mark.parametrize("name", ["MMcK", "mmck", "M/M/c/K", "m-m-c-k"])
def test_a_kind_is_found_however_it_is_written(name: str) -> None:
    assert station_kind(name) is MMcK


@pytest.mark.parametrize(
    ("name", "hint"), [("MMcKK", "did you mean MMcK?"), ("xyz", f"there are {', '.join(REGISTRY)}")]
)
def test_an_unknown_kind_is_answered_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(click.UsageError) as refused:
        station_kind(name)
    assert hint in refused.value.message


def test_a_station_takes_exactly_what_its_kind_needs() -> None:
    station = build(MMcK, arrival_rate=3.0, service_rate=2.0, servers=4, capacity=9)
    assert station == MMcK(arrival_rate=3.0, service_rate=2.0, servers=4, capacity=9)
    assert build(MM1, arrival_rate=3.0, service_ms=250.0) == MM1(arrival_rate=3.0, service_rate=4.0)
    assert build(MM1, arrival_rate=3.0, service_ms=250.0, scv=1.0, law="exponential").utilisation == 0.75


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (MM1, {}, "MM1: give the service time once"),
        (MM1, {"service_rate": 2.0, "service_ms": 500.0}, "MM1: give the service time once"),
        (MM1, {"service_rate": 2.0, "servers": 3}, "MM1 has no --servers"),
        (MM1, {"service_rate": 2.0, "scv": 2.0}, "MM1 has exponential service"),
        (MM1, {"service_rate": 2.0, "law": "gamma"}, "MM1 has exponential service"),
        (MMcK, {"service_rate": 2.0, "servers": 3}, "MMcK needs --capacity"),
        (MGc, {"service_rate": 2.0, "capacity": 3}, "MGc has no --capacity"),
    ],
)
def test_options_that_do_not_go_with_a_kind(kind: type[Any], options: dict[str, Any], message: str) -> None:
    with pytest.raises(click.UsageError) as refused:
        build(kind, arrival_rate=1.0, **options)
    assert message in refused.value.message


@pytest.mark.parametrize(
    ("scv", "name", "kind", "variation"),
    [
        (None, None, "Exponential", 1.0),
        (0.0, None, "Deterministic", 0.0),
        (2.0, None, "Gamma", 2.0),
        (None, "deterministic", "Deterministic", 0.0),
        (0.0, "Deterministic", "Deterministic", 0.0),
        (0.25, "erlang", "Erlang", 0.25),
        (None, "erlang", "Erlang", 1.0),
        (4.0, "hyperexponential", "Hyperexponential", 4.0),
        (None, "gamma", "Gamma", 1.0),
    ],
)
def test_service_laws(scv: float | None, name: str | None, kind: str, variation: float) -> None:
    law = build_law(mean_s=0.5, scv=scv, name=name)
    assert type(law).__name__ == kind
    assert law.mean == pytest.approx(0.5)
    assert law.scv == pytest.approx(variation)


@pytest.mark.parametrize(
    ("scv", "name", "message"),
    [
        (0.3, "erlang", "has SCV 1/k"),
        (0.0, "erlang", "has SCV 1/k"),
        (2.0, "exponential", "this law has SCV 1"),
        (None, "nosuch", "there are exponential"),
    ],
)
def test_service_laws_that_do_not_exist(scv: float | None, name: str, message: str) -> None:
    with pytest.raises(click.UsageError) as refused:
        build_law(mean_s=0.5, scv=scv, name=name)
    assert message in refused.value.message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--shape", "2.5"], "--shape 2.5: only a pareto law has one; add --law pareto"),
        (["--shape", "2.5", "--law", "gamma"], "--shape 2.5: only a pareto law has one"),
        (["--shape", "2.5", "--law", "pareto", "--scv", "1"], "give --scv or --shape, not both"),
        (["--shape", "1", "--law", "pareto"], "Invalid value for '--shape'"),
    ],
)
def test_shapes_that_no_law_has(run: Run, options: list[str], message: str) -> None:
    result = run("station", "MG1", "--arrival-rate", "5", "--service-rate", "10", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())


def test_a_pareto_service_by_the_exponent_of_its_tail(run: Run) -> None:
    """The excess of a Pareto time of exponent a has the mean E[S^2] / (2 E[S]) = m (a - 1)^2 / (2 a (a - 2))."""
    words = ("station", "MG1", "--arrival-rate", "5", "--service-rate", "10", "--law", "Pareto", "--shape")
    answer = json.loads(run(*words, "2.5", "--format", "json").stdout)
    assert answer["mean_wait_s"] == pytest.approx(0.1 * 1.5**2 / (2 * 2.5 * 0.5), rel=1e-12)
    heavy = run(*words, "1.5", "--format", "json")
    assert heavy.exit_code == 0
    assert json.loads(heavy.stdout)["sojourn_p99_s"] > answer["sojourn_p99_s"]


def test_shared_servers_tell_means_of_every_law_and_percentiles_of_some(run: Run) -> None:
    words = ("--arrival-rate", "5", "--service-rate", "10")
    answer = json.loads(run("station", "M/G/1-PS", *words, "--scv", "4", "--format", "json").stdout)
    assert answer["mean_sojourn_s"] == pytest.approx(0.2, rel=1e-12)
    assert answer["slowdown"] == pytest.approx(2.0, rel=1e-12)
    assert "exponential service alone" in answer["no_percentiles"]
    assert not any(key.startswith("sojourn_p") for key in answer)
    page = run("station", "M/G/1-PS", *words, "--scv", "4").stdout
    assert "M/G/1-PS is 50 % busy; nobody waits." in page
    assert "exponential service alone" in page
    plain = run("station", "M/M/1-PS", *words, "--format", "json").stdout
    same = run("station", "M/G/1-PS", *words, "--format", "json").stdout
    assert json.loads(plain)["sojourn_p95_s"] == pytest.approx(json.loads(same)["sojourn_p95_s"], rel=1e-12)


@pytest.mark.parametrize("name", ["pareto", "uniform"])
def test_a_law_without_a_plain_scv_asks_for_one(name: str) -> None:
    with pytest.raises(click.UsageError, match=rf"--law {name}: needs --scv( or --shape)?, too"):
        build_law(mean_s=0.5, scv=None, name=name)
    law = build_law(mean_s=0.5, scv=0.25, name=name)
    assert (law.mean, law.scv) == (pytest.approx(0.5), pytest.approx(0.25))


def test_the_command_prints_one_station(run: Run) -> None:
    # M/M/1 at rho = 1/2 with mu = 4: P(T > t) = exp(-2 t), P(W > t) = exp(-2 t) / 2.
    result = run("station", "M/M/1", "--arrival-rate", "2", "--service-rate", "4", "--percentiles", "50,99.9")
    assert result.exit_code == 0
    assert result.stdout.startswith("M/M/1 is 50 % busy; an arrival waits with probability 50 %.\n")
    assert "p99.9       3.107 s   3.454 s" in result.stdout
    assert "mean wait          250 ms" in result.stdout
    assert "formula" in result.stdout
    text = run("station", "MM1", "--arrival-rate", "2", "--service-ms", "250", "--format", "json").stdout
    answer = json.loads(text)
    assert answer["sojourn_p95_s"] == pytest.approx(-math.log(0.05) / 2.0, rel=1e-12)
    assert answer["mean_in_system"] == pytest.approx(1.0, rel=1e-12)
    assert (answer["station"], answer["evidence"], answer["statements"]) == ("M/M/1", "exact", "erlang-c")


def test_a_finite_room_on_the_command_line(run: Run) -> None:
    # M/M/1/1: an arrival is turned away when the server is busy, rho / (1 + rho) = 1/3.
    result = run(
        *(
            "station",
            "MMcK",
            "--arrival-rate",
            "2",
            "--service-ms",
            "250",
            "--servers",
            "1",
            "--capacity",
            "1",
        ),
        *("--format", "json"),
    )
    answer = json.loads(result.stdout)
    assert answer["station"] == "M/M/1/1"
    assert answer["blocking_probability"] == pytest.approx(1.0 / 3.0, rel=1e-12)


def test_a_station_without_a_steady_state_says_how_many_servers_it_needs(run: Run) -> None:
    result = run("station", "mmc", "--arrival-rate", "70", "--service-rate", "20", "--servers", "2")
    assert result.exit_code == 0
    sentence = "M/M/2 has no steady state: 175 % of its capacity is asked for; at least 4 servers are needed."
    assert result.stdout.splitlines()[0] == sentence


@pytest.mark.parametrize("name", sorted(REGISTRY))
@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_every_registered_station_can_be_printed(run: Run, name: str, form: str) -> None:
    options = typed(name)
    result = run("station", name, *options, "--format", form, "--percentiles", "95")
    assert (result.exit_code, result.stderr) == (0, "")
    assert REGISTRY[name].statement.key in run("station", name, *options, "--format", "json").stdout
    assert "nan" not in result.stdout


@pytest.mark.parametrize("number", ["nan", "-1", "0", "inf", "1e99"])
def test_rates_that_make_no_sense(run: Run, number: str) -> None:
    result = run("station", "MM1", "--arrival-rate", number, "--service-rate", "4")
    assert (result.exit_code, result.stdout) == (2, "")


def test_stations_are_listed(run: Run) -> None:
    text = run("list", "stations").stdout
    for name, kind in REGISTRY.items():
        assert re.search(
            rf"^{name} +{re.escape(kind.kendall)} +{kind.statement.evidence.value} ", text, re.MULTILINE
        )


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_help_for_a_kind_tells_of_its_own_options_and_its_formula(run: Run, name: str) -> None:
    kind = REGISTRY[name]
    for spelling in (name, kind.__name__, kind.kendall):
        result = run("station", spelling, "--help")
        assert (result.exit_code, result.stderr) == (0, "")
        told = " ".join(result.stdout.split())
        assert f"formula {kind.formula}" in told
        assert kind.statement.paper in told
        own = {row.name for row in FIELDS if flag(row.name) in result.stdout.split()}
        assert own == options_of(kind) & {row.name for row in FIELDS}
    assert run("station", "--help", name).stdout == run("station", name, "-h").stdout


def test_help_for_an_unknown_kind_names_the_nearest(run: Run) -> None:
    result = run("station", "MMcKK", "--help")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean MMcK" in result.stderr


@pytest.mark.parametrize("words", [["--arrival-rate", "70", "MMc"], ["MMc", "--arrival-rate", "70"]])
def test_options_may_stand_before_the_kind(run: Run, words: list[str]) -> None:
    result = run("station", *words, "--service-rate", "20", "--servers", "4")
    assert result.stdout.startswith("M/M/4 is 87.5 % busy")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("20", (20.0,)),
        ("20,10.5", (20.0, 10.5)),
        ("3x20,8", (20.0, 20.0, 20.0, 8.0)),
        (" 2x1 , 3", (1.0, 1.0, 3.0)),
    ],
)
def test_several_numbers_as_they_are_typed(text: str, numbers: tuple[float, ...]) -> None:
    kind = NumbersType(Number(0, 1e6, closed=False), 5)
    assert kind.convert(text, None, None) == numbers
    assert kind.convert(numbers, None, None) == numbers


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is not a number above 0"),
        ("1,,2", "'' is not a number above 0"),
        ("1,nan", "'nan' is not a number above 0"),
        ("0x3", "'0x3': expected a number, or NxNUMBER"),
        ("ax3", "'ax3': expected a number, or NxNUMBER"),
        ("4x1,2x2", "6 numbers; at most 5 are taken"),
        ("99999x1", "expected a number, or NxNUMBER"),
    ],
)
def test_several_numbers_that_make_no_sense(text: str, message: str) -> None:
    with pytest.raises(click.UsageError) as refused:
        NumbersType(Number(0, 1e6, closed=False), 5).convert(text, None, None)
    assert message in refused.value.message
