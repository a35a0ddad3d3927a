"""What the three transports share: requests, responses, Lambda events and connection errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from energy.contract import RELEASE_HEADER
from energy.errors import NotTheContract, ServiceFailed, ServiceSlow, ServiceUnreachable


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the service: a GET with a query, or a POST with a body that becomes JSON."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None

    @property
    def method(self) -> str:
        return "GET" if self.body is None else "POST"


@dataclass(frozen=True, slots=True)
class Response:
    """The service's response, with the release that it is from if it names one."""

    status: int
    text: str
    release_id: str = ""


class Transport(Protocol):
    """A way to reach the service."""

    kind: str
    """What is reached, in words for a visitor, who need not know its address."""

    @property
    def location(self) -> str:
        """Where the service is, for error messages."""

    def send(self, request: Request) -> Response:
        """Send a request once; raises ServiceUnreachable, ServiceSlow or ServiceFailed."""


def http_event(request: Request) -> dict[str, Any]:
    """The request as an event of API Gateway's HTTP API (payload 2.0)."""
    event: dict[str, Any] = {
        "version": "2.0",
        "rawPath": request.path,
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "http": {"method": request.method, "path": request.path},
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    if request.query:
        event["queryStringParameters"] = dict(request.query)
    if request.body is not None:
        event["body"] = json.dumps(request.body)
    return event


def read_result(path: str, result: object) -> Response:
    """The function's result for an `http_event`; raises NotTheContract without status or body."""
    if not isinstance(result, Mapping) or not isinstance(result.get("body"), str):
        raise not_the_contract(path, "it has no status and body, which an HTTP API needs")
    try:
        headers = {name.lower(): value for name, value in (result.get("headers") or {}).items()}
        release_id = str(headers.get(RELEASE_HEADER) or "")
        return Response(int(result["statusCode"]), result["body"], release_id)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise not_the_contract(path, "its statusCode is not a number") from None


def unreachable(location: str, reason: str) -> ServiceUnreachable:
    """The error where no connection was made."""
    return ServiceUnreachable(
        f"The forecasting service at {location} cannot be reached ({reason}). "
        "Check the address, and that the service is up."
    )


def slow(location: str, seconds: float) -> ServiceSlow:
    """The error where no response came in time."""
    return ServiceSlow(
        f"The forecasting service at {location} did not answer within {seconds:g} seconds. "
        "It may be starting: try again in a minute."
    )


def failed(location: str, reason: str) -> ServiceFailed:
    """The error where the service broke."""
    return ServiceFailed(
        f"The forecasting service at {location} failed ({reason}). Its log has the details."
    )


def not_the_contract(path: str, reason: str) -> NotTheContract:
    """The error for a response that breaks the contract."""
    return NotTheContract(
        f"The response from {path} breaks the contract: {reason}. App and service may be of "
        "different versions: deploy both from one commit."
    )
