"""Load curves by name and parameters: a registry of functions, one a shape.

A new shape is a function with keyword parameters and a line in `SHAPES`.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping
from numbers import Real

import numpy as np
from scipy.special import expit

from queuecalc.errors import InvalidInput
from queuecalc.load.arrays import FloatArray
from queuecalc.load.curve import Curve

__all__ = ["SHAPES", "constant", "day", "from_shape", "ramp", "spike", "step", "surge"]

_TEN_TO_NINETY = 4.394  # a logistic rises from 10 % to 90 % in 2 ln 9 = 4.394 scales
_MOST_HOURS = 10 * 8784.0  # ten years of one-minute knots


def from_shape(name: str, parameters: Mapping[str, object]) -> Curve:
    """The curve of a named shape.

    Args:
        name: a key of `SHAPES`.
        parameters: the keyword parameters of that function.

    Raises:
        InvalidInput: an unknown shape or parameter (the nearest is named), a parameter that is missing, of
            the wrong type or outside its domain.

    >>> from_shape("step", {"hours": 4, "before": 10, "after": 30, "at_h": 1}).mean
    25.0
    """
    if name not in SHAPES:
        raise InvalidInput(
            f"unknown load shape {name!r}{_nearest(name, SHAPES)}; shapes: {', '.join(SHAPES)}"
        )
    function = SHAPES[name]
    known = inspect.signature(function).parameters
    for given in parameters:
        if given not in known:
            raise InvalidInput(
                f"shape {name!r} has no parameter {given!r}{_nearest(given, known)}; "
                f"parameters: {', '.join(known)}"
            )
    for wanted, parameter in known.items():
        if parameter.default is parameter.empty and wanted not in parameters:
            raise InvalidInput(f"shape {name!r} needs {wanted}; parameters: {', '.join(known)}")
    for given, value in parameters.items():
        if isinstance(value, bool) or not isinstance(value, Real) or not np.isfinite(float(value)):
            raise InvalidInput(f"{given} of shape {name!r} must be a finite number, got {value!r}")
    return function(**parameters)


def constant(*, value: float, hours: float = 1.0) -> Curve:
    """The same value for `hours`."""
    _domain("constant", hours=hours, value=value)
    return Curve.constant(value, hours)


def step(*, hours: float, before: float, after: float, at_h: float) -> Curve:
    """`before` until `at_h`, `after` from then on: a jump."""
    _domain("step", hours=hours, before=before, after=after)
    _inside("step", hours, at_h=at_h)
    return Curve(hours=(0.0, at_h, at_h, hours), values=(before, before, after, after))


def ramp(
    *, hours: float, start: float, end: float, from_h: float = 0.0, until_h: float | None = None
) -> Curve:
    """`start` until `from_h`, then linearly to `end` at `until_h` (default: the end), which stays."""
    stop = hours if until_h is None else until_h
    _domain("ramp", hours=hours, start=start, end=end)
    if not 0 <= from_h < stop <= hours:
        raise InvalidInput(
            f"shape 'ramp' needs 0 <= from_h < until_h <= hours, got from_h = {from_h:g}, "
            f"until_h = {stop:g}, hours = {hours:g}"
        )
    knots = [(0.0, start), (from_h, start), (stop, end), (hours, end)]
    kept = sorted(dict(knots).items())  # from_h = 0 and until_h = hours leave no slot on that side
    return Curve(hours=[h for h, _ in kept], values=[v for _, v in kept])


def day(*, base: float, peak: float, peak_at_h: float = 14.0, hours: float = 24.0) -> Curve:
    """A day's rhythm, repeated: base + (peak - base) (1 + cos(2 pi (t - peak_at_h) / 24)) / 2.

    One-minute knots, and one at every crest and trough.
    """
    _domain("day", hours=hours, base=base, peak=peak)
    _above_base("day", base, peak)
    turns = peak_at_h + 12.0 * np.arange(np.ceil(-peak_at_h / 12.0), np.ceil((hours - peak_at_h) / 12.0) + 1)
    t = _minutes(hours)
    turns = turns[(turns > 0) & (turns < hours)]
    after = np.clip(np.searchsorted(t, turns), 1, t.size - 1)
    off = np.minimum(np.abs(t[after] - turns), np.abs(t[after - 1] - turns)) > 1e-9
    t = np.sort(np.concatenate([t, turns[off]]))
    share = 0.5 * (1.0 + np.cos(2.0 * np.pi * (t - peak_at_h) / 24.0))
    return Curve(hours=t, values=base + (peak - base) * share)


def spike(*, hours: float, base: float, peak: float, at_h: float, over_h: float) -> Curve:
    """A triangle over the base: up from at_h - over_h/2, `peak` at `at_h`, back down at at_h + over_h/2."""
    _domain("spike", hours=hours, base=base, peak=peak)
    _above_base("spike", base, peak)
    _widths("spike", over_h=over_h)
    if not (over_h / 2 < at_h < hours - over_h / 2):
        raise InvalidInput(
            f"shape 'spike' from {at_h - over_h / 2:g} to {at_h + over_h / 2:g} h does not lie within its "
            f"{hours:g} hours; move at_h or shorten over_h"
        )
    return Curve(
        hours=(0.0, at_h - over_h / 2, at_h, at_h + over_h / 2, hours), values=(base, base, peak, base, base)
    )


def surge(
    *,
    hours: float,
    base: float,
    peak: float,
    up_at_h: float,
    up_over_h: float,
    down_at_h: float,
    down_over_h: float,
) -> Curve:
    """A roll-out: a logistic rise, a plateau, a logistic fall; one-minute knots.

    value(t) = base + (peak - base) g(t) / max g, with
    g(t) = 1 / ((1 + exp(-(t - up_at_h)/s_up)) (1 + exp((t - down_at_h)/s_down))), s = over_h / 4.394.

    Args:
        hours: length of the curve.
        base: value long before and after.
        peak: largest value.
        up_at_h: middle of the rise.
        up_over_h: time of the rise from 10 % to 90 %.
        down_at_h: middle of the fall.
        down_over_h: time of the fall from 90 % to 10 %.
    """
    _domain("surge", hours=hours, base=base, peak=peak)
    _above_base("surge", base, peak)
    _widths("surge", up_over_h=up_over_h, down_over_h=down_over_h)
    _inside("surge", hours, up_at_h=up_at_h)
    if down_at_h <= up_at_h:
        raise InvalidInput(
            f"shape 'surge' must fall after it rises: down_at_h = {down_at_h:g} <= up_at_h = {up_at_h:g}"
        )
    t = _minutes(hours)
    g = expit((t - up_at_h) * (_TEN_TO_NINETY / up_over_h)) * expit(
        (down_at_h - t) * (_TEN_TO_NINETY / down_over_h)
    )
    highest = g.max()
    if not highest > 0:
        raise InvalidInput(
            "shape 'surge' falls between its one-minute knots; lengthen up_over_h and down_over_h"
        )
    return Curve(hours=t, values=base + (peak - base) * (g / highest))


SHAPES: dict[str, Callable[..., Curve]] = {
    "surge": surge,
    "constant": constant,
    "step": step,
    "ramp": ramp,
    "day": day,
    "spike": spike,
}


def _minutes(hours: float) -> FloatArray:
    """0, 1/60, 2/60, ... and the end."""
    whole = int(np.floor(hours * 60.0 + 1e-9))
    t = np.arange(whole + 1) / 60.0
    if whole == 0 or hours - t[-1] > 1e-9:
        return np.append(t, hours)
    t[-1] = hours
    return t


def _domain(shape: str, *, hours: float, **values: float) -> None:
    if not 0 < hours <= _MOST_HOURS:
        raise InvalidInput(
            f"hours of shape {shape!r} must be above 0 and at most {_MOST_HOURS:g}, got {hours:g}"
        )
    for name, value in values.items():
        if not (value >= 0 and np.isfinite(value)):
            raise InvalidInput(f"{name} of shape {shape!r} must be a number >= 0, got {value:g}")


def _above_base(shape: str, base: float, peak: float) -> None:
    if peak < base:
        raise InvalidInput(f"peak of shape {shape!r} must not be below its base {base:g}, got {peak:g}")


def _widths(shape: str, **widths: float) -> None:
    for name, value in widths.items():
        if not (value > 0 and np.isfinite(value)):
            raise InvalidInput(f"{name} of shape {shape!r} must be above 0, got {value:g}")


def _inside(shape: str, hours: float, **instants: float) -> None:
    for name, value in instants.items():
        if not 0 < value < hours:
            raise InvalidInput(
                f"{name} of shape {shape!r} must lie within its {hours:g} hours, got {value:g}"
            )


def _nearest(word: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
    return f" (did you mean {near[0]!r}?)" if near else ""
