"""CSV files: what is read, and the line of every fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from queuecalc.errors import InvalidInput
from queuecalc.load import Curve, read_csv

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def writer(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "load.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return writer


EXPECTED = Curve(hours=(0, 1, 3), values=(2, 4, 0.5))


@pytest.mark.parametrize(
    "text",
    [
        "hour,value\n0,2\n1,4\n3,0.5\n",
        "hour;value\r\n0;2\r\n1;4\r\n3;5e-1",
        "hours\tusers\n0\t2\n\n1\t4\n3\t.5\n",
        "\ufeffhour,requests\n0,2\n1,4\n3,0.5\n",
        " Hour , value ,note\n0,2,a\n1,4,\n3,0.5,b\n",
        "value,hour\n2,0\n4,1\n0.5,3\n",
        "timestamp,v\n2024-02-28 23:00:00,2\n2024-02-29T00:00,4\n2024-02-29T02:00:00.0000000,0.5\n",
        "time,v\n2024-03-10T23:00:00Z,2\n2024-03-11T01:00:00+01:00,4\n2024-03-10T22:00:00-04:00,0.5\n",
        '"hour","value"\n"0","2"\n"1","4"\n"3","0.5"\n',
        "# time,hour,value\nx,0,2\ny,1,4\nz,3,0.5\n",
    ],
)
def test_dialects_of_the_same_curve(write: Write, text: str) -> None:
    assert read_csv(write(text)) == EXPECTED


def test_columns_can_be_named(write: Write) -> None:
    path = write("t,a,b\n0,2,9\n1,4,9\n3,0.5,9\n")
    assert read_csv(path, time="t", value="a") == EXPECTED
    assert read_csv(str(path), time="t", value="b") == Curve(hours=(0, 1, 3), values=(9, 9, 9))


def test_a_single_row_is_a_constant(write: Write) -> None:
    assert read_csv(write("hour,value\n5,70\n")) == Curve.constant(70.0)
    assert read_csv(write("timestamp,value\n2024-01-01,70\n")) == Curve.constant(70.0)


def test_a_long_file_keeps_every_row(write: Write) -> None:
    n = 20_000
    rows = "".join(f"{k / 60!r},{k % 11}\n" for k in range(n))
    curve = read_csv(write("hour,value\n" + rows))
    np.testing.assert_array_equal(curve.hours, np.arange(n) / 60)
    np.testing.assert_array_equal(curve.values, np.arange(n) % 11)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; expected a header"),
        ("hour,value\n", "has no rows below its header"),
        ("when,value\n0,1\n", "line 1: no column named 'hour' or 'timestamp' among 'when', 'value'"),
        ("hour,a,b\n0,1,2\n", "line 1: which column holds the values\\? there are 'hour', 'a', 'b'"),
        ("hour\n0\n", "line 1: which column holds the values"),
        ("hour,value\n0,1\n2,1\n1,1\n", "line 4: '1' comes after '2'; sort the rows by time"),
        ("hour,value\n0,1\n\n\n1,1\n1,1\n", "line 6: '1' comes twice; keep one row for each time"),
        ("hour,value\n0,1\n1,many\n", "line 3: value must be a number, got 'many'"),
        ("hour,value\n0,1\n1,\n", "line 3: value must be a number, got ''"),
        ("hour,value\n0,1\n1\n", "line 3: no cell for column 'value'"),
        ("hour,value\n0,-1\n1,2\n", "line 2: value must be finite and >= 0, got '-1'"),
        ("hour,value\n0,1\n1,nan\n", "line 3: value must be finite and >= 0, got 'nan'"),
        ("hour,value\n0,1\n1,inf\n", "line 3: value must be finite and >= 0, got 'inf'"),
        ("hour,value\n0,1\nnoon,2\n", "line 3: hour must be a number, got 'noon'"),
        ("hour,value\n0,1\ninf,2\n", "line 3: hour must be finite, got 'inf'"),
        ("hour,value\nnoon,1\n1,2\n", "line 2: 'noon' is neither a number nor an ISO timestamp"),
        (
            "timestamp,value\n2024-01-01,1\n2024-13-01,2\n",
            "line 3: '2024-13-01' is neither a number nor an ISO timestamp",
        ),
        (
            "timestamp,value\n2024-01-01,1\n2024-01-02T00:00Z,2\n",
            "line 3: .*some timestamps carry a time zone",
        ),
        ('hour,value\n"0\n",1\n1,x\n', "line 4: value must be a number, got 'x'"),
    ],
)
def test_a_fault_names_the_file_the_line_and_the_remedy(write: Write, text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=r"load\.csv: " + message):
        read_csv(write(text))


def test_a_column_that_is_not_there(write: Write) -> None:
    path = write("hour,value\n0,1\n1,1\n")
    with pytest.raises(InvalidInput, match="no column 'users'; there are 'hour', 'value'"):
        read_csv(path, value="users")
    with pytest.raises(InvalidInput, match="no column 't'"):
        read_csv(path, time="t")


def test_files_that_cannot_be_read(tmp_path: Path, write: Write) -> None:
    with pytest.raises(InvalidInput, match=r"none\.csv: cannot be read"):
        read_csv(tmp_path / "none.csv")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_csv(tmp_path)
    with pytest.raises(InvalidInput, match="is not UTF-8 text"):
        read_csv(write("hour,vålue\n0,1\n", encoding="latin-1"))
    with pytest.raises(InvalidInput, match="is not a CSV file"):
        read_csv(write("hour,value\n0," + "1" * 200_000 + "\n"))
