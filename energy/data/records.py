"""`vintage.json`: what is known of a folder's workbooks from where they were found."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One workbook: SHA-256 in hex, size in bytes, where it comes from, when it was published."""

    sha256: str
    bytes: int
    source: str
    published: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A release of the statistics office, as it was found.

    Attributes:
        release: Its name, such as `September 2022`.
        found: Date on which it was found, ISO; of the embedded vintage, the release's own date.
        files: What is known of each workbook, by file name.
        attribution: The sentence that the licence requires.
        licence: The licence.
    """

    release: str
    found: str
    files: dict[str, FileRecord]
    attribution: str = ATTRIBUTION
    licence: str = LICENCE

    def to_json(self) -> str:
        """The record as the text of a `vintage.json`."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"


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
        files = {name: FileRecord(**entry) for name, entry in data["files"].items()}
        record = Record(**{**data, "files": files})
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
