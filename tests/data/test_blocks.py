from contextlib import suppress

import pandas as pd
import pytest
from data_building import (
    ENERGY,
    ENERGY_TITLE,
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

from energy import legacy_errors
from energy.data.parser import Table, read_table
from energy.errors import DataError, TableNotFound, WrongTitle

WHOLE = read_table(opened(energy_book()), ENERGY)
WEATHER = read_table(opened(weather_book()), TEMPERATURE)


def energy(book: Book) -> Table:
    return read_table(opened(book), ENERGY)


def same(table: Table, whole: Table = WHOLE) -> bool:
    pd.testing.assert_frame_equal(table.figures, whole.figures)
    pd.testing.assert_series_equal(table.provisional, whole.provisional)
    return True


def test_the_unadjusted_monthly_block_is_taken() -> None:
    assert WHOLE.sheet == "Month"
    assert WHOLE.figures.shape == (120, 8)
    assert WHOLE.figures["total"].between(15, 25).all()


def test_the_averages_are_taken_not_the_deviations() -> None:
    assert WEATHER.figures.shape == (14 * 12 + 1, 1)
    assert WEATHER.figures["temperature"].between(9, 11).all()


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
    book = {name: new, **book} if data.draw(st.booleans()) else {**book, name: new}
    assert same(energy(book))


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(1, 17)))
def test_columns_shuffled_across_both_blocks_are_never_read_wrong(order: list[int]) -> None:
    book = energy_book()
    book["Month"][LABELS:] = [[row[0], *(row[c] for c in order)] for row in book["Month"][LABELS:]]
    with suppress(
        legacy_errors.MissingLabels,
        legacy_errors.RepeatedLabel,
        legacy_errors.TotalMismatch,
        legacy_errors.ImplausibleFigure,
    ):
        assert same(energy(book))


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(2, 17)), st.integers(0, 3))
def test_years_in_any_order_give_the_same_figures(order: list[int], above: int) -> None:
    book = weather_book()
    rows = book["7_1a"]
    table = [[row[0], row[1], *(row[c] for c in order)] for row in rows[MATRIX:]]
    book["7_1a"] = [rows[0], *[["more text"]] * above, *table]
    assert same(read_table(opened(book), TEMPERATURE), WEATHER)


def test_the_longer_of_two_sheets_is_taken() -> None:
    book = energy_book()
    recent = [*book["Month"][: LABELS + 1], *book["Month"][-48:]]
    assert energy({"Table 1.2": recent, **book}).sheet == "Month"


def test_the_last_four_years_alone_are_refused() -> None:
    book = energy_book()
    book["Month"][LABELS + 1 :] = book["Month"][-48:]
    with pytest.raises(legacy_errors.LateStart) as caught:
        energy(book)
    assert (caught.value.cell, caught.value.found) == ("A7", "2001-01")
    assert caught.value.expected == "1995-01"


def test_a_summary_by_years_is_not_the_monthly_table() -> None:
    book = energy_book()
    summary = [*book["Month"][: LABELS + 1], *([float(y), *[20.0] * 16] for y in range(1995, 2500))]
    assert energy({"Main table": summary, **book}).sheet == "Month"
    with pytest.raises(legacy_errors.UnreadableMonth):
        energy({"Main table": summary})


def test_a_near_miss_tells_more_than_a_summary_by_years() -> None:
    book = energy_book()
    summary = [*book["Month"][: LABELS + 1], *([float(y), *[20.0] * 16] for y in range(1995, 2500))]
    book["Month"][LABELS] = [*book["Month"][LABELS]]
    book["Month"][LABELS][4] = "Gases"
    with pytest.raises(legacy_errors.MissingLabels) as caught:
        energy({"Main table": summary, **book})
    assert (caught.value.file, caught.value.sheet) == ("ET.xlsx", "Month")


def test_two_sheets_alike_are_refused() -> None:
    book = energy_book()
    with pytest.raises(legacy_errors.RepeatedTable) as caught:
        energy({**book, "Copy": book["Month"]})
    assert caught.value.found == ["ET.xlsx (Month)", "ET.xlsx (Copy)"]


def test_a_workbook_of_something_else_is_refused() -> None:
    with pytest.raises(TableNotFound) as caught:
        read_table(opened(weather_book(), "W.ods"), ENERGY)
    assert (caught.value.table, caught.value.files) == ("1.2", ["W.ods"])


@pytest.mark.parametrize(
    ("old", "new"), [("1.2", "1.3"), ("million tonnes of oil equivalent", "TWh")]
)
def test_another_number_or_unit_in_the_title_is_refused(old: str, new: str) -> None:
    book = energy_book()
    book["Month"][0] = [ENERGY_TITLE.replace(old, new)]
    with pytest.raises(WrongTitle) as caught:
        energy(book)
    assert (caught.value.sheet, caught.value.table) == ("Month", "1.2")
    assert new in caught.value.found


def test_the_nearest_title_above_counts() -> None:
    book = energy_book()
    rows = book["Month"]
    book["Month"] = [[ENERGY_TITLE], ["Table 1.9 Something else (Mtoe)"], *rows[LABELS:]]
    with pytest.raises(WrongTitle):
        energy(book)


def test_a_label_lost_is_refused_by_name() -> None:
    book = energy_book()
    book["Month"][LABELS][4] = "Gases"
    with pytest.raises(legacy_errors.MissingLabels) as caught:
        energy(book)
    assert (caught.value.sheet, caught.value.missing) == ("Month", ["Natural gas"])
    assert "Gases" in caught.value.found


def test_a_first_label_lost_is_refused_by_name() -> None:
    book = weather_book()
    for row in book["7_1a"]:
        row[0] = "Period" if row[0] == "Calendar period" else row[0]
    with pytest.raises(legacy_errors.MissingLabels) as caught:
        read_table(opened(book), TEMPERATURE)
    assert caught.value.missing == ["Calendar period"]


def test_the_deviations_alone_are_refused() -> None:
    book = weather_book()
    book["7_1a"] = [*book["7_1a"][:MATRIX], *book["7_1a"][MATRIX + 18 :]]
    with pytest.raises(legacy_errors.MissingLabels) as caught:
        read_table(opened(book), TEMPERATURE)
    assert caught.value.missing == ["<year> average"]


def test_the_deviations_under_the_labels_of_averages_are_refused() -> None:
    book = weather_book()
    rows = book["7_1a"]
    book["7_1a"] = [*rows[: MATRIX + 1], *rows[MATRIX + 19 :]]
    with pytest.raises(legacy_errors.ImplausibleFigure) as caught:
        read_table(opened(book), TEMPERATURE)
    assert caught.value.name == "the mean of temperature"


def test_the_adjusted_block_under_the_labels_of_the_other_is_refused() -> None:
    book = energy_book()
    rows = book["Month"]
    rows[LABELS + 1 :] = [[row[0], *row[9:17], *row[1:9]] for row in rows[LABELS + 1 :]]
    with pytest.raises(legacy_errors.ImplausibleFigure) as caught:
        energy(book)
    assert (caught.value.cell, caught.value.name, caught.value.unit) == ("B7", "total", "Mtoe")


def test_a_label_twice_in_the_block_is_refused() -> None:
    book = energy_book()
    for row in book["Month"][LABELS:]:
        row.insert(5, row[2])
    with pytest.raises(legacy_errors.RepeatedLabel) as caught:
        energy(book)
    assert (caught.value.label, caught.value.cells) == ("coal", ["C6", "F6"])


def test_every_error_is_one_line() -> None:
    for spoilt in ({"Month": [["a\nb"]]}, {"Month": [[f"{ENERGY_TITLE}\n[note 1]"]]}):
        with pytest.raises(DataError) as caught:
            energy(spoilt)
        assert "\n" not in str(caught.value)
