"""Forecasts of many series as a release stores them: `panel.json`, `panel-000.json` and so on.

The first names every series and sums them up. The others hold them, some three kilobytes each:
figures, means, and the calibration, of which every quantile follows. Which file holds a series is
worked out from its name, so that a reader of one series reads one file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from energy.contract.release import SCHEMA, Calibration

PANEL = "panel.json"
PER_FILE = 500
"""Series in a file, about."""


@dataclass(frozen=True, slots=True)
class BacktestScores:
    """How a series' champion fared on folds of one protocol, months 1 to 12 ahead.

    Attributes:
        folds: Number of cutoffs.
        mase: Mean absolute scaled error.
        baseline_mase: Seasonal naive's on the same folds.
        mape: In per cent, or None where an actual is zero.
        wis: Weighted interval score in the series' unit.
        coverage80: Share of actuals inside the 80% interval; coverage95 likewise.
    """

    folds: int
    mase: float
    baseline_mase: float
    mape: float | None
    wis: float
    coverage80: float
    coverage95: float


@dataclass(frozen=True, slots=True)
class SeriesForecast:
    """One series' champion, what it says, and how it fared.

    Attributes:
        name: Of the series.
        cutoff: Its last month.
        history: Its figures up to then, in the release's unit.
        forecaster: The champion's name on the bench.
        mean: Forecasts of the months after the cutoff, in the release's unit.
        calibration: How wide its intervals are.
        backtest: Its scores in the training part, on which it was chosen; None if there was no
            room to judge it.
        holdout: Its scores after that; None if there is no fold.
        note: Why it was not judged, or ''.
    """

    name: str
    cutoff: str
    history: tuple[float, ...]
    forecaster: str
    mean: tuple[float, ...]
    calibration: Calibration
    backtest: BacktestScores | None = None
    holdout: BacktestScores | None = None
    note: str = ""

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SeriesForecast:
        """The inverse of `dataclasses.asdict`, with lists for tuples as JSON has them."""
        judged = {
            name: BacktestScores(**data[name]) if data[name] else None
            for name in ("backtest", "holdout")
        }
        return cls(
            **{
                **data,
                **judged,
                "history": tuple(data["history"]),
                "mean": tuple(data["mean"]),
                "calibration": Calibration.from_dict(data["calibration"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Panel:
    """What became of every series of a long table but the release's own: `panel.json`.

    Attributes:
        unit: Of every series.
        files: How many files hold them.
        months: How many months after its own cutoff are published of each.
        series: Their names.
        left_out: Why some have no forecast, by name.
        champions: How many series each forecaster won, most first.
        judged: How many were chosen on a backtest; the others have the baseline's forecast.
        beat_baseline: Share of those whose champion did better than seasonal naive.
        mase: Median over those, in the training part; `holdout_mase` on the months after.
        baseline_mase: Seasonal naive's; `holdout_baseline_mase` likewise.
        coverage80: Mean share of actuals inside the 80% interval; in the holdout likewise.
        coverage80_error: Standard error of that mean, over series; None of fewer than two.
        lost: How many are left out because the process that was to forecast them failed.
        worst: Names of the ten with the highest error in the training part.
    """

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

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Panel:
        """The inverse of `to_dict`."""
        return cls(**{**data, "series": tuple(data["series"]), "worst": tuple(data["worst"])})


def panel_documents(panel: Panel, series: Iterable[SeriesForecast]) -> dict[str, dict[str, Any]]:
    """Every document by its file's name."""
    documents: dict[str, dict[str, Any]] = {PANEL: panel.to_dict()}
    for number in range(panel.files):
        documents[f"panel-{number:03d}.json"] = {"schema": SCHEMA, "series": {}}
    for one in series:
        documents[panel_file(one.name, panel.files)]["series"][one.name] = asdict(one)
    return documents


def panel_file(name: str, files: int) -> str:
    """Which of so many files holds a series: the same on every machine, as Python's hash is not.

    >>> file_of("shop 17", 4)
    'panel-002.json'
    """
    return f"panel-{zlib.crc32(name.encode()) % files:03d}.json"
