"""Whether a layout of a table is read as the plain one is."""

import pandas as pd
from data_building import ENERGY, TEMPERATURE, Book, energy_book, opened, weather_book

from energy.data.parser import Table, read_table
from energy.data.tables import TableSpec
from energy.data.workbook import open_workbook

WHOLE = read_table(opened(energy_book()), ENERGY)
WEATHER = read_table(opened(weather_book()), TEMPERATURE)
# Where groups stand above the names of the columns.
GROUPS = ["", "Unadjusted [note 1]", *[""] * 7, "Seasonally adjusted (annualised rates)", *[""] * 7]


def same(content: Book | bytes, spec: TableSpec = ENERGY, whole: Table = WHOLE) -> None:
    book = open_workbook("ET.xlsx", content) if isinstance(content, bytes) else opened(content)
    table = read_table(book, spec)
    pd.testing.assert_frame_equal(table.figures, whole.figures)
    if spec is ENERGY:
        pd.testing.assert_series_equal(table.provisional, whole.provisional)
