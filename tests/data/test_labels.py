from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.data.workbook import is_blank, is_missing, month_of_year, normalise, parse_month

SPACE = st.sampled_from([" ", "  ", "\n", "\xa0", " \n", "\u2009"])
NOTES = st.lists(
    st.sampled_from(["[note 5 ]", "[note 1][note 2]", "[Note 12]", "[provisional]", "{note 3]"]),
    max_size=3,
)


@pytest.mark.parametrize(
    ("text", "month", "provisional"),
    [
        ("July 2022", "2022-07", False),
        ("July 2022 [provisional]", "2022-07", True),
        ("April 2022 ", "2022-04", False),
        ("April  2022\xa0", "2022-04", False),
        ("June 2022 [Provisional]", "2022-06", True),
        ("June 2022 [provisional][note 6]", "2022-06", True),
        ("June 2022 {provisional]", "2022-06", True),
        ("June 2022[note 6]", "2022-06", False),
        ("May 2011 r", "2011-05", False),
        ("Sep 2011", "2011-09", False),
        (datetime(2022, 7, 1), "2022-07", False),
        (date(2022, 7, 31), "2022-07", False),
    ],
)
def test_a_month_is_read_as_published(text: object, month: str, provisional: bool) -> None:
    found = parse_month(text)
    assert found is not None
    assert (found.month, found.provisional) == (pd.Period(month, "M"), provisional)


@pytest.mark.parametrize(
    "text", ["", "2022", 2022.0, "Jully 2022", "Quarter 1 2022", "July", "Total"]
)
def test_what_is_no_month_is_none(text: object) -> None:
    assert parse_month(text) is None


def test_a_year_in_a_cell_of_its_own() -> None:
    found = parse_month("June*", 2012)
    assert found is not None
    assert found.month == pd.Period("2012-06", "M")
    assert parse_month("June 2011", 2012) is None


@pytest.mark.parametrize("year", [0, -1, 10_000, 10**10, 10**30])
def test_a_figure_where_a_year_should_stand_is_none(year: int) -> None:
    assert parse_month("June", year) is None
    assert parse_month("June 0000") is None


@given(st.dates(date(1970, 1, 1), date(2099, 1, 1)), SPACE, NOTES, st.booleans())
def test_noise_never_changes_a_month(day: date, space: str, notes: list[str], upper: bool) -> None:
    text = space + day.strftime("%B") + space + str(day.year) + space.join(["", *notes])
    found = parse_month(text.upper() if upper else text)
    assert found is not None
    assert found.month == pd.Period(day, "M")
    assert found.provisional == ("[provisional]" in notes)


@given(
    SPACE,
    NOTES,
    st.sampled_from(["-", ":", "\u2013", " "]),
    st.sampled_from(["&", "and"]),
    st.booleans(),
)
def test_noise_never_changes_a_label(
    space: str, notes: list[str], dash: str, also: str, upper: bool
) -> None:
    words = f"Primary electricity {dash} wind, solar {also} hydro".replace(" ", space)
    text = space + words + space.join(["", *notes])
    expected = "primary electricity wind solar and hydro"
    assert normalise(text.upper() if upper else text) == expected


def test_missing_and_blank() -> None:
    assert all(is_missing(mark) for mark in ("[x]", "[X] ", "n/a", "-", "", " \xa0", None))
    assert not any(is_missing(mark) for mark in ("x?", "..", 0.0, False, "[c]"))
    assert is_blank("\xa0")
    assert not is_blank("[x]")


def test_the_month_of_a_matrix_row() -> None:
    assert month_of_year("January [note 1]") == 1
    assert month_of_year("January-March") is None
