"""`network`: stations that feed each other."""

from __future__ import annotations

import itertools

import click

from queuecalc.cli.edge import KEPT, NOT_KEPT
from queuecalc.cli.numbers import PercentilesType
from queuecalc.cli.options import shared

__all__ = ["command"]


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
@shared("format")
def command(
    model: str, settings: tuple[str, ...], percentiles: tuple[tuple[float, ...], ...], form: str
) -> int:
    """Solve the open network of stations in FILE: how much work comes to each station, how busy it is, how long
    one waits there; which station fills up first; the mean and percentiles of the time from arrival to departure.

    FILE is the path of a TOML file, the name of a shipped network (queuecalc list networks) or - for standard input.
    It holds [stations.NAME] with servers and service_rate (or service_ms, scv, law, service), [routing.NAME] with
    the probability to go to each station next (what is missing to 1 leaves), and [arrival_rates] from outside.

    Exit status 1 if a station has no steady state.
    """
    from queuecalc.cli.console import deliver
    from queuecalc.modelfile import read_network
    from queuecalc.network import summarised
    from queuecalc.report import network_page

    read = read_network(model, settings=settings)
    wanted = dict.fromkeys(itertools.chain.from_iterable(percentiles)) or (50.0, 95.0, 99.0)
    answer = summarised(
        read.network.solve(), [level / 100.0 for level in wanted], title=read.title, source=read.source
    )
    deliver(form, answer, lambda everything: network_page(answer, settings, everything=everything))
    return KEPT if answer.stable else NOT_KEPT
