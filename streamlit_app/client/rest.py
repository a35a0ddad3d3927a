"""Over HTTP, from the REST API."""

from __future__ import annotations

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from energy import legacy_errors
from energy.contract import RELEASE_HEADER
from streamlit_app.client.answers import Answer, Question

PASSING = (429, 502, 504)
"""Statuses of a gateway that may be gone in a moment; 503 is the contract's own."""


class Rest:
    """The REST API under a base URL."""

    kind = "the REST API"

    def __init__(self, url: str, connect_seconds: float = 3.0, read_seconds: float = 20.0) -> None:
        """Ask nothing yet.

        Args:
            url: Base of `/v1/...`, without a slash at the end.
            connect_seconds: How long to wait for a connection.
            read_seconds: How long to wait for an answer: a cold start, and a fit.
        """
        self._url, self._seconds = url, (connect_seconds, read_seconds)
        # One more try where no answer was begun; a slow answer is not asked for twice.
        again = Retry(
            1, read=False, status_forcelist=PASSING, allowed_methods=None, raise_on_status=False,
            backoff_factor=0.2, respect_retry_after_header=False,
        )  # fmt: skip
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=again))

    @property
    def where(self) -> str:
        return self._url

    def ask(self, question: Question) -> Answer:
        try:
            found = self._session.request(
                question.method,
                self._url + question.path,
                params=question.query,
                json=question.body,
                timeout=self._seconds,
                allow_redirects=False,
            )
        except requests.Timeout:
            raise legacy_errors.ServiceSlow(self._url, self._seconds[1]) from None
        except requests.RequestException as error:
            raise legacy_errors.ServiceUnreachable(self._url, type(error).__name__) from None
        return Answer(
            found.status_code,
            found.content.decode("utf-8", "replace"),
            found.headers.get(RELEASE_HEADER, ""),
        )
