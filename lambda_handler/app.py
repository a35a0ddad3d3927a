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
    """The reader of this process; errors are not cached, so the next request tries again."""
    settings = Settings.from_environment()
    return ReleaseReader(open_store(settings.store), settings.refresh_seconds)


_handler = RequestHandler(_reader)


def handler(event: object, context: Any) -> Any:
    """Answer one event: an HTTP event in API Gateway's format 2.0, or the body of a request."""
    return _handler.handle(event, str(getattr(context, "aws_request_id", "")))
