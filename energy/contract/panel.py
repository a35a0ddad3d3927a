"""Forecasts of many series as a release stores them: `panel.json`, `panel-000.json` and so on.

The first lists every series with a summary. The others hold the series, some three kilobytes each:
history, means, and the calibration, from which every quantile is computed. The name of a series
determines its file, so that a reader of one series reads one file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Annotated, Any

from msgspec import Meta

from energy.contract.release import SCHEMA, Calibration, Document

PANEL = "panel.json"
SERIES_PER_FILE = 500
"""Series in a file, about."""


class BacktestScores(Document, frozen=True):
    """Backtest scores of a series' champion on folds of one protocol, months 1 to 12 ahead."""

    folds: Annotated[int, Meta(description="Number of cutoffs.")]
    mase: Annotated[float, Meta(description="Mean absolute scaled error.")]
    baseline_mase: Annotated[float, Meta(description="MASE of seasonal naive on the same folds.")]
    mape: Annotated[
        float | None,
        Meta(description="Mean absolute percentage error; null where an actual is zero."),
    ]
    wis: Annotated[float, Meta(description="Weighted interval score in the series' unit.")]
    coverage80: Annotated[float, Meta(description="Share of actuals inside the 80% interval.")]
    coverage95: Annotated[float, Meta(description="Share of actuals inside the 95% interval.")]


class SeriesForecast(Document, frozen=True):
    """The champion of one series, its forecast and its scores."""

    name: Annotated[str, Meta(description="Name of the series.")]
    cutoff: Annotated[str, Meta(description="Its last month.")]
    history: Annotated[
        tuple[float, ...], Meta(description="Its figures up to the cutoff, in the release's unit.")
    ]
    forecaster: Annotated[str, Meta(description="Name of the champion.")]
    mean: Annotated[
        tuple[float, ...],
        Meta(description="Forecasts of the months after the cutoff, in the release's unit."),
    ]
    calibration: Annotated[Calibration, Meta(description="How wide its intervals are.")]
    backtest: Annotated[
        BacktestScores | None,
        Meta(
            description="Its scores in the training part, on which it was selected; null if there "
            "was no room for a backtest."
        ),
    ] = None
    holdout: Annotated[
        BacktestScores | None,
        Meta(description="Its scores after the training part; null if there is no fold."),
    ] = None
    note: Annotated[str, Meta(description="Why it was not backtested, or ''.")] = ""


class Panel(Document, frozen=True):
    """Summary of every series of a long table but the release's own: `panel.json`."""

    unit: str
    files: int
    months: int
    series: tuple[str, ...]
    left_out: dict[str, str]
    champions: dict[str, int]
    judged: int
    beat_baseline: float | None = None
    mase: float | None = None
    baseline_mase: float | None = None
    coverage80: float | None = None
    coverage80_error: float | None = None
    holdout_mase: float | None = None
    holdout_baseline_mase: float | None = None
    holdout_coverage80: float | None = None
    worst: tuple[str, ...] = ()
    lost: int = 0
    schema: int = SCHEMA


def panel_documents(panel: Panel, forecasts: Iterable[SeriesForecast]) -> dict[str, dict[str, Any]]:
    """Every document by its file's name."""
    documents: dict[str, dict[str, Any]] = {PANEL: panel.to_dict()}
    for number in range(panel.files):
        documents[f"panel-{number:03d}.json"] = {"schema": SCHEMA, "series": {}}
    for forecast in forecasts:
        file = panel_file(forecast.name, panel.files)
        documents[file]["series"][forecast.name] = forecast.to_dict()
    return documents


def panel_file(name: str, files: int) -> str:
    """The file of a series: the same on every machine, which Python's own hash is not.

    >>> panel_file("shop 17", 4)
    'panel-002.json'
    """
    return f"panel-{zlib.crc32(name.encode()) % files:03d}.json"
