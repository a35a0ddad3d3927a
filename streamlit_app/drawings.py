"""Charts of pages, each drawn once for a release and its settings.

A drawing is a Vega-Lite specification in the house style; `layout.chart` puts it on the page.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from energy import charts
from energy.contract import ForecastRequest
from streamlit_app import figures, formats, service, whatif
from streamlit_app.units import Unit

Drawing = dict[str, Any]
YEARS = 6
"""Of the past that stand before the forecast of one of many series."""
kept = st.cache_data(show_spinner=False, max_entries=100)
"""Draws once for the same arguments, of which one is the release's id."""


@kept
def outlook(
    release_id: str, first: str, last: str, periods: int, unit: Unit, title: str
) -> Drawing:
    """The fan from month `first` of the history to month `last` of the forecast."""
    past = service.history(release_id)
    answer = figures.upto(service.forecast(release_id, ForecastRequest(periods=periods)), last)
    return charts.spec(charts.outlook(past[first:], answer, unit.name, unit.factor, title))


@kept
def one_of_panel(release_id: str, target: str, periods: int) -> Drawing:
    """The fan of one of many series, after its last years."""
    answer = service.forecast(release_id, ForecastRequest(periods=periods, target=target))
    past = figures.past(service.series(release_id, target))
    return charts.spec(charts.outlook(past.iloc[-12 * YEARS :], answer, answer.unit))


@kept
def by_part(release_id: str, targets: tuple[str, ...], unit: Unit) -> Drawing:
    """The next year by part."""
    answers = {}
    for target in targets:
        answer = service.forecast(release_id, ForecastRequest(periods=figures.YEAR, target=target))
        answers[target] = figures.in_unit(answer, unit)
    return charts.spec(charts.by_part(answers))


@kept
def against(release_id: str, asked: ForecastRequest, name: str, unit: Unit) -> Drawing:
    """A what-if against the central forecast of its months."""
    central = service.forecast(release_id, ForecastRequest(months=asked.months))
    given = service.forecast(release_id, asked)
    return charts.spec(charts.against(central, given, name, unit.name, unit.factor))


@kept
def per_degree(release_id: str, degrees: float | None, unit: Unit) -> Drawing:
    """Degrees against energy, with a mark at `degrees` if given."""
    seasons = service.weather(release_id).sensitivity
    rows = charts.sensitivity_rows(seasons, whatif.REACH, unit.factor)
    return charts.spec(charts.per_degree(rows, degrees, unit.name))


@kept
def leaderboard(release_id: str) -> Drawing:
    """The error of every forecaster, best first."""
    return charts.spec(charts.leaderboard(service.scores(release_id).ranked))


@kept
def by_horizon(release_id: str, names: tuple[str, ...], figure: str) -> Drawing:
    """A score by months ahead, of those forecasters."""
    ranked = service.scores(release_id).ranked
    return charts.spec(charts.by_horizon([s for s in ranked if s.forecaster in names], figure))


@kept
def folds(release_id: str, name: str) -> Drawing:
    """What a forecaster would have said, and what came."""
    title = f"{formats.name(name)}: what it would have said"
    frame = service.folds(release_id)[name]
    return charts.spec(charts.folds(frame, str(service.history(release_id).name), title))


@kept
def column(release_id: str, kind: str, name: str, title: str, unit: str) -> Drawing:
    """A column of the data.

    Args:
        release_id: Whose data.
        kind: Which chart: series, by_season, heat_map, trend, season_and_rest, against_weather.
        name: Of the column.
        title: What to call it.
        unit: Of it.
    """
    frame = service.data(release_id).frame
    shown = frame[name].loc[frame[name].first_valid_index() : frame[name].last_valid_index()]
    if kind == "against_weather":
        return charts.spec(charts.against_weather(shown, frame["degree_days"], title, unit))
    return charts.spec(getattr(charts, kind)(shown, title, unit))


@kept
def record(release_id: str, made_at: str, kind: str) -> Drawing:
    """A chart of the track record, as it stood at `made_at`.

    Args:
        release_id: The release in service.
        made_at: When the record was written.
        kind: Which chart of `energy.charts`: record_fans, record_by_horizon and so on.
    """
    return charts.spec(getattr(charts, kind)(service.track_record(release_id)))
