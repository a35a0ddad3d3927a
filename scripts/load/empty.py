"""The yardstick of the load test: a handler that does nothing, in the same emulator."""

from __future__ import annotations

from typing import Any


def handler(event: object, context: Any) -> dict[str, Any]:
    """Answer as API Gateway takes it, with nothing in it."""
    return {"statusCode": 200, "body": "{}"}
