"""HTTP events and answers in API Gateway's format 2.0, which function URLs share."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from energy.contract.request import not_utf8

JSON = "application/json"
HTML = "text/html; charset=utf-8"
NO_SNIFFING = {"x-content-type-options": "nosniff"}


@dataclass(frozen=True)
class HttpRequest:
    """The parts of an HTTP event that a route needs: its path without the stage, its raw body."""

    method: str
    path: str
    query: Mapping[str, str]
    text: str
    is_base64: bool

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> HttpRequest:
        """Read an event for which `is_http` is true; what is missing is empty."""
        context = event["requestContext"]
        http = context.get("http") or {}
        path, stage = str(event.get("rawPath") or http.get("path") or "/"), context.get("stage")
        if stage and stage != "$default":
            path = path.removeprefix(f"/{stage}") or "/"
        return cls(
            method=str(http.get("method") or "GET").upper(),
            path=path,
            query=event.get("queryStringParameters") or {},
            text=event.get("body") or "",
            is_base64=bool(event.get("isBase64Encoded")),
        )

    def body(self) -> bytes:
        """The bytes of the body; a RequestError if it is declared as base64 and is not."""
        if not self.is_base64:
            return self.text.encode("utf-8", "surrogatepass")
        try:
            return base64.b64decode(self.text, validate=True)
        except (binascii.Error, ValueError):
            raise not_utf8(0) from None


def is_http(event: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether an event is an HTTP request: a version and a context are no fields of a forecast."""
    return (
        isinstance(event, Mapping)
        and event.get("version") == "2.0"
        and isinstance(event.get("requestContext"), Mapping)
    )


def http_answer(
    status: int,
    body: Mapping[str, Any] | str,
    content_type: str = JSON,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """An answer in API Gateway's format, with a document or a text as its body."""
    if not isinstance(body, str):
        body = json.dumps(body, allow_nan=False, separators=(",", ":"))
    return {
        "statusCode": status,
        "headers": {"content-type": content_type, **NO_SNIFFING, **(headers or {})},
        "body": body,
        "isBase64Encoded": False,
    }
