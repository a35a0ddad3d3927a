"""Build a vintage from new workbooks, check it, then archive or quarantine it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pandas as pd

from energy.data.archive import (
    CHECKS,
    REASON,
    REVISIONS,
    VINTAGES,
    ArchivedVintage,
    find_vintage,
    identify_vintage,
    list_vintages,
    lock_folder,
    quarantine,
    write_folder,
)
from energy.data.checks import (
    DataCheck,
    check_vintage,
    checks_to_json,
    compare_vintages,
    require_checks,
    revisions_to_csv,
)
from energy.data.frame import join_tables
from energy.data.parser import Table, table_not_found
from energy.data.tables import TABLES
from energy.data.vintages import (
    RECORD,
    RawFile,
    Vintage,
    VintageRecord,
    describe_file,
    find_table,
    no_data,
    open_vintage,
)
from energy.data.workbook import Workbook, open_workbook, read_cover_sheet
from energy.errors import DataError, TableNotFound

_FILE_NAME = re.compile(r"[\w(][\w +().,-]{0,149}\.[A-Za-z]{2,5}")
_OWN_FILES = {RECORD, CHECKS, REVISIONS, REASON}


@dataclass(frozen=True, slots=True)
class NewVintage:
    """A new vintage in the archive.

    `before` is the id of the vintage it was compared with, '' for the first; `revisions` has its
    changes of that one (see `compare_vintages`).
    """

    vintage: ArchivedVintage
    before: str
    checks: list[DataCheck]
    revisions: pd.DataFrame


@dataclass(frozen=True, slots=True)
class UnchangedVintage:
    """Every workbook is in the archive already; `vintage` is the newest."""

    vintage: ArchivedVintage


@dataclass(frozen=True, slots=True)
class RejectedVintage:
    """The workbooks were quarantined in `folder`; the vintage in use stays in use.

    `error` is the reason; `checks` is empty if the workbooks could not be read.
    """

    error: DataError
    folder: Path
    checks: list[DataCheck]


def ingest_vintage(
    root: Path,
    files: Mapping[str, bytes],
    record: VintageRecord,
    *,
    accept: Collection[str] = (),
    now: datetime | None = None,
) -> NewVintage | UnchangedVintage | RejectedVintage:
    """Archive workbooks as a new vintage, if they are new and pass every blocking check.

    Tables that are in none of them are carried over from the newest vintage, with their workbooks.
    Whatever interrupts the ingest, the vintage is archived completely or not at all; of several
    ingests at once, each sees the results of those before.

    Args:
        root: The folder with `raw` and `vintages`.
        files: The workbooks' bytes by file name.
        record: Their record. An empty `release`, and an empty `published` of a file, are filled in
            from the cover; a file that it does not name gets a record of its bytes alone.
        accept: Names of checks (`energy.data.checks.ACCEPTABLE`) that a person accepts.
        now: The time of the ingest; None for the system's time.

    Raises:
        NoData: `files` is empty.
        DataError: A file name or a check to accept is not allowed, the archive cannot be read or
            written, or another ingest does not end.
    """
    now = (now or datetime.now(UTC)).astimezone(UTC)
    if not files:
        raise no_data(root, "got no workbook to ingest")
    for name in files:
        if not _FILE_NAME.fullmatch(name) or name.casefold() in _OWN_FILES:
            raise DataError(
                f"{name[:80]!a} is not a file name for a workbook; expected up to 150 letters, "
                "digits, spaces and _ - + ( ) . , not starting with a dot, ending such as .xlsx "
                "or .ods."
            )
    require_checks((), accept)
    with lock_folder(root / VINTAGES):
        vintages = list_vintages(root)
        hashes = {sha256 for vintage in vintages for sha256 in vintage.hashes.values()}
        new = {name: body for name, body in files.items() if _sha256(body) not in hashes}
        if not new:
            return UnchangedVintage(vintages[-1])
        latest = vintages[-1] if vintages else None
        before = open_vintage(latest.folder) if latest else None
        checks: list[DataCheck] = []
        try:
            vintage, contents = build_vintage(new, record, before, now)
            checks = check_vintage(vintage, before, now.date(), set(new))
            require_checks(checks, accept)
        except DataError as error:
            return RejectedVintage(error, quarantine(root, new, record, error, checks, now), checks)
        # Of two vintages with the same last month, the one archived later is the newer, even if
        # the clock went back or did not move.
        times = [datetime.fromisoformat(v.kept_at) for v in vintages if v.kept_at]
        kept_at = max([now, *(t.astimezone(UTC) + timedelta(microseconds=1) for t in times)])
        record = msgspec.structs.replace(
            record,
            release=vintage.release,
            found=vintage.found,
            files={file.path.name: file.record for file in vintage.files if file.record},
            kept_at=kept_at.isoformat(timespec="microseconds"),
            before=latest.vintage_id if latest else "",
            accepted=tuple(sorted({c.name for c in checks if c.blocking and not c.passed})),
        )
        frame = join_tables(vintage.tables)
        revisions = compare_vintages(join_tables(before.tables) if before else frame, frame)
        contents |= {
            RECORD: record.to_json().encode(),
            CHECKS: checks_to_json(checks).encode(),
            REVISIONS: revisions_to_csv(revisions).encode(),
        }
        vintage_id = identify_vintage(vintage)
        write_folder(root / VINTAGES / vintage_id, contents)
        return NewVintage(find_vintage(root, vintage_id), record.before, checks, revisions)


def build_vintage(
    new: Mapping[str, bytes], record: VintageRecord, before: Vintage | None, now: datetime
) -> tuple[Vintage, dict[str, bytes]]:
    """Read new workbooks, and add the workbooks of the vintage before with the other tables.

    Returns:
        The vintage, whose paths are names alone, and the bytes of its files by name. What the
        record lacks is filled in from bytes, covers and `now`.

    Raises:
        TableNotFound: A table is in no workbook, or a workbook has none of the tables.
        DataError: A workbook is not the recorded one, or cannot be read.
    """
    books = []
    for name, body in new.items():
        if name in record.files and record.files[name].sha256 != _sha256(body):
            raise DataError(
                f"{name} has SHA-256 {_sha256(body)}; its record says {record.files[name].sha256}. "
                "It was altered on the way; download it again."
            )
        books.append(open_workbook(name, body))
    tables: dict[str, Table] = {}
    for spec in TABLES:
        try:
            tables[spec.number] = find_table(books, spec)
        except TableNotFound:
            if before is None:
                raise
    files = [_describe(book, new[book.file], tables, record, now) for book in books]
    contents = dict(new)
    for file in before.files if before else ():
        numbers = tuple(number for number in file.tables if number not in tables)
        if before is None or not numbers:
            continue
        name = file.path.name
        if name.casefold() in {other.casefold() for other in contents}:
            name = f"{file.sha256[:8]}-{name}"  # File systems may ignore case.
        contents[name] = file.path.read_bytes()
        entry = file.record or describe_file(contents[name], str(file.path))
        entry = msgspec.structs.replace(entry, tables=numbers)
        files.append(replace(file, path=Path(name), tables=numbers, record=entry))
        tables |= {number: replace(before.tables[number], file=name) for number in numbers}
    published = max((file.record.published for file in files if file.record), default="")
    vintage = Vintage(
        Path(),
        tuple(files),
        record.release or (f"{pd.Timestamp(published):%B %Y}" if published else ""),
        record.found or f"{now:%Y-%m-%d}",
        record.attribution,
        record.licence,
        {spec.number: tables[spec.number] for spec in TABLES},
    )
    return vintage, contents


def _describe(
    book: Workbook, body: bytes, tables: Mapping[str, Table], record: VintageRecord, now: datetime
) -> RawFile:
    numbers = tuple(number for number, table in tables.items() if table.file == book.file)
    if not numbers:
        expected = f"one of tables {', '.join(spec.number for spec in TABLES)}"
        raise table_not_found("of any kind", [book.file], expected)
    cover = read_cover_sheet(book)
    entry = record.files.get(book.file) or describe_file(body, "given by hand")
    published = cover.published.isoformat() if cover and cover.published else ""
    entry = msgspec.structs.replace(
        entry,
        published=entry.published or published,
        found_at=entry.found_at or now.isoformat(timespec="seconds"),
        tables=numbers,
    )
    return RawFile(Path(book.file), book.sha256, book.bytes, numbers, entry, cover)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
