"""What a download gives, what is asked for it, and what is refused for what it holds."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace
from typing import Any

import pytest
from published import BOOK, PATH, fetched
from web_server import XLSX, Answer, WebServer

from energy import legacy_errors
from energy.data.download import (
    CacheValidators,
    DownloadPolicy,
    NotModified,
    display_url,
    download,
    download_workbook,
    safe_filename,
)
from energy.errors import FetchError


def test_a_file_comes_whole_with_all_that_is_to_be_kept(
    web: WebServer, quick: DownloadPolicy
) -> None:
    when = "Thu, 29 Sep 2022 08:30:00 GMT"
    headers = {"Content-Type": f"{XLSX}; charset=x", "ETag": '"a1"', "Last-Modified": when}
    url = web.play(PATH, Answer(BOOK, headers=headers))
    answer = fetched(download_workbook(url, None, quick))
    assert answer.content == BOOK
    assert answer.sha256 == hashlib.sha256(BOOK).hexdigest()
    assert (answer.url, answer.filename) == (url, "ET_1.2_SEP_22.xlsx")
    assert (answer.content_type, answer.etag, answer.last_modified) == (XLSX, '"a1"', when)
    assert answer.fetched_at.endswith("Z")
    assert len(answer.fetched_at) == 20
    assert "PK" not in repr(answer)


def test_we_say_who_we_are_and_nothing_else(
    web: WebServer, quick: DownloadPolicy, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    download(web.file(PATH, BOOK), None, quick)
    ((_, headers),) = web.asked
    assert headers["user-agent"].startswith("energy-forecast ")
    assert headers["accept-encoding"] == "identity"
    assert not headers.keys() & {"authorization", "cookie", "if-none-match", "if-modified-since"}


def test_what_is_known_is_not_sent_again(web: WebServer, quick: DownloadPolicy) -> None:
    url = web.file(PATH, BOOK, etag='W/"a1"')
    first = fetched(download(url, None, quick))
    known = CacheValidators(first.etag, "Thu, 29 Sep 2022 08:30:00 GMT", first.sha256)
    again = download(url, known, quick)
    assert isinstance(again, NotModified)
    assert (again.sha256, again.etag) == (first.sha256, 'W/"a1"')
    assert again.last_modified == known.last_modified
    assert web.asked[1][1]["if-none-match"] == 'W/"a1"'
    assert web.asked[1][1]["if-modified-since"] == known.last_modified


def test_a_new_file_under_a_known_url_is_fetched(web: WebServer, quick: DownloadPolicy) -> None:
    url = web.file(PATH, BOOK, etag='"b2"')
    answer = fetched(download(url, CacheValidators('"a1"', "", "0" * 64), quick))
    assert (answer.content, answer.etag) == (BOOK, '"b2"')


def test_the_same_bytes_from_a_server_that_forgets_are_known(
    web: WebServer, quick: DownloadPolicy
) -> None:
    url = web.file(PATH, BOOK)
    known = CacheValidators('"a1"', "", hashlib.sha256(BOOK).hexdigest())
    assert isinstance(download(url, known, quick), NotModified)


def test_304_to_a_question_that_was_not_asked_is_refused(
    web: WebServer, quick: DownloadPolicy
) -> None:
    url = web.play(PATH, Answer(status=304))
    for known in (None, CacheValidators(sha256="0" * 64)):
        with pytest.raises(legacy_errors.UnexpectedStatus, match="304"):
            download(url, known, quick)


def test_a_body_cut_short_is_refused(web: WebServer, quick: DownloadPolicy) -> None:
    url = web.play(PATH, Answer(BOOK, cut=70_000))
    with pytest.raises(legacy_errors.CutBody) as caught:
        download(url, None, quick)
    assert (caught.value.found, caught.value.expected) == (70_000, len(BOOK))
    url = web.play(PATH, Answer(b"4\r\nPK\x03\x04\r\n", headers={"Transfer-Encoding": "chunked"}))
    with pytest.raises(legacy_errors.CutBody, match="4 bytes arrived; expected a complete answer"):
        download(url, None, quick)


def test_a_chunked_body_is_read_whole(web: WebServer, quick: DownloadPolicy) -> None:
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BOOK), BOOK)
    url = web.play(PATH, Answer(chunked, headers={"Transfer-Encoding": "chunked"}))
    assert fetched(download(url, None, quick)).content == BOOK


def test_a_body_compressed_unasked_is_unpacked_within_the_limit(
    web: WebServer, quick: DownloadPolicy
) -> None:
    headers = {"Content-Encoding": "gzip"}
    url = web.play(PATH, Answer(gzip.compress(BOOK), headers=headers))
    assert fetched(download(url, None, quick)).content == BOOK
    web.play(PATH, Answer(gzip.compress(bytes(50_000_000)), headers=headers))
    with pytest.raises(legacy_errors.TooLarge):
        download(url, None, quick)
    web.play(PATH, Answer(BOOK, headers=headers))
    with pytest.raises(legacy_errors.UnexpectedContent, match="compression cannot be undone"):
        download(url, None, quick)


def test_five_gigabytes_are_not_begun(web: WebServer, quick: DownloadPolicy) -> None:
    url = web.play(PATH, Answer(BOOK, headers={"Content-Length": "5368709120"}))
    with pytest.raises(legacy_errors.TooLarge) as caught:
        download(url, None, quick)
    assert (caught.value.found, caught.value.most) == (5368709120, 20_000_000)
    assert len(web.asked) == 1


@pytest.mark.parametrize("length", [None, "nonsense"])
def test_unannounced_bytes_are_counted(
    web: WebServer, quick: DownloadPolicy, length: str | None
) -> None:
    headers = {"Content-Length": length} if length else {"Transfer-Encoding": "identity"}
    url = web.play(PATH, Answer(BOOK, headers=headers))
    with pytest.raises(legacy_errors.TooLarge):
        download(url, None, replace(quick, most_bytes=100_000))
    assert fetched(download(url, None, quick)).content == BOOK


PAGE = b"\r\n<!DOCTYPE html><html><body>Sorry</body></html>"


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (
            Answer(PAGE),
            legacy_errors.WebPageInstead,
            "with a web page (HTML); expected an .xlsx or .ods",
        ),
        (
            Answer(b"<p>", headers={"Content-Type": "text/html; a=b"}),
            legacy_errors.WebPageInstead,
            "a web page",
        ),
        (Answer(b""), legacy_errors.UnexpectedContent, "with an empty body; expected"),
        (
            Answer(b"Month,Total\n"),
            legacy_errors.UnexpectedContent,
            "with 12 bytes that start with b'Month,To",
        ),
        (
            Answer(b"\xd0\xcf\x11\xe0" + bytes(600)),
            legacy_errors.UnexpectedContent,
            "604 bytes that start",
        ),
    ],
)
def test_what_is_no_workbook_is_refused(
    web: WebServer, quick: DownloadPolicy, answer: Answer, error: type[FetchError], told: str
) -> None:
    url = web.play(PATH, answer)
    with pytest.raises(error) as caught:
        download_workbook(url, None, quick)
    assert f"{url} answered 200" in str(caught.value)
    assert told in str(caught.value)
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ET_1.2_SEP_22.xlsx", "ET_1.2_SEP_22.xlsx"),
        ("../../etc/passwd", "etc_passwd"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("C:\\a\\ET 1.2.xlsx", "C_a_ET_1.2.xlsx"),
        ("\x00\n.ods", "ods"),
        ("a" * 200 + ".ods", "a" * 96 + ".ods"),
        ("a" * 9 + "._" + "b" * 94 + ".ods", "b" * 94 + ".ods"),
        ("X1.2.xlsx", "X1.2.xlsx"),
    ],
)
def test_names_from_the_web_cannot_lead_out_of_a_folder(text: str, name: str) -> None:
    assert safe_filename(text) == name


def test_urls_are_shown_without_secrets() -> None:
    assert display_url("https://me:se/cret@www.gov.uk/a#b") == "https://me:se/cret@www.gov.uk/a"
    assert display_url("//me:secret@host/a") == "//host/a"
    assert display_url("https://a@b@host/a") == "https://host/a"
    assert len(display_url("https://host/" + "a" * 999)) == 200
