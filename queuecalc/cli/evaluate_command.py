"""`evaluate`: one plan judged."""

from __future__ import annotations

import itertools

import click

from queuecalc.cli.edge import KEPT, NOT_KEPT
from queuecalc.cli.options import refuse_quiet, shared

__all__ = ["command"]


@click.command(
    "evaluate",
    short_help="Judge one plan against the contract.",
    epilog="\b\nExample:  queuecalc evaluate iot-ingestion --from cheapest --count server=3",
)
@shared("model", "set", "count", "from")
@click.option(
    "--coupled",
    is_flag=True,
    help="Availability by going through joint failure states: what is lost upstream does not load what lies below.",
)
@shared("format", "quiet")
def command(
    model: str,
    settings: tuple[str, ...],
    counts: tuple[tuple[tuple[str, int], ...], ...],
    base: str | None,
    coupled: bool,
    form: str,
    quiet: bool,
) -> int:
    """Judge one plan along the load curve of MODEL: what it costs, whether it keeps every line of the contract,
    how busy everything is and where the time goes.

    A component that is not named has its count from the model, where that leaves no choice, or from the cheapest
    plan. Exit status 1 if the plan breaks the contract.

    By default each station sees the flow that it would see with nothing lost before it, which is on the safe side.
    With --coupled the failure states of all components together are gone through, the likeliest first, each with
    the flows that get through; the availability then comes with a bound on its error, the probability of the states
    left out, and keeps a limit only if its lower end does.
    """
    refuse_quiet(form, quiet)
    from queuecalc.cli.console import deliver, write
    from queuecalc.cli.counts import complete_counts, typed_counts
    from queuecalc.evaluation import evaluate
    from queuecalc.modelfile import read_model
    from queuecalc.report import evaluation_page, quiet_evaluation

    described = read_model(model, settings=settings)
    plan = typed_counts(described, itertools.chain.from_iterable(counts))
    if base is not None:
        from queuecalc.sizing import size

        plan = {**size(described, alternatives=0, explain=False).counts, **plan}
    more = {"coupled": True} if coupled else {}
    evaluation = evaluate(described, complete_counts(described, plan), failures=True, **more)
    if quiet:
        write(f"{quiet_evaluation(evaluation)}\n")
    else:
        deliver(
            form, evaluation, lambda everything: evaluation_page(evaluation, settings, everything=everything)
        )
    return KEPT if evaluation.kept else NOT_KEPT
