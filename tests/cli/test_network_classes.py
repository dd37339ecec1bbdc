"""`network` for classes that come and go: open and mixed networks, what is printed and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from queuecalc.answer import ClassesAnswer, from_json
from queuecalc.evidence import Evidence

Run = Callable[..., Result]

OPEN = """\
[stations.web]
servers = 2
service_rate = 30
[stations.pool]
class_service_ms = { browse = 10, buy = 30 }
[classes.browse]
arrival_rates = { web = 20 }
routing = { web = { pool = 0.5 } }
[classes.buy.arrival_rates]
web = 10
[classes.buy.routing]
web = { pool = 1 }
pool = { web = 0.2 }
"""

MIXED = """\
[stations.disk]
service_rate = 10
[classes.batch]
population = 3
think_s = 0.4
[classes.web]
arrival_rates = { disk = 4 }
"""


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "network.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def answered(run: Run, *arguments: str, status: int = 0) -> ClassesAnswer:
    result = run("network", *arguments, "--format", "json")
    assert result.exit_code == status, result.stderr
    answer = from_json(ClassesAnswer, result.stdout)
    assert isinstance(answer, ClassesAnswer)
    return answer


def test_open_classes_by_hand(run: Run, tmp_path: Path) -> None:
    """Traffic by hand; M/M/2 for the web, a shared server where the time grows by 1 / (1 - rho) for each class."""
    answer = answered(run, written(tmp_path, OPEN))
    buys = 10 / (1 - 0.2)  # visits of buyers to either station, per second
    web = (20 + buys) / 30
    wait = (web / 2) ** 2 / (1 - (web / 2) ** 2) / 30  # of M/M/2
    pool = 1 - (10 * 0.010 + buys * 0.030)
    means = {each.name: each.mean_sojourn_s for each in answer.classes}
    assert means["browse"] == pytest.approx(1 / 30 + wait + 0.5 * 0.010 / pool)
    assert means["buy"] == pytest.approx(1.25 * (1 / 30 + wait + 0.030 / pool))
    assert [each.utilisation for each in answer.stations] == pytest.approx([web / 2, 1 - pool])
    assert (answer.bottleneck, answer.evidence) == ("web", Evidence.EXACT)
    for each in answer.class_stations:
        assert each.residence_time_s == pytest.approx(each.visits * each.mean_sojourn_s)
        assert each.mean_in_system == pytest.approx(each.throughput_per_s * each.mean_sojourn_s)
    for name, mean in means.items():
        inside = [each for each in answer.class_stations if each.request_class == name]
        assert sum(each.residence_time_s for each in inside) == pytest.approx(mean)
    for station in answer.stations:
        here = [each for each in answer.class_stations if each.name == station.name]
        assert station.throughput_per_s == pytest.approx(sum(each.throughput_per_s for each in here))
        assert station.mean_in_system == pytest.approx(sum(each.mean_in_system for each in here))
    assert answer.largest_arrival_rate_per_s == pytest.approx(30 / (web / 2))
    assert "shared servers" in answer.percentiles_excuse


def test_percentiles_of_classes(run: Run, tmp_path: Path) -> None:
    """One exponential service for all at the pool: its shared server has a law; browsers that skip it have M/M/2."""
    alike = OPEN.replace("browse = 10, buy = 30", "browse = 10, buy = 10").replace("pool = 0.5", "pool = 0")
    answer = answered(run, written(tmp_path, alike), "--percentile", "50,99")
    browse, buy = answer.classes
    assert [each.level for each in browse.percentiles] == [0.5, 0.99]
    import queuecalc as qc

    queue = qc.MMc(arrival_rate=20 + 12.5, service_rate=30.0, servers=2)
    exact = queue.sojourn.ppf(np.array([0.5, 0.99]))
    assert [each.sojourn_s for each in browse.percentiles] == pytest.approx(exact.tolist(), rel=1e-7)
    assert buy.percentiles[1].sojourn_s > browse.percentiles[1].sojourn_s
    assert answer.evidence is Evidence.APPROXIMATE  # sojourns at the two stations are taken as independent


def test_percentiles_of_more_than_one_station_rest_on_more(run: Run, tmp_path: Path) -> None:
    """Where everybody goes to one station alone they are those of its line."""
    two = OPEN.replace("browse = 10, buy = 30", "browse = 10, buy = 10").replace("web = 0.2", "web = 0")
    answer = answered(run, written(tmp_path, two), "--percentile", "95")
    assert sorted({each.visits for each in answer.class_stations}) == [0.5, 1.0]
    assert "independent-sojourns" in answer.statements
    one = two.replace("pool = 0.5", "pool = 0").replace("pool = 1", "pool = 0")
    alone = answered(run, written(tmp_path, one), "--percentile", "95")
    assert all(each.percentiles for each in alone.classes)
    assert "independent-sojourns" not in alone.statements


def test_mixed_classes_against_the_chain(run: Run, tmp_path: Path) -> None:
    """Where all take turns at one disk: a Markov chain of (open, closed) customers, solved numerically."""
    answer = answered(run, written(tmp_path, MIXED), "--method", "exact")
    throughput, inside = _chain(arrivals=4.0, rate=10.0, customers=3, think=0.4)
    classes = {each.name: each for each in answer.classes}
    assert classes["batch"].throughput_per_s == pytest.approx(throughput, rel=1e-9)
    assert classes["web"].mean_sojourn_s == pytest.approx(inside / 4.0, rel=1e-9)
    assert (classes["web"].population, classes["batch"].arrival_rate_per_s) == (None, None)
    assert answer.stations[0].utilisation == pytest.approx((4.0 + throughput) / 10.0)


SEVERAL = """\
[stations.web]
servers = 3
service_rate = 10
[stations.disk]
class_service_ms = { batch = 100, shop = 50 }
[stations.wan]
servers = "unlimited"
service_ms = 40
[classes.batch]
population = 4
think_s = 0.5
visits = { web = 2, disk = 3 }
[classes.shop]
arrival_rates = { web = 4 }
routing = { web = { disk = 0.5, wan = 0.25 } }
"""


def test_a_station_is_what_its_classes_bring(run: Run, tmp_path: Path) -> None:
    """Flows, numbers and work of the classes add up; Little's law for each."""
    answer = answered(run, written(tmp_path, SEVERAL))
    batch, shop = ({c.name: c for c in answer.classes}[name] for name in ("batch", "shop"))
    assert (batch.population, batch.think_s, shop.arrival_rate_per_s) == (4, 0.5, 4.0)
    assert batch.alone_s == pytest.approx(2 * 0.1 + 3 * 0.1)
    assert shop.alone_s == pytest.approx(0.1 + 0.5 * 0.05 + 0.25 * 0.04)
    x = batch.throughput_per_s
    assert x is not None
    assert x * (batch.mean_sojourn_s + 0.5) == pytest.approx(4.0)
    flows = {"web": 4 + 2 * x, "disk": 2 + 3 * x, "wan": 1.0}
    parts = {name: [e for e in answer.class_stations if e.name == name] for name in flows}
    for station in answer.stations:
        here = parts[station.name]
        assert station.throughput_per_s == pytest.approx(flows[station.name])
        assert station.throughput_per_s == pytest.approx(sum(each.throughput_per_s for each in here))
        assert station.mean_in_system == pytest.approx(sum(each.mean_in_system for each in here))
        assert station.stable
        assert station.least_servers is None
    web, disk, wan = answer.stations
    assert (web.servers, disk.servers, wan.servers) == (3, 1, None)
    assert (web.sharing, disk.sharing, wan.sharing) == (False, True, False)
    assert web.utilisation == pytest.approx(flows["web"] * 0.1 / 3)
    assert disk.utilisation == pytest.approx(2 * 0.05 + 3 * x * 0.1)
    assert wan.mean_in_system == pytest.approx(0.04)
    assert [(e.request_class, e.name) for e in parts["wan"]] == [("shop", "wan")]
    for each in answer.class_stations:
        assert each.mean_in_system == pytest.approx(each.throughput_per_s * each.mean_sojourn_s)
        assert each.residence_time_s == pytest.approx(each.visits * each.mean_sojourn_s)
    assert answer.bottleneck == "disk"


def _chain(*, arrivals: float, rate: float, customers: int, think: float) -> tuple[float, float]:
    """(completions of the closed class, mean open customers) where the server's work is shared among all."""
    most = 250
    states = [(m, n) for m in range(most) for n in range(customers + 1)]
    place = {state: k for k, state in enumerate(states)}
    q = np.zeros((len(states), len(states)))
    for (m, n), k in place.items():
        if m + 1 < most:
            q[k, place[m + 1, n]] += arrivals
        if n < customers:
            q[k, place[m, n + 1]] += (customers - n) / think
        if m:
            q[k, place[m - 1, n]] += rate * m / (m + n)
        if n:
            q[k, place[m, n - 1]] += rate * n / (m + n)
    q -= np.diag(q.sum(axis=1))
    q[:, 0] = 1.0
    p = np.linalg.solve(q.T, np.eye(len(states))[0])
    done = sum(p[k] * rate * n / (m + n) for (m, n), k in place.items() if n)
    return float(done), float(sum(p[k] * m for (m, _), k in place.items()))


def test_without_a_steady_state(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, OPEN)
    answer = answered(run, file, "--set", "classes.browse.arrival_rates.web=70", status=1)
    assert not answer.stable
    assert [each.stable for each in answer.stations] == [False, True]
    assert all(
        each.mean_sojourn_s == float("inf") and each.throughput_per_s is None for each in answer.classes
    )
    full = answered(run, file, "--set", "classes.browse.arrival_rates.web=47.5", status=1)
    assert full.stations[0].utilisation == pytest.approx(1.0)  # 47.5 + 12.5 for two that serve 30 each
    assert full.stations[0].least_servers == 3
    page = run("network", file, "--set", "classes.browse.arrival_rates.web=70").stdout
    assert "at least 3 servers are needed" in page
    assert "--set stations.web.servers=3" in page


@pytest.mark.parametrize("text", [OPEN, MIXED])
@pytest.mark.parametrize("form", ["table", "csv", "markdown"])
def test_forms(run: Run, tmp_path: Path, text: str, form: str) -> None:
    result = run("network", written(tmp_path, text), "--format", form, env={"COLUMNS": "80"})
    assert result.exit_code == 0
    for name in ("disk", "batch") if text is MIXED else ("web", "browse"):
        assert name in result.stdout
    assert form != "table" or all(len(line) <= 80 for line in result.stdout.splitlines())


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (
            "classes.web.population=3",
            "classes.web.population: found 3; a class either has a population or arrival_rates",
        ),
        ("classes.web.think_s=3", "classes.web.think_s: found 3; who comes and goes does not think"),
        ("classes.web.visits={ disk = 2 }", "classes.web.visits"),
        (
            "classes.web.arrival_rates={ disc = 4 }",
            "classes.web.arrival_rates.disc: no such station; did you mean disk?",
        ),
        ("classes.web.arrival_rates.disk=0", "classes.web.arrival_rates: nothing arrives"),
        (
            "classes.web.arrival_rates.disk=-1",
            "classes.web.arrival_rates.disk: found -1; expected a rate of at least 0",
        ),
        ("classes.web.arrival_rates.disk=10", "the open classes alone ask for 1 of its servers"),
        (
            "classes.web.routing={ disk = { disk = 1 } }",
            "classes.web.routing.disk: nobody who comes to disk can ever",
        ),
        ("classes.web.routing={ disk = { disk = 1.5 } }", "classes.web.routing.disk.disk"),
        ("stations.disk={ state_rates = [5, 9] }", "stations.disk: stations['disk'] has state_rates"),
        (
            "stations.disk={ class_service_ms = { web = 5 } }",
            "classes.batch: stations['disk'] has no service for class",
        ),
        (
            "classes.web={ routing = { } }",
            "classes.web.population: missing; expected how many customers there are, or",
        ),
        (
            "arrival_rates={ disk = 1 }",
            "arrival_rates: each class has its own; expected it in [classes.NAME]",
        ),
    ],
)
def test_faults(run: Run, tmp_path: Path, setting: str, said: str) -> None:
    refused = run("network", written(tmp_path, MIXED), "--set", setting)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in " ".join(refused.stderr.split())


def test_options_that_do_not_go(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, MIXED)
    for arguments, said in (
        (("--percentile", "95"), "a mixed one is answered by means"),
        (("--method", "schweitzer"), "goes with closed networks"),
        (("--method", "bounds"), "goes with closed networks"),
    ):
        refused = run("network", file, *arguments)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert said in refused.stderr
