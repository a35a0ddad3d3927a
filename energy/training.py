"""What TrainFlow's steps do, as functions on plain values; the flow only passes results along."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from energy.contract import SCHEMA, ForecastTable, Lineage, Manifest, Pointer
from energy.errors import StoreError
from energy.forecasting import backtest
from energy.forecasting.bench import BASELINE, BENCH
from energy.forecasting.champion import rank, why
from energy.forecasting.intervals import KnownThen
from energy.forecasting.scores import Score, figures, score
from energy.releases.bundle import (
    FORECAST,
    MODEL,
    SCORES,
    digest,
    read_table,
    release_id,
    verify,
    write_release,
)
from energy.releases.documents import encode, moment
from energy.releases.promotion import champion, promote
from energy.releases.store import Store


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every forecaster's result, ranked on the training part and reported on the holdout.

    Attributes:
        ranked: Backtest scores, best first, failures last.
        holdout: Scores on the holdout by forecaster; nothing was chosen on them.
        single_origin: MAPE in per cent of the one forecast from the split to the end.
        folds: Fold frame by forecaster.
        why: Why the first of the ranking is the champion.
    """

    ranked: list[Score]
    holdout: dict[str, Score]
    single_origin: dict[str, float | None]
    folds: dict[str, pd.DataFrame]
    why: str

    @property
    def champion(self) -> str:
        """Name of the winner."""
        return self.ranked[0].forecaster

    @property
    def leading(self) -> list[Score]:
        """The four best and the baseline: what a chart of all would hide in its lines."""
        scored = [score for score in self.ranked if score.failure is None]
        return [*scored[:4], *(s for s in scored[4:] if s.forecaster == BASELINE)]


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


def backtest_one(
    forecaster: str,
    y: pd.Series,
    weather: pd.DataFrame,
    plan: backtest.Plan,
    known_then: KnownThen | None = None,
) -> tuple[pd.DataFrame | None, Score]:
    """Backtest a forecaster; whatever goes wrong in it becomes a Score with the reason."""
    try:
        folds, seconds = backtest.run(forecaster, y, weather, plan, known_then)
    except Exception as error:  # noqa: BLE001 - one forecaster's failure, of any kind, is a result
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        return None, Score(forecaster, failure=reason)
    return folds, _score(forecaster, folds, seconds, "backtest")


def gather(branches: Mapping[str, Any]) -> tuple[dict[str, pd.DataFrame], dict[str, Score]]:
    """What the branches found: fold frames of those that did not fail, and a Score of each.

    Args:
        branches: By forecaster, what has `folds` and `score`, or in `crash` why its process died.
    """
    died = "its process ended before it answered"
    scores = {
        name: Score(name, failure=died) if branch.crash else branch.score
        for name, branch in branches.items()
    }
    folds = {name: branches[name].folds for name, s in scores.items() if s.failure is None}
    return folds, scores


def compare(
    names: Sequence[str],
    folds: Mapping[str, pd.DataFrame],
    scores: Mapping[str, Score],
    y: pd.Series,
    known_then: KnownThen | None = None,
) -> Comparison:
    """Add the combinations, rank on the backtest, and score the holdout for the report.

    Args:
        names: The forecasters of this run.
        folds: Fold frame of each that was fitted and did not fail.
        scores: Backtest score, or failure, of each that was fitted.
        y: The whole series.
        known_then: What each fold was to know, where that is not y; see `backtest.run`.

    Raises:
        EveryForecasterFailed: There is nothing to choose from.
    """
    folds, scores = dict(folds), dict(scores)
    for name in names:
        if members := BENCH[name].members:
            if lost := [member for member in members if member not in folds]:
                scores[name] = Score(name, failure=f"its member failed: {', '.join(lost)}")
                continue
            folds[name] = backtest.combine([folds[one] for one in members], y, known_then)
            seconds = sum(scores[member].seconds for member in members)
            scores[name] = _score(name, folds[name], seconds, "backtest")
    ranked = rank([scores[name] for name in names])
    held = {
        name: found
        for name, frame in folds.items()
        if (frame["protocol"] == "holdout").any()
        and (found := _score(name, frame, 0.0, "holdout")).failure is None
    }
    single = {
        name: figures(frame[frame["protocol"] == "single_origin"])["mape"]
        for name, frame in folds.items()
        if name in held
    }
    return Comparison(ranked, held, single, folds, why(ranked))


def publish(
    store: Store,
    table: ForecastTable,
    model: bytes,
    comparison: Comparison,
    lineage: Lineage,
    history: pd.Series,
) -> Published:
    """Write the release, verify it whole as a reader would, and put it in service.

    Raises:
        StoreError: The store failed or somebody else published; the release in service stands.
    """
    now = datetime.now(UTC)
    before, trouble = _in_service(store)
    files = {
        FORECAST: encode(FORECAST, table.to_dict()),
        MODEL: model,
        SCORES: encode(SCORES, _scores(comparison)),
        "history.json": encode("history.json", _history(history, table.unit)),
    }
    draft = Manifest(
        release_id=release_id(table.cutoff, now, digest(files)),
        created_at=moment(now),
        target=table.target,
        unit=table.unit,
        cutoff=table.cutoff,
        forecaster=table.forecaster,
        lineage=lineage,
    )
    manifest = write_release(store, draft, files)
    pointer = promote(store, manifest.release_id, comparison.why, now)
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


def _score(name: str, folds: pd.DataFrame, seconds: float, protocol: str) -> Score:
    found = score(name, folds[folds["protocol"] == protocol], seconds)
    if not all(math.isfinite(figure) for figure in (found.mase or 0.0, found.wis or 0.0)):
        # MASE has no scale where every year repeats the one before to the last digit.
        reason = f"its scores are not numbers: MASE {found.mase}, WIS {found.wis}"
        return Score(name, failure=reason, seconds=seconds)
    return found


def _scores(comparison: Comparison) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "why": comparison.why,
        "backtest": [score.to_dict() for score in comparison.ranked],
        "holdout": {name: score.to_dict() for name, score in comparison.holdout.items()},
        "single_origin_mape": comparison.single_origin,
    }


def _history(y: pd.Series, unit: str) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "unit": unit,
        "first_month": str(y.index[0]),
        "values": [round(float(value), 6) for value in y],
    }
