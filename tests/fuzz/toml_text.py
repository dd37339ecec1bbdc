"""A document as TOML text: one line a top-level key, everything below it inline."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

__all__ = ["toml_text"]


def _string(text: str) -> str:
    """A basic string; what TOML forbids inside one is escaped as JSON does."""
    return json.dumps(text).replace("\x7f", "\\u007f")


def _number(value: float) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return repr(value)


def _inline(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value)
        case int():
            return str(value)
        case float():
            return _number(value)
        case Decimal():
            return (
                str(value)
                if value.is_finite() and value != value.to_integral_value()
                else _number(float(value))
            )
        case list():
            return f"[{', '.join(map(_inline, value))}]"
        case dict():
            return f"{{{', '.join(f'{_string(key)} = {_inline(each)}' for key, each in value.items())}}}"
    return _string(str(value))  # a date or a time


def toml_text(document: dict[str, Any]) -> str:
    """The document as text that reads back as the same document."""
    return "".join(f"{_string(key)} = {_inline(value)}\n" for key, value in document.items())
