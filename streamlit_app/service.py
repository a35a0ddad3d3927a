"""What pages ask: the service through the client, each thing once for a release.

Everything is kept under the id of its release, so that a rerun asks nothing twice and a new release
shows without a restart. When the service fails, the release seen last goes on, marked.
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
from streamlit_app.client import Client, Data, ReleaseInService, Scores, choose

T = TypeVar("T")
FRESH_SECONDS = 30.0
"""How long the release in service is taken for granted."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The release in service, as far as is known.

    Attributes:
        release: The one to show; None if none was ever seen.
        read_at: When it was last confirmed, UTC.
        trouble: Why it could not be confirmed just now, or None.
    """

    release: ReleaseInService | None = None
    read_at: datetime | None = None
    trouble: EnergyError | None = None


class Watch:
    """Asks now and then which release is in service, for all sessions together."""

    def __init__(
        self,
        client: Client,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Ask nothing yet.

        Args:
            client: Whom to ask.
            clock: Seconds since any moment, never going back.
            now: The time of day.
        """
        self.client = client
        self._clock, self._now = clock, now
        self._seen, self._looked = Seen(), float("-inf")
        self._lock, self._is_warm = threading.Lock(), False

    def current(self) -> Seen:
        """What is in service; a failure is not asked about again at once either."""
        with self._lock:
            if self._clock() - self._looked >= FRESH_SECONDS:
                try:
                    self._seen = Seen(self.client.release(), self._now())
                except EnergyError as error:
                    self._seen = Seen(self._seen.release, self._seen.read_at, error)
                self._looked = self._clock()
            return self._seen

    def again(self) -> None:
        """Ask anew the next time."""
        self._looked = float("-inf")

    def warm(self) -> None:
        """Once, in the background: let the transport get ready for what-ifs, if it has to."""
        if not self._is_warm and (ready := getattr(self.client.transport, "warm", None)):
            threading.Thread(target=ready, daemon=True).start()
        self._is_warm = True


@st.cache_resource(show_spinner=False)
def watch() -> Watch:
    """The one of this process."""
    return Watch(Client(choose(Settings.from_environment())))


def _asked(ask: Callable[[Client], T]) -> T:
    """What is answered; an answer of another release is not kept, and the next look is at once."""
    try:
        return ask(watch().client)
    except AnotherRelease:
        watch().again()
        raise


def forecast(release_id: str, asked: ForecastRequest) -> Forecast:
    """That release's answer.

    Raises:
        AnotherRelease: Another one answered.
        ClientError: As the client.
    """
    return _forecast(release_id, json.dumps(asked.to_dict(), sort_keys=True))


@st.cache_data(show_spinner=False, max_entries=400)
def _forecast(release_id: str, body: str) -> Forecast:
    asked = ForecastRequest.from_dict(json.loads(body))
    return _asked(lambda client: client.forecast(asked, release_id))


@st.cache_data(show_spinner=False, max_entries=8)
def scores(release_id: str) -> Scores:
    """That release's scores."""
    return _asked(lambda client: client.scores(release_id))


@st.cache_data(show_spinner=False, max_entries=8)
def history(release_id: str) -> pd.Series:
    """The series that the release was made from."""
    return _asked(lambda client: client.history(release_id))


@st.cache_data(show_spinner=False, max_entries=8)
def weather(release_id: str) -> WeatherFacts:
    """How the release's series answers to the weather."""
    return _asked(lambda client: client.weather(release_id))


@st.cache_data(show_spinner=False, max_entries=4)
def panel(release_id: str) -> Panel:
    """The other series of the release's long table, summed up."""
    return _asked(lambda client: client.panel(release_id))


@st.cache_data(show_spinner=False, max_entries=100)
def series(release_id: str, name: str) -> SeriesForecast:
    """One of them."""
    return _asked(lambda client: client.series(name, release_id))


@st.cache_data(show_spinner=False, max_entries=4)
def folds(release_id: str) -> dict[str, pd.DataFrame]:
    """That release's folds, by forecaster."""
    return _asked(lambda client: client.folds(release_id))


@st.cache_data(show_spinner=False, max_entries=4)
def data(release_id: str) -> Data:
    """The data that the release was made from."""
    return _asked(lambda client: client.data(release_id))


@st.cache_data(show_spinner=False, max_entries=2, ttl=FRESH_SECONDS)
def track_record(release_id: str) -> TrackRecord:
    """How published forecasts fared; it changes more often than releases do."""
    return watch().client.track_record()
