"""The transport inside this process: the Lambda handler's routes on a store, without a cloud."""

from __future__ import annotations

import threading
from functools import cache, cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING

from energy.errors import ChampionNotHere
from energy.settings import Settings
from streamlit_app.client.transport import Request, Response, http_event, read_result

if TYPE_CHECKING:
    from lambda_handler.log import RequestLog
    from lambda_handler.routes import RequestHandler

FORECASTING_PACKAGE = "sktime"
"""What a fitted champion cannot be loaded without."""


class Local:
    """The service as Lambda runs it, in this process."""

    kind = "this process"

    def __init__(self, settings: Settings) -> None:
        """Keep the settings: the store, and how often to look for a new release."""
        self._settings, self._champion_lock = settings, threading.Lock()

    @property
    def location(self) -> str:
        return f"this process, on the store {self._settings.store}"

    def send(self, request: Request) -> Response:
        event = http_event(request)
        if request.body is None:
            return read_result(request.path, self._handler.handle(event))
        with self._champion_lock:  # loads the champion once
            response = read_result(request.path, self._handler.handle(event))
        is_champion_error = response.status == 500 or '"champion_' in response.text
        if is_champion_error and find_spec(FORECASTING_PACKAGE) is None:
            raise ChampionNotHere(
                f"This request needs the fitted champion, and {FORECASTING_PACKAGE} is not "
                "installed here. Set ENERGY_API_URL or ENERGY_FUNCTION to a service that has it, "
                "or install the project's requirements.txt."
            )
        return response

    def warm(self) -> None:
        """Import what the champion needs, so that the first scenario does not wait for it."""
        if find_spec(FORECASTING_PACKAGE) is not None:
            import sktime.base  # noqa: F401

            import energy.serving.champion  # noqa: F401

    @cached_property
    def _handler(self) -> RequestHandler:
        from energy.releases.reader import ReleaseReader
        from energy.releases.store import open_store
        from lambda_handler.routes import RequestHandler

        settings = self._settings

        @cache
        def reader() -> ReleaseReader:  # so that a request reports a store that cannot be opened
            return ReleaseReader(open_store(settings.store), settings.refresh_seconds)

        return RequestHandler(reader, log=_log_faults)


def _log_faults(request_log: RequestLog, milliseconds: float) -> None:
    """Log faults of the service; the terminal that runs the app needs no line for the rest."""
    from lambda_handler.log import write_log

    if request_log.status >= 500:
        write_log(request_log, milliseconds)
