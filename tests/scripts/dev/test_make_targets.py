"""What `make data`, `events`, `answers` and `picture` run, on a small release and copied pages."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[3]
EVENTS = ROOT / "lambda_handler" / "events"
Load = Callable[..., ModuleType]


@pytest.fixture
def load(made_store: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Load:
    """A script as a module, with the small release in service, and its pages copied."""
    monkeypatch.setenv("ENERGY_STORE", str(made_store("theta")))

    def get(name: str, **changes: Any) -> ModuleType:
        module = importlib.import_module(f"scripts.dev.{name}")
        for attribute, value in changes.items():
            monkeypatch.setattr(module, attribute, value)
        return module

    return get


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The project's pages, to be written to."""
    for name in ("README.md", "docs/serving.md", "docs/forecasting.md", "benchmarks/versions.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_make_data_shows_the_workbooks() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "scripts.dev.prepare_data", "--show"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "workbooks, checked" in ran.stdout
    assert "\ntotal " in ran.stdout


def test_make_events_shows_every_example_and_its_answer(
    load: Load,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A few of them: tests/golden has the answers to all."""
    examples = sorted(EVENTS.glob("*_get_months.json")) + sorted(
        EVENTS.glob("4??_direct_[un]*.json")
    )
    for file in examples:
        shutil.copy(file, tmp_path)
    assert load("run_lambda", EVENTS=tmp_path).main(["events"]) == 0
    output = capsys.readouterr().out
    assert len(examples) > 2
    assert [file.name for file in examples if f"\n{file.name}\n  " not in output] == []


def test_make_answers_writes_the_answers(load: Load, copied: Path) -> None:
    page = copied / "docs" / "serving.md"
    before = page.read_text("utf-8")
    assert load("run_lambda", PAGE=page, ROOT=copied).main(["answers"]) == 0
    after = page.read_text("utf-8")
    assert after != before
    assert '"forecaster": "theta"' in after
    assert '"scenario_method": "sensitivity"' in after


def test_make_picture_draws_and_writes_the_figures(load: Load, copied: Path) -> None:
    versions = copied / "benchmarks" / "versions.json"
    assert load("draw_pictures", ROOT=copied, VERSIONS=versions).main(["release"]) == 0
    for name in ("forecast", "leaderboard"):
        assert "<svg" in (copied / "docs" / "images" / f"{name}.svg").read_text("utf-8")
    assert "`theta`, measured on" in (copied / "README.md").read_text("utf-8")
