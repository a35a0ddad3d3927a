"""Every chart of the project: Vega-Lite through altair, for cards, the app, notebooks and MLflow.

Functions take frames or plain contract data and return altair charts; titles carry the unit.
"""

from energy.charts.backtests import (
    against_baseline,
    by_horizon,
    by_month,
    coverage,
    folds,
    leaderboard,
    rolling_origins,
)
from energy.charts.exploration import (
    against_weather,
    by_season,
    correlations,
    correlogram,
    heat_map,
    season_and_remainder,
    series,
    subseries,
    trend,
)
from energy.charts.forecasts import by_part, fan, per_degree, scenario, sensitivity_rows
from energy.charts.style import (
    configured,
    on_screen,
    png,
    show,
    spec,
    svg,
    titles,
    with_source,
)
from energy.charts.track_record import (
    old_against_new,
    record_by_horizon,
    record_coverage,
    record_errors,
    record_fans,
    record_revisions,
)

__all__ = [
    "against_baseline",
    "against_weather",
    "by_horizon",
    "by_month",
    "by_part",
    "by_season",
    "configured",
    "correlations",
    "correlogram",
    "coverage",
    "fan",
    "folds",
    "heat_map",
    "leaderboard",
    "old_against_new",
    "on_screen",
    "per_degree",
    "png",
    "record_by_horizon",
    "record_coverage",
    "record_errors",
    "record_fans",
    "record_revisions",
    "rolling_origins",
    "scenario",
    "season_and_remainder",
    "sensitivity_rows",
    "series",
    "show",
    "spec",
    "subseries",
    "svg",
    "titles",
    "trend",
    "with_source",
]
