"""A vintage: what the statistics office issued, the bytes and the figures in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from energy.data.covers import Cover, read_cover
from energy.data.figures import Table, read_table
from energy.data.records import ATTRIBUTION, LICENCE, RECORD, FileRecord, Record, read_record
from energy.data.tables import TABLES, TableSpec
from energy.data.workbook import Workbook, open_workbook
from energy.errors import (
    AlteredFile,
    DataError,
    MissingFile,
    NoData,
    NotAWorkbook,
    RepeatedTable,
    TableNotFound,
    WrongTitle,
)

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
    cover: Cover | None = None


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
        raise NoData(folder, "is not a folder" if folder.exists() else "does not exist")
    record = read_record(folder)
    paths = _paths(folder, record)
    books = {path: open_workbook(path.name, _read(path)) for path in paths}
    tables = {spec.number: one_table(_holders(books, spec, record), spec) for spec in specs}
    files = tuple(
        RawFile(
            path,
            book.sha256,
            book.bytes,
            tuple(number for number, table in tables.items() if table.file == path.name),
            record.files.get(path.name) if record else None,
            read_cover(book),
        )
        for path, book in books.items()
    )
    for file in files:
        if file.record is not None and file.sha256 != file.record.sha256:
            raise AlteredFile(file.path, file.sha256, file.record.sha256)
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


def _paths(folder: Path, record: Record | None) -> list[Path]:
    if record is not None:
        for name in record.files:
            if not (folder / name).is_file():
                raise MissingFile(name, folder)
        paths = [folder / name for name in sorted(record.files)]
    else:
        paths = [p for p in sorted(folder.iterdir()) if _is_candidate(p)]
    if not paths:
        raise NoData(folder, f"holds no workbook ({' or '.join(SUFFIXES)}) and no {RECORD}")
    return paths


def _is_candidate(path: Path) -> bool:
    # `~$name.xlsx` and `.~lock.name.ods#` are left by spreadsheet programs that have it open.
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(("~$", "."))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotAWorkbook(path.name, f"no readable file ({error.strerror})") from error


def _holders(books: dict[Path, Workbook], spec: TableSpec, record: Record | None) -> list[Workbook]:
    """The workbooks that a table may be taken from: those recorded for it, else all."""
    files = record.files if record else {}
    named = [b for path, b in books.items() if files and spec.number in files[path.name].tables]
    return named or list(books.values())


def one_table(books: Sequence[Workbook], spec: TableSpec) -> Table:
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
        raise TableNotFound(spec.number, [book.file for book in books], f"a {spec.wanted}")
    if len(tables) > 1:
        raise RepeatedTable(spec.number, [table.file for table in tables])
    return tables[0]
