"""A store of each kind, empty for every test."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from s3_server import S3Server

from energy.releases.store import Store, open_store

KINDS, ALONE = ("directory", "s3"), "s3, by botocore alone"
READERS = ("test_store", "test_store_trouble", "test_reading")
"""Whose tests read in every way there is; there is one way to write."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "store_url" in metafunc.fixturenames:
        kinds = (*KINDS, ALONE) if metafunc.module.__name__ in READERS else KINDS
        metafunc.parametrize("store_url", kinds, indirect=True)


@pytest.fixture
def store_url(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A place for a store that holds nothing yet."""
    if request.param == "directory":
        return str(tmp_path / "store")
    server: S3Server = request.getfixturevalue("s3")
    server.use(monkeypatch)
    if request.param == ALONE:
        monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "false")  # obstore would not heed it
    return f"s3://{server.bucket}/{uuid.uuid4().hex}"


@pytest.fixture
def store(store_url: str) -> Store:
    """An empty store: the same tests run on a directory and on a real S3 server."""
    return open_store(store_url)
