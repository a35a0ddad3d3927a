"""The documents of the service, whose reading raises KeyError, TypeError or ValueError."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import pandas as pd

from energy.contract import Forecast, Manifest
from energy.contract.panel import PANEL
from energy.forecasting.metrics import Score
from energy.formatting import format_title

STATUS_FIELDS = ("promoted_at", "previous_id", "reason", "targets", "months", "stale")
"""The fields of /v1/release besides the manifest."""
DATA_FIELDS = (
    "vintage_id",
    "release",
    "unit",
    "provisional",
    "files",
    "licence",
    "attribution",
    "before",
)
"""The fields of /v1/release/data besides the columns, their units and the revisions."""
WORKBOOKS = (".xlsx", ".ods")
WEATHER_UNITS = {"temperature": "deg C", "degree_days": "deg C below 15.5, daily average"}


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """The live release: `/v1/release`.

    Its own series is the first of `targets`. If it is `stale`, a newer release may be live that the
    service cannot read.
    """

    manifest: Manifest
    promoted_at: str
    previous_id: str | None
    reason: str
    targets: tuple[str, ...]
    months: int
    stale: bool

    @property
    def release_id(self) -> str:
        return self.manifest.release_id

    @property
    def title(self) -> str:
        """What is forecast, in words; the target's name for releases without a title."""
        return self.manifest.title or format_title(self.manifest.target)

    @property
    def has_weather(self) -> bool:
        """Whether it has the sensitivity of the series to the weather."""
        return "weather.json" in self.manifest.files

    @property
    def has_panel(self) -> bool:
        """Whether it has forecasts of the other series of a long table."""
        return PANEL in self.manifest.files

    @property
    def is_scheduled(self) -> bool:
        """Whether its next figures have a date: those of a user's own file have none."""
        return all(name.lower().endswith(WORKBOOKS) for name in self.manifest.lineage.vintage)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> ReleaseInfo:
        manifest = {name: value for name, value in document.items() if name not in STATUS_FIELDS}
        status = {name: document[name] for name in STATUS_FIELDS}
        months = int(status.pop("months"))
        if months < 1:
            raise ValueError("it publishes no month")
        targets = tuple(map(str, status.pop("targets")))
        return cls(Manifest.from_dict(manifest), months=months, targets=targets, **status)


@dataclass(frozen=True, slots=True)
class ReleaseScores:
    """The scores of a release: `/v1/release/scores`.

    The best forecaster is ranked first, those that failed last; the holdout is not used for
    selection.
    """

    why: str
    ranked: tuple[Score, ...]
    holdout: dict[str, Score]
    nowcast: dict[str, Score]

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> ReleaseScores:
        ranked = tuple(Score(**row) for row in document["backtest"])
        if not ranked:
            raise ValueError("it has no scores")
        holdout, nowcast = (
            {name: Score(**row) for name, row in document[part].items()}
            for part in ("holdout", "nowcast")
        )
        return cls(str(document["why"]), ranked, holdout, nowcast)


@dataclass(frozen=True, slots=True)
class ReleaseData:
    """The data of a release: `/v1/release/data`.

    The frame has a monthly PeriodIndex, and NaN where there is no figure; revisions have the
    columns month, column, old and new.
    """

    frame: pd.DataFrame
    about: dict[str, Any]
    revisions: pd.DataFrame
    units: dict[str, str]

    @property
    def columns(self) -> list[str]:
        return [str(name) for name in self.frame]

    def unit(self, column: str) -> str:
        """The unit of a column; older releases name only those of the weather."""
        return self.units.get(column, str(self.about["unit"]))

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> ReleaseData:
        columns = {name: list(map(_number, values)) for name, values in document["columns"].items()}
        lengths = {len(values) for values in columns.values()}
        if len(lengths) != 1:
            raise ValueError("its columns differ in length")
        months = pd.period_range(document["first_month"], periods=lengths.pop(), freq="M")
        frame = pd.DataFrame(columns, months, dtype="float64")
        about = {name: document[name] for name in DATA_FIELDS}
        revisions = pd.DataFrame(document["revisions"], columns=["month", "column", "old", "new"])
        units = {name: str(unit) for name, unit in document.get("units", {}).items()}
        return cls(frame, about, revisions, WEATHER_UNITS | units)


def read_history(document: Mapping[str, Any]) -> pd.Series:
    """The series of a release on a monthly PeriodIndex: `/v1/release/history`."""
    values = [float(value) for value in document["values"]]
    if not values or not all(map(isfinite, values)):
        raise ValueError("its values are not all numbers")
    months = pd.period_range(document["first_month"], periods=len(values), freq="M")
    return pd.Series(values, months, name=str(document["unit"]))


def read_forecast(document: dict[str, Any]) -> Forecast:
    """A forecast that can be drawn: every number finite, every interval in order."""
    forecast = Forecast.from_dict(document)
    if not forecast.months:
        raise ValueError("it has no months")
    for row in forecast.months:
        pd.Period(row.month, "M")
        if not isfinite(row.mean):
            raise ValueError(f"the mean of {row.month} is not a number")
        for interval in row.intervals:
            if not (isfinite(interval.lower) and interval.lower <= interval.upper):
                raise ValueError(f"an interval of {row.month} does not have two ends")
    return forecast


def _number(value: object) -> float:
    return float("nan") if value is None else float(value)  # type: ignore[arg-type]
