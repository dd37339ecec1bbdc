"""What is shipped: the wheel with its models, the locks with their hashes and without any address."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pinned(lock: Path) -> dict[str, list[Requirement]]:
    """The requirements of a lock file by canonical name (several where markers tell them apart)."""
    text = re.sub(r"\\\n\s*", " ", lock.read_text(encoding="utf-8"))
    found: dict[str, list[Requirement]] = {}
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            named, *hashes = re.split(r"\s+--hash=", line.split(" #")[0].strip())
            assert hashes, f"{lock.name}: {named} has no hash"
            assert all(h.startswith("sha256:") for h in hashes)
            requirement = Requirement(named)
            assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), (
                f"{lock.name}: {named} is not pinned"
            )
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def test_the_wheel_carries_the_package_and_every_model(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "queuecalc").rglob("*.py")}
    models = {f"queuecalc/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "models").rglob("*.toml")}
    assert modules | models | {"queuecalc/py.typed"} <= names
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"queuecalc"}


def test_a_shipped_model_is_sized_from_the_wheel(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    home = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(home)
    code = (
        "import queuecalc as qc; plan = qc.size(qc.read_model('single-queue'), explain=False); "
        "print(qc.__file__); print(dict(plan.counts), plan.cost_usd_per_month, plan.proven)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(home)},
        check=True,
        capture_output=True,
        text=True,
    )
    where, plan = answer.stdout.splitlines()
    assert Path(where).is_relative_to(home)
    assert plan == "{'server': 9} 450 True"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"://|(?<!\S)/|file:|--(index|extra|find|trusted)", text)


def test_the_locks_hold_all_that_is_asked_for() -> None:
    run, test = (pinned(ROOT / "requirements" / name) for name in ("run.lock", "test.lock"))
    project = PROJECT["project"]
    built = PROJECT["build-system"]["requires"]
    assert set(built) == set(PROJECT["dependency-groups"]["build"])
    for lock, asked in (
        (run, [*project["dependencies"], *built]),
        (test, [*project["dependencies"], *built, *project["optional-dependencies"]["test"]]),
    ):
        for requirement in map(Requirement, asked):
            (entry,) = lock[canonicalize_name(requirement.name)]
            (pin,) = entry.specifier
            assert requirement.specifier.contains(pin.version), f"{requirement}: locked at {pin.version}"


def test_both_locks_agree() -> None:
    run, test = (pinned(ROOT / "requirements" / name) for name in ("run.lock", "test.lock"))
    for name, entries in run.items():
        assert {str(e.specifier) for e in entries} <= {str(e.specifier) for e in test[name]}


def test_the_version_is_said_once() -> None:
    import queuecalc

    assert queuecalc.__version__ == PROJECT["project"]["version"]
