"""Vintages: the workbooks of one official release, their record and their tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from energy import legacy_errors
from energy.data.parser import Table, read_table
from energy.data.tables import TABLES, TableSpec
from energy.data.workbook import CoverSheet, Workbook, open_workbook, read_cover_sheet
from energy.errors import DataError, TableNotFound, WrongTitle

RECORD = "vintage.json"
ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Source: DESNZ (formerly BEIS), Energy Trends; weather series based on Met Office data."
)
LICENCE = "Open Government Licence v3.0"
# Fields that the first records did not have; the embedded one must stay the bytes it is.
_LATER = ("kept_at", "before", "accepted")
_LATER_OF_FILES = ("url", "etag", "last_modified", "found_at", "tables")


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One workbook.

    Attributes:
        sha256: Hash of its bytes, in hex.
        bytes: Its size.
        source: Where it comes from, for a person: a page, or a path given by hand.
        published: Date on which it was published, ISO; '' if not known.
        note: What else is to be said of it.
        url: What it was fetched from, after redirects; '' if it was given by hand.
        etag: Its ETag there, quotes and all, to ask next time whether it changed.
        last_modified: Its Last-Modified there, for the same.
        found_at: When it was fetched or given, ISO, UTC.
        tables: Numbers of the tables to take from it; all that are in it where none is named.
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


def describe_file(content: bytes, source: str, published: str = "", **known: Any) -> FileRecord:
    """The record of a workbook's bytes; `known` are any of its fields from `note` on."""
    digest = hashlib.sha256(content).hexdigest()
    return FileRecord(digest, len(content), source, published, **known)


@dataclass(frozen=True, slots=True)
class VintageRecord:
    """A release of the statistics office, as it was found.

    Attributes:
        release: Its name, such as `September 2022`.
        found: Date on which it was found, ISO; of the embedded vintage, the release's own date.
        files: What is known of each workbook, by file name.
        attribution: The sentence that the licence requires.
        licence: The licence.
        kept_at: When it was put with the others, ISO, UTC; '' for the embedded vintage.
        before: Id of the vintage that it was compared with; '' for the first.
        accepted: Names of the checks that it did not pass and a person accepted.
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
        """The record as the text of a `vintage.json`; what came later is left out where unknown."""
        data = asdict(self)
        for entry, names in (
            (data, _LATER),
            *((entry, _LATER_OF_FILES) for entry in data["files"].values()),
        ):
            for name in names:
                if not entry[name]:
                    del entry[name]
        return json.dumps(data, indent=2, sort_keys=True) + "\n"


def read_record(folder: Path) -> VintageRecord | None:
    """The folder's record; None where it has none.

    Raises:
        BadRecord: The file is there, but is not JSON, lacks a field, or names a path.
    """
    path = folder / RECORD
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise legacy_errors.BadRecord(path, f"no readable text ({error})", "JSON") from error
    try:
        data: dict[str, Any] = json.loads(text)
        files = {
            name: FileRecord(**{**entry, "tables": tuple(entry.get("tables", ()))})
            for name, entry in data["files"].items()
        }
        accepted = tuple(data.get("accepted", ()))
        record = VintageRecord(**{**data, "files": files, "accepted": accepted})
    except json.JSONDecodeError as error:
        raise legacy_errors.BadRecord(path, f"no JSON ({error})", "JSON") from error
    except (TypeError, KeyError, AttributeError) as error:
        expected = "release, found and files, each with sha256, bytes, source and published"
        raise legacy_errors.BadRecord(path, f"a wrong field ({error})", expected) from error
    for name in files:
        # A name is joined to the folder: it must not lead out of it.
        if Path(name).name != name or name in {"", ".", ".."}:
            raise legacy_errors.BadRecord(path, f"the file name '{name}'", "a name without folders")
    return record


SUFFIXES = (".xlsx", ".ods")


@dataclass(frozen=True, slots=True)
class RawFile:
    """One workbook of a vintage.

    Attributes:
        path: Where it is.
        sha256: Hash of its bytes, in hex.
        bytes: Its size.
        tables: Numbers of the tables read from it.
        record: What `vintage.json` says of it, if there is one.
        cover: What its cover sheet says, if it has one.
    """

    path: Path
    sha256: str
    bytes: int
    tables: tuple[str, ...]
    record: FileRecord | None = None
    cover: CoverSheet | None = None


@dataclass(frozen=True, slots=True)
class Vintage:
    """One release of the published tables, read and found whole.

    Attributes:
        folder: Where its workbooks are.
        files: The workbooks that hold its tables.
        release: Name of the release, or '' without a record.
        found: Date on which it was found, ISO, or '' without a record.
        attribution: The sentence that the licence requires.
        licence: The licence.
        tables: What was read, by table number.
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
        """SHA-256 of each workbook by file name, as a release's lineage keeps it."""
        return {file.path.name: file.sha256 for file in self.files}


def open_vintage(folder: Path, specs: Sequence[TableSpec] = TABLES) -> Vintage:
    """Read and check every table of the workbooks in a folder.

    With a `vintage.json`, the files are those it names, and must be the very bytes it records;
    that is checked last, since what is wrong inside tells more. Without one, the workbooks are
    known by their content.

    Args:
        folder: Holds the workbooks.
        specs: The tables to read; each must be there once.

    Raises:
        NoData: There is no such folder, or no workbook in it.
        BadRecord: `vintage.json` cannot be understood.
        MissingFile: It names a file that is not there.
        NotAWorkbook: A file is something else, damaged or cut short.
        RepeatedTable: Two workbooks hold the same table.
        DataError: Any other, from `read_table`: what is wrong with a table, and where.
        AlteredFile: A file reads well, but is not the one recorded.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise legacy_errors.NoData(
            folder, "is not a folder" if folder.exists() else "does not exist"
        )
    record = read_record(folder)
    paths = _paths(folder, record)
    books = {path: open_workbook(path.name, _read(path)) for path in paths}
    tables = {spec.number: find_table(_holders(books, spec, record), spec) for spec in specs}
    files = tuple(
        RawFile(
            path,
            book.sha256,
            book.bytes,
            tuple(number for number, table in tables.items() if table.file == path.name),
            record.files.get(path.name) if record else None,
            read_cover_sheet(book),
        )
        for path, book in books.items()
    )
    for file in files:
        if file.record is not None and file.sha256 != file.record.sha256:
            raise legacy_errors.AlteredFile(file.path, file.sha256, file.record.sha256)
    return Vintage(
        folder,
        # Without a record, a workbook that holds none of the tables is no part of the vintage.
        tuple(file for file in files if file.tables or file.record),
        record.release if record else "",
        record.found if record else "",
        record.attribution if record else ATTRIBUTION,
        record.licence if record else LICENCE,
        tables,
    )


def _paths(folder: Path, record: VintageRecord | None) -> list[Path]:
    if record is not None:
        for name in record.files:
            if not (folder / name).is_file():
                raise legacy_errors.MissingFile(name, folder)
        paths = [folder / name for name in sorted(record.files)]
    else:
        paths = [p for p in sorted(folder.iterdir()) if _is_candidate(p)]
    if not paths:
        raise legacy_errors.NoData(
            folder, f"holds no workbook ({' or '.join(SUFFIXES)}) and no {RECORD}"
        )
    return paths


def _is_candidate(path: Path) -> bool:
    # `~$name.xlsx` and `.~lock.name.ods#` are left by spreadsheet programs that have it open.
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(("~$", "."))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise legacy_errors.NotAWorkbook(
            path.name, f"no readable file ({error.strerror})"
        ) from error


def _holders(
    books: dict[Path, Workbook], spec: TableSpec, record: VintageRecord | None
) -> list[Workbook]:
    """The workbooks that a table may be taken from: those recorded for it, else all."""
    files = record.files if record else {}
    named = [b for path, b in books.items() if files and spec.number in files[path.name].tables]
    return named or list(books.values())


def find_table(books: Sequence[Workbook], spec: TableSpec) -> Table:
    """The table from the one workbook that holds it.

    Raises:
        TableNotFound: None of them does.
        RepeatedTable: Two of them do.
        DataError: Any other, from `read_table`.
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
    # A damaged table is an error even where another workbook holds a sound one; one that merely
    # looks alike is not.
    for miss in misses:
        if not (tables and isinstance(miss, WrongTitle)):
            raise miss
    if not tables:
        raise legacy_errors.TableNotFound(
            spec.number, [book.file for book in books], f"a {spec.wanted}"
        )
    if len(tables) > 1:
        raise legacy_errors.RepeatedTable(spec.number, [table.file for table in tables])
    return tables[0]
