"""A store in an S3 bucket, whose conditional writes (`If-Match`, `If-None-Match`) do the comparing.

Made with botocore alone: importing boto3 on top of it adds a tenth of a second to a cold start.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected

from energy.errors import (
    BadStoreUrl,
    ObjectExists,
    ObjectMissing,
    StoreConflict,
    StoreUnreachable,
    StoreUnwritable,
)
from energy.releases.keys import checked_key, checked_prefix, is_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

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
            raise BadStoreUrl(reason) from None
        return cast("S3Client", client)

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
        name = self._folder + checked_key(key)
        with self._failing_as(StoreUnreachable):
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
                raise ObjectExists(self.url, key) from None
            raise StoreConflict(self.url, key) from None

    def swap(self, key: str, data: bytes, expected_version: str | None) -> str:
        """Replace what is stored under `key`; `StoreConflict` if somebody else did already."""
        try:
            return self._put(key, data, expected_version)
        except _Unmet:
            raise StoreConflict(self.url, key) from None

    def keys(self, prefix: str = "") -> list[str]:
        """Return every key that begins with `prefix`, sorted."""
        start = self._folder + checked_prefix(prefix)
        with self._failing_as(StoreUnreachable):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=start, PaginationConfig={"PageSize": self.page_size}
            )
            found = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return sorted(filter(is_key, (key.removeprefix(self._folder) for key in found)))

    def delete(self, key: str) -> None:
        """Remove what is stored under `key`."""
        name = self._folder + checked_key(key)
        with self._failing_as(StoreUnwritable):
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
            raise StoreUnwritable(self.url, "the server ignores If-None-Match")
        finally:
            self.delete(key)

    def _put(self, key: str, data: bytes, expected_version: str | None) -> str:
        """Write under the condition that the object is absent (None) or still this version.

        Raises:
            _Unmet: The condition does not hold.
        """
        name = self._folder + checked_key(key)
        client = self._uploads if len(data) >= LARGE else self._client
        with self._failing_as(StoreUnwritable):
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
        self, failure: type[StoreUnreachable] | type[StoreUnwritable]
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
