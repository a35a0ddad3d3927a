"""Every vintage that was ever held, each in a folder of its own; nothing is ever overwritten.

    data/raw/                       the embedded vintage, which Git holds
    data/vintages/<vintage_id>/     workbooks, vintage.json, checks.json, revisions.csv
    data/quarantine/<time>-<hash>/  workbooks that were refused, and reason.json

A vintage id sorts by time: the last month with energy figures, and a hash of the workbooks, as in
`2022-07-ab38a1c2`. The same bytes have the same id wherever they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from energy.data.records import RECORD, read_record
from energy.data.revisions import from_csv
from energy.data.tables import ENERGY
from energy.data.vintages import Vintage, open_vintage
from energy.errors import BadRecord, MissingFile, NoData, UnknownVintage

VINTAGES, RAW = "vintages", "raw"
CHECKS, REVISIONS = "checks.json", "revisions.csv"
_ID = re.compile(r"\d{4}-(0[1-9]|1[0-2])-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class HeldVintage:
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
        """What it changed in the vintage before it; see `energy.data.revisions.compare`."""
        return from_csv(self.folder / REVISIONS)


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


def identify(vintage: Vintage) -> str:
    """The id of a vintage as read."""
    month = str(vintage.tables[ENERGY.number].figures.index[-1])
    return vintage_id(month, vintage.hashes.values())


def held(root: Path) -> list[HeldVintage]:
    """Every vintage held, oldest first: by their last month of energy, then as they were kept.

    Args:
        root: The folder with `raw` and `vintages`, either of which may be missing.

    Raises:
        BadRecord, MissingFile: A folder in `vintages` that somebody has spoilt.
        DataError: Any other, from `open_vintage`, about the embedded vintage.
    """
    folder = root / VINTAGES
    folders = sorted(folder.iterdir()) if folder.is_dir() else []
    found = {path.name: _kept(path) for path in folders if _ID.fullmatch(path.name)}
    for vintage in _embedded(root / RAW):
        found.setdefault(vintage.vintage_id, vintage)
    return sorted(found.values(), key=lambda one: (one.month, one.kept_at, one.vintage_id))


def newest(root: Path) -> HeldVintage:
    """The vintage to use unless another is asked for.

    Raises:
        NoData: None is held.
        DataError: See `held`.
    """
    every = held(root)
    if not every:
        raise NoData(root, f"holds no vintage in {RAW} or {VINTAGES}")
    return every[-1]


def find(root: Path, vintage_id: str) -> HeldVintage:
    """The vintage with an id.

    Raises:
        UnknownVintage: None has it.
        DataError: See `held`.
    """
    every = {one.vintage_id: one for one in held(root)}
    if vintage_id not in every:
        raise UnknownVintage(vintage_id, list(every))
    return every[vintage_id]


def _kept(folder: Path) -> HeldVintage:
    record = read_record(folder)
    if record is None:
        raise BadRecord(folder / RECORD, "no such file", "the record of the vintage")
    for name in record.files:
        if not (folder / name).is_file():
            raise MissingFile(name, folder)
    try:
        dated = datetime.fromisoformat(record.kept_at).tzinfo is not None
    except (TypeError, ValueError):
        dated = False
    if not dated:
        expected = "kept_at, a moment with its time zone"
        raise BadRecord(folder / RECORD, f"kept_at {record.kept_at!r}", expected)
    hashes = {name: file.sha256 for name, file in record.files.items()}
    return HeldVintage(folder.name, folder, record.release, record.kept_at, hashes)


def _embedded(folder: Path) -> list[HeldVintage]:
    try:
        vintage = open_vintage(folder)
    except NoData:
        return []
    return [HeldVintage(identify(vintage), folder, vintage.release, "", vintage.hashes)]
