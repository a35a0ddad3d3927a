"""Redirects, and the places that are allowed."""

from __future__ import annotations

import socket
import time

import pytest
from published import BOOK, PATH, fetch
from web_server import Answer, WebServer, web_server

from energy.data.download import ORIGINS, CacheValidators, DownloadPolicy, check_url, download
from energy.errors import FetchError


def test_a_superseded_file_leads_to_its_replacement(web: WebServer, quick: DownloadPolicy) -> None:
    newest = web.file("/media/63ff/ET_1.2_FEB_23.xlsx", BOOK, etag='"c3"')
    old = web.redirect("/government/uploads/1107641/ET_1.2_SEP_22.xlsx", newest)
    result = download(old, CacheValidators('"a1"', "", "0" * 64), quick)
    assert result is not None
    assert (result.url, result.filename) == (newest, "ET_1.2_FEB_23.xlsx")
    assert download(old, CacheValidators('"c3"', "", result.sha256), quick) is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_may_be_relative(web: WebServer, quick: DownloadPolicy, status: int) -> None:
    web.file("/media/b.xlsx", BOOK)
    url = web.redirect("/media/a.xlsx", "b.xlsx", status)
    assert fetch(url, quick).url == web.url("/media/b.xlsx")


def test_five_redirects_are_followed_and_not_six(web: WebServer, quick: DownloadPolicy) -> None:
    for number in range(1, 7):
        web.redirect(f"/{number}", f"/{number - 1}")
    web.file("/0", BOOK)
    assert fetch(web.url("/5"), quick).content == BOOK
    with pytest.raises(FetchError, match="more than 5 times"):
        download(web.url("/6"), None, quick)


def test_a_redirect_is_followed_without_reading_its_body(
    web: WebServer, quick: DownloadPolicy
) -> None:
    target = web.file("/b.xlsx", BOOK)
    headers = {"Location": target, "Content-Length": "5368709120"}
    url = web.play(PATH, Answer(bytes(99), 301, headers, pause=0.1))
    start = time.monotonic()
    assert fetch(url, quick).content == BOOK
    assert time.monotonic() - start < 4


def test_a_redirect_may_hold_letters_beyond_ascii(web: WebServer, quick: DownloadPolicy) -> None:
    web.file("/media/%C3%A9t%C3%A9.xlsx", BOOK)
    url = web.redirect(PATH, "/media/été.xlsx".encode().decode("latin-1"))
    assert fetch(url, quick).filename == "t_.xlsx"


def test_a_redirect_to_another_place_is_not_followed(web: WebServer, quick: DownloadPolicy) -> None:
    with web_server() as other:
        target = other.file("/evil.xlsx", BOOK).replace("//", "//me:secret@") + "?token=1"
        url = web.redirect(PATH, target)
        with pytest.raises(FetchError) as caught:
            download(url, None, quick)
        assert not other.asked
    message = str(caught.value)
    assert other.url("/evil.xlsx") in message
    assert f"redirected from {url}" in message
    assert "secret" not in message
    assert "token" not in message


@pytest.mark.parametrize(
    "target", ["//[::1", "file:///etc/passwd", "ftp://127.0.0.1/a", "http://a b/", "http://\xff"]
)
def test_a_redirect_to_no_url_is_refused(
    web: WebServer, quick: DownloadPolicy, target: str
) -> None:
    with pytest.raises(FetchError, match="is not downloaded"):
        download(web.redirect(PATH, target), None, quick)
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://www.gov.uk/a.xlsx",
        "http://www.gov.uk:443/a.xlsx",
        "https://www.gov.uk:80/a.xlsx",
        "https://www.gov.uk:8443/a.xlsx",
        "https://www.gov.uk.example.org/a.xlsx",
        "https://example.org/https://www.gov.uk/a.xlsx",
        "https://example.org\\@www.gov.uk/a.xlsx",
        "https://www.gov.uk@example.org/a.xlsx",
        "https://me:secret@www.gov.uk/a.xlsx",
        "https://169.254.169.254/latest",
        "https://localhost/a.xlsx",
        "file:///etc/passwd",
        "www.gov.uk/a.xlsx",
        "https://",
        "https://[/",
        "",
        "\x1b[31m",
    ],
)
def test_only_allowed_places_are_requested(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(FetchError) as caught:
        download(url)
    assert "secret" not in str(caught.value)
    assert "redirected" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert all(origin in str(caught.value) for origin in ORIGINS)


@pytest.mark.parametrize(
    ("url", "referrer", "absolute"),
    [
        ("https://www.gov.uk/a", "", "https://www.gov.uk/a"),
        ("https://www.gov.uk:443/a", "", "https://www.gov.uk:443/a"),
        ("/b?c=1", "https://www.gov.uk/a", "https://www.gov.uk/b?c=1"),
        ("//assets.publishing.service.gov.uk/b", "https://www.gov.uk/a", f"{ORIGINS[1]}/b"),
    ],
)
def test_an_allowed_url_is_made_absolute(url: str, referrer: str, absolute: str) -> None:
    assert check_url(url, ORIGINS, referrer) == absolute
