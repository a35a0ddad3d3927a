"""A reader follows promotions, and keeps its release while the store fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from drafts import NOW, make_draft, overwrite

from energy.errors import BadDocument, FileAltered, ServingError, StoreUnreachable
from energy.releases.bundle import encode_document, write_release
from energy.releases.promotion import promote
from energy.releases.reader import CHAMPION, LiveRelease, ReleaseReader, read_track_record
from energy.releases.store import Store

FIRST, SECOND = make_draft(1), make_draft(2)


class Source:
    """A store that can be down, slow and counted; its clock; and a reader of it."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, 1000.0
        self.is_down, self.takes, self.reads = False, 0.0, 0
        self.reader = ReleaseReader(self, 60, lambda: self.now)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> Any:
        if name in ("read", "read_versioned"):
            self.reads += 1
            self.now += self.takes
            if self.is_down:
                raise StoreUnreachable("no answer from 127.0.0.1 (timed out)")
        return getattr(self.store, name)


@pytest.fixture
def source(store: Store) -> Source:
    return Source(store)


def put(store: Store, draft: Any, promoted: bool = True) -> None:
    write_release(store, draft.manifest, draft.files)
    if promoted:
        promote(store, draft.id, "it is best", NOW)


def state(result: LiveRelease) -> tuple[str, bool]:
    """The release's id and whether it is stale."""
    assert result.stale == bool(result.reason)
    return result.release.manifest.release_id, result.stale


@contextmanager
def not_served(code: str, reason: str) -> Iterator[None]:
    with pytest.raises(ServingError, match=reason) as caught:
        yield
    assert caught.value.code == code


def test_a_promotion_reaches_a_reader_after_the_refresh_time(store: Store, source: Source) -> None:
    put(store, FIRST)
    release = source.reader.current().release
    source.now += 61
    source.reads = 0
    assert source.reader.current().release is release  # while it is live it is not read again
    assert source.reads == 1  # the pointer alone
    put(store, SECOND)
    source.now += 59.9
    assert state(source.reader.current()) == (FIRST.id, False)
    assert source.reads == 1
    source.now += 0.2
    result = source.reader.current()
    assert state(result) == (SECOND.id, False)
    assert result.release.pointer.previous_id == FIRST.id
    assert result.release.table.months[0].mean == 11.5


def test_a_reader_survives_a_store_that_is_down(store: Store, source: Source) -> None:
    put(store, FIRST)
    source.reader.current()
    source.is_down, source.takes = True, 11.0
    source.now += 61
    result = source.reader.current()
    assert state(result) == (FIRST.id, True)
    assert "timed out" in result.reason
    reads = source.reads
    source.now += 59
    assert state(source.reader.current()) == (FIRST.id, True)
    assert source.reads == reads  # a store that times out is not read for every request
    source.is_down = False
    source.now += 2
    assert state(source.reader.current()) == (FIRST.id, False)


def test_without_a_release_the_store_is_read_each_time(store: Store, source: Source) -> None:
    with not_served("no_release", r"no champion\.json"):
        source.reader.current()
    source.is_down = True
    with not_served("no_release", "timed out"):
        source.reader.current()
    source.is_down = False
    put(store, FIRST)
    assert state(source.reader.current()) == (FIRST.id, False)


@pytest.mark.parametrize("name", ["forecast.json", "model.zip", "scores.json", "manifest.json"])
@pytest.mark.parametrize("data", [b"", b"{}", b"\xff\x00"])
def test_a_damaged_new_release_is_not_used(
    store: Store, source: Source, name: str, data: bytes
) -> None:
    put(store, FIRST)
    source.reader.current()
    put(store, SECOND)
    overwrite(store, f"releases/{SECOND.id}/{name}", data)
    source.now += 61
    result = source.reader.current()
    assert state(result) == (FIRST.id, True)
    assert name in result.reason
    assert SECOND.id in result.reason


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"schema": 1, "release_id": "../x"}', b"\xff", None]
)
def test_an_invalid_or_missing_pointer_changes_nothing(
    store: Store, source: Source, data: bytes | None
) -> None:
    put(store, FIRST)
    source.reader.current()
    store.delete(CHAMPION) if data is None else overwrite(store, CHAMPION, data)
    source.now += 61
    result = source.reader.current()
    assert state(result) == (FIRST.id, True)
    assert CHAMPION in result.reason


def test_a_pointer_with_a_path_reads_nothing(store: Store, source: Source) -> None:
    pointer = {"schema": 1, "release_id": "../../etc/passwd", "previous_id": None}
    pointer |= {"promoted_at": "", "reason": ""}
    overwrite(store, CHAMPION, encode_document(CHAMPION, pointer))
    with not_served("no_release", "is not a release id"):
        source.reader.current()


def test_an_altered_table_is_not_served(store: Store, source: Source) -> None:
    put(store, FIRST)
    overwrite(store, f"releases/{FIRST.id}/forecast.json", FIRST.files["forecast.json"][:-1])
    with not_served("no_release", rf"forecast\.json of release {FIRST.id}"):
        source.reader.current()


def test_a_file_is_verified_when_it_is_read(store: Store, source: Source) -> None:
    put(store, FIRST)
    release = source.reader.current().release
    assert release.model() == FIRST.files["model.zip"]
    overwrite(store, f"releases/{FIRST.id}/model.zip", b"another pickle")
    with pytest.raises(FileAltered, match=r"model\.zip"):
        release.model()
    source.is_down = True
    with pytest.raises(StoreUnreachable):
        release.model()


def test_optional_documents_may_be_missing(store: Store, source: Source) -> None:
    put(store, FIRST)
    release = source.reader.current().release
    assert release.weather is None
    assert release.parts == {}
    with not_served("not_in_release", r"folds\.json"):
        release.document("folds.json")


def test_a_document_is_verified_and_read_once(store: Store, source: Source) -> None:
    put(store, FIRST)
    first, second = source.reader.current().release, ReleaseReader(store, 60).current().release
    assert first.document("scores.json") == {"schema": 1, "scores": []}
    source.is_down = True
    assert first.document("scores.json") == {"schema": 1, "scores": []}
    overwrite(store, f"releases/{FIRST.id}/scores.json", b'{"schema": 1}')
    with pytest.raises(FileAltered, match=r"scores\.json"):
        second.document("scores.json")


def test_the_track_record(store: Store) -> None:
    name, document = "track_record.json", {"schema": 1, "months": []}
    with not_served("no_track_record", r"no track_record\.json yet"):
        read_track_record(store, dict)
    store.write(name, encode_document(name, document))
    assert read_track_record(store, dict) == document
    overwrite(store, name, b"{")
    with pytest.raises(BadDocument, match=r"track_record\.json is not as expected"):
        read_track_record(store, dict)
