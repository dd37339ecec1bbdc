"""What can go wrong, under one root. Children also fit the built-in that a caller would expect to catch."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Fault",
    "InfeasibleError",
    "InternalError",
    "InvalidInput",
    "MissingExtra",
    "ModelError",
    "QueuecalcError",
    "UnstableError",
]


class QueuecalcError(Exception):
    """The root: everything that queuecalc raises on purpose."""


class InvalidInput(QueuecalcError, ValueError):
    """An argument outside its domain; the message names the argument, the value and the domain."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a model file: where it is, what was found there, what was expected."""

    path: str
    found: str
    expected: str

    def __str__(self) -> str:
        found = f"found {self.found}; " if self.found else ""
        return f"{self.path}: {found}{self.expected}"


class ModelError(QueuecalcError, ValueError):
    """A model file that cannot be read as a model: all its faults at once.

    Attributes:
        source: the file's name as the user wrote it.
        faults: every fault found, in file order.
    """

    def __init__(self, source: str, faults: tuple[Fault, ...]) -> None:
        self.source = source
        self.faults = faults
        noun = "fault" if len(faults) == 1 else "faults"
        lines = "".join(f"\n  {fault}" for fault in faults)
        super().__init__(f"{source}: {len(faults)} {noun}{lines}")

    def __reduce__(self) -> tuple[type[ModelError], tuple[str, tuple[Fault, ...]]]:
        return type(self), (self.source, self.faults)


class UnstableError(QueuecalcError, ArithmeticError):
    """A steady state was asked of a queue that has none."""


class InfeasibleError(QueuecalcError):
    """No plan keeps the contract; carried by answers that insist on one."""


class MissingExtra(QueuecalcError, ImportError):
    """An optional dependency is not installed; the message names the extra to install."""


class InternalError(QueuecalcError, RuntimeError):
    """A defect of queuecalc itself: an invariant that must hold does not."""
