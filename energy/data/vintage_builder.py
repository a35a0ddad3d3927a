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
from energy.data.checks import DataCheck, check_vintage, checks_to_json, require_checks
from energy.data.frame import join_tables
from energy.data.parser import Table, table_not_found
from energy.data.revisions import compare_vintages, revisions_to_csv
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
    """The workbooks became a new vintage.

    Attributes:
        vintage: The vintage, now in the archive.
        before: Id of the vintage it was compared with; '' for the first.
        checks: Results of the checks.
        revisions: Its changes of that vintage; see `energy.data.revisions.compare_vintages`.
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
    """The workbooks were quarantined; the vintage in use stays in use.

    Attributes:
        error: The reason; raise it to stop.
        folder: Folder of the workbooks, for a person to look at.
        checks: Results of the checks; empty if the workbooks could not be read.
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
    now = now or datetime.now(UTC)
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
            draft = build_vintage(new, record, before, now)
            checks = check_vintage(draft.vintage, before, now.date(), set(new))
            require_checks(checks, accept)
        except DataError as error:
            return RejectedVintage(error, quarantine(root, new, record, error, checks, now), checks)
        frame = join_tables(draft.vintage.tables)
        revisions = compare_vintages(join_tables(before.tables) if before else frame, frame)
        record = _complete_record(
            record,
            draft.vintage,
            kept_at=_next_time(now, max((v.kept_at for v in vintages), default="")),
            before=latest.vintage_id if latest else "",
            accepted=tuple(sorted({c.name for c in checks if c.blocking and not c.passed})),
        )
        documents = {
            RECORD: record.to_json().encode(),
            CHECKS: checks_to_json(checks).encode(),
            REVISIONS: revisions_to_csv(revisions).encode(),
        }
        vintage_id = identify_vintage(draft.vintage)
        write_folder(root / VINTAGES / vintage_id, {**draft.contents, **documents})
        return NewVintage(find_vintage(root, vintage_id), record.before, checks, revisions)


@dataclass(frozen=True, slots=True)
class VintageDraft:
    """A complete vintage that is not archived yet.

    Attributes:
        vintage: The vintage; the paths of its files are names alone.
        contents: The bytes of its files by name.
    """

    vintage: Vintage
    contents: dict[str, bytes]


def build_vintage(
    new: Mapping[str, bytes], record: VintageRecord, before: Vintage | None, now: datetime
) -> VintageDraft:
    """Read new workbooks, and add the workbooks of the vintage before with the other tables.

    Args:
        new: The new workbooks' bytes by file name.
        record: Their record; what it lacks is filled in from bytes and covers.
        before: The newest vintage, whose files are read again; None if there is none.
        now: The time to record where `record` has none.

    Raises:
        TableNotFound: A table is in no workbook, or a workbook has none of the tables.
        DataError: A workbook is not the recorded one, or cannot be read.
    """
    books = {name: _open(name, body, record) for name, body in new.items()}
    tables = _read_tables(list(books.values()), complete=before is None)
    files = [_describe(book, new[name], tables, record, now) for name, book in books.items()]
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
    ordered = {spec.number: tables[spec.number] for spec in TABLES}
    found = record.found or f"{now.astimezone(UTC):%Y-%m-%d}"
    vintage = Vintage(
        Path(), tuple(files), record.release, found, record.attribution, record.licence, ordered
    )
    return VintageDraft(vintage, contents)


def _open(name: str, body: bytes, record: VintageRecord) -> Workbook:
    entry = record.files.get(name)
    if entry is not None and entry.sha256 != _sha256(body):
        raise DataError(
            f"{name} has SHA-256 {_sha256(body)}; its record says {entry.sha256}. "
            "It was altered on the way; download it again."
        )
    return open_workbook(name, body)


def _read_tables(books: list[Workbook], *, complete: bool) -> dict[str, Table]:
    """Every table in the workbooks; a missing one is an error if they must be complete."""
    tables: dict[str, Table] = {}
    for spec in TABLES:
        try:
            tables[spec.number] = find_table(books, spec)
        except TableNotFound:
            if complete:
                raise
    return tables


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
        found_at=entry.found_at or now.astimezone(UTC).isoformat(timespec="seconds"),
        tables=numbers,
    )
    return RawFile(Path(book.file), book.sha256, book.bytes, numbers, entry, cover)


def _complete_record(
    record: VintageRecord,
    vintage: Vintage,
    *,
    kept_at: str,
    before: str,
    accepted: tuple[str, ...],
) -> VintageRecord:
    """The record of a vintage to archive."""
    files = {file.path.name: file.record for file in vintage.files if file.record}
    published = max((file.published for file in files.values()), default="")
    release = record.release or (f"{pd.Timestamp(published):%B %Y}" if published else "")
    return msgspec.structs.replace(
        record,
        release=release,
        found=vintage.found,
        files=files,
        kept_at=kept_at,
        before=before,
        accepted=accepted,
    )


def _next_time(now: datetime, latest: str) -> str:
    """This moment, or just after the latest one if the clock went back or did not move.

    Of two vintages with the same last month, the one archived later is the newer.
    """
    if latest:
        now = max(now, datetime.fromisoformat(latest) + timedelta(microseconds=1))
    return now.astimezone(UTC).isoformat(timespec="microseconds")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
