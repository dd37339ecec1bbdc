"""Files of plain networks: what they mean, and every way to write one wrong."""

from __future__ import annotations

import io
import math
import sys
from pathlib import Path

import pytest

from queuecalc.errors import ModelError
from queuecalc.law import Deterministic, Gamma, Lognormal, Pareto
from queuecalc.modelfile import NamedClasses, NamedClosed, read_any_network, read_network, shipped_networks
from queuecalc.network import JacksonNetwork
from queuecalc.station import Station

SMALL = """\
[stations.web]
servers = 2
service_rate = 20
[stations.disk]
service_rate = 40
[routing.web]
disk = 0.5
[routing.disk]
web = 0.25
[arrival_rates]
web = 10
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def faults(path: Path, *settings: str) -> list[str]:
    with pytest.raises(ModelError) as caught:
        read_network(path, settings=settings)
    return [str(fault) for fault in caught.value.faults]


def test_a_file_is_the_network_that_it_describes(file: Path) -> None:
    read = read_network(file)
    assert read.network == JacksonNetwork(
        stations={"web": Station(servers=2, service_rate=20.0), "disk": Station(service_rate=40.0)},
        routing={"web": {"disk": 0.5}, "disk": {"web": 0.25}},
        arrival_rates={"web": 10.0},
    )
    assert read.title == read.source == str(file)


@pytest.mark.parametrize(
    ("written", "station"),
    [
        ("{ service_rate = 20 }", Station(service_rate=20.0)),
        ('{ servers = "unlimited", service_rate = 20 }', Station(servers=math.inf, service_rate=20.0)),
        ("{ service_rate = 20, scv = 0 }", Station(service=Deterministic(mean=0.05))),
        ("{ service_ms = 50, scv = 2.5 }", Station(service=Gamma(mean=0.05, scv=2.5))),
        (
            '{ service_ms = 50, scv = 4, law = "lognormal", servers = 3 }',
            Station(servers=3, service=Lognormal(mean=0.05, scv=4.0)),
        ),
        (
            '{ service = { mean_ms = 50, scv = 4, law = "lognormal" } }',
            Station(service=Lognormal(mean=0.05, scv=4.0)),
        ),
        (
            '{ service_ms = 50, law = "pareto", shape = 2.5 }',
            Station(service=Pareto(mean=0.05, shape=2.5)),
        ),
        (
            '{ service = { mean_ms = 50, law = "pareto", shape = 2.5 } }',
            Station(service=Pareto(mean=0.05, shape=2.5)),
        ),
    ],
)
def test_every_way_to_tell_of_a_service(file: Path, written: str, station: Station) -> None:
    network = read_network(file, settings=[f"stations.disk={written}"]).network
    assert network.stations["disk"] == station


def test_two_percentiles_are_a_lognormal_law(file: Path) -> None:
    network = read_network(
        file, settings=["stations.disk={ service = { p50_ms = 12, p99_ms = 90 } }"]
    ).network
    law = network.stations["disk"].service
    assert isinstance(law, Lognormal)
    assert law.ppf(0.5) == pytest.approx(0.012, rel=1e-12)
    assert law.ppf(0.99) == pytest.approx(0.09, rel=1e-12)


ONE = {
    "stations.web.servers=0": "stations.web.servers: found 0; expected a whole number of at least 1",
    "stations.web.servers=1.5": (
        'stations.web.servers: found 1.5; expected a whole number of at least 1, or "unlimited"'
    ),
    "stations.web.service_rate=0": "stations.web.service_rate: found 0; expected a rate above 0, in 1/s",
    "stations.web.service_rate=inf": "stations.web.service_rate: found inf; expected a rate above 0, in 1/s",
    "stations.web.service_ms=5": (
        "stations.web.service_ms: found 5; service_rate says it, too; expected one of them"
    ),
    "stations.disk={ servers = 2 }": (
        "stations.disk.service_rate: missing; expected it, service_ms or service"
    ),
    "stations.disk={ service_rat = 2 }": (
        "stations.disk.service_rat: found 2; unknown key; did you mean service_rate?"
    ),
    "stations.disk=3": "stations.disk: found 3; expected a table, [stations.disk]",
    "stations.disk={ service = 3 }": (
        "stations.disk.service: found 3; expected { mean_ms = 50, scv = 2 } or two percentiles such as "
        "{ p50_ms = 12, p99_ms = 90 }"
    ),
    "stations.disk={ service = { scv = 2 } }": (
        "stations.disk.service: found { scv = 2 }; mean_ms is missing; expected the mean, or two percentiles instead"
    ),
    'stations.disk={ service_ms = 3, law = "lognormal" }': (
        'stations.disk.law: found "lognormal"; lognormal: scv is missing; expected a number, which this law '
        "leaves open"
    ),
    "stations.disk={ service = { p50_ms = 12, p99_ms = 90 }, scv = 2 }": (
        "stations.disk.scv: found 2; the percentiles of `service` must say it all; remove one of them"
    ),
    "stations.disk={ service_ms = 3, shape = 2.5 }": (
        'stations.disk.shape: found 2.5; shape = 2.5; expected law = "pareto" beside it'
    ),
    'stations.disk={ service_ms = 3, law = "pareto", shape = 2 }': (
        "stations.disk.shape: found 2; pareto: shape = 2.0; expected more than 2: the mean wait would be infinite"
    ),
    "stations.disk={ service = { mean_ms = 3, shape = 0 } }": (
        "stations.disk.service.shape: found 0; expected a number above 0"
    ),
    "stations.dsk.servers=2": "stations.dsk: no such place; did you mean disk?",
    "stations.web.server=2": "stations.web.server: no such place; did you mean servers?",
    "routing.web.disk=1.5": "routing.web.disk: found 1.5; expected a probability from 0 to 1",
    "routing.web.disk=true": "routing.web.disk: found true; expected a probability from 0 to 1",
    "routing.web={ dsk = 0.5 }": "routing.web.dsk: no such station; did you mean disk?",
    "routing={ wb = { disk = 0.5 } }": "routing.wb: no such station; did you mean web?",
    "routing.web={ disk = 0.7, web = 0.4 }": (
        "routing.web: the probabilities add up to 1.1 (disk 0.7 + web 0.4); expected at most 1, what is missing "
        "to 1 leaves"
    ),
    "routing.disk={ disk = 1 }": (
        "routing.disk: nobody who comes to disk can ever leave: the probabilities of this station add up to 1; "
        "lower one, what a row lacks to 1 leaves the network"
    ),
    "arrival_rates.web=-1": "arrival_rates.web: found -1; expected a rate of at least 0, in 1/s",
    "arrival_rates.web=0": "arrival_rates: nothing arrives; expected at least one rate above 0",
    "arrival_rates={ wbe = 3 }": "arrival_rates.wbe: no such station; did you mean web?",
    "arrival_rates=3": "arrival_rates: found 3; expected a table, [arrival_rates]",
    "format=2": "format: found 2; expected 1, the version of this format",
    "routng={}": "routng: no such place; did you mean routing?",
}


@pytest.mark.parametrize("setting", ONE)
def test_one_fault_with_its_whole_message(file: Path, setting: str) -> None:
    assert faults(file, setting) == [ONE[setting]]


def test_a_loop_that_nobody_leaves_is_named_one_by_one(file: Path) -> None:
    (fault,) = faults(file, "routing.web.disk=1", "routing.disk.web=1")
    assert fault.startswith(
        "routing.web: nobody who comes to web or disk can ever leave: the probabilities of each of them"
    )


def test_all_faults_at_once_in_file_order(file: Path) -> None:
    found = faults(
        file, "stations.web.servers=-1", "stations.disk.scv=x", "routing.web.disk=2", "arrival_rates.web=no"
    )
    assert [fault.split(":")[0] for fault in found] == [
        "stations.web.servers",
        "stations.disk.scv",
        "routing.web.disk",
        "arrival_rates.web",
    ]


def test_an_empty_file_says_what_a_network_needs(tmp_path: Path) -> None:
    path = tmp_path / "empty.toml"
    path.write_text("", encoding="utf-8")
    assert faults(path) == [
        "stations: missing; expected at least one station, [stations.NAME]",
        "arrival_rates: missing; expected what arrives from outside, as in [arrival_rates] NAME = 10",
    ]


def test_an_architecture_is_sent_to_its_own_commands(tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_text("[components.web]\nservice_ms = 3\n", encoding="utf-8")
    (fault,) = faults(path)
    assert "`queuecalc evaluate`" in fault


def test_tenths_add_up_to_one_exactly(file: Path) -> None:
    row = "routing.web={ disk = 0.7, web = 0.2 }"
    assert read_network(file, settings=[row]).network.routing.exit[0] == pytest.approx(0.1)


def test_shipped_networks_are_sound_and_found_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shipped_networks()
    for name, path in shipped_networks().items():
        read = read_any_network(name)
        solution = read.network.solve()
        assert isinstance(read, NamedClosed | NamedClasses) or read.network.solve().stable
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
        assert read_any_network("-").network.solve() == solution
    with pytest.raises(ModelError, match=r"shipped network; did you mean web-shop\?"):
        read_network("web-shp")
