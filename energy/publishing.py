"""Put a forecast into the store: write it, verify it as a reader would, point to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from energy.breakdown import Breakdown
from energy.contract import SCHEMA, ForecastTable, Lineage, Manifest, Pointer, WeatherFacts
from energy.errors import StoreError
from energy.forecasting import fold_files
from energy.forecasting.bench import VERSION
from energy.forecasting.scores import Score
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
    read_table,
    release_id,
    verify,
    write_release,
)
from energy.releases.documents import encode, moment
from energy.releases.promotion import champion, promote
from energy.releases.store import Store
from energy.training import Comparison


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that a release is made of.

    Attributes:
        table: The forecast.
        model: The fitted champion, as sktime's zip.
        comparison: How it was chosen.
        history: The series it was made from.
        weather: How the series answers to the weather; None without weather.
        breakdown: The parts of the total, adding up to it; None where they were not forecast.
        data: The data it was made from, as `energy.data.snapshot` gives them; None to leave out.
        title: What is forecast, in words.
    """

    table: ForecastTable
    model: bytes
    comparison: Comparison
    history: pd.Series
    weather: WeatherFacts | None = None
    breakdown: Breakdown | None = None
    data: dict[str, Any] | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A release that is in service, and the one that was before it.

    Attributes:
        manifest: The release.
        pointer: `champion.json` as it now stands.
        files: Its files by name, as published.
        before: Manifest and forecast table of the release before it, or None.
        trouble: Why the release before could not be read, or ''.
    """

    manifest: Manifest
    pointer: Pointer
    files: dict[str, bytes]
    before: tuple[Manifest, ForecastTable] | None
    trouble: str = ""


def publish(store: Store, draft: Draft, lineage: Lineage) -> Published:
    """Write the release, verify it whole as a reader would, and put it in service.

    Raises:
        StoreError: The store failed or somebody else published; the release in service stands.
    """
    now = datetime.now(UTC)
    before, trouble = _in_service(store)
    table, files = draft.table, _files(draft)
    planned = Manifest(
        release_id=release_id(table.cutoff, now, digest(files)),
        created_at=moment(now),
        target=table.target,
        unit=table.unit,
        cutoff=table.cutoff,
        forecaster=table.forecaster,
        lineage=lineage,
        title=draft.title,
        attribution=draft.data["attribution"] if draft.data else "",
    )
    manifest = write_release(store, planned, files)
    pointer = promote(store, manifest.release_id, draft.comparison.why, now)
    return Published(manifest, pointer, files, before, trouble)


def _in_service(store: Store) -> tuple[tuple[Manifest, ForecastTable] | None, str]:
    """The release in service; one that is damaged is no reason not to publish a sound one."""
    try:
        if (pointer := champion(store)) is None:
            return None, ""
        manifest = verify(store, pointer.release_id)
        return (manifest, read_table(store, manifest)), ""
    except StoreError as error:
        return None, str(error)


def _files(draft: Draft) -> dict[str, bytes]:
    documents = {
        FORECAST: draft.table.to_dict(),
        SCORES: _scores(draft.comparison),
        HISTORY: _history(draft.history, draft.table.unit),
    }
    if draft.comparison.folds:
        documents[FOLDS] = fold_files.to_document(draft.comparison.folds, draft.table.unit)
    if draft.data:
        documents[DATA] = draft.data
    if draft.weather:
        documents[WEATHER] = asdict(draft.weather)
    if draft.breakdown:
        documents[FUELS] = {"schema": SCHEMA, **draft.breakdown.to_dict()}
    return {MODEL: draft.model, **{n: encode(n, found) for n, found in documents.items()}}


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
