"""The live release as a reader has it: loaded once, and kept when the store fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

from energy.contract import ForecastTable, Manifest, Pointer, WeatherFacts
from energy.contract.panel import PANEL, Panel, SeriesForecast, panel_file
from energy.errors import ObjectMissing, RequestError, ServingError, StoreError, unknown_target
from energy.releases.bundle import (
    FUELS,
    HISTORY,
    MODEL,
    WEATHER,
    bad_document,
    load_document,
    read_file,
    read_manifest,
    read_table,
    verify_release,
)
from energy.releases.store import Store

CHAMPION = "champion.json"
TRACK_RECORD = "track_record.json"
NOT_PROMOTED = "it has no champion.json, so nothing was promoted yet."
T = TypeVar("T")


@dataclass(eq=False, repr=False)
class Release:
    """One release. Each file is read when it is first needed, verified, and kept.

    Every property raises `StoreError` if its file is altered or gone, or cannot be read now. In
    `cache`, users keep what they derive from the release, such as the unpickled champion.
    """

    store: Store
    pointer: Pointer
    manifest: Manifest
    table: ForecastTable
    cache: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def weather(self) -> WeatherFacts | None:
        """How the series responds to the weather; None if the release does not say."""
        return self._load(WEATHER, WeatherFacts.from_dict) if self._has(WEATHER) else None

    @cached_property
    def parts(self) -> dict[str, ForecastTable]:
        """Tables of the parts of the total, by target; empty if it was not broken down."""

        def build(document: dict[str, Any]) -> dict[str, ForecastTable]:
            tables = document["tables"].items()
            return {name: ForecastTable.from_dict(table) for name, table in tables}

        return self._load(FUELS, build) if self._has(FUELS) else {}

    @cached_property
    def panel(self) -> Panel | None:
        """A summary of every other series of a long table; None if there are none."""
        return self._load(PANEL, Panel.from_dict) if self._has(PANEL) else None

    def panel_series(self, name: str) -> SeriesForecast:
        """Return one series of the panel; only the file that has it is read.

        The codes of the errors are "series_left_out", "unknown_target" and "not_in_release".
        """
        panel = self.panel
        if panel is None:
            raise self._not_in_release(PANEL)
        if name in panel.left_out:
            message = f"There is no forecast of '{name}': {panel.left_out[name]}."
            raise RequestError(message, code="series_left_out", field="target")
        if name not in panel.series:
            raise unknown_target(name, panel.series)
        file = panel_file(name, panel.files)
        document = self.document(file)
        try:
            return SeriesForecast.from_dict(document["series"][name])
        except (KeyError, TypeError, ValueError) as error:
            reason = f"it has no {name!a} ({type(error).__name__}: {error})"
            raise bad_document(file, reason) from error

    @cached_property
    def history(self) -> tuple[str, tuple[float, ...]]:
        """The series it was made from: its first month, and its values in the release's unit."""

        def build(document: dict[str, Any]) -> tuple[str, tuple[float, ...]]:
            return document["first_month"], tuple(map(float, document["values"]))

        return self._load(HISTORY, build)

    def document(self, name: str) -> dict[str, Any]:
        """Return one of its JSON files, as published; ServingError if the release has none."""
        if not self._has(name):
            raise self._not_in_release(name)
        if name not in self.cache:
            self.cache[name] = self._load(name, dict)
        return cast(dict[str, Any], self.cache[name])

    def model(self) -> bytes:
        """Return the pickled champion's verified bytes; they are not kept."""
        return read_file(self.store, self.manifest, MODEL)

    def _has(self, name: str) -> bool:
        return name in self.manifest.files

    def _load(self, name: str, build: Callable[[dict[str, Any]], T]) -> T:
        title = f"{name} of release {self.manifest.release_id}"
        return load_document(title, read_file(self.store, self.manifest, name), build)

    def _not_in_release(self, name: str) -> ServingError:
        return ServingError(
            f"The release {self.manifest.release_id} has no {name}: it was published before "
            "releases had one, or there was nothing to put in it. Publish anew with TrainFlow.",
            code="not_in_release",
        )


@dataclass(frozen=True)
class LiveRelease:
    """The release to answer from now; stale, for a reason, if the store could not be read."""

    release: Release
    stale: bool = False
    reason: str = ""


class ReleaseReader:
    """Reads the live release, keeps it, and checks for another one every `refresh_seconds`."""

    def __init__(
        self, store: Store, refresh_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Read nothing yet; `clock` gives seconds since any moment, never going back."""
        self.store = store
        self._refresh_seconds, self._clock = refresh_seconds, clock
        self._live: LiveRelease | None = None
        self._checked_at = 0.0

    def current(self) -> LiveRelease:
        """Return the live release; ServingError if none was read yet and none can be now."""
        now = self._clock()
        if self._live is None or now - self._checked_at >= self._refresh_seconds:
            self._live = self._check(self._live)
            self._checked_at = self._clock()  # a store that times out is not asked again at once
        return self._live

    def _check(self, live: LiveRelease | None) -> LiveRelease:
        try:
            pointer = read_champion(self.store)
            if pointer is None:
                reason = NOT_PROMOTED
            elif live and live.release.manifest.release_id == pointer.release_id:
                return LiveRelease(live.release)
            else:
                # With a release to fall back on, a new one is verified in full; without, only what
                # is needed first is read.
                read = verify_release if live else read_manifest
                manifest = read(self.store, pointer.release_id)
                table = read_table(self.store, manifest)
                return LiveRelease(Release(self.store, pointer, manifest, table))
        except StoreError as error:
            reason = str(error)
        if live is None:
            raise no_release(self.store, reason)
        return LiveRelease(live.release, stale=True, reason=reason)


def read_champion(store: Store) -> Pointer | None:
    """Return the pointer to the live release; None if nothing was promoted yet."""
    return read_pointer(store)[0]


def read_pointer(store: Store) -> tuple[Pointer | None, str | None]:
    """Return the pointer as `read_champion` does, and its version for `Store.swap`."""
    stored = store.read_versioned(CHAMPION)
    if stored is None:
        return None, None
    return load_document(CHAMPION, stored[0], Pointer.from_dict), stored[1]


def read_track_record(store: Store, build: Callable[[dict[str, Any]], T]) -> T:
    """Return the track record, built by such as `TrackRecord.from_dict`; ServingError if none."""
    try:
        data = store.read(TRACK_RECORD)
    except ObjectMissing as error:
        raise ServingError(
            f"The store {store.url} has no {TRACK_RECORD} yet: it is written when the first "
            "forecast months are published.",
            code="no_track_record",
        ) from error
    return load_document(TRACK_RECORD, data, build)


def no_release(store: Store, reason: str) -> ServingError:
    """The error for a store without a release to answer from."""
    return ServingError(
        f"There is no release to answer from in the store {store.url}: {reason} "
        "Publish one with TrainFlow, or try again once the store can be read.",
        code="no_release",
    )
