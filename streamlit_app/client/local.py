"""In this process, on a store: the handler's own service, for a machine with no cloud account."""

from __future__ import annotations

import threading
from functools import cache, cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING

from energy import legacy_errors
from energy.settings import Settings
from streamlit_app.client.answers import Answer, Question, from_event, http_event

if TYPE_CHECKING:
    from lambda_handler.log import RequestLog
    from lambda_handler.routes import RequestHandler

NEEDED = "sktime"
"""What a fitted champion is unpickled with."""


class Local:
    """The service, as Lambda would run it, without Lambda."""

    kind = "this process"

    def __init__(self, settings: Settings) -> None:
        """Read nothing yet.

        Args:
            settings: Where the store is, and how often to look for a new release.
        """
        self._settings, self._one_at_a_time = settings, threading.Lock()

    @property
    def where(self) -> str:
        return f"this process, on the store {self._settings.store}"

    def ask(self, question: Question) -> Answer:
        event = http_event(question)
        if question.body is None:
            return from_event(question.path, self._service.handle(event))
        with self._one_at_a_time:  # unpickles the champion, once
            answer = from_event(question.path, self._service.handle(event))
        is_champions = answer.status == 500 or '"champion_' in answer.text
        if is_champions and find_spec(NEEDED) is None:
            raise legacy_errors.ChampionNotHere(NEEDED)
        return answer

    def warm(self) -> None:
        """Import what the champion needs, so that the first what-if does not wait for it."""
        if find_spec(NEEDED) is not None:
            import sktime.base  # noqa: F401

            import energy.serving.champion  # noqa: F401

    @cached_property
    def _service(self) -> RequestHandler:
        from energy.releases.reader import ReleaseReader
        from energy.releases.store import open_store
        from lambda_handler.routes import RequestHandler

        settings = self._settings

        @cache
        def reader() -> ReleaseReader:  # a store that cannot be opened is told to whoever asks
            return ReleaseReader(open_store(settings.store), settings.refresh_seconds)

        return RequestHandler(reader, log=_tell_faults)


def _tell_faults(told: RequestLog, milliseconds: float) -> None:
    """Log what went wrong here; whoever runs the app at a terminal needs no line for the rest."""
    from lambda_handler.log import write_log

    if told.status >= 500:
        write_log(told, milliseconds)
