"""The notebooks run, give the committed output, and have no paths or times of a machine."""

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
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def text_of(output: Any) -> str:
    """An output as text; of a drawing, its label."""
    if output.output_type == "stream":
        return str(output.text)
    drawn = output.data.get("image/svg+xml", "")
    if drawn:
        return re.findall(r'aria-label="([^"]*)"', drawn)[0]
    return next(output.data[kind] for kind in SHOWN if kind in output.data)


def test_the_notebooks_are_numbered_and_small() -> None:
    assert [name.partition("_")[0] for name in NAMES] == ["01", "02", "03", "04", "05"]
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES
    assert sum(path.stat().st_size for path in FOLDER.glob("*.ipynb")) < LARGEST


@pytest.mark.parametrize("name", NAMES)
def test_both_files_of_a_notebook_are_equal(script: ModuleType, name: str) -> None:
    """If not: `make notebooks`."""
    written, read = script.read(FOLDER / f"{name}.py"), committed(name)
    assert [(cell.cell_type, cell.source) for cell in read.cells] == [
        (cell.cell_type, cell.source) for cell in written.cells
    ]
    assert [cell.id for cell in read.cells] == [cell.id for cell in written.cells]
    assert read.metadata == written.metadata
    assert all(not cell.metadata for cell in read.cells)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_gives_the_committed_output(script: ModuleType, name: str) -> None:
    """Words exactly; figures within the arithmetic of another machine."""
    fresh, stored = outputs(script.run(FOLDER / f"{name}.py")), outputs(committed(name))
    assert [output for output in fresh if output.get("name") == "stderr"] == []
    assert len(fresh) == len(stored)
    for new, old in zip(fresh, stored, strict=True):
        now, before = text_of(new), text_of(old)
        assert _FIGURE.sub("#", now) == _FIGURE.sub("#", before)
        figures = [[float(text) for text in _FIGURE.findall(side)] for side in (now, before)]
        assert figures[0] == pytest.approx(figures[1], rel=0.02, abs=0.021)


@pytest.mark.parametrize("name", NAMES)
def test_cells_were_run_once_and_in_order(name: str) -> None:
    run = [cell.execution_count for cell in committed(name).cells if cell.cell_type == "code"]
    assert run == list(range(1, len(run) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_small_and_independent_of_the_machine(name: str) -> None:
    places = [str(ROOT), str(Path.home()), tempfile.gettempdir(), "/home/", "/Users/"]
    for output in outputs(committed(name)):
        text = json.dumps(output)
        assert len(text) < LARGEST_OUTPUT
        assert [place for place in (*places, "site-packages") if place in text] == []
        assert not re.search(r"\d\d:\d\d:\d\d|0x[0-9a-f]{8}", text_of(output))
        assert output.output_type != "error"


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_has_a_title_a_question_and_valid_links(name: str) -> None:
    first = committed(name).cells[0].source
    assert first.startswith("# ")
    assert "?" in first
    text = "\n".join(cell.source for cell in committed(name).cells if cell.cell_type == "markdown")
    links = _LINK.findall(text)
    assert links
    assert [link for link in links if not (FOLDER / link).exists()] == []
