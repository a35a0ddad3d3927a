"""A release as it is stored: manifest, forecast table, weather facts, and the pointer to it."""

from __future__ import annotations

from typing import Annotated, Any, Self

import msgspec
from msgspec import Meta, field

SCHEMA = 1
WEATHER_AHEAD = 1
"""Months by which published weather is ahead of published energy."""
LOG_CAP = 0.5
"""Log errors above this, a factor of 1.65, grow in a straight line instead of exponentially."""
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""Quantile levels of fold frames and forecast tables: the median, the 50, 80 and 95% intervals."""


def doc(description: str) -> Meta:
    """The description of a field in the API's document."""
    return Meta(description=description)


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every type that is stored or sent as JSON: its fields are the JSON object's."""

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries, tuples and numbers, ready for JSON."""
        result: dict[str, Any] = msgspec.to_builtins(self, enc_hook=_plain_float)
        return result

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Read what `to_dict` wrote; `ValueError` for a missing, unknown or mistyped field."""
        return msgspec.convert(data, cls)


def _plain_float(value: object) -> float:
    """A float of numpy, which is a float to JSON but not to msgspec."""
    if isinstance(value, float):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no place in a JSON document.")


class ForecastMonth(Document, frozen=True):
    """One month of a forecast table, `horizon` months after the cutoff; quantiles as in LEVELS."""

    month: str
    horizon: int
    mean: float
    quantiles: tuple[float, ...]


class Calibration(Document, frozen=True):
    """How wide a champion's intervals are, as measured on its backtest errors.

    The spread of a month is the root of (scale x season)^2 + weather^2: the forecaster's own error,
    and the error that unknown weather adds. Where the weather is given, the second is left out.
    """

    scale: Annotated[
        tuple[float, ...],
        doc("Spread of the error with the actual weather, months 1..n ahead; log ratios if `log`."),
    ]
    quantiles: Annotated[tuple[float, ...], doc("Standardised error at each quantile level.")]
    log: Annotated[bool, doc("Whether errors multiply the forecast, or add to it.")]
    errors: Annotated[int, doc("Number of backtest errors it is measured on.")]
    season: Annotated[
        tuple[float, ...], doc("Relative spread of each calendar month, from January.")
    ] = (1.0,) * 12
    weather: Annotated[
        tuple[float, ...], doc("Spread that unknown weather adds, from January.")
    ] = (0.0,) * 12


class Sensitivity(Document, frozen=True):
    """The effect of one deg C more in a month of that season."""

    season: str  # its name in words
    months: tuple[int, ...]  # calendar months, 1 to 12
    per_degree: float  # in the release's unit; negative where cold costs energy
    standard_error: float


class WeatherFacts(Document, frozen=True):
    """How a series responds to the weather, and the weather itself: `weather.json` of a release.

    Degree days are daily averages of heating degree days in deg C, by month of the data from
    `first_month`, or by calendar month from January.
    """

    response: float
    """Effect of a hundred degree days more in a month: a log ratio if `log`, else in the unit."""
    log: bool
    degree_days_per_degree: tuple[float, ...]  # change per deg C more, never above zero
    sensitivity: tuple[Sensitivity, ...]
    normal: tuple[float, ...]  # expected degree days, averaged over `normal_years`
    normal_years: int
    trend: float  # change of a year's degree days per decade, over all years of the data
    trend_error: float
    first_month: str
    degree_days: tuple[float, ...]
    schema: int = SCHEMA


class ForecastTable(Document, frozen=True):
    """The published forecast: every month from the cutoff to the horizon.

    `observed` has the daily average heating degree days (deg C) of months after the cutoff whose
    published weather the forecasts were made with.
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


class FileEntry(Document, frozen=True):
    """One file of a release: its SHA-256 in hex and its size in bytes."""

    sha256: str
    bytes: int


class Lineage(Document, frozen=True):
    """Where a release comes from, from the workbooks to the packages that read them."""

    vintage: Annotated[dict[str, str], doc("SHA-256 of each raw workbook by file name.")]
    commit: Annotated[str, doc("Git commit, `-dirty` with uncommitted changes, or `unknown`.")]
    runs: Annotated[dict[str, str], doc("Run ids by system: `metaflow`, `mlflow`.")]
    packages: Annotated[dict[str, str], doc("Packages that fit and unpickle the champion.")]
    python: Annotated[str, doc("Version of the interpreter.")]


class Manifest(Document, frozen=True):
    """What a release is, where it comes from, and the hash of every file in it."""

    release_id: str
    created_at: str
    target: str
    unit: str
    cutoff: str
    forecaster: str
    lineage: Lineage
    files: dict[str, FileEntry] = field(default_factory=dict)
    title: Annotated[str, doc("What is forecast, in words; empty in early releases.")] = ""
    attribution: Annotated[str, doc("Sentence to print wherever the figures are shown.")] = ""
    schema: int = SCHEMA


class Pointer(Document, frozen=True):
    """The live release: `champion.json`."""

    release_id: str
    previous_id: str | None
    promoted_at: str
    reason: str
    earlier: tuple[str, ...] | None = ()
    """Releases that rollbacks go back to, in that order; None in documents of older versions."""
    schema: int = SCHEMA

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Read what `to_dict` wrote; a document without `earlier` is of an older version."""
        return msgspec.convert({"earlier": None, **data}, cls)
