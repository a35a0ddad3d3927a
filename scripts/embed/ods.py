"""Write rows of cells as an ods workbook with odfpy."""

from __future__ import annotations

import io

from embed.archive import repacked
from odf.dc import Title
from odf.element import Element
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableColumnProperties, TextProperties
from odf.table import Table, TableCell, TableColumn, TableRow
from odf.teletype import addTextToElement
from odf.text import P

Rows = list[list[object]]


def ods(sheets: dict[str, Rows], title: str, published: str) -> bytes:
    """A workbook of sheets; floats keep their full precision, '' is an empty cell."""
    # odfpy declares every namespace that any document of this process has used so far.
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
                line.addElement(_cell(value, bold if number == 0 else None))
            table.addElement(line)
        book.spreadsheet.addElement(table)
    content = io.BytesIO()
    book.write(content)
    return repacked(content.getvalue(), published)


def _cell(value: object, style: Style | None) -> TableCell:
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
