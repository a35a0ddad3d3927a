"""Write rows of cells as an xlsx workbook with openpyxl."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from embed.archive import repacked
from openpyxl import Workbook
from openpyxl.cell import _writer
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

Rows = list[list[object]]


@contextmanager
def _full_precision() -> Iterator[None]:
    # openpyxl writes floats with 16 digits, which is not enough to read the same float again.
    short = _writer.safe_string
    _writer.safe_string = lambda value: repr(value) if isinstance(value, float) else short(value)
    try:
        yield
    finally:
        _writer.safe_string = short


def xlsx(sheets: dict[str, Rows], title: str, published: str, label_row: int) -> bytes:
    """A workbook of sheets; sheets of figures have their labels in row `label_row`, frozen."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if value == "" else value for value in row])
        sheet["A1"].font = Font(bold=True, size=14)
        wide = len(rows[-1]) > 4
        for column in range(1, max(map(len, rows)) + 1):
            letter = get_column_letter(column)
            sheet.column_dimensions[letter].width = 26 if column == 1 else 16 if wide else 60
        if wide:
            sheet.freeze_panes = sheet.cell(label_row + 1, 2)
            for cell in sheet[label_row]:
                cell.font = Font(bold=True)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            for cells in sheet.iter_rows(min_row=label_row + 1, min_col=2):
                for cell in cells:
                    cell.number_format = "0.00"
        else:
            sheet.column_dimensions["A"].width = 110 if len(rows[-1]) == 1 else 45
            for (cell, *_rest) in sheet.iter_rows(min_row=2):
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    book.properties.title = title
    book.properties.creator = "energy-forecast"
    book.properties.created = datetime.fromisoformat(published)
    content = io.BytesIO()
    with _full_precision():
        book.save(content)
    return repacked(content.getvalue(), published)
