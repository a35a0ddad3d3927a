"""The function that Lambda calls: `lambda_handler.app.handler`."""

from __future__ import annotations

from functools import cache
from typing import Any

from energy.releases.reader import ReleaseReader
from energy.releases.store import open_store
from energy.settings import Settings
from lambda_handler.routes import RequestHandler


@cache
def _reader() -> ReleaseReader:
    """The reader of this process; an error is not kept, so the next request tries again."""
    settings = Settings.from_environment()
    return ReleaseReader(open_store(settings.store), settings.refresh_seconds)


_service = RequestHandler(_reader)


def handler(event: object, context: Any) -> Any:
    """Answer one event.

    Args:
        event: A direct invocation (the contract's body), or an HTTP API v2 event.
        context: Lambda's; its request id goes into the log.

    Returns:
        The contract's forecast or error body; for an HTTP event, an answer with that as its body.
    """
    return _service.handle(event, str(getattr(context, "aws_request_id", "")))
