"""docs/general-networks.md: the method, and what was measured on the committed truths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .comparing import METHODS, errors_of
from .drawing import drawn

__all__ = ["write_page"]

PAGE = Path(__file__).parents[3] / "docs" / "general-networks.md"

TEXT = """\
# Networks that are not product form

Where services are not exponential, or arrivals not Poisson, no theorem gives the answer. `qc.GeneralNetwork` and
`queuecalc network` (files with `scv`, `law` or `[arrival_scvs]`) calculate it approximately, by a method with a name.

- **dispersion**, the default. Every flow has a spectrum, its index of dispersion by frequency: renewal arrivals from
  outside, services, and the chance of the routing are its sources. A station hands on slow fluctuations of its arrivals
  and replaces fast ones by those of its service (Whitt & You 2018); with n stations that is a linear system at each
  frequency, which keeps all correlations: of flows that part and meet again, and of those that come back. A line that
  decays with rate y sees the spectrum weighted around y, and y follows from what it sees. Exact for M/G/1, G/M/1, a
  station whose customers come back at once (means), and the means of exponential networks.
- **robust**: the same flows; the mean work is that of the worst time within one uncertainty set.
- **qna**: Whitt's queueing network analyzer (1983), one SCV for each flow.
- **product-form**: all arrivals Poisson; on the command line only.

Each wait then has the law of M/G/c with the same mean; the time from arrival to departure is made of them as in a
Jackson network. Constant servers in a row have a rule of their own: nobody waits behind a slower one.

## Measured

{count} random networks of 3 to 10 single servers, SCV 0.25 to 4 of services and arrivals (gamma, half of those above 1
hyperexponential), rho 0.3 to 0.9, half of the networks with loops; {customers} customers each on average. The
simulated p95 is known within {width} % in the median (half-width of the 95 % interval), {wide} % in nine of ten, which
is part of the errors below. Errors in per cent of the simulated figure, median / nine of ten within / worst:

{table}

The constants were fitted to other networks. `make networks` draws twenty new ones, simulates and compares.
"""


def write_page(truths: list[dict[str, Any]]) -> None:
    """Calculate all networks by all methods; half a minute."""
    errors = {name: [errors_of(row, name) for row in truths] for name in METHODS}
    loops = np.array([drawn(row["seed"]).loops for row in truths])
    rows = ["| | " + " | ".join(METHODS) + " |", "|---|" + "---|" * len(METHODS)]
    for label, which in (("all", loops | True), ("without loops", ~loops), ("with loops", loops)):
        for k, quantity in enumerate(("mean", "p50", "p95", "p99")):
            cells = []
            for name in METHODS:
                values = np.array([(each.mean, *each.percentiles)[k] for each in errors[name]])[which]
                cells.append(spread(values))
            rows.append(f"| {quantity}, {label} | " + " | ".join(cells) + " |")
    stations = [
        spread(np.concatenate([np.array(each.stations) for each in errors[name]])) for name in METHODS
    ]
    rows.append("| mean time of a visit to one station | " + " | ".join(stations) + " |")
    widths = [100.0 * row["half_widths"][2] / row["percentiles"][1] for row in truths]
    customers = np.mean([row["customers"] for row in truths]) / 1e6
    PAGE.write_text(
        TEXT.format(
            count=len(truths),
            customers=f"{customers:.0f} million",
            width=f"{np.median(widths):.1f}",
            wide=f"{np.quantile(widths, 0.9):.1f}",
            table="\n".join(rows),
        )
    )


def spread(errors: Any) -> str:
    """Median, nine of ten, worst of the sizes."""
    sizes = 100.0 * np.abs(errors)
    return " / ".join(f"{value:.1f}" for value in (np.median(sizes), np.quantile(sizes, 0.9), sizes.max()))
