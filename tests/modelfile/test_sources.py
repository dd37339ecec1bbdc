"""Where the text of a model comes from, and what is said when there is none or it is no TOML."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from queuecalc.errors import InternalError, ModelError
from queuecalc.modelfile import read_model, read_text, shipped_folder, shipped_models, sources

ONE = "format = 1\ntitle = 'One'\n[load]\nrequests_per_s = 1\n[components.a]\nservice_ms = 1\n"


def fault(source: str | Path) -> str:
    with pytest.raises(ModelError) as caught:
        read_model(source)
    return str(caught.value)


def test_a_path(tmp_path: Path) -> None:
    file = tmp_path / "one.toml"
    file.write_text(ONE, encoding="utf-8")
    assert read_model(file).title == "One"
    model = read_model(str(file), settings=["title=Two"])
    assert (model.title, model.source) == ("Two", str(file))


def test_an_existing_path_comes_before_a_shipped_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_model("single-queue").title == "One queue"
    (tmp_path / "single-queue").mkdir()
    assert read_model("single-queue").title == "One queue"
    (tmp_path / "single-queue").rmdir()
    (tmp_path / "single-queue").write_text(ONE, encoding="utf-8")
    assert read_model("single-queue").title == "One"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_byte_order_marks_and_line_ends_of_windows(tmp_path: Path, ending: str) -> None:
    file = tmp_path / "one.toml"
    file.write_bytes(b"\xef\xbb\xbf" + ONE.replace("\n", ending).encode())
    assert read_model(file).title == "One"
    assert read_text("\ufeff" + ONE).title == "One"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ONE.encode())))
    model = read_model("-")
    assert (model.title, model.source) == ("One", "standard input")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"format = 2")))
    assert fault("-").startswith("standard input: 3 faults\n  format: found 2; expected 1")


def test_csv_files_of_standard_input_lie_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "load.csv").write_text("hour,value\n0,1\n2,3\n", encoding="utf-8")
    text = ONE.replace("requests_per_s = 1", "requests_per_s = { csv = 'load.csv' }")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert read_model("-").load.curve.peak == 3.0


def test_an_unknown_name_lists_the_nearest() -> None:
    assert fault("iot-ingest") == (
        "iot-ingest: 1 fault\n"
        "  file: found no such file; expected a model file or the name of a shipped model; "
        "did you mean iot-ingestion?"
    )
    assert fault("single-queue.toml").endswith("did you mean single-queue?")
    assert fault("chaty-writes").endswith("did you mean mistakes/chatty-writes?")
    assert fault("zzz").endswith(f"; the shipped models are {', '.join(shipped_models())}")


def test_what_is_no_file(tmp_path: Path) -> None:
    assert "file: found a folder; expected a model file" in fault(tmp_path)
    assert "file: found a file that cannot be read (Not a directory)" in fault(Path(__file__) / "x")
    assert "file: found a file that cannot be read (embedded null byte)" in fault("a\0b")
    assert fault("").startswith(": 1 fault\n  file: found a folder")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'format = 1\ntitle "x"\n',
            "line 2, column 7: found title \"x\"; is not TOML: expected '=' after a key in a key/value pair",
        ),
        ("[load", "end of file: is not TOML: expected ']' at the end of a table declaration"),
        (
            "a = 1\na = 2\n",
            "line 2, column 6: found a = 2; is not TOML: cannot overwrite a value",
        ),
        ("a = [", "end of file: is not TOML: invalid value"),
        ("a = " + "[" * 5000, "file: found lists or tables nested too deeply; expected a model file"),
    ],
)
def test_bad_toml_names_line_and_column(text: str, said: str) -> None:
    with pytest.raises(ModelError) as caught:
        read_text(text, source="bad.toml")
    assert str(caught.value) == f"bad.toml: 1 fault\n  {said}"


def test_numbers_of_thousands_of_digits() -> None:
    with pytest.raises(ModelError, match="is not TOML: Exceeds the limit"):
        read_text("a = " + "1" * 5000)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    file = tmp_path / "latin.toml"
    file.write_bytes("format = 1\ntitle = 'Grüße'\n".encode("latin-1"))
    assert fault(file) == (
        f"{file}: 1 fault\n  line 2: found byte 0xfc; expected UTF-8 text; save the file as UTF-8"
    )


def test_the_shipped_folder_lies_inside_the_package_or_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(sources.__file__).parent.parent.parent
    assert shipped_folder() == root / "models"

    def located_in(package: Path) -> Path:
        monkeypatch.setattr(sources, "__file__", str(package / "modelfile" / "sources.py"))
        return shipped_folder.__wrapped__()

    package = tmp_path / "site" / "queuecalc"
    package.mkdir(parents=True)
    with pytest.raises(InternalError, match="install queuecalc again"):
        located_in(package)
    for models in (tmp_path / "site" / "models", package / "models"):
        models.mkdir()
        (models / "components.toml").write_text("", encoding="utf-8")
        assert located_in(package) == models


def test_importing_the_room_loads_nothing_that_is_slow() -> None:
    slow = ["scipy.stats", "scipy.optimize", "pandas", "sympy", "matplotlib", "click", "rich"]
    read = "import sys, queuecalc.modelfile as m; m.read_model('iot-ingestion')"
    code = f"{read}; print([name for name in {slow} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
