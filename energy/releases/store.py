"""Where releases live: a directory or an S3 bucket, behind one protocol."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit

import botocore.session
import obstore
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected
from obstore.exceptions import BaseError
from obstore.store import S3Store as Client

from energy import legacy_errors
from energy.errors import BadKey

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from obstore.store import S3Config

LONGEST = 200
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def checked_key(key: str) -> str:
    """Return `key` if it stays inside a store's root on every kind of store.

    No part begins with a dot, so `..` cannot climb and a store's own files (its lock, what it is
    about to rename) cannot be named.

    Raises:
        BadKey: It is empty, too long, absolute, or holds anything but letters, digits, `._-/`.

    >>> checked_key("releases/2022-07/manifest.json")
    'releases/2022-07/manifest.json'
    """
    if not is_key(key):
        raise legacy_errors.BadKey(key)
    return key


def is_key(name: str) -> bool:
    """Whether a store could hold something under that name; an editor's `notes~` it could not."""
    return len(name) <= LONGEST and _KEY.fullmatch(name) is not None


def checked_prefix(prefix: str) -> str:
    """Return `prefix` if it is empty, a key, or a key and a slash.

    Raises:
        BadKey: It could not begin any key.
    """
    if prefix:
        checked_key(prefix.removesuffix("/"))
    return prefix


LOCK_SECONDS = 10.0
_ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class DirectoryStore:
    """A `Store` (its operations and errors are described there) in a directory.

    Names that begin with a dot are the store's own: `.lock`, and `.new-*`, which a killed writer
    may leave and no key can name. Reading takes no lock and works on a read-only mount.
    """

    def __init__(self, root: Path) -> None:
        """Use `root`, which the first write creates."""
        self.root = Path(os.path.abspath(root.expanduser()))

    @property
    def url(self) -> str:
        """The directory's absolute path."""
        return str(self.root)

    def read(self, key: str) -> bytes:
        """Return what is stored under `key`; `ObjectMissing` if nothing is."""
        found = self.read_versioned(key)
        if found is None:
            raise legacy_errors.ObjectMissing(self.url, key)
        return found[0]

    def read_versioned(self, key: str) -> tuple[bytes, str] | None:
        """Return what is stored under `key` and its SHA-256, which is its version."""
        path = self.root / checked_key(key)
        try:
            data = path.read_bytes()
        except _ABSENT:
            return None
        except OSError as error:
            raise legacy_errors.StoreUnreachable(self.url, _os_reason(error)) from error
        return data, hashlib.sha256(data).hexdigest()

    def write(self, key: str, data: bytes) -> None:
        """Store `data` under a new key; `ObjectExists` if it is taken."""
        path = self.root / checked_key(key)
        with self._writing():
            if path.exists():
                raise legacy_errors.ObjectExists(self.url, key)
            _put(path, data)

    def swap(self, key: str, data: bytes, expected_version: str | None) -> str:
        """Replace what is stored under `key`; `StoreConflict` if somebody else did already."""
        path = self.root / checked_key(key)
        with self._writing():
            found = self.read_versioned(key)
            if (found[1] if found else None) != expected_version:
                raise legacy_errors.StoreConflict(self.url, key)
            _put(path, data)
        return hashlib.sha256(data).hexdigest()

    def keys(self, prefix: str = "") -> list[str]:
        """Return every key that begins with `prefix`, sorted."""
        folder = self.root / checked_prefix(prefix).rpartition("/")[0]
        found: list[str] = []
        try:
            for parent, folders, names in os.walk(folder, onerror=_unless_absent):
                folders[:] = [name for name in folders if not name.startswith(".")]
                under = Path(parent).relative_to(self.root)
                found += [(under / name).as_posix() for name in names if not name.startswith(".")]
        except OSError as error:
            raise legacy_errors.StoreUnreachable(self.url, _os_reason(error)) from error
        return sorted(key for key in found if key.startswith(prefix) and is_key(key))

    def delete(self, key: str) -> None:
        """Remove what is stored under `key`, and its folder with the last of it."""
        path = self.root / checked_key(key)
        with self._writing():
            path.unlink(missing_ok=True)
            folder = path.parent
            while folder != self.root and _nothing_but_remains(folder):
                folder.rmdir()
                folder = folder.parent

    def check_writable(self) -> None:
        """Write and delete a probe; `StoreUnwritable` with the reason if that cannot be done."""
        with self._writing():
            probe = self.root / f".probe-{secrets.token_hex(8)}"
            _put(probe, b"probe\n")
            probe.unlink()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Be the only writer, and turn the system's errors into ours."""
        from filelock import FileLock, Timeout

        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with FileLock(self.root / ".lock", timeout=LOCK_SECONDS):
                yield
        except Timeout as error:
            reason = f"another writer has held its .lock for {LOCK_SECONDS:.0f} seconds"
            raise legacy_errors.StoreUnwritable(self.url, reason) from error
        except (OSError, NotImplementedError) as error:  # filelock: a file system without locks
            raise legacy_errors.StoreUnwritable(self.url, _os_reason(error)) from error


def _put(path: Path, data: bytes) -> None:
    """Let `data` appear at `path` at once, and stay there through a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.parent / f".new-{secrets.token_hex(8)}"
    try:
        with new.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _nothing_but_remains(folder: Path) -> bool:
    """Whether nothing is left in a folder, what killed writers left there being cleared away."""
    if not folder.is_dir():
        return False
    found = list(folder.iterdir())
    if any(not path.name.startswith(".new-") for path in found):
        return False
    for path in found:  # under the lock no living writer has one
        path.unlink()
    return True


def _unless_absent(error: OSError) -> None:
    if not isinstance(error, _ABSENT):
        raise error


def _os_reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return f"{type(error).__name__}: {error}"


CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 3.5
UPLOAD_SECONDS = 60.0
LARGE = 256 * 1024
"""Bytes from which a write may take `UPLOAD_SECONDS`: a slow line first empties its buffers."""
ATTEMPTS = 2
_REFUSED = {
    "AccessDenied": "these credentials may not do this",
    "ExpiredToken": "the credentials have expired",
    "InvalidAccessKeyId": "the credentials are refused",
    "InvalidToken": "the credentials are refused",
    "NoCredentialsError": "no AWS credentials are set",
    "NoSuchBucket": "the bucket does not exist",
    "SignatureDoesNotMatch": "the credentials are refused",
}


class S3Store:
    """A `Store` (its operations and errors are described there) under a prefix of a bucket."""

    def __init__(self, bucket: str, prefix: str = "", page_size: int = 1000) -> None:
        """Use `bucket`, whose keys here all begin with `prefix/`.

        Raises:
            BadStoreUrl: `AWS_ENDPOINT_URL`, the region or the profile cannot be used.
        """
        self.bucket = bucket
        self.page_size = page_size
        self._folder = f"{prefix}/" if prefix else ""
        self._client = self._connect(ANSWER_SECONDS)

    @cached_property
    def _uploads(self) -> S3Client:
        return self._connect(UPLOAD_SECONDS)

    def _connect(self, answer_seconds: float) -> S3Client:
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=answer_seconds,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        )
        try:
            client = botocore.session.Session().create_client("s3", config=config)
        except (BotoCoreError, ValueError) as error:  # ValueError: a malformed endpoint
            reason = f"no S3 client can be made from the AWS_* settings ({type(error).__name__})"
            raise legacy_errors.BadStoreUrl(reason) from None
        return cast("S3Client", client)

    @property
    def url(self) -> str:
        """`s3://bucket/prefix`."""
        return f"s3://{self.bucket}/{self._folder}".removesuffix("/")

    def read(self, key: str) -> bytes:
        """Return what is stored under `key`; `ObjectMissing` if nothing is."""
        found = self.read_versioned(key)
        if found is None:
            raise legacy_errors.ObjectMissing(self.url, key)
        return found[0]

    def read_versioned(self, key: str) -> tuple[bytes, str] | None:
        """Return what is stored under `key` and its ETag, which is its version."""
        name = self._folder + checked_key(key)
        with self._failing_as(legacy_errors.StoreUnreachable):
            try:
                answer = self._client.get_object(Bucket=self.bucket, Key=name)
                return answer["Body"].read(), answer["ETag"]
            except ClientError as error:
                if error.response["Error"]["Code"] == "NoSuchKey":
                    return None
                raise

    def write(self, key: str, data: bytes) -> None:
        """Store `data` under a new key; `ObjectExists` if it is taken."""
        try:
            self._put(key, data, None)
        except _Unmet as unmet:
            if unmet.code == "PreconditionFailed":
                raise legacy_errors.ObjectExists(self.url, key) from None
            raise legacy_errors.StoreConflict(self.url, key) from None

    def swap(self, key: str, data: bytes, expected_version: str | None) -> str:
        """Replace what is stored under `key`; `StoreConflict` if somebody else did already."""
        try:
            return self._put(key, data, expected_version)
        except _Unmet:
            raise legacy_errors.StoreConflict(self.url, key) from None

    def keys(self, prefix: str = "") -> list[str]:
        """Return every key that begins with `prefix`, sorted."""
        start = self._folder + checked_prefix(prefix)
        with self._failing_as(legacy_errors.StoreUnreachable):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=start, PaginationConfig={"PageSize": self.page_size}
            )
            found = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return sorted(filter(is_key, (key.removeprefix(self._folder) for key in found)))

    def delete(self, key: str) -> None:
        """Remove what is stored under `key`."""
        name = self._folder + checked_key(key)
        with self._failing_as(legacy_errors.StoreUnwritable):
            self._client.delete_object(Bucket=self.bucket, Key=name)

    def check_writable(self) -> None:
        """Write and delete a probe, and see that the server refuses to overwrite it.

        A server that ignores `If-None-Match` would let two publishers win at once.
        """
        key = f"probes/{secrets.token_hex(8)}"
        self._put(key, b"probe\n", None)
        try:
            self._put(key, b"again\n", None)
        except _Unmet:
            pass
        else:
            raise legacy_errors.StoreUnwritable(self.url, "the server ignores If-None-Match")
        finally:
            self.delete(key)

    def _put(self, key: str, data: bytes, expected_version: str | None) -> str:
        """Write under the condition that the object is absent (None) or still this version.

        Raises:
            _Unmet: The condition does not hold.
        """
        name = self._folder + checked_key(key)
        client = self._uploads if len(data) >= LARGE else self._client
        with self._failing_as(legacy_errors.StoreUnwritable):
            try:
                if expected_version is None:
                    answer = client.put_object(
                        Bucket=self.bucket, Key=name, Body=data, IfNoneMatch="*"
                    )
                else:
                    answer = client.put_object(
                        Bucket=self.bucket, Key=name, Body=data, IfMatch=expected_version
                    )
                return answer["ETag"]
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code not in ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"):
                    raise
                retried = error.response["ResponseMetadata"].get("RetryAttempts", 0)
        if retried:  # our first attempt may have been the one that met the condition
            found = self.read_versioned(key)
            if found is not None and found[0] == data:
                return found[1]
        raise _Unmet(code)

    @contextmanager
    def _failing_as(
        self, failure: type[legacy_errors.StoreUnreachable] | type[legacy_errors.StoreUnwritable]
    ) -> Iterator[None]:
        """Turn botocore's errors into ours, of which no part can hold a credential."""
        try:
            yield
        except (BotoCoreError, ClientError) as error:
            raise failure(self.url, self._reason(error)) from None

    def _reason(self, error: BotoCoreError | ClientError) -> str:
        """Say what went wrong without the server's words or the endpoint's user and password."""
        if isinstance(error, ClientError):
            code = error.response["Error"]["Code"]
            return f"{_REFUSED.get(code, 'S3 refused')} ({code})"
        kind = type(error).__name__
        if isinstance(error, HTTPClientError | NotConnected):
            host = urlsplit(self._client.meta.endpoint_url).netloc.rpartition("@")[2]
            return f"no answer from {host} ({kind})"
        return f"{_REFUSED.get(kind, 'S3 cannot be asked')} ({kind})"


class _Unmet(Exception):
    """A conditional write whose condition does not hold; never leaves this module."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


QUICK_CONNECT_SECONDS = 2.0
QUICK_ANSWER_SECONDS = 3.5
"""As energy/releases/s3.py has them, for the one attempt that is made here."""
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
"""With these in the environment there is nothing to look for: Lambda sets them."""
OTHERWISE = ("AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT")
"""What botocore heeds and obstore does not."""


def will_do(environment: Mapping[str, str]) -> bool:
    """Whether the environment alone says all that is needed to read, and nothing unheeded.

    Args:
        environment: Such as os.environ.
    """
    try:
        endpoint = urlsplit(_endpoint(environment) or "https://s3.amazonaws.com")
    except ValueError:  # botocore tells of it
        return False
    return (
        endpoint.scheme in ("http", "https")
        and bool(endpoint.hostname)
        and not endpoint.username
        and all(environment.get(name) for name in KEYS)
        and not any(environment.get(name) for name in OTHERWISE)
    )


class QuickS3Store:
    """A `Store` (its operations and errors are described there) under a prefix of a bucket."""

    def __init__(self, bucket: str, prefix: str, environment: Mapping[str, str]) -> None:
        """Use `bucket`, whose keys here all begin with `prefix/`.

        Args:
            bucket: It.
            prefix: '' for none.
            environment: One that `will_do`.
        """
        self.bucket, self._prefix = bucket, prefix
        self._folder = f"{prefix}/" if prefix else ""
        self._environment = dict(environment)

    @cached_property
    def _client(self) -> Client:
        environment = self._environment
        config: S3Config = {
            "access_key_id": environment["AWS_ACCESS_KEY_ID"],
            "secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
            "region": environment["AWS_DEFAULT_REGION"],
        }
        if token := environment.get("AWS_SESSION_TOKEN"):
            config["session_token"] = token
        if endpoint := _endpoint(environment):
            config["endpoint"] = endpoint
        return Client(
            self.bucket,
            config=config,
            client_options={
                "allow_http": True,
                "connect_timeout": timedelta(seconds=QUICK_CONNECT_SECONDS),
                "timeout": timedelta(seconds=QUICK_ANSWER_SECONDS),
            },
            retry_config={
                "max_retries": 0,
                "retry_timeout": timedelta(seconds=QUICK_ANSWER_SECONDS),
            },
        )

    @cached_property
    def _careful(self) -> S3Store:
        pass

        return S3Store(self.bucket, self._prefix)

    @property
    def url(self) -> str:
        """`s3://bucket/prefix`."""
        return f"s3://{self.bucket}/{self._folder}".removesuffix("/")

    def read(self, key: str) -> bytes:
        """Return what is stored under `key`; `ObjectMissing` if nothing is."""
        found = self.read_versioned(key)
        if found is None:
            raise legacy_errors.ObjectMissing(self.url, key)
        return found[0]

    def read_versioned(self, key: str) -> tuple[bytes, str] | None:
        """Return what is stored under `key` and its ETag, which is its version."""
        name = checked_key(key)
        with suppress(BaseError, OSError, ValueError):  # botocore is asked why, and has the words
            answer = obstore.get(self._client, self._folder + name)
            version = answer.meta["e_tag"]
            if version is not None:
                return bytes(answer.bytes()), version
        return self._careful.read_versioned(key)

    def write(self, key: str, data: bytes) -> None:
        """Store `data` under a new key; `ObjectExists` if it is taken."""
        self._careful.write(key, data)

    def swap(self, key: str, data: bytes, expected_version: str | None) -> str:
        """Replace what is stored under `key`; `StoreConflict` if somebody else did already."""
        return self._careful.swap(key, data, expected_version)

    def keys(self, prefix: str = "") -> list[str]:
        """Return every key that begins with `prefix`, sorted."""
        return self._careful.keys(prefix)

    def delete(self, key: str) -> None:
        """Remove what is stored under `key`."""
        self._careful.delete(key)

    def check_writable(self) -> None:
        """Write and delete a probe, and see that the server refuses to overwrite it."""
        self._careful.check_writable()


def _endpoint(environment: Mapping[str, str]) -> str | None:
    """Where S3 is asked, if not at AWS's own address."""
    return environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL") or None


_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class Store(Protocol):
    """Bytes by key. A reader sees an object as it was before a write or after it, never between.

    Whatever the implementation, every operation raises `BadKey` for a key that could leave the
    store's root, reading raises `StoreUnreachable` and writing `StoreUnwritable` when the store
    fails, and no message holds a credential.
    """

    @property
    def url(self) -> str:
        """Where this store is, as `open_store` takes it and as messages show it."""

    def read(self, key: str) -> bytes:
        """Return what is stored under `key`.

        Raises:
            ObjectMissing: Nothing is.
        """

    def read_versioned(self, key: str) -> tuple[bytes, str] | None:
        """Return what is stored under `key` and its version, for `swap`; None if nothing is."""

    def write(self, key: str, data: bytes) -> None:
        """Store `data` under a new key, never to be overwritten.

        Raises:
            ObjectExists: The key is taken; what is stored there stays as it is.
            StoreConflict: S3 alone: another writer is at this key right now.
        """

    def swap(self, key: str, data: bytes, expected_version: str | None) -> str:
        """Store `data` under `key` if its version is still the expected one; None expects nothing.

        Returns:
            The new version.

        Raises:
            StoreConflict: Somebody else has written the key; nothing is changed.
        """

    def keys(self, prefix: str = "") -> list[str]:
        """Return every key that begins with `prefix`, sorted; what could be no key is left out."""

    def delete(self, key: str) -> None:
        """Remove what is stored under `key`; nothing being there is fine. For sweeping alone."""

    def check_writable(self) -> None:
        """Write and delete a probe: a store that cannot be written is found before the work.

        Raises:
            StoreUnwritable: With the reason.
        """


def open_store(url: str) -> Store:
    """Open a store by its URL: a directory's path, or `s3://bucket/prefix`.

    Nothing is read or written yet; a directory need not exist. For S3, `AWS_ENDPOINT_URL` and the
    usual `AWS_*` variables, profiles and roles are honoured.

    Raises:
        BadStoreUrl: Another scheme, no bucket, or something that is neither.
    """
    if not url.strip() or not url.isprintable():
        raise legacy_errors.BadStoreUrl("it is empty or holds control characters")
    scheme = _SCHEME.match(url)
    if scheme is None:
        pass

        return DirectoryStore(Path(url))
    if scheme[1] != "s3":
        raise legacy_errors.BadStoreUrl(
            f"its scheme is '{scheme[1]}'" if "://" in url else "it holds a colon"
        )
    bucket, prefix = _bucket_and_prefix(url)
    return _in_s3(bucket, prefix)


def _in_s3(bucket: str, prefix: str) -> Store:
    """A store on S3: the quick one where the environment alone says how to reach it."""
    pass

    if will_do(os.environ):
        return QuickS3Store(bucket, prefix, os.environ)
    pass

    return S3Store(bucket, prefix)


def _bucket_and_prefix(url: str) -> tuple[str, str]:
    if not url.startswith("s3://"):
        raise legacy_errors.BadStoreUrl("s3: is not followed by two slashes")
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    if not _BUCKET.fullmatch(bucket):
        raise legacy_errors.BadStoreUrl("s3:// is not followed by the name of a bucket")
    prefix = prefix.removesuffix("/")
    try:
        return bucket, checked_prefix(prefix)
    except BadKey as error:
        reason = f"its prefix {prefix[:80]!a} holds more than parts of letters, digits and ._-"
        raise legacy_errors.BadStoreUrl(reason) from error
