"""What to type for a station of any registered kind; a new field of stations is a row here."""

from __future__ import annotations

import inspect

from queuecalc.cli.station_options import LAWS, flag
from queuecalc.station import REGISTRY

VALUES = {
    "arrival_rate": "8",
    "service_rate": "10",
    "servers": "2",
    "capacity": "5",
    "service_rates": "2x10,3",
    "state_rates": "10,15,18,12",
    "sources": "7",
    "request_rate": "4",
    "patience_rate": "3",
    "batch_rate": "3",
    "arrival_rates": "3,2",
    "class_rates": "10,8",
    "batch": "0.5,0.2,0.3",
    "vacation_rate": "4",
    "failure_rate": "0.1",
    "repair_rate": "2",
}
"""By the name of the option; fields that are laws are typed by the rate that goes with them."""


def typed(name: str) -> list[str]:
    """The options of a kind that must be given."""
    parameters = inspect.signature(REGISTRY[name]).parameters
    needed = {field for field, one in parameters.items() if one.default is inspect.Parameter.empty}
    rates = {law.field: law.rate for law in LAWS} | {"services": "class_rates"}
    options = [rates.get(field, field) for field in parameters if field in needed]
    return [word for option in options for word in (flag(option), VALUES[option])]
