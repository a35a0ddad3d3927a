"""Polite downloads: few, identified, patient within limits, and from known places alone."""

from __future__ import annotations

import hashlib
import itertools
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from energy.data.answers import Fetched, Known, NotModified, require_workbook
from energy.data.failures import announced_length, reason, retry_after
from energy.data.manners import POLITE, Manners, require_allowed, shown
from energy.errors import (
    CutBody,
    FetchError,
    GoneForGood,
    NoAnswer,
    NotThere,
    ServerFailed,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    UnexpectedContent,
    UnexpectedStatus,
)

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session
    from tenacity import RetryCallState

_PIECE = 65_536


class _MayPass(Exception):
    """A failure worth another try, and the wait that the server asked for."""

    def __init__(self, error: FetchError, wait: float | None = None) -> None:
        super().__init__()
        self.error = error
        self.wait = wait


def fetch_workbook(
    url: str, known: Known | None = None, manners: Manners = POLITE
) -> Fetched | NotModified:
    """Download a workbook, unless it is the one that is held.

    Raises:
        WebPageInstead: What came is a web page.
        UnexpectedContent: What came is something else that is no workbook.
        FetchError: Any other, from `fetch`.
    """
    answer = fetch(url, known, manners)
    if isinstance(answer, Fetched):
        require_workbook(answer)
    return answer


def fetch(url: str, known: Known | None = None, manners: Manners = POLITE) -> Fetched | NotModified:
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
        asked = failure.wait if isinstance(failure, _MayPass) else None
        return min(growing(state) if asked is None else asked, manners.longest_wait)

    retrying = Retrying(
        retry=retry_if_exception_type(_MayPass),
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
                lambda: _Try(session, url, known, manners, deadline, next(count)).answer()
            )
        except _MayPass as failure:
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
class _Try:
    """One try at one file.

    What requests and urllib3 say is not passed on, nor chained: it may name a proxy's password.
    """

    session: Session
    url: str
    known: Known | None
    manners: Manners
    deadline: float
    number: int

    def answer(self) -> Fetched | NotModified:
        """Ask, follow redirects, and read what comes."""
        url, base = self.url, ""
        for _ in range(self.manners.most_redirects + 1):
            with self._ask(require_allowed(url, self.manners.origins, base)) as response:
                if not response.is_redirect:
                    return self._read(response)
                # Headers are read as Latin-1; what is beyond ASCII in a URL is UTF-8.
                target = response.headers["Location"].encode("latin-1").decode(errors="replace")
                url, base = target, response.url
        raise TooManyRedirects(shown(self.url), shown(base), self.manners.most_redirects)

    def _ask(self, url: str) -> Response:
        from requests import RequestException

        manners, known = self.manners, self.known or Known()
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
            words, may_pass = reason(error, manners)
            failure = NoAnswer(shown(url), words, self.number)
            raise (_MayPass(failure) if may_pass else failure) from None

    def _left(self, found: int) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TooSlow(shown(self.url), self.manners.total_seconds, found)
        return left

    def _read(self, response: Response) -> Fetched | NotModified:
        url, status, headers = shown(response.url), response.status_code, response.headers
        if status == 429 or status >= 500:
            failed = ServerFailed(url, status, self.number)
            raise _MayPass(failed, retry_after(headers.get("Retry-After", "")))
        if status == 404:
            raise NotThere(url)
        if status == 410:
            raise GoneForGood(url)
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        etag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
        known = self.known
        if status == 304 and known and (known.etag or known.last_modified):
            etag, modified = etag or known.etag, modified or known.last_modified
            return NotModified(response.url, known.sha256, etag, modified, now)
        if status != 200:
            raise UnexpectedStatus(url, status)
        content = self._body(response, url)
        sha256 = hashlib.sha256(content).hexdigest()
        if known and sha256 == known.sha256:
            return NotModified(response.url, sha256, etag, modified, now)
        kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Fetched(content, sha256, response.url, kind, etag, modified, now)

    def _body(self, response: Response, url: str) -> bytes:
        from urllib3.exceptions import DecodeError, HTTPError, ReadTimeoutError

        announced = announced_length(response.headers.get("Content-Length", ""))
        if announced > self.manners.most_bytes:
            raise TooLarge(url, announced, self.manners.most_bytes)
        content = bytearray()
        try:
            # read1 gives what is there; read would wait for a whole piece, past any deadline.
            while piece := response.raw.read1(_PIECE, decode_content=True):
                content += piece
                if len(content) > self.manners.most_bytes:
                    raise TooLarge(url, len(content), self.manners.most_bytes)
                self._left(len(content))
        except ReadTimeoutError:
            self._left(len(content))
            words = f"silent for {self.manners.read_seconds:g} seconds"
            raise _MayPass(NoAnswer(url, words, self.number)) from None
        except DecodeError:
            found = "a body whose compression cannot be undone"
            raise UnexpectedContent(url, found, "the file as it is") from None
        except HTTPError:
            failure = CutBody(url, len(content), announced, self.number)
            raise _MayPass(failure) from None
        return bytes(content)
