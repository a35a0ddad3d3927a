"""Publish a release: write it, check it, and make it live if it passes the gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from energy.contract import SCHEMA, ForecastTable, Lineage, Manifest, Pointer, WeatherFacts
from energy.contract.panel import Panel, SeriesForecast, panel_documents
from energy.errors import PromotionLost, StoreError, StoreUnreachable, UnknownSchema
from energy.forecasting.folds import folds_document, read_folds_document
from energy.forecasting.metrics import Score
from energy.forecasting.models import VERSION
from energy.pipelines.gate import Incumbent, check_release, refusal_reason
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
from energy.serving.smoke_test import smoke_test


@dataclass(frozen=True, slots=True)
class ReleaseDraft:
    """The contents of a release before it is written.

    The model is the fitted champion as sktime's zip, the comparison has the backtests behind it,
    the history is the series in the training data. The rest is optional: the effect of weather,
    the parts of the total, the data document, and the other series of a long table.
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
    """A published release with its files by name, and the gate's decision.

    `pointer` is `champion.json` after the decision, or None if no release is live. `previous` is
    the release that was live before, or None; `error` says why it could not be read.
    """

    manifest: Manifest
    pointer: Pointer | None
    files: dict[str, bytes]
    previous: tuple[Manifest, ForecastTable] | None
    error: str = ""
    checks: tuple[Check, ...] = ()

    @property
    def promoted(self) -> bool:
        """Whether the release is live."""
        return self.pointer is not None and self.pointer.release_id == self.manifest.release_id

    @property
    def failed(self) -> list[Check]:
        """The checks that it did not pass."""
        return [check for check in self.checks if not check.passed]


def now_utc() -> datetime:
    """The time on this machine."""
    return datetime.now(UTC)


def publish(
    store: Store,
    draft: ReleaseDraft,
    lineage: Lineage,
    smoke_test: Callable[[str, str], Check] = smoke_test,
    clock: Callable[[], datetime] = now_utc,
) -> PublishResult:
    """Write a release, and make it live if every check of the gate passes.

    A rejected release stays in the store, complete, with the decision; the live release is
    unchanged. The Metaflow run in the lineage is recorded as the decider. `smoke_test` takes the
    store's URL and the release id and checks that the release answers; `clock` returns UTC.

    Raises:
        PromotionLost: Another publisher promoted during the checks; their release stays live.
        StoreError: The store failed, or another publisher wrote; the live release is unchanged.
    """
    incumbent, previous = _read_incumbent(store)
    manifest, files = write_draft(store, draft, lineage, clock())
    now, by = clock(), lineage.runs.get("metaflow", "")
    panel = draft.panel[0] if draft.panel else None
    checks = (
        *check_release(draft.comparison, manifest, incumbent, now, panel),
        smoke_test(store.url, manifest.release_id),
    )
    pointer, live_id = incumbent.pointer, incumbent.release_id

    def record_refusal(reason: str) -> None:
        decided_at = iso_timestamp(now)
        decision = Decision(REFUSED, manifest.release_id, live_id, decided_at, reason, by, checks)
        record_decision(store, decision)

    if reason := refusal_reason(checks):
        record_refusal(reason)
    else:
        try:
            pointer = promote(
                store,
                manifest.release_id,
                draft.comparison.why,
                now,
                by=by,
                checks=checks,
                instead_of=live_id,
            )
        except PromotionLost as error:
            record_refusal(str(error))
            raise
    return PublishResult(manifest, pointer, files, previous, incumbent.error, checks)


def write_draft(
    store: Store, draft: ReleaseDraft, lineage: Lineage, now: datetime
) -> tuple[Manifest, dict[str, bytes]]:
    """Write a release without making it live; returns its manifest, and its files by name."""
    table, files = draft.table, draft_files(draft)
    manifest = Manifest(
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
    return write_release(store, manifest, files), files


def draft_files(draft: ReleaseDraft) -> dict[str, bytes]:
    """The files of a release by name, without the manifest."""
    unit = draft.table.unit
    documents: dict[str, Any] = {
        FORECAST: draft.table.to_dict(),
        SCORES: _scores_document(draft.comparison),
        HISTORY: {
            "schema": SCHEMA,
            "unit": unit,
            "first_month": str(draft.history.index[0]),
            "values": [round(float(value), 6) for value in draft.history],
        },
    }
    if draft.comparison.folds:
        documents[FOLDS] = folds_document(draft.comparison.folds, unit)
    if draft.data:
        documents[DATA] = draft.data
    if draft.weather:
        documents[WEATHER] = draft.weather.to_dict()
    if draft.panel:
        documents |= panel_documents(*draft.panel)
    if draft.breakdown:
        documents[FUELS] = {"schema": SCHEMA, **draft.breakdown.to_dict()}
    encoded = {name: encode_document(name, document) for name, document in documents.items()}
    return {MODEL: draft.model, **encoded}


def _scores_document(comparison: Comparison) -> dict[str, object]:
    def by_name(scores: Mapping[str, Score]) -> dict[str, object]:
        return {name: score.to_dict() for name, score in scores.items()}

    return {
        "schema": SCHEMA,
        "why": comparison.why,
        "backtest": [score.to_dict() for score in comparison.ranked],
        "holdout": by_name(comparison.holdout),
        "nowcast": by_name(comparison.nowcast),
        "prequential": by_name(comparison.prequential),
        "nowcast_holdout": by_name(comparison.nowcast_holdout),
        "bench_version": VERSION,
        "single_origin_mape": comparison.single_origin,
    }


def _read_incumbent(store: Store) -> tuple[Incumbent, tuple[Manifest, ForecastTable] | None]:
    """The live release, with its forecast table; a damaged one does not stop publishing."""
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
        return Incumbent(pointer, manifest, error=str(error)), None
    return Incumbent(pointer, manifest, folds), (manifest, table)
