"""Workbooks as of an earlier month have the figures of that month and no later ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from energy.data.frame import read_frame
from energy.data.vintage_builder import NewVintage, ingest_vintage
from energy.data.vintages import VintageRecord, open_vintage
from research import cut_workbooks

pytestmark = pytest.mark.research

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def today() -> pd.DataFrame:
    return read_frame(open_vintage(ROOT / "data" / "raw"))


@pytest.fixture(scope="module")
def embedded() -> Any:
    return cut_workbooks.Embedded()


@pytest.mark.parametrize(
    ("month", "day"),
    [
        ("2022-07", date(2022, 9, 29)),
        ("2015-01", date(2015, 3, 26)),
        ("2019-10", date(2019, 12, 26)),
    ],
)
def test_figures_are_published_on_the_last_thursday_two_months_later(month: str, day: date) -> None:
    assert cut_workbooks.publication_date(pd.Period(month, "M")) == day
    assert day.weekday() == 3


@pytest.mark.parametrize("month", ["2015-01", "2015-11", "2015-12", "2020-04", "2022-07"])
def test_workbooks_pass_the_ingest_without_later_figures(
    month: str, embedded: Any, today: pd.DataFrame, tmp_path: Path
) -> None:
    last = pd.Period(month, "M")
    at = datetime.combine(cut_workbooks.publication_date(last), time(9, 30), UTC)
    result = ingest_vintage(tmp_path, embedded.as_of(last), VintageRecord("", "", {}), now=at)
    assert isinstance(result, NewVintage)
    assert [check.name for check in result.checks if not check.passed] == []
    assert result.vintage.month == month
    frame = read_frame(open_vintage(result.vintage.folder))
    assert frame.index[-1] <= pd.Period(f"{(last + 1).year}-12", "M")
    energy = ["total", "natural_gas", "net_imports"]
    weather = ["temperature", "degree_days"]
    pd.testing.assert_frame_equal(frame.loc[:last, energy], today.loc[:last, energy])
    pd.testing.assert_frame_equal(frame.loc[: last + 1, weather], today.loc[: last + 1, weather])
    assert frame.loc[last + 1 :, energy].isna().all(axis=None)
    assert frame.loc[last + 2 :, weather].isna().all(axis=None)
    assert list(frame.index[frame["provisional"]].astype(str)) == [month]


def test_a_later_month_revises_nothing(embedded: Any, tmp_path: Path) -> None:
    for month in pd.period_range("2016-12", "2017-01", freq="M"):
        at = datetime.combine(cut_workbooks.publication_date(month), time(9, 30), UTC)
        result = ingest_vintage(tmp_path, embedded.as_of(month), VintageRecord("", "", {}), now=at)
    assert isinstance(result, NewVintage)
    assert result.before.startswith("2016-12")
    assert result.revisions.empty
