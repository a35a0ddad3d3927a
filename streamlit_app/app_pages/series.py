"""All series: how those of a long table fared, and the forecast of any one of them."""

import streamlit as st

from energy.contract import ForecastRequest
from streamlit_app import drawings, formats, layout, service
from streamlit_app.units import Unit

MOST_LEFT_OUT = 50

release = layout.begin("All series")
key = release.release_id
if not release.has_panel:
    st.info(
        "**This release is of one series** and its parts: the page of the forecast has them.",
        icon=":material/info:",
    )
    layout.foot()
    st.stop()
with layout.guarded():
    panel = service.panel(key)
    st.markdown(
        f"**{len(panel.series):,}** series beside "
        f"{formats.literal(formats.name(release.manifest.target))}, each forecast by the "
        f"forecaster that did best on its own past; {panel.judged:,} could be judged."
    )
    error, naive, better, inside = st.columns(4)
    error.metric("Typical error (MASE)", formats.figure(panel.mase, 2), border=True)
    naive.metric("Seasonal naive's", formats.figure(panel.baseline_mase, 2), border=True)
    better.metric("Better than that", formats.share(panel.beat_baseline), border=True)
    inside.metric(
        "Inside the 80% interval",
        formats.share(panel.coverage80),
        border=True,
        help=f"On the training part; {formats.share(panel.holdout_coverage80)} in the holdout.",
    )
    if panel.series:
        named = st.selectbox("Series", panel.series, key="named", bind="query-params")
        asked = ForecastRequest(periods=panel.months, target=named)
        answer = service.forecast(key, asked)
        unit = Unit(answer.unit, 1.0)
        st.markdown(formats.fared(service.series(key, named)))
        layout.chart(drawings.one_of_panel(key, named, panel.months), "series")
        layout.forecast_table(answer, unit)
    if panel.left_out:
        st.subheader("Without a forecast", anchor=False)
        first = list(panel.left_out.items())[:MOST_LEFT_OUT]
        st.dataframe(
            [{"Series": name, "Why": why} for name, why in first],
            hide_index=True,
            width="stretch",
        )
        if len(panel.left_out) > len(first):
            st.caption(f"The first {len(first)} of {len(panel.left_out):,}.")
