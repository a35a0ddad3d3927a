"""A table is found by its title and labels, wherever it is, and read figure by figure."""

import math
from datetime import date

import pytest
from data_building import (
    ENERGY,
    FIRST,
    LABELS,
    MATRIX,
    TEMPERATURE,
    Book,
    energy_book,
    opened,
    weather_book,
)
from layouts import PLAIN_ENERGY, PLAIN_WEATHER

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
