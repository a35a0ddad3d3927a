"""The archive of vintages: each in its own folder, written whole, never overwritten."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from energy import legacy_errors
from energy.data.checks import DataCheck
from energy.data.revisions import revisions_from_csv
from energy.data.tables import ENERGY
from energy.data.vintages import RECORD, Vintage, VintageRecord, open_vintage, read_record
from energy.errors import DataError, NoData

LOCK_SECONDS = 60.0
"""How long to wait for another writer: reading and checking a vintage takes it about a second."""
_HIDDEN = ".new-"


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Be the only writer in a folder, which is made if need be.

    The lock is the system's, on the file `.lock`: it goes with the process that holds it, killed
    or not, and the file that stays behind means nothing.

    Raises:
        ArchiveUnwritable: The folder cannot be written, or another writer does not come to an end.
    """
    from filelock import FileLock, Timeout

    lock = folder / ".lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, timeout=LOCK_SECONDS):
            _clear(folder)
            yield
    except Timeout as error:
        reason = f"another writer has held {lock} for {LOCK_SECONDS:.0f} seconds"
        raise legacy_errors.ArchiveUnwritable(folder, reason) from error
    except (OSError, NotImplementedError) as error:  # filelock: a file system without locks
        raise legacy_errors.ArchiveUnwritable(folder, _os_reason(error)) from error


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Let a new folder with these files appear at once, and stay there through a power cut.

    Written beside under a hidden name, then renamed. Call it within `writing` of the parent.

    Raises:
        FileExistsError: There is such a folder; it is never touched.
        OSError: The files cannot be written; nothing has appeared.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists, and what is kept is never overwritten")
    new = folder.parent / f"{_HIDDEN}{secrets.token_hex(8)}"
    new.mkdir()
    try:
        for name, content in files.items():
            with (new / name).open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        _sync(new)
        # On POSIX this fails on a folder that holds anything, so it cannot replace one either.
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)  # There is nothing to remove once it is renamed.
    _sync(folder.parent)


def _clear(folder: Path) -> None:
    """Remove what a killed writer left: only one holds the lock, so nobody is writing it now."""
    for left in folder.glob(f"{_HIDDEN}*"):
        shutil.rmtree(left, ignore_errors=True)


def _sync(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folders, and needs no such thing.
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _os_reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return f"{type(error).__name__}: {error}"


VINTAGES, RAW = "vintages", "raw"
CHECKS, REVISIONS = "checks.json", "revisions.csv"
_ID = re.compile(r"\d{4}-(0[1-9]|1[0-2])-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class ArchivedVintage:
    """One vintage in the archive, not yet read.

    Attributes:
        vintage_id: Its id.
        folder: Where its files are: what `open_vintage` takes.
        release: Name of the release, or ''.
        kept_at: When it was put there, ISO, UTC; '' for the embedded vintage.
        hashes: SHA-256 of each workbook by file name.
    """

    vintage_id: str
    folder: Path
    release: str
    kept_at: str
    hashes: dict[str, str]

    @property
    def month(self) -> str:
        """The last month with energy figures, ISO."""
        return self.vintage_id[:7]

    def revisions(self) -> pd.DataFrame:
        """What it changed in the vintage before it; see `revisions.compare_vintages`."""
        return revisions_from_csv(self.folder / REVISIONS)


def vintage_id(month: str, hashes: Iterable[str]) -> str:
    """The id of the vintage made of some workbooks.

    Args:
        month: The last month with energy figures, ISO.
        hashes: SHA-256 of each workbook, in any order; what they are called does not count.
    """
    return f"{month}-{short_hash(hashes)}"


def short_hash(hashes: Iterable[str]) -> str:
    """Eight hex digits for several files, from their SHA-256 in any order."""
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()[:8]


def identify_vintage(vintage: Vintage) -> str:
    """The id of a vintage as read."""
    month = str(vintage.tables[ENERGY.number].figures.index[-1])
    return vintage_id(month, vintage.hashes.values())


def list_vintages(root: Path) -> list[ArchivedVintage]:
    """Every vintage held, oldest first: by their last month of energy, then as they were kept.

    Args:
        root: The folder with `raw` and `vintages`, either of which may be missing.

    Raises:
        BadRecord, MissingFile: A folder in `vintages` that somebody has spoilt.
        DataError: Any other, from `open_vintage`, about the embedded vintage.
    """
    folder = root / VINTAGES
    folders = sorted(folder.iterdir()) if folder.is_dir() else []
    found = {path.name: _archived(path) for path in folders if _ID.fullmatch(path.name)}
    for vintage in _embedded(root / RAW):
        found.setdefault(vintage.vintage_id, vintage)
    return sorted(found.values(), key=lambda one: (one.month, one.kept_at, one.vintage_id))


def newest_vintage(root: Path) -> ArchivedVintage:
    """The vintage to use unless another is asked for.

    Raises:
        NoData: None is held.
        DataError: See `held`.
    """
    every = list_vintages(root)
    if not every:
        raise legacy_errors.NoData(root, f"holds no vintage in {RAW} or {VINTAGES}")
    return every[-1]


def find_vintage(root: Path, vintage_id: str) -> ArchivedVintage:
    """The vintage with an id.

    Raises:
        UnknownVintage: None has it.
        DataError: See `held`.
    """
    every = {one.vintage_id: one for one in list_vintages(root)}
    if vintage_id not in every:
        raise legacy_errors.UnknownVintage(vintage_id, list(every))
    return every[vintage_id]


def _archived(folder: Path) -> ArchivedVintage:
    record = read_record(folder)
    if record is None:
        raise legacy_errors.BadRecord(folder / RECORD, "no such file", "the record of the vintage")
    for name in record.files:
        if not (folder / name).is_file():
            raise legacy_errors.MissingFile(name, folder)
    try:
        dated = datetime.fromisoformat(record.kept_at).tzinfo is not None
    except (TypeError, ValueError):
        dated = False
    if not dated:
        expected = "kept_at, a moment with its time zone"
        raise legacy_errors.BadRecord(folder / RECORD, f"kept_at {record.kept_at!r}", expected)
    hashes = {name: file.sha256 for name, file in record.files.items()}
    return ArchivedVintage(folder.name, folder, record.release, record.kept_at, hashes)


def _embedded(folder: Path) -> list[ArchivedVintage]:
    try:
        vintage = open_vintage(folder)
    except NoData:
        return []
    return [ArchivedVintage(identify_vintage(vintage), folder, vintage.release, "", vintage.hashes)]


QUARANTINE, REASON = "quarantine", "reason.json"


def quarantine(
    root: Path,
    files: Mapping[str, bytes],
    record: VintageRecord,
    error: DataError,
    checks: Collection[DataCheck],
    now: datetime,
) -> Path:
    """Put refused workbooks, with the reason, in a folder of their own; the same ones only once.

    Args:
        root: The folder with `quarantine`.
        files: The workbooks' bytes by file name.
        record: What is known of them.
        error: Why they were refused.
        checks: What was looked at, as far as it came.
        now: When this is.

    Returns:
        Their folder: this one, or where the same bytes were put when they first were refused.

    Raises:
        ArchiveUnwritable: It cannot be written.
    """
    hashes = {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    short = short_hash(hashes.values())
    with lock_folder(root / QUARANTINE):
        already = sorted((root / QUARANTINE).glob(f"[0-9]*-{short}"))
        if already:
            return already[0]
        moment = now.astimezone(UTC)
        folder = root / QUARANTINE / f"{moment:%Y%m%dT%H%M%SZ}-{short}"
        described = {
            name: {
                **(asdict(record.files[name]) if name in record.files else {}),
                "sha256": sha256,  # what they are, whatever was said of them
                "bytes": len(files[name]),
            }
            for name, sha256 in hashes.items()
        }
        reason = {
            "error": type(error).__name__,
            "message": str(error),
            "refused_at": moment.isoformat(timespec="seconds"),
            "files": described,
            "checks": [asdict(one) for one in checks],
        }
        text = json.dumps(reason, indent=2) + "\n"
        write_folder(folder, {**files, REASON: text.encode()})
        return folder
