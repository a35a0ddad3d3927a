"""What every transport does: ask the HTTP contract and bring back a status and a text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from energy import legacy_errors
from energy.contract import RELEASE_HEADER


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: HTTP status.
        text: The body.
        release_id: The release that it says it is from, or ''.
    """

    status: int
    text: str
    release_id: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        path: Such as `/v1/forecast`.
        query: Parameters of a GET.
        body: What to POST as JSON; None for a GET.
    """

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None

    @property
    def method(self) -> str:
        """GET or POST."""
        return "GET" if self.body is None else "POST"


class Transport(Protocol):
    """A way to ask the service.

    Attributes:
        kind: What is asked, for a visitor, who need not know where it is.
    """

    kind: str

    @property
    def where(self) -> str:
        """Who is asked, for a person."""

    def ask(self, question: Question) -> Answer:
        """Ask once.

        Raises:
            ServiceUnreachable: Nobody answered.
            ServiceSlow: Nobody answered in time.
            ServiceFailed: The service broke.
        """


def http_event(asked: Question) -> dict[str, Any]:
    """The question as API Gateway's HTTP API (payload 2.0) puts it to the function."""
    event: dict[str, Any] = {
        "version": "2.0",
        "rawPath": asked.path,
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "http": {"method": asked.method, "path": asked.path},
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    if asked.query:
        event["queryStringParameters"] = dict(asked.query)
    if asked.body is not None:
        event["body"] = json.dumps(asked.body)
    return event


def from_event(path: str, result: object) -> Answer:
    """What the function answered to an `http_event`.

    Raises:
        NotTheContract: It is something else.
    """
    if not isinstance(result, Mapping) or not isinstance(result.get("body"), str):
        raise legacy_errors.NotTheContract(path, "no status and body, as an HTTP API wants them")
    try:
        told = {str(name).lower(): value for name, value in (result.get("headers") or {}).items()}
        return Answer(
            int(result["statusCode"]), result["body"], str(told.get(RELEASE_HEADER) or "")
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise legacy_errors.NotTheContract(path, "its statusCode is no number") from None
