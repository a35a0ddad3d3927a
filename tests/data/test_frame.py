"""The monthly frame: joined, validated, split in time, and as of a month."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vintage_building import energy, weather
from vintage_building import vintage as make_vintage

from energy.data.frame import (
    MINIMUM,
    data_as_of,
    join_tables,
    read_frame,
    target_series,
    temporal_split,
    validate_frame,
)
from energy.data.tables import TARGETS, WEATHER
from energy.data.vintages import Vintage
from energy.errors import BadFrame, DataError, RequestError, UnknownTarget


@pytest.fixture(scope="module")
def frame(vintage: Vintage) -> pd.DataFrame:
    return read_frame(vintage)


def test_the_frame_is_gapless_and_typed(frame: pd.DataFrame) -> None:
    assert list(frame.columns) == [*TARGETS, *WEATHER, "provisional"]
    assert frame.index.equals(pd.period_range("1991-01", "2022-08", freq="M"))
    assert (frame.index.name, frame.index.freqstr) == ("month", "M")
    assert set(frame.dtypes.astype(str)) == {"float64", "bool"}


def test_every_column_has_its_published_months(frame: pd.DataFrame) -> None:
    first = {name: str(frame[name].first_valid_index()) for name in [*TARGETS, *WEATHER]}
    late = {"net_imports": "1997-01", "wind_solar_hydro": "1998-01"}
    weather = {"temperature": "1991-01", "degree_days": "2002-01"}
    assert first == {
        **dict.fromkeys(TARGETS, "1995-01"),
        **late,
        **dict.fromkeys(WEATHER, "2001-01"),
        **weather,
    }
    # Weather is published one month further than energy.
    assert {str(frame[name].last_valid_index()) for name in TARGETS} == {"2022-07"}
    assert {str(frame[name].last_valid_index()) for name in WEATHER} == {"2022-08"}


def test_known_figures(frame: pd.DataFrame) -> None:
    assert frame.at[pd.Period("2022-07"), "total"] == pytest.approx(12.21)
    assert frame.at[pd.Period("2022-07"), "net_imports"] == -0.1
    assert frame.at[pd.Period("2022-08"), "temperature"] == pytest.approx(18.315514592933944)
    assert list(frame.index[frame["provisional"]].astype(str)) == ["2022-07"]


@pytest.mark.parametrize(
    ("spoil", "column"),
    [
        (lambda frame: frame.to_timestamp(), "index"),
        (lambda frame: frame.drop(frame.index[5]), "index"),
        (lambda frame: frame.iloc[::-1], "index"),
        (lambda frame: frame.drop(columns="coal"), "columns"),
        (lambda frame: frame.assign(extra=1.0), "columns"),
        (lambda frame: frame.assign(coal=frame["coal"] * 12), "coal"),
        (lambda frame: frame.assign(coal=frame["coal"].astype(str)), "coal"),
        (lambda frame: frame.assign(provisional=0.0), "provisional"),
    ],
)
def test_a_wrong_frame_is_refused(frame, spoil, column: str) -> None:
    with pytest.raises(BadFrame, match=f"^Monthly frame, {column}: found ") as caught:
        validate_frame(spoil(frame))
    assert "\n" not in str(caught.value)


def test_the_target_is_gapless(frame: pd.DataFrame) -> None:
    series = target_series(frame, "total", "2001-01")
    assert (series.name, series.dtype, len(series)) == ("total", "float64", 259)
    assert series.index.equals(pd.period_range("2001-01", "2022-07", freq="M"))
    assert series.notna().all()


@pytest.mark.parametrize("target", ["Total", "temperature", "provisional", ""])
def test_an_unknown_target_is_refused(frame: pd.DataFrame, target: str) -> None:
    with pytest.raises(UnknownTarget, match=", ".join(TARGETS)):
        target_series(frame, target, "2001-01")


@pytest.mark.parametrize("start", ["", "2001", "2001-13", "0000-01", "January 2001", "2001-01-01x"])
def test_a_start_that_is_not_a_month_is_refused(frame: pd.DataFrame, start: str) -> None:
    with pytest.raises(RequestError):
        target_series(frame, "total", start)


@pytest.mark.parametrize(
    ("target", "start", "missing", "complete"),
    [
        ("net_imports", "1995-01", "1995-01 to 1996-12", "1997-01"),
        ("total", "1994-12", "1994-12", "1995-01"),
        ("total", "1980-01", "1980-01 to 1994-12", "1995-01"),
    ],
)
def test_missing_months_are_refused(frame, target, start, missing, complete) -> None:
    with pytest.raises(DataError, match=f"no figure for {missing} .* Start at {complete} or later"):
        target_series(frame, target, start)


@pytest.mark.parametrize(("start", "count"), [("2017-09", 59), ("2022-07", 1), ("2030-01", 0)])
def test_fewer_than_five_years_are_refused(frame: pd.DataFrame, start: str, count: int) -> None:
    with pytest.raises(DataError, match=f"has {count} months .* at least {MINIMUM}"):
        target_series(frame, "total", start)
    assert len(target_series(frame, "total", "2017-08")) == MINIMUM


@given(st.integers(10, 500), st.floats(0.1, 0.9))
def test_a_split_keeps_every_month_once_and_in_order(months: int, share: float) -> None:
    index = pd.period_range("2001-01", periods=months, freq="M")
    train, test = temporal_split(index, share)
    assert train.append(test).equals(index)
    assert abs(len(train) - months * share) <= 0.5
    frame = pd.DataFrame({"total": range(months)}, index)
    assert temporal_split(frame, share)[1].index.equals(test)
    assert temporal_split(frame["total"], share)[0].index.equals(train)


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, 2.0])
def test_a_split_with_an_empty_part_is_refused(share: float) -> None:
    with pytest.raises(RequestError):
        temporal_split(pd.period_range("2001-01", periods=10, freq="M"), share)


DECEMBER = join_tables(make_vintage().tables)
CORRECTED = join_tables(make_vintage(energy("2004-12", {("2004-11", 3): 0.5})).tables)
FEBRUARY = join_tables(make_vintage(energy("2005-02"), weather(2006)).tables)
FRAMES = {"2004-12-a": DECEMBER, "2004-12-b": CORRECTED, "2005-02-c": FEBRUARY}


def month(text: str) -> pd.Period:
    return pd.Period(text, freq="M")


def test_data_as_of_a_month_is_the_newest_vintage_that_ends_there() -> None:
    data = data_as_of(FRAMES, month("2004-12"))
    assert (data.cutoff, data.vintage_id) == (month("2004-12"), "2004-12-b")
    assert data.real_time
    pd.testing.assert_frame_equal(data.frame, CORRECTED)
    assert data_as_of(FRAMES, month("2005-02")).vintage_id == "2005-02-c"


def test_without_one_the_newest_vintage_is_cut() -> None:
    data = data_as_of(FRAMES, month("2004-06"))
    assert (data.cutoff, data.vintage_id) == (month("2004-06"), "2005-02-c")
    assert not data.real_time
    assert str(data.frame["total"].last_valid_index()) == "2004-06"
    assert str(data.frame["temperature"].last_valid_index()) == "2004-07"
    assert data.frame.loc["2004-07", list(TARGETS)].isna().all(axis=None)
    pd.testing.assert_frame_equal(data.frame[:-1], FEBRUARY[: month("2004-06")])
    validate_frame(data.frame)


def test_the_cut_is_a_copy() -> None:
    before = FEBRUARY.copy()
    cut = data_as_of(FRAMES, month("2004-06")).frame
    cut.loc[:, "total"] = 0.0
    pd.testing.assert_frame_equal(FEBRUARY, before)


def test_data_as_of_the_first_month() -> None:
    frame = data_as_of(FRAMES, month("1995-01")).frame
    assert list(frame["total"].dropna().index) == [month("1995-01")]


@pytest.mark.parametrize("cutoff", ["1994-12", "2005-03"])
def test_a_month_outside_every_vintage_is_refused(cutoff: str) -> None:
    with pytest.raises(DataError, match=f"cut at {cutoff}; .* 1995-01 to 2005-02"):
        data_as_of(FRAMES, month(cutoff))
    with pytest.raises(DataError, match="none"):
        data_as_of({}, month(cutoff))
