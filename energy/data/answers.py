"""What a download gives, and the checks on it that need no network."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from energy.data.manners import shown
from energy.errors import UnexpectedContent, WebPageInstead

WORKBOOK = "an .xlsx or .ods workbook"


@dataclass(frozen=True, slots=True)
class Known:
    """What is held of a file already, so that the server need not send it again.

    Attributes:
        etag: The `ETag` it came with, or ''.
        last_modified: The `Last-Modified` it came with, or ''.
        sha256: Hash of the bytes held, in hex; tells servers that send everything each time.
    """

    etag: str = ""
    last_modified: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The file is the one that is held.

    Attributes:
        url: Where it is, after redirects.
        sha256: Hash of the bytes held.
        etag: For the next time; as known before, unless the server sent another.
        last_modified: Likewise.
        fetched_at: When the server said so, ISO, UTC.
    """

    url: str
    sha256: str
    etag: str
    last_modified: str
    fetched_at: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file, whole.

    Attributes:
        content: Its bytes.
        sha256: Their hash, in hex.
        url: Where it is, after redirects.
        content_type: What the server calls it, in lower case and without parameters.
        etag: For the next time, or ''.
        last_modified: For the next time, or ''.
        fetched_at: When it was complete, ISO, UTC.
    """

    content: bytes = field(repr=False)
    sha256: str
    url: str
    content_type: str
    etag: str
    last_modified: str
    fetched_at: str

    @property
    def filename(self) -> str:
        """The last part of its URL, safe to join to a folder."""
        return plain_name(unquote(urlsplit(self.url).path.rpartition("/")[2]))


def plain_name(text: str) -> str:
    """A name from the web, made safe to join to a folder.

    >>> plain_name("../ET 1.2 SEP 22.xlsx")
    'ET_1.2_SEP_22.xlsx'
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "_", text)[-100:].lstrip("._") or "unnamed"


def require_workbook(answer: Fetched) -> None:
    """Refuse what cannot be a workbook; xlsx and ods are ZIP archives.

    Raises:
        WebPageInstead: It is a web page.
        UnexpectedContent: It is something else.
    """
    if not answer.content.startswith(b"PK\x03\x04"):
        raise unexpected(answer, WORKBOOK)


def unexpected(answer: Fetched, expected: str) -> WebPageInstead | UnexpectedContent:
    """The error for an answer that is not what it should be."""
    start = answer.content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")) or (
        answer.content_type == "text/html" and start.startswith(b"<")
    ):
        return WebPageInstead(shown(answer.url), expected)
    found = f"{len(answer.content)} bytes that start with {answer.content[:12]!r}"
    return UnexpectedContent(
        shown(answer.url), found if answer.content else "an empty body", expected
    )
