"""Every way to write a model file wrong, with the whole message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from queuecalc.errors import Fault, ModelError
from queuecalc.modelfile import read_text

Reader = Callable[..., Sequence[str]]

LOAD = (
    'expected a number above 0, { shape = "...", ... }, [[hour, value], [hour, value], ...] '
    'or { csv = "FILE" }'
)
NAME = "expected a name of letters, digits, _ and -"
TAKER = 'a component, "component.operation" or "nobody"'
TWO = "two percentiles such as { p50_ms = 12, p99_ms = 90 }"
STEP = "shape='step', hours=4, before=1"

ONE = {
    # outside all tables
    "format=2": "format: found 2; expected 1, the version of this format",
    "format=true": "format: found true; expected 1, the version of this format",
    'format="1"': 'format: found "1"; expected 1, the version of this format',
    "title=3": "title: found 3; expected one line of text",
    'title="a\\u0007"': 'title: found "a\\x07"; expected one line of text, without control characters',
    "notes=true": "notes: found true; expected text",
    # contract
    "contract=3": "contract: found 3; expected a table, [contract]",
    "contract.p95_ms=0": "contract.p95_ms: found 0; expected milliseconds above 0",
    "contract.p95_ms=true": "contract.p95_ms: found true; expected milliseconds above 0",
    'contract.p95_ms="180"': 'contract.p95_ms: found "180"; expected milliseconds above 0',
    "contract.p150_ms=3": (
        "contract.p150_ms: found 3; expected a percentile above 0 and below 100, such as p95_ms"
    ),
    "contract.p0_ms=3": "contract.p0_ms: found 3; expected a percentile above 0 and below 100, such as p95_ms",
    "contract.p95_0_ms=3": "contract.p95_0_ms: found 3; is the same percentile as p95_ms; expected it once",
    "contract={p95=3}": "contract.p95: found 3; unknown key; did you mean p95_ms?",
    "contract={budget=3}": "contract.budget: found 3; unknown key; did you mean budget_usd_per_month?",
    "contract.availability_percent=101": (
        "contract.availability_percent: found 101; expected a percentage above 0 and at most 100"
    ),
    "contract.availability_mode=serial": (
        'contract.availability_mode: found "serial"; expected one of "load-aware", "redundancy", "series"; '
        "did you mean series?"
    ),
    "contract.budget_usd_per_month=0": "contract.budget_usd_per_month: found 0; expected a number above 0",
    "contract.timeout_ms=nan": "contract.timeout_ms: found nan; expected milliseconds above 0",
    "contract.timeout_ms=-inf": "contract.timeout_ms: found -inf; expected milliseconds above 0",
    "contract.timeout_ms=1e-300": (
        "contract.timeout_ms: found 1e-300; expected a number between 1e-12 and 1e15"
    ),
    "contract.timeout_ms=1e99999999999999999999": (
        "contract.timeout_ms: found inf; expected milliseconds above 0"
    ),
    "contract.max_lag_min=-1": "contract.max_lag_min: found -1; expected a number above 0",
    "contract.drained_by_end=1": "contract.drained_by_end: found 1; expected true or false",
    # load
    "load=3": "load: found 3; expected a table, [load]",
    "load={}": (
        "load.requests_per_s: missing; expected it, or users with requests_per_user_per_s or think_s"
    ),
    "load={request_per_s=3}": ("load.request_per_s: found 3; unknown key; did you mean requests_per_s?"),
    "load={users=3}": "load.requests_per_user_per_s: missing; expected it, or think_s, beside users",
    "load={requests_per_user_per_s=3}": "load.users: missing; expected it beside requests_per_user_per_s",
    "load.users=3": (
        "load.users: found 3; expected either requests_per_s, or users with requests_per_user_per_s"
    ),
    "load.requests_per_s=0": f"load.requests_per_s: found 0; {LOAD}",
    "load.requests_per_s=true": f"load.requests_per_s: found true; {LOAD}",
    "load.requests_per_s={ramp=3}": f"load.requests_per_s: found {{ ramp = 3 }}; {LOAD}",
    "load.requests_per_s={shape='surg'}": (
        'load.requests_per_s.shape: found "surg"; expected a shape; did you mean surge?'
    ),
    "load.requests_per_s={shape=3}": (
        "load.requests_per_s.shape: found 3; expected a shape; "
        "the shapes are surge, constant, step, ramp, day, spike"
    ),
    f"load.requests_per_s={{{STEP}, after=2}}": (
        'load.requests_per_s.at_h: missing; shape "step" needs at_h'
    ),
    f"load.requests_per_s={{{STEP}, after=2, at_h=3, peek=3}}": (
        "load.requests_per_s.peek: found 3; unknown key; "
        "the parameters of step are hours, before, after, at_h"
    ),
    f"load.requests_per_s={{{STEP}, after='2', at_h=3}}": (
        'load.requests_per_s.after: found "2"; expected a number'
    ),
    f"load.requests_per_s={{{STEP}, after=2, at_h=9}}": (
        "load.requests_per_s.at_h: found 9; at_h of shape 'step' must lie within its 4 hours, got 9"
    ),
    "load.requests_per_s={shape='ramp', hours=2, start=1, end=2, from_h=3}": (
        'load.requests_per_s: found { shape = "ramp", hours = 2, start = 1, end = 2, from_h = 3 }; '
        "shape 'ramp' needs 0 <= from_h < until_h <= hours, got from_h = 3, until_h = 2, hours = 2"
    ),
    "load.requests_per_s=[[0,1]]": (
        "load.requests_per_s: found [[0, 1]]; expected at least two points [hour, value]"
    ),
    "load.requests_per_s=[[0,1],[1],3]": (
        "load.requests_per_s.1: found [1]; expected [hour, value], two numbers"
    ),
    "load.requests_per_s=[[0,1],[1,-1]]": (
        "load.requests_per_s: found [[0, 1], [1, -1]]; "
        "values[1] of a load curve, at hour 1, must be finite and >= 0, got -1.0"
    ),
    "load.requests_per_s=[[1,1],[0,1]]": (
        "load.requests_per_s: found [[1, 1], [0, 1]]; the hours of a load curve must rise: hours[1] = 0 comes "
        "after hours[0] = 1; sort the knots by hour"
    ),
    "load.requests_per_s=[[0,0],[4,0]]": (
        "load.requests_per_s: found [[0, 0], [4, 0]]; expected a load above 0 at some hour"
    ),
    "load.requests_per_s={csv=3}": "load.requests_per_s.csv: found 3; expected a file",
    "load.requests_per_s={csv='a.csv', time=3}": (
        "load.requests_per_s.time: found 3; expected the name of a column"
    ),
    "load.requests_per_s={csv='a.csv', tim='t'}": (
        'load.requests_per_s.tim: found "t"; unknown key; did you mean time?'
    ),
    "load={users=[[0,1],[2,1]], requests_per_user_per_s=[[0,1],[3,1]]}": (
        "load.requests_per_user_per_s: covers the hours 0 to 3; expected the hours of load.users, 0 to 2"
    ),
    "load.network_ms=-1": "load.network_ms: found -1; expected a number of at least 0",
    "load.once=yes": 'load.once: found "yes"; expected true or false',
    "load={requests_per_s=3, once=true, month_factor=3}": (
        "load.month_factor: found 3; expected either once = true or month_factor"
    ),
    # classes
    "classes=3": "classes: found 3; expected a table, [classes]",
    "classes={}": "classes: no request is in the contract; expected a class in it with a rate above 0",
    "classes.read=3": "classes.read: found 3; expected a table, [classes.read]",
    "classes.read.share=0.5": (
        "classes: the shares of the contract's classes add up to 0.75 (read 0.5 + write 0.25); expected 1"
    ),
    "classes.read.share=-0.5": "classes.read.share: found -0.5; expected a number of at least 0",
    "classes.read.per_s=3": "classes.read.per_s: found 3; expected either share or per_s",
    "classes.read={}": "classes.read.share: missing; with several classes, expected share or per_s",
    "classes.read.in_contract=0": "classes.read.in_contract: found 0; expected true or false",
    "classes={read={share=1}, write={share=1, incontract=false}}": (
        "classes.write.incontract: found false; unknown key; did you mean in_contract?"
    ),
    "classes={read={share=1, in_contract=false}, write={per_s=0}}": (
        "classes: no request is in the contract; expected a class in it with a rate above 0"
    ),
    # components
    "components=3": "components: found 3; expected a table, [components]",
    "components={}": "components: missing; expected at least one component, [components.NAME]",
    "components.web=3": "components.web: found 3; expected a table, [components.web]",
    "components.web={kind='server', cuont=3}": (
        "components.web.cuont: found 3; unknown key; did you mean count?"
    ),
    "components.web={kind='server', x=3}": (
        "components.web.x: found 3; unknown key; the keys here are kind, count, servers, service_ms, scv, law, "
        "shape, service, fixed_delay_ms, usd_per_month, usd_per_million_calls, usd_per_gb, ..."
    ),
    "components.web.kind=servr": (
        'components.web.kind: found "servr"; expected a kind of the catalogue; did you mean server?'
    ),
    "components.web.kind=3": "components.web.kind: found 3; expected one line of text",
    "components.web.count=true": "components.web.count: found true; expected a whole number or [least, most]",
    "components.web.count=4.0": "components.web.count: found 4.0; expected a whole number or [least, most]",
    "components.web.count='3'": 'components.web.count: found "3"; expected a whole number or [least, most]',
    "components.web.count=[1, true]": (
        "components.web.count: found [1, true]; expected a whole number or [least, most]"
    ),
    "components.web.count=[1, 2, 3]": (
        "components.web.count: found [1, 2, 3]; expected a whole number or [least, most]"
    ),
    "components.web.count=-1": "components.web.count: found -1; expected a whole number of at least 0",
    "components.web.count=[3, 1]": (
        "components.web.count: found [3, 1]; expected [least, most] with least not above most"
    ),
    "components.web.count=1e13": "components.web.count: found 1e+13; expected a whole number of at most 1e12",
    "components.web.servers=0": "components.web.servers: found 0; expected a whole number of at least 1",
    "components.web.servers=many": (
        'components.web.servers: found "many"; expected a whole number of at least 1, or "unlimited"'
    ),
    "components.cache={count=1}": (
        "components.cache.service_ms: missing; expected milliseconds, or a kind that brings them"
    ),
    "components.web.service_ms=0": (
        "components.web.service_ms: found 0; expected milliseconds, or a table of them by operation"
    ),
    "components.web.service_ms={}": (
        "components.web.service_ms: found {}; expected milliseconds, or a table of them by operation, "
        "with at least one key"
    ),
    "components.web.service_ms={request=-3}": (
        "components.web.service_ms.request: found -3; expected milliseconds above 0"
    ),
    "components.web.service_ms={request=3, 'a b'=3}": (
        f'components.web.service_ms."a b": found "a b"; {NAME}'
    ),
    "components.web.service=3": (
        f"components.web.service: found 3; expected {TWO}, or a table of them by operation"
    ),
    "components.web.service={p50_ms=3}": f"components.web.service: found {{ p50_ms = 3 }}; expected {TWO}",
    "components.web.service={p50_ms=3, q99_ms=5}": (
        'components.web.service.q99_ms: found "q99_ms"; expected a percentile such as p50_ms or p99_9_ms; '
        "a mean is service_ms, and scv beside it"
    ),
    "components.web.service={p50_ms=3, p100_ms=5}": (
        'components.web.service.p100_ms: found "p100_ms"; expected a percentile such as p50_ms or p99_9_ms; '
        "a mean is service_ms, and scv beside it"
    ),
    "components.web.service={p50_ms=3, p99_ms=3}": (
        "components.web.service: found { p50_ms = 3, p99_ms = 3 }; "
        "expected two different percentiles, the higher with the longer time"
    ),
    "components.web.service={p50_ms=3, p50_0_ms=4}": (
        "components.web.service: found { p50_ms = 3, p50_0_ms = 4 }; "
        "expected two different percentiles, the higher with the longer time"
    ),
    "components.web.service={p50_ms=1, p51_ms=99}": (
        "components.web.service: found { p50_ms = 1, p51_ms = 99 }; "
        "expected percentiles closer together in time: no service varies so much"
    ),
    "components.web.service={request={p50_ms=3, p99_ms=0}}": (
        "components.web.service.request.p99_ms: found 0; expected milliseconds above 0"
    ),
    "components.web.service={request=3}": (
        f"components.web.service: found {{ request = 3 }}; expected {TWO}"
    ),
    "components.cache={service_ms=3, service={p50_ms=1, p90_ms=3}}": (
        "components.cache.service: service_ms says it, too, for every operation; expected one of them"
    ),
    "components.store={service_ms={get=3, put=3}, service={get={p50_ms=1, p90_ms=3}}}": (
        "components.store.service: service_ms says it, too, for get; expected one of them"
    ),
    "components.cache={scv=3, service={p50_ms=1, p90_ms=3}}": (
        "components.cache.scv: found 3; the percentiles of `service` say it all; remove one of them"
    ),
    "components.cache={law='gamma', service={p50_ms=1, p90_ms=3}}": (
        'components.cache.law: found "gamma"; the percentiles of `service` say it all; remove one of them'
    ),
    "components.web.scv=-1": "components.web.scv: found -1; expected a number from 0 to 1,000,000",
    "components.web={kind='server', law='exponential', scv=2}": (
        "components.web.scv: found 2; exponential: scv = 2.0; expected 1, the only one this law has"
    ),
    "components.cache.law=gamma": (
        'components.cache.law: found "gamma"; '
        "gamma: scv is missing; expected a number, which this law leaves open"
    ),
    "components.cache={law='gamma', scv=0, service_ms=1}": (
        "components.cache.scv: found 0; Gamma: scv = 0.0; expected a finite number > 0 "
        "(for scv = 0 use Deterministic(mean=), or two_moment(mean=, scv=))"
    ),
    "components.web.fixed_delay_ms=-1": (
        "components.web.fixed_delay_ms: found -1; expected a number of at least 0"
    ),
    "components.web.usd_per_month=-1": (
        "components.web.usd_per_month: found -1; expected a number of at least 0"
    ),
    "components.web.usd_per_gb=0.1": (
        "components.web.kb_per_call: missing; expected kilobytes per call beside usd_per_gb"
    ),
    "components.web.pooling=shared": (
        'components.web.pooling: found "shared"; expected one of "pooled", "split"'
    ),
    "components.web.pooling=3": 'components.web.pooling: found 3; expected one of "pooled", "split"',
    "components.web.partitions=0": "components.web.partitions: found 0; expected a whole number of at least 1",
    "components.web.retention_h=0": "components.web.retention_h: found 0; expected a number above 0",
    "components.web.max_queue=2.5": (
        "components.web.max_queue: found 2.5; expected a whole number of at least 0"
    ),
    "components.web.max_rate_per_s=0": "components.web.max_rate_per_s: found 0; expected a number above 0",
    "components.web.initial_backlog=-1": (
        "components.web.initial_backlog: found -1; expected a number of at least 0"
    ),
    "components.web.max_utilisation=1.5": (
        "components.web.max_utilisation: found 1.5; expected a number above 0 and at most 1"
    ),
    "components.web.drops={red=0.1}": (
        "components.web.drops.red: found 0.1; expected a class; did you mean read?"
    ),
    "components.web.drops={read=1.1}": "components.web.drops.read: found 1.1; expected a share from 0 to 1",
    "components.web.drops=0.1": (
        "components.web.drops: found 0.1; expected a table of shares by request class"
    ),
    "components.web.needs=cach": (
        'components.web.needs: found "cach"; expected a component; did you mean cache?'
    ),
    "components.web.needs=3": "components.web.needs: found 3; expected one name or a list of names",
    "components.web.when_down=skip": (
        'components.web.when_down: found "skip"; expected one of "fail", "next"'
    ),
    "components.web.failure=units": (
        'components.web.failure: found "units"; expected one of "unit", "service"; did you mean unit?'
    ),
    "components.web.availability_percent=0": (
        "components.web.availability_percent: found 0; expected a percentage above 0 and at most 100"
    ),
    "components.cache.mtbf_h=3": "components.cache.mttr_h: missing; expected hours beside mtbf_h",
    "components.cache.mttr_h=3": "components.cache.mtbf_h: missing; expected hours beside mttr_h",
    "components.web.waits=sync": 'components.web.waits: found "sync"; expected "async" or "held"',
    "components.web.with=3": "components.web.with: found 3; expected a table by component",
    "components.web.with={cache=3}": "components.web.with.cache: found 3; expected a table",
    "components.web.with={cach={count=1}}": (
        "components.web.with.cach: expected another component; did you mean cache?"
    ),
    "components.web.without={web={count=1}}": (
        "components.web.without.web: expected another component; a component cannot change with itself"
    ),
    "components.web.with={cache={cuont=1}}": (
        "components.web.with.cache.cuont: found 1; unknown key; did you mean count?"
    ),
    "components.web.with={cache={title='x'}}": (
        'components.web.with.cache.title: found "x"; unknown key; the keys here are kind, count, servers, '
        "service_ms, scv, law, shape, service, fixed_delay_ms, usd_per_month, usd_per_million_calls, usd_per_gb, "
        "..."
    ),
    "components.web.with={cache={count=true}}": (
        "components.web.with.cache.count: found true; expected a whole number or [least, most]"
    ),
    "components.web.with={cache={kind='servr'}}": (
        'components.web.with.cache.kind: found "servr"; expected a kind of the catalogue; '
        "did you mean server?"
    ),
    "components.cache.without={store={mttr_h=3}}": (
        "components.cache.without.store.mtbf_h: missing; expected hours beside mttr_h"
    ),
    "components.web.with={cache={drops={red=0.1}}}": (
        "components.web.with.cache.drops.red: found 0.1; expected a class; did you mean read?"
    ),
    "components.cache={service_ms=1, with={store={service_ms={hit=1}}}}": (
        "components.cache.with.store.service_ms: has no operation for cache of architecture.calls.1; "
        "expected one, or a number for all"
    ),
    "components.web.sources={count=3}": "components.web.sources.count: found 3; expected one line of text",
    # architecture
    "architecture=3": "architecture: found 3; expected a table, [architecture]",
    "architecture={call=[]}": "architecture.call: found []; unknown key; did you mean calls?",
    "architecture.calls=3": "architecture.calls: found 3; expected a list of lines { from = ..., to = ... }",
    "architecture.calls=[]": "architecture.calls: missing; with several components, expected who calls whom",
    "architecture.calls=[3]": "architecture.calls.0: found 3; expected a table, { ... }",
    "architecture.calls.0={to='web.request'}": "architecture.calls.0.from: missing; expected who calls",
    "architecture.calls.0={from='users'}": "architecture.calls.0.to: missing; expected who takes the call",
    "architecture.calls.0.from=nobody": (
        'architecture.calls.0.from: found "nobody"; expected a caller; "nobody" only stands at the end of `to`'
    ),
    "architecture.calls.0.from=users.new": (
        'architecture.calls.0.from: found "users.new"; expected "users" alone; they have no operations'
    ),
    "architecture.calls.0.from=web": (
        'architecture.calls: no line has from = "users"; expected at least one'
    ),
    "architecture.calls.2.from=cache.hit": (
        'architecture.calls.2.from: found "cache.hit"; expected an operation that a line calls; '
        "no line names one of cache"
    ),
    "architecture.calls.2.from=stor": (
        'architecture.calls.2.from: found "stor"; expected a component; did you mean store?'
    ),
    "architecture.calls.2.from=store.gett": (
        'architecture.calls.2.from: found "store.gett"; expected an operation of store: store.get or store.put'
    ),
    "architecture.calls.0.to=users": (
        'architecture.calls.0.to: found "users"; expected a component; "users" call and are never called'
    ),
    "architecture.calls.0.to=nobody.x": (
        'architecture.calls.0.to: found "nobody.x"; expected "nobody" alone; it has no operations'
    ),
    "architecture.calls.0.to=wep.request": (
        'architecture.calls.0.to: found "wep.request"; expected a component; did you mean web?'
    ),
    "architecture.calls.0.to=web": (
        'architecture.calls.0.to: found "web"; expected an operation of web: web.request or web.job'
    ),
    "architecture.calls.0.to=web.requst": (
        'architecture.calls.0.to: found "web.requst"; expected an operation of web: web.request or web.job'
    ),
    "architecture.calls.1.to=['cache', 'stor.get']": (
        'architecture.calls.1.to.1: found "stor.get"; expected a component; did you mean store?'
    ),
    "architecture.calls.0.to=a.b.c": f'architecture.calls.0.to: found "a.b.c"; expected {TAKER}',
    "architecture.calls.0.to=3": f"architecture.calls.0.to: found 3; expected {TAKER}, or a list of them",
    "architecture.calls.0.to=[3, 'web.request']": f"architecture.calls.0.to.0: found 3; expected {TAKER}",
    "architecture.calls.0.to=[]": (
        f"architecture.calls.0.to: found []; expected at least one name: {TAKER}, or a list of them"
    ),
    "architecture.calls.0.to=['nobody', 'web.request']": (
        'architecture.calls.0.to.0: found "nobody"; expected at the end of the list; '
        "the names after it are never called"
    ),
    "architecture.calls.0.to=['web.request', 'web.job']": (
        'architecture.calls.0.to.1: found "web.job"; web stands earlier in the list and would take the call'
    ),
    "architecture.calls.0.class=reed": (
        'architecture.calls.0.class: found "reed"; expected a class; did you mean read?'
    ),
    "architecture.calls.0.class=['read', 'read', 'write']": (
        'architecture.calls.0.class.1: found "read"; stands here twice; once is enough'
    ),
    "architecture.calls.0.class=read": (
        'classes.write: no line with from = "users" is for this class; expected at least one'
    ),
    "architecture.calls.0.times=0": "architecture.calls.0.times: found 0; expected a number above 0",
    "architecture.calls.0.wait=no": 'architecture.calls.0.wait: found "no"; expected true or false',
    "architecture.calls.2.to=web.request": (
        "architecture.calls.2: closes the cycle web.request -> cache -> web.request for class read, "
        "which never ends; expected no way back"
    ),
}


@pytest.mark.parametrize("setting", ONE)
def test_one_mistake_is_one_fault_with_this_message(faults: Reader, small: str, setting: str) -> None:
    found = [fault for fault in faults(small, setting) if not fault.startswith("load.requests_per_s.2")]
    assert found == [ONE[setting]]


def test_the_text_that_the_mistakes_are_made_in_is_sound(faults: Reader, small: str) -> None:
    assert faults(small) == []


def test_all_faults_come_at_once_in_the_order_of_the_file(small: str) -> None:
    wrong = (
        "contract.p95_ms=0",
        "load.requests_per_s={shape='surg'}",
        "components.store.kind=postgrs",
        "components.web.count=true",
        "classes.read.share=0.5",
        'architecture.calls.3.to=["stor.put"]',
        "architecture.calls.0.times=-1",
    )
    with pytest.raises(ModelError) as caught:
        read_text(small, source="shop.toml", settings=wrong)
    assert str(caught.value) == (
        "shop.toml: 7 faults\n"
        "  contract.p95_ms: found 0; expected milliseconds above 0\n"
        '  load.requests_per_s.shape: found "surg"; expected a shape; did you mean surge?\n'
        "  classes: the shares of the contract's classes add up to 0.75 (read 0.5 + write 0.25); expected 1\n"
        "  components.web.count: found true; expected a whole number or [least, most]\n"
        '  components.store.kind: found "postgrs"; expected a kind of the catalogue; did you mean postgres?\n'
        "  architecture.calls.0.times: found -1; expected a number above 0\n"
        '  architecture.calls.3.to: found "stor.put"; expected a component; did you mean store?'
    )
    assert caught.value.faults[0] == Fault("contract.p95_ms", "0", "expected milliseconds above 0")


def test_an_empty_text_lacks_what_every_model_has(faults: Reader) -> None:
    assert faults("") == [
        "format: missing; expected format = 1",
        "load: missing; expected a table [load] with requests_per_s, or users and requests_per_user_per_s",
        "components: missing; expected at least one component, [components.NAME]",
    ]


def test_an_unknown_table_names_the_nearest(faults: Reader, small: str) -> None:
    assert faults(small.replace("[contract]", "[contracts]")) == [
        "contracts: found { p95_ms = 400 }; unknown key; did you mean contract?"
    ]


@pytest.mark.parametrize("name", ["users", "nobody"])
def test_components_leave_the_words_of_calls_alone(faults: Reader, name: str) -> None:
    text = f"format = 1\n[load]\nrequests_per_s = 1\n[components.{name}]\nservice_ms = 1\n"
    said = f'components.{name}: expected another name: "{name}" has a meaning of its own in calls'
    assert faults(text) == [said]


def test_names_hold_no_dots_and_no_blanks(faults: Reader) -> None:
    text = """
        format = 1
        [load]
        requests_per_s = 1
        [classes]
        "a b" = { share = 1 }
        [components."a.b"]
        service_ms = 1
    """
    assert faults(text) == [
        'classes."a b": found "a b"; expected a name of letters, digits, _ and -',
        'components."a.b": found "a.b"; expected a name of letters, digits, _ and -',
    ]


def test_one_component_with_several_operations_needs_calls(faults: Reader) -> None:
    text = "format = 1\n[load]\nrequests_per_s = 1\n[components.db]\nservice_ms = { get = 1, put = 2 }\n"
    lines = 'expected lines such as { from = "users", to = "db.get" }'
    assert faults(text) == [f"architecture.calls: missing; db has the operations get, put: {lines}"]


def test_a_need_that_nothing_can_fulfil(faults: Reader, small: str) -> None:
    said = (
        'components.web.needs: found ["cache"]; needs cache, of which none may be bought; '
        "expected one with a count above 0, or count = 0 here"
    )
    assert faults(small, "components.web.needs=cache", "components.cache.count=0") == [said]
    assert faults(small, "components.web.needs=['cache', 'store']", "components.cache.count=0") == []
    # an override may make it possible, or do away with the component itself
    possible = "components.cache.without={web={count=[0, 1]}}"
    assert faults(small, "components.web.needs=cache", "components.cache.count=0", possible) == []
    assert (
        faults(small, "components.web.needs=cache", "components.cache.count=0", "components.web.count=0")
        == []
    )


def test_a_component_at_fault_hides_no_other_fault(faults: Reader, small: str) -> None:
    wrong = ("components.web.kind=servr", "components.cache.needs=web", "components.store.needs=wep")
    assert faults(small, *wrong) == [
        'components.web.kind: found "servr"; expected a kind of the catalogue; did you mean server?',
        'components.store.needs: found "wep"; expected a component; did you mean web?',
    ]


def test_csv_faults_carry_the_path_and_what_reading_says(faults: Reader, small: str, tmp_path: Path) -> None:
    (tmp_path / "load.csv").write_text("hour,value\n0,3\n1,x\n", encoding="utf-8")
    file = tmp_path / "load.csv"
    assert faults(small, "load.requests_per_s={csv='load.csv'}", folder=tmp_path) == [
        f"load.requests_per_s.csv: found \"load.csv\"; {file}: line 3: value must be a number, got 'x'"
    ]
    missing = tmp_path / "no.csv"
    assert faults(small, "load.requests_per_s={csv='no.csv'}", folder=tmp_path) == [
        f'load.requests_per_s.csv: found "no.csv"; {missing}: cannot be read (No such file or directory)'
    ]
    found = faults(small, 'load.requests_per_s={csv="a\\u0000b"}', folder=tmp_path)
    assert found == ['load.requests_per_s.csv: found "a\\x00b"; embedded null byte']


def test_long_values_are_shortened(faults: Reader, small: str) -> None:
    (found,) = faults(small, f"components.web.count={list(range(90))}")
    assert found == (
        "components.web.count: found [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, ...; "
        "expected a whole number or [least, most]"
    )
    (found,) = faults(small, f"components.web.count={'[' * 9}1{']' * 9}")
    assert found == ("components.web.count: found [[[[[...]]]]]; expected a whole number or [least, most]")


def test_whole_numbers_of_any_size_are_said_in_words(faults: Reader, small: str) -> None:
    assert faults(small, f"components.web.count=0x{'f' * 5000}") == [
        "components.web.count: found a number of 20000 bits; expected a whole number or [least, most]"
    ]


def test_an_override_does_not_repeat_the_faults_of_its_component(faults: Reader, small: str) -> None:
    wrong = "components.cache={mtbf_h=3, usd_per_gb=1, with={web={servers=2}, store={servers=0}}}"
    assert faults(small, wrong) == [
        "components.cache.with.store.servers: found 0; expected a whole number of at least 1",
        "components.cache.service_ms: missing; expected milliseconds, or a kind that brings them",
        "components.cache.mttr_h: missing; expected hours beside mtbf_h",
        "components.cache.kb_per_call: missing; expected kilobytes per call beside usd_per_gb",
    ]


def test_a_wrong_kind_in_an_override_is_one_fault(faults: Reader, small: str) -> None:
    wrong = "components.web.with={cache={kind='stream', service_ms={request=0}}}"
    assert faults(small, wrong) == [
        "components.web.with.cache.service_ms.request: found 0; expected milliseconds above 0"
    ]
