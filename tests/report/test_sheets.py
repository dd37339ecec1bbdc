"""Sheets of pictures: what is on them, no text covers another, and the files are valid."""

from __future__ import annotations

import dataclasses
import itertools
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from queuecalc.answer import Evaluation
from queuecalc.errors import InvalidInput
from queuecalc.report.figures import (
    PICTURES,
    SUFFIXES,
    draw_cost,
    draw_waterfall,
    sheet,
    station_sheet,
    write_figure,
)
from queuecalc.report.figures.palette import looks
from queuecalc.report.figures.wording import plain, short, wrapped
from tests.report.plans import invalid, overloaded, plan
from tests.report.queues import stick, tail
from tests.report.reading import (
    empty_axes,
    legend,
    title,
)

STARTS = {b"\x89PNG\r\n\x1a\n": ".png", b"<?xml": ".svg", b"%PDF-1.": ".pdf"}


@pytest.fixture
def ax() -> Axes:
    return empty_axes()


# -- the sheet


def test_a_sheet_holds_all_that_applies() -> None:
    assert len(sheet(plan(3, behind=1)).axes) == 7
    assert len(sheet(plan(3)).axes) == 5
    assert len(sheet(overloaded()).axes) == 4


def test_a_sheet_holds_what_is_wanted_in_that_order() -> None:
    figure = sheet(plan(3, behind=1), ["cost", "load", "cost"])
    assert [title(axes).split(":")[0] for axes in figure.axes] == ["Cost", "Load"]
    for count in range(1, len(PICTURES) + 1):
        assert len(sheet(plan(3, behind=1), list(PICTURES)[:count]).axes) == count


def test_the_heading_says_what_plan_it_is() -> None:
    figure = sheet(plan(12, behind=4, budget=100.0, title="One $ or two $$" + " and so on" * 20))
    head = [text.get_text() for text in figure.subfigs[0].texts]
    assert head[0].startswith(r"One \$ or two \$\$ and so on")
    assert head[0].endswith("…")
    about = " ".join(head[1:])
    assert r"\$1,910.50 a month, breaks the contract (budget \$1,910.50)" in about
    assert "approximate: 1 × server, 2 × worker" in about
    excused = dataclasses.replace(plan(3, budget=1.0), excuses=())
    head = [text.get_text() for text in sheet(excused).subfigs[0].texts]
    assert r"breaks the contract (budget \$202.50 (at most \$1))" in head[1]


@pytest.mark.parametrize("what", [["nothing"], []])
def test_an_unknown_picture(what: list[str]) -> None:
    with pytest.raises(InvalidInput, match="expected some of load, utilisation"):
        sheet(plan(3), what)


@pytest.mark.parametrize("name", PICTURES)
def test_an_invalid_plan_cannot_be_drawn(name: str, ax: Axes) -> None:
    with pytest.raises(InvalidInput, match="worker needs queue"):
        PICTURES[name].draw(invalid(), ax)
    with pytest.raises(InvalidInput, match="has no components"):
        PICTURES[name].draw(dataclasses.replace(invalid(), excuses=()), ax)


@pytest.mark.parametrize("name", [name for name in PICTURES if name not in ("cost", "waterfall")])
def test_an_evaluation_without_curves(name: str, ax: Axes) -> None:
    with pytest.raises(InvalidInput, match="evaluate with series=True"):
        PICTURES[name].draw(dataclasses.replace(plan(3, behind=1), series=None), ax)


def test_cost_and_parts_need_no_curves(ax: Axes) -> None:
    draw_cost(dataclasses.replace(plan(3), series=None), ax)
    draw_waterfall(dataclasses.replace(plan(3), series=None), ax.figure.add_subplot())


# -- no text covers another


def in_view(axes: Axes) -> Iterator[Text]:
    """The tick labels that are drawn."""
    for which, axis in enumerate((axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        for label in axis.get_ticklabels():
            if low - 1e-9 <= label.get_position()[which] <= high + 1e-9:
                yield label


def drawn_texts(figure: Figure) -> list[Text]:
    figure.draw_without_rendering()
    ticks = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for label in axis.get_ticklabels()
    }
    shown = {id(label) for axes in figure.axes for label in in_view(axes)}
    found: list[Any] = figure.findobj(Text)
    minor = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in (*axis.get_minor_ticks(), *axis.get_major_ticks())
        for label in (tick.label1, tick.label2)
    }
    return [
        text
        for text in found
        if text.get_visible()
        and text.get_text().strip()
        and (id(text) in shown or id(text) not in ticks | minor)
    ]


def assert_nothing_overlaps(figure: Figure) -> None:
    canvas: Any = figure.canvas
    renderer = canvas.get_renderer()
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in drawn_texts(figure)]
    assert len(boxes) > 5
    page = figure.bbox
    for words, box in boxes:
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= page.x1 + 1 and box.y1 <= page.y1 + 1
        assert inside, f"{words!r} leaves the page: {box}"
    for (one, a), (two, b) in itertools.combinations(boxes, 2):
        width = min(a.x1, b.x1) - max(a.x0, b.x0)
        height = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert not (width > 1.0 and height > 2.0), f"{one!r} covers {two!r}"


CASES: dict[str, Callable[[], Evaluation]] = {
    "one": lambda: plan(1),
    "one, no limits": lambda: plan(1, limit_s=None, budget=None),
    "three": lambda: plan(3, behind=1),
    "three behind": lambda: plan(6, behind=3, left=5000.0),
    "twelve": lambda: plan(12, behind=4, percentiles=(0.95, 0.5, 0.99), class_limit_s=0.9, budget=800.0),
    "twelve, tight": lambda: plan(12, behind=6, limit_s=0.1, budget=100.0, lag_limit_s=900.0, left=12345.0),
    "thirty": lambda: plan(30, behind=20, title="From $5 to $6 " * 12),
    "overloaded": overloaded,
}


@pytest.mark.parametrize("case", CASES)
def test_no_text_covers_another_on_a_sheet(case: str) -> None:
    assert_nothing_overlaps(sheet(CASES[case]()))


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("case", ["three", "twelve"])
def test_no_text_covers_another_in_a_single_picture(name: str, case: str) -> None:
    assert_nothing_overlaps(sheet(CASES[case](), [name]))


@pytest.mark.parametrize("at", [0.02, 0.5, 0.8, 0.985, 1.75])
def test_no_text_covers_another_beside_a_hockey_stick(at: float) -> None:
    mean = 0.1 / (1.0 - at) if at < 1 else 1.0
    assert_nothing_overlaps(
        station_sheet(stick(at), tail(mean, (5.0, 10.0, 50.0, 90.0, 91.0, 95.0, 99.0, 99.9)))
    )


def test_long_names_are_cut() -> None:
    evaluation = plan(3, behind=1)
    assert evaluation.series is not None
    long = "a-component-whose-name-never-ends-eu-west-1"
    renamed = dataclasses.replace(evaluation.components[0], name=long)
    series = dataclasses.replace(
        evaluation.series,
        utilisation={
            long if name == "server" else name: x for name, x in evaluation.series.utilisation.items()
        },
    )
    figure = sheet(
        dataclasses.replace(evaluation, components=(renamed, *evaluation.components[1:]), series=series)
    )
    assert_nothing_overlaps(figure)
    assert any(text.startswith(f"{short(long)}  ") for text in legend(figure.axes[1]))


# -- words, colours


def test_short_keeps_both_ends() -> None:
    assert short("server") == "server"
    assert short("x" * 22) == "x" * 22
    cut = short("a-component-whose-name-never-ends")
    assert len(cut) == 22
    assert cut.startswith("a-componen")
    assert cut.endswith("never-ends")
    assert "…" in cut


def test_titles_are_wrapped_evenly_and_keep_numbers_with_their_unit() -> None:
    text = "Response time: p95 keeps its target: 148 ms of 180 ms at hour 25.4"
    assert wrapped(text, 100) == text.replace(" ms", "\xa0ms").replace("at hour 25.4", "at\xa0hour\xa025.4")
    lines = wrapped(text, 50).split("\n")
    assert len(lines) == 2
    assert abs(len(lines[0]) - len(lines[1])) < 20
    for width in range(16, 70):
        lines = wrapped(text, width).split("\n")
        assert "\n".join(lines).replace("\xa0", " ").split() == text.split()
        assert not any(line.startswith(("ms", "25.4")) for line in lines)
        assert max(map(len, lines)) <= width or width < 20


def test_dollars_are_no_formula_and_control_characters_do_no_harm(ax: Axes) -> None:
    assert plain("$5 and $6") == r"\$5 and \$6"
    assert plain("a\x1b[31m\nb") == "a?[31m\nb"
    text = ax.text(0, 0, plain("$5 and $6"))
    canvas: Any = ax.figure.canvas
    assert text._preprocess_math(text.get_text())[0] == "$5 and $6"  # type: ignore[attr-defined]
    canvas.draw()


def luminance(colour: str) -> float:
    """Relative luminance of sRGB, as in WCAG 2."""
    parts = [int(colour[k : k + 2], 16) / 255.0 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_curves_stay_apart_without_colours() -> None:
    found = list(looks(map(str, range(52))).values())
    assert len({(str(look.dashes), look.marker) for look in found}) == 52
    for one, two in itertools.pairwise(found):
        assert one.colour != two.colour
        assert one.dashes != two.dashes
    for look in found:
        assert 1.05 / (luminance(look.colour) + 0.05) > 2.0, "lost on white"


# -- files


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_of_each_kind_is_valid_and_the_same_twice(suffix: str, tmp_path: Path) -> None:
    evaluation = plan(3, behind=1)
    first, second = tmp_path / f"one{suffix}", tmp_path / f"two{suffix.upper()}"
    first.write_text("older")
    write_figure(sheet(evaluation), first)
    write_figure(sheet(evaluation), str(second))
    content = first.read_bytes()
    assert content == second.read_bytes()
    assert [kind for start, kind in STARTS.items() if content.startswith(start)] == [suffix]
    if suffix == ".png":
        from matplotlib.image import imread

        height, width, _ = imread(first).shape
        assert (width, height) > (2000, 1000)
    elif suffix == ".svg":
        from xml.etree import ElementTree as ET

        root = ET.fromstring(content)
        assert root.tag.endswith("}svg")
        ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
        assert len(set(ids)) == len(ids)
        assert b"dc:date" not in content
    else:
        assert content.rstrip().endswith(b"%%EOF")
        assert b"CreationDate" not in content


def test_an_unknown_suffix(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"unknown suffix '\.gif'; expected \.png, \.svg, \.pdf"):
        write_figure(sheet(plan(1), ["load"]), tmp_path / "sheet.gif")
    assert list(tmp_path.iterdir()) == []


def test_letters_that_the_font_lacks_do_no_harm(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = sheet(plan(1, title="注文の流れ"))
        write_figure(figure, tmp_path / "sheet.png")


def test_settings_of_the_user_change_no_file(tmp_path: Path) -> None:
    import matplotlib as mpl

    write_figure(sheet(plan(3)), tmp_path / "one.svg")
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "axes.grid": True, "savefig.dpi": 20}):
        write_figure(sheet(plan(3)), tmp_path / "two.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_matplotlib_loads_when_something_is_drawn_and_needs_no_screen() -> None:
    script = """
import sys
import queuecalc.report.figures as figures
assert "matplotlib" not in sys.modules
from matplotlib.figure import Figure
figures.station_sheet(
    figures.HockeyStick(station="x", load=(0.0, 0.9), times_s={"mean": (1.0, 2.0)}, at=0.5, at_s={"mean": 1.5}),
    figures.SojournTail(station="x", seconds=(0.0, 9.0), probability=(1.0, 0.5), mean_s=1.0),
)
assert "matplotlib.pyplot" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
