"""Values of a station's fields that are neither a number nor a law, as they are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    Batches = click.ParamType[Any]
else:  # older releases of click have no parameter here
    Batches = click.ParamType

__all__ = ["BatchType"]


class BatchType(Batches):
    """The size of a batch: 3, geometric:5 for a mean of 5, or probabilities of 1, 2, ... with commas between them."""

    name = "SIZE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A Batch."""
        from queuecalc.errors import InvalidInput
        from queuecalc.station import Batch

        if isinstance(value, Batch):
            return value
        text = str(value).strip()
        try:
            if text.startswith("geometric:"):
                return Batch.geometric(float(text.removeprefix("geometric:")))
            if "," in text:
                return Batch(tuple(float(part) for part in text.split(",")))
            return Batch.fixed(int(text))
        except InvalidInput as error:
            self.fail(str(error), param, ctx)
        except ValueError:
            self.fail(
                f"{value!r}: expected 3, geometric:5, or probabilities of 1, 2, ... as 0.5,0.5", param, ctx
            )
