"""A store on S3: settings, credentials, and errors that are quick, clear and without secrets."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from s3_server import S3Server, free_ports
from scripted_s3 import ETAG, ScriptedS3, error, scripted_s3

from energy.errors import ObjectExists, StoreConflict, StoreError, StoreUnreachable, StoreUnwritable
from energy.releases import store as module
from energy.releases.store import Store, aws_settings, open_store

ROOT = Path(__file__).parents[2]
SECRET = "hunter2hunter2"


def fails(
    attempt: Callable[[], object], kind: type[StoreError], reason: str, *secrets: str
) -> None:
    """The attempt raises this error for this reason; not even its traceback has a credential."""
    with pytest.raises(kind, match=reason) as caught:
        attempt()
    shown = "".join(traceback.format_exception(caught.value))
    assert not [secret for secret in (SECRET, "hunter2", *secrets) if secret in shown]


def all_fail(store: Store, reason: str, *secrets: str, before: Callable[[], object] = int) -> None:
    """Every operation fails for this reason; `before` is called before each of them."""
    reads: list[Callable[[], object]] = [lambda: store.read("a"), store.keys]
    writes: list[Callable[[], object]] = [
        *(store.check_writable, lambda: store.write("a", b"")),
        *(lambda: store.swap("a", b"", None), lambda: store.delete("a")),
    ]
    for attempts, kind in ((reads, StoreUnreachable), (writes, StoreUnwritable)):
        for attempt in attempts:
            before()
            fails(attempt, kind, reason, *secrets)


def test_s3_urls_keep_their_prefix(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.use(monkeypatch)
    for url in ("s3://energy", "s3://energy/", "s3://energy/a/b", "s3://energy/a/b/"):
        assert open_store(url).url == url.rstrip("/")
    open_store("s3://energy/inside/deep").write("k", b"1")
    assert "inside/deep/k" in open_store("s3://energy").keys()  # noqa: SIM118
    assert open_store("s3://energy/inside/").read("deep/k") == b"1"
    assert open_store("s3://energy/ins").keys() == []


def test_keys_of_more_than_one_page(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.use(monkeypatch)
    store = open_store("s3://energy/pages")
    names = [f"releases/{number:04}" for number in range(1001)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: store.write(name, b""), reversed(names)))
    assert store.keys("releases/") == names


def test_a_store_is_read_without_botocore(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    s3.use(monkeypatch)
    code = """
import sys
from energy.releases.store import open_store
store = open_store('s3://energy/light')
store.write('a', b'1')
print(store.read('a'), {'botocore', 'boto3'} & set(sys.modules))
"""
    process = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert process.stdout.split() == ["b'1'", "set()"]


def test_a_profile_is_used(s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, credentials = tmp_path / "config", tmp_path / "credentials"
    config.write_text(f"[profile work]\nregion = eu-west-2\nendpoint_url = {s3.endpoint}\n")
    keys = f"aws_access_key_id = {s3.access_key}\naws_secret_access_key = {s3.secret_key}\n"
    credentials.write_text(f"[work]\n{keys}")
    files = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}
    unset = dict.fromkeys(s3.environment, "")
    s3.use(monkeypatch, **(unset | files | {"AWS_PROFILE": "work"}))
    store = open_store("s3://energy/profile")
    store.write("a", b"1")
    assert store.read("a") == b"1"
    monkeypatch.setenv("AWS_PROFILE", "other")
    fails(lambda: open_store("s3://energy/profile"), StoreError, "ProfileNotFound", s3.secret_key)


@pytest.mark.parametrize("how", ["role of a profile", "web identity", "process"])
def test_credentials_are_fetched_where_aws_tools_fetch_them(
    how: str, s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expiry = "2036-01-01T00:00:00Z"
    kind = "AssumeRoleWithWebIdentity" if how == "web identity" else "AssumeRole"
    answer = f"""<{kind}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{kind}Result>
        <Credentials><AccessKeyId>{s3.access_key}</AccessKeyId><SecretAccessKey>{s3.secret_key}
        </SecretAccessKey><SessionToken></SessionToken><Expiration>{expiry}</Expiration>
        </Credentials></{kind}Result></{kind}Response>""".replace("\n        ", "")
    role = "role_arn = arn:aws:iam::123456789012:role/publisher\n"
    printed = {"Version": 1, "AccessKeyId": s3.access_key, "SecretAccessKey": s3.secret_key}
    (tmp_path / "keys.json").write_text(json.dumps({**printed, "Expiration": expiry}))
    profile = {
        "role of a profile": f"[profile work]\n{role}source_profile = base\n"
        "[profile base]\naws_access_key_id = AKIA\naws_secret_access_key = hunter2\n",
        "process": f"[profile work]\ncredential_process = cat {tmp_path}/keys.json\n",
        "web identity": f"[profile work]\n{role}web_identity_token_file = {tmp_path}/config\n",
    }
    (tmp_path / "config").write_text(profile[how])
    files = {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_PROFILE": "work"}
    s3.use(monkeypatch, **files, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    with scripted_s3() as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.endpoint)
        sts.answers = [(200, answer.encode())]
        store = open_store(f"s3://energy/{how.replace(' ', '-')}")
        store.swap("champion.json", b"1", None)
    assert store.read("champion.json") == b"1"


def test_without_credentials_no_store_is_opened(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.use(monkeypatch, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    fails(lambda: open_store("s3://energy/p"), StoreError, "no AWS credentials", s3.secret_key)


DUAL, FIPS = {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, {"AWS_USE_FIPS_ENDPOINT": "true"}


@pytest.mark.parametrize(
    ("region", "settings", "endpoint"),
    [
        ("eu-west-2", {}, None),
        ("eu-west-2", {"AWS_ENDPOINT_URL": "http://a:1"}, "http://a:1"),
        ("eu-west-2", {"AWS_ENDPOINT_URL": "x", "AWS_ENDPOINT_URL_S3": "http://b"}, "http://b"),
        ("us-east-1", FIPS, "https://s3-fips.us-east-1.amazonaws.com"),
        ("eu-west-2", DUAL, "https://s3.dualstack.eu-west-2.amazonaws.com"),
        ("us-west-2", DUAL | FIPS, "https://s3-fips.dualstack.us-west-2.amazonaws.com"),
        ("cn-north-1", {}, "https://s3.cn-north-1.amazonaws.com.cn"),
        ("", {}, "https://s3.amazonaws.com"),
    ],
)
def test_the_endpoint_of_a_region(
    region: str,
    settings: dict[str, str],
    endpoint: str | None,
    scripted: ScriptedS3,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    for name, value in {"AWS_DEFAULT_REGION": region, **settings}.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    config, _, _ = aws_settings()
    assert config.get("endpoint") == endpoint
    assert config["region"] == (region or "us-east-1")


BAD_ENDPOINTS = (
    *(f"user:{SECRET}@nowhere", f"ftp://user:{SECRET}@nowhere", f"http://{SECRET}:99999"),
    *(f"http://[{SECRET}", f"http://{SECRET} x"),
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("AWS_ENDPOINT_URL", url) for url in BAD_ENDPOINTS),
        ("AWS_ENDPOINT_URL_S3", "nonsense"),
        ("AWS_SECRET_ACCESS_KEY", f"{SECRET}\n"),
        ("AWS_SESSION_TOKEN", f"{SECRET}\r"),
        ("AWS_CA_BUNDLE", "/nowhere/ca.pem"),
    ],
)
def test_invalid_settings_are_reported(
    name: str, value: str, scripted: ScriptedS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    fails(lambda: open_store("s3://energy/p"), StoreError, r"from the AWS_\* settings")


def test_a_ca_bundle_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = tmp_path / "server.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem"),
            *("-out", "cert.pem", "-subj", "/CN=x", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-addext", "basicConstraints=CA:FALSE"),
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    certificate.write_text("".join((tmp_path / n).read_text() for n in ("key.pem", "cert.pem")))
    with scripted_s3(certificate) as server:
        server.use(monkeypatch)
        fails(lambda: open_store("s3://energy").read("a"), StoreUnreachable, "no answer from 127")
        server.use(monkeypatch, AWS_CA_BUNDLE=str(tmp_path / "cert.pem"))
        server.answers = [(200, b"1")]
        assert open_store("s3://energy").read_versioned("a") == (b"1", ETAG)
        (tmp_path / "cert.pem").write_text("nothing")
        fails(lambda: open_store("s3://energy").read("a"), StoreUnreachable, "no PEM certificate")


@pytest.mark.parametrize(
    ("bucket", "changes", "reason"),
    [
        ("no-such-bucket", {}, "bucket does not exist"),
        ("energy", {"AWS_ACCESS_KEY_ID": "AKIAWRONGWRONG"}, "refused"),
        ("energy", {"AWS_SECRET_ACCESS_KEY": SECRET}, "refused"),
    ],
)
def test_a_bucket_that_refuses(
    bucket: str,
    changes: dict[str, str],
    reason: str,
    s3: S3Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    s3.use(monkeypatch, **changes)
    all_fail(open_store(f"s3://{bucket}/p"), reason, s3.secret_key, s3.access_key)


def test_a_dead_endpoint(scripted: ScriptedS3, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_ports(1)[0]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://user:{SECRET}@127.0.0.1:{port}")
    began = time.monotonic()
    store = open_store("s3://energy/p")
    fails(store.check_writable, StoreUnwritable, f"no answer from 127.0.0.1:{port} .Connect")
    assert time.monotonic() - began < 10
    fails(lambda: store.read("a"), StoreUnreachable, f"no answer from 127.0.0.1:{port} .Connect")


def test_a_silent_endpoint(scripted: ScriptedS3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        all_fail(open_store("s3://energy/p"), "Timeout")
        assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, error("ExpiredToken"), "have expired"),
        (400, error("AuthorizationHeaderMalformed"), "in another region"),
        (301, error("PermanentRedirect"), "in another region"),
        (403, error("AccessDenied"), "may not do this"),
        (500, b"hunter2", "no answer from 127.0.0.1:[0-9]+ .500"),
    ],
)
def test_error_responses(status: int, body: bytes, reason: str, scripted: ScriptedS3) -> None:
    def answer() -> None:
        scripted.answers = [(status, body)] * 2

    all_fail(open_store("s3://energy/p"), reason, before=answer)


def test_an_object_that_obstore_cannot_list(scripted: ScriptedS3) -> None:
    entry = "<Key>p/a//b</Key><LastModified>2026-12-01T12:00:00Z</LastModified><Size>1</Size>"
    page = f"<ListBucketResult><Contents>{entry}</Contents></ListBucketResult>"
    scripted.answers = [(200, page.encode())]
    fails(open_store("s3://energy/p").keys, StoreUnreachable, "empty part")


@pytest.mark.parametrize("stored", [b"ours", b"theirs"])
def test_a_lost_answer_is_not_a_lost_write(stored: bytes, scripted: ScriptedS3) -> None:
    """The first attempt's answer gets lost; the second finds the key taken: by us, or by others."""
    scripted.answers = [(500, b""), (412, error("PreconditionFailed")), (200, stored)]
    store = open_store("s3://energy/p")
    if stored == b"ours":
        assert store.swap("champion.json", b"ours", None) == ETAG
    else:
        with pytest.raises(StoreConflict):
            store.swap("champion.json", b"ours", None)
    assert scripted.requests == [
        (method, "/energy/p/champion.json") for method in ("PUT", "PUT", "GET")
    ]


def test_an_object_of_another_writer_with_the_same_bytes_is_not_ours(scripted: ScriptedS3) -> None:
    scripted.answers = [(412, error("PreconditionFailed")), (200, b"1")]
    with pytest.raises(ObjectExists):
        open_store("s3://energy/p").write("a", b"1")


@pytest.mark.parametrize(
    ("status", "code"),
    [(409, "ConditionalRequestConflict"), (412, "PreconditionFailed"), (404, "NoSuchKey")],
)
def test_a_failed_condition_is_a_conflict(status: int, code: str, scripted: ScriptedS3) -> None:
    store = open_store("s3://energy/p")
    scripted.answers = [(status, error(code))]
    with pytest.raises(ObjectExists if code == "PreconditionFailed" else StoreConflict):
        store.write("a", b"1")
    for version in (None, ETAG):
        scripted.answers = [(status, error(code))] * 2 + [(200, b"another")]
        with pytest.raises(StoreConflict):
            store.swap("a", b"1", version)


def test_a_server_that_ignores_conditions(scripted: ScriptedS3) -> None:
    fails(open_store("s3://energy").check_writable, StoreUnwritable, "ignores If-None-Match")
    assert [method for method, _ in scripted.requests] == ["PUT", "PUT", "DELETE"]
