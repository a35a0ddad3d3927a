"""A store in a directory and a store on S3 behave the same."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy.errors import BadKey, ObjectExists, ObjectMissing, StoreConflict, StoreError
from energy.releases.store import MAX_KEY_LENGTH, Store, checked_key, open_store

SECRET = "hunter2hunter2"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "empty"),
        (" ", "empty"),
        ("a\x00b", "control characters"),
        (f"https://user:{SECRET}@host/bucket", "scheme is 'https'"),
        ("file:///tmp/store", "scheme is 'file'"),
        (f"user:{SECRET}", "colon"),
        ("s3:/bucket/x", "two slashes"),
        ("s3://", "name of a bucket"),
        ("s3:///prefix", "name of a bucket"),
        (f"s3://key:{SECRET}@bucket/x", "name of a bucket"),
        ("s3://Bucket_1/x", "name of a bucket"),
        ("s3://bucket/../other", "prefix"),
        ("s3://bucket/a//b", "prefix"),
    ],
)
def test_an_invalid_url_is_rejected(url: str, reason: str) -> None:
    with pytest.raises(StoreError, match=reason) as caught:
        open_store(url)
    assert SECRET not in str(caught.value)
    assert "s3://bucket/prefix" in str(caught.value)


def test_objects_are_read_as_they_were_written(store: Store) -> None:
    store.write("releases/a/model.zip", b"\x00\xff bytes")
    assert store.read("releases/a/model.zip") == b"\x00\xff bytes"
    store.write("releases/a/empty", b"")
    assert store.read("releases/a/empty") == b""
    large = bytes(range(256)) * 5000
    store.write("releases/a/large", large)
    assert store.read("releases/a/large") == large


def test_nothing_is_read_from_an_empty_store(store: Store) -> None:
    assert store.keys() == []
    assert store.keys("releases/") == []
    assert store.read_versioned("champion.json") is None
    with pytest.raises(ObjectMissing, match=rf"champion\.json is not in the store {store.url}"):
        store.read("champion.json")


def test_a_folder_is_not_an_object(store: Store) -> None:
    store.write("releases/a/b", b"1")
    assert store.read_versioned("releases/a") is None
    assert store.read_versioned("releases/a/b/c") is None


def test_write_refuses_to_overwrite(store: Store) -> None:
    store.write("a", b"first")
    with pytest.raises(ObjectExists, match="never overwritten"):
        store.write("a", b"second")
    assert store.read("a") == b"first"


def test_swap_creates_replaces_and_returns_the_version(store: Store) -> None:
    first = store.swap("champion.json", b"1", None)
    assert store.read_versioned("champion.json") == (b"1", first)
    second = store.swap("champion.json", b"2", first)
    assert store.read_versioned("champion.json") == (b"2", second)
    assert first != second


def test_swap_refuses_any_other_version(store: Store) -> None:
    with pytest.raises(StoreConflict):
        store.swap("champion.json", b"2", '"0123456789abcdef0123456789abcdef"')
    assert store.read_versioned("champion.json") is None
    old = store.swap("champion.json", b"1", None)
    new = store.swap("champion.json", b"2", old)
    for stale in (None, old):
        with pytest.raises(StoreConflict, match="another writer"):
            store.swap("champion.json", b"3", stale)
    assert store.read_versioned("champion.json") == (b"2", new)


@pytest.mark.parametrize("exists", [False, True])
def test_of_eight_simultaneous_writers_one_wins(store: Store, exists: bool) -> None:
    version = store.swap("champion.json", b"before", None) if exists else None
    start = threading.Barrier(8)

    def compete(number: int) -> bytes | None:
        data = f"writer {number}".encode()
        start.wait()
        with contextlib.suppress(StoreConflict):
            store.swap("champion.json", data, version)
            return data
        return None

    with ThreadPoolExecutor(8) as pool:
        written = [data for data in pool.map(compete, range(8)) if data is not None]
    assert written == [store.read("champion.json")]


def test_a_reader_sees_a_complete_object(store: Store, store_url: str) -> None:
    versions = [bytes([letter]) * 50_000 for letter in b"abcdef"]
    version = store.swap("champion.json", versions[0], None)
    done = threading.Event()

    def watch() -> set[bytes]:
        seen, reader = set(), open_store(store_url)
        while not done.is_set():
            seen.add(reader.read("champion.json"))
        return seen

    with ThreadPoolExecutor(1) as pool:
        watched = pool.submit(watch)
        try:
            for data in versions[1:] * 3:
                version = store.swap("champion.json", data, version)
        finally:
            done.set()
        assert watched.result() <= set(versions)


def test_keys_are_sorted_and_chosen_by_prefix(store: Store) -> None:
    for key in ("releases/b/m", "releases/a/m", "releases/a-1/m", "releases.json", "rel/x", "z"):
        store.write(key, b"")
    assert store.keys("releases/") == ["releases/a-1/m", "releases/a/m", "releases/b/m"]
    assert store.keys("releases/a") == ["releases/a-1/m", "releases/a/m"]
    assert store.keys("rel") == sorted(set(store.keys()) - {"z"})
    assert store.keys("none/") == []
    assert store.keys("z/deeper/") == []


def test_delete_removes_a_single_key(store: Store) -> None:
    for key in ("releases/a/m", "releases/a/n", "releases/b/m", "champion.json"):
        store.write(key, b"1")
    for key in ("releases/a/m", "releases/a/m", "nothing/here"):
        store.delete(key)
    assert store.keys() == ["champion.json", "releases/a/n", "releases/b/m"]
    store.delete("releases/a/n")
    assert store.keys() == ["champion.json", "releases/b/m"]
    store.write("releases/a/m", b"2")
    assert store.read("releases/a/m") == b"2"


def test_check_writable_leaves_nothing_behind(store: Store) -> None:
    store.check_writable()
    store.check_writable()
    assert store.keys() == []


ESCAPES = [
    *("", "/", "/etc/passwd", "..", "../x", "a/../../x", "a/..", "a//b", "a/", "./a", ".lock"),
    *("a/.new-1", "a\\..\\b", "a b", "a\x00b", "a\n", "é", "~root", "a%2e%2e", "s3://b/k"),
    "x" * 201,
]


def test_keys_that_could_leave_the_root_are_rejected(store: Store) -> None:
    uses: list[Callable[[str], object]] = [
        *(store.read, store.read_versioned, store.delete, lambda key: store.keys(f"{key}/")),
        *(lambda key: store.write(key, b""), lambda key: store.swap(key, b"", None)),
    ]
    for key in ESCAPES:
        for use in uses:
            with pytest.raises(BadKey):
                use(key)
    assert store.keys() == []


def test_a_key_has_a_largest_length(store: Store) -> None:
    store.write("x" * MAX_KEY_LENGTH, b"1")
    assert store.keys() == ["x" * MAX_KEY_LENGTH]
    with pytest.raises(BadKey, match=r"x{30}"):
        store.write("x" * (MAX_KEY_LENGTH + 1), b"1")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.text() | st.text(alphabet="./a-~\\", max_size=12))
def test_every_key_is_refused_or_stays_inside(
    key: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.getbasetemp() / "root"
    try:
        checked = checked_key(key)
    except BadKey:
        return
    path = root / checked
    assert path.resolve().is_relative_to(root.resolve())
    assert path.resolve() != root.resolve()
    assert path.as_posix() == f"{root.as_posix()}/{key}"
    assert len(key) <= MAX_KEY_LENGTH
    assert not any(part.startswith(".") for part in key.split("/"))
