"""A mapping from names that keeps its order and does not change: compares by value, hashes, reads back."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

__all__ = ["Made", "Named", "nearest"]

T = TypeVar("T")


class Named(Mapping[str, T]):
    """name -> value, frozen. Values may be numbers, arrays (compared by content) or anything with `==`.

    >>> Named({"a": 1.0}) == {"a": 1.0}
    True
    """

    __slots__ = ("_items",)
    _items: dict[str, T]

    def __init__(self, items: Mapping[str, T] | Iterable[tuple[str, T]] = ()) -> None:
        """Copied from a mapping or pairs."""
        object.__setattr__(self, "_items", dict(items))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a mapping of names is frozen; cannot set {name}")

    def __getitem__(self, name: str) -> T:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return set(self) == set(other) and all(_same(self[name], other[name]) for name in self)

    def __hash__(self) -> int:
        return hash(frozenset((name, _hashable(value)) for name, value in self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return Named, (self._items,)

    def __repr__(self) -> str:
        inner = ", ".join(f"{name!r}: {_shown(value)}" for name, value in self.items())
        return f"{{{inner}}}"


def nearest(word: str, known: Iterable[str]) -> str:
    """' (did you mean ...?)', or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.4)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, np.ndarray) or isinstance(two, np.ndarray):
        return np.array_equal(one, two)
    return bool(one == two)


def _hashable(value: Any) -> Any:
    return (value.shape, value.tobytes()) if isinstance(value, np.ndarray) else value


def _shown(value: Any) -> str:
    return repr(value.tolist()) if isinstance(value, np.ndarray) else repr(value)


class Made(Named[T]):
    """name -> value, each value made when it is first asked for: a hundred thousand names cost next to nothing."""

    __slots__ = ("_array", "_kept", "_make", "_names", "_number")
    _array: Any
    _names: tuple[str, ...]
    _make: Callable[[int], T]
    _kept: dict[str, T]
    _number: dict[str, int] | None

    def __init__(self, names: tuple[str, ...], make: Callable[[int], T], array: Any = None) -> None:
        """Names in order, what makes the value of the k-th, and the array that all of them come from."""
        kept: dict[str, T] = {}
        for name, value in (
            ("_names", names),
            ("_make", make),
            ("_array", array),
            ("_kept", kept),
            ("_number", None),
        ):
            object.__setattr__(self, name, value)

    def values_at_once(self) -> Any:
        """The array that all values come from."""
        return self._array

    def __getitem__(self, name: str) -> T:
        if name not in self._kept:
            if self._number is None:
                object.__setattr__(self, "_number", {each: k for k, each in enumerate(self._names)})
            assert self._number is not None
            self._kept[name] = self._make(self._number[name])
        return self._kept[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        if self._number is None:
            object.__setattr__(self, "_number", {each: k for k, each in enumerate(self._names)})
        assert self._number is not None
        return name in self._number

    def __reduce__(self) -> tuple[Any, ...]:
        return Named, (dict(self),)
