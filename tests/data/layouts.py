"""Whether a layout of a table gives the same figures as the plain one."""

import pandas as pd
from data_building import ENERGY, TEMPERATURE, Book, energy_book, opened, weather_book

from energy.data.parser import Table, read_table
from energy.data.tables import TableSpec
from energy.data.workbook import open_workbook

PLAIN_ENERGY = read_table(opened(energy_book()), ENERGY)
PLAIN_WEATHER = read_table(opened(weather_book()), TEMPERATURE)
# Where groups stand above the names of the columns.
GROUPS = ["", "Unadjusted [note 1]", *[""] * 7, "Seasonally adjusted (annualised rates)", *[""] * 7]


def same(content: Book | bytes, spec: TableSpec = ENERGY, plain: Table = PLAIN_ENERGY) -> None:
    book = open_workbook("ET.xlsx", content) if isinstance(content, bytes) else opened(content)
    table = read_table(book, spec)
    pd.testing.assert_frame_equal(table.figures, plain.figures)
    if spec is ENERGY:
        pd.testing.assert_series_equal(table.provisional, plain.provisional)
