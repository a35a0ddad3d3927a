"""The queries of pages, each sent once for a release.

Answers are cached under the id of their release, so that a rerun sends nothing twice and a new
release shows without a restart. While the service fails, the last release stays, marked as such.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

import streamlit as st

from energy.contract.track_record import TrackRecord
from energy.errors import AnotherRelease, EnergyError
from energy.settings import Settings
from streamlit_app.client import choose_transport
from streamlit_app.client.client import Client
from streamlit_app.client.documents import ReleaseInfo

P = ParamSpec("P")
T = TypeVar("T")
REFRESH_SECONDS = 30.0
"""How often to ask for the live release."""


@dataclass(frozen=True, slots=True)
class ReleaseStatus:
    """The release to show if one was ever read, when it was confirmed, and why it cannot be now."""

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
        """Keep the client, a monotonic clock in seconds and the time of day; nothing is sent."""
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


@st.cache_data(show_spinner=False, max_entries=400)
def _answer(method: str, *arguments: object) -> Any:
    """The answer of a client's method; after that of another release, the live one is read."""
    try:
        return getattr(release_watch().client, method)(*arguments)
    except AnotherRelease:
        release_watch().refresh()
        raise


def _cached(method: Callable[Concatenate[Client, P], T]) -> Callable[P, T]:
    """A method of the client, whose last argument is the id of the release."""

    def query(*args: P.args, **kwargs: P.kwargs) -> T:
        answer: T = _answer(method.__name__, *args, **kwargs)
        return answer

    return query


forecast = _cached(Client.forecast)
scores = _cached(Client.scores)
history = _cached(Client.history)
weather = _cached(Client.weather)
panel = _cached(Client.panel)
series = _cached(Client.series)
folds = _cached(Client.folds)
data = _cached(Client.data)


@st.cache_data(show_spinner=False, max_entries=2, ttl=REFRESH_SECONDS)
def track_record(release_id: str) -> TrackRecord:
    """The track record, which changes more often than the release."""
    return release_watch().client.track_record()
