"""Edits by dotted path, before validation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from queuecalc.errors import ModelError
from queuecalc.modelfile import read_model, read_text, with_settings
from queuecalc.modelfile.sources import parsed

TOP = "format, title, notes, contract, load, classes, components, architecture"


@pytest.fixture
def document(small: str) -> dict[str, Any]:
    return parsed(small, "small.toml")


@pytest.mark.parametrize(
    ("setting", "path", "value"),
    [
        ("components.web.count=4", ["components", "web", "count"], 4),
        ("components.web.count=[1, 3]", ["components", "web", "count"], [1, 3]),
        ("components.web.count.1=3", ["components", "web", "count"], [1, 3]),
        ("components.web.count[1]=3", ["components", "web", "count"], [1, 3]),
        ("components.web.with.cache.count=2", ["components", "web", "with", "cache"], {"count": 2}),
        (
            "components.store.service_ms.get=2.50",
            ["components", "store", "service_ms", "get"],
            Decimal("2.50"),
        ),
        ("components.store.service_ms.scan=9", ["components", "store", "service_ms", "scan"], 9),
        ("components.web.service_ms.page=9", ["components", "web", "service_ms"], {"page": 9}),
        ("architecture.calls.1.times=0.5", ["architecture", "calls", 1, "times"], Decimal("0.5")),
        ("architecture.calls[1].to[0]=store.put", ["architecture", "calls", 1, "to", 0], "store.put"),
        ("contract.budget_usd_per_month=820", ["contract", "budget_usd_per_month"], 820),
        ("contract.p99_9_ms = 800", ["contract", "p99_9_ms"], 800),
        ("classes.read.p99_ms=9", ["classes", "read", "p99_ms"], 9),
        ("load.once=true", ["load", "once"], True),
        ('title="A = B"', ["title"], "A = B"),
        ("title=A = B", ["title"], "A = B"),
        ("title=", ["title"], ""),
        ("title=4\nx=3", ["title"], "4\nx=3"),
        ("components.web.pooling=split", ["components", "web", "pooling"], "split"),
    ],
)
def test_one_setting(document: dict[str, Any], setting: str, path: list[Any], value: object) -> None:
    edited: Any = with_settings(document, [setting])
    for step in path:
        edited = edited[step]
    assert edited == value
    assert type(edited) is type(value)


def test_the_document_itself_stays_as_it_is(document: dict[str, Any], small: str) -> None:
    with_settings(document, ["components.web.count=4", "architecture.calls.0.to=cache"])
    assert document == parsed(small, "small.toml")


def test_settings_build_on_one_another(document: dict[str, Any]) -> None:
    shape = ("load.requests_per_s={shape='day', base=1, peak=2}", "load.requests_per_s.peak=3")
    assert with_settings(document, shape)["load"]["requests_per_s"]["peak"] == 3
    assert read_model("iot-ingestion", settings=["load.users.peak=4000"]).load.users is not None


def test_a_setting_is_what_the_file_would_say(small: str) -> None:
    by_file = read_text(small.replace("count = [1, 9]", "count = 4").replace("p95_ms = 400", "p95_ms = 12.5"))
    assert read_text(small, settings=["components.web.count=4", "contract.p95_ms=12.5"]) == by_file


def test_a_class_may_be_set_where_the_file_has_none() -> None:
    text = "format = 1\n[load]\nrequests_per_s = 1\n[components.a]\nservice_ms = 1\n"
    model = read_text(text, settings=["classes.request.p50_ms=5", "contract.timeout_ms=9"])
    assert model.classes["request"].percentiles[0].seconds == 0.005
    assert model.contract.timeout_s == 0.009


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (
            "components.web.count",
            '--set: found "components.web.count"; expected PATH=VALUE, such as components.server.count=4',
        ),
        ("componets.web.count=4", "componets: no such place; did you mean components?"),
        ("components.wep.count=4", "components.wep: no such place; did you mean web?"),
        ("components.web.cuont=4", "components.web.cuont: no such place; did you mean count?"),
        ("components.web.with.cach.count=4", "components.web.with.cach: no such place; did you mean cache?"),
        (
            "components.web.with.cache.cuont=4",
            "components.web.with.cache.cuont: no such place; did you mean count?",
        ),
        ("contract.p95=4", "contract.p95: no such place; did you mean p95_ms?"),
        ("classes.reed.share=1", "classes.reed: no such place; did you mean read?"),
        ("classes.read.shar=1", "classes.read.shar: no such place; did you mean share?"),
        ("load.request_per_s=1", "load.request_per_s: no such place; did you mean requests_per_s?"),
        ("load.users.pek=1", "load.users.pek: no such place; the places here are shape, csv, time, value"),
        (
            "load.requests_per_s.shape=day",
            "load.requests_per_s.shape: no such place: load.requests_per_s is 70",
        ),
        ("architecture.call=1", "architecture.call: no such place; did you mean calls?"),
        ("architecture.calls.0.too=web", "architecture.calls.0.too: no such place; did you mean to?"),
        (
            "architecture.calls.4.to=web",
            "architecture.calls.4: no such place in a list; the positions are 0 to 3",
        ),
        (
            "architecture.calls.-1.to=web",
            "architecture.calls.-1: no such place in a list; the positions are 0 to 3",
        ),
        ("", '--set: found ""; expected PATH=VALUE, such as components.server.count=4'),
        (
            "=3",
            f'"": no such place; the places here are {TOP}',
        ),
    ],
)
def test_a_path_that_leads_nowhere_names_the_nearest(
    document: dict[str, Any], setting: str, said: str
) -> None:
    with pytest.raises(ModelError) as caught:
        with_settings(document, [setting], source="small.toml")
    assert str(caught.value) == f"small.toml: 1 fault\n  {said}"


def test_the_parameters_of_a_shape_are_places(document: dict[str, Any]) -> None:
    settings = ["load.requests_per_s={shape='day', base=1, peak=2}", "load.requests_per_s.peek=3"]
    with pytest.raises(ModelError, match=r"requests_per_s.peek: no such place; did you mean peak\?"):
        with_settings(document, settings)


def test_all_wrong_settings_come_at_once(document: dict[str, Any]) -> None:
    document["architecture"]["calls"] = []
    with pytest.raises(ModelError) as caught:
        with_settings(document, ["architecture.calls.0.to=a", "titel=3", "title=4"])
    assert [str(fault) for fault in caught.value.faults] == [
        "architecture.calls.0: no such place in a list; it is empty",
        "titel: no such place; did you mean title?",
    ]


def test_places_inside_tables_that_are_none(document: dict[str, Any]) -> None:
    document["classes"] = 3
    document["components"] = "x"
    with pytest.raises(ModelError, match=r"classes.a: no such place: classes is 3"):
        with_settings(document, ["classes.a.share=1"])
    with pytest.raises(ModelError, match=r"components.a: no such place: components is \"x\""):
        with_settings(document, ["components.a.count=1"])
