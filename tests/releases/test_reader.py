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


class Clock:
    """A clock that tests set."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Failing:
    """A store that can be down, slow and counted."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock
        self.is_down, self.takes, self.reads = False, 0.0, 0

    def __getattr__(self, name: str) -> Any:
        if name in ("read", "read_versioned"):
            self.reads += 1
            self.clock.now += self.takes
            if self.is_down:
                raise StoreUnreachable("no answer from 127.0.0.1 (timed out)")
        return getattr(self.store, name)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def failing(store: Store, clock: Clock) -> Failing:
    return Failing(store, clock)


@pytest.fixture
def reader(failing: Failing, clock: Clock) -> ReleaseReader:
    return ReleaseReader(failing, 60, clock)  # type: ignore[arg-type]


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


def test_a_promotion_reaches_a_reader_after_the_refresh_time(
    store: Store, reader: ReleaseReader, failing: Failing, clock: Clock
) -> None:
    put(store, FIRST)
    release = reader.current().release
    clock.now += 61
    failing.reads = 0
    assert reader.current().release is release  # while it is live it is not read again
    assert failing.reads == 1  # the pointer alone
    put(store, SECOND)
    clock.now += 59.9
    assert state(reader.current()) == (FIRST.id, False)
    assert failing.reads == 1
    clock.now += 0.2
    result = reader.current()
    assert state(result) == (SECOND.id, False)
    assert result.release.pointer.previous_id == FIRST.id
    assert result.release.table.months[0].mean == 11.5


def test_a_reader_survives_a_store_that_is_down(
    store: Store, reader: ReleaseReader, failing: Failing, clock: Clock
) -> None:
    put(store, FIRST)
    reader.current()
    failing.is_down, failing.takes = True, 11.0
    clock.now += 61
    result = reader.current()
    assert state(result) == (FIRST.id, True)
    assert "timed out" in result.reason
    reads = failing.reads
    clock.now += 59
    assert state(reader.current()) == (FIRST.id, True)
    assert failing.reads == reads  # a store that times out is not read for every request
    failing.is_down = False
    clock.now += 2
    assert state(reader.current()) == (FIRST.id, False)


def test_without_a_release_the_store_is_read_each_time(
    store: Store, reader: ReleaseReader, failing: Failing
) -> None:
    with not_served("no_release", r"no champion\.json"):
        reader.current()
    failing.is_down = True
    with not_served("no_release", "timed out"):
        reader.current()
    failing.is_down = False
    put(store, FIRST)
    assert state(reader.current()) == (FIRST.id, False)


@pytest.mark.parametrize("name", ["forecast.json", "model.zip", "scores.json", "manifest.json"])
@pytest.mark.parametrize("data", [b"", b"{}", b"\xff\x00"])
def test_a_damaged_new_release_is_not_used(
    store: Store, reader: ReleaseReader, clock: Clock, name: str, data: bytes
) -> None:
    put(store, FIRST)
    reader.current()
    put(store, SECOND)
    overwrite(store, f"releases/{SECOND.id}/{name}", data)
    clock.now += 61
    result = reader.current()
    assert state(result) == (FIRST.id, True)
    assert name in result.reason
    assert SECOND.id in result.reason


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"schema": 1, "release_id": "../x"}', b"\xff", None]
)
def test_an_invalid_or_missing_pointer_changes_nothing(
    store: Store, reader: ReleaseReader, clock: Clock, data: bytes | None
) -> None:
    put(store, FIRST)
    reader.current()
    store.delete(CHAMPION) if data is None else overwrite(store, CHAMPION, data)
    clock.now += 61
    result = reader.current()
    assert state(result) == (FIRST.id, True)
    assert CHAMPION in result.reason


def test_a_pointer_with_a_path_reads_nothing(store: Store, reader: ReleaseReader) -> None:
    pointer = {"schema": 1, "release_id": "../../etc/passwd", "previous_id": None}
    pointer |= {"promoted_at": "", "reason": ""}
    overwrite(store, CHAMPION, encode_document(CHAMPION, pointer))
    with not_served("no_release", "is not a release id"):
        reader.current()


def test_an_altered_table_is_not_served(store: Store, reader: ReleaseReader) -> None:
    put(store, FIRST)
    overwrite(store, f"releases/{FIRST.id}/forecast.json", FIRST.files["forecast.json"][:-1])
    with not_served("no_release", rf"forecast\.json of release {FIRST.id}"):
        reader.current()


def test_a_file_is_verified_when_it_is_read(
    store: Store, reader: ReleaseReader, failing: Failing
) -> None:
    put(store, FIRST)
    release = reader.current().release
    assert release.model() == FIRST.files["model.zip"]
    overwrite(store, f"releases/{FIRST.id}/model.zip", b"another pickle")
    with pytest.raises(FileAltered, match=r"model\.zip"):
        release.model()
    failing.is_down = True
    with pytest.raises(StoreUnreachable):
        release.model()


def test_optional_documents_may_be_missing(store: Store, reader: ReleaseReader) -> None:
    put(store, FIRST)
    release = reader.current().release
    assert release.weather is None
    assert release.parts == {}
    with not_served("not_in_release", r"folds\.json"):
        release.document("folds.json")


def test_a_document_is_verified_and_read_once(
    store: Store, reader: ReleaseReader, failing: Failing
) -> None:
    put(store, FIRST)
    first, second = reader.current().release, ReleaseReader(store, 60).current().release
    assert first.document("scores.json") == {"schema": 1, "scores": []}
    failing.is_down = True
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
