"""A reader sees a promotion soon, and goes on with what it holds when the store fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from drafts import NOW, make_draft, overwrite

from energy.errors import BadDocument, FileAltered, ServingError, StoreUnreachable
from energy.releases.bundle import encode_document, write_release
from energy.releases.promotion import promote
from energy.releases.reader import CHAMPION, LiveRelease, ReleaseReader
from energy.releases.store import Store, open_store

FIRST, SECOND = make_draft(1), make_draft(2)


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

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


def held(found: LiveRelease) -> tuple[str, bool]:
    assert found.stale == bool(found.reason)
    return found.release.manifest.release_id, found.stale


def test_a_promotion_reaches_a_reader_within_its_time(
    store: Store, reader: ReleaseReader, failing: Failing, clock: Clock
) -> None:
    put(store, FIRST)
    assert held(reader.current()) == (FIRST.id, False)
    reads = failing.reads
    put(store, SECOND)
    clock.now += 59.9
    assert held(reader.current()) == (FIRST.id, False)
    assert failing.reads == reads
    clock.now += 0.2
    found = reader.current()
    assert held(found) == (SECOND.id, False)
    assert found.release.pointer.previous_id == FIRST.id
    assert found.release.table.months[0].mean == 11.5


def test_the_release_held_is_kept_as_long_as_it_is_in_service(
    store: Store, reader: ReleaseReader, failing: Failing, clock: Clock
) -> None:
    put(store, FIRST)
    release = reader.current().release
    clock.now += 61
    failing.reads = 0
    assert reader.current().release is release
    assert failing.reads == 1  # the pointer alone


def test_a_store_that_is_down_takes_no_reader_down(
    store: Store, reader: ReleaseReader, failing: Failing, clock: Clock
) -> None:
    put(store, FIRST)
    reader.current()
    failing.is_down, failing.takes = True, 11.0
    clock.now += 61
    found = reader.current()
    assert held(found) == (FIRST.id, True)
    assert "timed out" in found.reason
    asked = failing.reads
    clock.now += 59
    assert held(reader.current()) == (FIRST.id, True)
    assert failing.reads == asked  # a store that times out is not asked with every request
    failing.is_down = False
    clock.now += 2
    assert held(reader.current()) == (FIRST.id, False)


def test_without_a_release_there_is_nothing_to_go_on_with(
    store: Store, reader: ReleaseReader, failing: Failing
) -> None:
    with pytest.raises(ServingError, match=r"no champion\.json") as caught:
        reader.current()
    assert caught.value.code == "no_release"
    failing.is_down = True
    with pytest.raises(ServingError, match="timed out") as caught:
        reader.current()
    assert caught.value.code == "no_release"
    failing.is_down = False
    put(store, FIRST)
    assert held(reader.current()) == (FIRST.id, False)  # at once, not after its time


@pytest.mark.parametrize("name", ["forecast.json", "model.zip", "scores.json", "manifest.json"])
@pytest.mark.parametrize("data", [b"", b"{}", b"\xff\x00"])
def test_a_new_release_that_is_damaged_is_not_taken_up(
    store: Store, reader: ReleaseReader, clock: Clock, name: str, data: bytes
) -> None:
    put(store, FIRST)
    reader.current()
    put(store, SECOND)
    overwrite(store, f"releases/{SECOND.id}/{name}", data)
    clock.now += 61
    found = reader.current()
    assert held(found) == (FIRST.id, True)
    assert name in found.reason
    assert SECOND.id in found.reason


@pytest.mark.parametrize("data", [b"", b"[]", b'{"schema": 1, "release_id": "../x"}', b"\xff"])
def test_a_pointer_that_is_none_changes_nothing(
    store: Store, reader: ReleaseReader, clock: Clock, data: bytes
) -> None:
    put(store, FIRST)
    reader.current()
    overwrite(store, CHAMPION, data)
    clock.now += 61
    found = reader.current()
    assert held(found) == (FIRST.id, True)
    assert CHAMPION in found.reason


def test_a_pointer_that_climbs_reads_nothing(store: Store, reader: ReleaseReader) -> None:
    pointer = {
        "schema": 1,
        "release_id": "../../etc/passwd",
        "previous_id": None,
        "promoted_at": "",
        "reason": "",
    }
    overwrite(store, CHAMPION, encode_document(CHAMPION, pointer))
    with pytest.raises(ServingError, match="is not a release id") as caught:
        reader.current()
    assert caught.value.code == "no_release"


def test_a_pointer_that_is_gone(tmp_path: Path, clock: Clock) -> None:
    store = open_store(str(tmp_path))
    put(store, FIRST)
    reader = ReleaseReader(store, 60, clock)
    reader.current()
    (tmp_path / CHAMPION).unlink()
    clock.now += 61
    assert held(reader.current()) == (FIRST.id, True)


def test_an_altered_table_is_no_release_to_begin_with(store: Store, reader: ReleaseReader) -> None:
    put(store, FIRST)
    overwrite(store, f"releases/{FIRST.id}/forecast.json", FIRST.files["forecast.json"][:-1])
    with pytest.raises(ServingError, match=rf"forecast\.json of release {FIRST.id}") as caught:
        reader.current()
    assert caught.value.code == "no_release"


def test_files_are_verified_when_they_are_first_needed(
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


def test_what_a_release_does_not_hold(store: Store, reader: ReleaseReader) -> None:
    put(store, FIRST)
    release = reader.current().release
    assert release.weather is None
    assert release.parts == {}
    with pytest.raises(ServingError, match=r"folds\.json") as caught:
        release.document("folds.json")
    assert caught.value.code == "not_in_release"


def test_a_document_is_read_verified_and_once(
    store: Store, reader: ReleaseReader, failing: Failing
) -> None:
    put(store, FIRST)
    release = reader.current().release
    assert release.document("scores.json") == {"schema": 1, "scores": []}
    failing.is_down = True
    assert release.document("scores.json") == {"schema": 1, "scores": []}


def test_a_document_that_was_altered_is_none(store: Store, reader: ReleaseReader) -> None:
    put(store, FIRST)
    overwrite(store, f"releases/{FIRST.id}/scores.json", b'{"schema": 1}')
    with pytest.raises(FileAltered, match=r"scores\.json"):
        reader.current().release.document("scores.json")


def test_the_track_record(store: Store, reader: ReleaseReader) -> None:
    with pytest.raises(ServingError, match=r"no track_record\.json yet") as caught:
        reader.track_record()
    assert caught.value.code == "no_track_record"
    store.write(
        "track_record.json", encode_document("track_record.json", {"schema": 1, "months": []})
    )
    assert reader.track_record() == {"schema": 1, "months": []}
    overwrite(store, "track_record.json", b"{")
    with pytest.raises(BadDocument, match=r"track_record\.json is not as expected"):
        reader.track_record()
