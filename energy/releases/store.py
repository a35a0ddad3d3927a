"""Where releases live: a directory or an S3 bucket, behind one protocol."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, InvalidPathError, PreconditionError
from obstore.store import S3Store as Client

from energy.errors import (
    BadKey,
    ObjectExists,
    ObjectMissing,
    StoreConflict,
    StoreError,
    StoreUnreachable,
    StoreUnwritable,
)

if TYPE_CHECKING:
    from obstore import PutMode
    from obstore.auth.boto3 import Boto3CredentialProvider
    from obstore.store import ClientConfig, S3Config

MAX_KEY_LENGTH = 200
_PART = "[A-Za-z0-9_-][A-Za-z0-9._-]*"
_KEY = re.compile(f"{_PART}(/{_PART})*")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class Store(Protocol):
    """Bytes by key. A reader sees an object as it was before a write or after it, never between.

    Every operation raises `BadKey` for a key that could leave the store's root. Reading raises
    `StoreUnreachable` and writing `StoreUnwritable` when the store fails. No message contains a
    credential.
    """

    @property
    def url(self) -> str:
        """The store's location, as `open_store` takes it and as messages show it."""

    def read_versioned(self, key: str) -> tuple[bytes, str] | None:
        """Return the object under `key` and its version, for `swap`; None if there is none."""

    def read(self, key: str) -> bytes:
        """Return the object under `key`; `ObjectMissing` if there is none."""
        stored = self.read_versioned(key)
        if stored is None:
            raise ObjectMissing(f"{key} is not in the store {self.url}.")
        return stored[0]

    def write(self, key: str, data: bytes) -> None:
        """Store `data` under a new key; `ObjectExists` if it is taken, for nothing is overwritten.

        On S3, `StoreConflict` means that another writer is writing this key right now.
        """

    def swap(self, key: str, data: bytes, expected_version: str | None) -> str:
        """Store `data` under `key` and return its version, if the present one is as expected.

        None expects no object. `StoreConflict` means that another writer changed the object, and
        nothing was written.
        """

    def keys(self, prefix: str = "") -> list[str]:
        """Return every key that begins with `prefix`, sorted; objects with other names are ignored.

        The prefix is empty, a key, or a key and a slash.
        """
        if prefix:
            checked_key(prefix.removesuffix("/"))
        names = self.list_folder(prefix.rpartition("/")[0])
        return sorted(name for name in names if name.startswith(prefix) and _is_key(name))

    def list_folder(self, folder: str) -> list[str]:
        """Return the names of all objects in a folder and below it, for `keys`."""

    def delete(self, key: str) -> None:
        """Delete the object under `key`, if there is one. Only clean-up needs this."""

    def check_writable(self) -> None:
        """Write and delete a probe, so that an unwritable store is noticed before the work."""


def open_store(url: str) -> Store:
    """Open a store by its URL: the path of a directory, or `s3://bucket/prefix`.

    Nothing is read or written yet, and a directory need not exist. For S3, the usual `AWS_*`
    variables, profiles and roles are used; `StoreError` if they, or the URL, cannot be used.
    """
    if not url.strip() or not url.isprintable():
        raise _bad_url("it is empty or has control characters")
    scheme = _SCHEME.match(url)
    if scheme is None:
        return DirectoryStore(Path(url))
    if scheme[1] != "s3":
        raise _bad_url(f"its scheme is '{scheme[1]}'" if "://" in url else "it contains a colon")
    if not url.startswith("s3://"):
        raise _bad_url("s3: is not followed by two slashes")
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    prefix = prefix.removesuffix("/")
    if not _BUCKET.fullmatch(bucket):
        raise _bad_url("s3:// is not followed by the name of a bucket")
    if prefix and not _is_key(prefix):
        raise _bad_url(f"its prefix {prefix[:80]!a} has characters other than letters, digits, ._-")
    return S3Store(bucket, prefix)


def checked_key(key: str) -> str:
    """Return `key` if it stays inside a store's root on every kind of store; else `BadKey`.

    No part begins with a dot, so `..` cannot climb, and a store's own files (its lock, unfinished
    writes) cannot be named.

    >>> checked_key("releases/2022-07/manifest.json")
    'releases/2022-07/manifest.json'
    """
    if not _is_key(key):
        raise BadKey(
            f"{key[:80]!a} is not a key; expected up to {MAX_KEY_LENGTH} of A-Z a-z 0-9 . _ - in "
            "parts separated by single slashes, none of which begins with a dot."
        )
    return key


def _is_key(name: str) -> bool:
    return len(name) <= MAX_KEY_LENGTH and _KEY.fullmatch(name) is not None


def _bad_url(reason: str) -> StoreError:
    return StoreError(
        f"The store's URL cannot be used: {reason}; "
        "expected a directory or s3://bucket/prefix (ENERGY_STORE, --store)."
    )


def _exists_error(store: Store, key: str) -> ObjectExists:
    return ObjectExists(
        f"{key} is already in the store {store.url}, and published files are never overwritten; "
        "publish under a new release id."
    )


def _conflict_error(store: Store, key: str) -> StoreConflict:
    return StoreConflict(
        f"{key} in the store {store.url} was changed by another writer in the meantime; nothing "
        "was written. Read it again and decide anew."
    )


def _unreachable_error(store: Store, reason: str) -> StoreUnreachable:
    return StoreUnreachable(f"The store {store.url} cannot be read: {reason}.")


def _unwritable_error(store: Store, reason: str) -> StoreUnwritable:
    return StoreUnwritable(
        f"The store {store.url} cannot be written: {reason}. "
        "Choose another (ENERGY_STORE, --store) or make it writable."
    )


LOCK_SECONDS = 10.0
_ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class DirectoryStore(Store):
    """A `Store` in a directory, which the first write creates; a version is a SHA-256.

    Names that begin with a dot belong to the store: `.lock`, and `.new-*`, which a killed writer
    may leave behind. Reading takes no lock and works on a read-only mount.
    """

    def __init__(self, root: Path) -> None:
        """Use `root`; a relative path is resolved now."""
        self.root = Path(os.path.abspath(root.expanduser()))

    @property
    def url(self) -> str:
        return str(self.root)

    def read_versioned(self, key: str) -> tuple[bytes, str] | None:
        path = self.root / checked_key(key)
        try:
            data = path.read_bytes()
        except _ABSENT:
            return None
        except OSError as error:
            raise _unreachable_error(self, _os_reason(error)) from error
        return data, hashlib.sha256(data).hexdigest()

    def write(self, key: str, data: bytes) -> None:
        path = self.root / checked_key(key)
        with self._locked():
            if path.exists():
                raise _exists_error(self, key)
            _write_atomically(path, data)

    def swap(self, key: str, data: bytes, expected_version: str | None) -> str:
        path = self.root / checked_key(key)
        with self._locked():
            stored = self.read_versioned(key)
            if (stored[1] if stored else None) != expected_version:
                raise _conflict_error(self, key)
            _write_atomically(path, data)
        return hashlib.sha256(data).hexdigest()

    def list_folder(self, folder: str) -> list[str]:
        paths: list[Path] = []
        try:
            walk = os.walk(self.root / folder, onerror=_raise_unless_absent)
            for parent, subfolders, names in walk:
                subfolders[:] = [name for name in subfolders if not name.startswith(".")]
                paths += [Path(parent, name) for name in names]
        except OSError as error:
            raise _unreachable_error(self, _os_reason(error)) from error
        return [path.relative_to(self.root).as_posix() for path in paths]

    def delete(self, key: str) -> None:
        """Delete the object, and its folder if that is empty then."""
        path = self.root / checked_key(key)
        with self._locked():
            path.unlink(missing_ok=True)
            for folder in path.parents:
                if folder == self.root or not folder.is_dir():
                    break
                leftovers = list(folder.iterdir())  # of killed writers; no other one has the lock
                if not all(leftover.name.startswith(".new-") for leftover in leftovers):
                    break
                for leftover in leftovers:
                    leftover.unlink()
                folder.rmdir()

    def check_writable(self) -> None:
        with self._locked():
            probe = self.root / f".probe-{secrets.token_hex(8)}"
            _write_atomically(probe, b"probe\n")
            probe.unlink()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Be the only writer, and raise the system's errors as `StoreUnwritable`."""
        from filelock import FileLock, Timeout

        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with FileLock(self.root / ".lock", timeout=LOCK_SECONDS):
                yield
        except Timeout as error:
            reason = f"another writer has held its .lock for {LOCK_SECONDS:.0f} seconds"
            raise _unwritable_error(self, reason) from error
        except (OSError, NotImplementedError) as error:  # filelock: a file system without locks
            raise _unwritable_error(self, _os_reason(error)) from error


def _write_atomically(path: Path, data: bytes) -> None:
    """Let `data` appear at `path` at once, and survive a power cut."""
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


def _raise_unless_absent(error: OSError) -> None:
    if not isinstance(error, _ABSENT):
        raise error


def _os_reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return f"{type(error).__name__}: {error}"


CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 3.5
"""How long S3 may stay silent."""
TRANSFER_SECONDS = 60.0
"""How long one request may take in all."""
LARGE_UPLOAD = 256 * 1024
"""Bytes from which S3 may stay silent for `TRANSFER_SECONDS` while it receives them."""
ATTEMPTS = 2
CREDENTIALS_LIFETIME = timedelta(minutes=10)
"""How long botocore's credentials are used; it renews them at least ten minutes before they end."""
_BOTOCORE_VARIABLES = ("AWS_PROFILE", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT")
_OTHER_DOMAINS = ("cn-", "us-iso", "eu-iso", "eusc-")
"""Regions whose endpoints do not end with amazonaws.com."""
_RETRIED = re.compile(r", after \d+ retries, max_retries")
_REASONS = {
    "AccessDenied": "these credentials may not do this",
    "AuthorizationHeaderMalformed": "the bucket is in another region; set AWS_DEFAULT_REGION",
    "ExpiredToken": "the credentials have expired",
    "InvalidAccessKeyId": "the credentials are refused",
    "InvalidToken": "the credentials are refused",
    "NoSuchBucket": "the bucket does not exist",
    "SignatureDoesNotMatch": "the credentials are refused",
}


class S3Store(Store):
    """A `Store` under a prefix of a bucket; an object's version is its ETag."""

    def __init__(self, bucket: str, prefix: str = "") -> None:
        """Use `bucket`, where every key begins with `prefix/`."""
        self.bucket = bucket
        self._folder = f"{prefix}/" if prefix else ""
        self._config, self._ca_bundle, self._credentials = aws_settings()

    @cached_property
    def _client(self) -> Client:
        return self._connect(ANSWER_SECONDS)

    @cached_property
    def _upload_client(self) -> Client:
        return self._connect(TRANSFER_SECONDS)

    def _connect(self, silence: float) -> Client:
        options: ClientConfig = {
            "allow_http": True,
            "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
            "read_timeout": timedelta(seconds=silence),
            "timeout": timedelta(seconds=TRANSFER_SECONDS),
        }
        if self._ca_bundle:
            options["root_certificate"] = self._ca_bundle
        return Client(
            self.bucket,
            config=self._config,
            client_options=options,
            retry_config={"max_retries": ATTEMPTS - 1},
            credential_provider=self._credentials,
        )

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/{self._folder}".removesuffix("/")

    def read_versioned(self, key: str) -> tuple[bytes, str] | None:
        path = self._folder + checked_key(key)
        with self._errors_as(_unreachable_error):
            try:
                answer = obstore.get(self._client, path)
                return bytes(answer.bytes()), answer.meta["e_tag"] or ""
            except FileNotFoundError as error:
                if _error_code(error) != "NoSuchBucket":
                    return None
                raise

    def write(self, key: str, data: bytes) -> None:
        self._put(key, data, "create")

    def swap(self, key: str, data: bytes, expected_version: str | None) -> str:
        mode: PutMode = {"e_tag": expected_version} if expected_version else "create"
        try:
            return self._put(key, data, mode)
        except ObjectExists:
            raise _conflict_error(self, key) from None

    def list_folder(self, folder: str) -> list[str]:
        with self._errors_as(_unreachable_error):
            pages = obstore.list(self._client, self._folder + folder)
            return [entry["path"].removeprefix(self._folder) for page in pages for entry in page]

    def delete(self, key: str) -> None:
        path = self._folder + checked_key(key)
        with self._errors_as(_unwritable_error):
            obstore.delete(self._client, path)

    def check_writable(self) -> None:
        """Write and delete a probe, and check that the server refuses to overwrite it.

        A server that ignores `If-None-Match` would let two publishers win at once.
        """
        key = f"probes/{secrets.token_hex(8)}"
        self._put(key, b"probe\n", "create")
        try:
            self._put(key, b"again\n", "create")
        except (ObjectExists, StoreConflict):
            pass
        else:
            raise _unwritable_error(self, "the server ignores If-None-Match")
        finally:
            self.delete(key)

    def _put(self, key: str, data: bytes, mode: PutMode) -> str:
        """Write if the object is absent ("create") or still has this ETag; return the new ETag."""
        path = self._folder + checked_key(key)
        client = self._upload_client if len(data) >= LARGE_UPLOAD else self._client
        for attempt in range(ATTEMPTS):
            with self._errors_as(_unwritable_error):
                try:
                    answer = obstore.put(client, path, data, mode=mode, use_multipart=False)
                    return answer["e_tag"] or ""
                except (AlreadyExistsError, PreconditionError, FileNotFoundError) as error:
                    code = _error_code(error)
                    if code == "NoSuchBucket":
                        raise
                    if attempt or _RETRIED.search(str(error)):
                        # The first attempt may have met the condition, and its answer was lost.
                        stored = self.read_versioned(key)
                        if stored is not None and stored[0] == data:
                            return stored[1]
                    break
                except BaseError as error:  # obstore repeats all but a write without an answer
                    if "kind: Timeout" not in str(error) or attempt == ATTEMPTS - 1:
                        raise
        if code == "PreconditionFailed" and mode == "create":
            raise _exists_error(self, key)
        raise _conflict_error(self, key)

    @contextmanager
    def _errors_as(self, failure: Callable[[Store, str], StoreError]) -> Iterator[None]:
        """Raise obstore's errors as ours, without its words, which may contain credentials."""
        try:
            yield
        except (BaseError, OSError, ValueError) as error:
            raise failure(self, self._reason(error)) from None

    def _reason(self, error: Exception) -> str:
        """Say what went wrong without the server's words or the endpoint's user and password."""
        text = str(error)
        if code := _error_code(error):
            return f"{_REASONS.get(code, 'S3 refused')} ({code})"
        if provider := re.search(r"External AWS credential provider: (\w+)", text):
            return f"the AWS credentials cannot be read ({provider[1]})"
        if "redirect without LOCATION" in text:
            return _REASONS["AuthorizationHeaderMalformed"]
        if isinstance(error, InvalidPathError):
            return "an object's name has an empty part ('//'); rename or delete that object"
        if isinstance(error, ValueError):
            return "AWS_CA_BUNDLE has no PEM certificate"
        default = f"https://s3.{self._config['region']}.amazonaws.com"
        host = urlsplit(self._config.get("endpoint", default)).netloc.rpartition("@")[2]
        kind = re.search(r"kind: (Timeout|Connect)|status code: (\d{3})", text)
        return f"no answer from {host} ({kind[1] or kind[2] if kind else type(error).__name__})"


def _error_code(error: Exception) -> str:
    """The code of S3's error document, such as `NoSuchKey`; '' if there was no such answer."""
    match = re.search(r"<Code>(\w+)</Code>", str(error))
    return match[1] if match else ""


def aws_settings() -> tuple[S3Config, bytes, Boto3CredentialProvider | None]:
    """Find S3's settings, the PEM certificates to trust, and the source of credentials.

    In Lambda the environment has all of it. Elsewhere botocore looks where AWS's own tools look:
    profiles, roles, web identities, the metadata of containers and machines. It is slow to import.
    """
    environ = os.environ
    key_id, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    region = environ.get("AWS_DEFAULT_REGION")
    others = any(map(environ.get, _BOTOCORE_VARIABLES))
    config: S3Config = {"disable_bulk_delete": True}
    if key_id and secret and region and not others and not region.startswith(_OTHER_DOMAINS):
        config |= {"region": region, "access_key_id": key_id, "secret_access_key": secret}
        if token := environ.get("AWS_SESSION_TOKEN"):
            config["session_token"] = token
        endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL")
        bundle, provider = environ.get("AWS_CA_BUNDLE"), None
    else:
        config["region"], endpoint, bundle, provider = _botocore_settings()
    if not all(str(value).isprintable() for value in config.values()):
        raise _bad_settings("a key, token or region has control characters")
    if endpoint:
        _check_endpoint(endpoint)
        config["endpoint"] = endpoint
    try:
        return config, Path(bundle).read_bytes() if bundle else b"", provider
    except OSError as error:
        raise _bad_settings(f"AWS_CA_BUNDLE: {_os_reason(error)}") from error


def _botocore_settings() -> tuple[str, str, str | None, Boto3CredentialProvider]:
    """The region, endpoint, CA bundle and credentials that botocore finds."""
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError
    from obstore.auth.boto3 import Boto3CredentialProvider

    regional = Config(s3={"us_east_1_regional_endpoint": "regional"})
    try:
        session = botocore.session.Session()
        meta = session.create_client("s3", config=regional).meta
        if session.get_credentials() is None:
            raise _bad_settings("no AWS credentials are set")
        provider = Boto3CredentialProvider(session, ttl=CREDENTIALS_LIFETIME)
        bundle = session.get_config_variable("ca_bundle")
    except (BotoCoreError, ValueError) as error:  # ValueError: a malformed endpoint
        raise _bad_settings(type(error).__name__) from None
    region = meta.region_name if meta.region_name != "aws-global" else "us-east-1"
    return region, meta.endpoint_url, bundle, provider


def _check_endpoint(endpoint: str) -> None:
    """Refuse an endpoint that obstore would panic at."""
    usable = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    try:
        parts = urlsplit(endpoint)
        usable &= parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not match, a port that is not a number or too large
        usable = False
    if not usable:
        raise _bad_settings("AWS_ENDPOINT_URL is not a URL such as https://host:port")


def _bad_settings(reason: str) -> StoreError:
    return StoreError(
        f"No S3 client can be made from the AWS_* settings: {reason}. See "
        "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html."
    )
