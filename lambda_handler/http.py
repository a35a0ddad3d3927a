"""HTTP API v2 events and answers, as plain values.

Told from direct invocations by shape: an HTTP event has a version and a request context, which are
no fields of a forecast request. Function URLs send the same shape.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from energy import legacy_errors
from energy.contract import RELEASE_HEADER

JSON = "application/json"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class HttpRequest:
    """What of an HTTP event counts here.

    Attributes:
        method: In capitals.
        path: Without the stage.
        query: Parameters by name; one that stands twice has its values joined by a comma, as API
            Gateway joins them.
    """

    method: str
    path: str
    query: Mapping[str, str]
    _body: str
    _is_base64: bool

    def body(self) -> bytes:
        """The bytes of the body.

        Raises:
            NotUtf8: It is said to be base64 and is not.
        """
        if not self._is_base64:
            return self._body.encode("utf-8", "surrogatepass")
        try:
            return base64.b64decode(self._body, validate=True)
        except (binascii.Error, ValueError):
            raise legacy_errors.NotUtf8(0) from None


@dataclass(frozen=True)
class HttpAnswer:
    """A status, a body, and what kind of text it is.

    Attributes:
        status: HTTP status.
        body: The text.
        kind: Its content type.
        headers: Any more of them.
    """

    status: int
    body: str
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, status: int, document: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> HttpAnswer:
        """An answer of JSON; a number that is not finite is a mistake of ours, not an answer."""
        text = json.dumps(document, allow_nan=False, separators=(",", ":"))
        return cls(status, text, headers=headers or {})

    def to_event(self, release_id: str | None = None) -> dict[str, Any]:
        """As API Gateway takes it, with the release that it comes from, if from any."""
        more = {RELEASE_HEADER: release_id} if release_id else {}
        return {
            "statusCode": self.status,
            "headers": {
                "content-type": self.kind,
                "x-content-type-options": "nosniff",
                **more,
                **self.headers,
            },
            "body": self.body,
            "isBase64Encoded": False,
        }


def is_http(event: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether an event comes from an HTTP API (or function URL) rather than from a caller."""
    return (
        isinstance(event, Mapping)
        and event.get("version") == "2.0"
        and isinstance(event.get("requestContext"), Mapping)
    )


def read_event(event: Mapping[str, Any]) -> HttpRequest:
    """Take from an HTTP event what counts; what is missing is empty."""
    context = event["requestContext"]
    http = context.get("http") or {}
    path, stage = str(event.get("rawPath") or http.get("path") or "/"), context.get("stage")
    if stage and stage != "$default":
        path = path.removeprefix(f"/{stage}") or "/"
    return HttpRequest(
        method=str(http.get("method") or "GET").upper(),
        path=path,
        query=event.get("queryStringParameters") or {},
        _body=event.get("body") or "",
        _is_base64=bool(event.get("isBase64Encoded")),
    )
