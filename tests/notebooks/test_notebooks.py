"""The notebooks run, say what they said when they were committed, and hold nothing of a machine."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("[0-9]*.py"))
LARGEST_OUTPUT, LARGEST = 70_000, 1_500_000
"""Bytes of an output, and of all notebooks."""
SHOWN = ("text/markdown", "text/html", "text/plain")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_LINK = re.compile(r"\]\(([^)#:]+)\)")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    from scripts.dev import run_notebooks

    return run_notebooks


def committed(name: str) -> Any:
    import nbformat

    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def outputs(notebook: Any) -> list[Any]:
    return [one for cell in notebook.cells for one in cell.get("outputs", [])]


def told(output: Any) -> str:
    """What an output says in words; a drawing says what it is called."""
    if output.output_type == "stream":
        return str(output.text)
    drawn = output.data.get("image/svg+xml", "")
    if drawn:
        return re.findall(r'aria-label="([^"]*)"', drawn)[0]
    return next(output.data[kind] for kind in SHOWN if kind in output.data)


def test_there_is_one_notebook_for_each_part_of_the_way() -> None:
    assert [name.partition("_")[0] for name in NAMES] == ["01", "02", "03", "04", "05"]
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_both_of_a_pair_say_the_same(script: ModuleType, name: str) -> None:
    """If not: `make notebooks`."""
    written, read = script.read(FOLDER / f"{name}.py"), committed(name)
    assert [(cell.cell_type, cell.source) for cell in read.cells] == [
        (cell.cell_type, cell.source) for cell in written.cells
    ]
    assert [cell.id for cell in read.cells] == [cell.id for cell in written.cells]
    assert read.metadata == written.metadata
    assert all(not cell.metadata for cell in read.cells)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_committed_is_what_comes_out(script: ModuleType, name: str) -> None:
    """Words to the letter; figures within what another machine's arithmetic may change."""
    fresh, kept = outputs(script.run(FOLDER / f"{name}.py")), outputs(committed(name))
    assert [one.get("name") for one in fresh if one.get("name") == "stderr"] == []
    assert len(fresh) == len(kept)
    for new, old in zip(fresh, kept, strict=True):
        now, before = told(new), told(old)
        assert _FIGURE.sub("#", now) == _FIGURE.sub("#", before)
        figures = [[float(text) for text in _FIGURE.findall(one)] for one in (now, before)]
        assert figures[0] == pytest.approx(figures[1], rel=0.02, abs=0.021)


@pytest.mark.parametrize("name", NAMES)
def test_cells_were_run_once_and_in_order(name: str) -> None:
    run = [cell.execution_count for cell in committed(name).cells if cell.cell_type == "code"]
    assert run == list(range(1, len(run) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_small_and_hold_nothing_of_the_machine(name: str) -> None:
    places = [str(ROOT), str(Path.home()), tempfile.gettempdir(), "/home/", "/Users/"]
    for output in outputs(committed(name)):
        text = json.dumps(output)
        assert len(text) < LARGEST_OUTPUT
        assert [place for place in (*places, "site-packages") if place in text] == []
        assert not re.search(r"\d\d:\d\d:\d\d|0x[0-9a-f]{8}", told(output))
        assert output.output_type != "error"


def test_all_together_are_small_enough_to_keep() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.ipynb")) < LARGEST


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    text = "\n".join(cell.source for cell in committed(name).cells if cell.cell_type == "markdown")
    found = _LINK.findall(text)
    assert found
    assert [link for link in found if not (FOLDER / link).exists()] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_begins_with_its_title_and_a_question(name: str) -> None:
    first = committed(name).cells[0].source
    assert first.startswith("# ")
    assert "?" in first
