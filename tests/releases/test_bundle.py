"""A release is complete and unchanged, or it is rejected; its documents are strict JSON."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from drafts import NOW, Draft, interrupted, make_draft, overwrite, published
from msgspec.structs import replace

from energy.contract import ForecastTable
from energy.errors import (
    BadDocument,
    BadReleaseId,
    FileAltered,
    ObjectExists,
    ReleaseMissing,
    StoreError,
    StoreUnwritable,
    UnknownSchema,
)
from energy.releases.bundle import (
    FILES,
    compact_timestamp,
    decode_document,
    digest,
    encode_document,
    iso_timestamp,
    load_document,
    read_file,
    read_manifest,
    read_table,
    release_id,
    release_ids,
    verify_release,
    write_release,
)
from energy.releases.store import Store, open_store


def test_a_release_reads_as_it_was_written(store: Store) -> None:
    draft = make_draft()
    files = {**draft.files, "notes.txt": b"hello"}
    written = write_release(store, draft.manifest, files)
    manifest = read_manifest(store, draft.id)
    assert manifest == written == verify_release(store, draft.id)
    assert sorted(manifest.files) == sorted((*FILES, "notes.txt"))
    for name, data in files.items():
        entry = manifest.files[name]
        assert read_file(store, manifest, name) == data
        assert (entry.sha256, entry.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    table = read_table(store, manifest)
    assert table == ForecastTable.from_dict(json.loads(draft.files["forecast.json"]))
    assert release_ids(store) == [draft.id]


def test_a_release_is_never_overwritten(store: Store) -> None:
    draft = published(store)
    with pytest.raises(ObjectExists, match=draft.id):
        write_release(store, draft.manifest, {**draft.files, "model.zip": b"other"})
    verify_release(store, draft.id)


@pytest.mark.parametrize("writes", range(4))
def test_a_half_written_release_does_not_exist(store: Store, writes: int) -> None:
    release_id = interrupted(store, 1, writes)
    assert len(store.keys("releases/")) == writes
    assert release_ids(store) == []
    with pytest.raises(ReleaseMissing, match=r"no manifest\.json"):
        verify_release(store, release_id)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("change", ["altered", "truncated", "longer", "empty"])
def test_an_altered_file_is_rejected(store: Store, name: str, change: str) -> None:
    draft = make_draft()
    manifest = write_release(store, draft.manifest, draft.files)
    data = draft.files[name]
    altered = data[:5] + bytes([data[5] ^ 1]) + data[6:]
    changes = {"altered": altered, "truncated": data[:-1], "longer": data + b"\n", "empty": b""}
    overwrite(store, f"releases/{draft.id}/{name}", changes[change])
    with pytest.raises(FileAltered) as caught:
        read_file(store, manifest, name)
    digests = [hashlib.sha256(content).hexdigest() for content in (data, changes[change])]
    for fact in (name, draft.id, *digests, f"{len(data)} bytes"):
        assert fact in str(caught.value)
    with pytest.raises(FileAltered, match=name):
        verify_release(store, draft.id)


def test_a_missing_file_is_rejected(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    draft = published(store)
    (tmp_path / "releases" / draft.id / "model.zip").unlink()
    with pytest.raises(FileAltered, match=r"model\.zip .* is gone"):
        verify_release(store, draft.id)


def test_a_store_that_cannot_be_written_raises(tmp_path: Path) -> None:
    (tmp_path / "releases").write_text("a file where a folder should be")
    with pytest.raises(StoreUnwritable):
        published(open_store(str(tmp_path)))


def manifest_text(draft: Draft, **changes: object) -> bytes:
    files = {name: {"sha256": "0" * 64, "bytes": 1} for name in FILES}
    return json.dumps({**draft.manifest.to_dict(), "files": files, **changes}).encode()


BAD_MANIFESTS = {
    "nothing": (b"", "not JSON"),
    "half": (b'{"schema": 1, "rel', "not JSON"),
    "binary": (b"\xff\xfe\x00", "not JSON"),
    "list": (b"[1]", "expected an object"),
    "nan": (b'{"schema": 1, "x": NaN}', "not JSON"),
    "infinite": (b'{"schema": 1, "x": -Infinity}', "not JSON"),
    "deep": (b"[" * 200_000, "not JSON"),
    "missing": (b'{"schema": 1}', "release_id"),
    "unknown field": (manifest_text(make_draft(), colour="red"), "colour"),
    "odd files": (manifest_text(make_draft(), files=[]), "wrong"),
    "no files": (manifest_text(make_draft(), files={}), "at least"),
    "another's": (manifest_text(make_draft(), release_id=make_draft(2).id), make_draft(2).id),
}


@pytest.mark.parametrize("case", BAD_MANIFESTS)
def test_an_invalid_manifest_is_rejected(case: str, tmp_path: Path) -> None:
    store, draft = open_store(str(tmp_path)), make_draft()
    data, reason = BAD_MANIFESTS[case]
    store.write(f"releases/{draft.id}/manifest.json", data)
    with pytest.raises(BadDocument, match=rf"manifest\.json is not as expected: .*{reason}"):
        read_manifest(store, draft.id)


@pytest.mark.parametrize("schema", [2, 99, 0, None, "1", True, 1.0])
def test_another_schema_is_rejected(schema: object, tmp_path: Path) -> None:
    store, draft = open_store(str(tmp_path)), make_draft()
    store.write(f"releases/{draft.id}/manifest.json", manifest_text(draft, schema=schema))
    with pytest.raises(UnknownSchema, match=r"this version reads schema 1"):
        read_manifest(store, draft.id)


@pytest.mark.parametrize("field", ["target", "unit", "cutoff", "forecaster"])
def test_a_table_of_another_release_is_not_published(field: str, tmp_path: Path) -> None:
    store, draft = open_store(str(tmp_path)), make_draft()
    with pytest.raises(BadDocument, match=rf"forecast\.json .* its {field} is"):
        write_release(store, replace(draft.manifest, **{field: "another"}), draft.files)
    assert store.keys() == []


def test_a_release_has_the_expected_files(tmp_path: Path) -> None:
    store, draft = open_store(str(tmp_path)), make_draft()
    no_model = {name: draft.files[name] for name in ("forecast.json", "scores.json")}
    more = [{**draft.files, name: b""} for name in ("manifest.json", "../x", "a/b")]
    for files in ({}, no_model, *more):
        with pytest.raises(StoreError, match=r"forecast\.json, model\.zip, scores\.json"):
            write_release(store, draft.manifest, files)
    assert store.keys() == []
    manifest = write_release(store, draft.manifest, draft.files)
    with pytest.raises(StoreError, match=r"\.\./\.\./champion\.json"):
        read_file(store, manifest, "../../champion.json")


@pytest.mark.parametrize("text", ["", "..", "a/b", "2022-07", "2022-13-20261123T170000Z-3f9a1c2b"])
def test_an_invalid_id_is_rejected(text: str, tmp_path: Path) -> None:
    store, draft = open_store(str(tmp_path)), make_draft()
    for attempt in (
        lambda: read_manifest(store, text),
        lambda: verify_release(store, text),
        lambda: write_release(store, replace(draft.manifest, release_id=text), draft.files),
    ):
        with pytest.raises(BadReleaseId, match="2022-07-20261123T170000Z-3f9a1c2b"):
            attempt()


def test_release_ids_sort_by_cutoff_and_time_and_depend_on_contents() -> None:
    berlin = datetime(2026, 11, 23, 18, 0, tzinfo=timezone(timedelta(hours=1)))
    assert release_id("2022-07", berlin, "3f9a1c2b" + "0" * 56) == (
        "2022-07-20261123T170000Z-3f9a1c2b"
    )
    cutoffs = ["2021-12", "2022-07", "2022-07", "2022-10"]
    times = [NOW, NOW - timedelta(days=400), NOW, datetime(2020, 1, 1, tzinfo=UTC)]
    ids = [release_id(c, t, "0" * 8) for c, t in zip(cutoffs, times, strict=True)]
    assert ids == sorted(ids)
    assert digest({"a": b"1", "b": b"2"}) == digest({"b": b"2", "a": b"1"})
    assert len({digest({"a": b"1"}), digest({"a": b"2"}), digest({"b": b"1"}), digest({})}) == 4


def test_the_same_release_is_the_same_bytes(tmp_path: Path) -> None:
    draft, manifests = make_draft(), set[bytes]()
    for names in (FILES, tuple(reversed(FILES))):
        store = open_store(str(tmp_path / names[0]))
        write_release(store, draft.manifest, {name: draft.files[name] for name in names})
        manifests.add(store.read(f"releases/{draft.id}/manifest.json"))
    (manifest,) = manifests
    assert manifest.endswith(b"}\n")


def test_the_order_of_fields_does_not_change_the_bytes() -> None:
    document = {"schema": 1, "b": [1.5, None], "a": "é"}
    data = encode_document("x.json", document)
    assert encode_document("x.json", dict(reversed(document.items()))) == data
    assert decode_document("x.json", data) == document


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), {1}, object(), b"1"])
def test_a_value_without_json_is_not_written(value: object) -> None:
    with pytest.raises(BadDocument, match=r"x\.json .* cannot be written as JSON"):
        encode_document("x.json", {"schema": 1, "deep": [{"value": value}]})


@pytest.mark.parametrize("error", [AttributeError, KeyError, TypeError, ValueError])
def test_an_error_names_the_document_and_the_reason(
    error: type[Exception],
) -> None:
    def build(document: dict) -> None:
        raise error("colour")

    with pytest.raises(BadDocument, match=rf"x\.json .*{error.__name__}.*colour"):
        load_document("x.json", b'{"schema": 1}', build)


def test_times_are_in_utc_to_the_second() -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    text = iso_timestamp(datetime(2026, 11, 23, 22, 45, 59, 999, tzinfo=kathmandu))
    assert text == "2026-11-23T17:00:59Z"
    assert compact_timestamp(text) == "20261123T170059Z"
    assert datetime.fromisoformat(text) == datetime(2026, 11, 23, 17, 0, 59, tzinfo=UTC)
