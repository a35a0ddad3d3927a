import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy import legacy_errors
from energy.data.frame import MINIMUM, read_frame, target_series, temporal_split, validate_frame
from energy.data.tables import TARGETS, WEATHER
from energy.data.vintages import Vintage
from energy.errors import BadFrame, UnknownTarget


@pytest.fixture(scope="module")
def frame(vintage: Vintage) -> pd.DataFrame:
    return read_frame(vintage)


def test_the_frame_is_gapless_and_typed(frame: pd.DataFrame) -> None:
    assert list(frame.columns) == [*TARGETS, *WEATHER, "provisional"]
    assert frame.index.equals(pd.period_range("1991-01", "2022-08", freq="M"))
    assert (frame.index.name, frame.index.freqstr) == ("month", "M")
    assert set(frame.dtypes.astype(str)) == {"float64", "bool"}


def test_every_column_has_the_months_that_were_published(frame: pd.DataFrame) -> None:
    first = {name: str(frame[name].first_valid_index()) for name in [*TARGETS, *WEATHER]}
    late = {"net_imports": "1997-01", "wind_solar_hydro": "1998-01"}
    weather = {"temperature": "1991-01", "degree_days": "2002-01"}
    assert first == {
        **dict.fromkeys(TARGETS, "1995-01"),
        **late,
        **dict.fromkeys(WEATHER, "2001-01"),
        **weather,
    }
    # Weather is known one month further than energy.
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
def test_a_frame_that_breaks_the_promise_is_refused(frame, spoil, column: str) -> None:
    with pytest.raises(BadFrame) as caught:
        validate_frame(spoil(frame))
    assert caught.value.column == column
    assert "\n" not in str(caught.value)


def test_the_target_is_gapless(frame: pd.DataFrame) -> None:
    series = target_series(frame, "total", "2001-01")
    assert (series.name, series.dtype, len(series)) == ("total", "float64", 259)
    assert series.index.equals(pd.period_range("2001-01", "2022-07", freq="M"))
    assert series.notna().all()


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_can_be_forecast(frame: pd.DataFrame, target: str) -> None:
    assert len(target_series(frame, target, "2001-01")) == 259


@pytest.mark.parametrize("target", ["Total", "temperature", "provisional", ""])
def test_an_unknown_target_is_refused(frame: pd.DataFrame, target: str) -> None:
    with pytest.raises(UnknownTarget) as caught:
        target_series(frame, target, "2001-01")
    assert tuple(caught.value.known) == TARGETS


@pytest.mark.parametrize("start", ["", "2001", "2001-13", "0000-01", "January 2001", "2001-01-01x"])
def test_a_start_that_is_no_month_is_refused(frame: pd.DataFrame, start: str) -> None:
    with pytest.raises(legacy_errors.NotAMonth):
        target_series(frame, "total", start)


@pytest.mark.parametrize(
    ("target", "start", "missing", "complete"),
    [
        ("net_imports", "1995-01", "1995-01 to 1996-12", "1997-01"),
        ("total", "1994-12", "1994-12", "1995-01"),
        ("total", "1980-01", "1980-01 to 1994-12", "1995-01"),
    ],
)
def test_months_missing_are_refused(frame, target, start, missing, complete) -> None:
    with pytest.raises(legacy_errors.IncompleteTarget) as caught:
        target_series(frame, target, start)
    assert (caught.value.missing, caught.value.complete_from) == (missing, complete)


@pytest.mark.parametrize(("start", "found"), [("2017-09", 59), ("2022-07", 1), ("2030-01", 0)])
def test_fewer_than_five_years_are_refused(frame: pd.DataFrame, start: str, found: int) -> None:
    with pytest.raises(legacy_errors.TooShort) as caught:
        target_series(frame, "total", start)
    assert (caught.value.found, caught.value.expected) == (found, MINIMUM)
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
    with pytest.raises(legacy_errors.OutOfRange):
        temporal_split(pd.period_range("2001-01", periods=10, freq="M"), share)
