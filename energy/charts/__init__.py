"""Every chart, once: Vega-Lite through altair, for cards, the app, notebooks and MLflow.

Functions take frames or plain contract data and return altair charts; titles carry the unit.
"""

from energy.charts.forecast import fan, table_frame
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
from energy.charts.style import configured, png, spec, svg

__all__ = [
    "by_horizon",
    "by_month",
    "by_part",
    "configured",
    "coverage",
    "fan",
    "folds",
    "leaderboard",
    "old_against_new",
    "png",
    "record_by_horizon",
    "record_coverage",
    "record_errors",
    "record_fans",
    "record_revisions",
    "spec",
    "svg",
    "table_frame",
]
