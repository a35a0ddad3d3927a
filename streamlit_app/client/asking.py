"""The client: the service's routes as functions, whatever the transport."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import pandas as pd

from energy import legacy_errors
from energy.contract import RELEASE_HEADER, Forecast, ForecastRequest, WeatherFacts
from energy.contract.panel import Panel, SeriesForecast
from energy.contract.track_record import TrackRecord
from energy.errors import NotTheContract, ServiceFailed, ServiceRefused
from energy.forecasting.folds import read_folds_document
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
    what is half an answer, NotTheContract. Where a method is told `of` which release is asked, an
    answer of another one is AnotherRelease: an instance may be a minute behind the rest.
    """

    def __init__(self, transport: Transport) -> None:
        """Ask nothing yet."""
        self.transport = transport

    def release(self) -> ReleaseInService:
        """The release in service."""
        return self._ask(Question("/v1/release"), ReleaseInService.of)

    def forecast(self, asked: ForecastRequest, of: str = "") -> Forecast:
        """A forecast: by GET where a query can hold the request, else by POST."""
        found = self._ask(self._question(asked), read_forecast, of)
        if of and found.release_id != of:
            raise legacy_errors.AnotherRelease(of, found.release_id)
        return found

    @staticmethod
    def _question(asked: ForecastRequest) -> Question:
        body = asked.to_dict()
        if asked.weather or asked.observations:
            return Question(PATH, body=body)
        query = {
            name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
            for name, value in body.items()
        }
        return Question(PATH, query=query)

    def scores(self, of: str = "") -> Scores:
        """How every forecaster did, and why the champion was chosen."""
        return self._document("scores", Scores.of, of)

    def history(self, of: str = "") -> pd.Series:
        """The series that the release was made from."""
        return self._document("history", read_history, of)

    def weather(self, of: str = "") -> WeatherFacts:
        """How the series answers to the weather."""
        return self._document("weather", WeatherFacts.from_dict, of)

    def folds(self, of: str = "") -> dict[str, pd.DataFrame]:
        """The folds of every forecaster; see `energy.forecasting.folds`."""
        return self._document("folds", read_folds_document, of)

    def data(self, of: str = "") -> Data:
        """The data that the release was made from."""
        return self._document("data", Data.of, of)

    def panel(self, of: str = "") -> Panel:
        """The other series of a long table, summed up."""
        return self._document("panel", Panel.from_dict, of)

    def series(self, name: str, of: str = "") -> SeriesForecast:
        """One of them: its figures, its champion, and how that fared."""
        question = Question("/v1/release/series", query={"target": name})
        return self._ask(question, SeriesForecast.from_dict, of, is_told=True)

    def track_record(self) -> TrackRecord:
        """How published forecasts fared."""
        return self._ask(Question("/v1/track-record"), TrackRecord.from_dict)

    def _document(self, name: str, read: Callable[[dict[str, Any]], T], of: str) -> T:
        return self._ask(Question(f"/v1/release/{name}"), read, of, is_told=True)

    def _ask(
        self,
        question: Question,
        read: Callable[[dict[str, Any]], T],
        of: str = "",
        is_told: bool = False,
    ) -> T:
        """Ask and read.

        Args:
            question: What.
            read: Reads the answer.
            of: Which release, or '' for any.
            is_told: Whether the header alone tells which release the answer is from.
        """
        answer = self.transport.ask(question)
        if of and answer.release_id not in ("", of):
            raise legacy_errors.AnotherRelease(of, answer.release_id)
        try:
            document = json.loads(answer.text)
        except ValueError:
            raise self._no_json(question, answer) from None
        if not isinstance(document, dict):
            raise legacy_errors.NotTheContract(question.path, "it is JSON, and no object")
        if answer.status != 200:
            raise self._refused(question, answer, document)
        if of and is_told and not answer.release_id:
            raise legacy_errors.NotTheContract(question.path, f"it has no header {RELEASE_HEADER}")
        try:
            return read(document)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"{type(error).__name__}: {error}"
            raise legacy_errors.NotTheContract(question.path, reason) from None

    def _no_json(self, question: Question, answer: Answer) -> Exception:
        if answer.status >= 500:
            return legacy_errors.ServiceFailed(self.transport.where, f"HTTP {answer.status}")
        return legacy_errors.NotTheContract(question.path, f"HTTP {answer.status} and no JSON")

    def _refused(
        self, question: Question, answer: Answer, document: dict[str, Any]
    ) -> ServiceRefused | ServiceFailed | NotTheContract:
        try:
            told = document["error"]
            return legacy_errors.ServiceRefused(
                answer.status, told["code"], told["message"], told["field"]
            )
        except (KeyError, TypeError):  # a gateway's own words
            if answer.status >= 500 or answer.status == 429:
                return legacy_errors.ServiceFailed(self.transport.where, f"HTTP {answer.status}")
            return legacy_errors.NotTheContract(
                question.path, f"HTTP {answer.status} and no error body"
            )
