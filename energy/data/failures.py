"""What a failed exchange is called in our words, and what its headers ask of us."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from requests import RequestException

    from energy.data.manners import Manners


def reason(error: RequestException, manners: Manners) -> tuple[str, bool]:
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
