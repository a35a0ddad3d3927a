"""Weather what-if: what a colder, a warmer or a past winter would change."""

import streamlit as st

from energy.contract import ForecastRequest
from streamlit_app import drawings, formats, layout, service, units, whatif

DEGREES, WINTER = "Warmer or colder", "A past winter"


def band(found: whatif.Change, factor: float) -> str:
    """The band of a difference in the unit that `factor` leads to."""
    low, high = (formats.change(factor * end) for end in (found.low, found.high))
    return f"{low} to {high}"


release = layout.begin("Weather what-if")
key = release.release_id
if not release.has_weather:
    st.info(
        "**There is no weather in this forecast:** its figures came without, so nothing can be "
        "asked about it.",
        icon=":material/info:",
    )
    layout.foot()
    st.stop()
st.markdown("The forecast expects the weather of the last years. What if it comes otherwise?")
with layout.guarded():
    facts = service.weather(key)
    central = service.forecast(key, ForecastRequest(periods=release.months))
    months = whatif.open_months(central)
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    kind = left.segmented_control(
        "What if",
        [DEGREES, WINTER],
        default=DEGREES,
        key="what",
        required=True,
        bind="query-params",
    )
    if kind == WINTER:
        past = whatif.winters(facts)
        mean = sum(past.values()) / len(past)
        winter = right.selectbox(
            "The next winter in the weather of",
            list(past),
            index=list(past).index(max(past, key=lambda name: past[name])),
            format_func=lambda name: (
                f"{name} ({formats.change(past[name] - mean)} degree days a day on the average)"
            ),
            key="winter",
            bind="query-params",
        )
        asked, name = whatif.past_winter(months, facts, winter), f"winter {winter}"
        degrees = None
    else:
        degrees = right.slider(
            "Degrees Celsius warmer (right) or colder (left) than expected",
            -float(whatif.REACH),
            float(whatif.REACH),
            -2.0,
            0.5,
            format="%+.1f °C",
            key="degrees",
            bind="query-params",
        )
        asked = whatif.warmer(months, degrees) if months else None
        name = f"{formats.change(degrees)} °C"
    if asked is None:
        st.info("No month of the year ahead is left to ask about.", icon=":material/info:")
        layout.foot()
        st.stop()
    with st.spinner("Asking the fitted champion …", show_time=False):
        given = service.forecast(key, asked)
    warmth = whatif.degrees_of(asked, facts)
    found = whatif.compare(central, given, facts.sensitivity, warmth)

    first, last = given.months[0].month, given.months[-1].month
    verb = "more" if found.energy > 0 else "less"
    more = formats.amount(abs(found.energy), formats.literal(given.unit))
    st.markdown(
        f"{formats.literal(release.title)} from {formats.month(first)} to {formats.month(last)} "
        f"would be **{more} {verb}** than expected."
    )

    columns = st.columns(3)
    faces = {name: one.factor for name, one in units.offered(given.unit).items()}
    if found.central > 0:
        faces["per cent"] = 100 / found.central
    for column, (face, factor) in zip(columns, faces.items(), strict=False):
        column.metric(
            f"In {face}",
            formats.change(factor * found.energy, "%" if face == "per cent" else face),
            delta=band(found, factor),
            delta_color="off",
            delta_arrow="off",
            help="Below: the band that holds the difference with a chance of 80%.",
            border=True,
        )
    if given.scenario_method == "sensitivity":
        st.caption(
            "This champion uses no weather itself: its forecast is moved by the measured answer of "
            "the series to the weather."
        )
    unit = units.Unit(given.unit)
    layout.chart(drawings.against(key, asked, name, unit), "what-if")
    layout.chart(drawings.per_degree(key, degrees, unit), "sensitivity")
    st.caption(
        "Weather that is out already is left as it came. The band of the difference is that of the "
        "estimated answer to the weather; the shaded interval in the first chart holds everything "
        "else that is not known."
    )
