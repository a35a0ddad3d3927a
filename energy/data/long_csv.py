"""A long table of many monthly series: a row for each series and month, in any order of series.

The rows of a series ascend month by month, none left out; each series begins and ends where it
will. What is refused is named by file, line and column, as in `energy.data.monthly_csv`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy.contract.months import count as count_of
from energy.data.csv_cells import A_MONTH, figure_of, follows, month_of, rows_of, text_of
from energy.data.dataset import SERIES, SERIES_NAME, VALUE, Csv, Dataset
from energy.errors import BlankFigure, NotACsv, WrongMonth, WrongSeries

RESERVED = {"all", "month", "provisional"}


def read_long(content: bytes, dataset: Dataset, source: Csv) -> pd.DataFrame:
    """Read and check every cell.

    Args:
        content: The file's bytes.
        dataset: What its series are.
        source: What its columns are called in the file.

    Returns:
        The monthly frame: gapless monthly `PeriodIndex` named `month`, a float64 column for each
        series in the order they first appear, NaN before its first month and after its last; a
        bool column `provisional`, false.

    Raises:
        NotACsv: It is empty, no text in UTF-8, or has no commas between its columns.
        WrongHeader, WrongRow: A column is missing, unknown or there twice; a row is no row.
        WrongSeries: A name that no series can have.
        WrongMonth: A month cannot be read, or does not follow the one before of its series.
        WrongFigure, BlankFigure: A cell is no number, out of range, or empty.
    """
    assert dataset.each is not None  # noqa: S101 - `opening` calls this for long tables alone
    named, valued = source.headers[SERIES], source.headers[VALUE]
    last: dict[str, str] = {}
    figures: dict[str, list[float]] = {}
    months: dict[str, str | None] = {}  # the same few hundred texts again and again
    for row in rows_of(text_of(content, source), source):
        name, told, cell = row.cells[named], row.cells[source.month], row.cells[valued]
        if name not in figures:
            if not SERIES_NAME.fullmatch(name) or name in RESERVED:
                raise WrongSeries(source.file, row.line, named, name)
            figures[name], last[name] = [], ""
        if told not in months:
            months[told] = month_of(told)
        month = months[told]
        if month is None:
            raise WrongMonth(source.file, row.line, source.month, told, A_MONTH)
        if expected := follows(last[name], month):
            raise WrongMonth(
                source.file, row.line, source.month, told, f"{expected} (of series {name})"
            )
        if not cell:
            expected = "one in every row: leave out the rows of months that have none"
            raise BlankFigure(source.file, row.line, valued, month, expected)
        figures[name].append(figure_of(cell, row.line, valued, dataset.each, source))
        last[name] = month
    if not figures:
        raise NotACsv(source.file, "a row of names and no months")
    return _frame(figures, last)


def _frame(figures: dict[str, list[float]], last: dict[str, str]) -> pd.DataFrame:
    ends = {name: count_of(month) for name, month in last.items()}
    first = min(ends[name] - len(values) + 1 for name, values in figures.items())
    count = max(ends.values()) - first + 1
    table = np.full((count, len(figures)), np.nan)
    for place, (name, values) in enumerate(figures.items()):
        end = ends[name] - first + 1
        table[end - len(values) : end, place] = values
    start = next(m for n, m in last.items() if ends[n] == max(ends.values()))
    months = pd.period_range(end=start, periods=count, freq="M", name="month")
    frame = pd.DataFrame(table, months, columns=list(figures))
    return frame.assign(provisional=False)
