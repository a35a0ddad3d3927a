"""Forecast: what is expected of the series, and how sure that is."""

import streamlit as st

from energy.contract import ForecastRequest
from streamlit_app import drawings, figures, formats, layout, service, units

YEARS_DRAWN = 5  # that the chart begins with, beside the last one

release = layout.begin("Forecast", about=", month by month")
made = release.manifest
with layout.guarded():
    answer = service.forecast(release.release_id, ForecastRequest(periods=release.months))
    history = service.history(release.release_id)
    year = figures.year_ahead(answer, history)
    offered = units.offered(answer.unit)

    lead, choice = st.columns([4, 1], vertical_alignment="center")
    named = answer.unit
    if len(offered) > 1:
        named = choice.segmented_control(
            "Unit",
            list(offered),
            default=answer.unit,
            key="unit",
            required=True,
            bind="query-params",
        )
    unit = offered[named or answer.unit]
    change = (
        ""
        if year.change is None
        else (
            f", **{formats.percent(abs(year.change))} {'more' if year.change > 0 else 'less'}** "
            "than in the year before"
        )
    )
    in_words = formats.literal(unit.name)
    low, high = (unit.factor * end for end in figures.ends(year.peak, 0.8))
    lead.markdown(
        f"From {formats.month(year.first)} to {formats.month(year.last)}, "
        f"**{formats.amount(unit.factor * year.total, in_words)}** are expected in all{change}. "
        f"The most in **{formats.month(year.peak.month)}**: with a chance of 80%, between "
        f"{formats.amount(low)} and {formats.amount(high, in_words)}."
    )

    total, changed, peak, miss = st.columns(4)
    total.metric(
        f"Next {year.months} months",
        formats.amount(unit.factor * year.total, unit.name),
        border=True,
    )
    changed.metric(
        "On the year before",
        formats.NOTHING if year.change is None else formats.change(year.change, "%"),
        border=True,
    )
    peak.metric(
        f"Peak: {formats.month(year.peak.month)}",
        formats.amount(unit.factor * year.peak.mean, unit.name),
        border=True,
    )
    with layout.guarded():
        best = service.scores(release.release_id).ranked[0]
        has_shares = best.mape is not None  # none of a series with a zero in it
        miss.metric(
            "Usual miss" if has_shares else "Usual miss (MASE)",
            formats.percent(best.mape) if has_shares else formats.figure(best.mase, 2),
            border=True,
            help=f"Mean absolute error of {best.folds} forecasts of the past, 1 to 12 months "
            f"ahead; {formats.share(best.coverage80)} of months fell inside the 80% interval.",
        )

    months = [str(month) for month in history.index[: -figures.YEAR]] or [str(history.index[0])]
    ahead = [row.month for row in answer.months]
    begin, end = st.columns(2)
    first = begin.selectbox(
        "History from",
        months,
        index=max(0, len(months) - YEARS_DRAWN * figures.YEAR),
        format_func=formats.month,
        key="from",
        bind="query-params",
    )
    last = end.selectbox(
        "Forecast to",
        ahead,
        index=len(ahead) - 1,
        format_func=formats.month,
        key="to",
        bind="query-params",
    )
    layout.chart(
        drawings.outlook(release.release_id, first, last, release.months, unit, release.title),
        "forecast",
    )

    shown = figures.upto(answer, last)
    heading, file = st.columns([3, 1], vertical_alignment="bottom")
    heading.subheader("The figures", anchor=False)
    file.download_button(
        "Download CSV",
        figures.as_csv(shown, unit.name, unit.factor),
        f"forecast-{made.cutoff}.csv",
        "text/csv",
        icon=":material/download:",
        key="csv",
        on_click="ignore",
        width="stretch",
    )
    layout.forecast_table(shown, unit)
    if len(release.targets) > 1:
        layout.chart(drawings.by_part(release.release_id, release.targets[1:], unit), "by-part")
