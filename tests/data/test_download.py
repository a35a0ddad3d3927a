"""Downloads: the file and its metadata, the headers sent, and the content refused."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace
from typing import Any

import pytest
from published import BOOK, PATH, fetch
from web_server import XLSX, Answer, WebServer

from energy.data.download import (
    CacheValidators,
    DownloadPolicy,
    display_url,
    download,
    download_workbook,
    safe_filename,
)
from energy.errors import FetchError


def test_a_file_comes_with_its_metadata(web: WebServer, quick: DownloadPolicy) -> None:
    when = "Thu, 29 Sep 2022 08:30:00 GMT"
    headers = {"Content-Type": f"{XLSX}; charset=x", "ETag": '"a1"', "Last-Modified": when}
    url = web.play(PATH, Answer(BOOK, headers=headers))
    result = fetch(url, quick)
    assert result.content == BOOK
    assert result.sha256 == hashlib.sha256(BOOK).hexdigest()
    assert (result.url, result.filename) == (url, "ET_1.2_SEP_22.xlsx")
    assert (result.content_type, result.etag, result.last_modified) == (XLSX, '"a1"', when)
    assert result.fetched_at.endswith("Z")
    assert len(result.fetched_at) == 20
    assert "PK" not in repr(result)


def test_requests_name_us_and_carry_no_credentials(
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


def test_a_cached_file_is_not_sent_again(web: WebServer, quick: DownloadPolicy) -> None:
    url = web.file(PATH, BOOK, etag='W/"a1"')
    cached = CacheValidators('W/"a1"', "Thu, 29 Sep 2022 08:30:00 GMT", "0" * 64)
    assert download(url, cached, quick) is None
    ((_, headers),) = web.asked
    assert headers["if-none-match"] == 'W/"a1"'
    assert headers["if-modified-since"] == cached.last_modified


def test_cached_bytes_from_a_server_without_etags_are_recognised(
    web: WebServer, quick: DownloadPolicy
) -> None:
    cached = CacheValidators('"a1"', "", hashlib.sha256(BOOK).hexdigest())
    assert download(web.file(PATH, BOOK), cached, quick) is None


@pytest.mark.parametrize("cached", [None, CacheValidators(sha256="0" * 64)])
def test_304_without_a_condition_is_refused(
    web: WebServer, quick: DownloadPolicy, cached: CacheValidators | None
) -> None:
    url = web.play(PATH, Answer(status=304))
    with pytest.raises(FetchError, match="answered 304; expected 200"):
        download(url, cached, quick)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(BOOK, cut=70_000), f"70000 bytes arrived; expected {len(BOOK)} bytes"),
        (
            Answer(b"4\r\nPK\x03\x04\r\n", headers={"Transfer-Encoding": "chunked"}),
            "4 bytes arrived; expected a complete answer",
        ),
    ],
)
def test_an_incomplete_body_is_refused(
    web: WebServer, quick: DownloadPolicy, answer: Answer, message: str
) -> None:
    with pytest.raises(FetchError, match=message):
        download(web.play(PATH, answer), None, quick)


def test_a_chunked_body_is_complete(web: WebServer, quick: DownloadPolicy) -> None:
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BOOK), BOOK)
    url = web.play(PATH, Answer(chunked, headers={"Transfer-Encoding": "chunked"}))
    assert fetch(url, quick).content == BOOK


def test_a_compressed_body_is_unpacked_within_the_limit(
    web: WebServer, quick: DownloadPolicy
) -> None:
    headers = {"Content-Encoding": "gzip"}
    url = web.play(PATH, Answer(gzip.compress(BOOK), headers=headers))
    assert fetch(url, quick).content == BOOK
    web.play(PATH, Answer(gzip.compress(bytes(50_000_000)), headers=headers))
    with pytest.raises(FetchError, match="expected at most 20000000"):
        download(url, None, quick)
    web.play(PATH, Answer(BOOK, headers=headers))
    with pytest.raises(FetchError, match="cannot be decompressed"):
        download(url, None, quick)


def test_five_gigabytes_are_not_begun(web: WebServer, quick: DownloadPolicy) -> None:
    url = web.play(PATH, Answer(BOOK, headers={"Content-Length": "5368709120"}))
    with pytest.raises(FetchError, match="has 5368709120 bytes or more; expected at most 20000000"):
        download(url, None, quick)
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Transfer-Encoding": "identity"},
        *({"Content-Length": text} for text in ("nonsense", "-1", "9" * 5000)),
    ],
)
def test_bytes_without_an_announced_length_are_counted(
    web: WebServer, quick: DownloadPolicy, headers: dict[str, str]
) -> None:
    url = web.play(PATH, Answer(BOOK, headers=headers))
    with pytest.raises(FetchError, match="expected at most 100000"):
        download(url, None, replace(quick, max_bytes=100_000))
    assert fetch(url, quick).content == BOOK


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            Answer(b"\r\n<!DOCTYPE html><html><body>Sorry</body></html>"),
            "with a web page (HTML); expected an .xlsx or .ods",
        ),
        (Answer(b"<p>", headers={"Content-Type": "text/html; a=b"}), "a web page"),
        (Answer(b""), "with an empty body; expected"),
        (Answer(b"Month,Total\n"), "with 12 bytes of another kind"),
        (Answer(b"\xd0\xcf\x11\xe0" + bytes(600)), "604 bytes of another kind"),
    ],
)
def test_a_file_that_is_not_a_workbook_is_refused(
    web: WebServer, quick: DownloadPolicy, answer: Answer, message: str
) -> None:
    url = web.play(PATH, answer)
    with pytest.raises(FetchError) as caught:
        download_workbook(url, None, quick)
    assert f"{url} answered 200" in str(caught.value)
    assert message in str(caught.value)
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
def test_filenames_from_the_web_stay_in_a_folder(text: str, name: str) -> None:
    assert safe_filename(text) == name


def test_urls_are_displayed_without_credentials() -> None:
    assert display_url("https://me:se/cret@www.gov.uk/a#b") == "https://me:se/cret@www.gov.uk/a"
    assert display_url("//me:secret@host/a") == "//host/a"
    assert display_url("https://a@b@host/a") == "https://host/a"
    assert len(display_url("https://host/" + "a" * 999)) == 200
