"""The SHA-256 of what a model means: another model is noticed, another title is not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from queuecalc.answer import Certificate, to_plain
from queuecalc.sizing.judge import Digested, Judge

__all__ = ["certificate_seal", "judge_digest", "model_digest"]

_WORDS = {"notes", "source", "sources", "title"}
"""Fields that say something to people only."""


def model_digest(model: Any) -> str:
    """Hexadecimal SHA-256 of everything in a model but titles, notes and sources.

    Mappings count with their order: the order of components is the order of counts, and later calls come later.
    """
    digest = hashlib.sha256()
    for part in _parts(model):
        digest.update(part)
        digest.update(b"\x1f")
    return digest.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    if is_dataclass(value) and not isinstance(value, type):
        yield type(value).__name__.encode()
        for field in fields(value):
            if field.name not in _WORDS:
                yield field.name.encode()
                yield from _parts(getattr(value, field.name))
    elif isinstance(value, Mapping):
        yield f"{{{len(value)}".encode()
        for key, item in value.items():
            yield str(key).encode()
            yield from _parts(item)
    elif isinstance(value, list | tuple):
        yield f"({len(value)}".encode()
        for item in value:
            yield from _parts(item)
    elif isinstance(value, np.ndarray):
        yield str(value.shape).encode()
        yield np.ascontiguousarray(value, dtype="<f8").tobytes()
    elif isinstance(value, Decimal):
        yield f"d{value.normalize()}".encode()
    else:
        yield repr(value).encode()


def judge_digest(judge: Judge) -> str:
    """What the judge says, else that of its `model`, else "" (then nothing is compared)."""
    if isinstance(judge, Digested):
        return judge.digest
    model = getattr(judge, "model", None)
    return "" if model is None else model_digest(model)


def certificate_seal(certificate: Certificate) -> str:
    """Hexadecimal SHA-256 of a certificate as it is written, without its seal."""
    plain = to_plain(replace(certificate, seal=""))
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
