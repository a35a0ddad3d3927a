"""No figure by hand: what a run measured stands between markers, or is named here with its source.

A figure is a number with a unit, outside code and outside what a run wrote. benchmarks/field tells
of its own tuning in its own words, and is not held to this.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import ROOT, documents, prose

DOCUMENTS = [path for path in documents() if "benchmarks" not in path.parts]
UNITS = "ms|s|MB|GB|KB|kB|Mtoe|TWh|seconds?|minutes?|hours?|points?"
FIGURE = re.compile(
    rf"(?<![\w.,/-])(?:\d[\d,]*(?:\.\d+)?)\s?(?:%|per cent\b|(?:{UNITS})\b)"
    r"|\b(?:MASE|MAPE|WIS) (?:is |of )?\d+(?:\.\d+)?"
)
EVERYWHERE = {
    "80%": "nominal coverage, and the share of months for training (params.yaml)",
    "95%": "nominal coverage",
    "1 Mtoe": "of 11.63 TWh: energy/summary.py",
    "11.63 TWh": "energy/summary.py",
    "MASE below 1": "by definition",
}
"""Constants that any document may state."""
HERE = {
    ("docs/data.md", "223.03 Mtoe"): "an error that is shown as an example",
    ("docs/data.md", "20 MB"): "energy/data/manners.py",
    ("docs/serving.md", "6 MB"): "energy/contract/bodies.py",
    ("docs/forecasting.md", "2.7%"): "the goal: scripts/accuracy/report.py",
    ("docs/forecasting.md", "87%"): "benchmarks/accuracy.json: spreads, all errors alike",
    ("docs/forecasting.md", "85%"): "benchmarks/accuracy.json: by_horizon, 11 and 12",
    ("docs/forecasting.md", "11.86 Mtoe"): "scripts/accuracy/provisional.py",
    ("docs/app.md", "30 seconds"): "streamlit_app/service.py",
    ("docs/app.md", "20 seconds"): "streamlit_app/client/rest.py",
    ("docs/releases.md", "5%"): "energy/gate.py",
    ("docs/releases.md", "10 points"): "energy/gate.py",
    ("docs/notebooks.md", "2%"): "tests/notebooks/test_notebooks.py",
    ("docs/monitoring.md", "9%"): "0.09 as a logarithm, by definition",
    ("docs/monitoring.md", "98%"): "energy/monitoring/drift.py",
    ("docs/monitoring.md", "2%"): "energy/monitoring/drift.py",
    ("docs/decisions/36-drift-with-the-weather-taken-off.md", "98%"): "energy/monitoring/drift.py",
    ("docs/deploy.md", "100%"): "terraform/budget.tf",
    ("docs/scale.md", "10 seconds"): "scripts/load/limits.py",
    ("docs/scale.md", "2,048 MB"): "flows/trainflow.py",
}
"""Figures that one document states, each with where it is from."""
CHECKED = {
    "87%": lambda found: _percent(found["spreads"][6]["coverage80"]),
    "85%": lambda found: _percent(found["by_horizon"][11]["coverage80"]),
}
"""Those that a later run could change, and what it would make of them."""


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def figures(document: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(prose(document).splitlines(), start=1):
        for found in FIGURE.finditer(line):
            yield number, " ".join(found[0].split())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_figure_is_quoted_that_has_no_source(document: Path) -> None:
    name = document.relative_to(ROOT).as_posix()
    wrong = [
        f"{name}:{line}: {figure} stands by hand: let a run write it, or name its source in HERE"
        for line, figure in figures(document)
        if figure not in EVERYWHERE and (name, figure) not in HERE
    ]
    assert wrong == []


def test_every_source_that_is_named_is_quoted_and_there() -> None:
    quoted = {
        (document.relative_to(ROOT).as_posix(), figure)
        for document in DOCUMENTS
        for _, figure in figures(document)
    }
    assert set(HERE) - quoted == set(), "no longer quoted"
    told = (*HERE.values(), *EVERYWHERE.values())
    paths = [path for one in told for path in re.findall(r"[\w/]+\.(?:py|json|yaml|tf)\b", one)]
    assert [path for path in paths if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("figure", CHECKED)
def test_a_measured_figure_in_a_sentence_is_what_was_measured(figure: str) -> None:
    found = json.loads((ROOT / "benchmarks" / "accuracy.json").read_text("utf-8"))
    assert CHECKED[figure](found) == figure
