"""An account in an emulator on this machine: ministack."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import botocore.session
import pytest
from s3_server import free_ports

REGION = "eu-west-2"
NAME = "energy-forecast"


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where ministack listens: one for each test worker, up in a second or two."""
    pytest.importorskip("ministack", reason="ministack is not installed: no AWS to test with")
    from scripts.dev.processes import running, wait_until_listening

    folder = tmp_path_factory.mktemp("ministack")
    (port,) = free_ports(1)
    environment = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": "s3,ecr,lambda,iam,sts,logs,tagging",
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(folder),
    }
    command = [sys.executable, "-m", "ministack"]
    once = functools.cache(botocore.session.create_loader)  # a client each call: 5 ms, not 100
    with (
        pytest.MonkeyPatch.context() as patch,
        running(command, environment, folder / "log.txt") as process,
    ):
        patch.setattr(botocore.session, "create_loader", once)
        wait_until_listening(process, port)
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def account(endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """An account whose every client asks the emulator, and no file of the caller's."""
    from scripts.deploy.account import open_account

    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return open_account(NAME, REGION)
