"""Forecasts that tests ask of a release."""

from __future__ import annotations

from typing import Any

from energy.contract import Forecast, ForecastRequest
from energy.releases.reader import Release
from energy.serving.predict import predict

AWARE, UNAWARE = "weather_normalised_components", "theta"
"""A forecaster that uses the weather, and another that does not."""


def forecast(release: Release, **body: Any) -> Forecast:
    return predict(release, ForecastRequest.from_dict(body))


def means(answer: Forecast) -> list[float]:
    return [row.mean for row in answer.months]
