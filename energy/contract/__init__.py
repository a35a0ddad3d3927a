"""What publishers store, callers ask and servers answer: plain data, without pandas.

Everything here goes to JSON and back unchanged. Months are ISO text (`2022-08`), energy is in the
release's unit (Mtoe for the UK tables), quantile levels and coverages are probabilities in (0, 1).

The track record is in `energy.contract.track_record`, which a look-up does not import.
"""

from energy.contract.forecast import RELEASE_HEADER, Forecast, Interval, MonthAhead
from energy.contract.release import (
    LEVELS,
    SCHEMA,
    WEATHER_AHEAD,
    Calibration,
    FileEntry,
    ForecastMonth,
    ForecastTable,
    Lineage,
    Manifest,
    Pointer,
    Sensitivity,
    WeatherFacts,
)
from energy.contract.request import ForecastRequest, Weather

__all__ = [
    "LEVELS",
    "RELEASE_HEADER",
    "SCHEMA",
    "WEATHER_AHEAD",
    "Calibration",
    "FileEntry",
    "Forecast",
    "ForecastMonth",
    "ForecastRequest",
    "ForecastTable",
    "Interval",
    "Lineage",
    "Manifest",
    "MonthAhead",
    "Pointer",
    "Sensitivity",
    "Weather",
    "WeatherFacts",
]
