"""`simulate`: the calculation held against events."""

from __future__ import annotations

import itertools

import click

from queuecalc.cli.edge import KEPT, NOT_KEPT
from queuecalc.cli.numbers import Number
from queuecalc.cli.options import shared

__all__ = ["command"]

_MOST = 1_000_000_000
_HOUR = Number(-1e9, 1e9)


@click.command(
    "simulate",
    short_help="Simulate a plan or a network and compare it with the calculation.",
    epilog="\b\nExample:  queuecalc simulate iot-ingestion --from cheapest --requests 500000 --seed 7",
)
@shared("model", "set", "count", "from")
@click.option(
    "--requests",
    type=Number(100, _MOST, whole=True),
    help="How many requests to look at, about; with --curve at least, in whole runs.  "
    "[default: 1000000, fewer where each makes very many visits]",
)
@click.option(
    "--seed", type=Number(0, 2**63, whole=True), default=0, show_default=True, help="Of the random numbers."
)
@click.option("--hour", type=_HOUR, help="The hour of the load curve to hold still.  [default: the peak]")
@click.option(
    "--curve", is_flag=True, help="Follow the load curve; two runs of it unless --requests needs more."
)
@click.option(
    "--between", type=_HOUR, nargs=2, metavar="H H", help="With --curve: only from one hour to another."
)
@click.option("--failures", is_flag=True, help="With --curve: units fail and are repaired.")
@shared("format")
def command(
    model: str,
    settings: tuple[str, ...],
    counts: tuple[tuple[tuple[str, int], ...], ...],
    base: str | None,
    requests: int | None,
    seed: int,
    hour: float | None,
    curve: bool,
    between: tuple[float, float] | None,
    failures: bool,
    form: str,
) -> int:
    """Live through a plan of MODEL request by request and set what was seen beside what is calculated: utilisation,
    percentiles, lost requests, lag; the difference in per cent, and whether the calculated number lies inside the
    95 % confidence interval of the simulated one. The simulator shares no formula with the calculation.

    One hour of the load is held still, every unit up, in one long run cut into 20 batches; with --curve the load is
    followed from its first hour to its last. The same seed gives the same numbers.

    MODEL may also be an open network, as `queuecalc network` takes it. Needs the extra: pip install
    queuecalc[simulate].

    Exit status 1 if something that is waited for has no steady state.
    """
    if not curve and (between is not None or failures):
        raise click.UsageError("--between and --failures go with --curve")
    if curve and hour is not None:
        raise click.UsageError(
            "--hour holds one hour still, --curve follows all of them; expected one of the two"
        )
    from queuecalc.cli.console import deliver
    from queuecalc.cli.simulations import Wish, of_model, of_network
    from queuecalc.modelfile import NamedNetwork, read_either
    from queuecalc.report import simulation_page

    read = read_either(model, settings=settings)
    typed = list(itertools.chain.from_iterable(counts))
    wish = Wish(requests, seed, hour, curve, between, failures)
    if isinstance(read, NamedNetwork):
        if typed or base or curve or hour is not None:
            raise click.UsageError(
                "a network has no counts and no load curve; --requests and --seed go with it"
            )
        answer = of_network(read, wish)
    else:
        answer = of_model(read, typed, wish, cheapest=base is not None)
    deliver(form, answer, lambda everything: simulation_page(answer, settings, everything=everything))
    return KEPT if answer.stable else NOT_KEPT
