"""Put a forecast into the store: write it, judge it, and point to it if it may take over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from energy import gate, probe
from energy.breakdown import Breakdown
from energy.contract import SCHEMA, ForecastTable, Lineage, Manifest, Pointer, WeatherFacts
from energy.contract.panel import Panel, SeriesForecast, to_documents
from energy.errors import PromotionLost, StoreError, StoreUnreachable, UnknownSchema
from energy.forecasting import fold_files
from energy.forecasting.bench import VERSION
from energy.forecasting.scores import Score
from energy.incumbent import Incumbent
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
    read_files,
    read_manifest,
    release_id,
    table_of,
    write_release,
)
from energy.releases.decisions import REFUSED, Check, Decision, record
from energy.releases.documents import encode, load, moment
from energy.releases.pointer import champion
from energy.releases.promotion import promote
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
class Published:
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
    draft: Draft,
    lineage: Lineage,
    answers: Callable[[str, str], Check] = probe.fresh,
    clock: Callable[[], datetime] = now_utc,
) -> Published:
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
    incumbent, before = _in_service(store)
    manifest, files = write(store, draft, lineage, clock())
    now, by = clock(), lineage.runs.get("metaflow", "")
    checks = (
        *gate.judge(draft.comparison, manifest, incumbent, now, draft.panel and draft.panel[0]),
        answers(store.url, manifest.release_id),
    )
    pointer, current = incumbent.pointer, incumbent.release_id
    if reason := gate.refusal(checks):
        told = Decision(
            REFUSED, manifest.release_id, current, moment(now), reason, by, checks=checks
        )
        record(store, told)
    else:
        why = draft.comparison.why
        try:
            pointer = promote(
                store, manifest.release_id, why, now, by=by, checks=checks, instead_of=current
            )
        except PromotionLost as error:
            found = manifest.release_id, current, moment(now), str(error), by
            record(store, Decision(REFUSED, *found, checks=checks))
            raise
    return Published(manifest, pointer, files, before, incumbent.trouble, checks)


def write(
    store: Store, draft: Draft, lineage: Lineage, now: datetime
) -> tuple[Manifest, dict[str, bytes]]:
    """Write a release without putting it in service; its manifest, and its files by name.

    Raises:
        StoreError: As `write_release`.
    """
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
    return write_release(store, planned, files), files


def _in_service(store: Store) -> tuple[Incumbent, tuple[Manifest, ForecastTable] | None]:
    """The release in service; one that is damaged is no reason not to publish a sound one."""
    pointer = champion(store)
    if pointer is None:
        return Incumbent(), None
    manifest = None
    try:
        manifest = read_manifest(store, pointer.release_id)
        files = read_files(store, manifest)
        table, folds = table_of(manifest, files[FORECAST]), None
        if FOLDS in files:
            folds = load(FOLDS, files[FOLDS], fold_files.from_document)
    except (StoreUnreachable, UnknownSchema):  # the second: a newer version published it
        raise
    except StoreError as error:
        return Incumbent(pointer, manifest, trouble=str(error)), None
    return Incumbent(pointer, manifest, folds), (manifest, table)


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
    if draft.panel:
        documents |= to_documents(*draft.panel)
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
