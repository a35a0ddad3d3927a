"""Write the embedded vintage: figures of a published release in workbooks of this project.

    python -m scripts.dev.embed_vintage ENERGY WEATHER [--to data/raw]

ENERGY and WEATHER are workbooks of the September 2022 release of Energy Trends, as published or as
embedded: table 1.2, and tables 7.1a, 7.1b, 7.2, 7.3 and 7.4. The same figures give the same bytes.
"""

from __future__ import annotations

import argparse
import math
import sys
import tomllib
from itertools import groupby
from pathlib import Path
from typing import Any

from energy.data.parser import Block, find_block, read_table
from energy.data.tables import ENERGY, TABLES, TableSpec
from energy.data.vintages import VintageRecord, describe_file
from energy.data.workbook import Workbook, is_blank, open_workbook, parse_month
from energy.errors import DataError, EnergyError
from energy.settings import ROOT
from scripts.dev.workbook_writers import ods, xlsx

RAW = ROOT / "data" / "raw"
TEXTS = tomllib.loads(Path(__file__).with_name("embedded_texts.toml").read_text("utf-8"))
"""Covers, contents and notes of the two workbooks."""
Rows = list[list[object]]


def cells(block: Block, until: int) -> Rows:
    """The labels and the rows below them, up to row `until`, with all columns and text."""
    sheet = block.sheet
    width = max(c for r, c in sheet.labels if r == block.header) + 1
    rows = [
        [sheet.cell(row, column) for column in range(block.first, width)]
        for row in range(block.header, until)
    ]
    return [row for row in rows if not all(is_blank(value) for value in row)]


def sheet(title: str, lines: list[str], rows: Rows) -> Rows:
    """A sheet of figures, with the lines above the labels."""
    return [[title], *([line] for line in lines), *rows]


def sheets_before_figures(texts: dict[str, Any], cover_name: str) -> dict[str, Rows]:
    """The sheets before the figures: cover, contents and notes."""
    contents: Rows = [["Contents"], [TEXTS["one_table"]], ["What it is", "Sheet"]]
    notes: Rows = [["Notes"], [TEXTS["one_table"]], ["Table number", "Note number", "Note"]]
    notes += [[table, f"Note {number}", text] for table, number, text in texts["notes"]]
    return {
        cover_name: [[line] for line in texts["cover"]],
        "Contents": [*contents, *texts["contents"]],
        "Notes": notes,
    }


def annual(rows: Rows, adjusted: int) -> Rows:
    """Complete years: sums up to column `adjusted`, means of the annualised ones from it on."""
    labels, *months = rows
    years: Rows = [["Year", *labels[1:]]]

    def year_of(row: list[object]) -> int:
        label = parse_month(row[0])
        assert label is not None  # noqa: S101 - read_table has read every label before
        return label.month.year

    for year, group in groupby(months, year_of):
        months_of_year = list(group)
        if len(months_of_year) < 12:
            continue
        line: list[object] = [float(year)]
        for column in range(1, len(labels)):
            figures = [row[column] for row in months_of_year]
            numbers = [figure for figure in figures if isinstance(figure, float)]
            total = math.fsum(numbers) / (1 if column < adjusted else 12)
            line.append(total if len(numbers) == 12 else "[x]")
        years.append(line)
    return years


def energy_workbook(book: Workbook) -> bytes:
    """Table 1.2 as xlsx: both blocks, by month and by year."""
    block = find_block(book, ENERGY)
    rows = cells(block, block.end)
    labels = [
        block.sheet.labels.get((block.header, c), "") for c in range(len(rows[0]) + block.first)
    ]
    opener = next(c for c, label in enumerate(labels) if label.startswith("seasonally adjusted"))
    lines = [TEXTS[name] for name in ("one_table", "noted", "unavailable", "freeze")]
    title = block.title.strip()
    sheets = sheets_before_figures(TEXTS["energy"], "Cover Sheet")
    yearly = annual(rows, opener - block.first)
    sheets["Annual"] = sheet(title.replace("monthly", "annual"), lines, yearly)
    sheets["Month"] = sheet(title, lines, rows)
    return xlsx(sheets, TEXTS["energy"]["cover"][0], TEXTS["published"], len(lines) + 2)


def weather_workbook(book: Workbook) -> bytes:
    """Tables 7.1a to 7.4 as ods: figures, and the deviations below them."""
    lines = [TEXTS[name] for name in ("one_table", "noted", "unavailable")]
    sheets = sheets_before_figures(TEXTS["weather"], "Cover_Sheet")
    for spec in TABLES[1:]:
        block = find_block(book, spec)
        name = spec.number.replace(".", "_")
        sheets[name] = sheet(block.title.strip(), lines, cells(block, len(block.sheet.rows)))
    return ods(sheets, TEXTS["weather"]["cover"][0], TEXTS["published"])


def open_release_workbook(
    path: Path, specs: tuple[TableSpec, ...], texts: dict[str, Any]
) -> Workbook:
    """Open a workbook and check that each of its tables ends in the expected month."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: no readable file ({error.strerror})") from error
    book = open_workbook(path.name, content)
    for spec in specs:
        last_month = str(read_table(book, spec).figures.index[-1])
        if last_month != texts["last_month"]:
            raise SystemExit(
                f"{path.name}: table {spec.number} ends in {last_month}; expected "
                f"{texts['last_month']}, the last month of the {TEXTS['release']} release."
            )
    return book


def main(arguments: list[str] | None = None) -> None:
    """Read the two workbooks, then write the two and their record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("energy", type=Path, help="workbook with table 1.2")
    parser.add_argument("weather", type=Path, help="workbook with tables 7.1a to 7.4")
    parser.add_argument("--to", type=Path, default=RAW, help="folder to write to")
    options = parser.parse_args(arguments)
    try:
        energy = open_release_workbook(options.energy, TABLES[:1], TEXTS["energy"])
        weather = open_release_workbook(options.weather, TABLES[1:], TEXTS["weather"])
    except EnergyError as error:
        raise SystemExit(str(error)) from error
    contents = {"energy": energy_workbook(energy), "weather": weather_workbook(weather)}
    files = {}
    options.to.mkdir(parents=True, exist_ok=True)
    for kind, content in contents.items():
        name, source = TEXTS[kind]["file"], TEXTS[kind]["source"]
        (options.to / name).write_bytes(content)
        files[name] = describe_file(content, source, TEXTS["published"], note=TEXTS["note"])
        sys.stdout.write(f"{name}: {len(content)} bytes, SHA-256 {files[name].sha256}\n")
    record = VintageRecord(TEXTS["release"], TEXTS["published"], files)
    (options.to / "vintage.json").write_text(record.to_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
