"""The table of drift alarms in docs/monitoring.md."""

from __future__ import annotations

import pytest

from scripts.benchmarks import bench_drift


@pytest.mark.parametrize(
    ("months", "text"),
    [
        ([], "never"),
        (["2018-02"], "2018-02"),
        (["2009-12", "2010-01", "2010-02", "2020-04"], "2009-12 to 2010-02, 2020-04"),
    ],
)
def test_consecutive_months_are_ranges(months: list[str], text: str) -> None:
    assert bench_drift._spans(months) == text


def test_the_page_has_a_row_for_each_check() -> None:
    page = bench_drift.PAGE.read_text("utf-8")
    rows = page.partition("<!-- drift -->")[2].partition("<!-- /drift -->")[0]
    for name in ("level", "seasonality", "weather", "response"):
        assert f"| total, {name} |" in rows
