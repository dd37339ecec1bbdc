"""`list`: what there is to choose from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from queuecalc.cli.options import shared

__all__ = ["command"]

Rows = list[dict[str, Any]]


def _first_sentence(thing: object) -> str:
    text = " ".join((thing.__doc__ or "").strip().split("\n\n")[0].split())
    return text.removesuffix(".")


def _models() -> Rows:
    from queuecalc.modelfile import read_model, shipped_models

    return [{"name": name, "title": read_model(name).title} for name in shipped_models()]


def _networks() -> Rows:
    from queuecalc.modelfile import read_any_network, shipped_networks

    return [{"name": name, "title": read_any_network(name).title} for name in shipped_networks()]


def _components() -> Rows:
    from queuecalc.modelfile import catalogue

    rows = []
    for name, kind in catalogue().items():
        price = kind.figures.get("usd_per_month")
        rows.append(
            {
                "name": name,
                "title": kind.title,
                "servers": kind.figures.get("servers"),
                "usd_per_month": price,
                "price_source": kind.sources.get("usd_per_month", ""),
            }
        )
    return rows


def _stations() -> Rows:
    from queuecalc.station import REGISTRY

    return [
        {
            "name": name,
            "station": kind.kendall,
            "evidence": kind.statement.evidence.value,
            "formula": kind.formula.removesuffix(", approximate"),
        }
        for name, kind in REGISTRY.items()
    ]


def _laws() -> Rows:
    from queuecalc.law import REGISTRY

    return [{"name": name, "law": _first_sentence(kind)} for name, kind in REGISTRY.items()]


def _derivations() -> Rows:
    from queuecalc.derivation import REGISTRY

    return [{"name": name, "derivation": entry.title} for name, entry in REGISTRY.items()]


LISTS: dict[str, Callable[[], Rows]] = {
    "models": _models,
    "networks": _networks,
    "components": _components,
    "stations": _stations,
    "laws": _laws,
    "derivations": _derivations,
}
"""What can be listed; a new list is one line."""


@click.command(
    "list",
    short_help="List shipped models and networks, kinds of component, stations, laws or derivations.",
    epilog="\b\nExample:  queuecalc list models",
)
@click.argument("what", type=click.Choice(list(LISTS)))
@shared("format")
def command(what: str, form: str) -> None:
    """List what there is to choose from: models and networks that come with the package, kinds of component with
    their price, stations, laws and derivations.
    """
    from queuecalc.cli.console import deliver
    from queuecalc.report import Listing, listing_page

    listing = Listing(tuple(LISTS[what]()))
    deliver(form, listing, lambda _everything: listing_page(listing))
