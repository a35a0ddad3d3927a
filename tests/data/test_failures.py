"""What a failed exchange is called, and whether asking again may help."""

from __future__ import annotations

import pytest
from requests import exceptions
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NameResolutionError

from energy.data.download import DownloadPolicy, announced_length, failure_reason, retry_after

MANNERS = DownloadPolicy(connect_seconds=2, read_seconds=7)
NO_NAME = NameResolutionError("host", HTTPConnection("host"), OSError())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "words", "may_pass"),
    [
        (
            exceptions.ConnectionError(MaxRetryError(None, "/", NO_NAME)),  # type: ignore[arg-type]
            "its name is not known here",
            True,
        ),
        (exceptions.ConnectTimeout(), "no connection within 2 seconds", True),
        (exceptions.ReadTimeout(), "silent for 7 seconds", True),
        (exceptions.SSLError(), "no secure connection", False),
        (exceptions.ProxyError(), "the proxy", True),
        (exceptions.ConnectionError(), "refused or broke off", True),
        (exceptions.InvalidHeader("me:secret@proxy"), "the exchange failed (InvalidHeader)", False),
    ],
)
def test_every_failure_is_told_and_is_tried_again_only_if_it_may_pass(
    error: exceptions.RequestException, words: str, may_pass: bool
) -> None:
    told, again = failure_reason(error, MANNERS)
    assert words in told
    assert again is may_pass
    assert "secret" not in told


@pytest.mark.parametrize(
    ("value", "length"),
    [("0", 0), ("43322", 43322), ("", -1), ("-1", -1), ("5, 7", -1), ("٣", -1), ("9" * 5000, -1)],
)
def test_a_length_is_a_number_or_none_is_announced(value: str, length: int) -> None:
    assert announced_length(value) == length


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0), ("120", 120), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("", None), ("soon", None)],
)
def test_a_wait_is_asked_for_in_seconds_or_by_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(value) == seconds
