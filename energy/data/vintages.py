"""Vintages: the workbooks of one official release, their record and their tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from energy.data.parser import Table, read_table, repeated_table, table_not_found
from energy.data.tables import TABLES, TableSpec
from energy.data.workbook import (
    CoverSheet,
    Workbook,
    not_a_workbook,
    open_workbook,
    read_cover_sheet,
)
from energy.errors import DataError, NoData, TableNotFound, WrongTitle

RECORD = "vintage.json"
SUFFIXES = (".xlsx", ".ods")
ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Source: DESNZ (formerly BEIS), Energy Trends; weather series based on Met Office data."
)
LICENCE = "Open Government Licence v3.0"
# Left out of the JSON while empty: the first records did not have these fields.
_OPTIONAL = ("kept_at", "before", "accepted")
_OPTIONAL_OF_FILES = ("url", "etag", "last_modified", "found_at", "tables")


class FileRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The record of a workbook.

    Attributes:
        source: Where it comes from, for a person: a page, or a path.
        published: Date of its publication, ISO; '' if unknown.
        note: A remark.
        url: The URL it was downloaded from, after redirects; '' for a local file. `etag` and
            `last_modified` are its headers there, for the next download.
        found_at: Time of the download or of the ingest, ISO, UTC.
        tables: Numbers of the tables to read from it; every table in it if empty.
    """

    sha256: str
    bytes: int
    source: str
    published: str
    note: str = ""
    url: str = ""
    etag: str = ""
    last_modified: str = ""
    found_at: str = ""
    tables: tuple[str, ...] = ()


def describe_file(content: bytes, source: str, published: str = "", **fields: Any) -> FileRecord:
    """The record of a workbook's bytes; `fields` are any of its fields from `note` on."""
    digest = hashlib.sha256(content).hexdigest()
    return FileRecord(digest, len(content), source, published, **fields)


class VintageRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The record of a vintage (`vintage.json`).

    Attributes:
        release: Name of the release, such as `September 2022`.
        found: Date on which we found it, ISO; for the embedded vintage, the release's own date.
        kept_at: Time of its archiving, ISO, UTC; '' for the embedded vintage.
        before: Id of the vintage it was compared with; '' for the first.
        accepted: Names of failed checks that a person accepted.
    """

    release: str
    found: str
    files: dict[str, FileRecord]
    attribution: str = ATTRIBUTION
    licence: str = LICENCE
    kept_at: str = ""
    before: str = ""
    accepted: tuple[str, ...] = ()

    def to_json(self) -> str:
        """The record as the text of a `vintage.json`."""
        data = msgspec.to_builtins(self)
        entries = [(data, _OPTIONAL), *((f, _OPTIONAL_OF_FILES) for f in data["files"].values())]
        for entry, names in entries:
            for name in names:
                if not entry[name]:
                    del entry[name]
        return json.dumps(data, indent=2, sort_keys=True) + "\n"


def read_record(folder: Path) -> VintageRecord | None:
    """The record of a folder; None if it has none.

    Raises:
        DataError: It is not JSON, lacks a field, or names a path.
    """
    path = folder / RECORD
    try:
        record = msgspec.json.decode(path.read_bytes(), type=VintageRecord)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise bad_record(path, f"no readable file ({error.strerror})", "JSON") from error
    except msgspec.ValidationError as error:
        expected = "release, found and files, each with sha256, bytes, source and published"
        raise bad_record(path, f"a wrong field ({error})", expected) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_record(path, f"no JSON ({error})", "JSON") from error
    for name in record.files:
        # Names are joined to the folder and must not lead out of it.
        if Path(name).name != name or name in {"", ".", ".."}:
            raise bad_record(path, f"the file name '{name}'", "a name without folders")
    return record


_RESTORE = "Restore it with git, or write it anew with scripts/embed_vintage.py."


def bad_record(path: Path, actual: str, expected: str) -> DataError:
    """The error for a `vintage.json` with a fault."""
    return DataError(f"{path}: found {actual}; expected {expected}. {_RESTORE}")


def require_files(folder: Path, record: VintageRecord) -> None:
    """Raise DataError if a workbook that the record names is missing from the folder."""
    for name in record.files:
        if not (folder / name).is_file():
            raise DataError(
                f"{name} is missing from {folder}, whose vintage.json names it. {_RESTORE}"
            )


@dataclass(frozen=True, slots=True)
class RawFile:
    """A workbook of a vintage, with the numbers of the tables read from it."""

    path: Path
    sha256: str
    bytes: int
    tables: tuple[str, ...]
    record: FileRecord | None = None
    cover: CoverSheet | None = None


@dataclass(frozen=True, slots=True)
class Vintage:
    """One release of the published tables, read and complete; `tables` are by number.

    `release` and `found` are those of its record, '' without one.
    """

    folder: Path
    files: tuple[RawFile, ...]
    release: str
    found: str
    attribution: str
    licence: str
    tables: dict[str, Table] = field(repr=False, compare=False)

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of each workbook by file name, for a release's lineage."""
        return {file.path.name: file.sha256 for file in self.files}


def open_vintage(folder: Path) -> Vintage:
    """Read and check every table of the workbooks in a folder.

    With a `vintage.json`, the files are those it names and must have the hashes it records. The
    hashes are checked last, since a fault inside a workbook is the more helpful message. Without
    one, workbooks are recognised by their content.

    Raises:
        NoData: There is no such folder, or no workbook in it.
        DataError: `vintage.json` is wrong or names a missing file; a file is not a workbook; a
            table is missing, repeated or faulty; or a sound workbook is not the recorded one.
    """
    folder = Path(folder)
    if not folder.is_dir():
        reason = "is not a folder" if folder.exists() else "does not exist"
        raise no_data(folder, reason)
    record = read_record(folder)
    entries = record.files if record else {}
    books = {path: _open(path) for path in _workbook_paths(folder, record)}
    tables = {}
    for spec in TABLES:
        recorded = [
            book
            for path, book in books.items()
            if path.name in entries and spec.number in entries[path.name].tables
        ]
        tables[spec.number] = find_table(recorded or list(books.values()), spec)
    files = tuple(
        RawFile(
            path,
            book.sha256,
            book.bytes,
            tuple(number for number, table in tables.items() if table.file == path.name),
            entries.get(path.name),
            read_cover_sheet(book),
        )
        for path, book in books.items()
    )
    for file in files:
        if file.record is not None and file.sha256 != file.record.sha256:
            raise DataError(
                f"{file.path} was altered: its SHA-256 is {file.sha256}; vintage.json records "
                f"{file.record.sha256}. Restore it with `git checkout -- {file.path}`, or record "
                "it anew with scripts/embed_vintage.py."
            )
    return Vintage(
        folder,
        # Without a record, a workbook without any of the tables is not part of the vintage.
        tuple(file for file in files if file.tables or file.record),
        record.release if record else "",
        record.found if record else "",
        record.attribution if record else ATTRIBUTION,
        record.licence if record else LICENCE,
        tables,
    )


def no_data(folder: Path, reason: str) -> NoData:
    """The error for a folder without workbooks."""
    return NoData(
        f"No data: {folder} {reason}; expected the workbooks of one release. "
        "Restore data/raw with git, or set ENERGY_DATA to the folder of your workbooks."
    )


def _workbook_paths(folder: Path, record: VintageRecord | None) -> list[Path]:
    if record is not None:
        require_files(folder, record)
        paths = [folder / name for name in sorted(record.files)]
    else:
        # Spreadsheet programs leave `~$name.xlsx` and `.~lock.name.ods#` beside an open file.
        paths = [
            path
            for path in sorted(folder.iterdir())
            if path.suffix.lower() in SUFFIXES and not path.name.startswith(("~$", "."))
        ]
    if not paths:
        raise no_data(folder, f"has no workbook ({' or '.join(SUFFIXES)}) and no {RECORD}")
    return paths


def _open(path: Path) -> Workbook:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise not_a_workbook(path.name, f"no readable file ({error.strerror})") from error
    return open_workbook(path.name, content)


def find_table(books: Sequence[Workbook], spec: TableSpec) -> Table:
    """The table from the only workbook that contains it.

    Raises:
        TableNotFound: No workbook contains it.
        DataError: Two workbooks contain it, or it is faulty (see `read_table`).
    """
    tables: list[Table] = []
    misses: list[DataError] = []
    for book in books:
        try:
            tables.append(read_table(book, spec))
        except TableNotFound:
            continue
        except DataError as error:
            misses.append(error)
    # A faulty table is an error even if another workbook has a sound one, but a similar table
    # under another title is not.
    for miss in misses:
        if not (tables and isinstance(miss, WrongTitle)):
            raise miss
    if not tables:
        files = [book.file for book in books]
        raise table_not_found(spec.number, files, f"a {spec.expected_title}")
    if len(tables) > 1:
        raise repeated_table(spec.number, [table.file for table in tables])
    return tables[0]
