"""The live release as a reader holds it: loaded once, kept when the store fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

from energy import legacy_errors
from energy.contract import ForecastTable, Manifest, Pointer, WeatherFacts
from energy.contract.panel import PANEL, Panel, SeriesForecast, panel_file
from energy.errors import ObjectMissing, StoreError
from energy.releases.bundle import (
    FUELS,
    HISTORY,
    MODEL,
    WEATHER,
    decode_document,
    load_document,
    read_file,
    read_manifest,
    read_table,
    verify_release,
)
from energy.releases.promotion import read_champion
from energy.releases.store import Store

TRACK_RECORD = "track_record.json"
T = TypeVar("T")


@dataclass(eq=False, repr=False)
class Release:
    """One release, of which each file is read when it is first needed, verified, and kept.

    Every property raises `StoreError` if its file is altered, gone, or cannot be read now.

    Attributes:
        store: Where it lives.
        pointer: Why it is in service.
        manifest: Its first page.
        table: The published forecast.
        kept: Whatever a user of the release derives from it and wants to keep as long: the
            unpickled champion, documents that were asked for.
    """

    store: Store
    pointer: Pointer
    manifest: Manifest
    table: ForecastTable
    kept: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def weather(self) -> WeatherFacts | None:
        """How the series answers to the weather; None if the release does not tell."""
        if WEATHER not in self.manifest.files:
            return None
        return self._load(WEATHER, WeatherFacts.from_dict)

    @cached_property
    def parts(self) -> dict[str, ForecastTable]:
        """Tables of the parts of the total, by target; empty if it was not broken down."""
        if FUELS not in self.manifest.files:
            return {}

        def build(document: dict[str, Any]) -> dict[str, ForecastTable]:
            tables = document["tables"].items()
            return {name: ForecastTable.from_dict(table) for name, table in tables}

        return self._load(FUELS, build)

    @cached_property
    def panel(self) -> Panel | None:
        """Every other series of a long table, summed up; None if there is none."""
        if PANEL not in self.manifest.files:
            return None
        return self._load(PANEL, Panel.from_dict)

    def of_panel(self, name: str) -> SeriesForecast:
        """One series of the panel, of which only the file that holds it is read.

        Raises:
            SeriesLeftOut: The panel has no forecast of it, and says why.
            UnknownTarget: It holds no such series.
            NotInRelease: There is no panel.
        """
        panel = self.panel
        if panel is None:
            raise legacy_errors.NotInRelease(self.manifest.release_id, PANEL)
        if name in panel.left_out:
            raise legacy_errors.SeriesLeftOut(name, panel.left_out[name])
        if name not in panel.series:
            raise legacy_errors.UnknownTarget(name, panel.series)
        document = self.document(panel_file(name, panel.files))
        try:
            return SeriesForecast.from_dict(document["series"][name])
        except (KeyError, TypeError, ValueError) as error:
            told = f"{type(error).__name__}: {error}"
            raise legacy_errors.BadDocument(
                panel_file(name, panel.files), f"it has no {name!a} ({told})"
            ) from error

    @cached_property
    def history(self) -> tuple[str, tuple[float, ...]]:
        """The series it was made from: its first month, and its figures in the release's unit."""

        def build(document: dict[str, Any]) -> tuple[str, tuple[float, ...]]:
            return document["first_month"], tuple(map(float, document["values"]))

        return self._load(HISTORY, build)

    def document(self, name: str) -> dict[str, Any]:
        """One of its JSON files, as published.

        Raises:
            NotInRelease: The release does not hold it.
        """
        if name not in self.manifest.files:
            raise legacy_errors.NotInRelease(self.manifest.release_id, name)
        if name not in self.kept:
            self.kept[name] = self._load(name, dict)
        return cast(dict[str, Any], self.kept[name])

    def model(self) -> bytes:
        """The pickled champion's verified bytes, for whoever unpickles it; not kept."""
        return read_file(self.store, self.manifest, MODEL)

    def _load(self, name: str, build: Callable[[dict[str, Any]], T]) -> T:
        key = f"{name} of release {self.manifest.release_id}"
        return load_document(key, read_file(self.store, self.manifest, name), build)


@dataclass(frozen=True)
class LiveRelease:
    """The release to answer from now.

    Attributes:
        release: It.
        stale: Whether the store could not tell, or not deliver, what should be in service.
        reason: Why it is stale, or ''.
    """

    release: Release
    stale: bool = False
    reason: str = ""


class ReleaseReader:
    """Holds the release in service and looks for another one now and then."""

    def __init__(
        self, store: Store, refresh_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Read nothing yet.

        Args:
            store: Where releases live.
            refresh_seconds: How long to rely on what was read before looking again.
            clock: Seconds since any moment, never going back.
        """
        self.store = store
        self._refresh_seconds, self._clock = refresh_seconds, clock
        self._held: LiveRelease | None = None
        self._looked = 0.0

    def current(self) -> LiveRelease:
        """The release in service, looked up anew if that was long enough ago.

        Raises:
            NoRelease: None is held, and none can be read.
        """
        now = self._clock()
        if self._held is None or now - self._looked >= self._refresh_seconds:
            self._held = self._look(self._held)
            self._looked = self._clock()  # a store that times out is not asked again at once
        return self._held

    def track_record(self) -> dict[str, Any]:
        """How published forecasts fared, as it stands in the store.

        Raises:
            NoTrackRecord: It was not written yet.
            StoreError: It cannot be read.
        """
        try:
            return decode_document(TRACK_RECORD, self.store.read(TRACK_RECORD))
        except ObjectMissing as error:
            raise legacy_errors.NoTrackRecord(self.store.url) from error

    def _look(self, held: LiveRelease | None) -> LiveRelease:
        try:
            pointer = read_champion(self.store)
            if pointer is None:
                reason = "it has no champion.json, so nothing was promoted yet."
            elif held and held.release.manifest.release_id == pointer.release_id:
                return LiveRelease(held.release)
            else:
                return LiveRelease(self._read(pointer, whole=held is not None))
        except StoreError as error:
            reason = str(error)
        if held is None:
            raise legacy_errors.NoRelease(self.store.url, reason)
        return LiveRelease(held.release, stale=True, reason=reason)

    def _read(self, pointer: Pointer, whole: bool) -> Release:
        """Read a release: `whole` if there is one to fall back on, what is needed first if not."""
        check = verify_release if whole else read_manifest
        manifest = check(self.store, pointer.release_id)
        return Release(self.store, pointer, manifest, read_table(self.store, manifest))
