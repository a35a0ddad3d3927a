"""Write rows of cells as xlsx (openpyxl) and ods (odfpy): the same content gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from odf.dc import Title
from odf.element import Element
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableColumnProperties, TextProperties
from odf.table import Table, TableCell, TableColumn, TableRow
from odf.teletype import addTextToElement
from odf.text import P
from openpyxl import Workbook
from openpyxl.cell import _writer
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

Rows = list[list[object]]
# The earliest time that a ZIP entry can have.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


@contextmanager
def _full_precision() -> Iterator[None]:
    # openpyxl writes 16 digits, too few to read the same float again.
    short = _writer.safe_string
    _writer.safe_string = lambda value: repr(value) if isinstance(value, float) else short(value)
    try:
        yield
    finally:
        _writer.safe_string = short


def xlsx(sheets: dict[str, Rows], title: str, published: str, label_row: int) -> bytes:
    """Write an xlsx workbook; sheets of figures have their labels in row `label_row`, frozen."""
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


def ods(sheets: dict[str, Rows], title: str, published: str) -> bytes:
    """Write an ods workbook; floats keep their full precision, '' is an empty cell."""
    # odfpy declares every namespace that this process has used before.
    Element.namespaces.clear()
    book = OpenDocumentSpreadsheet()
    book.meta.addElement(Title(text=title))
    bold = Style(name="bold", family="table-cell")
    bold.addElement(TextProperties(fontweight="bold"))
    widths = {}
    for name, width in (("text", "11cm"), ("label", "4.5cm"), ("figure", "2.6cm")):
        widths[name] = Style(name=name, family="table-column")
        widths[name].addElement(TableColumnProperties(columnwidth=width))
    for style in (bold, *widths.values()):
        book.automaticstyles.addElement(style)
    for name, rows in sheets.items():
        table = Table(name=name)
        columns = max(map(len, rows))
        first, others = ("label", "figure") if columns > 4 else ("text", "text")
        table.addElement(TableColumn(stylename=widths[first]))
        if columns > 1:
            table.addElement(
                TableColumn(stylename=widths[others], numbercolumnsrepeated=columns - 1)
            )
        for number, row in enumerate(rows):
            line = TableRow()
            for value in row:
                line.addElement(_ods_cell(value, bold if number == 0 else None))
            table.addElement(line)
        book.spreadsheet.addElement(table)
    content = io.BytesIO()
    book.write(content)
    return repacked(content.getvalue(), published)


def _ods_cell(value: object, style: Style | None) -> TableCell:
    look = {"stylename": style} if style is not None else {}
    if value == "":
        return TableCell(**look)
    if isinstance(value, float):
        cell = TableCell(valuetype="float", value=repr(value), **look)
        cell.addElement(P(text=f"{value:.2f}"))
        return cell
    cell = TableCell(valuetype="string", **look)
    for line in str(value).split("\n"):
        paragraph = P()
        addTextToElement(paragraph, line)
        cell.addElement(paragraph)
    return cell


def repacked(content: bytes, modified: str) -> bytes:
    """The same workbook with fixed times, attributes and modification date (ISO)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            # An ods starts with its media type, uncompressed, so that `file` can tell what it is.
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _MODIFIED.sub(rb"\g<1>" + modified.encode() + b"T00:00:00Z", data)
            target.writestr(entry, data, compresslevel=9)
    return packed.getvalue()
