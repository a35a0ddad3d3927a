import math
from datetime import date

import pytest
from data_building import (
    ENERGY,
    FIRST,
    LAST,
    MATRIX,
    TEMPERATURE,
    energy_book,
    label,
    opened,
    weather_book,
    xlsx,
)

from energy import legacy_errors
from energy.data.parser import Table, read_table
from energy.data.workbook import open_workbook

COAL = 2  # column C


def spoilt(row: int, column: int, value: object) -> Table:
    book = energy_book()
    book["Month"][row][column] = value
    return read_table(opened(book), ENERGY)


def weather(row: int, column: int, value: object) -> Table:
    book = weather_book()
    book["7_1a"][MATRIX + row][column] = value
    return read_table(opened(book), TEMPERATURE)


def test_figures_types_and_flags() -> None:
    table = read_table(opened(energy_book()), ENERGY)
    assert set(table.figures.dtypes.astype(str)) == {"float64"}
    assert table.figures.index.name == "month"
    assert table.figures["net_imports"].isna().sum() == 12
    assert list(table.provisional[table.provisional].index.astype(str)) == ["2004-12"]


@pytest.mark.parametrize("mark", ["[x]", "n/a", "-", "[X] "])
def test_a_mark_for_a_missing_figure_is_nan(mark: str) -> None:
    figures = spoilt(FIRST + 20, 8, mark).figures  # net imports, too small to upset the total
    assert math.isnan(figures["net_imports"].iloc[20])
    assert not math.isnan(figures["net_imports"].iloc[21])


@pytest.mark.parametrize(
    "found", ["4.0", "..", "4.32 [provisional]", True, date(2022, 7, 1), "#REF!"]
)
def test_anything_else_in_a_cell_is_refused(found: object) -> None:
    with pytest.raises(legacy_errors.BadCell) as caught:
        spoilt(FIRST + 3, COAL, found)
    error = caught.value
    assert (error.file, error.sheet, error.cell) == ("ET.xlsx", "Month", "C10")
    assert (error.found, error.expected) == (found, "a number or [x]")


@pytest.mark.parametrize(
    ("row", "found", "kind", "cell", "expected"),
    [
        (FIRST + 5, "August 1995", legacy_errors.MonthGap, "A12", "1995-06"),
        (FIRST + 5, "May 1995", legacy_errors.RepeatedMonth, "A12", "1995-06"),
        (FIRST + 5, "June 1985", legacy_errors.DescendingMonths, "A12", "1995-06"),
        (
            FIRST + 5,
            "Juni 1995",
            legacy_errors.UnreadableMonth,
            "A12",
            "a month such as 'July 2022'",
        ),
        (FIRST + 5, "", legacy_errors.UnreadableMonth, "A12", "a month such as 'July 2022'"),
        (FIRST + 5, 34851.0, legacy_errors.UnreadableMonth, "A12", "a month such as 'July 2022'"),
    ],
)
def test_a_month_that_is_not_the_next_is_refused(
    row: int, found: object, kind: type[legacy_errors.MonthError], cell: str, expected: str
) -> None:
    with pytest.raises(kind) as caught:
        spoilt(row, 0, found)
    assert (caught.value.cell, caught.value.expected) == (cell, expected)


def test_a_row_lost_is_a_gap() -> None:
    book = energy_book()
    del book["Month"][FIRST + 30]
    with pytest.raises(legacy_errors.MonthGap) as caught:
        read_table(opened(book), ENERGY)
    assert (caught.value.found, caught.value.expected) == ("1997-08", "1997-07")


def test_a_date_and_a_blank_row_and_a_note_below_do_no_harm() -> None:
    book = energy_book()
    book["Month"][FIRST + 5][0] = date(1995, 6, 1)
    book["Month"].insert(FIRST + 50, [""])
    book["Month"].append(["Source: a note below the table"])
    assert read_table(opened(book), ENERGY).figures.shape == (120, 8)


def test_years_in_a_column_of_their_own() -> None:
    book = energy_book()
    for i, row in enumerate(book["Month"][FIRST - 1 :]):
        year: object = 1995.0 + (i - 1) // 12
        row[:1] = ["Year", "Month"] if i == 0 else [year, str(row[0]).split()[0] + "*"]
    assert read_table(opened(book), ENERGY).figures.shape == (120, 8)


def test_a_blank_amid_figures_is_refused() -> None:
    with pytest.raises(legacy_errors.BlankCell) as caught:
        spoilt(FIRST + 40, COAL, "")
    assert (caught.value.cell, caught.value.column, caught.value.month) == (
        "C47",
        "coal",
        "1998-05",
    )
    with pytest.raises(legacy_errors.BlankCell):
        spoilt(LAST, COAL, "")


def test_a_formula_saved_without_its_value_is_refused() -> None:
    book = energy_book()
    book["Month"][FIRST + 40][COAL] = "=1+2"
    with pytest.raises(legacy_errors.BlankCell) as caught:
        read_table(open_workbook("ET.xlsx", xlsx(book)), ENERGY)
    assert caught.value.cell == "C47"
    for row in book["Month"][FIRST:]:
        row[COAL] = "=1+2"
    with pytest.raises(legacy_errors.NoFigures) as nothing:
        read_table(open_workbook("ET.xlsx", xlsx(book)), ENERGY)
    assert (nothing.value.cell, nothing.value.column) == ("C7", "coal")


def test_a_total_that_is_not_the_sum_is_refused() -> None:
    whole = read_table(opened(energy_book()), ENERGY).figures["coal"].iloc[7]
    with pytest.raises(legacy_errors.TotalMismatch) as caught:
        spoilt(FIRST + 7, COAL, whole + 0.06)
    error = caught.value
    assert (error.cell, error.month) == ("B14", "1995-08")
    assert error.parts - error.total == pytest.approx(0.06)
    assert spoilt(FIRST + 7, COAL, whole + 0.04).figures["coal"].iloc[7] == whole + 0.04


def test_a_total_missing_beside_its_parts_is_refused() -> None:
    with pytest.raises(legacy_errors.TotalMismatch) as caught:
        spoilt(FIRST + 7, 1, "[x]")
    assert math.isnan(caught.value.total)


def test_a_figure_out_of_range_is_refused() -> None:
    with pytest.raises(legacy_errors.ImplausibleFigure) as caught:
        spoilt(FIRST + 7, COAL, 48.0)
    assert (caught.value.cell, caught.value.found, caught.value.highest) == ("C14", 48.0, 10)


@pytest.mark.parametrize(("bound", "beyond"), [(30.0, 30.01), (-10.0, -10.01)])
def test_the_ends_of_a_range_are_within_it(bound: float, beyond: float) -> None:
    assert bound in weather(3, 4, bound).figures["temperature"].to_numpy()
    with pytest.raises(legacy_errors.ImplausibleFigure):
        weather(3, 4, beyond)


def test_a_table_without_months_is_refused() -> None:
    book = energy_book()
    del book["Month"][FIRST:]
    with pytest.raises(legacy_errors.UnreadableMonth) as caught:
        read_table(opened(book), ENERGY)
    assert caught.value.cell == "A7"


def test_months_to_come_are_left_out_of_a_matrix() -> None:
    for mark in ("[x]", ""):
        book = weather_book()
        for row in book["7_1a"][MATRIX + 2 : MATRIX + 13]:
            row[-1] = mark
        figures = read_table(opened(book), TEMPERATURE).figures
        assert str(figures.index[-1]) == "2005-01"


def test_a_blank_amid_a_matrix_is_refused() -> None:
    with pytest.raises(legacy_errors.BlankCell) as caught:
        weather(3, 4, "")
    assert (caught.value.cell, caught.value.month) == ("E8", "1993-03")


def test_a_matrix_row_out_of_order_is_refused() -> None:
    with pytest.raises(legacy_errors.MonthGap) as caught:
        weather(3, 0, "April")
    assert (caught.value.cell, caught.value.expected) == ("A8", "March")
    with pytest.raises(legacy_errors.RepeatedMonth):
        weather(3, 0, "February")
    with pytest.raises(legacy_errors.UnreadableMonth):
        weather(3, 0, "Maerz")


def test_a_year_lost_is_a_gap() -> None:
    with pytest.raises(legacy_errors.MonthGap) as caught:
        weather(0, 4, "1993 mean")
    assert (caught.value.found, caught.value.expected) == ("1994-01", "1993-01")


def test_the_label_of_a_month() -> None:
    assert label(read_table(opened(energy_book()), ENERGY).figures.index[0]) == "January 1995"
