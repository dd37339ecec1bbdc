"""The event loop as machine code."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from queuecalc.errors import MissingExtra
from queuecalc.simulation import calls, heap, loop, records, stations, users
from queuecalc.simulation.records import State, Tables

__all__ = ["Loop", "compiled_loop"]

Loop = Callable[[Tables, State, np.random.Generator, float], int]
"""`queuecalc.simulation.loop.run`, plain or compiled."""


@cache
def compiled_loop() -> Loop:
    """The event loop, compiled once for this machine and kept beside the package.

    The functions themselves stay plain: copies of them, which know each other by name, are compiled.

    Raises:
        MissingExtra: numba is not installed.
    """
    try:
        import numba
    except ImportError as error:
        raise MissingExtra(
            "simulation needs numba, which is not installed: pip install queuecalc[simulate]"
        ) from error
    modules = (heap, users, stations, calls, loop)
    sources = b"".join(Path(str(module.__file__)).read_bytes() for module in (records, *modules))
    namespace: dict[str, Any] = {}
    for module in modules:
        namespace.update(vars(module))
    plain = {
        name: value
        for name, value in namespace.items()
        if isinstance(value, FunctionType) and value.__module__.startswith(__package__ or "")
    }
    for name, function in plain.items():
        copy = FunctionType(function.__code__, namespace, name)
        # what is kept is known by this name: new sources, new name
        copy.__qualname__ = f"{name}_{zlib.crc32(sources):08x}"
        namespace[name] = _compiled(numba, copy, keep=name == "run")
    run: Loop = namespace["run"]
    return run


def _compiled(numba: Any, function: FunctionType, *, keep: bool) -> Any:
    # no array is made inside, so that no references need counting
    options = {"_nrt": False, "error_model": "numpy"}
    if not keep:
        return numba.njit(function, no_cpython_wrapper=True, no_cfunc_wrapper=True, **options)
    try:
        return numba.njit(function, cache=True, **options)
    except RuntimeError:  # there is no folder to keep it in
        return numba.njit(function, **options)
