"""Small workbooks in the published layouts, for tests to spoil."""

import io
from pathlib import Path

import openpyxl
import pandas as pd

from energy.data.tables import TABLES
from energy.data.workbook import Sheet, Workbook

Rows = list[list[object]]
Book = dict[str, Rows]

ENERGY, TEMPERATURE = TABLES[0], TABLES[1]
LABELS = 5  # row of the labels in sheet Month, from 0
FIRST = 6  # row of January 1995
MONTHS = pd.period_range("1995-01", "2004-12", freq="M")
LAST = FIRST + len(MONTHS) - 1
ENERGY_TITLE = (
    "Table 1.2 Inland energy consumption, primary fuel input basis, monthly data "
    "(million tonnes of oil equivalent)"
)
ENERGY_LABELS = [
    "Month",
    "Unadjusted total [note 1]",
    "Coal [note 2]",
    "Petroleum [note 3]",
    "Natural gas [note 4]",
    "Bioenergy & waste [note 5 ] [note 6]",
    "Primary electricity - nuclear",
    "Primary electricity - wind, solar and hydro [note 8]",
    "Primary electricity - net imports",
    "Seasonally adjusted and temperature corrected (annualised rates) total [note 9]",
    "Coal",
    "Petroleum",
    "Natural gas",
    "Bioenergy & waste",
    "Primary electricity: nuclear",
    "Primary electricity: wind, solar and hydro",
    "Primary electricity: net imports",
]


def label(month: pd.Period) -> str:
    return month.strftime("%B %Y")


def energy_book(months: pd.PeriodIndex = MONTHS) -> Book:
    """Table 1.2 from January 1995; net imports are not available in the first year."""
    rows: Rows = [
        [ENERGY_TITLE],
        ["One table"],
        ["Notes"],
        ["[x]"],
        ["Freeze panes"],
        [*ENERGY_LABELS],
    ]
    for i, month in enumerate(months):
        fuels: list[object] = [4.0 - i / 100, 6.0, 7.0 + month.month / 10, 0.25, 1.5, 0.125]
        fuels.append("[x]" if month.year == 1995 else -0.03125)
        total = sum(fuel for fuel in fuels if isinstance(fuel, float))
        block: list[object] = [total, *fuels]
        adjusted = [12 * cell if isinstance(cell, float) else cell for cell in block]
        rows.append([label(month), *block, *adjusted])
    rows[-1][0] = f"{rows[-1][0]} [provisional]"
    yearly: Rows = [
        [ENERGY_TITLE.replace("monthly", "annual")],
        ["Year", *ENERGY_LABELS[1:]],
        *([float(year), *[12.0] * 16] for year in range(1995, 2004)),
    ]
    return {"Cover Sheet": [["Energy Trends"]], "Annual": yearly, "Month": rows}


_FIGURES = {"7.1a": 9.0, "7.1b": 6.0, "7.2": 8.0, "7.3": 4.0, "7.4": 90.0}
_TITLES = {
    "7.1a": "Data 7.1a Average temperatures and deviations (degrees Celsius) [note 1]",
    "7.1b": "Data 7.1b Average heating degree days and deviations [note 1]",
    "7.2": "Table 7.2 Average wind speed and deviations (knots) [note 1]",
    "7.3": "Table 7.3 Average daily sun hours and deviations [note 1]",
    "7.4": "Table 7.4 Average monthly rainfall and deviations (mm) [note 1]",
}
MATRIX = 4  # row of the labels of a weather sheet, from 0


def weather_book(last: int = 2005) -> Book:
    """Tables 7.1a to 7.4 up to January of the last year."""
    book: Book = {"Cover_Sheet": [["Energy Trends, weather"]]}
    names = [month.strftime("%B") for month in MONTHS[:12]]
    quarters = ["January-March", "April-June", "July-September", "October-December"]
    for spec in TABLES[1:]:
        years = range(int(spec.since[:4]), last + 1)
        rows: Rows = [[_TITLES[spec.number]], ["One table"], ["Notes"], ["[x]"]]
        for word, base in (("average", _FIGURES[spec.number]), ("deviation", 0.0)):
            mean = ["20-year mean\n[note 3]"] if word == "average" else [""]
            rows.append(["Calendar period", *mean, *(f"{year} \n{word}" for year in years)])
            for i, name in enumerate([*names, *quarters, "January-December"]):
                cells = [base + i / 10 + year / 10000 for year in years]
                tail: list[object] = [cells[-1] if i == 0 else "[x]"]
                rows.append([name, base if word == "average" else "", *cells[:-1], *tail])
        book[spec.number.replace(".", "_")] = rows
    return book


def opened(book: Book, file: str = "ET.xlsx") -> Workbook:
    """The workbook as reading it would give it, without the bytes in between."""
    padded = {
        n: [[*r, *[""] * (max(map(len, rows)) - len(r))] for r in rows] for n, rows in book.items()
    }
    sheets = tuple(Sheet.from_cells(file, name, rows) for name, rows in padded.items())
    return Workbook(file, "0" * 64, 0, sheets)


def xlsx(book: Book) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in book.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def write(folder: Path, energy: Book | None = None, weather: Book | None = None) -> Path:
    """A folder with both workbooks, and no record of them."""
    folder.mkdir(exist_ok=True)
    (folder / "ET_1.2.xlsx").write_bytes(xlsx(energy or energy_book()))
    (folder / "Weather.xlsx").write_bytes(xlsx(weather or weather_book()))
    return folder
