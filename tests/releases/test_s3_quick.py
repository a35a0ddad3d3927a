"""Reading from S3 without botocore: when, what it spares, and what happens when it fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from obstore.exceptions import GenericError
from s3_server import S3Server

from energy.errors import StoreUnreachable
from energy.releases.store import QuickS3Store, S3Store, open_store, will_do

ROOT = Path(__file__).parents[2]
ENOUGH = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "eu-west-2",
}


@pytest.mark.parametrize(
    ("more", "will"),
    [
        ({}, True),
        ({"AWS_SESSION_TOKEN": "token"}, True),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9000"}, True),
        ({"AWS_ENDPOINT_URL": "", "AWS_PROFILE": ""}, True),
        ({"AWS_SECRET_ACCESS_KEY": ""}, False),
        ({"AWS_DEFAULT_REGION": ""}, False),
        ({"AWS_PROFILE": "work"}, False),
        ({"AWS_CA_BUNDLE": "/etc/ca.pem"}, False),
        ({"AWS_USE_DUALSTACK_ENDPOINT": "true"}, False),
        ({"AWS_ENDPOINT_URL": "user:hunter2@nowhere"}, False),
        ({"AWS_ENDPOINT_URL": "http://[::1"}, False),
        ({"AWS_ENDPOINT_URL": "http://user:hunter2@127.0.0.1:9000"}, False),
        ({"AWS_ENDPOINT_URL_S3": "nonsense", "AWS_ENDPOINT_URL": "http://127.0.0.1"}, False),
    ],
)
def test_it_reads_where_the_environment_says_all_that_it_needs(
    more: dict[str, str], will: bool
) -> None:
    assert will_do(ENOUGH | more) is will


def test_a_store_is_read_without_botocore(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.use(monkeypatch)
    open_store("s3://energy/quick").write("a/b", b"1")
    code = "import sys; from energy.releases.store import open_store as o\n"
    code += "print(o('s3://energy/quick').read('a/b'), 'botocore' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert ran.stdout.split() == ["b'1'", "False"]


def test_both_clients_tell_the_same_version(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.use(monkeypatch)
    quick = open_store("s3://energy/versions")
    assert isinstance(quick, QuickS3Store)
    version = quick.swap("k", b"1", None)
    assert quick.read_versioned("k") == (b"1", version)
    assert S3Store("energy", "versions").read_versioned("k") == (b"1", version)


@pytest.mark.parametrize("error", [GenericError("it broke"), OSError("it broke")])
@pytest.mark.parametrize("where", ["Client", "obstore.get"])
def test_what_obstore_cannot_read_botocore_does(
    where: str, error: Exception, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.use(monkeypatch)
    store = open_store(f"s3://energy/{where}-{type(error).__name__}")
    store.write("k", b"1")

    def breaks(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(f"energy.releases.store.{where}", breaks)
    assert store.read("k") == b"1"
    s3.use(monkeypatch, AWS_SECRET_ACCESS_KEY="hunter2hunter2")
    with pytest.raises(StoreUnreachable, match="refused") as caught:
        open_store(f"s3://energy/{where}-{type(error).__name__}").read("k")
    assert "it broke" not in str(caught.value)
