"""A workbook in memory: its bytes' hash and its visible sheets, from xlsx or ods alike."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from energy.data.labels import normalise
from energy.errors import NotAWorkbook


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet.

    Attributes:
        file: Name of its workbook.
        name: Its own name.
        rows: Cells from A1 on: float, str, bool or date; '' where blank.
        labels: Normalised text of every text cell, by (row, column) from 0.
    """

    file: str
    name: str
    rows: list[list[object]]
    labels: dict[tuple[int, int], str]

    @classmethod
    def of(cls, file: str, name: str, rows: list[list[object]]) -> Sheet:
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
    """One workbook: name, SHA-256 in hex, size in bytes, visible sheets in order."""

    file: str
    sha256: str
    bytes: int
    sheets: tuple[Sheet, ...]


def address(row: int, column: int) -> str:
    """A cell's name in the A1 style, from a row and a column counted from 0.

    >>> address(5, 27)
    'AB6'
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def open_workbook(file: str, content: bytes) -> Workbook:
    """Open a workbook from its bytes.

    Args:
        file: Name to use in errors.
        content: An xlsx or ods file.

    Raises:
        NotAWorkbook: The bytes are something else, damaged, cut short or locked by a password.
    """
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = tuple(
            Sheet.of(file, meta.name, _cells(book, meta.name))
            for meta in book.sheets_metadata
            # A hidden sheet is somebody's scratch pad, not a published table.
            if meta.visible == SheetVisibleEnum.Visible and meta.typ == SheetTypeEnum.WorkSheet
        )
    except CalamineError as error:
        raise NotAWorkbook(file, _kind(content, error)) from error
    return Workbook(file, hashlib.sha256(content).hexdigest(), len(content), sheets)


def _cells(book: CalamineWorkbook, name: str) -> list[list[object]]:
    sheet = book.get_sheet_by_name(name)
    # From A1 on, so that places in the list are those that a person sees.
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]


def _kind(content: bytes, error: CalamineError) -> str:
    """What bytes that are no workbook look like."""
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
    return f"{len(content)} bytes that start with {content[:12]!r}"
