"""What the API's document shows: requests to try, and what an answer looks like."""

from __future__ import annotations

from typing import Any

from energy.contract import Forecast, Interval, MonthAhead

REQUESTS: dict[str, dict[str, Any]] = {
    "the year ahead": {"periods": 12},
    "two winter months, with one interval": {"months": ["2022-12", "2023-01"], "coverage": [0.9]},
    "two degrees colder": {"periods": 6, "weather": {"temperature_change": -2.0}},
    "the winter of 2010 again": {
        "months": ["2022-12", "2023-01", "2023-02"],
        "weather": {"year": 2010},
    },
    "degree days by month": {
        "months": ["2022-12"],
        "weather": {"degree_days": {"2022-12": 11.5}},
    },
    "with newer figures": {"periods": 3, "observations": {"2022-08": 10.9, "2022-09": 11.6}},
}
"""Bodies of POST /v1/forecast, and direct invocations, by what they ask for."""
QUERIES = (
    "periods=12",
    "months=2022-12,2023-01&coverage=0.9",
    "periods=6&temperature_change=-2",
)
"""The same from GET /v1/forecast."""
ANSWER = Forecast(
    release_id="2022-07-20261123T170000Z-3f9a1c2b",
    created_at="2026-11-23T17:00:00Z",
    target="total",
    unit="Mtoe",
    cutoff="2022-07",
    forecaster="weather_normalised_components",
    tier="champion",
    stale=False,
    months=(
        MonthAhead("2022-12", 5, 15.21, (Interval(0.8, 14.36, 16.11),), "given"),
        MonthAhead("2023-01", 6, 15.87, (Interval(0.8, 14.98, 16.81),), "given"),
    ),
    scenario_method="champion",
).to_dict()
ERROR = {
    "error": {
        "code": "not_allowed",
        "message": "coverage[0] is 1.0; expected above 0 and below 1.",
        "field": "coverage[0]",
    }
}
