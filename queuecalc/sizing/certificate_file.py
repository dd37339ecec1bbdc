"""Certificates as files: JSON, versioned; what cannot be read is told with its reason."""

from __future__ import annotations

import json
from os import PathLike, fspath
from pathlib import Path

from queuecalc.answer import CERTIFICATE_FORMAT, Certificate, from_plain
from queuecalc.errors import InvalidInput

__all__ = ["read_certificate"]


def read_certificate(path: str | PathLike[str]) -> Certificate:
    """The certificate in a file that `queuecalc size MODEL --certificate FILE` wrote.

    Raises:
        InvalidInput: no JSON, no certificate, or one of another format version.
        OSError: the file cannot be opened.
    """
    name = fspath(path)
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError:
        raise InvalidInput(f"{name}: this is no text in UTF-8; expected a certificate in JSON") from None
    except json.JSONDecodeError as error:
        raise InvalidInput(f"{name}: this is no JSON: {error}; expected a certificate") from None
    except (RecursionError, ValueError) as error:
        raise InvalidInput(f"{name}: this is no certificate: {error}") from None
    if not isinstance(value, dict) or "format" not in value:
        raise InvalidInput(
            f"{name}: this is no certificate; queuecalc size MODEL --certificate FILE writes one"
        )
    if value["format"] != CERTIFICATE_FORMAT or isinstance(value["format"], bool):
        raise InvalidInput(
            f"{name}: certificate of format {value['format']!r}; this version reads format {CERTIFICATE_FORMAT}"
        )
    try:
        return from_plain(Certificate, value)
    except InvalidInput as error:
        raise InvalidInput(f"{name}: this is no certificate: {error}") from None


def _refuse(word: str) -> float:
    raise InvalidInput(f"{word} is no number of JSON")
