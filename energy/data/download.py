"""Polite downloads: identified, bounded, retried, and from allowed hosts only."""

from __future__ import annotations

import hashlib
import itertools
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from energy import legacy_errors
from energy.errors import FetchError

if TYPE_CHECKING:
    from requests import PreparedRequest, RequestException, Response, Session
    from tenacity import RetryCallState

USER_AGENT = "energy-forecast (reads the monthly UK energy statistics)"
ORIGINS = ("https://www.gov.uk", "https://assets.publishing.service.gov.uk")
"""Scheme, host and, if it is not the usual one, port of every place we fetch from."""
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class DownloadPolicy:
    """How to ask, how long to wait, when to give up.

    Attributes:
        origins: Where files may come from, redirects included: `https://host`.
        user_agent: Who we say we are.
        connect_seconds: Longest wait for a connection.
        read_seconds: Longest silence of the server.
        total_seconds: Longest time for one file, all tries included; looked at between pieces,
            so that one silence may come on top.
        tries: How often to ask, when a failure may pass.
        first_wait: Seconds before the second try; doubled before each one after, with jitter.
        longest_wait: Longest wait between tries, whatever the server's `Retry-After` says.
        most_bytes: Largest file that is read.
        most_redirects: Longest chain that is followed.
        sleep: How to wait.
    """

    origins: tuple[str, ...] = ORIGINS
    user_agent: str = USER_AGENT
    connect_seconds: float = 10
    read_seconds: float = 30
    total_seconds: float = 180
    tries: int = 4
    first_wait: float = 1
    longest_wait: float = 60
    most_bytes: int = 20_000_000
    most_redirects: int = 5
    sleep: Callable[[float], None] = time.sleep


DEFAULT_POLICY = DownloadPolicy()


def require_allowed(url: str, origins: Sequence[str], base: str = "") -> str:
    """The URL as it will be asked for, made whole, if it is of a place we fetch from.

    Args:
        url: Given by a person or a page; or by a redirect, and then perhaps without its host.
        origins: The places.
        base: The URL that redirected to it, or ''.

    Raises:
        UrlRefused: It is of another place, holds a user name, or is no URL.
    """
    from requests import Request
    from urllib3.util import parse_url

    def refused(reason: str) -> legacy_errors.UrlRefused:
        return legacy_errors.UrlRefused(display_url(url), reason, origins, display_url(base))

    try:
        whole = Request("GET", urljoin(base, url) if base else url).prepare().url or ""
        # Split by what will open the connection: two readings of one URL can name two hosts.
        parts = parse_url(whole)
    except ValueError:
        raise refused("it is not the URL of a file on the web") from None
    port = "" if parts.port in {None, _PORTS.get(parts.scheme or "")} else f":{parts.port}"
    if parts.auth is not None:
        raise refused("it holds a user name")
    if f"{parts.scheme}://{parts.host}{port}" not in origins:
        raise refused("it is of another place")
    return whole


def display_url(url: str) -> str:
    """A URL for messages: no user name, password, query or unprintable sign, and not endless.

    >>> shown("https://me:secret@www.gov.uk/a?token=1")
    'https://www.gov.uk/a'
    """
    plain = re.sub(r"^([^/?#]*//)[^/?#]*@", r"\1", re.split(r"[?#]", url, maxsplit=1)[0])
    return "".join(sign if sign.isprintable() else "?" for sign in plain)[:200]


WORKBOOK = "an .xlsx or .ods workbook"


@dataclass(frozen=True, slots=True)
class CacheValidators:
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
class Download:
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
        return safe_filename(unquote(urlsplit(self.url).path.rpartition("/")[2]))


def safe_filename(text: str) -> str:
    """A name from the web, made safe to join to a folder.

    >>> plain_name("../ET 1.2 SEP 22.xlsx")
    'ET_1.2_SEP_22.xlsx'
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "_", text)[-100:].lstrip("._") or "unnamed"


def require_workbook(answer: Download) -> None:
    """Refuse what cannot be a workbook; xlsx and ods are ZIP archives.

    Raises:
        WebPageInstead: It is a web page.
        UnexpectedContent: It is something else.
    """
    if not answer.content.startswith(b"PK\x03\x04"):
        raise unexpected_content(answer, WORKBOOK)


def unexpected_content(
    answer: Download, expected: str
) -> legacy_errors.WebPageInstead | legacy_errors.UnexpectedContent:
    """The error for an answer that is not what it should be."""
    start = answer.content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")) or (
        answer.content_type == "text/html" and start.startswith(b"<")
    ):
        return legacy_errors.WebPageInstead(display_url(answer.url), expected)
    found = f"{len(answer.content)} bytes that start with {answer.content[:12]!r}"
    return legacy_errors.UnexpectedContent(
        display_url(answer.url), found if answer.content else "an empty body", expected
    )


def failure_reason(error: RequestException, manners: DownloadPolicy) -> tuple[str, bool]:
    """Why there was no answer, and whether that may pass.

    In our words alone: those of requests and urllib3 may name a proxy's password.
    """
    from requests import exceptions
    from urllib3.exceptions import NameResolutionError

    cause = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(cause, NameResolutionError):
        return "its name is not known here (is there a network?)", True
    # Timeouts first, and the general case last: the others are all connection errors too.
    for kind, words, may_pass in (
        (
            exceptions.ConnectTimeout,
            f"no connection within {manners.connect_seconds:g} seconds",
            True,
        ),
        (exceptions.Timeout, f"silent for {manners.read_seconds:g} seconds", True),
        (exceptions.SSLError, "no secure connection (is its certificate trusted here?)", False),
        (exceptions.ProxyError, "the proxy set on this machine does not let us through", True),
        (exceptions.ConnectionError, "the connection was refused or broke off", True),
    ):
        if isinstance(error, kind):
            return words, may_pass
    return f"the exchange failed ({type(error).__name__})", False


def retry_after(value: str) -> float | None:
    """Seconds that a `Retry-After` asks to wait, from a number or a date; None if it asks nothing.

    >>> retry_after("120"), retry_after("soon")
    (120.0, None)
    """
    from urllib3.exceptions import InvalidHeader
    from urllib3.util import Retry

    try:
        return float(Retry().parse_retry_after(value))
    except (InvalidHeader, ValueError, OverflowError):
        return None


def announced_length(value: str) -> int:
    """The length that a `Content-Length` announces; -1 for none or nonsense.

    >>> announced_length("43322"), announced_length("5, 7")
    (43322, -1)
    """
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else -1


_PIECE = 65_536


class _TransientError(Exception):
    """A failure worth another try, and the wait that the server asked for."""

    def __init__(self, error: FetchError, wait: float | None = None) -> None:
        super().__init__()
        self.error = error
        self.wait = wait


def download_workbook(
    url: str, known: CacheValidators | None = None, manners: DownloadPolicy = DEFAULT_POLICY
) -> Download | NotModified:
    """Download a workbook, unless it is the one that is held.

    Raises:
        WebPageInstead: What came is a web page.
        UnexpectedContent: What came is something else that is no workbook.
        FetchError: Any other, from `fetch`.
    """
    answer = download(url, known, manners)
    if isinstance(answer, Download):
        require_workbook(answer)
    return answer


def download(
    url: str, known: CacheValidators | None = None, manners: DownloadPolicy = DEFAULT_POLICY
) -> Download | NotModified:
    """Download one file, unless it is the one that is held.

    Connection errors, silences, bodies cut short, 429 and 5xx are tried again, with waits that
    grow; nothing else is.

    Args:
        url: Of one of `manners.origins`.
        known: What is held; without it the answer is never `NotModified`.
        manners: How to ask.

    Raises:
        UrlRefused: The URL, or one that it redirects to, is of another place.
        TooManyRedirects: No end of them.
        NoAnswer: No connection, or the server went silent.
        TooSlow: The time ran out.
        ServerFailed: 429 or 5xx, at every try.
        NotThere: 404.
        GoneForGood: 410.
        UnexpectedStatus: Any other status but 200.
        TooLarge: More bytes than the limit, announced or arrived.
        CutBody: Fewer bytes than announced, at every try.
        UnexpectedContent: Compressed, and wrongly.
    """
    from tenacity import (
        Retrying,
        retry_if_exception_type,
        stop_after_attempt,
        stop_before_delay,
        wait_exponential,
        wait_random,
    )

    growing = wait_exponential(manners.first_wait) + wait_random(0, manners.first_wait)

    def wait(state: RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        asked = failure.wait if isinstance(failure, _TransientError) else None
        return min(growing(state) if asked is None else asked, manners.longest_wait)

    retrying = Retrying(
        retry=retry_if_exception_type(_TransientError),
        # A wait that would outlast the time there is would be for nothing.
        stop=stop_after_attempt(manners.tries) | stop_before_delay(manners.total_seconds),
        wait=wait,
        sleep=manners.sleep,
        reraise=True,
    )
    deadline = time.monotonic() + manners.total_seconds
    count = itertools.count(1)
    with _session() as session:
        try:
            return retrying(
                lambda: _Attempt(session, url, known, manners, deadline, next(count)).answer()
            )
        except _TransientError as failure:
            raise failure.error from None


def _session() -> Session:
    import requests

    class OneStep(requests.Session):
        """Leaves redirects to us, for it would read their bodies, however long."""

        def get_redirect_target(self, resp: Response) -> None:
            return None

    session = OneStep()
    # Proxies of the environment are used, but a password in ~/.netrc is not for these hosts.
    session.auth = _as_it_is
    return session


def _as_it_is(request: PreparedRequest) -> PreparedRequest:
    return request


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One try at one file.

    What requests and urllib3 say is not passed on, nor chained: it may name a proxy's password.
    """

    session: Session
    url: str
    known: CacheValidators | None
    manners: DownloadPolicy
    deadline: float
    number: int

    def answer(self) -> Download | NotModified:
        """Ask, follow redirects, and read what comes."""
        url, base = self.url, ""
        for _ in range(self.manners.most_redirects + 1):
            with self._ask(require_allowed(url, self.manners.origins, base)) as response:
                if not response.is_redirect:
                    return self._read(response)
                # Headers are read as Latin-1; what is beyond ASCII in a URL is UTF-8.
                target = response.headers["Location"].encode("latin-1").decode(errors="replace")
                url, base = target, response.url
        raise legacy_errors.TooManyRedirects(
            display_url(self.url), display_url(base), self.manners.most_redirects
        )

    def _ask(self, url: str) -> Response:
        from requests import RequestException

        manners, known = self.manners, self.known or CacheValidators()
        # As sent, so that a length announced is that of the file.
        headers = {"User-Agent": manners.user_agent, "Accept-Encoding": "identity"}
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        left = self._left(0)
        limits = (min(manners.connect_seconds, left), min(manners.read_seconds, left))
        try:
            return self.session.get(
                url, headers=headers, timeout=limits, stream=True, allow_redirects=False
            )
        except RequestException as error:
            self._left(0)
            words, may_pass = failure_reason(error, manners)
            failure = legacy_errors.NoAnswer(display_url(url), words, self.number)
            raise (_TransientError(failure) if may_pass else failure) from None

    def _left(self, found: int) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise legacy_errors.TooSlow(display_url(self.url), self.manners.total_seconds, found)
        return left

    def _read(self, response: Response) -> Download | NotModified:
        url, status, headers = display_url(response.url), response.status_code, response.headers
        if status == 429 or status >= 500:
            failed = legacy_errors.ServerFailed(url, status, self.number)
            raise _TransientError(failed, retry_after(headers.get("Retry-After", "")))
        if status == 404:
            raise legacy_errors.NotThere(url)
        if status == 410:
            raise legacy_errors.GoneForGood(url)
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        etag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
        known = self.known
        if status == 304 and known and (known.etag or known.last_modified):
            etag, modified = etag or known.etag, modified or known.last_modified
            return NotModified(response.url, known.sha256, etag, modified, now)
        if status != 200:
            raise legacy_errors.UnexpectedStatus(url, status)
        content = self._body(response, url)
        sha256 = hashlib.sha256(content).hexdigest()
        if known and sha256 == known.sha256:
            return NotModified(response.url, sha256, etag, modified, now)
        kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Download(content, sha256, response.url, kind, etag, modified, now)

    def _body(self, response: Response, url: str) -> bytes:
        from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

        announced = announced_length(response.headers.get("Content-Length", ""))
        if announced > self.manners.most_bytes:
            raise legacy_errors.TooLarge(url, announced, self.manners.most_bytes)
        content = bytearray()
        try:
            # read1 gives what is there; read would wait for a whole piece, past any deadline.
            while piece := response.raw.read1(_PIECE, decode_content=True):
                content += piece
                if len(content) > self.manners.most_bytes:
                    raise legacy_errors.TooLarge(url, len(content), self.manners.most_bytes)
                self._left(len(content))
        except ReadTimeoutError:
            self._left(len(content))
            words = f"silent for {self.manners.read_seconds:g} seconds"
            raise _TransientError(legacy_errors.NoAnswer(url, words, self.number)) from None
        except DecodeError:
            found = "a body whose compression cannot be undone"
            raise legacy_errors.UnexpectedContent(url, found, "the file as it is") from None
        except HTTPError:
            failure = legacy_errors.CutBody(url, len(content), announced, self.number)
            raise _TransientError(failure) from None
        return bytes(content)
