"""No figure is typed by hand: scripts write figures between markers, or their source is named here.

A figure is a number with a unit, outside code and outside generated text. benchmarks/field
describes its own tuning and is exempt; tests/research/test_study_readme.py checks research/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import ROOT, documents, prose, relative

DOCUMENTS = [path for path in documents() if not {"benchmarks", "research"} & {*path.parts}]
UNITS = "ms|s|MB|GB|KB|kB|Mtoe|TWh|seconds?|minutes?|hours?|points?"
FIGURE = re.compile(
    rf"(?<![\w.,/-])(?:\d[\d,]*(?:\.\d+)?)\s?(?:%|per cent\b|(?:{UNITS})\b)"
    r"|\b(?:MASE|MAPE|WIS) (?:is |of )?\d+(?:\.\d+)?"
)
CONSTANTS = {
    "80%": "nominal coverage, and the share of months for training (params.yaml)",
    "95%": "nominal coverage",
    "1 Mtoe": "is 11.63 TWh by definition",
    "11.63 TWh": "is 1 Mtoe by definition",
}
"""Constants that any document may state."""
SOURCES = {
    ("docs/data.md", "223.03 Mtoe"): "an error that is shown as an example",
    ("docs/data.md", "20 MB"): "energy/data/download.py",
    ("CHANGELOG.md", "128 KB"): "energy/contract/request.py",
    ("docs/serving.md", "128 KB"): "energy/contract/request.py",
    ("docs/forecasting.md", "2.7%"): "the goal: scripts/benchmarks/accuracy_tables.py",
    ("docs/forecasting.md", "87%"): "research/results/interval_spreads.json: all errors alike",
    ("docs/forecasting.md", "85%"): "benchmarks/accuracy.json: by_horizon, 11 and 12",
    ("docs/forecasting.md", "11.86 Mtoe"): "research/provisional_month.py",
    ("docs/app.md", "30 seconds"): "streamlit_app/queries.py",
    ("docs/app.md", "20 seconds"): "streamlit_app/client/rest.py",
    ("docs/releases.md", "5%"): "energy/pipelines/gate.py",
    ("docs/releases.md", "10 points"): "energy/pipelines/gate.py",
    ("docs/notebooks.md", "2%"): "tests/notebooks/test_notebooks.py",
    ("docs/monitoring.md", "9%"): "0.09 as a logarithm, by definition",
    ("docs/monitoring.md", "98%"): "energy/monitoring/drift.py",
    ("docs/monitoring.md", "2%"): "energy/monitoring/drift.py",
    (
        "docs/decisions/36-drift-checks-without-weather-and-with-thresholds-from-history.md",
        "98%",
    ): "energy/monitoring/drift.py",
    ("docs/decisions/47-read-s3-with-obstore.md", "5 GB"): "S3's limit of a single upload",
    ("docs/deploy.md", "100%"): "terraform/budget.tf",
    ("docs/scale.md", "10 seconds"): "research/lambda_scaling.py",
    ("docs/scale.md", "2,048 MB"): "flows/trainflow.py",
}
"""Figures that one document states, each with its source."""
MEASURED = {
    "87%": ("research/results/interval_spreads.json", lambda result: result["rows"][6]),
    "85%": ("benchmarks/accuracy.json", lambda result: result["by_horizon"][11]),
}
"""Those that a later run could change: the 80% interval coverage of a row of its results."""


def figures(document: Path) -> Iterator[tuple[int, str]]:
    """Line numbers and figures of a document's prose."""
    for number, line in enumerate(prose(document).splitlines(), start=1):
        for match in FIGURE.finditer(line):
            yield number, " ".join(match[0].split())


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_every_figure_has_a_source(document: Path) -> None:
    name = relative(document)
    wrong = [
        f"{name}:{line}: {figure} has no source: let a script write it, or add it to SOURCES"
        for line, figure in figures(document)
        if figure not in CONSTANTS and (name, figure) not in SOURCES
    ]
    assert wrong == []


def test_every_source_exists_and_its_figure_is_quoted() -> None:
    quoted = {
        (relative(document), figure) for document in DOCUMENTS for _, figure in figures(document)
    }
    assert set(SOURCES) - quoted == set(), "no longer quoted"
    sources = (*SOURCES.values(), *CONSTANTS.values())
    paths = [
        path for text in sources for path in re.findall(r"[\w/]+\.(?:py|json|yaml|tf)\b", text)
    ]
    assert [path for path in paths if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("figure", MEASURED)
def test_a_measured_figure_in_a_sentence_is_current(figure: str) -> None:
    file, row = MEASURED[figure]
    result = json.loads((ROOT / file).read_text("utf-8"))
    assert 100 * row(result)["coverage80"] == pytest.approx(float(figure.rstrip("%")), abs=0.51)
