"""Publish a release: write it, check it, and promote it if it passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from energy.contract import SCHEMA, ForecastTable, Lineage, Manifest, Pointer, WeatherFacts
from energy.contract.panel import Panel, SeriesForecast, panel_documents
from energy.errors import PromotionLost, StoreError, StoreUnreachable, UnknownSchema
from energy.forecasting import folds
from energy.forecasting.folds import read_folds_document
from energy.forecasting.metrics import Score
from energy.forecasting.models import VERSION
from energy.pipelines import gate
from energy.pipelines.gate import Incumbent
from energy.pipelines.train import Breakdown, Comparison
from energy.releases.bundle import (
    DATA,
    FOLDS,
    FORECAST,
    FUELS,
    HISTORY,
    MODEL,
    SCORES,
    WEATHER,
    digest,
    encode_document,
    iso_timestamp,
    load_document,
    read_files,
    read_manifest,
    read_table_document,
    release_id,
    write_release,
)
from energy.releases.promotion import REFUSED, Check, Decision, promote, record_decision
from energy.releases.reader import read_champion
from energy.releases.store import Store
from energy.serving import smoke_test


@dataclass(frozen=True, slots=True)
class ReleaseDraft:
    """Everything that a release is made of.

    Attributes:
        table: The forecast.
        model: The fitted champion, as sktime's zip.
        comparison: How it was chosen.
        history: The series it was made from.
        weather: How the series answers to the weather; None without weather.
        breakdown: The parts of the total, adding up to it; None where they were not forecast.
        data: The data it was made from, as `energy.data.loader` gives them; None to leave out.
        title: What is forecast, in words.
        panel: The other series of a long table: summed up, and each; None where there are none.
    """

    table: ForecastTable
    model: bytes
    comparison: Comparison
    history: pd.Series
    weather: WeatherFacts | None = None
    breakdown: Breakdown | None = None
    data: dict[str, Any] | None = None
    title: str = ""
    panel: tuple[Panel, Sequence[SeriesForecast]] | None = None


@dataclass(frozen=True, slots=True)
class PublishResult:
    """A release, what was decided about it, and the one that was in service before it.

    Attributes:
        manifest: The release.
        pointer: `champion.json` as it now stands; None if the release was refused and nothing is in
            service.
        files: Its files by name, as published.
        before: Manifest and forecast table of the release in service until then, or None.
        trouble: Why the release before could not be read, or ''.
        checks: What the gate found.
    """

    manifest: Manifest
    pointer: Pointer | None
    files: dict[str, bytes]
    before: tuple[Manifest, ForecastTable] | None
    trouble: str = ""
    checks: tuple[Check, ...] = ()

    @property
    def promoted(self) -> bool:
        """Whether the release is in service."""
        return self.pointer is not None and self.pointer.release_id == self.manifest.release_id

    @property
    def failed(self) -> list[Check]:
        """The checks that kept it out of service."""
        return [check for check in self.checks if not check.passed]


def now_utc() -> datetime:
    """The time by this machine's clock."""
    return datetime.now(UTC)


def publish(
    store: Store,
    draft: ReleaseDraft,
    lineage: Lineage,
    answers: Callable[[str, str], Check] = smoke_test.smoke_test,
    clock: Callable[[], datetime] = now_utc,
) -> PublishResult:
    """Write the release, judge it, and put it in service if every check of the gate is passed.

    A release that is refused stays in the store, whole, and the decision beside it; the release in
    service is untouched.

    Args:
        store: Where to.
        draft: What the release is made of.
        lineage: Where it comes from; its Metaflow run is who decides.
        answers: Check whether a release of a store's URL answers, by its id.
        clock: Tells the time, UTC; a replay of history has its own.

    Raises:
        PromotionLost: Somebody else promoted while this release was judged; theirs stands.
        StoreError: The store failed or somebody else published; the release in service stands.
    """
    incumbent, before = _incumbent(store)
    manifest, files = write_draft(store, draft, lineage, clock())
    now, by = clock(), lineage.runs.get("metaflow", "")
    checks = (
        *gate.check_release(
            draft.comparison, manifest, incumbent, now, draft.panel and draft.panel[0]
        ),
        answers(store.url, manifest.release_id),
    )
    pointer, current = incumbent.pointer, incumbent.release_id
    if reason := gate.refusal_reason(checks):
        told = Decision(
            REFUSED, manifest.release_id, current, iso_timestamp(now), reason, by, checks=checks
        )
        record_decision(store, told)
    else:
        why = draft.comparison.why
        try:
            pointer = promote(
                store, manifest.release_id, why, now, by=by, checks=checks, instead_of=current
            )
        except PromotionLost as error:
            found = manifest.release_id, current, iso_timestamp(now), str(error), by
            record_decision(store, Decision(REFUSED, *found, checks=checks))
            raise
    return PublishResult(manifest, pointer, files, before, incumbent.trouble, checks)


def write_draft(
    store: Store, draft: ReleaseDraft, lineage: Lineage, now: datetime
) -> tuple[Manifest, dict[str, bytes]]:
    """Write a release without putting it in service; its manifest, and its files by name.

    Raises:
        StoreError: As `write_release`.
    """
    table, files = draft.table, _files(draft)
    planned = Manifest(
        release_id=release_id(table.cutoff, now, digest(files)),
        created_at=iso_timestamp(now),
        target=table.target,
        unit=table.unit,
        cutoff=table.cutoff,
        forecaster=table.forecaster,
        lineage=lineage,
        title=draft.title,
        attribution=draft.data["attribution"] if draft.data else "",
    )
    return write_release(store, planned, files), files


def _incumbent(store: Store) -> tuple[Incumbent, tuple[Manifest, ForecastTable] | None]:
    """The release in service; one that is damaged is no reason not to publish a sound one."""
    pointer = read_champion(store)
    if pointer is None:
        return Incumbent(), None
    manifest = None
    try:
        manifest = read_manifest(store, pointer.release_id)
        files = read_files(store, manifest)
        table, folds = read_table_document(manifest, files[FORECAST]), None
        if FOLDS in files:
            folds = load_document(FOLDS, files[FOLDS], read_folds_document)
    except (StoreUnreachable, UnknownSchema):  # the second: a newer version published it
        raise
    except StoreError as error:
        return Incumbent(pointer, manifest, trouble=str(error)), None
    return Incumbent(pointer, manifest, folds), (manifest, table)


def _files(draft: ReleaseDraft) -> dict[str, bytes]:
    documents = {
        FORECAST: draft.table.to_dict(),
        SCORES: _scores(draft.comparison),
        HISTORY: _history(draft.history, draft.table.unit),
    }
    if draft.comparison.folds:
        documents[FOLDS] = folds.folds_document(draft.comparison.folds, draft.table.unit)
    if draft.data:
        documents[DATA] = draft.data
    if draft.weather:
        documents[WEATHER] = draft.weather.to_dict()
    if draft.panel:
        documents |= panel_documents(*draft.panel)
    if draft.breakdown:
        documents[FUELS] = {"schema": SCHEMA, **draft.breakdown.to_dict()}
    return {MODEL: draft.model, **{n: encode_document(n, found) for n, found in documents.items()}}


def _scores(comparison: Comparison) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "why": comparison.why,
        "backtest": [score.to_dict() for score in comparison.ranked],
        "holdout": _by_name(comparison.holdout),
        "nowcast": _by_name(comparison.nowcast),
        "nowcast_holdout": _by_name(comparison.nowcast_holdout),
        "bench_version": VERSION,
        "single_origin_mape": comparison.single_origin,
    }


def _by_name(scores: dict[str, Score]) -> dict[str, object]:
    return {name: found.to_dict() for name, found in scores.items()}


def _history(y: pd.Series, unit: str) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "unit": unit,
        "first_month": str(y.index[0]),
        "values": [round(float(value), 6) for value in y],
    }
