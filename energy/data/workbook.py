"""Read workbooks (xlsx and ods) into memory: sheets, labels and cover sheets."""

from __future__ import annotations

import calendar
import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from energy.errors import DataError

MISSING = ("[x]", "n/a", "-")
"""Texts in place of a figure that is not available; a blank cell means the same."""
_MONTHS = {calendar.month_name[number].lower(): number for number in range(1, 13)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()}
# Published brackets do not always match: `[note 5 ]`, `{provisional]`.
_BRACKETED = re.compile(r"[\[{][^\]}]*[\]}]?")
_MONTH_LABEL = re.compile(r"([a-z]+)\*? ?(\d{4})?\*?(?: r)?")


@dataclass(frozen=True, slots=True)
class MonthLabel:
    """The month of a row's label, and whether the label marks its figures provisional."""

    month: pd.Period
    provisional: bool


def tidy(value: object) -> str:
    """A cell's text on one line, in Unicode form NFKC, with single spaces.

    >>> tidy(" 2022 \\naverage")
    '2022 average'
    """
    return "" if value is None else " ".join(unicodedata.normalize("NFKC", str(value)).split())


def normalise(value: object) -> str:
    """A label for comparison: lower-case words without notes or punctuation.

    >>> normalise("Primary electricity:  wind, solar &\\nhydro [note 5 ] [note 6]")
    'primary electricity wind solar and hydro'
    """
    words = _BRACKETED.sub(" ", tidy(value)).casefold().replace("&", " and ")
    return " ".join(re.sub(r"[\W_]+", " ", words).split())


def is_blank(value: object) -> bool:
    """Whether a cell has no visible content."""
    return value is None or (isinstance(value, str) and not tidy(value))


def is_missing(value: object) -> bool:
    """Whether a figure is not available: the cell is one of MISSING, or blank."""
    return is_blank(value) or (isinstance(value, str) and tidy(value).casefold() in MISSING)


def parse_month(value: object, year: int | None = None) -> MonthLabel | None:
    """Read a row's label as a month; None if it names none.

    It is `July 2022 [provisional]`, a date, or, in older files, the month beside a cell with the
    year.

    >>> parse_month("July 2022 {provisional]")
    MonthLabel(month=Period('2022-07', 'M'), provisional=True)
    """
    if isinstance(value, date):
        return MonthLabel(pd.Period(value, freq="M"), provisional=False)
    if not isinstance(value, str):
        return None
    text = tidy(value).casefold()
    match = _MONTH_LABEL.fullmatch(tidy(_BRACKETED.sub(" ", text)))
    if match is None or match[1] not in _MONTHS:
        return None
    years = {int(number) for number in (match[2], year) if number is not None}
    # No year, a label that contradicts the year beside it, or a number that is not a year.
    if len(years) != 1 or not 1 <= min(years) <= 9999:
        return None
    month = pd.Period(year=min(years), month=_MONTHS[match[1]], freq="M")
    return MonthLabel(month, provisional="provisional" in text)


def month_of_year(value: object) -> int | None:
    """1 to 12 for the label of a matrix row (`January [note 1]`), None for any other row."""
    return _MONTHS.get(normalise(value))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook `file`.

    Attributes:
        rows: Cells from A1 on: float, str, bool or date; '' where blank.
        labels: Normalised text of every text cell, by (row, column) from 0.
    """

    file: str
    name: str
    rows: Sequence[Sequence[object]]
    labels: dict[tuple[int, int], str]

    @classmethod
    def from_cells(cls, file: str, name: str, rows: Sequence[Sequence[object]]) -> Sheet:
        """A sheet from its cells."""
        labels = {
            (row, column): normalise(value)
            for row, cells in enumerate(rows)
            for column, value in enumerate(cells)
            if isinstance(value, str) and value
        }
        return cls(file, name, rows, labels)

    def cell(self, row: int, column: int) -> object:
        """The cell's value; '' outside the used range."""
        cells = self.rows[row] if 0 <= row < len(self.rows) else []
        return cells[column] if 0 <= column < len(cells) else ""


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook: name, SHA-256 in hex, size in bytes, visible sheets in order."""

    file: str
    sha256: str
    bytes: int
    sheets: tuple[Sheet, ...]


def address(row: int, column: int) -> str:
    """A cell's address such as `AB6`, from a row and a column counted from 0.

    >>> address(5, 27)
    'AB6'
    """
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def open_workbook(file: str, content: bytes) -> Workbook:
    """Open an xlsx or ods workbook from its bytes; `file` is its name for errors.

    Raises:
        DataError: The bytes are something else, damaged, cut short or locked by a password.
    """
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = tuple(
            # From A1 on, so that indexes match the addresses that a person sees.
            Sheet.from_cells(
                file, meta.name, book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
            )
            for meta in book.sheets_metadata
            # Hidden sheets are drafts, not published tables.
            if meta.visible == SheetVisibleEnum.Visible and meta.typ == SheetTypeEnum.WorkSheet
        )
    except CalamineError as error:
        raise not_a_workbook(file, _describe(content, error)) from error
    return Workbook(file, hashlib.sha256(content).hexdigest(), len(content), sheets)


def not_a_workbook(file: str, actual: str) -> DataError:
    """The error for a file that is not a workbook."""
    return DataError(
        f"{file} is not a workbook: found {actual}; expected an .xlsx or .ods file. "
        "Restore it with git, or download it again."
    )


def _describe(content: bytes, error: CalamineError) -> str:
    """What bytes that are not a workbook look like."""
    start = content[:512].lstrip().lower()
    if not content:
        return "an empty file"
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page (HTML)"
    if start.startswith(b"pk\x03\x04"):
        try:
            zipfile.ZipFile(io.BytesIO(content)).close()
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            return f"a ZIP archive cut short after {len(content)} bytes"
        return f"a damaged ZIP archive ({error})"
    return f"{len(content)} bytes of another kind"  # which may be private


_DATE = r"(\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]+),? (\d{4})"
# `published on Thursday 29th September 2022`; a colon or a weekday may stand between.
_PUBLISHED = re.compile(rf"\bpublished\b\D{{0,40}}?{_DATE}", re.IGNORECASE)
_NEXT = re.compile(rf"\bnext publication\b\D{{0,60}}?{_DATE}", re.IGNORECASE)
# Some workbooks announce quarterly data in the same sentence.
_NEW = re.compile(
    r"\bnew (?:monthly )?(?:data|figures) (?:for|up to) (.*?)(?: and new |\.|$)", re.IGNORECASE
)
_COVER_MONTH = re.compile(r"[A-Za-z]+ \d{4}")


@dataclass(frozen=True, slots=True)
class CoverSheet:
    """The statements of a cover sheet, each None if it is missing or cannot be read.

    `month` is the last one, ISO, that `cell` (such as `A6`) announces figures for; `published` and
    `following` are the dates of this release and of the next.
    """

    sheet: str
    month: str | None
    cell: str
    published: date | None
    following: date | None


def read_cover_sheet(workbook: Workbook) -> CoverSheet | None:
    """The cover of a workbook, or None if no sheet is called one."""
    covers = [s for s in workbook.sheets if tidy(s.name).casefold().startswith("cover")]
    if not covers:
        return None
    sheet = covers[0]
    texts = {place: tidy(sheet.cell(*place)) for place in sheet.labels}
    months = {place: month for place, text in texts.items() if (month := _last_month(text))}
    place = max(months, key=lambda place: months[place], default=None)
    return CoverSheet(
        sheet.name,
        str(months[place]) if place else None,
        address(*place) if place else "",
        next((day for text in texts.values() if (day := _date(_PUBLISHED, text))), None),
        next((day for text in texts.values() if (day := _date(_NEXT, text))), None),
    )


def _last_month(text: str) -> pd.Period | None:
    """The last month of `new data for May and June 2022`."""
    match = _NEW.search(text)
    labels = map(parse_month, _COVER_MONTH.findall(match[1])) if match else ()
    return max((label.month for label in labels if label), default=None)


def _date(pattern: re.Pattern[str], text: str) -> date | None:
    match = pattern.search(text)
    label = parse_month(f"{match[2]} {match[3]}") if match else None
    if match is None or label is None:
        return None
    try:
        return date(label.month.year, label.month.month, int(match[1]))
    except ValueError:  # Such as 31 June, or the year 0000.
        return None
