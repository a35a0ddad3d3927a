"""Build a vintage from new workbooks, check it, then archive or quarantine it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from energy import legacy_errors
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
from energy.data.parser import Table
from energy.data.revisions import compare_vintages, revisions_to_csv
from energy.data.tables import TABLES
from energy.data.vintages import (
    RECORD,
    RawFile,
    Vintage,
    VintageRecord,
    describe_file,
    find_table,
    open_vintage,
)
from energy.data.workbook import Workbook, open_workbook, read_cover_sheet
from energy.errors import DataError, TableNotFound


@dataclass(frozen=True, slots=True)
class VintageDraft:
    """New workbooks made whole.

    Attributes:
        vintage: What was read; the paths of its files are names alone.
        contents: The bytes of its files by name.
    """

    vintage: Vintage
    contents: dict[str, bytes]


def build_vintage(
    new: Mapping[str, bytes], record: VintageRecord, before: Vintage | None, now: datetime
) -> VintageDraft:
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
        described = file.record or describe_file(contents[name], str(file.path))
        described = replace(described, tables=numbers)
        files.append(replace(file, path=Path(name), tables=numbers, record=described))
        tables |= {number: replace(before.tables[number], file=name) for number in numbers}
    ordered = {spec.number: tables[spec.number] for spec in TABLES}
    found = record.found or f"{now.astimezone(UTC):%Y-%m-%d}"
    vintage = Vintage(
        Path(), tuple(files), record.release, found, record.attribution, record.licence, ordered
    )
    return VintageDraft(vintage, contents)


def _open(name: str, body: bytes, record: VintageRecord) -> Workbook:
    found = hashlib.sha256(body).hexdigest()
    if name in record.files and record.files[name].sha256 != found:
        raise legacy_errors.UnrecordedBytes(name, found, record.files[name].sha256)
    return open_workbook(name, body)


def _tables(books: list[Workbook], *, complete: bool) -> dict[str, Table]:
    """Every table that the workbooks hold; all of them, if it is to be complete."""
    tables: dict[str, Table] = {}
    for spec in TABLES:
        try:
            tables[spec.number] = find_table(books, spec)
        except TableNotFound:
            if complete:
                raise
    return tables


def _new_file(
    book: Workbook, body: bytes, tables: Mapping[str, Table], record: VintageRecord, now: datetime
) -> RawFile:
    numbers = tuple(number for number, table in tables.items() if table.file == book.file)
    if not numbers:
        known = ", ".join(spec.number for spec in TABLES)
        raise legacy_errors.TableNotFound("of any kind", [book.file], f"one of tables {known}")
    cover = read_cover_sheet(book)
    described = record.files.get(book.file) or describe_file(body, "given by hand")
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


_NAME = re.compile(r"[\w(][\w +().,-]{0,149}\.[A-Za-z]{2,5}")
_OURS = {RECORD, CHECKS, REVISIONS, REASON}


@dataclass(frozen=True, slots=True)
class NewVintage:
    """New workbooks made a new vintage.

    Attributes:
        vintage: The vintage, now held.
        before: Id of the one it was compared with; '' for the first.
        checks: What was looked at.
        revisions: What it changed; see `energy.data.revisions.compare_vintages`.
    """

    vintage: ArchivedVintage
    before: str
    checks: list[DataCheck]
    revisions: pd.DataFrame


@dataclass(frozen=True, slots=True)
class UnchangedVintage:
    """Every workbook is in a vintage held already; `vintage` is the newest."""

    vintage: ArchivedVintage


@dataclass(frozen=True, slots=True)
class RejectedVintage:
    """The workbooks were set aside; what is held stays in use.

    Attributes:
        error: Why; raise it to stop.
        folder: Where they are, for a person to look at.
        checks: What was looked at; nothing where the workbooks could not be read.
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
    """Keep new workbooks as a new vintage, if they are new and pass every blocking check.

    They may be fewer than a vintage needs: the tables that are in none of them are carried over
    from the newest vintage held, with the workbooks that hold them. Whatever interrupts it, the
    vintage is held whole or not at all, and of several at once each sees what the one before did.

    Args:
        root: The folder with `raw` and `vintages`.
        files: The workbooks' bytes by file name.
        record: What is known of them. `release`, and `published` of a file, are filled in from the
            cover where they are ''; a file that it does not name gets a record of its bytes alone.
        accept: Names of checks (`energy.data.checks.ACCEPTABLE`) that a person accepts.
        now: When this is; the system's time where None.

    Raises:
        NoData: No files were given.
        BadFileName: A file's name cannot be kept.
        ArchiveUnwritable: The folder cannot be written, or another ingest does not come to an end.
        DataError: Any other, about what is held; see `held` and `open_vintage`.
    """
    now = now or datetime.now(UTC)
    if not files:
        raise legacy_errors.NoData(root, "was given no workbook to keep")
    for name in files:
        if not _NAME.fullmatch(name) or name.casefold() in _OURS:
            raise legacy_errors.BadFileName(name)
    require_checks((), accept)
    with lock_folder(root / VINTAGES):
        every = list_vintages(root)
        known = {sha256 for one in every for sha256 in one.hashes.values()}
        new = {name: body for name, body in files.items() if _sha256(body) not in known}
        if not new:
            return UnchangedVintage(every[-1])
        latest = every[-1] if every else None
        before = open_vintage(latest.folder) if latest else None
        checks: list[DataCheck] = []
        try:
            candidate = build_vintage(new, record, before, now)
            checks = check_vintage(candidate.vintage, before, now.date(), set(new))
            require_checks(checks, accept)
        except DataError as error:
            return RejectedVintage(error, quarantine(root, new, record, error, checks, now), checks)
        vintage = candidate.vintage
        frame = join_tables(vintage.tables)
        revisions = compare_vintages(join_tables(before.tables) if before else frame, frame)
        kept_at = _after(now, max((one.kept_at for one in every), default=""))
        whole = _record(vintage, record, latest.vintage_id if latest else "", checks, kept_at)
        name = identify_vintage(vintage)
        documents = {
            RECORD: whole.to_json().encode(),
            CHECKS: checks_to_json(checks).encode(),
            REVISIONS: revisions_to_csv(revisions).encode(),
        }
        write_folder(root / VINTAGES / name, {**candidate.contents, **documents})
        return NewVintage(find_vintage(root, name), whole.before, checks, revisions)


def _after(now: datetime, latest: str) -> str:
    """This moment, or one after the latest, where the clock went back or has not moved on.

    Of two vintages that end in the same month, the order in which they were kept tells the newer.
    """
    if latest:
        now = max(now, datetime.fromisoformat(latest) + timedelta(microseconds=1))
    return now.astimezone(UTC).isoformat(timespec="microseconds")


def _record(
    vintage: Vintage,
    record: VintageRecord,
    before: str,
    checks: Collection[DataCheck],
    kept_at: str,
) -> VintageRecord:
    """What is written down of a vintage that is kept."""
    files = {file.path.name: file.record for file in vintage.files if file.record}
    published = max((file.published for file in files.values()), default="")
    release = record.release or (f"{pd.Timestamp(published):%B %Y}" if published else "")
    accepted = tuple(sorted({one.name for one in checks if one.blocking and not one.passed}))
    return replace(
        record,
        release=release,
        found=vintage.found,
        files=files,
        kept_at=kept_at,
        before=before,
        accepted=accepted,
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
