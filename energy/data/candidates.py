"""A vintage that may come to be held: new workbooks, and those carried over from the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from energy.data.covers import read_cover
from energy.data.figures import Table
from energy.data.records import Record, describe
from energy.data.tables import TABLES
from energy.data.vintages import RawFile, Vintage, one_table
from energy.data.workbook import Workbook, open_workbook
from energy.errors import TableNotFound, UnrecordedBytes


@dataclass(frozen=True, slots=True)
class Candidate:
    """New workbooks made whole.

    Attributes:
        vintage: What was read; the paths of its files are names alone.
        contents: The bytes of its files by name.
    """

    vintage: Vintage
    contents: dict[str, bytes]


def make_candidate(
    new: Mapping[str, bytes], record: Record, before: Vintage | None, now: datetime
) -> Candidate:
    """Read new workbooks, and add of the vintage before those that hold what they do not.

    Args:
        new: The new workbooks' bytes by file name.
        record: What is known of them; what it does not say is filled in from bytes and covers.
        before: The newest vintage held, whose files are read again; None if there is none.
        now: When they were found, where the record does not say.

    Raises:
        UnrecordedBytes: A workbook is not the one recorded.
        TableNotFound: A table is in no workbook, or a workbook holds none of the tables.
        DataError: Any other, from `open_workbook` and `one_table`.
    """
    books = {name: _open(name, body, record) for name, body in new.items()}
    tables = _tables(list(books.values()), complete=before is None)
    files = [_new_file(book, new[name], tables, record, now) for name, book in books.items()]
    contents = dict(new)
    for file in before.files if before else ():
        numbers = tuple(number for number in file.tables if number not in tables)
        if before is None or not numbers:
            continue
        name = _free(file.path.name, file.sha256, contents)
        contents[name] = file.path.read_bytes()
        described = file.record or describe(contents[name], str(file.path))
        described = replace(described, tables=numbers)
        files.append(replace(file, path=Path(name), tables=numbers, record=described))
        tables |= {number: replace(before.tables[number], file=name) for number in numbers}
    ordered = {spec.number: tables[spec.number] for spec in TABLES}
    found = record.found or f"{now.astimezone(UTC):%Y-%m-%d}"
    vintage = Vintage(
        Path(), tuple(files), record.release, found, record.attribution, record.licence, ordered
    )
    return Candidate(vintage, contents)


def _open(name: str, body: bytes, record: Record) -> Workbook:
    found = hashlib.sha256(body).hexdigest()
    if name in record.files and record.files[name].sha256 != found:
        raise UnrecordedBytes(name, found, record.files[name].sha256)
    return open_workbook(name, body)


def _tables(books: list[Workbook], *, complete: bool) -> dict[str, Table]:
    """Every table that the workbooks hold; all of them, if it is to be complete."""
    tables: dict[str, Table] = {}
    for spec in TABLES:
        try:
            tables[spec.number] = one_table(books, spec)
        except TableNotFound:
            if complete:
                raise
    return tables


def _new_file(
    book: Workbook, body: bytes, tables: Mapping[str, Table], record: Record, now: datetime
) -> RawFile:
    numbers = tuple(number for number, table in tables.items() if table.file == book.file)
    if not numbers:
        known = ", ".join(spec.number for spec in TABLES)
        raise TableNotFound("of any kind", [book.file], f"one of tables {known}")
    cover = read_cover(book)
    described = record.files.get(book.file) or describe(body, "given by hand")
    published = cover.published.isoformat() if cover and cover.published else ""
    described = replace(
        described,
        published=described.published or published,
        found_at=described.found_at or now.astimezone(UTC).isoformat(timespec="seconds"),
        tables=numbers,
    )
    return RawFile(Path(book.file), book.sha256, book.bytes, numbers, described, cover)


def _free(name: str, sha256: str, taken: Collection[str]) -> str:
    """A name that no other file has, on any file system."""
    used = {other.casefold() for other in taken}
    return f"{sha256[:8]}-{name}" if name.casefold() in used else name
