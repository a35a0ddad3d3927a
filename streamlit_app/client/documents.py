"""What the service's documents hold, read strictly: half an answer is no answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import pandas as pd

from energy.contract import Forecast, Manifest
from energy.contract.panel import PANEL
from energy.forecasting.metrics import Score

MORE = ("promoted_at", "previous_id", "reason", "targets", "months", "stale")
"""What /v1/release tells beside the manifest."""
WORKBOOKS = (".xlsx", ".ods")
ABOUT = (
    "vintage_id",
    "release",
    "unit",
    "provisional",
    "files",
    "licence",
    "attribution",
    "before",
)
"""What /v1/release/data tells beside the columns, their units and the revisions."""
WEATHER_UNITS = {"temperature": "deg C", "degree_days": "deg C below 15.5, daily average"}


@dataclass(frozen=True, slots=True)
class ReleaseInService:
    """What /v1/release tells.

    Attributes:
        manifest: What it is and was made from.
        promoted_at: Since when it is in service, UTC.
        previous_id: The release before it, or None.
        reason: Why it is in service.
        targets: The series that can be asked for, its own first.
        months: How many months it publishes.
        stale: Whether a newer one may be in service that the service cannot read.
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
        """Its name."""
        return self.manifest.release_id

    @property
    def title(self) -> str:
        """What is forecast, in words; of releases that do not say it, the target's name."""
        return self.manifest.title or self.manifest.target.replace("_", " ").capitalize()

    @property
    def has_weather(self) -> bool:
        """Whether it tells how the series answers to the weather."""
        return "weather.json" in self.manifest.files

    @property
    def has_panel(self) -> bool:
        """Whether it has forecasts of the other series of a long table."""
        return PANEL in self.manifest.files

    @property
    def is_scheduled(self) -> bool:
        """Whether it was made from the published workbooks, whose next edition has its day; a file
        of one's own comes when it comes."""
        return all(name.lower().endswith(WORKBOOKS) for name in self.manifest.lineage.vintage)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> ReleaseInService:
        """Read the document; KeyError, TypeError or ValueError if it is no such thing."""
        about = {name: value for name, value in document.items() if name not in MORE}
        more = {name: document[name] for name in MORE}
        months = int(more.pop("months"))
        if months < 1:
            raise ValueError("it publishes no month")
        targets = tuple(map(str, more.pop("targets")))
        return cls(Manifest.from_dict(about), months=months, targets=targets, **more)


@dataclass(frozen=True, slots=True)
class Scores:
    """What /v1/release/scores tells.

    Attributes:
        why: Why the champion was chosen, in a sentence.
        ranked: The backtest of every forecaster, best first; those that failed are the last.
        holdout: After the split, by forecaster; nothing is chosen on it.
        nowcast: One month ahead in that month's weather, by forecaster that uses weather.
    """

    why: str
    ranked: tuple[Score, ...]
    holdout: dict[str, Score]
    nowcast: dict[str, Score]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Scores:
        """Read the document; KeyError, TypeError or ValueError if it is no such thing."""
        ranked = tuple(Score(**row) for row in document["backtest"])
        if not ranked:
            raise ValueError("nobody was scored")
        holdout, nowcast = (
            {name: Score(**row) for name, row in document[part].items()}
            for part in ("holdout", "nowcast")
        )
        return cls(str(document["why"]), ranked, holdout, nowcast)


@dataclass(frozen=True, slots=True)
class Data:
    """What /v1/release/data tells: the monthly frame, where it is from, what was revised.

    Attributes:
        frame: Energy by column in the unit, `temperature` in deg C, `degree_days` as daily averages
            in deg C, on a monthly PeriodIndex; NaN where there is no figure.
        about: The rest, by the names in ABOUT.
        units: Of each column; of releases that do not say it, only of the weather.
        revisions: month, column, old, new.
    """

    frame: pd.DataFrame
    about: dict[str, Any]
    revisions: pd.DataFrame
    units: dict[str, str]

    @property
    def columns(self) -> list[str]:
        """Names of the frame's columns."""
        return [str(name) for name in self.frame]

    def unit(self, column: str) -> str:
        """The unit of a column."""
        return self.units.get(column, str(self.about["unit"]))

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Data:
        """Read the document; KeyError, TypeError or ValueError if it is no such thing."""
        columns = {name: list(map(_number, values)) for name, values in document["columns"].items()}
        lengths = {len(values) for values in columns.values()}
        if len(lengths) != 1:
            raise ValueError("its columns differ in length")
        months = pd.period_range(document["first_month"], periods=lengths.pop(), freq="M")
        about = {name: document[name] for name in ABOUT}
        revised = pd.DataFrame(document["revisions"], columns=["month", "column", "old", "new"])
        units = WEATHER_UNITS | {name: str(u) for name, u in document.get("units", {}).items()}
        return cls(pd.DataFrame(columns, months, dtype="float64"), about, revised, units)


def read_history(document: Mapping[str, Any]) -> pd.Series:
    """The series a release was made from, on a monthly PeriodIndex.

    Raises:
        KeyError, TypeError, ValueError: It is no such document.
    """
    values = [float(value) for value in document["values"]]
    if not values or not all(map(isfinite, values)):
        raise ValueError("its values are not all numbers")
    months = pd.period_range(document["first_month"], periods=len(values), freq="M")
    return pd.Series(values, months, name=str(document["unit"]))


def read_forecast(document: dict[str, Any]) -> Forecast:
    """A forecast that can be drawn: every figure finite, every bound on its side of the other.

    Raises:
        KeyError, TypeError, ValueError: It is no such document.
    """
    found = Forecast.from_dict(document)
    if not found.months:
        raise ValueError("it holds no month")
    for row in found.months:
        pd.Period(row.month, "M")
        if not isfinite(row.mean):
            raise ValueError(f"the mean of {row.month} is no number")
        if not all(isfinite(one.lower) and one.lower <= one.upper for one in row.intervals):
            raise ValueError(f"an interval of {row.month} has no two ends")
    return found


def _number(value: object) -> float:
    return float("nan") if value is None else float(value)  # type: ignore[arg-type]
