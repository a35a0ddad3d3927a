"""The queries of pages, each sent once for a release.

Answers are cached under the id of their release, so that a rerun sends nothing twice and a new
release shows without a restart. While the service fails, the last release stays, marked as such.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import pandas as pd
import streamlit as st

from energy.contract import Forecast, ForecastRequest, WeatherFacts
from energy.contract.panel import Panel, SeriesForecast
from energy.contract.track_record import TrackRecord
from energy.errors import AnotherRelease, EnergyError
from energy.settings import Settings
from streamlit_app.client import (
    Client,
    ReleaseData,
    ReleaseInfo,
    ReleaseScores,
    choose_transport,
)

T = TypeVar("T")
REFRESH_SECONDS = 30.0
"""How often to ask for the live release."""


@dataclass(frozen=True, slots=True)
class ReleaseStatus:
    """The live release as last read.

    Attributes:
        release: The release to show; None if none was ever read.
        read_at: When it was last confirmed, UTC.
        error: Why it could not be confirmed this time, or None.
    """

    release: ReleaseInfo | None = None
    read_at: datetime | None = None
    error: EnergyError | None = None


class ReleaseWatch:
    """Looks for a new live release now and then, once for all sessions."""

    def __init__(
        self,
        client: Client,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Keep the client; nothing is sent yet.

        Args:
            client: The client to ask with.
            clock: A monotonic clock, in seconds.
            now: The time of day.
        """
        self.client = client
        self._clock, self._now = clock, now
        self._status, self._checked = ReleaseStatus(), float("-inf")
        self._lock, self._is_warm = threading.Lock(), False

    def current(self) -> ReleaseStatus:
        """The live release; a failure too is not repeated before REFRESH_SECONDS."""
        with self._lock:
            if self._clock() - self._checked >= REFRESH_SECONDS:
                try:
                    self._status = ReleaseStatus(self.client.release(), self._now())
                except EnergyError as error:
                    self._status = ReleaseStatus(self._status.release, self._status.read_at, error)
                self._checked = self._clock()
            return self._status

    def refresh(self) -> None:
        """Ask again the next time."""
        self._checked = float("-inf")

    def warm(self) -> None:
        """Prepare the transport for scenarios, once and in the background, if it can be."""
        if not self._is_warm and (warm := getattr(self.client.transport, "warm", None)):
            threading.Thread(target=warm, daemon=True).start()
        self._is_warm = True


@st.cache_resource(show_spinner=False)
def release_watch() -> ReleaseWatch:
    """The watch of this process."""
    return ReleaseWatch(Client(choose_transport(Settings.from_environment())))


def _query(send: Callable[[Client], T]) -> T:
    """The answer; after that of another release, the live release is read again at once."""
    try:
        return send(release_watch().client)
    except AnotherRelease:
        release_watch().refresh()
        raise


def forecast(release_id: str, request: ForecastRequest) -> Forecast:
    """The release's answer to a request."""
    return _forecast(release_id, json.dumps(request.to_dict(), sort_keys=True))


@st.cache_data(show_spinner=False, max_entries=400)
def _forecast(release_id: str, body: str) -> Forecast:
    request = ForecastRequest.from_dict(json.loads(body))
    return _query(lambda client: client.forecast(request, release_id))


@st.cache_data(show_spinner=False, max_entries=8)
def scores(release_id: str) -> ReleaseScores:
    """The release's scores."""
    return _query(lambda client: client.scores(release_id))


@st.cache_data(show_spinner=False, max_entries=8)
def history(release_id: str) -> pd.Series:
    """The series that the release was made from."""
    return _query(lambda client: client.history(release_id))


@st.cache_data(show_spinner=False, max_entries=8)
def weather(release_id: str) -> WeatherFacts:
    """The sensitivity of the release's series to the weather."""
    return _query(lambda client: client.weather(release_id))


@st.cache_data(show_spinner=False, max_entries=4)
def panel(release_id: str) -> Panel:
    """The summary of the other series of the release's long table."""
    return _query(lambda client: client.panel(release_id))


@st.cache_data(show_spinner=False, max_entries=100)
def series(release_id: str, name: str) -> SeriesForecast:
    """One of these series."""
    return _query(lambda client: client.series(name, release_id))


@st.cache_data(show_spinner=False, max_entries=4)
def folds(release_id: str) -> dict[str, pd.DataFrame]:
    """The release's fold frames by forecaster."""
    return _query(lambda client: client.folds(release_id))


@st.cache_data(show_spinner=False, max_entries=4)
def data(release_id: str) -> ReleaseData:
    """The data that the release was made from."""
    return _query(lambda client: client.data(release_id))


@st.cache_data(show_spinner=False, max_entries=2, ttl=REFRESH_SECONDS)
def track_record(release_id: str) -> TrackRecord:
    """The track record, which changes more often than the release."""
    return release_watch().client.track_record()
