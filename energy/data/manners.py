"""How we ask the servers of others: who we say we are, how long we wait, where we go."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from energy.errors import UrlRefused

USER_AGENT = "energy-forecast (reads the monthly UK energy statistics)"
ORIGINS = ("https://www.gov.uk", "https://assets.publishing.service.gov.uk")
"""Scheme, host and, if it is not the usual one, port of every place we fetch from."""

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Manners:
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


POLITE = Manners()


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

    def refused(reason: str) -> UrlRefused:
        return UrlRefused(shown(url), reason, origins, shown(base))

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


def shown(url: str) -> str:
    """A URL for messages: no user name, password, query or unprintable sign, and not endless.

    >>> shown("https://me:secret@www.gov.uk/a?token=1")
    'https://www.gov.uk/a'
    """
    plain = re.sub(r"^([^/?#]*//)[^/?#]*@", r"\1", re.split(r"[?#]", url, maxsplit=1)[0])
    return "".join(sign if sign.isprintable() else "?" for sign in plain)[:200]
