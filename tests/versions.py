"""`make test-versions`: the suite under every Python that the package supports and this machine has.

Each version has an environment of its own in .venv/versions, made from requirements/test.lock. Without arguments a core
of the suite runs, all that calculates; with "all" everything, else the folders or files named.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["CORE", "VERSIONS", "main"]

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "test.lock"
VERSIONS = ("3.11", "3.12", "3.13")
CORE = (
    *(
        "answer",
        "cli",
        "dynamics",
        "evaluation",
        "law",
        "load",
        "modelfile",
        "network",
        "sizing",
        "station",
        "transform",
    ),
    *("test_public_names.py", "test_packaging.py"),
)
"""Of tests/; left out are pictures, notebooks, the simulator and the slow reference."""

PROBE = "import sys, venv, ensurepip; print('.'.join(map(str, sys.version_info[:2])))"


def _candidates(version: str) -> Iterator[str]:
    """Where a Python of that version may be: on the path, or among those that pyenv or uv manage."""
    found = shutil.which(f"python{version}")
    if found:
        yield found
    for folder in (Path.home() / ".pyenv" / "versions", Path.home() / ".local" / "share" / "uv" / "python"):
        for path in sorted(folder.glob(f"*{version}*/bin/python{version}")):
            yield str(path)


def _runs(command: Sequence[str], **options: str) -> bool:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    return subprocess.run(command, cwd=ROOT, env=environment | options, check=False).returncode == 0


def _python(version: str) -> str | None:
    for path in _candidates(version):
        done = subprocess.run([path, "-c", PROBE], capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.strip() == version:
            return path
    return None


def _environment(version: str, python: str) -> Path | None:
    """The Python of an environment that holds what the lock says; None if it cannot be made."""
    home = ROOT / ".venv" / "versions" / version
    own = home / "bin" / "python"
    stamp = home / "lock"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text(encoding="ascii") == digest):
        print(f"{version}: making {home.relative_to(ROOT)} from {LOCK.name}", flush=True)
        install = [str(own), "-m", "pip", "install", "--quiet"]
        if not _runs([python, "-m", "venv", "--clear", str(home)]):
            return None
        if not _runs([*install, "--require-hashes", "-r", str(LOCK)]):
            return None
        stamp.write_text(digest, encoding="ascii")
    if not _runs(
        [str(own), "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps", "-e", "."]
    ):
        return None
    return own


def _outcome(version: str, tests: Sequence[str]) -> str:
    python = _python(version)
    if python is None:
        return "not found on this machine, not tested"
    own = _environment(version, python)
    if own is None:
        return "its environment could not be made, not tested"
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [
        str(own),
        "-m",
        "pytest",
        "-q",
        "-n",
        "2",
        "--dist=worksteal",
        "-p",
        "no:cacheprovider",
        *tests,
    ]
    return "passed" if _runs(command, **threads) else "FAILED"


def main(arguments: Sequence[str]) -> int:
    """Test under every version; 1 if one fails."""
    tests = (
        [f"tests/{name}" for name in CORE]
        if not arguments
        else []
        if arguments == ["all"]
        else list(arguments)
    )
    outcomes = {version: _outcome(version, tests) for version in VERSIONS}
    for version, outcome in outcomes.items():
        print(f"Python {version}: {outcome}")
    return int(any(outcome == "FAILED" for outcome in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
