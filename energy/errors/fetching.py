"""What is published could not be found or fetched; what is held stays in use.

URLs are shown without user names and queries; words that came from the web are quoted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from energy.errors.base import EnergyError, listed

__all__ = [
    "CutBody",
    "FetchError",
    "GoneForGood",
    "NoAnswer",
    "NotThere",
    "ServerFailed",
    "TooLarge",
    "TooManyRedirects",
    "TooSlow",
    "UnexpectedContent",
    "UnexpectedStatus",
    "UrlRefused",
    "WebPageInstead",
]


class FetchError(EnergyError):
    """What is published could not be found or fetched; what is held stays in use."""


@dataclass(eq=False)
class UrlRefused(FetchError):
    """A URL, given or redirected to, outside the places we fetch from; `via` sent us there."""

    url: str
    reason: str
    allowed: Sequence[str]
    via: str = ""

    @property
    def message(self) -> str:
        sent = f" (redirected to by {self.via})" if self.via else ""
        return (
            f"{self.url}{sent} is not fetched: {self.reason}; expected a URL of "
            f"{listed(self.allowed)}. Download it by hand and give the file."
        )


@dataclass(eq=False)
class TooManyRedirects(FetchError):
    """A chain of redirects without an end in sight."""

    url: str
    last: str
    most: int

    @property
    def message(self) -> str:
        return (
            f"{self.url} redirects more than {self.most} times, last to {self.last}; "
            "expected a file. Try later, or give the file's own URL."
        )


@dataclass(eq=False)
class NoAnswer(FetchError):
    """No connection, or one that went silent; tried again to no avail."""

    url: str
    reason: str
    tries: int

    @property
    def message(self) -> str:
        return f"{self.url} cannot be reached: {self.reason} (tries: {self.tries}). Try later."


@dataclass(eq=False)
class TooSlow(FetchError):
    """The time for one file, all tries and redirects included, ran out."""

    url: str
    seconds: float
    found: int

    @property
    def message(self) -> str:
        return (
            f"{self.url} is too slow: {self.found} bytes after {self.seconds:g} seconds, which is "
            "the limit. Try later, or download it by hand and give the file."
        )


@dataclass(eq=False)
class ServerFailed(FetchError):
    """The server said that it cannot answer now (429, 5xx), at every try."""

    url: str
    status: int
    tries: int

    @property
    def message(self) -> str:
        return f"{self.url} answered {self.status} (tries: {self.tries}). Try later."


@dataclass(eq=False)
class NotThere(FetchError):
    """404: nothing is published under this URL."""

    url: str

    @property
    def message(self) -> str:
        return (
            f"{self.url} answered 404: nothing is published there. Look for its new place on "
            "www.gov.uk; that of a page belongs in SOURCES of energy/data/govuk.py."
        )


@dataclass(eq=False)
class GoneForGood(FetchError):
    """410: what was published under this URL was taken away on purpose."""

    url: str

    @property
    def message(self) -> str:
        return (
            f"{self.url} answered 410: it was taken away on purpose. Look for what replaces it on "
            "www.gov.uk; the place of a page belongs in SOURCES of energy/data/govuk.py."
        )


@dataclass(eq=False)
class UnexpectedStatus(FetchError):
    """An answer that is neither the file, nor a redirect, nor a failure that will pass."""

    url: str
    status: int

    @property
    def message(self) -> str:
        return f"{self.url} answered {self.status}; expected 200. Open it in a browser to see why."


@dataclass(eq=False)
class CutBody(FetchError):
    """Fewer bytes than announced, at every try; `expected` is -1 where no number was announced."""

    url: str
    found: int
    expected: int
    tries: int

    @property
    def message(self) -> str:
        announced = f"{self.expected} bytes" if self.expected >= 0 else "a complete answer"
        return (
            f"{self.url} was cut short: {self.found} bytes arrived; expected {announced} "
            f"(tries: {self.tries}). Try later."
        )


@dataclass(eq=False)
class TooLarge(FetchError):
    """More bytes, announced or arrived, than any file we expect has."""

    url: str
    found: int
    most: int

    @property
    def message(self) -> str:
        return (
            f"{self.url} has {self.found} bytes or more; expected at most {self.most}. Nothing of "
            "it is kept; if it is right all the same, download it by hand and give the file."
        )


@dataclass(eq=False)
class WebPageInstead(FetchError):
    """A web page, most often an error or a notice, where something else should be."""

    url: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.url} answered 200 with a web page (HTML); expected {self.expected}. "
            "Open it in a browser to see what it says."
        )


@dataclass(eq=False)
class UnexpectedContent(FetchError):
    """Bytes that are not what the URL should give."""

    url: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return f"{self.url} answered 200 with {self.found}; expected {self.expected}. Try later."
