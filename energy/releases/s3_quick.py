"""The same store in an S3 bucket, read without botocore: a cold start's longest part, left out.

Importing botocore and making a client takes longer than all else that a first look-up does;
obstore, a client in Rust, is there in a few milliseconds. It reads, and no more: what is written
goes through botocore, and a read that fails for whatever reason is made again by botocore, which
answers or says why not. So there is one set of errors, and none of obstore's, which quote the
endpoint with its password, is ever shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store as Client

from energy.errors import ObjectMissing
from energy.releases.keys import checked_key

if TYPE_CHECKING:
    from obstore.store import S3Config

    from energy.releases.s3 import S3Store

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 3.5
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
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                "timeout": timedelta(seconds=ANSWER_SECONDS),
            },
            retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=ANSWER_SECONDS)},
        )

    @cached_property
    def _careful(self) -> S3Store:
        from energy.releases.s3 import S3Store

        return S3Store(self.bucket, self._prefix)

    @property
    def url(self) -> str:
        """`s3://bucket/prefix`."""
        return f"s3://{self.bucket}/{self._folder}".removesuffix("/")

    def read(self, key: str) -> bytes:
        """Return what is stored under `key`; `ObjectMissing` if nothing is."""
        found = self.read_versioned(key)
        if found is None:
            raise ObjectMissing(self.url, key)
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
