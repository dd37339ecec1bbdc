from __future__ import annotations

import json
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import click
import pytest
from click.testing import Result

from queuecalc.cli.stations import build_law, build_station, station_kind

Run = Callable[..., Result]


class Quantiles:
    """A wait that is known by its percentiles alone."""

    def ppf(self, q: float) -> float:
        return q


class MM1:
    """One exponential server."""

    stable = True
    utilisation = 0.5
    delay_probability = 0.5
    mean_wait = 0.25
    wait = sojourn = Quantiles()

    def __init__(self, *, arrival_rate: float, service_rate: float) -> None:
        self.arguments = {"arrival_rate": arrival_rate, "service_rate": service_rate}


class MMcK(MM1):
    """Several exponential servers and a finite room."""

    blocking_probability = 0.01

    def __init__(self, *, arrival_rate: float, service_rate: float, servers: int, capacity: int) -> None:
        super().__init__(arrival_rate=arrival_rate, service_rate=service_rate)
        self.arguments |= {"servers": servers, "capacity": capacity}


class MGc(MM1):
    """Several servers and any law."""

    def __init__(self, *, arrival_rate: float, service: Any, servers: int = 1) -> None:
        self.arguments = {"arrival_rate": arrival_rate, "service": service, "servers": servers}


@pytest.fixture
def stations(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("queuecalc.station")
    module.REGISTRY = {"MM1": MM1, "MMcK": MMcK, "MGc": MGc}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "queuecalc.station", module)


def build(kind: type[Any], **changes: Any) -> Any:
    numbers = {
        name: changes.pop(name, None) for name in ("arrival_rate", "service_rate", "servers", "capacity")
    }
    options: dict[str, Any] = {"service_ms": None, "scv": None, "law": None}
    return build_station(kind, numbers=numbers, **(options | changes))


@pytest.mark.parametrize("name", ["MMcK", "mmck", "M/M/c/K", "m-m-c-k"])
def test_a_kind_is_found_however_it_is_written(stations: None, name: str) -> None:
    assert station_kind(name) is MMcK


@pytest.mark.parametrize(
    ("name", "hint"), [("MMcc", "did you mean MMcK?"), ("xyz", "there are MM1, MMcK, MGc")]
)
def test_an_unknown_kind_is_answered_with_the_nearest(stations: None, name: str, hint: str) -> None:
    with pytest.raises(click.UsageError) as refused:
        station_kind(name)
    assert hint in refused.value.message


def test_a_station_takes_exactly_what_its_kind_needs() -> None:
    station = build(MMcK, arrival_rate=3.0, service_rate=2.0, servers=4, capacity=9)
    assert station.arguments == {"arrival_rate": 3.0, "service_rate": 2.0, "servers": 4, "capacity": 9}
    assert build(MM1, arrival_rate=3.0, service_ms=250.0).arguments["service_rate"] == 4.0
    assert build(MM1, arrival_rate=3.0, service_ms=250.0, scv=1.0, law="exponential")


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (MM1, {}, "give the service time once"),
        (MM1, {"service_rate": 2.0, "service_ms": 500.0}, "give the service time once"),
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


def test_a_law_whose_parameters_have_no_option_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import queuecalc.law

    class Odd:
        def __init__(self, *, mean: float, bend: float) -> None:
            raise AssertionError

    monkeypatch.setitem(queuecalc.law.REGISTRY, "odd", Odd)
    with pytest.raises(click.UsageError, match="needs bend, for which there is no option"):
        build_law(mean_s=0.5, scv=None, name="odd")


def test_the_command_prints_one_station(run: Run, stations: None) -> None:
    result = run("station", "M/M/1", "--arrival-rate", "2", "--service-rate", "4", "--percentiles", "50,99.9")
    assert result.exit_code == 0
    assert result.stdout.startswith("MM1 is 50 % busy; an arrival waits with probability 50 %.\n")
    assert "p99.9       999 ms   999 ms" in result.stdout
    text = run("station", "MM1", "--arrival-rate", "2", "--service-ms", "250", "--format", "json").stdout
    assert json.loads(text)["sojourn_p95_s"] == 0.95
    result = run(
        "station", "MMcK", "--arrival-rate", "2", "--service-ms", "250", "--servers", "2", "--capacity", "3"
    )
    assert "blocking probability  1 %" in result.stdout


@pytest.mark.parametrize("number", ["nan", "-1", "0", "inf", "1e99"])
def test_rates_that_make_no_sense(run: Run, stations: None, number: str) -> None:
    result = run("station", "MM1", "--arrival-rate", number, "--service-rate", "4")
    assert (result.exit_code, result.stdout) == (2, "")


def test_stations_are_listed(run: Run, stations: None) -> None:
    assert "\nMGc   Several servers and any law\n" in run("list", "stations").stdout
