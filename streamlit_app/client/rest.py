"""The transport over HTTP, to the REST API."""

from __future__ import annotations

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from energy.contract import RELEASE_HEADER
from streamlit_app.client.transport import Request, Response, slow, unreachable

RETRIED = (429, 502, 504)
"""Statuses of a gateway that may pass in a moment; 503 is the contract's own."""


class Rest:
    """The REST API under a base URL."""

    kind = "the REST API"

    def __init__(self, url: str, connect_seconds: float = 3.0, read_seconds: float = 20.0) -> None:
        """Prepare a session for the base of `/v1/...`; a response may take a start and a fit."""
        self._url, self._seconds = url, (connect_seconds, read_seconds)
        # Retry once where no response had begun; a slow request is not sent twice.
        retry = Retry(
            1, read=False, status_forcelist=RETRIED, allowed_methods=None, raise_on_status=False,
            backoff_factor=0.2, respect_retry_after_header=False,
        )  # fmt: skip
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    @property
    def location(self) -> str:
        return self._url

    def send(self, request: Request) -> Response:
        try:
            response = self._session.request(
                request.method,
                self._url + request.path,
                params=request.query,
                json=request.body,
                timeout=self._seconds,
                allow_redirects=False,
            )
        except requests.Timeout:
            raise slow(self._url, self._seconds[1]) from None
        except requests.RequestException as error:
            raise unreachable(self._url, type(error).__name__) from None
        return Response(
            response.status_code,
            response.content.decode("utf-8", "replace"),
            response.headers.get(RELEASE_HEADER, ""),
        )
