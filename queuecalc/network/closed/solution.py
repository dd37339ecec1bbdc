"""A solved closed network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from queuecalc.evidence import STATEMENTS, Evidence, Statement, weakest
from queuecalc.load.arrays import FloatArray
from queuecalc.network.closed.problem import Figures, Problem
from queuecalc.network.named import Named

if TYPE_CHECKING:
    import pandas as pd

    from queuecalc.network.closed.network import ClosedNetwork

__all__ = ["ClosedSolution", "ClosedStation"]

_FULL = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedStation:
    """One station in the long run; of several classes together, or one of them.

    Attributes:
        visits: in a cycle; of several classes, per cycle of any.
        throughput: visits per second.
        utilisation: mean share of busy servers; of a station with changing speed, the share of time with somebody
            there; of one where nobody waits, the mean number in service.
        mean_in_system: customers there.
        mean_queue_length: those of them that wait; with processor sharing, beyond one for each busy server.
        mean_sojourn: time of a visit [s]; 0 where nobody comes.
        residence_time: time there in a cycle [s].
    """

    visits: float
    throughput: float
    utilisation: float
    mean_in_system: float
    mean_queue_length: float
    mean_sojourn: float
    residence_time: float


class ClosedSolution:
    """What `ClosedNetwork.solve` returns. With several classes, figures marked * are by class.

    Attributes:
        network: as it was given.
        method: "exact", "schweitzer" or "linearizer".
        throughput*: cycles per second.
        response_time*: of a cycle without thinking [s].
        cycle_time*: with thinking [s].
        stations: name -> `ClosedStation`, all classes together.
        classes: class -> name -> `ClosedStation`; utilisation and waiting as far as they are the class's.
        log_normalisation: the logarithm of G(N), for demands in seconds; nan for approximate methods.
    """

    def __init__(self, network: ClosedNetwork, problem: Problem, method: str, found: Figures) -> None:
        """From the figures of a method."""
        self.network = network
        self.method = method
        self._problem, self._found = problem, found
        self.log_normalisation = found.log_normalisation
        cycle = problem.population / found.throughput
        at_stations = found.inside.sum(axis=1) / found.throughput
        self.throughput = self._by_class(found.throughput)
        self.cycle_time = self._by_class(cycle)
        self.response_time = self._by_class(at_stations)

    def _by_class(self, values: FloatArray) -> Any:
        if isinstance(self.network.population, Named):
            return Named(zip(self.network.classes, values.tolist(), strict=True))
        return float(values[0])

    # ------------------------------------------------------------------ stations
    @cached_property
    def stations(self) -> Named[ClosedStation]:
        """Name -> figures of all classes together."""
        every = list(range(len(self.network.classes)))
        return Named((name, self._station(k, every)) for k, name in enumerate(self.network.stations))

    @cached_property
    def classes(self) -> Named[Named[ClosedStation]]:
        """Class -> name -> figures."""
        return Named(
            (each, Named((name, self._station(k, [r])) for k, name in enumerate(self.network.stations)))
            for r, each in enumerate(self.network.classes)
        )

    def _station(self, k: int, some: list[int]) -> ClosedStation:
        p, found = self._problem, self._found
        cycles = float(found.throughput[some].sum())
        rate = float(found.throughput[some] @ p.visits[some, k])
        inside = float(found.inside[some, k].sum())
        in_service = float(found.throughput[some] @ p.demands[some, k])
        if k in p.speeds:
            share = in_service / float(found.throughput @ p.demands[:, k]) if in_service > 0.0 else 0.0
            in_service = utilisation = float(found.present[k]) * share
        else:
            utilisation = in_service / float(p.servers[k]) if math.isfinite(p.servers[k]) else in_service
            utilisation = min(utilisation, 1.0) if math.isfinite(p.servers[k]) else utilisation
        return ClosedStation(
            visits=rate / cycles,
            throughput=rate,
            utilisation=utilisation,
            mean_in_system=inside,
            mean_queue_length=max(inside - in_service, 0.0) if math.isfinite(p.servers[k]) else 0.0,
            mean_sojourn=inside / rate if rate > 0.0 else 0.0,
            residence_time=inside / cycles,
        )

    @property
    def bottleneck(self) -> str:
        """The station that is nearest to its limit; the first one if none has a limit."""
        p, x = self._problem, self._found.throughput
        with np.errstate(invalid="ignore"):
            asked = np.where(np.isfinite(p.servers), x @ p.demands / p.fastest, 0.0)
        return tuple(self.network.stations)[int(np.argmax(asked))]

    # ------------------------------------------------------------------ evidence
    @property
    def statements(self) -> tuple[Statement, ...]:
        """What the figures rest on."""
        keys = ["product-form"]
        if self.method != "exact":
            keys.append(self.method)
        if not self.network.product_form:
            keys.append("closed-means-alone")
        return tuple(STATEMENTS[key] for key in keys)

    @property
    def evidence(self) -> Evidence:
        """The weakest label of the statements."""
        return weakest(statement.evidence for statement in self.statements)

    # ------------------------------------------------------------------ tables
    def to_frame(self) -> pd.DataFrame:
        """One row a station (a class and station, where there are classes), units in the column names."""
        import pandas as pd

        several = isinstance(self.network.population, Named)
        tables = self.classes.items() if several else [("", self.stations)]
        rows = [(each, name, station) for each, table in tables for name, station in table.items()]
        columns = {
            "visits": "visits",
            "throughput_per_s": "throughput",
            "utilisation": "utilisation",
            "mean_in_system": "mean_in_system",
            "mean_queue_length": "mean_queue_length",
            "mean_sojourn_s": "mean_sojourn",
            "residence_time_s": "residence_time",
        }
        index: Any = (
            pd.MultiIndex.from_tuples([row[:2] for row in rows], names=["class", "station"])
            if several
            else pd.Index([name for _, name, _ in rows], name="station")
        )
        return pd.DataFrame(
            {column: [getattr(row[2], name) for row in rows] for column, name in columns.items()}, index=index
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClosedSolution):
            return NotImplemented
        return self.network == other.network and self.method == other.method

    def __hash__(self) -> int:
        return hash((self.network, self.method))

    def __reduce__(self) -> tuple[Any, ...]:
        return _solved, (self.network, self.method)

    def __repr__(self) -> str:
        return f"{self.network!r}.solve(method={self.method!r})"


def _solved(network: ClosedNetwork, method: Any) -> ClosedSolution:
    return network.solve(method=method)
