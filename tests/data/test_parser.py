"""A table is found by its title and labels, wherever it is, and read figure by figure."""

import math
from contextlib import suppress
from datetime import date

import pytest
from data_building import (
    ENERGY,
    ENERGY_TITLE,
    FIRST,
    LABELS,
    MATRIX,
    TEMPERATURE,
    Book,
    energy_book,
    opened,
    weather_book,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import PLAIN_ENERGY, PLAIN_WEATHER, same

from energy.data.parser import MAX_HEADERS, Table, read_table
from energy.errors import DataError

COAL = 2  # column C


def energy(book: Book) -> Table:
    return read_table(opened(book), ENERGY)


def energy_with(row: int, column: int, value: object) -> Table:
    book = energy_book()
    book["Month"][row][column] = value
    return energy(book)


def weather_with(row: int, column: int, value: object) -> Table:
    book = weather_book()
    book["7_1a"][MATRIX + row][column] = value
    return read_table(opened(book), TEMPERATURE)


def test_the_unadjusted_monthly_block_is_read() -> None:
    assert PLAIN_ENERGY.sheet == "Month"
    figures = PLAIN_ENERGY.figures
    assert (figures.shape, figures.index.name) == ((120, 8), "month")
    assert set(figures.dtypes.astype(str)) == {"float64"}
    assert figures["total"].between(15, 25).all()
    assert figures["net_imports"].isna().sum() == 12
    provisional = PLAIN_ENERGY.provisional
    assert list(provisional[provisional].index.astype(str)) == ["2004-12"]


def test_averages_are_read_and_not_deviations() -> None:
    assert PLAIN_WEATHER.figures.shape == (14 * 12 + 1, 1)
    assert PLAIN_WEATHER.figures["temperature"].between(9, 11).all()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_layout_that_moves_gives_the_same_figures(data: st.DataObject) -> None:
    """Rows above, columns beside, another order in the block, another sheet name and order."""
    book = energy_book()
    rows = book.pop("Month")
    lines = data.draw(
        st.lists(st.sampled_from(["Some text", "", "[note 5 ] see notes"]), max_size=4)
    )
    order = [0, 1, *data.draw(st.permutations(range(2, 9))), *range(9, 17)]
    left = data.draw(st.integers(0, 3))
    first = data.draw(st.sampled_from(["Month", " MONTH ", "Column1", "Month\n[note 1]"]))
    rows[LABELS] = [first, *rows[LABELS][1:]]
    table = [[""] * left + [row[column] for column in order] for row in rows[LABELS:]]
    new = [*([line] for line in [ENERGY_TITLE, *lines]), *table]
    name = data.draw(st.sampled_from(["Month", "1_2", "Monthly data"]))
    same({name: new, **book} if data.draw(st.booleans()) else {**book, name: new})


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(1, 17)))
def test_columns_shuffled_across_both_blocks_are_never_confused(order: list[int]) -> None:
    book = energy_book()
    book["Month"][LABELS:] = [[row[0], *(row[c] for c in order)] for row in book["Month"][LABELS:]]
    with suppress(DataError):
        same(book)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(2, 17)), st.integers(0, 3))
def test_years_in_any_order_give_the_same_figures(order: list[int], above: int) -> None:
    book = weather_book()
    rows = book["7_1a"]
    table = [[row[0], row[1], *(row[c] for c in order)] for row in rows[MATRIX:]]
    book["7_1a"] = [rows[0], *[["more text"]] * above, *table]
    same(book, TEMPERATURE, PLAIN_WEATHER)


def test_the_longer_of_two_sheets_is_read() -> None:
    book = energy_book()
    recent = [*book["Month"][: LABELS + 1], *book["Month"][-48:]]
    assert energy({"Table 1.2": recent, **book}).sheet == "Month"


def test_a_summary_by_years_is_not_the_monthly_table() -> None:
    book = energy_book()
    summary = [*book["Month"][: LABELS + 1], *([float(y), *[20.0] * 16] for y in range(1995, 2500))]
    assert energy({"Main table": summary, **book}).sheet == "Month"
    with pytest.raises(DataError, match="sheet Main table"):
        energy({"Main table": summary})
    book["Month"][LABELS] = ["Gases" if c == 4 else t for c, t in enumerate(book["Month"][LABELS])]
    with pytest.raises(DataError, match="sheet Month"):  # the near miss is the one reported
        energy({"Main table": summary, **book})


def test_a_sheet_full_of_first_labels_is_read_in_linear_time() -> None:
    """Each first label takes a look at the sheet, so that only so many are tried."""
    book = energy_book()
    book["Month"] += [[*[""] * 20, *["Month"] * 400]] * 50
    assert energy(book).figures.shape == (120, 8)
    sheet = opened(book).sheets[-1]
    assert sum(label == "month" for label in sheet.labels.values()) > 100 * MAX_HEADERS


@pytest.mark.parametrize("mark", ["[x]", "n/a", "-", "[X] "])
def test_a_missing_figure_is_nan(mark: str) -> None:
    figures = energy_with(FIRST + 20, 8, mark).figures  # net imports, too small for the total
    assert math.isnan(figures["net_imports"].iloc[20])
    assert not math.isnan(figures["net_imports"].iloc[21])


def test_dates_blank_rows_and_notes_below_are_allowed() -> None:
    book = energy_book()
    book["Month"][FIRST + 5][0] = date(1995, 6, 1)
    book["Month"].insert(FIRST + 50, [""])
    book["Month"].append(["Source: a note below the table"])
    assert energy(book).figures.shape == (120, 8)


def test_a_total_agrees_with_its_parts_within_the_tolerance() -> None:
    coal = PLAIN_ENERGY.figures["coal"].iloc[7]
    with pytest.raises(DataError, match="cell B14: the total of 1995-08 is"):
        energy_with(FIRST + 7, COAL, coal + 0.06)
    assert energy_with(FIRST + 7, COAL, coal + 0.04).figures["coal"].iloc[7] == coal + 0.04


@pytest.mark.parametrize(("bound", "beyond"), [(30.0, 30.01), (-10.0, -10.01)])
def test_the_ends_of_a_range_are_within_it(bound: float, beyond: float) -> None:
    assert bound in weather_with(3, 4, bound).figures["temperature"].to_numpy()
    with pytest.raises(DataError):
        weather_with(3, 4, beyond)


@pytest.mark.parametrize("mark", ["[x]", ""])
def test_months_to_come_are_left_out_of_a_matrix(mark: str) -> None:
    book = weather_book()
    for row in book["7_1a"][MATRIX + 2 : MATRIX + 13]:
        row[-1] = mark
    assert str(read_table(opened(book), TEMPERATURE).figures.index[-1]) == "2005-01"
