"""The client: the service's routes as functions, whatever the transport."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import pandas as pd

from energy.contract import Forecast, ForecastRequest, TrackRecord, WeatherFacts
from energy.errors import NotTheContract, ServiceFailed, ServiceRefused
from energy.forecasting.fold_files import from_document
from streamlit_app.client.answers import Answer, Question, Transport
from streamlit_app.client.documents import (
    Data,
    ReleaseInService,
    Scores,
    read_forecast,
    read_history,
)

T = TypeVar("T")
PATH = "/v1/forecast"


class Client:
    """Asks the service; every method raises ClientError, or an EnergyError of the settings.

    Refusals of the contract are ServiceRefused; what is no answer at all, the transport's errors;
    what is half an answer, NotTheContract.
    """

    def __init__(self, transport: Transport) -> None:
        """Ask nothing yet."""
        self.transport = transport

    def release(self) -> ReleaseInService:
        """The release in service."""
        return self._ask(Question("/v1/release"), ReleaseInService.of)

    def forecast(self, asked: ForecastRequest) -> Forecast:
        """A forecast: by GET where a query can hold the request, else by POST."""
        body = asked.to_dict()
        if asked.weather or asked.observations:
            return self._ask(Question(PATH, body=body), read_forecast)
        query = {
            name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
            for name, value in body.items()
        }
        return self._ask(Question(PATH, query=query), read_forecast)

    def scores(self) -> Scores:
        """How every forecaster did, and why the champion was chosen."""
        return self._ask(Question("/v1/release/scores"), Scores.of)

    def history(self) -> pd.Series:
        """The series that the release was made from."""
        return self._ask(Question("/v1/release/history"), read_history)

    def weather(self) -> WeatherFacts:
        """How the series answers to the weather."""
        return self._ask(Question("/v1/release/weather"), WeatherFacts.from_dict)

    def folds(self) -> dict[str, pd.DataFrame]:
        """The folds of every forecaster; see `energy.forecasting.fold_files`."""
        return self._ask(Question("/v1/release/folds"), from_document)

    def data(self) -> Data:
        """The data that the release was made from."""
        return self._ask(Question("/v1/release/data"), Data.of)

    def track_record(self) -> TrackRecord:
        """How published forecasts fared."""
        return self._ask(Question("/v1/track-record"), TrackRecord.from_dict)

    def _ask(self, question: Question, read: Callable[[dict[str, Any]], T]) -> T:
        answer = self.transport.ask(question)
        try:
            document = json.loads(answer.text)
        except ValueError:
            raise self._no_json(question, answer) from None
        if not isinstance(document, dict):
            raise NotTheContract(question.path, "it is JSON, and no object")
        if answer.status != 200:
            raise self._refused(question, answer, document)
        try:
            return read(document)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"{type(error).__name__}: {error}"
            raise NotTheContract(question.path, reason) from None

    def _no_json(self, question: Question, answer: Answer) -> Exception:
        if answer.status >= 500:
            return ServiceFailed(self.transport.where, f"HTTP {answer.status}")
        return NotTheContract(question.path, f"HTTP {answer.status} and no JSON")

    def _refused(
        self, question: Question, answer: Answer, document: dict[str, Any]
    ) -> ServiceRefused | ServiceFailed | NotTheContract:
        try:
            told = document["error"]
            return ServiceRefused(answer.status, told["code"], told["message"], told["field"])
        except (KeyError, TypeError):  # a gateway's own words
            if answer.status >= 500 or answer.status == 429:
                return ServiceFailed(self.transport.where, f"HTTP {answer.status}")
            return NotTheContract(question.path, f"HTTP {answer.status} and no error body")
