"""The files in models/: the shipped models, the catalogue, the schema; and the start of a new file."""

from __future__ import annotations

import json
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from queuecalc.errors import ModelError
from queuecalc.modelfile import (
    catalogue,
    json_schema,
    kinds,
    read_model,
    read_text,
    shipped_folder,
    shipped_models,
    write_start,
)
from queuecalc.modelfile.document import (
    CallTable,
    ClassTable,
    ComponentTable,
    ContractTable,
    HeadTable,
    LoadTable,
    Table,
    keys_of,
)
from queuecalc.modelfile.sources import parsed

jsonschema: Any = pytest.importorskip("jsonschema")
SCHEMA = shipped_folder() / "queuecalc.schema.json"

# $/month, mean ms of each operation, SCV, servers, fixed delay ms, availability %
FIGURES: dict[str, tuple[str, Any, str, int, str, float]] = {
    "server": ("53", {"request": 30, "job": 120}, "1.5", 8, "0", 99.85),
    "postgres": ("128", {"insert": 8, "query": 12}, "2", 4, "1", 99.85),
    "replica": ("128", 12, "2", 4, "1", 99.85),
    "stream": ("20", 8, "1", 8, "6", 99.9),
    "analytics": ("68", Decimal("2.4"), "2", 4, "0", 99.85),
    "queue": ("20", 10, "1", 4, "3", 99.9),
    "worker": ("27", {"record": 2, "job": 120}, "2", 2, "0", 99.85),
    "redis": ("24", Decimal("0.25"), "1", 1, "0.8", 99.9),
    "lb": ("25", 1, "1", 64, "1", 99.99),
    "rate-limiter": ("15", Decimal("0.6"), "1", 2, "0.5", 99.85),
}
ASYNC = {"lb", "rate-limiter", "redis", "stream", "queue", "server"}
TABLES: tuple[type[Table], ...] = (HeadTable, ContractTable, LoadTable, ClassTable, ComponentTable, CallTable)


def plain(text: str) -> Any:
    """A document as an editor sees it: numbers are floats."""
    return tomllib.loads(text)


# ---------------------------------------------------------------- catalogue
def test_the_catalogue_holds_ten_kinds_with_their_figures() -> None:
    assert set(catalogue()) == set(FIGURES)
    for name, (price, service, scv, servers, delay, percent) in FIGURES.items():
        figures = catalogue()[name].figures
        assert figures["usd_per_month"] == Decimal(price)
        assert figures["service_ms"] == service
        assert figures["scv"] == Decimal(scv)
        assert figures["servers"] == servers
        assert figures.get("fixed_delay_ms", 0) == Decimal(delay)
        up = figures.get("availability_percent")
        if up is None:
            up = 100 * figures["mtbf_h"] / (figures["mtbf_h"] + figures["mttr_h"])
        assert float(up) == pytest.approx(percent, abs=0.001)
        assert figures.get("waits") == ("async" if name in ASYNC else None)
        assert figures.get("failure") == ("service" if name in {"stream", "queue", "lb"} else None)


def test_every_figure_of_the_catalogue_has_a_kind_of_source_and_a_date() -> None:
    for kind in catalogue().values():
        assert set(kind.sources) == set(kind.figures)
        for said in kind.sources.values():
            assert re.match(r"(list|page|assumed), 20\d\d-(0[1-9]|1[0-2])\b", said)


def test_kinds_hold_figures_alone() -> None:
    for name, kind in catalogue().items():
        assert (kind.name, bool(kind.title)) == (name, True)
        assert not {"kind", "with", "without", "needs", "drops", "count"} & kind.figures.keys()


@pytest.mark.parametrize("name", FIGURES)
def test_each_kind_alone_makes_a_model(name: str) -> None:
    operations = catalogue()[name].figures["service_ms"]
    to = f"it.{next(iter(operations))}" if isinstance(operations, dict) else "it"
    calls = f"[architecture]\ncalls = [{{ from = 'users', to = '{to}' }}]\n"
    model = read_text(f"format = 1\n[load]\nrequests_per_s = 1\n[components.it]\nkind = '{name}'\n{calls}")
    assert model.components["it"].title == catalogue()[name].title


@pytest.fixture
def catalogue_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Another catalogue than the shipped one."""

    def write(text: str) -> None:
        (tmp_path / "components.toml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(kinds, "shipped_folder", lambda: tmp_path)
        clear()

    def clear() -> None:
        for cached in (kinds._document, kinds.catalogue, kinds.table_of):
            cached.cache_clear()

    yield write
    monkeypatch.undo()
    clear()


def test_a_new_kind_is_a_table_and_no_python(catalogue_of: Any) -> None:
    catalogue_of(
        "[gpu]\ntitle = 'GPU'\nservice_ms = 50\nscv = 0\n[gpu.sources]\nservice_ms = 'page, 2026-11'\n"
    )
    model = read_text("format = 1\n[load]\nrequests_per_s = 1\n[components.it]\nkind = 'gpu'\n")
    assert model.components["it"].figures.operations[""].scv == 0.0
    assert model.components["it"].sources == {"service_ms": "page, 2026-11"}


def test_a_catalogue_at_fault_says_so(catalogue_of: Any) -> None:
    catalogue_of("[gpu]\ntitle = 'GPU'\nservice_ms = -1\n")
    with pytest.raises(ModelError) as caught:
        read_text("format = 1\n[load]\nrequests_per_s = 1\n[components.it]\nkind = 'gpu'\n")
    assert str(caught.value) == (
        "components.toml: 1 fault\n"
        "  gpu.service_ms: found -1; expected milliseconds, or a table of them by operation"
    )


# ---------------------------------------------------------------- models
MISTAKES = {
    "stream-without-workers": "stream-with-workers",
    "telemetry-waited-for": "telemetry-handed-off",
    "chatty-writes": "batched-writes",
}


def test_the_models_that_are_shipped() -> None:
    pairs = [f"mistakes/{name}" for pair in MISTAKES.items() for name in pair]
    assert list(shipped_models()) == sorted(
        ["iot-ingestion", "on-call-overprovision", "single-queue", *pairs]
    )


@pytest.mark.parametrize(("mistake", "mended"), MISTAKES.items())
def test_a_mistake_names_its_mended_twin_and_differs_in_what_is_mended_alone(
    mistake: str, mended: str
) -> None:
    wrong, right = (read_model(f"mistakes/{name}") for name in (mistake, mended))
    text = shipped_models()[f"mistakes/{mistake}"].read_text(encoding="utf-8")
    assert f"Mended: {mended}" in " ".join(text.split())
    assert wrong.title.startswith("Mistake: ")
    assert right.title.startswith("Mended: ")
    assert wrong.contract == right.contract
    assert wrong.load == right.load
    assert set(wrong.components) <= set(right.components)


@pytest.mark.parametrize("name", shipped_models())
def test_shipped_models_are_sound_and_hint_at_the_schema(name: str) -> None:
    model = read_model(name)
    assert model.title
    assert model.source == name
    text = shipped_models()[name].read_text(encoding="utf-8")
    above = "../" * name.count("/") or "./"
    assert text.splitlines()[0] == f"#:schema {above}queuecalc.schema.json"
    jsonschema.validate(plain(text), json_schema())


def test_the_seed_offers_every_kind() -> None:
    assert {each.kind for each in read_model("iot-ingestion").components.values()} == set(catalogue())


def test_the_present_deployment_of_the_overprovisioned_shop_costs_too_much() -> None:
    model = read_model("on-call-overprovision")
    said = re.search(r"for (\d+) dollars a month", model.notes)
    assert said is not None
    counts = {name: int(count) for name, count in re.findall(r"--count (\w+)=(\d+)", model.notes)}
    assert set(counts) == set(model.components)
    prices = {name: each.figures.usd_per_month for name, each in model.components.items()}
    cost = sum(count * prices[name] for name, count in counts.items())
    assert cost == int(said[1])
    budget = model.contract.budget_usd_per_month
    assert budget == 300
    assert cost > budget
    for name, count in counts.items():
        least, most = model.components[name].figures.count
        assert least <= count <= most
    # a balancer, two servers, a cache and the primary: enough at the peak, and within the budget
    enough = {"lb": 1, "server": 2, "redis": 1, "postgres": 1}
    assert sum(count * prices[name] for name, count in enough.items()) <= budget
    peak = model.load.curve.peak
    pages, orders = (peak * (model.classes[name].share or 0) for name in ("page", "order"))
    assert peak * 0.040 < 0.8 * 2 * 8
    assert (pages * 3 * 0.15 + orders) * 0.012 + orders * 0.008 < 0.8 * 4


def test_the_smallest_model_has_no_calls_and_no_counts() -> None:
    document = plain(shipped_models()["single-queue"].read_text(encoding="utf-8"))
    assert set(document) == {"format", "title", "load", "components", "contract"}
    assert read_model("single-queue").components["server"].figures.count == (1, 1000)


# ---------------------------------------------------------------- schema
def test_the_schema_file_is_the_schema_of_the_code() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json_schema()


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_the_schema_describes_every_key() -> None:
    tables = json_schema()["$defs"]
    for table in TABLES[1:]:
        properties = tables[table.__name__]["properties"]
        assert set(properties) == set(keys_of(table))
        assert all(each["description"] for each in properties.values())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("count = 1\n", "count = true\n"),
        ("count = 1\n", "count = [1, 2, 3]\n"),
        ("count = 1\n", "cuont = 1\n"),
        ("p95_ms = 180", "p95 = 180"),
        ("p95_ms = 180", "p95_ms = 0"),
        ('kind = "server"', 'kind = "servr"'),
        ("requests_per_user_per_s = 0.22", "requests_per_user_per_s = false"),
        ('shape = "surge"', 'shape = "surg"'),
        ("up_at_h = 14", "up_at = 14"),
        ("with.replica = { mttr_h = 0.43 }", "with.replica = { mtt_h = 0.43 }"),
        ("{ share = 0.80 }", "{ share = -1 }"),
        ('from = "limiter", ', ""),
        ("wait = false", "wait = 0"),
        ("format = 1", "format = 2"),
        ("[load]", "[laod]"),
    ],
)
def test_editors_see_mistakes(sample: str, old: str, new: str) -> None:
    jsonschema.validate(plain(sample), json_schema())
    assert old in sample
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain(sample.replace(old, new)), json_schema())


# ---------------------------------------------------------------- start
def test_the_start_of_a_new_file_is_sound() -> None:
    text = write_start()
    model = read_text(text)
    assert model.contract.percentiles
    jsonschema.validate(plain(text), json_schema())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert max(map(len, text.splitlines())) <= 120


def test_the_start_explains_every_key() -> None:
    text = write_start()
    for table in TABLES:
        for key, field in keys_of(table).items():
            assert re.search(rf"^(# )?{key} = ", text, re.MULTILINE)
            assert field.description in text


def test_every_example_of_the_start_is_a_value_that_its_key_takes() -> None:
    for table in TABLES:
        for key, field in keys_of(table).items():
            (example,) = field.examples
            if table is HeadTable or key != "calls":
                value = parsed(f"value = {example}", "example")["value"]
                table.model_validate({key: value})


def test_the_start_from_a_model_is_its_text(tmp_path: Path) -> None:
    text = shipped_models()["single-queue"].read_text(encoding="utf-8")
    assert write_start("single-queue") == text
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    assert write_start(file) == text
    with pytest.raises(ModelError, match="did you mean single-queue"):
        write_start("single-queu")
