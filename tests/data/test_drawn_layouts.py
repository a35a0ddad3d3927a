"""Layouts that nobody has seen, drawn at random: the same figures, or a refusal; never others."""

from data_building import (
    ENERGY_LABELS,
    ENERGY_TITLE,
    FIRST,
    MATRIX,
    TEMPERATURE,
    Book,
    Rows,
    energy_book,
    weather_book,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import GROUPS, WEATHER, same

from energy.errors import DataError

NOISE = st.sampled_from(
    ["", " ", "\n", "\xa0", "  ", "[note 5 ]", " [note 1][note 2]", "\n{note 3]"]
)
LINES = st.lists(
    st.sampled_from(["", "Freeze panes are active on this sheet", "[x]", "Month"]),
    max_size=4,
)


@st.composite
def energy_layouts(draw: st.DrawFn) -> tuple[Book, bool]:
    """A layout of table 1.2, and whether it is one that has to be read."""
    book = energy_book()
    rows = book.pop("Month")
    known = True
    labels = list(ENERGY_LABELS)
    if draw(st.booleans()):
        labels = [f"{draw(NOISE)}{label.upper()}{draw(NOISE)}" for label in labels]
    body = [list(row) for row in rows[FIRST:]]
    if draw(st.booleans()):
        for row in body:
            row[0] = f"{draw(NOISE)}{row[0]}"
    if draw(st.integers(0, 3)) == 0:  # one label in words of its own
        labels[draw(st.integers(0, 16))] = "Something new"
        known = False
    header: Rows = [labels]
    if draw(st.booleans()):
        header = [GROUPS, labels]
    order = list(range(17))
    if draw(st.booleans()):
        order = [0, *draw(st.permutations(range(1, 17)))]
        known = False
    elif draw(st.booleans()):
        order = [0, 1, *draw(st.permutations(range(2, 9))), *range(9, 17)]
        header = [labels]
    left = draw(st.integers(0, 2))
    table = [[""] * left + [row[column] for column in order] for row in [*header, *body]]
    above = [[line] for line in draw(LINES)]
    name = draw(st.sampled_from(["Month", "1_2", "Sheet1", "Energy by month"]))
    return {name: [[ENERGY_TITLE + draw(NOISE)], *above, *table], **book}, known


@settings(max_examples=50, deadline=None)
@given(energy_layouts())
def test_energy_in_any_layout_is_the_same_or_refused(drawn: tuple[Book, bool]) -> None:
    book, known = drawn
    try:
        same(book)
    except DataError:
        assert not known


@st.composite
def weather_layouts(draw: st.DrawFn) -> tuple[Book, bool]:
    book = weather_book()
    rows = book.pop("7_1a")
    known = True
    order = [0, 1, *range(2, 17)]
    if draw(st.booleans()):
        order = [0, *draw(st.permutations(range(1, 17)))]
    head, *table = [[row[column] for column in order] for row in rows[MATRIX:]]
    head = [f"{label}{draw(NOISE)}" if label else label for label in head]
    head[0] = "Calendar period" + draw(NOISE)
    if draw(st.integers(0, 3)) == 0:  # rows that change places, months and quarters
        one, other = draw(st.integers(0, 16)), draw(st.integers(0, 11))
        table[one], table[other] = table[other], table[one]
        known = one == other
    if draw(st.integers(0, 3)) == 0:  # a year without its word, or with the other one
        place = draw(st.integers(1, 16))
        head[place] = draw(st.sampled_from(["", "2001", "2003 deviation"]))
        known = False
    lines = [[line] for line in draw(LINES)]
    name = draw(st.sampled_from(["7_1a", "7.1a", "Average temperatures"]))
    return {**book, name: [rows[0], *lines, head, *table]}, known


@settings(max_examples=50, deadline=None)
@given(weather_layouts())
def test_weather_in_any_layout_is_the_same_or_refused(drawn: tuple[Book, bool]) -> None:
    book, known = drawn
    try:
        same(book, TEMPERATURE, WEATHER)
    except DataError:
        assert not known
