"""Every word of the format, read as it is meant."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from queuecalc.architecture import NOBODY, Call, Component, Endpoint, Model, PercentileTarget, RequestClass
from queuecalc.law import Deterministic, Erlang, Exponential, Gamma, Hyperexponential, Law, Lognormal
from queuecalc.load import Curve
from queuecalc.modelfile import read_model, read_text

ONE_QUEUE = """
format = 1
title = "One queue"
[load]
requests_per_s = 70
[components.server]
servers = 1
service_ms = 100
usd_per_month = 50
[contract]
p95_ms = 400
"""


@pytest.fixture
def model(sample: str) -> Model:
    return read_text(sample, source="sample.toml")


def one(*settings: str) -> Model:
    return read_text(ONE_QUEUE, settings=settings)


def server(*settings: str) -> Component:
    return one(*settings).components["server"]


def law(*settings: str) -> Law:
    return server(*settings).figures.operations[""]


def test_head_and_contract(model: Model) -> None:
    assert model.title == "IoT ingestion: a firmware rollout"
    assert model.notes.startswith("Ingestion is cheap until")
    assert model.source == "sample.toml"
    contract = model.contract
    assert contract.percentiles == (PercentileTarget(key="p95_ms", level=0.95, seconds=0.18),)
    assert contract.availability == 0.9975
    assert contract.availability_mode == "load-aware"
    assert contract.budget_usd_per_month == Decimal(820)
    assert contract.timeout_s == 2.0
    assert contract.drained_by_end
    assert contract.max_lag_s is None
    assert contract.drain_within_s is None


def test_load_and_classes(model: Model) -> None:
    assert model.load.users is not None
    assert model.load.users.length_h == 60.0
    assert model.load.users.peak == pytest.approx(3300.0, rel=1e-12)
    assert model.load.curve.peak == pytest.approx(726.0, rel=1e-12)
    assert model.load.network_s == 0.02
    assert not model.load.once
    assert model.load.repeats == Decimal(730) / Decimal(60)
    assert list(model.classes.values()) == [
        RequestClass(name="write", share=0.8),
        RequestClass(name="read", share=0.2),
        RequestClass(name="junk", share=0.35, in_contract=False),
        RequestClass(name="dashboard", share=None, per_s=2.0, in_contract=False),
    ]


def test_components_take_figures_from_their_kind(model: Model) -> None:
    assert list(model.components) == [
        "lb", "queue", "redis", "replica", "limiter", "server", "stream", "worker", "analytics", "postgres",
    ]  # fmt: skip
    lb = model.components["lb"]
    assert (lb.kind, lb.title, lb.figures.count) == ("lb", "Load balancer", (0, 1))
    assert lb.figures.operations == {"": Exponential(mean=0.001)}
    assert (lb.figures.servers, lb.figures.fixed_delay_s) == (64, 0.001)
    assert lb.figures.usd_per_month == Decimal(25)
    assert (lb.figures.availability, lb.figures.failure, lb.figures.waits) == (0.9999, "service", "async")
    redis = model.components["redis"].figures
    assert (redis.when_down, redis.servers, redis.availability) == ("next", 1, 0.999)
    replica = model.components["replica"].figures
    assert (replica.max_utilisation, replica.waits) == (0.8, None)
    assert replica.operations == {"": Gamma(mean=0.012, scv=2.0)}


def test_components_override_their_kind(model: Model) -> None:
    limiter = model.components["limiter"].figures
    assert limiter.drops == {"junk": 0.98, "read": 0.0001, "write": 0.0001}
    worker = model.components["worker"].figures
    expected = {"record": 0.002, "metric": 0.002, "job": 0.12}
    assert worker.operations == {name: Gamma(mean=mean, scv=2.0) for name, mean in expected.items()}
    assert worker.max_lag_s == 3600.0
    stream = model.components["stream"].figures
    assert (stream.pooling, stream.partitions, stream.retention_s) == ("split", 8, 86400.0)
    assert model.components["analytics"].figures.needs == ("stream", "queue")
    postgres = model.components["postgres"].figures
    assert postgres.count == (1, 1)
    assert postgres.service("dashboard") == Gamma(mean=0.4, scv=2.0)
    assert postgres.availability == pytest.approx(1460 / 1462.2, rel=1e-15)


def test_overrides_say_only_what_changes(model: Model) -> None:
    (without,) = model.components["server"].overrides
    assert (without.when, without.other, without.changes) == ("without", "lb", {"count": (1, 1)})
    (promotion,) = model.components["postgres"].overrides
    assert (promotion.when, promotion.other) == ("with", "replica")
    assert promotion.changes == {
        "mtbf_h": 1460.0,
        "mttr_h": 0.43,
        "availability": pytest.approx(1460 / 1460.43, rel=1e-15),
    }


def test_calls_in_file_order(model: Model) -> None:
    first, second = model.calls[:2]
    assert first == Call(
        callers=(Endpoint("users"),),
        takers=(Endpoint("lb"), Endpoint("limiter"), Endpoint("server", "request")),
        classes=("write", "read", "junk"),
        place="architecture.calls.0",
    )
    assert (second.classes, second.wait) == (("dashboard",), False)
    assert [call.times for call in model.calls] == [1, 1, 1, 1, 1, 2, 2, 0.15, 0.1, 1, 1, 1, 0.04]
    assert model.calls[9].callers == (Endpoint("stream"), Endpoint("queue", "record"))
    assert [call.wait for call in model.calls] == [
        True, False, True, True, True, False, True, True, True, False, False, False, False,
    ]  # fmt: skip


def test_the_shipped_seed_says_the_same(model: Model) -> None:
    shipped = read_model("iot-ingestion")
    assert shipped.title == model.title
    assert shipped.contract == model.contract
    assert shipped.load == model.load
    assert shipped.classes == model.classes
    assert list(shipped.components.items()) == list(model.components.items())
    assert shipped.calls == model.calls


def test_sources_say_where_each_figure_comes_from(model: Model) -> None:
    sources = model.components["server"].sources
    assert sources["service_ms"] == "written here"
    assert sources["count"] == "written here"
    assert sources["usd_per_month"] == "list, 2026-11: c7g.large"
    assert "kind" not in sources
    own = server('components.server.sources={usd_per_month = "invoice"}').sources
    assert own == {"servers": "written here", "service_ms": "written here", "usd_per_month": "invoice"}


def test_sources_of_figures_that_were_replaced_are_gone() -> None:
    sources = server("components.server={kind='server', availability_percent=99, service_ms=3}").sources
    assert "mtbf_h" not in sources
    assert sources["availability_percent"] == "written here"
    assert sources["service_ms"] == "written here"
    kept = server("components.server={kind='redis', count=1}").sources
    assert kept["service_ms"] == "assumed, 2026-11"
    percentiles = server("components.server={kind='redis', service={p50_ms=1, p99_ms=2}}").sources
    assert "service_ms" not in percentiles


# ---------------------------------------------------------------- what the comments of the sample promise
@pytest.mark.parametrize(
    ("key", "level"), [("p50_ms", 0.5), ("p99_ms", 0.99), ("p99_9_ms", 0.999), ("p99_99_ms", 0.9999)]
)
def test_any_percentile(sample: str, key: str, level: float) -> None:
    contract = read_text(sample, settings=[f"contract.{key}=800.5"]).contract
    assert contract.percentiles[1] == PercentileTarget(key=key, level=level, seconds=0.8005)


def test_classes_may_set_their_own_targets(sample: str) -> None:
    settings = ["classes.read.p99_ms=90", "classes.read.availability_percent=99.9"]
    read = read_text(sample, settings=settings).classes["read"]
    assert read.percentiles == (PercentileTarget(key="p99_ms", level=0.99, seconds=0.09),)
    assert read.availability == 0.999


@pytest.mark.parametrize("mode", ["load-aware", "redundancy", "series"])
def test_availability_modes(sample: str, mode: str) -> None:
    contract = read_text(sample, settings=[f"contract.availability_mode={mode}"]).contract
    assert contract.availability_mode == mode


def test_limits_on_asynchronous_work() -> None:
    contract = one("contract.max_lag_min=90", "contract.drain_within_h=4").contract
    assert (contract.max_lag_s, contract.drain_within_s) == (5400.0, 14400.0)
    figures = server("components.server.max_lag_min=90", "components.server.drain_within_h=4").figures
    assert (figures.max_lag_s, figures.drain_within_s) == (5400.0, 14400.0)


def test_a_number_is_a_constant_load() -> None:
    load = one().load
    assert load.curve == Curve.constant(70.0)
    assert load.users is None
    assert load.repeats == Decimal(730)


def test_points_may_jump() -> None:
    load = one("load={users=[[0, 120], [14, 1700], [14, 100.5], [20, 0]], requests_per_user_per_s=0.5}").load
    assert load.users == Curve(hours=(0, 14, 14, 20), values=(120, 1700, 100.5, 0))
    assert load.curve == Curve(hours=(0, 14, 14, 20), values=(60, 850, 50.25, 0))


def test_csv_files_lie_beside_the_model(tmp_path: Path) -> None:
    (tmp_path / "load.csv").write_text("hour,users,other\n0,10,1\n3,40,2\n", encoding="utf-8")
    file = tmp_path / "model.toml"
    csv = "{ csv = 'load.csv', time = 'hour', value = 'users' }"
    file.write_text(ONE_QUEUE.replace("requests_per_s = 70", f"requests_per_s = {csv}"), encoding="utf-8")
    assert read_model(file).load.curve == Curve(hours=(0, 3), values=(10, 40))
    plain = tmp_path / "plain.csv"
    plain.write_text("timestamp,value\n2026-11-01 00:00,1\n2026-11-01 00:30,2\n", encoding="utf-8")
    load = read_text(ONE_QUEUE, folder=tmp_path, settings=["load.requests_per_s={csv='plain.csv'}"]).load
    assert load.curve == Curve(hours=(0, 0.5), values=(1, 2))


def test_requests_per_user_may_change_too() -> None:
    both = "load={users=[[0, 10], [2, 30]], requests_per_user_per_s=[[0, 1], [1, 1], [2, 3]]}"
    load = one(both).load
    hour = np.linspace(0.0, 2.0, 121)  # knots and the minutes between them
    assert load.curve.at(hour) == pytest.approx((10 + 10 * hour) * np.maximum(1.0, 2 * hour - 1), rel=1e-12)
    each = one("load={users=10, requests_per_user_per_s=[[0, 1], [2, 3]]}").load
    assert each.curve == Curve(hours=(0, 2), values=(10, 30))
    assert each.users == Curve.constant(10.0)


def test_the_curve_of_a_month() -> None:
    assert one("load.once=true").load.repeats == 1
    assert one("load.month_factor=2.5").load.repeats == Decimal("2.5")


def test_without_classes_there_is_one(model: Model) -> None:
    assert one().classes == {"request": RequestClass(name="request")}
    assert one("classes.request.p50_ms=5").classes["request"].share == 1.0


def test_with_one_component_users_call_it() -> None:
    model = one()
    assert model.calls == (Call(callers=(Endpoint("users"),), takers=(Endpoint("server"),)),)
    assert model.components["server"].figures.count == (1, 1000)
    named = one("components.server.service_ms={get=3}")
    assert named.calls[0].takers == (Endpoint("server", "get"),)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ((), Exponential(mean=0.1)),
        (("scv=1",), Exponential(mean=0.1)),
        (("scv=0",), Deterministic(mean=0.1)),
        (("scv=1.5",), Gamma(mean=0.1, scv=1.5)),
        (("law=exponential",), Exponential(mean=0.1)),
        (("law=deterministic",), Deterministic(mean=0.1)),
        (("law=deterministic", "scv=0"), Deterministic(mean=0.1)),
        (("law=erlang", "scv=0.25"), Erlang(mean=0.1, stages=4)),
        (("law=hyperexponential", "scv=4"), Hyperexponential(mean=0.1, scv=4.0)),
        (("law=gamma", "scv=1"), Gamma(mean=0.1, scv=1.0)),
        (("law=lognormal", "scv=2"), Lognormal(mean=0.1, scv=2.0)),
    ],
)
def test_laws_by_scv_and_name(settings: tuple[str, ...], expected: Law) -> None:
    assert law(*(f"components.server.{setting}" for setting in settings)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("law='lognormal'", Lognormal(mean=0.00025, scv=1.0)),  # the kind's SCV stays
        ("law='deterministic'", Deterministic(mean=0.00025)),  # it has an SCV of its own
        ("scv=0.5", Gamma(mean=0.00025, scv=0.5)),
        ("service_ms=2", Exponential(mean=0.002)),
    ],
)
def test_what_is_written_wins_over_the_kind(written: str, expected: Law) -> None:
    assert law(f"components.server={{kind='redis', {written}}}") == expected


@pytest.mark.parametrize(
    ("below", "above", "expected"),
    [
        ("law='lognormal', scv=2", "scv=3", Lognormal(mean=0.001, scv=3.0)),  # the law stays
        ("law='exponential'", "scv=3", Gamma(mean=0.001, scv=3.0)),  # it has no such SCV
        ("law='lognormal', scv=2", "law='exponential'", Exponential(mean=0.001)),
        ("law='lognormal', scv=2", "law='gamma'", Gamma(mean=0.001, scv=2.0)),
        ("law='lognormal', scv=2", "service_ms=3", Lognormal(mean=0.003, scv=2.0)),
        ("law='lognormal', scv=2", "service={p50_ms=1, p84_ms=2}", None),
    ],
)
def test_laws_under_an_override(small: str, below: str, above: str, expected: Law | None) -> None:
    cache = f"components.cache={{service_ms=1, {below}, with={{web={{{above}}}}}}}"
    (override,) = read_text(small, settings=[cache]).components["cache"].overrides
    changed = override.changes["operations"][""]
    assert changed == expected if expected else changed.ppf(0.5) == pytest.approx(0.001, rel=1e-12)


def test_zero_has_no_sign() -> None:
    assert math.copysign(1.0, one("load.network_ms=-0.0").load.network_s) == 1.0


def test_shares_add_up_to_one_within_rounding(small: str) -> None:
    thirds = "classes={read={share=0.3333333333}, write={share=0.6666666667}}"
    assert read_text(small, settings=[thirds]).classes["read"].share == 0.3333333333
    nearly = "classes={read={share=0.3333333333}, write={share=0.6666666666}}"
    assert read_text(small, settings=[nearly]).classes["write"].share == 0.6666666666


def test_two_percentiles_are_a_lognormal_law() -> None:
    through = law("components.server={service={p50_ms=12, p99_ms=90}}")
    assert isinstance(through, Lognormal)
    assert through.ppf(0.5) == pytest.approx(0.012, rel=1e-12)
    assert through.ppf(0.99) == pytest.approx(0.090, rel=1e-12)
    # ln T is normal: median 12 ms, and z(0.99) = 2.3263478740408408 sigmas lead to 90 ms
    sigma = math.log(90 / 12) / 2.3263478740408408
    assert through.mean == pytest.approx(0.012 * math.exp(sigma**2 / 2), rel=1e-12)


def test_percentiles_by_operation_beside_means(sample: str) -> None:
    settings = ["components.postgres.service={batch={p50_ms=20, p99_9_ms=80}}"]
    text = sample.replace(", batch = 23", "")
    operations = read_text(text, settings=settings).components["postgres"].figures.operations
    assert operations["query"] == Gamma(mean=0.012, scv=2.0)
    assert operations["batch"].ppf(0.999) == pytest.approx(0.08, rel=1e-12)


def test_percentiles_replace_what_the_kind_says(sample: str) -> None:
    assert isinstance(law("components.server={kind='redis', service={p50_ms=1, p99_ms=2}}"), Lognormal)
    settings = ["components.server={kind='postgres', service={insert={p50_ms=1, p99_ms=2}}}"]
    text = "format=1\n[load]\nrequests_per_s=1\n[components.server]\n[architecture]\n"
    calls = "calls = [{ from = 'users', to = 'server.insert' }]\n"
    operations = read_text(text + calls, settings=settings).components["server"].figures.operations
    assert isinstance(operations["insert"], Lognormal)
    assert operations["query"] == Gamma(mean=0.012, scv=2.0)


@pytest.mark.parametrize(
    ("setting", "field", "value"),
    [
        ("count=[2, 5]", "count", (2, 5)),
        ("count=1e9", "count", (10**9, 10**9)),
        ("count=[0, 1000000000]", "count", (0, 10**9)),
        ("servers=unlimited", "servers", None),
        ("servers=12", "servers", 12),
        ("fixed_delay_ms=0.3", "fixed_delay_s", 0.0003),
        ("usd_per_month=12.34", "usd_per_month", Decimal("12.34")),
        ("usd_per_million_calls=0.4", "usd_per_million_calls", Decimal("0.4")),
        ("kb_per_call=4", "kb_per_call", 4.0),
        ("pooling=split", "pooling", "split"),
        ("partitions=3", "partitions", 3),
        ("retention_h=1.5", "retention_s", 5400.0),
        ("max_queue=0", "max_queue", 0),
        ("max_rate_per_s=99.5", "max_rate_per_s", 99.5),
        ("initial_backlog=5e6", "initial_backlog", 5e6),
        ("max_utilisation=1", "max_utilisation", 1.0),
        ("drops={request=0.5}", "drops", {"request": 0.5}),
        ("needs=[]", "needs", ()),
        ("when_down=next", "when_down", "next"),
        ("failure=service", "failure", "service"),
        ("availability_percent=99.85", "availability", 0.9985),
        ("waits=async", "waits", "async"),
    ],
)
def test_every_other_figure(setting: str, field: str, value: object) -> None:
    assert getattr(server(f"components.server.{setting}").figures, field) == value


def test_fees_on_data() -> None:
    figures = server("components.server.usd_per_gb=0.09", "components.server.kb_per_call=4").figures
    assert figures.usd_per_gb == Decimal("0.09")


def test_hours_win_over_a_percentage_of_the_same_table() -> None:
    hours = ("components.server.mtbf_h=500", "components.server.mttr_h=0")
    figures = server(*hours, "components.server.availability_percent=99").figures
    assert (figures.availability, figures.mtbf_h, figures.mttr_h) == (1.0, 500.0, 0.0)


def test_a_percentage_that_is_written_wins_over_the_hours_of_the_kind() -> None:
    figures = server("components.server={kind='server', availability_percent=99, service_ms=1}").figures
    assert (figures.availability, figures.mtbf_h, figures.mttr_h) == (0.99, None, None)
    figures = server("components.server={kind='redis', mtbf_h=9, mttr_h=1}").figures
    assert (figures.availability, figures.mtbf_h, figures.mttr_h) == (0.9, 9.0, 1.0)


def test_overrides_take_any_figure(small: str) -> None:
    changed = """components.web.with={store={
        servers=4, scv=1, drops={read=0.1}, needs="store", service_ms={request=9}, availability_percent=99}}"""
    web = read_text(
        small, settings=["components.web.drops={write=0.2}", changed.replace("\n", "")]
    ).components["web"]
    (override,) = web.overrides
    assert override.changes == {
        "servers": 4,
        "operations": {"request": Exponential(mean=0.009), "job": Exponential(mean=0.12)},
        "drops": {"write": 0.2, "read": 0.1},
        "needs": ("store",),
        "availability": 0.99,
        "mtbf_h": None,
        "mttr_h": None,
    }
    assert web.figures_with({"web"}) == web.figures
    assert web.figures_with({"web", "store"}).servers == 4


def test_overrides_may_swap_the_kind(small: str) -> None:
    settings = ["components.cache={kind='redis', count=[0, 3], with={store={kind='replica'}}}"]
    (override,) = read_text(small, settings=settings).components["cache"].overrides
    assert override.changes["operations"] == {"": Gamma(mean=0.012, scv=2.0)}
    assert override.changes["usd_per_month"] == Decimal(128)
    assert "count" not in override.changes


def test_a_later_override_wins_even_with_the_first_value(small: str) -> None:
    both = "components.cache.with={web={servers=5}, store={servers=1}}"
    cache = read_text(small, settings=[both]).components["cache"]
    assert cache.figures.servers == 1
    assert cache.figures_with({"web"}).servers == 5
    assert cache.figures_with({"web", "store"}).servers == 1


def test_an_excuse_names_the_override_that_sets_the_count(small: str) -> None:
    overrides = ["components.cache.without.store={count=1}", "components.cache.with.web={servers=5}"]
    cache = read_text(small, settings=overrides).components["cache"]
    assert cache.condition_of_count({"web", "cache"}) == "without store"
    assert cache.condition_of_count({"web", "cache", "store"}) == ""


def test_nobody_skips_a_call(small: str) -> None:
    model = read_text(small, settings=["architecture.calls.1.to=['cache', 'nobody']"])
    assert model.calls[1].takers[-1] == Endpoint(NOBODY)


def test_without_a_title_the_source_names_the_model() -> None:
    assert read_text(ONE_QUEUE.replace('title = "One queue"', ""), source="a.toml").title == "a.toml"
    assert server("components.server.title=Web").title == "Web"
    assert server().title == "server"
