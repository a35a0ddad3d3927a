"""Cut the embedded workbooks at a month, as they would have been published then.

Energy after the month and weather after the following month are removed. The figures are those of
the embedded vintage: later revisions are not undone, since no earlier vintage is available.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from energy.contract import WEATHER_AHEAD
from energy.data.parser import Block, find_block
from energy.data.tables import ENERGY, TABLES
from energy.data.workbook import Workbook, is_blank, open_workbook, parse_month
from scripts.dev.workbook_writers import Rows, xlsx

RAW = Path(__file__).resolve().parents[1] / "data" / "raw"
LAG = 2
"""Months from a month to the publication of its energy, on the last Thursday of a month."""
_ABOVE = ["One table is on this sheet", "[x] marks a figure that is not available"]


def publication_date(month: pd.Period) -> date:
    """The last Thursday of the second month after a month, when its energy is usually published."""
    last = (month + LAG).to_timestamp(how="end").date()
    return last - timedelta(days=(last.weekday() - 3) % 7)


class Embedded:
    """The embedded vintage, opened once to be cut at many months."""

    def __init__(self, folder: Path = RAW) -> None:
        """Read both workbooks.

        Args:
            folder: Holds one xlsx with the energy table and one ods with the weather tables.
        """
        (energy,), (weather,) = folder.glob("*.xlsx"), folder.glob("*.ods")
        self.energy = find_block(_opened(energy), ENERGY)
        book = _opened(weather)
        self.weather = {spec.number: find_block(book, spec) for spec in TABLES[1:]}

    def as_of(self, month: pd.Period) -> dict[str, bytes]:
        """Both workbooks, by file name, when `month` was the last one with energy figures."""
        stamp = f"{publication_date(month):%b_%y}".upper()
        weather = {
            number.replace(".", "_"): _sheet(block, _cut_matrix(block, month + WEATHER_AHEAD))
            for number, block in self.weather.items()
        }
        energy = {"Month": _sheet(self.energy, _cut_rows(self.energy, month))}
        return {
            f"ET_1.2_{stamp}.xlsx": _book("Inland energy consumption", month, month, energy),
            f"Weather_{stamp}.xlsx": _book("Weather", month, month + WEATHER_AHEAD, weather),
        }


def _opened(path: Path) -> Workbook:
    return open_workbook(path.name, path.read_bytes())


def _cells(block: Block) -> Rows:
    """The labels and the figures below them."""
    sheet = block.sheet
    width = max(c for r, c in sheet.labels if r == block.header) + 1
    rows = [
        [sheet.cell(row, column) for column in range(block.first, width)]
        for row in range(block.header, block.end)
    ]
    return [row for row in rows if not all(is_blank(value) for value in row)]


def _cut_rows(block: Block, month: pd.Period) -> Rows:
    """Rows up to a month, the last of them provisional."""
    labels, *rows = _cells(block)
    known = [row for row in rows if (label := parse_month(row[0])) and label.month <= month]
    known[-1] = [month.strftime("%B %Y [provisional]"), *known[-1][1:]]
    return [labels, *known]


def _cut_matrix(block: Block, month: pd.Period) -> Rows:
    """Columns up to the month's year, with later months marked as not available."""
    labels, *rows = _cells(block)
    years = [str(label).split()[0] for label in labels]
    last = years.index(str(month.year))
    return [
        labels[: last + 1],
        *(
            [
                "[x]" if column == last and number > month.month else value
                for column, value in enumerate(row[: last + 1])
            ]
            for number, row in enumerate(rows, start=1)
        ),
    ]


def _sheet(block: Block, rows: Rows) -> Rows:
    return [[block.title.strip()], *([line] for line in _ABOVE), *rows]


def _book(title: str, month: pd.Period, newest: pd.Period, sheets: Mapping[str, Rows]) -> bytes:
    """A workbook with a cover of its dates and its newest month."""
    now, following = publication_date(month), publication_date(month + 1)
    cover: Rows = [
        [title],
        ["Publication dates"],
        [
            f"Published on {now:%A} {now.day} {now:%B %Y}\n"
            f"Next publication on {following:%A} {following.day} {following:%B %Y}"
        ],
        ["Data period"],
        [f"Monthly figures with new data for {newest.strftime('%B %Y')}"],
        ["Written by this project for the replay; not a file of the statistics office."],
    ]
    return xlsx({"Cover Sheet": cover, **sheets}, title, now.isoformat(), len(_ABOVE) + 2)
