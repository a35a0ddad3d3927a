"""The table of drift alarms in docs/monitoring.md."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    from scripts.benchmarks import bench_drift

    return bench_drift


@pytest.mark.parametrize(
    ("months", "text"),
    [
        ([], "never"),
        (["2018-02"], "2018-02"),
        (["2009-12", "2010-01", "2010-02", "2020-04"], "2009-12 to 2010-02, 2020-04"),
    ],
)
def test_consecutive_months_are_ranges(script: ModuleType, months: list[str], text: str) -> None:
    assert script._spans(months) == text


def test_crises_are_left_out(script: ModuleType) -> None:
    quiet = script._quiet(["2008-12", "2009-01", "2010-02", "2010-03", "2020-03"])
    assert quiet == ["2008-12", "2010-03"]


def test_the_page_has_a_row_for_each_check(script: ModuleType) -> None:
    rows = (
        script.PAGE.read_text("utf-8")
        .partition("<!-- drift -->")[2]
        .partition("<!-- /drift -->")[0]
    )
    for name in ("level", "seasonality", "weather", "response"):
        assert f"| total, {name} |" in rows
