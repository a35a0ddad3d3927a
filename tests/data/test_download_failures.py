"""Failures that may pass and failures that may not: tries, waits, time limits, reasons."""

from __future__ import annotations

import email.utils
import socket
import time
from dataclasses import replace

import pytest
from published import BOOK, PATH, fetch
from requests import exceptions
from web_server import Answer, WebServer

from energy.data.download import DEFAULT_POLICY, ORIGINS, DownloadPolicy, download, failure_reason
from energy.errors import FetchError


@pytest.mark.parametrize("status", [404, 410, 400, 401, 403, 204, 206, 300, 301])
def test_a_permanent_failure_is_requested_once(
    web: WebServer, quick: DownloadPolicy, status: int
) -> None:
    url = web.play(PATH, Answer(status=status))
    with pytest.raises(FetchError, match=f"{url} answered {status}[:;]"):
        download(url, None, quick)
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    "failure",
    [
        Answer(status=429, headers={"Retry-After": "7"}),
        Answer(status=500),
        Answer(status=503),
        Answer(BOOK, cut=70_000),
        Answer(b"4\r\nPK\x03\x04\r\n", headers={"Transfer-Encoding": "chunked"}),
        Answer(drop=True),
        Answer(BOOK, delay=5),
        Answer(BOOK, pause=5, piece=70_000),
    ],
    ids=["429", "500", "503", "cut", "cut chunks", "dropped", "silent", "silent amid"],
)
def test_a_transient_failure_is_tried_again(
    web: WebServer, quick: DownloadPolicy, waits: list[float], failure: Answer
) -> None:
    url = web.play(PATH, failure, Answer(BOOK))
    if failure.delay or failure.pause:
        quick = replace(quick, read_seconds=0.2)
    assert fetch(url, quick).content == BOOK
    assert len(web.asked) == 2
    assert len(waits) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 599])
def test_a_failure_that_stays_ends(web: WebServer, quick: DownloadPolicy, status: int) -> None:
    url = web.play(PATH, Answer(status=status))
    with pytest.raises(FetchError) as caught:
        download(url, None, quick)
    assert str(caught.value) == f"{url} answered {status} (tries: 4). Try later."
    assert len(web.asked) == 4


def test_waits_double_with_jitter(
    web: WebServer, quick: DownloadPolicy, waits: list[float]
) -> None:
    url = web.play(PATH, Answer(status=503))
    with pytest.raises(FetchError):
        download(url, None, replace(quick, tries=6, max_wait=8))
    for wait, least in zip(waits, (1, 2, 4, 8, 8), strict=True):
        assert least <= wait <= min(least + 1, 8)


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("7", 7, 7),
        ("0", 0, 0),
        ("99999", 60, 60),
        ("in half a minute", 20, 30),
        ("Thu, 29 Sep 2022 08:30:00 GMT", 0, 0),
        ("soon", 1, 2),
        ("9" * 5000, 1, 2),
        ("-3", 1, 2),
    ],
)
def test_retry_after_is_followed_within_the_limit(
    web: WebServer, quick: DownloadPolicy, waits: list[float], value: str, least: float, most: float
) -> None:
    if value == "in half a minute":
        value = email.utils.formatdate(time.time() + 30, usegmt=True)
    url = web.play(PATH, Answer(status=429, headers={"Retry-After": value}), Answer(BOOK))
    download(url, None, quick)
    (wait,) = waits
    assert least <= wait <= most


def test_a_wait_past_the_deadline_is_not_started(
    web: WebServer, quick: DownloadPolicy, waits: list[float]
) -> None:
    url = web.play(PATH, Answer(status=503, headers={"Retry-After": "40"}))
    with pytest.raises(FetchError, match=r"tries: 1\b"):
        download(url, None, replace(quick, total_seconds=30))
    assert waits == []


def test_the_default_policy_really_waits(web: WebServer, quick: DownloadPolicy) -> None:
    url = web.play(PATH, Answer(status=503), Answer(BOOK))
    start = time.monotonic()
    download(url, None, replace(quick, sleep=DEFAULT_POLICY.sleep, first_wait=0.05))
    assert time.monotonic() - start >= 0.05


def test_silence_ends(web: WebServer, quick: DownloadPolicy) -> None:
    url = web.play(PATH, Answer(BOOK, delay=5))
    with pytest.raises(FetchError, match=r"silent for 0\.2 seconds \(tries: 2\)"):
        download(url, None, replace(quick, tries=2, read_seconds=0.2))


def test_a_trickle_ends_at_the_deadline(web: WebServer, quick: DownloadPolicy) -> None:
    """Never silent for long and never done: a limit for each read alone would not end it."""
    url = web.play(PATH, Answer(BOOK, pause=0.02, piece=100))
    start = time.monotonic()
    with pytest.raises(FetchError, match=r"after 0\.3 seconds"):
        download(url, None, replace(quick, total_seconds=0.3))
    assert time.monotonic() - start < 4
    assert len(web.asked) == 1


def test_a_deadline_ends_a_silence(web: WebServer, quick: DownloadPolicy) -> None:
    url = web.play(PATH, Answer(BOOK, delay=5))
    start = time.monotonic()
    with pytest.raises(FetchError):
        download(url, None, replace(quick, read_seconds=5, total_seconds=0.2))
    assert time.monotonic() - start < 4


def test_a_refused_connection(web: WebServer, quick: DownloadPolicy) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(FetchError, match=r"refused or broke off \(tries: 4\)"):
            download(f"{origin}/a", None, replace(quick, origins=(origin,)))


def test_no_network(quick: DownloadPolicy) -> None:
    policy = replace(quick, origins=("http://no-such-host.invalid",), tries=1)
    with pytest.raises(FetchError, match="its name is not known here"):
        download("http://no-such-host.invalid/a", None, policy)


def test_a_tls_error_is_not_tried_again(web: WebServer, quick: DownloadPolicy) -> None:
    origin = web.origin.replace("http:", "https:")  # It speaks no TLS.
    with pytest.raises(FetchError, match=r"no secure connection.*tries: 1\b"):
        download(f"{origin}/a", None, replace(quick, origins=(origin,)))


def test_a_proxy_s_password_is_not_printed(
    quick: DownloadPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://me:secret@127.0.0.1:9/")
    with pytest.raises(FetchError, match="the proxy of this machine") as caught:
        download("https://www.gov.uk/a", None, replace(quick, origins=ORIGINS, tries=1))
    assert "secret" not in f"{caught.value}{caught.value.__cause__}"
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("error", "reason", "transient"),
    [
        (exceptions.ConnectTimeout(), "no connection within 2 s", True),
        (exceptions.ProxyError(), "the proxy", True),
        (exceptions.InvalidHeader("me:secret@proxy"), "the request failed (InvalidHeader)", False),
    ],
)
def test_the_reason_of_a_failure(
    error: exceptions.RequestException, reason: str, transient: bool
) -> None:
    actual, may_pass = failure_reason(error, DownloadPolicy(connect_seconds=2))
    assert reason in actual
    assert may_pass is transient
    assert "secret" not in actual
