"""Stores that cannot be opened, read or written: found out quickly, told clearly, no secrets."""

from __future__ import annotations

import socket
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from filelock import FileLock
from s3_server import S3Server, free_ports

from energy import legacy_errors
from energy.errors import ObjectExists, StoreConflict, StoreError, StoreUnreachable, StoreUnwritable
from energy.releases import store
from energy.releases.store import S3Store, Store, open_store

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
def test_urls_that_are_no_store(url: str, reason: str) -> None:
    with pytest.raises(legacy_errors.BadStoreUrl, match=reason) as caught:
        open_store(url)
    assert SECRET not in str(caught.value)
    assert "s3://bucket/prefix" in str(caught.value)


def test_a_relative_path_does_not_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("here")
    store.write("a", b"1")
    monkeypatch.chdir("/")
    assert store.read("a") == b"1"
    assert store.url == str(tmp_path / "here")


def test_s3_urls_keep_their_prefix(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.use(monkeypatch)
    for url in ("s3://energy", "s3://energy/", "s3://energy/a/b", "s3://energy/a/b/"):
        assert open_store(url).url == url.rstrip("/")
    open_store("s3://energy/inside/deep").write("k", b"1")
    assert "inside/deep/k" in open_store("s3://energy").keys()  # noqa: SIM118
    assert open_store("s3://energy/inside/").read("deep/k") == b"1"
    assert open_store("s3://energy/ins").keys() == []


def test_keys_of_many_pages(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.use(monkeypatch)
    store = S3Store(s3.bucket, "pages", page_size=3)
    names = [f"releases/{number:02}/manifest.json" for number in range(11)]
    for name in reversed(names):
        store.write(name, b"")
    assert store.keys("releases/") == names


def under_a_file(tmp_path: Path) -> str:
    (tmp_path / "file").write_text("")
    return str(tmp_path / "file" / "store")


@pytest.mark.parametrize(
    "place", [under_a_file, lambda _: "/proc/energy-store", lambda _: "/dev/null"]
)
def test_directories_that_cannot_be_written(place: Callable[[Path], str], tmp_path: Path) -> None:
    store = open_store(place(tmp_path))
    for attempt in writes(store):
        with pytest.raises(StoreUnwritable, match=r"cannot be written: .+") as caught:
            attempt()
        assert store.url in str(caught.value)
    assert store.read_versioned("a") is None


def test_a_lock_that_is_never_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.1)
    with FileLock(tmp_path / ".lock"), pytest.raises(StoreUnwritable, match="another writer"):
        open_store(str(tmp_path)).write("a", b"1")


def test_what_a_killed_writer_leaves_is_no_key(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    store.write("a/b", b"1")
    (tmp_path / "a" / ".new-0123").write_bytes(b"half")
    assert store.keys() == ["a/b"]


def test_what_a_killed_writer_leaves_goes_with_the_last_of_its_folder(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    for key in ("a/b/c", "a/d"):
        store.write(key, b"1")
    (tmp_path / "a" / "b" / ".new-0123").write_bytes(b"half")
    store.delete("a/b/c")
    assert not (tmp_path / "a" / "b").exists()
    assert store.keys() == ["a/d"]
    store.delete("a/d")
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


BAD_S3 = {
    "bucket": ("no-such-bucket", {}, "bucket does not exist"),
    "key": ("energy", {"AWS_ACCESS_KEY_ID": "AKIAWRONGWRONG"}, "refused"),
    "secret": ("energy", {"AWS_SECRET_ACCESS_KEY": SECRET}, "refused"),
    "anonymous": (
        "energy",
        {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
        "no AWS credentials",
    ),
}


@pytest.mark.parametrize("case", BAD_S3)
def test_buckets_that_refuse(case: str, s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket, changes, reason = BAD_S3[case]
    s3.use(monkeypatch, **changes)
    store = open_store(f"s3://{bucket}/p")
    for attempt in writes(store):
        fails(attempt, StoreUnwritable, reason, s3)
    for attempt in reads(store):
        fails(attempt, StoreUnreachable, reason, s3)


def test_a_dead_endpoint(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_ports(1)[0]
    s3.use(monkeypatch, AWS_ENDPOINT_URL=f"http://user:{SECRET}@127.0.0.1:{port}")
    began = time.monotonic()
    store = open_store("s3://energy/p")
    fails(store.check_writable, StoreUnwritable, f"no answer from 127.0.0.1:{port}", s3)
    assert time.monotonic() - began < 10
    fails(lambda: store.read("a"), StoreUnreachable, f"no answer from 127.0.0.1:{port}", s3)


def test_a_silent_endpoint(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    _silence(monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        s3.use(monkeypatch, AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}")
        store = open_store("s3://energy/p")
        fails(store.keys, StoreUnreachable, "ReadTimeoutError", s3)


def test_endpoints_that_are_no_urls(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.use(monkeypatch, AWS_ENDPOINT_URL=f"user:{SECRET}@nowhere")
    fails(lambda: open_store("s3://energy/p"), legacy_errors.BadStoreUrl, "AWS_", s3)


@pytest.mark.parametrize("written", [b"ours", b"theirs"])
def test_a_lost_answer_is_not_a_lost_write(
    written: bytes, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first attempt's answer gets lost; the second finds the key taken: by us, or by others."""
    s3.use(monkeypatch)
    store, other = s3_store(s3), S3Store(s3.bucket)
    lost: list[str] = []

    def lose(request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        if lost:
            return None
        lost.append(request.url)
        other.write(f"{store.url.rpartition('/')[2]}/champion.json", written)
        return AWSResponse(request.url, 500, {}, Said(b""))

    store._client.meta.events.register("before-send.s3.PutObject", lose)
    if written == b"ours":
        assert store.swap("champion.json", b"ours", None)
    else:
        with pytest.raises(StoreConflict):
            store.swap("champion.json", b"ours", None)
    assert store.read("champion.json") == written
    assert len(lost) == 1


@pytest.mark.parametrize("code", ["ConditionalRequestConflict", "PreconditionFailed", "NoSuchKey"])
def test_whatever_s3_calls_it_a_condition_that_does_not_hold_is_no_failure_of_the_store(
    code: str, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.use(monkeypatch)
    store = s3_store(s3)
    body = f"<Error><Code>{code}</Code></Error>".encode()

    def refuse(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        return AWSResponse(request.url, 409, {}, Said(body))

    store._client.meta.events.register("before-send.s3.PutObject", refuse)
    taken = ObjectExists if code == "PreconditionFailed" else StoreConflict
    with pytest.raises(
        taken, match="another writer" if taken is StoreConflict else "never overwritten"
    ):
        store.write("a", b"1")
    for version in (None, '"0123"'):
        with pytest.raises(StoreConflict):
            store.swap("a", b"1", version)


class Said:
    """The body of an answer."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, **_: object) -> list[bytes]:
        return [self.body]


def test_a_server_that_ignores_conditions(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.use(monkeypatch)
    store = s3_store(s3)

    def ignore(request: AWSRequest, **_: object) -> None:
        del request.headers["If-None-Match"]

    store._client.meta.events.register("before-sign.s3.PutObject", ignore)
    fails(store.check_writable, StoreUnwritable, "ignores If-None-Match", s3)
    assert store.keys("probes/") == []


def s3_store(server: S3Server) -> S3Store:
    return S3Store(server.bucket, f"trouble-{time.monotonic_ns()}")


def _silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(store, "ATTEMPTS", 1)


def writes(store: Store) -> list[Callable[[], object]]:
    return [
        store.check_writable,
        lambda: store.write("a", b""),
        lambda: store.swap("a", b"", None),
        lambda: store.delete("a"),
    ]


def reads(store: Store) -> list[Callable[[], object]]:
    return [lambda: store.read("a"), store.keys]


def fails(
    attempt: Callable[[], object], error: type[StoreError], reason: str, server: S3Server
) -> None:
    """The attempt raises this error for this reason; not even its traceback holds a credential."""
    with pytest.raises(error, match=reason) as caught:
        attempt()
    shown = "".join(traceback.format_exception(caught.value))
    for secret in (SECRET, server.secret_key, server.access_key):
        assert secret not in str(caught.value)
        assert secret not in shown
