"""`plot`: a plan in pictures."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import click

from queuecalc.cli.edge import KEPT, NOT_KEPT
from queuecalc.cli.options import shared
from queuecalc.cli.pictures import PictureType

if TYPE_CHECKING:
    from pathlib import Path

    from queuecalc.architecture import Model
    from queuecalc.load import Curve

__all__ = ["PICTURES", "command"]

PICTURES = ("load", "utilisation", "latency", "backlog", "lag", "cost", "waterfall")
"""As in `queuecalc.report.figures`, which would load too much for a help text."""

_SLOTS = 400
"""Of a curve with fewer knots, so that what bends between two of them is seen."""


def _chosen(
    _ctx: click.Context, _parameter: click.Parameter, value: tuple[str, ...]
) -> tuple[str, ...] | None:
    names = [name.strip().lower() for part in value for name in part.split(",")]
    for name in names:
        if name not in PICTURES:
            import difflib

            near = difflib.get_close_matches(name, PICTURES, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(PICTURES)}"
            raise click.BadParameter(f"no picture {name!r}; {hint}")
    return tuple(dict.fromkeys(names)) or None


def _sampled(model: Model) -> Model:
    """The same load with more knots: no figure changes, but the curves are known at more moments."""
    import dataclasses

    load, users = model.load, model.load.waiting_users
    finer = dataclasses.replace(
        load, curve=_finer(load.curve), users=load.users if users is None else _finer(users)
    )
    return dataclasses.replace(model, load=finer)


def _finer(curve: Curve) -> Curve:
    """With more knots."""
    import numpy as np

    from queuecalc.load import Curve

    slots = curve.slots
    step = curve.length_h / _SLOTS
    hours: list[float] = []
    values: list[float] = []
    ends = zip(slots.start_h, slots.end_h, slots.left, slots.right, strict=True)
    for start, end, left, right in ends:
        pieces = max(1, int(np.ceil((end - start) / step - 1e-9)))
        share = np.linspace(0.0, 1.0, pieces + 1)
        if values and values[-1] == left:
            share = share[1:]
        hours += np.where(share == 1.0, end, start + share * (end - start)).tolist()
        values += np.where(share == 1.0, right, left + share * (right - left)).tolist()
    return Curve(hours=hours, values=values)


def _cheapest(model: Model) -> dict[str, int]:
    from queuecalc.cli.progress import Progress
    from queuecalc.sizing import size

    progress = Progress()
    try:
        return dict(size(model, alternatives=0, explain=False, progress=progress).counts)
    finally:
        progress.clear()


@click.command(
    "plot",
    short_help="Draw a plan: load, utilisation, latency, lag, cost.",
    epilog="\b\nExample:  queuecalc plot iot-ingestion -o sheet.png",
)
@shared("model", "set")
@click.option(
    "-o",
    "--output",
    type=PictureType(),
    required=True,
    help="File to write: .png, .svg or .pdf. An existing one is replaced.",
)
@click.option(
    "--what",
    multiple=True,
    metavar="PICTURE",
    callback=_chosen,
    help=f"Only these, in this order; repeatable, or with commas: {', '.join(PICTURES)}.",
)
@shared("count", "from")
def command(
    model: str,
    settings: tuple[str, ...],
    output: Path,
    what: tuple[str, ...] | None,
    counts: tuple[tuple[tuple[str, int], ...], ...],
    base: str | None,
) -> int:
    """Draw the cheapest plan of MODEL, or the one given by --count, into FILE: the load curve; how busy every
    component is, with its guard; percentiles against their targets; backlog and lag against their limits; what it
    costs; and where the time of a slow request goes. One sheet holds all; a single picture fills a slide.

    Exit status 1 if the plan breaks the contract.
    """
    from queuecalc.cli.console import write
    from queuecalc.cli.counts import complete_counts, typed_counts
    from queuecalc.errors import InfeasibleError
    from queuecalc.evaluation import evaluate
    from queuecalc.modelfile import read_model
    from queuecalc.report import quiet_evaluation
    from queuecalc.report.figures import sheet, write_figure

    described: Any = read_model(model, settings=settings)
    plan = typed_counts(described, itertools.chain.from_iterable(counts))
    if base is not None or not plan:
        plan = {**_cheapest(described), **plan}
    evaluation = evaluate(_sampled(described), complete_counts(described, plan), series=True)
    if not evaluation.components:
        raise InfeasibleError(
            f"nothing to draw: {'; '.join(excuse.sentence for excuse in evaluation.excuses)}"
        )
    write_figure(sheet(evaluation, what), output)
    write(f"{output} is written\n{quiet_evaluation(evaluation)}\n")
    return KEPT if evaluation.kept else NOT_KEPT
