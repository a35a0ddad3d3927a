"""Weather what-if: the effect of colder or warmer weather, or of a past winter."""

import streamlit as st

from energy.contract import ForecastRequest
from energy.formatting import format_change
from streamlit_app import forecast_data, layout, page_charts, queries, whatif
from streamlit_app import markdown as md

DEGREES, WINTER = "Warmer or colder", "A past winter"
PER_CENT = "per cent"

release = layout.header("Weather what-if")
key = release.release_id
if not release.has_weather:
    layout.end_page(
        "**This forecast does not use weather:** its data has none, so there are no scenarios."
    )
st.markdown("The forecast expects the average weather of recent years. What if it is different?")
with layout.show_errors():
    facts = queries.weather(key)
    expected = queries.forecast(ForecastRequest(periods=release.months), key)
    months = whatif.open_months(expected)
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    kind = left.segmented_control(
        "What if",
        [DEGREES, WINTER],
        default=DEGREES,
        key="what",
        required=True,
        bind="query-params",
    )
    degrees, request = None, None
    if kind == WINTER:
        winters = whatif.winters(facts)
        mean = sum(winters.values()) / len(winters)
        winter = right.selectbox(
            "The next winter has the weather of",
            list(winters),
            index=list(winters).index(max(winters, key=lambda name: winters[name])),
            format_func=lambda name: (
                f"{name} ({format_change(winters[name] - mean, digits=1)} degree days a day "
                "against the average)"
            ),
            key="winter",
            bind="query-params",
        )
        request, name = whatif.winter_request(months, facts, winter), f"winter {winter}"
    else:
        degrees = right.slider(
            "Degrees Celsius colder (left) or warmer (right) than expected",
            -float(whatif.MAX_DEGREES),
            float(whatif.MAX_DEGREES),
            -2.0,
            0.5,
            format="%+.1f °C",
            key="degrees",
            bind="query-params",
        )
        name = format_change(degrees, "°C", digits=1)
        if months:
            request = whatif.temperature_request(months, degrees)
    if request is None:
        layout.end_page("The weather of every month of the year ahead is already published.")
    with st.spinner("Running the fitted champion …", show_time=False):
        changed = queries.forecast(request, key)
    difference = whatif.compare(
        expected, changed, facts.sensitivity, whatif.degrees_warmer(request, facts)
    )

    verb = "more" if difference.energy > 0 else "less"
    st.markdown(
        f"{md.escape(release.title)} from {md.month(changed.months[0].month)} to "
        f"{md.month(changed.months[-1].month)} would be "
        f"**{md.amount(abs(difference.energy), changed.unit)} {verb}** than expected."
    )
    factors = {name: unit.factor for name, unit in forecast_data.units_for(changed.unit).items()}
    if difference.central > 0:
        factors[PER_CENT] = 100 / difference.central
    for column, (unit_name, factor) in zip(st.columns(3), factors.items(), strict=False):
        low, high = (md.change(factor * end) for end in (difference.low, difference.high))
        column.metric(
            f"In {md.escape(unit_name)}",
            md.change(factor * difference.energy, "%" if unit_name == PER_CENT else unit_name),
            delta=f"{low} to {high}",
            delta_color="off",
            delta_arrow="off",
            help="Below: the 80% interval of the difference.",
            border=True,
        )
    if changed.scenario_method == "sensitivity":
        st.caption(
            "This champion does not use weather: its forecast is changed by the measured "
            "sensitivity of the series to the weather."
        )
    unit = forecast_data.Unit(changed.unit)
    layout.chart(page_charts.scenario(key, request, name, unit), "what-if")
    layout.chart(page_charts.per_degree(key, degrees, unit), "sensitivity")
    st.caption(
        "Published weather stays as it is. The interval of the difference is that of the estimated "
        "effect of the weather; the shaded interval in the first chart has all other uncertainty."
    )
