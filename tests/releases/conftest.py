"""A store of each kind, empty for every test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from s3_server import S3Server
from scripted_s3 import ScriptedS3, scripted_s3

from energy.releases.store import Store, open_store


@pytest.fixture(params=["directory", "s3"])
def store_url(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A place for a store that has nothing yet."""
    if request.param == "directory":
        return str(tmp_path / "store")
    server: S3Server = request.getfixturevalue("s3")
    server.use(monkeypatch)
    return f"s3://{server.bucket}/{uuid.uuid4().hex}"


@pytest.fixture
def store(store_url: str) -> Store:
    """An empty store: the same tests run on a directory and on a real S3 server."""
    return open_store(store_url)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedS3]:
    """A server that answers as a script says, and this process pointed at it."""
    with scripted_s3() as server:
        server.use(monkeypatch)
        yield server
