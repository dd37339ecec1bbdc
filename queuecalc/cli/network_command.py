"""`network`: stations that feed each other."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import click

from queuecalc.cli.edge import KEPT, NOT_KEPT
from queuecalc.cli.numbers import PercentilesType
from queuecalc.cli.options import shared

if TYPE_CHECKING:
    from queuecalc.modelfile import NamedClasses, NamedClosed, NamedNetwork

__all__ = ["command"]

_CLOSED = ("exact", "schweitzer", "linearizer", "bounds")
_OPEN = ("product-form", "dispersion", "robust", "qna")


@click.command(
    "network",
    short_help="Solve a network of queues: visits, bottleneck, end to end.",
    epilog="\b\nExample:  queuecalc network web-shop --percentile 95,99.9",
)
@click.argument("model", metavar="FILE")
@shared("set")
@click.option(
    "--percentile",
    "--percentiles",
    "percentiles",
    type=PercentilesType(),
    multiple=True,
    help="Percentiles of the time end to end, as 50,95,99.9; repeatable.  [default: 50,95,99]",
)
@click.option(
    "--method",
    type=click.Choice(("auto", *_CLOSED, *_OPEN)),
    default="auto",
    show_default=True,
    help="How to solve it. Closed: exact, schweitzer, linearizer, bounds; auto is exact up to about a second, else the "
    "Linearizer. Open: product-form, dispersion, robust, qna; auto is product-form where the network is, else "
    "dispersion.",
)
@shared("format")
@click.pass_context
def command(
    ctx: click.Context,
    model: str,
    settings: tuple[str, ...],
    percentiles: tuple[tuple[float, ...], ...],
    method: str,
    form: str,
) -> int:
    """Solve the network of stations in FILE: how much work comes to each station, how busy it is, how long one waits
    there; which station fills up first; the time from arrival to departure.

    FILE is the path of a TOML file, the name of a shipped network (queuecalc list networks) or - for standard input.
    It holds [stations.NAME] with servers and service_rate (or service_ms, scv, law, service), [routing.NAME] with
    the probability to go to each station next (what is missing to 1 leaves), and [arrival_rates] from outside;
    [arrival_scvs] where these are not Poisson.

    A closed network has population = N instead of arrivals, think_s, and [visits] or a [routing] that nobody leaves;
    or [classes.NAME] with these. A class with arrival_rates and a routing of its own comes and goes; several of them
    make an open network, beside classes with a population a mixed one. class_service_ms gives a station that its
    classes share. Percentiles are of open networks.

    Exit status 1 if a station has no steady state.
    """
    from queuecalc.modelfile import NamedClasses, NamedClosed, read_any_network

    read = read_any_network(model, settings=settings)
    if isinstance(read, NamedClosed):
        if percentiles:
            raise click.UsageError(
                "--percentile goes with open networks; a closed one is answered by means", ctx
            )
        if method in _OPEN:
            raise click.UsageError(f"--method {method} goes with open networks; this one is closed", ctx)
        return _closed(read, method, form)
    if isinstance(read, NamedClasses):
        if method in _OPEN:
            raise click.UsageError(
                f"--method {method} goes with one class of customers; here are several", ctx
            )
        if method not in ("auto", "exact"):
            what = "here some come and go, and auto is exact"
            raise click.UsageError(f"--method {method} goes with closed networks; {what}", ctx)
        return _classes(ctx, read, settings, percentiles, form)
    if method in _CLOSED:
        raise click.UsageError(f"--method {method} goes with closed networks; this one is open", ctx)
    return _open(read, settings, percentiles, method, form)


def _levels(percentiles: tuple[tuple[float, ...], ...]) -> list[float]:
    return list(dict.fromkeys(itertools.chain.from_iterable(percentiles))) or [50.0, 95.0, 99.0]


def _open(
    read: NamedNetwork,
    settings: tuple[str, ...],
    percentiles: tuple[tuple[float, ...], ...],
    method: str,
    form: str,
) -> int:
    from queuecalc.cli.console import deliver
    from queuecalc.network import JacksonSolution, solved_open, summarised, summarised_general
    from queuecalc.report import network_page

    levels = [level / 100.0 for level in _levels(percentiles)]
    solution = solved_open(read.network, arrival_scvs=read.arrival_scvs, method=method)
    if isinstance(solution, JacksonSolution):
        answer = summarised(solution, levels, title=read.title, source=read.source)
    else:
        answer = summarised_general(solution, levels, title=read.title, source=read.source)
    deliver(form, answer, lambda everything: network_page(answer, settings, everything=everything))
    return KEPT if answer.stable else NOT_KEPT


def _classes(
    ctx: click.Context,
    read: NamedClasses,
    settings: tuple[str, ...],
    percentiles: tuple[tuple[float, ...], ...],
    form: str,
) -> int:
    from queuecalc.cli.console import deliver
    from queuecalc.network import OpenNetwork, summarised_mixed, summarised_open
    from queuecalc.report import classes_page

    if isinstance(read.network, OpenNetwork):
        levels = [level / 100.0 for level in _levels(percentiles)]
        answer = summarised_open(read.network.solve(), levels, title=read.title, source=read.source)
    else:
        if percentiles:
            raise click.UsageError(
                "--percentile goes with open networks; a mixed one is answered by means", ctx
            )
        answer = summarised_mixed(read.network.solve(), title=read.title, source=read.source)
    deliver(form, answer, lambda everything: classes_page(answer, settings, everything=everything))
    return KEPT if answer.stable else NOT_KEPT


def _closed(read: NamedClosed, method: Any, form: str) -> int:
    from queuecalc.cli.console import deliver
    from queuecalc.network import summarised_bounds, summarised_closed
    from queuecalc.report import closed_bounds_page, closed_page

    if method == "bounds":
        bounds = summarised_bounds(read.network.bounds(), title=read.title, source=read.source)
        deliver(form, bounds, lambda everything: closed_bounds_page(bounds, everything=everything))
        return KEPT
    solution = read.network.solve(method=method)
    answer = summarised_closed(solution, asked=method, title=read.title, source=read.source)
    deliver(form, answer, lambda everything: closed_page(answer, everything=everything))
    return KEPT
