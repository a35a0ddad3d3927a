"""A monthly CSV of one's own: from bytes to the monthly frame, or a refusal that names the line.

The first row names the columns; each row after it is a month (`2022-08`, or a date in it such as
`2022-08-01`), one after the other and none left out. A column may begin late or end early, and is
whole in between. Nothing is guessed: numbers have a point and no separators of thousands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from energy.contract.months import after, named
from energy.contract.months import count as count_of
from energy.data.csv_cells import A_MONTH, Row, figure_of, follows, month_of, rows_of, text_of
from energy.data.dataset import Csv, Dataset, Measure
from energy.data.monthly import validate
from energy.errors import BlankFigure, NotACsv, PartsApart, WrongMonth


def read_csv(content: bytes, dataset: Dataset, source: Csv) -> pd.DataFrame:
    """Read and check every cell.

    Args:
        content: The file's bytes.
        dataset: What its columns are.
        source: What they are called in the file.

    Returns:
        The monthly frame: gapless monthly `PeriodIndex` named `month`; float64 columns of the data
        set, in its order, NaN where there is no figure; a bool column `provisional`, false.

    Raises:
        NotACsv: It is empty, no text in UTF-8, or has no commas between its columns.
        WrongHeader, WrongRow: A column is missing, unknown or there twice; a row is no row.
        WrongMonth: A month cannot be read, is repeated, out of order, or comes after a gap.
        WrongFigure, BlankFigure: A cell is no number or out of its range, or is empty amid figures.
        PartsApart: The target is not the sum of its parts.
    """
    rows = list(rows_of(text_of(content, source), source))
    if not rows:
        raise NotACsv(source.file, "a row of names and no months")
    first = _months(rows, source)
    months = pd.period_range(first, periods=len(rows), freq="M", name="month")
    frame = pd.DataFrame(
        {one.name: _figures(rows, one, first, source) for one in dataset.columns},
        months,
        dtype="float64",
    )
    _whole(frame, rows, dataset, source)
    _adds_up(frame, rows, dataset, source)
    frame["provisional"] = False
    return validate(frame, {one.name: (one.lowest, one.highest) for one in dataset.columns})


def _months(rows: Sequence[Row], source: Csv) -> str:
    """The first month, if every row's follows the one before."""
    before = ""
    for row in rows:
        found = row.cells[source.month]
        month = month_of(found)
        if month is None:
            raise WrongMonth(source.file, row.line, source.month, found, A_MONTH)
        if expected := follows(before, month):
            raise WrongMonth(source.file, row.line, source.month, found, expected)
        before = month
    return named(count_of(before) - len(rows) + 1)


def _figures(rows: Sequence[Row], one: Measure, first: str, source: Csv) -> list[float]:
    """The figures of a column, NaN before its first and after its last."""
    header = source.headers[one.name]
    cells = [row.cells[header] for row in rows]
    filled = [place for place, cell in enumerate(cells) if cell]
    if not filled:
        expected = "at least one figure in this column"
        raise BlankFigure(source.file, rows[0].line, header, first, expected)
    for place in range(filled[0], filled[-1]):
        if not cells[place]:
            expected = "one in every month between a column's first and its last"
            raise BlankFigure(source.file, rows[place].line, header, after(first, place), expected)
    return [
        figure_of(cell, row.line, header, one, source) if cell else math.nan
        for cell, row in zip(cells, rows, strict=True)
    ]


def _whole(frame: pd.DataFrame, rows: Sequence[Row], dataset: Dataset, source: Csv) -> None:
    """Weather must be known wherever there is a figure that it may explain."""
    needed = frame[list(dataset.targets)].notna().any(axis="columns")
    for one in dataset.weather:
        for place in (needed & frame[one.name].isna()).to_numpy().nonzero()[0][:1]:
            expected = "weather in every month that another column has a figure for"
            header, month = source.headers[one.name], str(frame.index[place])
            raise BlankFigure(source.file, rows[place].line, header, month, expected)


def _adds_up(frame: pd.DataFrame, rows: Sequence[Row], dataset: Dataset, source: Csv) -> None:
    if not dataset.parts:
        return
    total = frame[dataset.target]
    parts = frame[list(dataset.parts)].sum(axis="columns", skipna=False)
    # Where a part has not begun yet, there is nothing that could add up.
    apart = ((total - parts).abs() > dataset.tolerance).to_numpy()
    for place in apart.nonzero()[0][:1]:
        raise PartsApart(
            source.file,
            rows[place].line,
            source.headers[dataset.target],
            str(frame.index[place]),
            float(total.iloc[place]),
            float(parts.iloc[place]),
            dataset.tolerance,
        )
