"""The archive of vintages: each in its own folder, written completely, never overwritten."""

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

import msgspec
import pandas as pd

from energy.data.checks import DataCheck, revisions_from_csv
from energy.data.tables import ENERGY
from energy.data.vintages import (
    RECORD,
    Vintage,
    VintageRecord,
    bad_record,
    no_data,
    open_vintage,
    read_record,
    require_files,
)
from energy.errors import DataError, NoData, join_names, quote_value

RAW, VINTAGES, QUARANTINE = "raw", "vintages", "quarantine"
CHECKS, REVISIONS, REASON = "checks.json", "revisions.csv", "reason.json"
LOCK_SECONDS = 60.0
"""How long to wait for another writer: reading and checking a vintage takes it about a second."""
_UNFINISHED = ".new-"
_ID = re.compile(r"\d{4}-(0[1-9]|1[0-2])-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class ArchivedVintage:
    """A vintage in the archive, whose folder `open_vintage` reads.

    `kept_at` is the time of its archiving, ISO, UTC; '' for the embedded vintage.
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
        """Its changes of the vintage before; see `compare_vintages`."""
        return revisions_from_csv(self.folder / REVISIONS)


def list_vintages(root: Path) -> list[ArchivedVintage]:
    """Every vintage in `raw` and `vintages`, either of which may be missing.

    They are sorted, oldest first, by last month of energy, then by time of archiving.

    Raises:
        DataError: A folder in `vintages` is damaged, or the embedded vintage cannot be read.
    """
    folder = root / VINTAGES
    folders = sorted(folder.iterdir()) if folder.is_dir() else []
    vintages = {path.name: _read_archived(path) for path in folders if _ID.fullmatch(path.name)}
    try:
        embedded = open_vintage(root / RAW)
    except NoData:
        pass
    else:
        vintage_id = identify_vintage(embedded)
        archived = ArchivedVintage(vintage_id, root / RAW, embedded.release, "", embedded.hashes)
        vintages.setdefault(vintage_id, archived)
    return sorted(vintages.values(), key=lambda v: (v.month, v.kept_at, v.vintage_id))


def newest_vintage(root: Path) -> ArchivedVintage:
    """The vintage to use by default; NoData if there is none."""
    vintages = list_vintages(root)
    if not vintages:
        raise no_data(root, f"has no vintage in {RAW} or {VINTAGES}")
    return vintages[-1]


def find_vintage(root: Path, vintage_id: str) -> ArchivedVintage:
    """The vintage with an id; DataError if there is none."""
    vintages = {vintage.vintage_id: vintage for vintage in list_vintages(root)}
    if vintage_id not in vintages:
        raise DataError(
            f"No vintage {quote_value(vintage_id)} in {root}; expected one of "
            f"{join_names(list(vintages))}."
        )
    return vintages[vintage_id]


def make_vintage_id(month: str, hashes: Iterable[str]) -> str:
    """The id of a vintage, from its last month of energy and the SHA-256 of each workbook."""
    return f"{month}-{_short_hash(hashes)}"


def identify_vintage(vintage: Vintage) -> str:
    """The id of a vintage as read."""
    month = str(vintage.tables[ENERGY.number].figures.index[-1])
    return make_vintage_id(month, vintage.hashes.values())


def _short_hash(hashes: Iterable[str]) -> str:
    """Eight hex digits for several files, from their SHA-256 in any order."""
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()[:8]


def _read_archived(folder: Path) -> ArchivedVintage:
    record, path = read_record(folder), folder / RECORD
    if record is None:
        raise bad_record(path, "no such file", "the record of the vintage")
    require_files(folder, record)
    try:
        zone = datetime.fromisoformat(record.kept_at).tzinfo
    except ValueError:
        zone = None
    if zone is None:
        raise bad_record(path, f"kept_at {record.kept_at!r}", "a time with its time zone")
    hashes = {name: file.sha256 for name, file in record.files.items()}
    return ArchivedVintage(folder.name, folder, record.release, record.kept_at, hashes)


def quarantine(
    root: Path,
    files: Mapping[str, bytes],
    record: VintageRecord,
    error: DataError,
    checks: Collection[DataCheck],
    now: datetime,
) -> Path:
    """Store refused workbooks, the reason and the checks that ran; return their folder.

    Workbooks that were refused before keep their folder of then.
    """
    hashes = {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    short_hash = _short_hash(hashes.values())
    with lock_folder(root / QUARANTINE):
        if folders := sorted((root / QUARANTINE).glob(f"[0-9]*-{short_hash}")):
            return folders[0]
        moment = now.astimezone(UTC)
        folder = root / QUARANTINE / f"{moment:%Y%m%dT%H%M%SZ}-{short_hash}"
        entries = {}
        for name, sha256 in hashes.items():
            entry = msgspec.to_builtins(record.files[name]) if name in record.files else {}
            # Of the bytes themselves, whatever the record says.
            entries[name] = {**entry, "sha256": sha256, "bytes": len(files[name])}
        reason = {
            "error": type(error).__name__,
            "message": str(error),
            "refused_at": moment.isoformat(timespec="seconds"),
            "files": entries,
            "checks": [asdict(check) for check in checks],
        }
        text = json.dumps(reason, indent=2) + "\n"
        write_folder(folder, {**files, REASON: text.encode()})
        return folder


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Be the only writer in a folder, which is created if missing.

    The operating system locks the file `.lock`: the lock ends with the process, killed or not.

    Raises:
        DataError: The folder cannot be written, or another writer takes longer than LOCK_SECONDS.
    """
    from filelock import FileLock, Timeout

    lock = folder / ".lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(lock, timeout=LOCK_SECONDS):
            for path in folder.glob(f"{_UNFINISHED}*"):  # Left by a writer that was killed.
                shutil.rmtree(path, ignore_errors=True)
            yield
    except Timeout as error:
        reason = f"another writer has locked {lock} for {LOCK_SECONDS:.0f} seconds"
        raise _unwritable(folder, reason) from error
    except (OSError, NotImplementedError) as error:  # filelock: a file system without locks
        reason = f"{type(error).__name__}: {error}"
        if isinstance(error, OSError) and error.strerror:
            reason = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
        raise _unwritable(folder, reason) from error


def _unwritable(folder: Path, reason: str) -> DataError:
    return DataError(
        f"{folder} cannot be written: {reason}. Nothing was changed; make it writable, or wait "
        "until the other ingest has ended."
    )


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Create a folder with these files, all at once and safe from a power cut.

    The files are written to a hidden folder beside it, which is then renamed. Call it within
    `lock_folder` of the parent.

    Raises:
        OSError: The folder exists (FileExistsError) or cannot be written; nothing is changed.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists, and archived files are never overwritten")
    new = folder.parent / f"{_UNFINISHED}{secrets.token_hex(8)}"
    new.mkdir()
    try:
        for name, content in files.items():
            with (new / name).open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        _sync(new)
        # On POSIX this fails if the folder has files, so it cannot replace one either.
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)  # After the rename there is nothing to remove.
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open folders and does not need it.
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
