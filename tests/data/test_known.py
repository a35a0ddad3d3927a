import pandas as pd
import pytest
from vintage_building import energy, vintage, weather

from energy import legacy_errors
from energy.data.frame import data_as_of, join_tables, validate_frame
from energy.data.tables import TARGETS

DECEMBER = join_tables(vintage().tables)
CORRECTED = join_tables(vintage(energy("2004-12", {("2004-11", 3): 0.5})).tables)
FEBRUARY = join_tables(vintage(energy("2005-02"), weather(2006)).tables)
HELD = {"2004-12-a": DECEMBER, "2004-12-b": CORRECTED, "2005-02-c": FEBRUARY}


def month(text: str) -> pd.Period:
    return pd.Period(text, freq="M")


def test_the_newest_vintage_that_ends_there_is_what_was_known() -> None:
    known = data_as_of(HELD, month("2004-12"))
    assert (known.cutoff, known.vintage_id) == (month("2004-12"), "2004-12-b")
    assert known.real_time
    pd.testing.assert_frame_equal(known.frame, CORRECTED)
    assert data_as_of(HELD, month("2005-02")).vintage_id == "2005-02-c"


def test_where_none_ends_there_the_newest_is_cut_and_says_so() -> None:
    known = data_as_of(HELD, month("2004-06"))
    assert (known.cutoff, known.vintage_id) == (month("2004-06"), "2005-02-c")
    assert not known.real_time
    assert str(known.frame["total"].last_valid_index()) == "2004-06"
    assert str(known.frame["temperature"].last_valid_index()) == "2004-07"
    assert known.frame.loc["2004-07", list(TARGETS)].isna().all(axis=None)
    pd.testing.assert_frame_equal(known.frame[:-1], FEBRUARY[: month("2004-06")])
    validate_frame(known.frame)


def test_what_is_held_is_left_as_it_was() -> None:
    before = FEBRUARY.copy()
    cut = data_as_of(HELD, month("2004-06")).frame
    cut.loc[:, "total"] = 0.0
    pd.testing.assert_frame_equal(FEBRUARY, before)


def test_the_first_month_can_be_asked_for() -> None:
    frame = data_as_of(HELD, month("1995-01")).frame
    assert list(frame["total"].dropna().index) == [month("1995-01")]


@pytest.mark.parametrize("cutoff", ["1994-12", "2005-03"])
def test_a_month_that_nothing_reaches_is_refused(cutoff: str) -> None:
    with pytest.raises(legacy_errors.NeverKnown) as caught:
        data_as_of(HELD, month(cutoff))
    assert (caught.value.first, caught.value.last) == ("1995-01", "2005-02")
    with pytest.raises(legacy_errors.NeverKnown):
        data_as_of({}, month(cutoff))
