"""Forecast: the expected values of the series, and their uncertainty."""

import streamlit as st

from energy.contract import ForecastRequest
from energy.formatting import (
    format_amount,
    format_month,
    format_percent,
    format_score,
    format_share,
)
from streamlit_app import forecast_data, layout, page_charts, queries
from streamlit_app import markdown as md

YEARS_SHOWN = 5
"""Years of history that the chart starts with, besides the last one."""

release = layout.header("Forecast", suffix=", month by month")
with layout.show_errors():
    forecast = queries.forecast(ForecastRequest(periods=release.months), release.release_id)
    history = queries.history(release.release_id)
    year = forecast_data.year_ahead(forecast, history)
    units = forecast_data.units_for(forecast.unit)

    lead, choice = st.columns([4, 1], vertical_alignment="center")
    unit = units[forecast.unit]
    if len(units) > 1:
        name = choice.segmented_control(
            "Unit",
            list(units),
            default=forecast.unit,
            key="unit",
            required=True,
            bind="query-params",
        )
        unit = units[name or forecast.unit]
    change = ""
    if year.change is not None:
        verb = "more" if year.change > 0 else "less"
        change = f", **{format_percent(abs(year.change), 1)} {verb}** than in the year before"
    low, high = (unit.factor * end for end in forecast_data.interval(year.peak, 0.8))
    lead.markdown(
        f"**{md.amount(unit.factor * year.total, unit.name)}** are expected from "
        f"{md.month(year.first)} to {md.month(year.last)}{change}. The highest month is "
        f"**{md.month(year.peak.month)}**, with an 80% chance of between "
        f"{format_amount(low)} and {md.amount(high, unit.name)}."
    )

    metrics: list[tuple[str, ...]] = [
        (f"Next {year.months} months", md.amount(unit.factor * year.total, unit.name)),
        ("On the year before", md.change(year.change, "%")),
        (f"Peak: {md.month(year.peak.month)}", md.amount(unit.factor * year.peak.mean, unit.name)),
    ]
    with layout.show_errors():
        best = queries.scores(release.release_id).ranked[0]
        accuracy = (
            f"Mean absolute error of {best.folds:,} forecasts of the past, 1 to 12 months ahead; "
            f"{format_share(best.coverage80)} of months were inside the 80% interval."
        )
        if best.mape is None:  # of a series with a zero in it
            metrics.append(("Average error (MASE)", format_score(best.mase, 2), accuracy))
        else:
            metrics.append(("Average error (MAPE)", format_percent(best.mape, 1), accuracy))
    layout.metrics(*metrics)

    past = [str(month) for month in history.index]
    months = past[: -forecast_data.YEAR] or past[:1]
    ahead = [row.month for row in forecast.months]
    begin, end = st.columns(2)
    first = begin.selectbox(
        "History from",
        months,
        index=max(0, len(months) - YEARS_SHOWN * forecast_data.YEAR),
        format_func=format_month,
        key="from",
        bind="query-params",
    )
    last = end.selectbox(
        "Forecast to",
        ahead,
        index=len(ahead) - 1,
        format_func=format_month,
        key="to",
        bind="query-params",
    )
    layout.chart(
        page_charts.fan(release.release_id, first, last, release.months, unit, release.title),
        "forecast",
    )

    shown = forecast_data.until(forecast, last)
    heading, file = st.columns([3, 1], vertical_alignment="bottom")
    heading.subheader("Monthly values", anchor=False)
    file.download_button(
        "Download CSV",
        forecast_data.forecast_csv(shown, unit),
        f"forecast-{release.manifest.cutoff}.csv",
        "text/csv",
        icon=":material/download:",
        key="csv",
        on_click="ignore",
        width="stretch",
    )
    layout.forecast_table(shown, unit)
    if len(release.targets) > 1:
        layout.chart(page_charts.by_part(release.release_id, release.targets[1:], unit), "by-part")
