"""Every known layout of the published tables, and many unknown ones, give the same figures."""

import io
import re
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from data_building import (
    ENERGY,
    ENERGY_LABELS,
    ENERGY_TITLE,
    FIRST,
    LABELS,
    MATRIX,
    TEMPERATURE,
    Book,
    Rows,
    energy_book,
    weather_book,
    xlsx,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import GROUPS, PLAIN_ENERGY, PLAIN_WEATHER, same

from energy.errors import DataError

NAMES = ["Total", *(label.removeprefix("Primary electricity - ") for label in ENERGY_LABELS[2:9])]


def energy(change: Callable[[Rows], Rows | None]) -> Book:
    book = energy_book()
    book["Month"] = change(book["Month"]) or book["Month"]
    return book


def test_the_ods_layout_has_its_labels_on_row_five() -> None:
    book = energy_book()
    rows = book["Month"]
    same({"Cover_Sheet": [["Energy Trends"]], "1_2": [*rows[:4], *rows[LABELS:]]})


@pytest.mark.parametrize("first", ["Month", "MONTH", "Column1", " month\n[note 1]"])
def test_the_first_label_has_several_names(first: str) -> None:
    same(energy(lambda rows: rows[LABELS].__setitem__(0, first)))


def two_tier(upper: list[object], lower: list[object]) -> Book:
    """Groups on row 6 and names on row 7, as some tables have them."""
    return energy(lambda rows: [*rows[:LABELS], upper, lower, *rows[FIRST:]])


def test_names_within_groups_are_read_with_them() -> None:
    """`Total` under `Unadjusted` is the unadjusted total; the second block is left out."""
    same(two_tier(GROUPS, ["Month", *NAMES[:5], *ENERGY_LABELS[6:9], *NAMES[:5], *["x"] * 3]))


def test_primary_electricity_as_a_group_of_three() -> None:
    upper = ["", *[""] * 5, "Primary electricity", "", "", ENERGY_LABELS[9], *[""] * 7]
    lower = ["Month", *ENERGY_LABELS[1:6], *NAMES[5:], "", *ENERGY_LABELS[10:]]
    same(two_tier(upper, lower))


def test_a_label_merged_over_both_rows_counts() -> None:
    """`Month` and the fuels stand in the upper row, with nothing below them."""
    upper = [*ENERGY_LABELS[:6], "Primary electricity", "", "", *ENERGY_LABELS[9:]]
    same(two_tier(upper, ["", *[""] * 5, *NAMES[5:], *[""] * 8]))


def test_names_that_need_a_group_they_do_not_have_are_refused() -> None:
    with pytest.raises(DataError, match=r"no label 'Unadjusted total' nor .* found .*nuclear"):
        same(two_tier([""] * 17, ["Month", *NAMES, *[""] * 8]))


def test_dates_among_the_months_are_months() -> None:
    def dated(rows: Rows) -> None:
        for row, month in zip(rows[FIRST:-1:3], PLAIN_ENERGY.figures.index[::3], strict=False):
            row[0] = month.to_timestamp().to_pydatetime()

    same(energy(dated))
    same(xlsx(energy(dated)))


@pytest.mark.parametrize("every", [1, 12])
def test_older_files_have_years_and_months_in_columns_of_their_own(every: int) -> None:
    """As numbers, once a year or on each row; `June*` and `r` for revised."""

    def older(rows: Rows) -> Rows:
        new: Rows = [*rows[:LABELS], ["Year", *rows[LABELS]]]
        for i, row in enumerate(rows[FIRST:-1]):
            name = str(row[0]).split()[0] + ["", "*", " r"][i % 3]
            new.append([1995.0 + i // 12 if i % every == 0 else "", name, *row[1:]])
        return [*new, ["", "December [provisional]", *rows[-1][1:]]]

    same(energy(older))


def test_a_summary_of_four_years_beside_the_matrix_is_passed_over() -> None:
    book = weather_book()
    rows = book.pop("7_1a")
    recent = [[*row[:2], *row[-4:]] if i >= MATRIX else row for i, row in enumerate(rows)]
    layout = {"Table 7.1a": recent, "Average temperatures": rows, **book}
    same(layout, TEMPERATURE, PLAIN_WEATHER)
    same(dict(reversed(layout.items())), TEMPERATURE, PLAIN_WEATHER)


def test_a_used_range_that_is_a_phantom_changes_nothing() -> None:
    """A cell formatted far below makes the range A1:W2049."""
    for book, spec, whole in (
        (energy_book(), ENERGY, PLAIN_ENERGY),
        (weather_book(), TEMPERATURE, PLAIN_WEATHER),
    ):
        workbook = openpyxl.load_workbook(io.BytesIO(xlsx(book)))
        for sheet in workbook:
            sheet["W2049"].number_format = "0.00"
            sheet["W2048"] = " "
        content = io.BytesIO()
        workbook.save(content)
        same(content.getvalue(), spec, whole)


def test_formulas_with_their_values_are_figures() -> None:
    for book, spec, whole in (
        (energy_book(), ENERGY, PLAIN_ENERGY),
        (weather_book(), TEMPERATURE, PLAIN_WEATHER),
    ):
        content = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(xlsx(book))) as old, zipfile.ZipFile(content, "w") as new:
            for name in old.namelist():
                text = old.read(name)
                if name.startswith("xl/worksheets/"):
                    numbers = rb'(<c r="[A-Z]+\d+"(?: t="n")?>)(<v>)'
                    text, count = re.subn(numbers, rb"\1<f>SUM(1,2)</f>\2", text)
                    assert count > 20 or len(text) < 5000
                new.writestr(name, text)
        same(content.getvalue(), spec, whole)


@pytest.mark.parametrize("mark", ["[x]", "n/a", "-", ""])
def test_months_to_come_are_marked_or_blank(mark: str) -> None:
    book = weather_book()
    for row in book["7_1a"][MATRIX + 2 :]:
        row[-1] = mark if row[-1] == "[x]" else row[-1]
    same(book, TEMPERATURE, PLAIN_WEATHER)


NOISE = st.sampled_from(
    ["", " ", "\n", "\xa0", "  ", "[note 5 ]", " [note 1][note 2]", "\n{note 3]"]
)
LINES = st.lists(
    st.sampled_from(["", "Freeze panes are active on this sheet", "[x]", "Month"]), max_size=4
)


@st.composite
def energy_layouts(draw: st.DrawFn) -> tuple[Book, bool]:
    """A layout of table 1.2, and whether it must be read."""
    book = energy_book()
    rows = book.pop("Month")
    readable = True
    labels = list(ENERGY_LABELS)
    if draw(st.booleans()):
        labels = [f"{draw(NOISE)}{label.upper()}{draw(NOISE)}" for label in labels]
    body = [list(row) for row in rows[FIRST:]]
    if draw(st.booleans()):
        for row in body:
            row[0] = f"{draw(NOISE)}{row[0]}"
    if draw(st.integers(0, 3)) == 0:  # a label in other words
        labels[draw(st.integers(0, 16))] = "Something new"
        readable = False
    header: Rows = [labels]
    if draw(st.booleans()):
        header = [GROUPS, labels]
    order = list(range(17))
    if draw(st.booleans()):
        order = [0, *draw(st.permutations(range(1, 17)))]
        readable = False
    elif draw(st.booleans()):
        order = [0, 1, *draw(st.permutations(range(2, 9))), *range(9, 17)]
        header = [labels]
    left = draw(st.integers(0, 2))
    table = [[""] * left + [row[column] for column in order] for row in [*header, *body]]
    above = [[line] for line in draw(LINES)]
    name = draw(st.sampled_from(["Month", "1_2", "Sheet1", "Energy by month"]))
    return {name: [[ENERGY_TITLE + draw(NOISE)], *above, *table], **book}, readable


@settings(max_examples=50, deadline=None)
@given(energy_layouts())
def test_energy_in_any_layout_is_the_same_or_refused(layout: tuple[Book, bool]) -> None:
    book, readable = layout
    try:
        same(book)
    except DataError:
        assert not readable


@st.composite
def weather_layouts(draw: st.DrawFn) -> tuple[Book, bool]:
    book = weather_book()
    rows = book.pop("7_1a")
    readable = True
    order = [0, 1, *range(2, 17)]
    if draw(st.booleans()):
        order = [0, *draw(st.permutations(range(1, 17)))]
    head, *table = [[row[column] for column in order] for row in rows[MATRIX:]]
    head = [f"{label}{draw(NOISE)}" if label else label for label in head]
    head[0] = "Calendar period" + draw(NOISE)
    if draw(st.integers(0, 3)) == 0:  # rows that change places, months and quarters
        row, other = draw(st.integers(0, 16)), draw(st.integers(0, 11))
        table[row], table[other] = table[other], table[row]
        readable = row == other
    if draw(st.integers(0, 3)) == 0:  # a year without its word, or with the other one
        place = draw(st.integers(1, 16))
        head[place] = draw(st.sampled_from(["", "2001", "2003 deviation"]))
        readable = False
    lines = [[line] for line in draw(LINES)]
    name = draw(st.sampled_from(["7_1a", "7.1a", "Average temperatures"]))
    return {**book, name: [rows[0], *lines, head, *table]}, readable


@settings(max_examples=50, deadline=None)
@given(weather_layouts())
def test_weather_in_any_layout_is_the_same_or_refused(layout: tuple[Book, bool]) -> None:
    book, readable = layout
    try:
        same(book, TEMPERATURE, PLAIN_WEATHER)
    except DataError:
        assert not readable
