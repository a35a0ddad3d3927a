"""The charts of pages, each drawn once for a release and its options.

Every function returns a Vega-Lite specification; `layout.chart` puts it on the page.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from energy import charts
from energy.contract import ForecastRequest
from energy.formatting import format_title
from streamlit_app import forecast_data, queries, whatif
from streamlit_app.forecast_data import Unit

Specification = dict[str, Any]
YEARS = 6
"""Years of history before the forecast of one of many series."""
cached = st.cache_data(show_spinner=False, max_entries=100)
"""Draws once for the same arguments; one of them is the release's id."""


@cached
def fan(
    release_id: str, first: str, last: str, periods: int, unit: Unit, title: str
) -> Specification:
    """The history from month `first` and the forecast to month `last`."""
    history = queries.history(release_id)[first:]
    forecast = queries.forecast(ForecastRequest(periods=periods), release_id)
    shown = forecast_data.until(forecast, last)
    return charts.spec(charts.fan(history, shown, title, unit.name, unit.factor, years=None))


@cached
def series_fan(release_id: str, name: str, periods: int) -> Specification:
    """The last years and the forecast of one of many series."""
    forecast = queries.forecast(ForecastRequest(periods=periods, target=name), release_id)
    history = forecast_data.series_history(queries.series(name, release_id))
    return charts.spec(charts.fan(history, forecast, years=YEARS))


@cached
def by_part(release_id: str, targets: tuple[str, ...], unit: Unit) -> Specification:
    """The next year by part."""
    requests = {name: ForecastRequest(periods=forecast_data.YEAR, target=name) for name in targets}
    parts = {name: queries.forecast(request, release_id) for name, request in requests.items()}
    return charts.spec(charts.by_part(parts, unit.name, unit.factor))


@cached
def scenario(release_id: str, request: ForecastRequest, name: str, unit: Unit) -> Specification:
    """A weather scenario and the central forecast of its months."""
    central = queries.forecast(ForecastRequest(months=request.months), release_id)
    changed = queries.forecast(request, release_id)
    return charts.spec(charts.scenario(central, changed, name, unit.name, unit.factor))


@cached
def per_degree(release_id: str, degrees: float | None, unit: Unit) -> Specification:
    """The effect of each degree, with a mark at `degrees` if there is one."""
    seasons = queries.weather(release_id).sensitivity
    rows = charts.sensitivity_rows(seasons, whatif.MAX_DEGREES, unit.factor)
    return charts.spec(charts.per_degree(rows, degrees, unit.name))


@cached
def leaderboard(release_id: str) -> Specification:
    """The error of every forecaster, best first."""
    return charts.spec(charts.leaderboard(queries.scores(release_id).ranked))


@cached
def by_horizon(release_id: str, names: tuple[str, ...], metric: str) -> Specification:
    """A metric of those forecasters by months ahead."""
    ranked = queries.scores(release_id).ranked
    scores = [score for score in ranked if score.forecaster in names]
    return charts.spec(charts.by_horizon(scores, metric))


@cached
def folds(release_id: str, name: str) -> Specification:
    """The backtest and holdout forecasts of a forecaster, and the actual figures."""
    title = f"{format_title(name)}: backtest and holdout forecasts"
    frame = queries.folds(release_id)[name]
    return charts.spec(charts.folds(frame, str(queries.history(release_id).name), title))


@cached
def column(release_id: str, kind: str, name: str, title: str, unit: str) -> Specification:
    """A column of the data in a chart of `energy.charts`, such as `by_season` or `heat_map`."""
    frame = queries.data(release_id).frame
    y = frame[name].loc[frame[name].first_valid_index() : frame[name].last_valid_index()]
    if kind == "against_weather":
        return charts.spec(charts.against_weather(y, frame["degree_days"], title, unit))
    return charts.spec(getattr(charts, kind)(y, title, unit))


@cached
def track_record(release_id: str, made_at: str, kind: str) -> Specification:
    """A chart of `energy.charts`, such as `record_fans`, of the track record written `made_at`."""
    return charts.spec(getattr(charts, kind)(queries.track_record(release_id)))
