"""Texts that the tests of model files share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from queuecalc.errors import ModelError
from queuecalc.modelfile import read_text

SMALL = """\
format = 1
title = "Small"
[contract]
p95_ms = 400
[load]
requests_per_s = 70
[classes]
read = { share = 0.75 }
write = { share = 0.25 }
[components.web]
kind = "server"
count = [1, 9]
[components.cache]
count = [0, 2]
service_ms = 0.25
when_down = "next"
[components.store]
count = 1
service_ms = { get = 5, put = 8 }
[architecture]
calls = [
  { from = "users", to = "web.request" },
  { from = "web", to = ["cache", "store.get"], class = "read", times = 2 },
  { from = "cache", to = "store.get", times = 0.1 },
  { from = "web", to = "store.put", class = "write" },
]
"""


@pytest.fixture
def sample() -> str:
    """A file that uses the words of the format."""
    return (Path(__file__).parent / "sample.toml").read_text(encoding="utf-8")


@pytest.fixture
def small() -> str:
    """A model of three components."""
    return SMALL


@pytest.fixture
def faults() -> Callable[..., list[str]]:
    """Every fault of a text, after some settings, as it is printed."""

    def found(text: str = SMALL, *settings: str, folder: str | Path = ".") -> list[str]:
        try:
            read_text(text, settings=settings, folder=folder)
        except ModelError as error:
            return [str(fault) for fault in error.faults]
        return []

    return found


Faults = Callable[..., Sequence[str]]
