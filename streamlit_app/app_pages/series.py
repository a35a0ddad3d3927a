"""All series: the scores of the series of a long table, and the forecast of any one of them."""

import streamlit as st

from energy.contract import ForecastRequest
from energy.contract.panel import SeriesForecast
from energy.formatting import format_score, format_share
from streamlit_app import layout, page_charts, queries
from streamlit_app import markdown as md
from streamlit_app.forecast_data import Unit

MAX_REASONS = 50
"""Series without a forecast that are listed."""


def accuracy(series: SeriesForecast) -> str:
    """The champion of a series with its scores, or why it has none."""
    champion = f"**{md.title(series.forecaster)}**"
    if series.backtest is None:
        return f"{champion}: {md.escape(series.note)}."
    parts = ((series.backtest, "in the training part"), (series.holdout, "in the holdout"))
    texts = [
        f"MASE {format_score(scores.mase, 2)} against {format_score(scores.baseline_mase, 2)} for "
        f"seasonal naive {part}; {format_share(scores.coverage80)} of months inside the 80% "
        "interval"
        for scores, part in parts
        if scores
    ]
    return f"{champion}: {'; '.join(texts)}."


release = layout.header("All series")
key = release.release_id
if not release.has_panel:
    layout.end_page("**This release has one series** and its parts: see the Forecast page.")
with layout.show_errors():
    panel = queries.panel(key)
    st.markdown(
        f"**{len(panel.series):,}** series besides {md.title(release.manifest.target)}, each "
        f"forecast by the forecaster with the smallest error on its past; {panel.judged:,} were "
        "long enough for a backtest."
    )
    coverage = f"In the training part; {format_share(panel.holdout_coverage80)} in the holdout."
    layout.metrics(
        ("Median error (MASE)", format_score(panel.mase, 2)),
        ("Seasonal naive (MASE)", format_score(panel.baseline_mase, 2)),
        ("Better than naive", format_share(panel.beat_baseline)),
        ("80% interval coverage", format_share(panel.coverage80), coverage),
    )
    if panel.series:
        name = st.selectbox("Series", panel.series, key="named", bind="query-params")
        forecast = queries.forecast(ForecastRequest(periods=panel.months, target=name), key)
        st.markdown(accuracy(queries.series(name, key)))
        layout.chart(page_charts.series_fan(key, name, panel.months), "series")
        layout.forecast_table(forecast, Unit(forecast.unit))
    if panel.left_out:
        st.subheader("Without a forecast", anchor=False)
        reasons = list(panel.left_out.items())[:MAX_REASONS]
        layout.table([{"Series": name, "Reason": reason} for name, reason in reasons])
        if len(panel.left_out) > len(reasons):
            st.caption(f"The first {len(reasons)} of {len(panel.left_out):,}.")
