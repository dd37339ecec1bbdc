"""The tables of a model file: one pydantic class each, one line a key.

These lines drive validation, the JSON schema, the commented start of a new file and the paths of `--set`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from queuecalc.architecture import Endpoint
from queuecalc.architecture.contract import AvailabilityMode
from queuecalc.modelfile import values
from queuecalc.modelfile.words import NAME_PHRASE, choice, exactly, number, text, whole, word_list

__all__ = [
    "ArchitectureTable",
    "CallTable",
    "ClassTable",
    "ComponentTable",
    "ContractTable",
    "Document",
    "FiguresTable",
    "HeadTable",
    "LoadTable",
    "Table",
    "keys_of",
]

Above0: TypeAlias = Annotated[Decimal | None, number("a number above 0", above=0)]
AtLeast0: TypeAlias = Annotated[Decimal | None, number("a number of at least 0", least=0)]
Percent: TypeAlias = Annotated[
    Decimal | None, number("a percentage above 0 and at most 100", above=0, most=100)
]
Guard: TypeAlias = Annotated[Decimal | None, number("a number above 0 and at most 1", above=0, most=1)]
Whole: TypeAlias = Annotated[int | None, whole("a whole number of at least 0", least=0)]
Positive: TypeAlias = Annotated[int | None, whole("a whole number of at least 1", least=1)]
Switch: TypeAlias = Annotated[bool | None, exactly(bool, "true or false", "boolean")]
Line: TypeAlias = Annotated[str | None, text("one line of text")]
Lines: TypeAlias = Annotated[str | None, text("text", lines=True)]
Words: TypeAlias = Annotated[
    tuple[str, ...] | None, word_list(text(NAME_PHRASE, pattern=values.NAME), "one name or a list of names")
]
MaybeWords: TypeAlias = Annotated[
    tuple[str, ...] | None,
    word_list(text(NAME_PHRASE, pattern=values.NAME), "one name or a list of names", empty=True),
]
Milliseconds: TypeAlias = Annotated[Decimal | None, number("milliseconds above 0", above=0)]
Tables: TypeAlias = Annotated[dict[str, Any] | None, values.TABLES]
Load: TypeAlias = Annotated[Any, values.LOAD]


def _key(description: str, example: str, *, alias: str | None = None) -> Any:
    """A key: what it means, and how it is written."""
    return Field(default=None, description=description, examples=[example], alias=alias)


class Table(BaseModel):
    """What all tables share."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    percentiles: ClassVar[bool] = False
    """Whether p95_ms and its like are keys, too."""

    def written(self) -> dict[str, Any]:
        """The keys that the file writes, by field name."""
        return {
            name: self.__dict__[name] for name in type(self).model_fields if name in self.model_fields_set
        }


class ContractTable(Table):
    """What must hold in every slot of the load curve."""

    model_config = ConfigDict(extra="allow")
    percentiles = True
    __pydantic_extra__: dict[str, Milliseconds]

    availability_percent: Percent = _key("served / offered", "99.75")
    availability_mode: Annotated[AvailabilityMode | None, choice("load-aware", "redundancy", "series")] = (
        _key(
            "load-aware (default) counts overload and timeouts; redundancy: one live unit will do; series: one unit",
            '"load-aware"',
        )
    )
    budget_usd_per_month: Above0 = _key("the most that a month may cost", "820")
    timeout_ms: Milliseconds = _key("an answer later than this counts as lost", "2000")
    max_lag_min: Above0 = _key("the longest lag of every component that is reached by hand-offs alone", "60")
    drained_by_end: Switch = _key("no backlog is left when the curve ends", "true")
    drain_within_h: Above0 = _key("from the last instant of overload to an empty backlog", "4")


class LoadTable(Table):
    """What comes in over time: users and their requests, or requests per second."""

    users: Load = _key(
        "users over time: a number, a shape, points [[hour, value], ...], or a CSV file",
        '{ shape = "surge", hours = 60, base = 120, peak = 3300, '
        "up_at_h = 14, up_over_h = 6.6, down_at_h = 40, down_over_h = 8.8 }",
    )
    requests_per_user_per_s: Load = _key("how often each of them asks, in the same forms", "0.22")
    think_s: Above0 = _key(
        "or instead of requests_per_user_per_s: users wait for each answer and think so long before they ask again",
        "8",
    )
    requests_per_s: Load = _key("instead of users: the rate itself, in the same forms", "70")
    network_ms: AtLeast0 = _key("client to edge and back, never queues", "20")
    once: Switch = _key("the curve happens once and is not repeated over the month", "true")
    month_factor: Above0 = _key("how often the curve happens in a month (default 730 h / its length)", "12")


class ClassTable(Table):
    """A class of requests; it travels with the work and selects calls."""

    model_config = ConfigDict(extra="allow")
    percentiles = True
    __pydantic_extra__: dict[str, Milliseconds]

    share: AtLeast0 = _key("its rate as a share of the load; the contract's classes add up to 1", "0.8")
    per_s: AtLeast0 = _key("or a fixed rate, whatever the load does", "2")
    in_contract: Switch = _key("whether percentiles and availability speak of it (default true)", "false")
    availability_percent: Percent = _key("a target for this class alone", "99.9")


class FiguresTable(Table):
    """Figures of one unit of a component; also what `with.X` and `without.X` may change."""

    kind: Line = _key("brings its figures from the catalogue; what is written here wins", '"server"')
    count: Annotated[tuple[int, int] | None, values.COUNT] = _key(
        "how many units: a number or [least, most]; 0 makes the component optional (default [1, 1000])",
        "[1, 12]",
    )
    servers: Annotated[int | None, values.SERVERS] = _key(
        'how many requests a unit works on at a time (default 1), or "unlimited"', "8"
    )
    service_ms: Annotated[dict[str, Decimal] | None, values.SERVICE_MS] = _key(
        "mean service time, for every operation, or a table { insert = 8, query = 12 }; calls name its keys",
        "30",
    )
    scv: Annotated[Decimal | None, number("a number from 0 to 1,000,000", least=0, most=1_000_000)] = _key(
        "variance / mean^2 of each operation: 1 is exponential (default), 0 constant, else gamma", "1.5"
    )
    law: Annotated[str | None, values.LAW] = _key(
        "another law of the service time, with this mean and scv", '"lognormal"'
    )
    shape: Above0 = _key(
        "of a pareto law, instead of scv: the exponent of its tail, above 2 (finite variance)",
        "2.5",
    )
    service: Annotated[dict[str, dict[str, Decimal]] | None, values.SERVICE] = _key(
        "instead of service_ms: a lognormal law through two percentiles, for every operation or for each",
        "{ p50_ms = 12, p99_ms = 90 }",
    )
    fixed_delay_ms: AtLeast0 = _key("added to every visit; occupies no server", "1")
    usd_per_month: AtLeast0 = _key("price of one unit", "53")
    usd_per_million_calls: AtLeast0 = _key("fee on every million visits", "0.40")
    usd_per_gb: AtLeast0 = _key("fee on the data that visits carry, kb_per_call each (1 GB = 1e6 kB)", "0.09")
    kb_per_call: AtLeast0 = _key("data of one visit", "4")
    pooling: Annotated[str | None, choice("pooled", "split")] = _key(
        '"pooled" (default): one line in front of all servers; "split": one line per unit', '"split"'
    )
    partitions: Positive = _key("of a buffer: no more consumer threads per unit of it are ever busy", "8")
    retention_h: Above0 = _key("of a buffer: a message that waits as long as this is dropped", "24")
    max_queue: Whole = _key("waiting places; who finds them taken is refused (default: no limit)", "100")
    max_rate_per_s: Above0 = _key("what one unit lets through; the rest is dropped after its service", "500")
    initial_backlog: AtLeast0 = _key("messages that wait when the curve begins", "0")
    max_utilisation: Guard = _key("guard: the utilisation in every slot, with every unit up", "0.8")
    max_lag_min: Above0 = _key("the longest lag of this component, if it is reached by hand-offs alone", "60")
    drain_within_h: Above0 = _key("from its last instant of overload to an empty backlog", "4")
    drops: Annotated[dict[str, Decimal] | None, values.DROPS] = _key(
        "by request class: the share of visits after which the request is dropped", "{ junk = 0.98 }"
    )
    needs: MaybeWords = _key("one of these components must be present", '["cache", "buffer"]')
    when_down: Annotated[str | None, choice("fail", "next")] = _key(
        '"fail" (default): a call is lost while no unit lives; "next": the next name in the list takes it',
        '"next"',
    )
    failure: Annotated[str | None, choice("unit", "service")] = _key(
        '"unit" (default): units fail one by one; "service": all together', '"service"'
    )
    availability_percent: Percent = _key("of one unit (of the service); default 100", "99.85")
    mtbf_h: Above0 = _key("or mean time between failures ...", "500")
    mttr_h: AtLeast0 = _key("... and mean time to repair", "0.75")
    waits: Annotated[str | None, values.WAITS] = _key(
        '"async": a unit holds no server while its own calls are under way; "held": each visit holds one',
        '"held"',
    )


class ComponentTable(FiguresTable):
    """A component: a thing one buys in units."""

    title: Line = _key("what people call it", '"Web server"')
    with_: Tables = _key(
        "with.X = { ... }: figures while component X is bought",
        "{ standby = { mttr_h = 0.43 } }",
        alias="with",
    )
    without: Tables = _key(
        "without.X = { ... }: figures while X is not bought", "{ balancer = { count = 1 } }"
    )
    sources: Annotated[dict[str, str] | None, values.SOURCES] = _key(
        "where its figures come from, by key", '{ usd_per_month = "invoice of October" }'
    )


class CallTable(Table):
    """Who calls whom: one line an edge."""

    from_: Annotated[tuple[Endpoint, ...] | None, values.CALLERS] = _key(
        'the caller or callers: "users", a component, or one operation of it ("database.query")',
        '"users"',
        alias="from",
    )
    to: Annotated[tuple[Endpoint, ...] | None, values.TAKERS] = _key(
        'the first of these that is present takes the call; "nobody" at the end skips it',
        '["cache", "database.query"]',
    )
    class_: Words = _key("only for these request classes (default: all)", '["read"]', alias="class")
    times: Above0 = _key(
        "2: twice, one after the other; 0.1: in one of ten; 2.5: two, and a third in half of them", "2"
    )
    wait: Switch = _key("false: handed off, not part of the response time", "false")
    together: Annotated[str | None, text(NAME_PHRASE, pattern=values.NAME)] = _key(
        "calls of one visit with the same name here go out at once; it goes on when all are answered",
        '"shards"',
    )


class ArchitectureTable(Table):
    """The lines of the architecture graph."""

    calls: list[CallTable] = _key(
        "every line that matches a caller and a class happens, in this order",
        '[{ from = "users", to = "server" }]',
    )


class HeadTable(Table):
    """What stands outside all tables."""

    format: Annotated[int | None, values.FORMAT] = _key("version of this format", "1")
    title: Line = _key("one line on what this is", '"A web shop"')
    notes: Lines = _key("anything that a reader should know", '"Prices of October."')


class Document(HeadTable):
    """A whole model file. Its parts are validated one by one, so that no fault hides another."""

    contract: ContractTable = _key(ContractTable.__doc__ or "", "")
    load: LoadTable = _key(LoadTable.__doc__ or "", "")
    classes: dict[str, ClassTable] = _key("classes of requests (default: one, named request)", "")
    components: dict[str, ComponentTable] = _key("what one buys", "")
    architecture: ArchitectureTable = _key(ArchitectureTable.__doc__ or "", "")


def keys_of(table: type[Table]) -> dict[str, Any]:
    """The keys of a table as the file writes them, with their fields."""
    return {field.alias or name: field for name, field in table.model_fields.items()}
