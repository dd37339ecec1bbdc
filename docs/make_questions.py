"""Write the pages of docs/questions/ and their figures from the scripts in examples/.

Run it with  make pages. A script that has a `page` is a worked question: its text and its figure are taken over as they
are, and docs/questions/README.md lists them by their titles.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import textwrap
from pathlib import Path
from types import ModuleType

import matplotlib as mpl

from queuecalc.report.figures import write_figure

__all__ = ["index", "load", "main", "page", "slug", "worked_questions", "wrapped", "write_figure_of"]

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
PAGES = ROOT / "docs" / "questions"
STYLE = EXAMPLES / "page.mplstyle"

WIDTH = 118
GLUE = "\N{NO-BREAK SPACE}"

HEAD = """\
# Questions that interviewers ask with numbers

Each page has the question, what to ask back, an estimate that can be said aloud, the exact answer from queuecalc, the
trap and how it shows in the numbers, and what is asked next. A script in [examples/](../../examples) computes every
number; `make pages` writes the pages from the scripts.
"""


def load(script: Path) -> ModuleType:
    """The module of a script, by its path."""
    spec = importlib.util.spec_from_file_location(f"examples.{script.stem}", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def worked_questions() -> dict[str, Path]:
    """The scripts that are worked questions, by the name of their page."""
    scripts = sorted(EXAMPLES.glob("*.py"))
    return {slug(path): path for path in scripts if "\ndef page(" in path.read_text(encoding="utf-8")}


def slug(script: Path) -> str:
    """The name of a page: that of the script with hyphens."""
    return script.stem.replace("_", "-")


def page(module: ModuleType) -> str:
    """What the script prints, its paragraphs wrapped."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        module.main()
    blocks = out.getvalue().strip().split("\n\n")
    return "\n\n".join(map(wrapped, blocks)) + "\n"


def wrapped(block: str) -> str:
    """A paragraph at the width of the other pages; tables, lists and headings as they are.

    No line begins with a unit, nor with what Markdown would take for the beginning of a list.
    """
    if block[0] in "|#-!":
        return block
    glued = re.sub(r" (?=([-+*=x/%]|ms|\d+\.)(\s|$))", GLUE, " ".join(block.split()))
    return textwrap.fill(glued, WIDTH, break_long_words=False, break_on_hyphens=False).replace(GLUE, " ")


def write_figure_of(module: ModuleType, file: Path) -> None:
    """The figure of a script, in the style of the pages; the same script gives the same bytes."""
    with mpl.rc_context(), mpl.rc_context(fname=STYLE):
        write_figure(module.figure(), file)


def index(titles: dict[str, str]) -> str:
    """The list of pages, by name -> title."""
    lines = (f"- [{title}]({name}.md)" for name, title in titles.items())
    return f"{HEAD}\n" + "\n".join(lines) + "\n"


def main() -> None:
    """Write every page, every figure and the index; remove what no script writes any more."""
    PAGES.mkdir(parents=True, exist_ok=True)
    titles: dict[str, str] = {}
    for name, script in worked_questions().items():
        module = load(script)
        text = page(module)
        titles[name] = text.partition("\n")[0].removeprefix("# ")
        (PAGES / f"{name}.md").write_text(text, encoding="utf-8", newline="\n")
        write_figure_of(module, PAGES / f"{name}.svg")
    (PAGES / "README.md").write_text(index(titles), encoding="utf-8", newline="\n")
    for file in PAGES.iterdir():
        if file.stem not in {*titles, "README"}:
            file.unlink()


if __name__ == "__main__":
    main()
