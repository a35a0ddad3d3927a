"""Take in new workbooks: read, check, compare with what is held; keep them or set them aside."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from energy.data import checks as checking
from energy.data.archive import CHECKS, REVISIONS, VINTAGES, HeldVintage, find, held, identify
from energy.data.candidates import make_candidate
from energy.data.checks import Check
from energy.data.folders import put, writing
from energy.data.monthly import join
from energy.data.quarantine import REASON, set_aside
from energy.data.records import RECORD, Record
from energy.data.revisions import compare, to_csv
from energy.data.vintages import Vintage, open_vintage
from energy.errors import BadFileName, DataError, NoData

_NAME = re.compile(r"[\w(][\w +().,-]{0,149}\.[A-Za-z]{2,5}")
_OURS = {RECORD, CHECKS, REVISIONS, REASON}


@dataclass(frozen=True, slots=True)
class Kept:
    """New workbooks made a new vintage.

    Attributes:
        vintage: The vintage, now held.
        before: Id of the one it was compared with; '' for the first.
        checks: What was looked at.
        revisions: What it changed; see `energy.data.revisions.compare`.
    """

    vintage: HeldVintage
    before: str
    checks: list[Check]
    revisions: pd.DataFrame


@dataclass(frozen=True, slots=True)
class NothingNew:
    """Every workbook is in a vintage held already; `vintage` is the newest."""

    vintage: HeldVintage


@dataclass(frozen=True, slots=True)
class Refused:
    """The workbooks were set aside; what is held stays in use.

    Attributes:
        error: Why; raise it to stop.
        folder: Where they are, for a person to look at.
        checks: What was looked at; nothing where the workbooks could not be read.
    """

    error: DataError
    folder: Path
    checks: list[Check]


def keep(
    root: Path,
    files: Mapping[str, bytes],
    record: Record,
    *,
    accept: Collection[str] = (),
    now: datetime | None = None,
) -> Kept | NothingNew | Refused:
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
        raise NoData(root, "was given no workbook to keep")
    for name in files:
        if not _NAME.fullmatch(name) or name.casefold() in _OURS:
            raise BadFileName(name)
    checking.require((), accept)
    with writing(root / VINTAGES):
        every = held(root)
        known = {sha256 for one in every for sha256 in one.hashes.values()}
        new = {name: body for name, body in files.items() if _sha256(body) not in known}
        if not new:
            return NothingNew(every[-1])
        latest = every[-1] if every else None
        before = open_vintage(latest.folder) if latest else None
        checks: list[Check] = []
        try:
            candidate = make_candidate(new, record, before, now)
            checks = checking.check(candidate.vintage, before, now.date(), set(new))
            checking.require(checks, accept)
        except DataError as error:
            return Refused(error, set_aside(root, new, record, error, checks, now), checks)
        vintage = candidate.vintage
        frame = join(vintage.tables)
        revisions = compare(join(before.tables) if before else frame, frame)
        kept_at = _after(now, max((one.kept_at for one in every), default=""))
        whole = _record(vintage, record, latest.vintage_id if latest else "", checks, kept_at)
        name = identify(vintage)
        documents = {
            RECORD: whole.to_json().encode(),
            CHECKS: checking.to_json(checks).encode(),
            REVISIONS: to_csv(revisions).encode(),
        }
        put(root / VINTAGES / name, {**candidate.contents, **documents})
        return Kept(find(root, name), whole.before, checks, revisions)


def _after(now: datetime, latest: str) -> str:
    """This moment, or one after the latest, where the clock went back or has not moved on.

    Of two vintages that end in the same month, the order in which they were kept tells the newer.
    """
    if latest:
        now = max(now, datetime.fromisoformat(latest) + timedelta(microseconds=1))
    return now.astimezone(UTC).isoformat(timespec="microseconds")


def _record(
    vintage: Vintage, record: Record, before: str, checks: Collection[Check], kept_at: str
) -> Record:
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
