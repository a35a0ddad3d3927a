"""Download files from allowed hosts, with retries and limits on bytes, time and redirects."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import unquote, urljoin, urlsplit

import requests
import tenacity
from requests import RequestException, Response, exceptions
from urllib3 import exceptions as urllib3_exceptions
from urllib3.util import Retry, parse_url

from energy.errors import FetchError, join_names

USER_AGENT = "energy-forecast (reads the monthly UK energy statistics)"
ORIGINS = ("https://www.gov.uk", "https://assets.publishing.service.gov.uk")
"""Allowed places: scheme, host and, unless it is the usual one, port."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_CHUNK_BYTES = 65_536
_MAX_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class DownloadPolicy:
    """Where files may come from, how long to wait, and when to give up.

    Attributes:
        origins: Allowed places, redirects included: `https://host`.
        read_seconds: Longest silence of the server.
        total_seconds: Longest time for one file, all tries included. It is checked between chunks,
            so one silence may come on top.
        tries: Requests for one file, when a failure may pass.
        first_wait: Seconds before the second try; doubled before each later one, with jitter.
        max_wait: Longest wait between tries, whatever `Retry-After` says.
    """

    origins: tuple[str, ...] = ORIGINS
    connect_seconds: float = 10
    read_seconds: float = 30
    total_seconds: float = 180
    tries: int = 4
    first_wait: float = 1
    max_wait: float = 60
    max_bytes: int = 20_000_000
    sleep: Callable[[float], None] = time.sleep


DEFAULT_POLICY = DownloadPolicy()


@dataclass(frozen=True, slots=True)
class CacheValidators:
    """What identifies the copy we have: its `ETag`, `Last-Modified` and SHA-256, or ''.

    The hash recognises the file from servers that send it each time.
    """

    etag: str = ""
    last_modified: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """A complete file: its URL after redirects, and its time of completion, ISO, UTC.

    `content_type` is in lower case without parameters; `etag` and `last_modified` may be ''.
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


def download_workbook(
    url: str, cached: CacheValidators | None = None, policy: DownloadPolicy = DEFAULT_POLICY
) -> Download | None:
    """Download a workbook as `download` does; FetchError if it is neither xlsx nor ods."""
    result = download(url, cached, policy)
    # Both kinds of workbook are ZIP archives.
    if result is not None and not result.content.startswith(b"PK\x03\x04"):
        raise unexpected_content(result, "an .xlsx or .ods workbook")
    return result


def download(
    url: str, cached: CacheValidators | None = None, policy: DownloadPolicy = DEFAULT_POLICY
) -> Download | None:
    """Download one file, unless it is the cached one.

    Connection errors, silences, incomplete bodies, 429 and 5xx are tried again with growing waits;
    nothing else is. Returns None if the file is the cached one.

    Raises:
        FetchError: The URL or a redirect is not allowed, or the file cannot be downloaded within
            the limits.
    """
    jitter = tenacity.wait_random(0, policy.first_wait)
    growing = tenacity.wait_exponential(policy.first_wait) + jitter

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        requested = error.retry_after if isinstance(error, _TransientError) else None
        return min(growing(state) if requested is None else requested, policy.max_wait)

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(_TransientError),
        stop=tenacity.stop_after_attempt(policy.tries)
        | tenacity.stop_before_delay(policy.total_seconds),
        wait=wait,
        sleep=policy.sleep,
        reraise=True,
    )
    with _Session() as session:
        return retrying(_Transfer(session, url, cached, policy).attempt)


class _TransientError(FetchError):
    """A failure that may pass."""

    retry_after: float | None = None


class _Session(requests.Session):
    """A session without the redirects of requests, which reads their bodies, however long."""

    def __init__(self) -> None:
        super().__init__()
        # Proxies of the environment are used, but a password in ~/.netrc is not for these hosts.
        self.auth = lambda request: request

    def get_redirect_target(self, resp: Response) -> None:
        return None


class _Transfer:
    """The tries for one file.

    Messages of requests and urllib3 are neither repeated nor chained: they may contain a proxy's
    password.
    """

    def __init__(
        self, session: _Session, url: str, cached: CacheValidators | None, policy: DownloadPolicy
    ) -> None:
        self.session, self.url, self.policy = session, url, policy
        self.cached = cached or CacheValidators()
        self.deadline = time.monotonic() + policy.total_seconds
        self.tries = 0

    def attempt(self) -> Download | None:
        """Send the request, follow redirects and read the answer."""
        self.tries += 1
        url, referrer = self.url, ""
        for _ in range(_MAX_REDIRECTS + 1):
            with self._get(check_url(url, self.policy.origins, referrer)) as response:
                if not response.is_redirect:
                    return self._read(response)
                # requests decodes headers as Latin-1; URLs beyond ASCII are UTF-8.
                target = response.headers["Location"].encode("latin-1").decode(errors="replace")
                url, referrer = target, response.url
        raise FetchError(
            f"{display_url(self.url)} redirects more than {_MAX_REDIRECTS} times, last "
            f"to {display_url(referrer)}; expected a file. Try later, or use the file's own URL."
        )

    def _get(self, url: str) -> Response:
        policy = self.policy
        # Without compression, so that Content-Length is the length of the file.
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        if self.cached.etag:
            headers["If-None-Match"] = self.cached.etag
        if self.cached.last_modified:
            headers["If-Modified-Since"] = self.cached.last_modified
        seconds = self._remaining_seconds(0)
        timeout = (min(policy.connect_seconds, seconds), min(policy.read_seconds, seconds))
        try:
            return self.session.get(
                url, headers=headers, timeout=timeout, stream=True, allow_redirects=False
            )
        except RequestException as error:
            self._remaining_seconds(0)
            reason, transient = failure_reason(error, policy)
            raise self._unreachable(url, reason, transient=transient) from None

    def _unreachable(self, url: str, reason: str, *, transient: bool) -> FetchError:
        return (_TransientError if transient else FetchError)(
            f"{display_url(url)} cannot be reached: {reason} (tries: {self.tries}). Try later."
        )

    def _remaining_seconds(self, received: int) -> float:
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise FetchError(
                f"{display_url(self.url)} is too slow: {received} bytes after "
                f"{self.policy.total_seconds:g} seconds, which is the limit. Try later, or "
                "download the file yourself and ingest it with --file."
            )
        return seconds

    def _read(self, response: Response) -> Download | None:
        headers = response.headers
        if response.status_code == 304 and (self.cached.etag or self.cached.last_modified):
            return None
        if response.status_code != 200:
            raise self._status_error(response)
        content = self._read_body(response)
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 == self.cached.sha256:
            return None
        return Download(
            content,
            sha256,
            response.url,
            headers.get("Content-Type", "").partition(";")[0].strip().lower(),
            headers.get("ETag", ""),
            headers.get("Last-Modified", ""),
            datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        )

    def _status_error(self, response: Response) -> FetchError:
        url, status = display_url(response.url), response.status_code
        if status == 429 or status >= 500:
            error = _TransientError(f"{url} answered {status} (tries: {self.tries}). Try later.")
            error.retry_after = retry_after(response.headers.get("Retry-After", ""))
            return error
        if status in {404, 410}:
            reason = "nothing is published there" if status == 404 else "it was removed on purpose"
            return FetchError(
                f"{url} answered {status}: {reason}. Find its new place on www.gov.uk; that of a "
                "page belongs in SOURCES of energy/data/govuk.py."
            )
        return FetchError(
            f"{url} answered {status}; expected 200. Open it in a browser to see why."
        )

    def _read_body(self, response: Response) -> bytes:
        url, limit = display_url(response.url), self.policy.max_bytes
        announced = response.raw.length_remaining  # By Content-Length, if it is a number.
        received = bytearray()
        try:
            while (size := max(len(received), announced or 0)) <= limit:
                # read1 returns what has arrived; read would wait past any deadline.
                chunk = response.raw.read1(_CHUNK_BYTES, decode_content=True)
                if not chunk:
                    return bytes(received)
                received += chunk
                self._remaining_seconds(len(received))
        except urllib3_exceptions.ReadTimeoutError:
            self._remaining_seconds(len(received))
            reason = f"silent for {self.policy.read_seconds:g} seconds"
            raise self._unreachable(url, reason, transient=True) from None
        except urllib3_exceptions.DecodeError:
            raise FetchError(
                f"{url} answered 200 with a body that cannot be decompressed; expected the file "
                "without compression. Try later."
            ) from None
        except urllib3_exceptions.HTTPError:
            expected = "a complete answer" if announced is None else f"{announced} bytes"
            raise _TransientError(
                f"{url} was cut short: {len(received)} bytes arrived; expected {expected} "
                f"(tries: {self.tries}). Try later."
            ) from None
        raise FetchError(
            f"{url} has {size} bytes or more; expected at most {limit}. Nothing of it is kept. If "
            "the size is right, download the file and ingest it with --file."
        )


def check_url(url: str, origins: Sequence[str], referrer: str = "") -> str:
    """The absolute URL of one from a person, a page, or a redirect relative to its referrer.

    Raises:
        FetchError: It is at another place than `origins`, has a user name, or is not a URL.
    """
    try:
        absolute = requests.Request("GET", urljoin(referrer, url)).prepare().url or ""
        # Parsed by what opens the connection: two parsers can read two hosts in one URL.
        parts = parse_url(absolute)
    except ValueError:
        reason = "it is not the URL of a file on the web"
    else:
        port = parts.port if parts.port != _DEFAULT_PORTS.get(parts.scheme or "") else None
        origin = f"{parts.scheme}://{parts.host}{f':{port}' if port else ''}"
        if parts.auth is None and origin in origins:
            return absolute
        reason = "its host is not allowed" if parts.auth is None else "it contains a user name"
    source = f" (redirected from {display_url(referrer)})" if referrer else ""
    raise FetchError(
        f"{display_url(url)}{source} is not downloaded: {reason}; expected a URL of "
        f"{join_names(origins)}. Download the file yourself and ingest it with --file."
    )


def display_url(url: str) -> str:
    """A URL for messages: printable, short, without user name, password or query.

    >>> display_url("https://me:secret@www.gov.uk/a?token=1")
    'https://www.gov.uk/a'
    """
    plain = re.sub(r"^([^/?#]*//)[^/?#]*@", r"\1", re.split(r"[?#]", url, maxsplit=1)[0])
    return "".join(char if char.isprintable() else "?" for char in plain)[:200]


def safe_filename(text: str) -> str:
    """A name from the web, made safe to join to a folder.

    >>> safe_filename("../ET 1.2 SEP 22.xlsx")
    'ET_1.2_SEP_22.xlsx'
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "_", text)[-100:].lstrip("._") or "unnamed"


def unexpected_content(result: Download, expected: str) -> FetchError:
    """The error for a file that is not of the kind expected."""
    start = result.content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")) or (
        result.content_type == "text/html" and start.startswith(b"<")
    ):
        actual, advice = "a web page (HTML)", "Open it in a browser to see what it says."
    else:
        size = len(result.content)
        actual = f"{size} bytes of another kind" if size else "an empty body"
        advice = "Try later."
    url = display_url(result.url)
    return FetchError(f"{url} answered 200 with {actual}; expected {expected}. {advice}")


def failure_reason(error: RequestException, policy: DownloadPolicy) -> tuple[str, bool]:
    """Why a request failed, without the words of requests, and whether the failure may pass."""
    cause = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(cause, urllib3_exceptions.NameResolutionError):
        return "its name is not known here (is there a network?)", True
    for kind, reason, transient in (  # ConnectionError last: it is the base of the others.
        (exceptions.ConnectTimeout, f"no connection within {policy.connect_seconds:g} s", True),
        (exceptions.Timeout, f"silent for {policy.read_seconds:g} seconds", True),
        (exceptions.SSLError, "no secure connection (is its certificate trusted here?)", False),
        (exceptions.ProxyError, "the proxy of this machine refused the connection", True),
        (exceptions.ConnectionError, "the connection was refused or broke off", True),
    ):
        if isinstance(error, kind):
            return reason, transient
    return f"the request failed ({type(error).__name__})", False


def retry_after(value: str) -> float | None:
    """Seconds to wait by a `Retry-After` header, a number or a date; None if it is neither.

    >>> retry_after("120"), retry_after("soon")
    (120.0, None)
    """
    try:
        return float(Retry().parse_retry_after(value))
    except (urllib3_exceptions.InvalidHeader, ValueError, OverflowError):
        return None
