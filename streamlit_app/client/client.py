"""The client: the service's routes as methods, over any transport."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import pandas as pd

from energy.contract import RELEASE_HEADER, Forecast, ForecastRequest, WeatherFacts
from energy.contract.panel import Panel, SeriesForecast
from energy.contract.track_record import TrackRecord
from energy.errors import AnotherRelease, ClientError, ServiceRefused
from energy.forecasting.folds import read_folds_document
from streamlit_app.client import documents
from streamlit_app.client.documents import ReleaseData, ReleaseInfo, ReleaseScores
from streamlit_app.client.transport import Request, Response, Transport, failed, not_the_contract

T = TypeVar("T")
FORECAST = "/v1/forecast"


class Client:
    """Typed access to the service.

    Every method raises ClientError: ServiceRefused with the code of the contract, NotTheContract,
    or an error of the transport. With a `release_id`, a response of another release raises
    AnotherRelease: an instance of the function may be a minute behind the others.
    """

    def __init__(self, transport: Transport) -> None:
        """Keep the transport; nothing is sent yet."""
        self.transport = transport

    def release(self) -> ReleaseInfo:
        """The live release."""
        return self._send(Request("/v1/release"), ReleaseInfo.from_dict)

    def forecast(self, request: ForecastRequest, release_id: str = "") -> Forecast:
        """A forecast: by GET where a query can hold the request, else by POST."""
        body = request.to_dict()
        if request.weather or request.observations:
            http_request = Request(FORECAST, body=body)
        else:
            query = {
                name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
                for name, value in body.items()
            }
            http_request = Request(FORECAST, query)
        forecast = self._send(http_request, documents.read_forecast, release_id)
        if release_id and forecast.release_id != release_id:
            raise _another_release(release_id, forecast.release_id)
        return forecast

    def scores(self, release_id: str = "") -> ReleaseScores:
        """The scores of every forecaster, and why the champion was chosen."""
        return self._document("scores", ReleaseScores.from_dict, release_id)

    def history(self, release_id: str = "") -> pd.Series:
        """The series that the release was made from."""
        return self._document("history", documents.read_history, release_id)

    def weather(self, release_id: str = "") -> WeatherFacts:
        """The sensitivity of the series to the weather."""
        return self._document("weather", WeatherFacts.from_dict, release_id)

    def folds(self, release_id: str = "") -> dict[str, pd.DataFrame]:
        """The fold frame of every forecaster; see `energy.forecasting.folds`."""
        return self._document("folds", read_folds_document, release_id)

    def data(self, release_id: str = "") -> ReleaseData:
        """The data that the release was made from."""
        return self._document("data", ReleaseData.from_dict, release_id)

    def panel(self, release_id: str = "") -> Panel:
        """The summary of the other series of a long table."""
        return self._document("panel", Panel.from_dict, release_id)

    def series(self, name: str, release_id: str = "") -> SeriesForecast:
        """One of these series: its figures, its champion and its scores."""
        return self._document("series", SeriesForecast.from_dict, release_id, target=name)

    def track_record(self) -> TrackRecord:
        """The scores of published forecasts."""
        return self._send(Request("/v1/track-record"), TrackRecord.from_dict)

    def _document(
        self, name: str, read: Callable[[dict[str, Any]], T], release_id: str, **query: str
    ) -> T:
        """A document of the release, which only the response's header names."""
        request = Request(f"/v1/release/{name}", query)
        return self._send(request, read, release_id, needs_header=True)

    def _send(
        self,
        request: Request,
        read: Callable[[dict[str, Any]], T],
        release_id: str = "",
        needs_header: bool = False,
    ) -> T:
        response = self.transport.send(request)
        if release_id and response.release_id not in ("", release_id):
            raise _another_release(release_id, response.release_id)
        try:
            document = json.loads(response.text)
        except ValueError:
            if response.status >= 500:
                raise failed(self.transport.location, f"HTTP {response.status}") from None
            reason = f"HTTP {response.status} without JSON"
            raise not_the_contract(request.path, reason) from None
        if not isinstance(document, dict):
            raise not_the_contract(request.path, "its JSON is not an object")
        if response.status != 200:
            raise self._error(request, response, document)
        if release_id and needs_header and not response.release_id:
            raise not_the_contract(request.path, f"it has no header {RELEASE_HEADER}")
        try:
            return read(document)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise not_the_contract(request.path, f"{type(error).__name__}: {error}") from None

    def _error(self, request: Request, response: Response, document: dict[str, Any]) -> ClientError:
        """The error of a response that is not 200, from the service or from a gateway before it."""
        try:
            error = document["error"]
            code, field = error["code"], error["field"]
            return ServiceRefused(f"{error['message']} ({code})", code=code, field=field)
        except (KeyError, TypeError):
            status = f"HTTP {response.status}"
            if response.status >= 500 or response.status == 429:
                return failed(self.transport.location, status)
            return not_the_contract(request.path, f"{status} without an error body")


def _another_release(expected: str, actual: str) -> AnotherRelease:
    return AnotherRelease(
        f"Release {actual} answered, and this page shows {expected}: a new release is going live. "
        "Reload in a minute."
    )
