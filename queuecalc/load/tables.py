"""Load curves from CSV files: a column of hours or of timestamps, and one of values."""

from __future__ import annotations

import csv
import itertools
from datetime import datetime
from os import PathLike
from pathlib import Path

import numpy as np

from queuecalc.errors import InvalidInput
from queuecalc.load.arrays import FloatArray
from queuecalc.load.curve import Curve

__all__ = ["read_csv"]

_HOURS = ("hour", "hours", "hour_h", "time_h")
_TIMESTAMPS = ("timestamp", "time", "datetime", "date")


def read_csv(path: str | PathLike[str], *, time: str | None = None, value: str | None = None) -> Curve:
    """A load curve from a CSV file with a header, one knot a row.

    The time column holds hours (`hour`) or ISO 8601 timestamps (`timestamp`; hours count from the first).
    The values are taken as they are. One row alone is a constant curve of an hour.

    Args:
        path: a file in UTF-8, with or without byte-order mark; separated by commas, semicolons or tabs.
        time: name of the time column; default: `hour` or `timestamp` (also `hours`, `time`, `date`).
        value: name of the value column; default: the only other column.

    Raises:
        InvalidInput: the file cannot be read, a column is missing, a cell is no number, times do not rise, a
            value is negative or not finite, there are no rows; the message names the file and the line.
    """
    table = _Table(Path(path))
    time_at = table.time_column(time)
    value_at = table.value_column(value, time_at)
    values = table.numbers(value_at)
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        row = int(bad.argmax())
        raise table.fault(
            row, f"{table.header[value_at]} must be finite and >= 0, got {table.rows[row][value_at]!r}"
        )
    hours = table.hours(time_at)
    if hours.size == 1:
        return Curve.constant(float(values[0]))
    wrong = np.diff(hours) <= 0
    if wrong.any():
        row = int(wrong.argmax()) + 1
        first, second = table.rows[row - 1][time_at], table.rows[row][time_at]
        if hours[row] == hours[row - 1]:
            raise table.fault(row, f"{second!r} comes twice; keep one row for each time")
        raise table.fault(row, f"{second!r} comes after {first!r}; sort the rows by time")
    return Curve(hours=hours, values=values)


class _Table:
    """The cells of a file, and the way back from a row to its line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                first = file.readline()
                self.separator = next((mark for mark in (",", ";", "\t") if mark in first), ",")
                file.seek(0)
                lines = [row for row in csv.reader(file, delimiter=self.separator) if row]
        except OSError as error:
            raise InvalidInput(f"{path}: cannot be read ({error.strerror})") from error
        except UnicodeDecodeError as error:
            raise InvalidInput(f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
        except csv.Error as error:
            raise InvalidInput(f"{path}: is not a CSV file ({error})") from error
        if not lines:
            raise InvalidInput(f"{path}: is empty; expected a header such as 'hour,value' and rows below it")
        self.header = [name.strip() for name in lines[0]]
        self.rows = lines[1:]
        if not self.rows:
            raise InvalidInput(f"{path}: has no rows below its header")

    def fault(self, row: int, message: str) -> InvalidInput:
        """An error that names the line of a row (found by reading the file once more)."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=self.separator)
            filled = (cells for cells in reader if cells)
            next(itertools.islice(filled, row + 1, None))  # the header comes first
            return InvalidInput(f"{self.path}: line {reader.line_num}: {message}")

    def time_column(self, name: str | None) -> int:
        """Position of the time column."""
        if name is not None:
            return self._named(name)
        lowered = [column.lower() for column in self.header]
        for known in (*_HOURS, *_TIMESTAMPS):
            if known in lowered:
                return lowered.index(known)
        raise InvalidInput(
            f"{self.path}: line 1: no column named 'hour' or 'timestamp' among {self._columns}; "
            "name the time column"
        )

    def value_column(self, name: str | None, time_at: int) -> int:
        """Position of the value column."""
        if name is not None:
            return self._named(name)
        others = [at for at in range(len(self.header)) if at != time_at]
        named = [at for at in others if self.header[at].lower() == "value"]
        if len(named) == 1 or len(others) == 1:
            return (named or others)[0]
        raise InvalidInput(
            f"{self.path}: line 1: which column holds the values? there are {self._columns}; "
            "name the value column"
        )

    @property
    def _columns(self) -> str:
        return ", ".join(map(repr, self.header))

    def _named(self, name: str) -> int:
        if name not in self.header:
            raise InvalidInput(f"{self.path}: line 1: no column {name!r}; there are {self._columns}")
        return self.header.index(name)

    def cells(self, column: int) -> list[str]:
        """One column as text."""
        try:
            return [row[column] for row in self.rows]
        except IndexError:
            row = next(at for at, cells in enumerate(self.rows) if len(cells) <= column)
            raise self.fault(row, f"no cell for column {self.header[column]!r}") from None

    def numbers(self, column: int) -> FloatArray:
        """One column as numbers."""
        cells = self.cells(column)
        try:
            return np.array(cells, dtype=np.float64)
        except ValueError:
            row = next((at for at, cell in enumerate(cells) if not _is_number(cell)), 0)
            raise self.fault(row, f"{self.header[column]} must be a number, got {cells[row]!r}") from None

    def hours(self, column: int) -> FloatArray:
        """The time column in hours: numbers as they are, timestamps counted from the first."""
        cells = self.cells(column)
        if _is_number(cells[0]):
            hours = self.numbers(column)
            if not np.isfinite(hours).all():
                row = int((~np.isfinite(hours)).argmax())
                raise self.fault(row, f"{self.header[column]} must be finite, got {cells[row]!r}")
            return hours
        row = 0
        try:
            start = datetime.fromisoformat(cells[0].strip())
            seconds = np.empty(len(cells))
            for row, cell in enumerate(cells):
                seconds[row] = (datetime.fromisoformat(cell.strip()) - start).total_seconds()
        except ValueError:
            raise self.fault(
                row,
                f"{cells[row]!r} is neither a number nor an ISO timestamp such as 2024-05-01 14:30:00",
            ) from None
        except TypeError:
            raise self.fault(row, f"{cells[row]!r}: some timestamps carry a time zone, some do not") from None
        return seconds / 3600.0


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
