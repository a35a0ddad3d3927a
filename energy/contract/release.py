"""A release as it is stored: manifest, forecast table, weather facts, and the pointer to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

SCHEMA = 1
WEATHER_AHEAD = 1
"""Months by which published weather is ahead of published energy."""
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""Quantile levels of fold frames and forecast tables: the median, the 50, 80 and 95% intervals."""


@dataclass(frozen=True, slots=True)
class ForecastMonth:
    """One month of a forecast table, `horizon` months after the cutoff; quantiles as in LEVELS."""

    month: str
    horizon: int
    mean: float
    quantiles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How wide a champion's intervals are, as measured on its backtest errors.

    The spread of a month is the root of (scale x season)^2 + weather^2: what forecasters get wrong,
    and what weather adds that nobody knows yet; where the weather is given, the second is left out.

    Attributes:
        scale: Spread of the error in the weather that came, months 1..n ahead: on the log scale if
            `log`, else in the unit.
        quantiles: Standardised error at each level of LEVELS.
        log: Whether errors multiply the forecast (a positive series) or add to it.
        errors: How many backtest errors it rests on.
        season: How much more or less than average the errors spread, January to December.
        weather: Spread that the weather of past years adds, January to December, as `scale` is.
    """

    scale: tuple[float, ...]
    quantiles: tuple[float, ...]
    log: bool
    errors: int
    season: tuple[float, ...] = (1.0,) * 12
    weather: tuple[float, ...] = (0.0,) * 12

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Calibration:
        """The inverse of `dataclasses.asdict`, with lists for tuples as JSON has them."""
        found: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
        }
        return cls(**found)


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What one deg C more changes in a month of that season.

    Attributes:
        season: Its name in words.
        months: Its calendar months, 1 to 12.
        per_degree: In the release's unit per deg C and month; negative where cold costs energy.
        standard_error: Of `per_degree`, in the same unit.
    """

    season: str
    months: tuple[int, ...]
    per_degree: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class WeatherFacts:
    """How a series answers to the weather, and the weather itself: `weather.json` of a release.

    Attributes:
        response: What a hundred degree days more in a month change: a log ratio if `log`, else in
            the release's unit.
        log: Whether the response multiplies (a positive series) or adds.
        degree_days_per_degree: Daily average degree days that one deg C more takes away (so never
            above zero), January to December.
        sensitivity: By season, in the release's unit per deg C and month.
        normal: Daily average heating degree days (deg C) to expect, January to December.
        normal_years: Years that they are averaged over.
        trend: Change of a year's degree days per decade, over all years known.
        trend_error: Its standard error.
        first_month: Of `degree_days`.
        degree_days: Daily average heating degree days of every month known, deg C.
    """

    response: float
    log: bool
    degree_days_per_degree: tuple[float, ...]
    sensitivity: tuple[Sensitivity, ...]
    normal: tuple[float, ...]
    normal_years: int
    trend: float
    trend_error: float
    first_month: str
    degree_days: tuple[float, ...]
    schema: int = SCHEMA

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> WeatherFacts:
        """The inverse of `dataclasses.asdict`, with lists for tuples as JSON has them."""
        seasons = (
            Sensitivity(**{**row, "months": tuple(row["months"])}) for row in data["sensitivity"]
        )
        lists = ("degree_days_per_degree", "normal", "degree_days")
        tuples = {name: tuple(data[name]) for name in lists}
        return cls(**{**data, **tuples, "sensitivity": tuple(seasons)})


@dataclass(frozen=True, slots=True)
class ForecastTable:
    """The published forecast: every month from the cutoff to the horizon.

    Attributes:
        observed: Daily average heating degree days (deg C) of the months after the cutoff whose
            weather was published already, by month: their forecasts are nowcasts, made with it.
            Empty if there are none or the forecaster uses no weather.
    """

    target: str
    unit: str
    cutoff: str
    forecaster: str
    months: tuple[ForecastMonth, ...]
    calibration: Calibration
    levels: tuple[float, ...] = LEVELS
    observed: dict[str, float] = field(default_factory=dict)
    schema: int = SCHEMA

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ForecastTable:
        """The inverse of `to_dict`."""
        months = tuple(
            ForecastMonth(**{**row, "quantiles": tuple(row["quantiles"])}) for row in data["months"]
        )
        return cls(
            **{
                **data,
                "months": months,
                "levels": tuple(data["levels"]),
                "calibration": Calibration.from_dict(data["calibration"]),
            }
        )


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a release: its SHA-256 in hex and its size in bytes."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a release comes from, from the workbook's bytes to the packages that read them.

    Attributes:
        vintage: SHA-256 of each raw workbook by file name.
        commit: Git commit of the code (`-dirty` if it had uncommitted changes), or `unknown`.
        runs: Run ids by system: `metaflow`, `mlflow`.
        packages: Version of each package that fits or unpickles the champion.
        python: Version of the interpreter.
    """

    vintage: dict[str, str]
    commit: str
    runs: dict[str, str]
    packages: dict[str, str]
    python: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A release's first page: what it is, where it comes from, and the hash of every file in it.

    Attributes:
        title: What is forecast, in words; empty in releases of before there was one.
        attribution: The sentence that goes with its figures wherever they are shown, or empty.
    """

    release_id: str
    created_at: str
    target: str
    unit: str
    cutoff: str
    forecaster: str
    lineage: Lineage
    files: dict[str, FileEntry] = field(default_factory=dict)
    title: str = ""
    attribution: str = ""
    schema: int = SCHEMA

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Manifest:
        """The inverse of `to_dict`."""
        return cls(
            **{
                **data,
                "lineage": Lineage(**data["lineage"]),
                "files": {name: FileEntry(**entry) for name, entry in data["files"].items()},
            }
        )


@dataclass(frozen=True, slots=True)
class Pointer:
    """`champion.json`: the release in service.

    Attributes:
        release_id: It.
        previous_id: The one in service until then, or None.
        promoted_at: Since when, UTC.
        reason: Why.
        earlier: Releases that rollbacks go back to, one after the other; None if an older version
            wrote this, which kept `previous_id` alone.
    """

    release_id: str
    previous_id: str | None
    promoted_at: str
    reason: str
    earlier: tuple[str, ...] | None = ()
    schema: int = SCHEMA

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Pointer:
        """The inverse of `to_dict`."""
        earlier = data.get("earlier")
        return cls(**{**data, "earlier": None if earlier is None else tuple(earlier)})
