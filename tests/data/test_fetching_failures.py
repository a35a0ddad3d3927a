"""Failures that may pass and that may not: tries, waits, limits of time."""

from __future__ import annotations

import email.utils
import socket
import time
from dataclasses import replace

import pytest
from published import BOOK, PATH, fetched
from web_server import Answer, WebServer

from energy import legacy_errors
from energy.data.download import (
    DEFAULT_POLICY,
    ORIGINS,
    DownloadPolicy,
    download,
    download_workbook,
)
from energy.errors import FetchError


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, legacy_errors.NotThere),
        (410, legacy_errors.GoneForGood),
        (400, legacy_errors.UnexpectedStatus),
        (401, legacy_errors.UnexpectedStatus),
        (403, legacy_errors.UnexpectedStatus),
        (204, legacy_errors.UnexpectedStatus),
        (206, legacy_errors.UnexpectedStatus),
        (300, legacy_errors.UnexpectedStatus),
        (301, legacy_errors.UnexpectedStatus),
    ],
)
def test_what_will_not_pass_is_asked_once(
    web: WebServer, quick: DownloadPolicy, status: int, error: type[FetchError]
) -> None:
    url = web.play(PATH, Answer(status=status))
    with pytest.raises(error) as caught:
        download(url, None, quick)
    assert url in str(caught.value)
    assert str(status) in str(caught.value)
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
def test_what_may_pass_is_asked_again(
    web: WebServer, quick: DownloadPolicy, waits: list[float], failure: Answer
) -> None:
    url = web.play(PATH, failure, Answer(BOOK))
    if failure.delay or failure.pause:
        quick = replace(quick, read_seconds=0.2)
    assert fetched(download_workbook(url, None, quick)).content == BOOK
    assert len(web.asked) == 2
    assert len(waits) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 599])
def test_what_does_not_pass_ends(web: WebServer, quick: DownloadPolicy, status: int) -> None:
    url = web.play(PATH, Answer(status=status))
    with pytest.raises(legacy_errors.ServerFailed) as caught:
        download(url, None, quick)
    assert str(caught.value) == f"{url} answered {status} (tries: 4). Try later."
    assert len(web.asked) == 4


def test_waits_double_with_jitter(
    web: WebServer, quick: DownloadPolicy, waits: list[float]
) -> None:
    url = web.play(PATH, Answer(status=503))
    with pytest.raises(legacy_errors.ServerFailed):
        download(url, None, replace(quick, tries=6, longest_wait=8))
    for wait, least in zip(waits, (1, 2, 4, 8, 8), strict=True):
        assert least <= wait <= min(least + 1, 8)


@pytest.mark.parametrize(
    ("asked", "least", "most"),
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
def test_the_wait_that_a_server_asks_for_is_kept_within_reason(
    web: WebServer, quick: DownloadPolicy, waits: list[float], asked: str, least: float, most: float
) -> None:
    if asked == "in half a minute":
        asked = email.utils.formatdate(time.time() + 30, usegmt=True)
    url = web.play(PATH, Answer(status=429, headers={"Retry-After": asked}), Answer(BOOK))
    download(url, None, quick)
    (wait,) = waits
    assert least <= wait <= most


def test_a_wait_beyond_the_deadline_is_not_begun(
    web: WebServer, quick: DownloadPolicy, waits: list[float]
) -> None:
    url = web.play(PATH, Answer(status=503, headers={"Retry-After": "40"}))
    with pytest.raises(legacy_errors.ServerFailed, match=r"tries: 1\b"):
        download(url, None, replace(quick, total_seconds=30))
    assert waits == []


def test_it_really_waits(web: WebServer, quick: DownloadPolicy) -> None:
    url = web.play(PATH, Answer(status=503), Answer(BOOK))
    start = time.monotonic()
    download(url, None, replace(quick, sleep=DEFAULT_POLICY.sleep, first_wait=0.05))
    assert time.monotonic() - start >= 0.05


def test_silence_ends(web: WebServer, quick: DownloadPolicy) -> None:
    url = web.play(PATH, Answer(BOOK, delay=5))
    with pytest.raises(legacy_errors.NoAnswer, match=r"silent for 0\.2 seconds \(tries: 2\)"):
        download(url, None, replace(quick, tries=2, read_seconds=0.2))


def test_a_trickle_ends_at_the_deadline(web: WebServer, quick: DownloadPolicy) -> None:
    """Never silent for long, never done: what a limit for each read alone would not end."""
    url = web.play(PATH, Answer(BOOK, pause=0.02, piece=100))
    start = time.monotonic()
    with pytest.raises(legacy_errors.TooSlow, match=r"after 0\.3 seconds"):
        download(url, None, replace(quick, total_seconds=0.3))
    assert time.monotonic() - start < 4
    assert len(web.asked) == 1


def test_a_deadline_shorter_than_a_silence_counts(web: WebServer, quick: DownloadPolicy) -> None:
    url = web.play(PATH, Answer(BOOK, delay=5))
    start = time.monotonic()
    with pytest.raises(legacy_errors.TooSlow):
        download(url, None, replace(quick, read_seconds=5, total_seconds=0.2))
    assert time.monotonic() - start < 4


def test_nobody_there(web: WebServer, quick: DownloadPolicy) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(legacy_errors.NoAnswer, match="refused or broke off") as caught:
            download(f"{origin}/a", None, replace(quick, origins=(origin,)))
    assert caught.value.tries == 4


def test_no_network(quick: DownloadPolicy) -> None:
    manners = replace(quick, origins=("http://no-such-host.invalid",), tries=1)
    with pytest.raises(legacy_errors.NoAnswer, match="its name is not known here"):
        download("http://no-such-host.invalid/a", None, manners)


def test_a_certificate_that_is_none_is_not_tried_again(
    web: WebServer, quick: DownloadPolicy
) -> None:
    origin = web.origin.replace("http:", "https:")  # It speaks no TLS.
    with pytest.raises(legacy_errors.NoAnswer, match=r"no secure connection.*tries: 1\b"):
        download(f"{origin}/a", None, replace(quick, origins=(origin,)))


def test_a_proxy_that_fails_is_not_named(
    quick: DownloadPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://me:secret@127.0.0.1:9/")
    with pytest.raises(legacy_errors.NoAnswer, match="the proxy set on this machine") as caught:
        download("https://www.gov.uk/a", None, replace(quick, origins=ORIGINS, tries=1))
    assert "secret" not in f"{caught.value}{caught.value.__cause__}"
    assert caught.value.__suppress_context__
