"""Release bundles: files written manifest last and verified before use, and JSON documents."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

from msgspec.structs import replace

from energy.contract import SCHEMA, FileEntry, ForecastTable, Manifest
from energy.errors import (
    BadDocument,
    BadReleaseId,
    FileAltered,
    ObjectMissing,
    ReleaseMissing,
    StoreError,
    UnknownSchema,
    join_names,
)
from energy.releases.store import Store

MANIFEST = "manifest.json"
FORECAST = "forecast.json"
MODEL = "model.zip"
SCORES = "scores.json"
FILES = (FORECAST, MODEL, SCORES)
"""Files that every release has beside its manifest; it may have more."""
HISTORY, WEATHER, FUELS = "history.json", "weather.json", "fuels.json"
FOLDS, DATA = "folds.json", "data.json"
"""Files that most releases have: the series, the weather, the parts of a total, the backtest of
every forecaster, and the data that everything was made from."""
_RELEASE_ID = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}")
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
T = TypeVar("T")


def digest(files: Mapping[str, bytes]) -> str:
    """Return one SHA-256 for a set of files, whatever their order, for `release_id`."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n".encode())
    return total.hexdigest()


def release_id(cutoff: str, created_at: datetime, digest: str) -> str:
    """Name a release so that names sort by cutoff, then by time, and differ by content.

    >>> release_id("2022-07", datetime(2026, 11, 23, 17, tzinfo=UTC), "3f9a1c2b00")
    '2022-07-20261123T170000Z-3f9a1c2b'
    """
    return _checked_id(f"{cutoff}-{compact_timestamp(iso_timestamp(created_at))}-{digest[:8]}")


def is_release_id(text: str) -> bool:
    """Whether a text is a release id."""
    return _RELEASE_ID.fullmatch(text) is not None


def file_key(release_id: str, name: str) -> str:
    """The key of a release's file; `BadReleaseId` if the id is not one."""
    return f"releases/{_checked_id(release_id)}/{name}"


def release_ids(store: Store) -> list[str]:
    """Return the ids of the finished releases (those with a manifest), oldest cutoff first."""
    parts = [key.split("/") for key in store.keys("releases/")]
    return [part[1] for part in parts if part[2:] == [MANIFEST] and is_release_id(part[1])]


def write_release(store: Store, manifest: Manifest, files: Mapping[str, bytes]) -> Manifest:
    """Write the files, then the manifest with their hashes, and return it as written.

    Until the manifest is there, no release is. `ObjectExists` means that the release is in the
    store already, `StoreConflict` that another publisher is writing it.
    """
    bad_names = [name for name in files if name == MANIFEST or not _FILE_NAME.fullmatch(name)]
    if bad_names or not set(FILES) <= set(files):
        raise StoreError(
            f"Release {_checked_id(manifest.release_id)} cannot have the files "
            f"{join_names(sorted(files))}; expected at least {join_names(FILES)}, beside the "
            f"{MANIFEST} that is written here, under plain lower-case names."
        )
    read_table_document(manifest, files[FORECAST])
    entries = {
        name: FileEntry(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
        for name, data in sorted(files.items())
    }
    written = replace(manifest, files=entries)
    key = file_key(manifest.release_id, MANIFEST)
    document = encode_document(key, written.to_dict())
    for name in entries:
        store.write(file_key(manifest.release_id, name), files[name])
    store.write(key, document)
    return written


def read_manifest(store: Store, release_id: str) -> Manifest:
    """Return a release's manifest; `ReleaseMissing` if the release was never finished."""
    key = file_key(release_id, MANIFEST)
    try:
        data = store.read(key)
    except ObjectMissing as error:
        raise release_missing(store, release_id) from error
    manifest = load_document(key, data, Manifest.from_dict)
    if manifest.release_id != release_id:
        raise bad_document(key, f"it is the manifest of {manifest.release_id!a}")
    if not set(FILES) <= set(manifest.files):
        raise bad_document(key, f"it lists {sorted(manifest.files)}; expected at least {FILES}")
    return manifest


def read_file(store: Store, manifest: Manifest, name: str) -> bytes:
    """Return one file of a release; `FileAltered` if it is not as it was published."""
    entry = manifest.files.get(name)
    if entry is None:
        files = join_names(sorted(manifest.files))
        raise StoreError(f"Release {manifest.release_id} has no {name}; its files are {files}.")
    stored = store.read_versioned(file_key(manifest.release_id, name))
    data = stored[0] if stored else b""
    sha256 = hashlib.sha256(data).hexdigest()
    if stored is None or sha256 != entry.sha256 or len(data) != entry.bytes:
        state = f"has {len(data)} bytes and SHA-256 {sha256}" if stored else "is gone"
        raise FileAltered(
            f"{name} of release {manifest.release_id} {state}; its manifest says {entry.bytes} "
            f"bytes and {entry.sha256}. It is not used; publish anew or restore the file."
        )
    return data


def read_files(store: Store, manifest: Manifest) -> dict[str, bytes]:
    """Return every file of a release by name, each verified as `read_file` does."""
    return {name: read_file(store, manifest, name) for name in manifest.files}


def read_table(store: Store, manifest: Manifest) -> ForecastTable:
    """Return a release's forecast table, verified as `read_file` and `read_table_document` do."""
    return read_table_document(manifest, read_file(store, manifest, FORECAST))


def read_table_document(manifest: Manifest, data: bytes) -> ForecastTable:
    """Return the table in `forecast.json`; `BadDocument` if the manifest describes another."""
    key = file_key(manifest.release_id, FORECAST)
    table = load_document(key, data, ForecastTable.from_dict)
    for field in ("target", "unit", "cutoff", "forecaster"):
        value, expected = getattr(table, field), getattr(manifest, field)
        if value != expected:
            raise bad_document(key, f"its {field} is {value!a}; its manifest says {expected!a}")
    return table


def verify_release(store: Store, release_id: str) -> Manifest:
    """Check a release, its files and its table; a StoreError describes the first fault."""
    manifest = read_manifest(store, release_id)
    read_table_document(manifest, read_files(store, manifest)[FORECAST])
    return manifest


def encode_document(name: str, document: dict[str, Any]) -> bytes:
    """Return the document as JSON: keys sorted, indented, a newline at the end.

    >>> encode_document("example.json", {"b": 1, "a": "é"})
    b'{\\n "a": "\\\\u00e9",\\n "b": 1\\n}\\n'
    """
    try:
        text = json.dumps(document, sort_keys=True, indent=1, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise bad_document(name, f"it cannot be written as JSON ({error})") from error
    return (text + "\n").encode()


def decode_document(name: str, data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`.

    Raises:
        BadDocument: It is not an object, or has numbers that are not finite.
        UnknownSchema: Another version of this code wrote it.
    """
    try:
        document = json.loads(data, parse_constant=_reject_constant)
    except (ValueError, RecursionError) as error:
        raise bad_document(name, f"it is not JSON ({error})") from error
    if not isinstance(document, dict):
        raise bad_document(name, f"it is a JSON {type(document).__name__}; expected an object")
    schema = document.get("schema")
    if type(schema) is not int or schema != SCHEMA:
        raise UnknownSchema(
            f"{name} has schema {schema!a}; this version reads schema {SCHEMA}. "
            "Update this installation, or publish anew with it."
        )
    return document


def load_document(name: str, data: bytes, build: Callable[[dict[str, Any]], T]) -> T:
    """Decode a document and `build` its contract type, with a function such as `Pointer.from_dict`.

    Raises what `decode_document` raises, and `BadDocument` for fields that `build` refuses.
    """
    document = decode_document(name, data)
    try:
        return build(document)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = f"a field is missing, unknown or wrong ({type(error).__name__}: {error})"
        raise bad_document(name, reason) from error


def iso_timestamp(when: datetime) -> str:
    """Return a time as documents have it: UTC, to the second.

    >>> iso_timestamp(datetime(2026, 11, 23, 17, 0, tzinfo=UTC))
    '2026-11-23T17:00:00Z'
    """
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def compact_timestamp(timestamp: str) -> str:
    """Return a document's time as keys and release ids have it: `20261123T170000Z`."""
    return timestamp.replace("-", "").replace(":", "")


def bad_document(name: str, reason: str) -> BadDocument:
    """The error for a JSON document that cannot be used."""
    return BadDocument(f"{name} is not as expected: {reason}.")


def release_missing(store: Store, release_id: str) -> ReleaseMissing:
    """The error for a release that a store does not have."""
    return ReleaseMissing(
        f"Release {release_id} is not in the store {store.url}: it has no manifest.json, which is "
        "written last. Its publication never began or never finished; publish anew."
    )


def _checked_id(release_id: str) -> str:
    if not is_release_id(release_id):
        raise BadReleaseId(
            f"{release_id[:80]!a} is not a release id; "
            "expected an id such as 2022-07-20261123T170000Z-3f9a1c2b."
        )
    return release_id


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number in JSON")
