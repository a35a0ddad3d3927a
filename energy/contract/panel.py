"""Forecasts of many series as a release stores them: `panel.json`, `panel-000.json` and so on.

The first lists every series with a summary. The others hold the series, some three kilobytes each:
history, means, and the calibration, from which every quantile is computed. The name of a series
determines its file, so that a reader of one series reads one file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Annotated, Any

from energy.contract.release import SCHEMA, Calibration, Document, doc

PANEL = "panel.json"
SERIES_PER_FILE = 500
"""Series in a file, about."""


class BacktestScores(Document, frozen=True):
    """Backtest scores of a series' champion on folds of one protocol, months 1 to 12 ahead."""

    folds: Annotated[int, doc("Number of cutoffs.")]
    mase: Annotated[float, doc("Mean absolute scaled error.")]
    baseline_mase: Annotated[float, doc("MASE of seasonal naive on the same folds.")]
    mape: Annotated[
        float | None, doc("Mean absolute error in per cent; null where an actual is zero.")
    ]
    wis: Annotated[float, doc("Weighted interval score in the series' unit.")]
    coverage80: Annotated[float, doc("Share of actuals inside the 80% interval.")]
    coverage95: Annotated[float, doc("Share of actuals inside the 95% interval.")]


class SeriesForecast(Document, frozen=True):
    """The champion of one series, its forecast and its scores."""

    name: Annotated[str, doc("Name of the series.")]
    cutoff: Annotated[str, doc("Its last month.")]
    history: Annotated[tuple[float, ...], doc("Its figures, in the release's unit.")]
    forecaster: Annotated[str, doc("Name of the champion.")]
    mean: Annotated[tuple[float, ...], doc("Forecasts of the months after the cutoff.")]
    calibration: Annotated[Calibration, doc("How wide its intervals are.")]
    backtest: Annotated[
        BacktestScores | None,
        doc("Its scores in the training part, which selected it; null without a backtest."),
    ] = None
    holdout: Annotated[
        BacktestScores | None, doc("Its scores after the training part; null without folds.")
    ] = None
    note: Annotated[str, doc("Why it was not backtested, or ''.")] = ""


class Panel(Document, frozen=True):
    """Summary of every series of a long table but the release's own: `panel.json`.

    Scores are medians over the series that were selected on a backtest (`judged`): in the training
    part, or on the months after it (`holdout`). Coverages are mean shares of actuals.
    """

    unit: str
    files: int
    months: int  # published after the cutoff of each series
    series: tuple[str, ...]
    left_out: dict[str, str]  # why a series has no forecast
    champions: dict[str, int]  # how many series a forecaster won, most first
    judged: int
    beat_baseline: float | None = None  # share of those better than seasonal naive
    mase: float | None = None
    baseline_mase: float | None = None
    coverage80: float | None = None
    coverage80_error: float | None = None  # standard error over the series
    holdout_mase: float | None = None
    holdout_baseline_mase: float | None = None
    holdout_coverage80: float | None = None
    worst: tuple[str, ...] = ()  # the ten with the highest error in the training part
    lost: int = 0  # left out because the process that was to forecast them failed
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
