"""Release bundles: files written manifest last, and verified before use."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

from msgspec.structs import replace

from energy import legacy_errors
from energy.contract import SCHEMA, FileEntry, ForecastTable, Manifest
from energy.errors import ObjectMissing
from energy.releases.store import Store

T = TypeVar("T")


def encode_document(name: str, document: dict[str, Any]) -> bytes:
    """Return the document as JSON: keys sorted, indented, a newline at the end.

    Raises:
        BadDocument: It holds a number that is not finite, or something that is not plain data.

    >>> encode("example.json", {"b": 1, "a": "é"})
    b'{\\n "a": "\\\\u00e9",\\n "b": 1\\n}\\n'
    """
    try:
        text = json.dumps(document, sort_keys=True, indent=1, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise legacy_errors.BadDocument(name, f"it cannot be written as JSON ({error})") from error
    return (text + "\n").encode()


def decode_document(name: str, data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`, if its schema is the one this version knows.

    Raises:
        BadDocument: It is not JSON, not an object, or has numbers that are not finite.
        UnknownSchema: It was written by a newer or a foreign version of this code.
    """
    try:
        document = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise legacy_errors.BadDocument(name, f"it is not JSON ({error})") from error
    if not isinstance(document, dict):
        raise legacy_errors.BadDocument(
            name, f"it is a JSON {type(document).__name__}; expected an object"
        )
    schema = document.get("schema")
    if type(schema) is not int or schema != SCHEMA:
        raise legacy_errors.UnknownSchema(name, schema, SCHEMA)
    return document


def load_document(name: str, data: bytes, build: Callable[[dict[str, Any]], T]) -> T:
    """Decode a document and `build` its contract type, such as `Pointer.from_dict`.

    Raises:
        BadDocument: As `decode`; or a field is missing, unknown or of the wrong kind.
        UnknownSchema: As `decode`.
    """
    document = decode_document(name, data)
    try:
        return build(document)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        told = f"{type(error).__name__}: {error}"
        raise legacy_errors.BadDocument(
            name, f"a field is missing, unknown or wrong ({told})"
        ) from error


def iso_timestamp(when: datetime) -> str:
    """Return a time as documents hold it: UTC, to the second.

    >>> moment(datetime(2026, 11, 23, 17, 0, tzinfo=UTC))
    '2026-11-23T17:00:00Z'
    """
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def compact_timestamp(moment: str) -> str:
    """Return a document's time as keys and release ids hold it: `20261123T170000Z`."""
    return moment.replace("-", "").replace(":", "")


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number that JSON knows")


MANIFEST = "manifest.json"
FORECAST = "forecast.json"
MODEL = "model.zip"
SCORES = "scores.json"
FILES = (FORECAST, MODEL, SCORES)
"""What every release holds beside its manifest; it may hold more."""
HISTORY, WEATHER, FUELS = "history.json", "weather.json", "fuels.json"
FOLDS, DATA = "folds.json", "data.json"
"""What most releases hold beside those: the series, the weather, the parts of a total, the backtest
of every forecaster, and the data that all of it was made from."""
_ID = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_FOLDER = "releases/"


def digest(files: Mapping[str, bytes]) -> str:
    """Return one SHA-256 for a set of files, whatever their order: for `release_id`."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n".encode())
    return whole.hexdigest()


def release_id(cutoff: str, created_at: datetime, digest: str) -> str:
    """Name a release so that names sort by cutoff, then by time, and tell contents apart.

    Raises:
        BadReleaseId: The cutoff is not a month or the digest is not lower-case hex.

    >>> from datetime import UTC
    >>> release_id("2022-07", datetime(2026, 11, 23, 17, tzinfo=UTC), "3f9a1c2b00")
    '2022-07-20261123T170000Z-3f9a1c2b'
    """
    return _checked(f"{cutoff}-{compact_timestamp(iso_timestamp(created_at))}-{digest[:8]}")


def is_release_id(text: str) -> bool:
    """Whether a text is a release id."""
    return _ID.fullmatch(text) is not None


def release_ids(store: Store) -> list[str]:
    """Return the ids of the finished releases (those with a manifest), oldest cutoff first."""
    parts = [key.split("/") for key in store.keys(_FOLDER)]
    return [part[1] for part in parts if part[2:] == [MANIFEST] and _ID.fullmatch(part[1])]


def write_release(store: Store, manifest: Manifest, files: Mapping[str, bytes]) -> Manifest:
    """Write the files, then the manifest with their hashes: until that is there, no release is.

    Args:
        store: Where to.
        manifest: All of it but `files`, which is filled here.
        files: `forecast.json`, `model.zip`, `scores.json`, and any more the release holds.

    Returns:
        The manifest as written.

    Raises:
        BadReleaseId: The manifest's id is not one.
        ReleaseFiles: A file is missing, or a name is not a plain lower-case file name.
        BadDocument: The forecast table is not one, or not the one that the manifest describes.
        ObjectExists: This release, or a part of it, is in the store already.
        StoreConflict: Another publisher is writing this very release.
        StoreUnwritable: The store failed; the release does not exist.
    """
    odd = [name for name in files if name == MANIFEST or not _NAME.fullmatch(name)]
    if odd or not set(FILES) <= set(files):
        raise legacy_errors.ReleaseFiles(_checked(manifest.release_id), sorted(files), FILES)
    read_table_document(manifest, files[FORECAST])
    entries = {
        name: FileEntry(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
        for name, data in sorted(files.items())
    }
    written = replace(manifest, files=entries)
    document = encode_document(_key(manifest.release_id, MANIFEST), written.to_dict())
    for name in entries:
        store.write(_key(manifest.release_id, name), files[name])
    store.write(_key(manifest.release_id, MANIFEST), document)
    return written


def read_manifest(store: Store, release_id: str) -> Manifest:
    """Return a release's manifest.

    Raises:
        BadReleaseId: The id is not one.
        ReleaseMissing: There is no such release, or it was never finished.
        BadDocument: The manifest is not one, or is another release's.
        UnknownSchema: It was written by a newer version of this code.
        StoreUnreachable: The store cannot be read.
    """
    key = _key(release_id, MANIFEST)
    try:
        data = store.read(key)
    except ObjectMissing as error:
        raise legacy_errors.ReleaseMissing(store.url, release_id) from error
    manifest = load_document(key, data, Manifest.from_dict)
    if manifest.release_id != release_id:
        raise legacy_errors.BadDocument(key, f"it is the manifest of {manifest.release_id!a}")
    if not set(FILES) <= set(manifest.files):
        raise legacy_errors.BadDocument(
            key, f"it lists {sorted(manifest.files)}; expected at least {FILES}"
        )
    return manifest


def read_file(store: Store, manifest: Manifest, name: str) -> bytes:
    """Return the bytes of one file of a release, if they are the ones that were published.

    Raises:
        ReleaseFiles: The manifest lists no such file.
        FileAltered: The file is altered, truncated or gone.
        StoreUnreachable: The store cannot be read.
    """
    entry = manifest.files.get(name)
    if entry is None:
        raise legacy_errors.ReleaseFiles(manifest.release_id, [name], sorted(manifest.files))
    try:
        data = store.read(_key(manifest.release_id, name))
    except ObjectMissing as error:
        raise legacy_errors.FileAltered(
            manifest.release_id, name, entry.sha256, entry.bytes, None, 0
        ) from error
    found = hashlib.sha256(data).hexdigest()
    if found != entry.sha256 or len(data) != entry.bytes:
        raise legacy_errors.FileAltered(
            manifest.release_id, name, entry.sha256, entry.bytes, found, len(data)
        )
    return data


def read_files(store: Store, manifest: Manifest) -> dict[str, bytes]:
    """Return every file of a release by name, each verified as `read_file` does.

    Raises:
        FileAltered: A file is altered, truncated or gone.
        StoreUnreachable: The store cannot be read.
    """
    return {name: read_file(store, manifest, name) for name in manifest.files}


def read_table(store: Store, manifest: Manifest) -> ForecastTable:
    """Return a release's forecast table, verified as `read_file` does.

    Raises:
        FileAltered: The file is altered, truncated or gone.
        BadDocument: It is not a forecast table, or not the one that the manifest describes.
        UnknownSchema: It was written by a newer version of this code.
        StoreUnreachable: The store cannot be read.
    """
    return read_table_document(manifest, read_file(store, manifest, FORECAST))


def verify_release(store: Store, release_id: str) -> Manifest:
    """Check a release whole: its manifest, every file against it, the forecast table readable.

    Raises:
        StoreError: As `read_manifest`, `read_files` and `table_of`, for the first thing wrong.
    """
    manifest = read_manifest(store, release_id)
    read_table_document(manifest, read_files(store, manifest)[FORECAST])
    return manifest


def read_table_document(manifest: Manifest, data: bytes) -> ForecastTable:
    """Return the forecast table that the bytes of a release's `forecast.json` hold.

    Raises:
        BadDocument: It is not a forecast table, or not the one that the manifest describes.
        UnknownSchema: It was written by a newer version of this code.
    """
    key = _key(manifest.release_id, FORECAST)
    table = load_document(key, data, ForecastTable.from_dict)
    for field in ("target", "unit", "cutoff", "forecaster"):
        found, expected = getattr(table, field), getattr(manifest, field)
        if found != expected:
            raise legacy_errors.BadDocument(
                key, f"its {field} is {found!a}; its manifest says {expected!a}"
            )
    return table


def _key(release_id: str, name: str) -> str:
    return f"{_FOLDER}{_checked(release_id)}/{name}"


def _checked(release_id: str) -> str:
    if not _ID.fullmatch(release_id):
        raise legacy_errors.BadReleaseId(release_id)
    return release_id
