"""Every chart, once: Vega-Lite through altair, for cards, the app, notebooks and MLflow.

Functions take frames or plain contract data and return altair charts; titles carry the unit.
"""

from energy.charts.correlation import correlations, correlogram
from energy.charts.data import (
    against_weather,
    by_season,
    heat_map,
    season_and_rest,
    series,
    trend,
)
from energy.charts.forecast import fan, table_frame
from energy.charts.notebook import show
from energy.charts.origins import rolling_origins
from energy.charts.outlook import against, answer_frame, outlook, per_degree, sensitivity_rows
from energy.charts.panel import against_baseline
from energy.charts.parts import by_part
from energy.charts.record import (
    record_by_horizon,
    record_coverage,
    record_errors,
    record_fans,
    record_revisions,
)
from energy.charts.revisions import old_against_new
from energy.charts.scores import by_horizon, by_month, coverage, folds, leaderboard
from energy.charts.screen import on_screen, png_of, sourced, svg_of, titles
from energy.charts.style import configured, png, spec, svg
from energy.charts.subseries import subseries

__all__ = [
    "against",
    "against_baseline",
    "against_weather",
    "answer_frame",
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
    "outlook",
    "per_degree",
    "png",
    "png_of",
    "record_by_horizon",
    "record_coverage",
    "record_errors",
    "record_fans",
    "record_revisions",
    "rolling_origins",
    "season_and_rest",
    "sensitivity_rows",
    "series",
    "show",
    "sourced",
    "spec",
    "subseries",
    "svg",
    "svg_of",
    "table_frame",
    "titles",
    "trend",
]
