"""A handler that does nothing: measures the share of emulator and client in a load run."""

from __future__ import annotations

from typing import Any


def handler(event: object, context: Any) -> dict[str, Any]:
    """Return an empty answer in API Gateway's format."""
    return {"statusCode": 200, "body": "{}"}
