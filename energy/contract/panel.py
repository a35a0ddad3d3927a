"""Forecasts of many series as a release stores them: `panel-000.json` and those after it.

A series takes under a kilobyte: means and calibration, of which every quantile follows. Which file
holds a series is worked out from its name, so that a reader of one series reads one file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from energy.contract.release import SCHEMA, Calibration

PER_FILE = 500
"""Series in a file, about."""


@dataclass(frozen=True, slots=True)
class Judged:
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
        months: How many it has.
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
    months: int
    forecaster: str
    mean: tuple[float, ...]
    calibration: Calibration
    backtest: Judged | None = None
    holdout: Judged | None = None
    note: str = ""

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SeriesForecast:
        """The inverse of `dataclasses.asdict`, with lists for tuples as JSON has them."""
        judged = {
            name: Judged(**data[name]) if data[name] else None for name in ("backtest", "holdout")
        }
        calibration = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in data["calibration"].items()
        }
        return cls(
            **{
                **data,
                **judged,
                "mean": tuple(data["mean"]),
                "calibration": Calibration(**calibration),
            }
        )


def file_of(name: str, files: int) -> str:
    """Which of so many files holds a series: the same on every machine, as Python's hash is not.

    >>> file_of("shop 17", 4)
    'panel-001.json'
    """
    return f"panel-{zlib.crc32(name.encode()) % files:03d}.json"


def file_names(files: int) -> list[str]:
    """Names of so many files."""
    return [f"panel-{number:03d}.json" for number in range(files)]


def to_documents(
    series: Iterable[SeriesForecast], left_out: Mapping[str, str], unit: str
) -> dict[str, dict[str, Any]]:
    """Documents by file name: every series in its file, and why some have no forecast.

    Args:
        series: The forecasts.
        left_out: Names of series without one, and why.
        unit: Of every series.
    """
    known = {one.name: one for one in series}
    count = max(1, -(-(len(known) + len(left_out)) // PER_FILE))
    documents: dict[str, dict[str, Any]] = {
        name: {"schema": SCHEMA, "unit": unit, "files": count, "series": {}, "left_out": {}}
        for name in file_names(count)
    }
    for name, one in known.items():
        documents[file_of(name, count)]["series"][name] = asdict(one)
    for name, reason in left_out.items():
        documents[file_of(name, count)]["left_out"][name] = reason
    return documents
