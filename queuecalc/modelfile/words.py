"""What a value may be: how it is read, what is said when it is something else, and its JSON schema.

Reading is strict: a bool is no number, text is no count, 4.0 is no whole number. Numbers are kept as decimals,
so that 99.85 % is 0.9985 and a price is exact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from queuecalc.modelfile.faults import Path, meant

__all__ = ["Refused", "Word", "choice", "exactly", "number", "table", "text", "whole", "word_list"]

_SMALLEST, _LARGEST = Decimal("1e-12"), Decimal("1e15")
_MOST_UNITS = 10**12
NAME_PHRASE = "a name of letters, digits, _ and -"


class Refused(Exception):
    """A value is not what its key wants; `faults` are the places inside it, () for the value itself."""

    def __init__(self, *faults: tuple[Path, Any, str]) -> None:
        super().__init__("a value is refused")  # pydantic asks for the text, which may be beyond all bounds
        self.faults = faults


class Word:
    """An annotation: reads one value of the file.

    Attributes:
        read: the value as it is kept; raises `Refused` or, for the value as a whole, ValueError.
        phrase: what is expected ("a number above 0").
        schema: its JSON schema.
    """

    def __init__(self, read: Callable[[Any], Any], phrase: str, schema: Mapping[str, Any]) -> None:
        self.read = read
        self.phrase = phrase
        self.schema = schema

    def checked(self, value: Any) -> Any:
        """The value as it is kept.

        Raises:
            Refused: with every fault.
        """
        try:
            return self.read(value)
        except ValueError as error:
            raise Refused(((), value, str(error) or f"expected {self.phrase}")) from None

    def _validate(self, value: Any) -> Any:
        try:
            return self.checked(value)
        except Refused as refused:
            raise PydanticCustomError("refused", "not what was expected", {"refused": refused}) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.schema)


def number(
    phrase: str, *, least: int | None = None, above: int | None = None, most: int | None = None
) -> Word:
    """A decimal within limits; zero apart, its size lies between 1e-12 and 1e15."""
    schema: dict[str, Any] = {"type": "number"}
    limits = {"minimum": least, "exclusiveMinimum": above, "maximum": most}
    schema |= {key: limit for key, limit in limits.items() if limit is not None}

    def read(value: Any) -> Decimal:
        decimal = _decimal(value)
        if (
            (least is not None and decimal < least)
            or (above is not None and decimal <= above)
            or (most is not None and decimal > most)
        ):
            raise ValueError
        if decimal and not _SMALLEST <= abs(decimal) <= _LARGEST:
            raise ValueError("expected a number between 1e-12 and 1e15")
        return decimal or Decimal(0)  # -0 is 0

    return Word(read, phrase, schema)


def whole(phrase: str, *, least: int) -> Word:
    """A whole number up to 1e12, also written 1e9."""

    def read(value: Any) -> int:
        decimal = _decimal(value)
        if type(value) is not int and (type(value) is float or int(decimal.as_tuple().exponent) < 0):
            raise ValueError
        if decimal < least:
            raise ValueError(f"expected {phrase}")
        if decimal > _MOST_UNITS:
            raise ValueError("expected a whole number of at most 1e12")
        return int(decimal)

    return Word(read, phrase, {"type": "integer", "minimum": least})


def _decimal(value: Any) -> Decimal:
    """A finite number as a decimal."""
    if type(value) is int:
        if value.bit_length() > 1000:
            raise ValueError
        return Decimal(value)
    if type(value) is float:
        value = Decimal(repr(value))
    if type(value) is not Decimal or not value.is_finite():
        raise ValueError
    return value


def choice(*words: str) -> Word:
    """One of a few words."""
    phrase = "one of " + ", ".join(f'"{word}"' for word in words) if len(words) > 1 else f'"{words[0]}"'

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError
        if value not in words:
            raise ValueError("; ".join(filter(None, (f"expected {phrase}", meant(value, words)))))
        return value

    return Word(read, phrase, {"enum": list(words)})


def exactly(kind: type, phrase: str, schema_type: str) -> Word:
    """A value of one Python type."""

    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise ValueError
        return value

    return Word(read, phrase, {"type": schema_type})


def text(phrase: str, *, pattern: re.Pattern[str] | None = None, lines: bool = False) -> Word:
    """Text without control characters, of one line unless `lines`."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or (pattern is not None and not pattern.fullmatch(value)):
            raise ValueError
        printed = value.replace("\n", "").replace("\t", "") if lines else value
        if not printed.isprintable():
            raise ValueError(f"expected {phrase}, without control characters")
        return value

    schema = {"type": "string"} | ({"pattern": f"^{pattern.pattern}$"} if pattern else {})
    return Word(read, phrase, schema)


def word_list(item: Word, phrase: str, *, empty: bool = False) -> Word:
    """One value or a list of different ones, as a tuple."""

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            try:
                return (item.checked(value),)
            except Refused as refused:
                raise ValueError(_phrase_of(refused) if isinstance(value, str) else "") from None
        if not value and not empty:
            raise ValueError(f"expected at least one name: {phrase}")
        kept: list[Any] = []
        faults: list[tuple[Path, Any, str]] = []
        for at, each in enumerate(value):
            try:
                checked = item.checked(each)
            except Refused as refused:
                faults += [((at, *path), found, said) for path, found, said in refused.faults]
                continue
            if checked in kept:
                faults.append(((at,), each, "stands here twice; once is enough"))
            kept.append(checked)
        if faults:
            raise Refused(*faults)
        return tuple(kept)

    many = {"type": "array", "items": dict(item.schema), "uniqueItems": True} | (
        {} if empty else {"minItems": 1}
    )
    return Word(read, phrase, {"anyOf": [dict(item.schema), many]})


def table(key: Word, item: Word, phrase: str) -> Word:
    """A table of values under names."""

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ValueError
        if not value:
            raise ValueError(f"expected {phrase}, with at least one key")
        kept: dict[str, Any] = {}
        faults: list[tuple[Path, Any, str]] = []
        for name, each in value.items():
            try:
                key.checked(name)
            except Refused as refused:
                faults.append(((name,), name, _phrase_of(refused)))
                continue
            try:
                kept[name] = item.checked(each)
            except Refused as refused:
                faults += [((name, *path), found, said) for path, found, said in refused.faults]
        if faults:
            raise Refused(*faults)
        return kept

    pattern = key.schema.get("pattern")
    inside: dict[str, Any] = (
        {"patternProperties": {pattern: dict(item.schema)}, "additionalProperties": False}
        if pattern
        else {"additionalProperties": dict(item.schema)}
    )
    return Word(read, phrase, {"type": "object", "minProperties": 1} | inside)


def _phrase_of(refused: Refused) -> str:
    return refused.faults[0][2]
