"""`vintage.json`: what is known of a folder's workbooks from where they were found."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from energy.errors import BadRecord

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


def describe(content: bytes, source: str, published: str = "", **known: Any) -> FileRecord:
    """The record of a workbook's bytes; `known` are any of its fields from `note` on."""
    digest = hashlib.sha256(content).hexdigest()
    return FileRecord(digest, len(content), source, published, **known)


@dataclass(frozen=True, slots=True)
class Record:
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


def read_record(folder: Path) -> Record | None:
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
        raise BadRecord(path, f"no readable text ({error})", "JSON") from error
    try:
        data: dict[str, Any] = json.loads(text)
        files = {
            name: FileRecord(**{**entry, "tables": tuple(entry.get("tables", ()))})
            for name, entry in data["files"].items()
        }
        accepted = tuple(data.get("accepted", ()))
        record = Record(**{**data, "files": files, "accepted": accepted})
    except json.JSONDecodeError as error:
        raise BadRecord(path, f"no JSON ({error})", "JSON") from error
    except (TypeError, KeyError, AttributeError) as error:
        expected = "release, found and files, each with sha256, bytes, source and published"
        raise BadRecord(path, f"a wrong field ({error})", expected) from error
    for name in files:
        # A name is joined to the folder: it must not lead out of it.
        if Path(name).name != name or name in {"", ".", ".."}:
            raise BadRecord(path, f"the file name '{name}'", "a name without folders")
    return record
