"""How it works: the architecture, where this release comes from, and where to read on."""

import streamlit as st

from energy.settings import ROOT, Settings
from streamlit_app import formats, layout, service

STEPS = """
**Found and checked.** Every month the UK's official workbooks are found by table number, read by
their labels and kept byte for byte; a CSV of one's own is read as it stands. Either is checked
figure by figure.

**Compared.** Every forecaster of the bench is asked for the past as if it were the future. The best
is the champion; what it says of the holdout is reported, and nothing is chosen on it.

**Published.** The champion, its table of forecasts, its scores and the data become one release,
each file with its SHA-256. A reader sees the old release or the new one, whole.

**Served.** Published months are looked up. What no table can hold, such as colder weather, wakes
the fitted champion.

**Scored.** When the figures come, every forecast that was published is held against them.
"""
release = layout.begin(
    "How it works",
    "Published figures become a forecast, and every forecast can be traced back to their bytes.",
)
made = release.manifest
left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
with left:
    dot = (ROOT / "docs" / "architecture.dot").read_text("utf-8")
    st.graphviz_chart(dot, width="content")
    st.caption("Drawn from docs/architecture.dot.")
right.markdown(STEPS)

st.subheader("From the file to the answer", anchor=False)
runs = made.lineage.runs
chain = (
    (
        "1 · Files",
        "The bytes that were read",
        [f"{name}: `{digest[:16]}…`" for name, digest in made.lineage.vintage.items()],
    ),
    (
        "2 · Run",
        "What computed it",
        [
            *(f"{formats.name(system)}: `{run}`" for system, run in runs.items()),
            f"Commit: `{made.lineage.commit[:12]}`",
            f"Python {made.lineage.python}",
        ],
    ),
    (
        "3 · Release",
        "What was published",
        [
            f"`{made.release_id}`",
            *(f"{name}: `{entry.sha256[:16]}…`" for name, entry in sorted(made.files.items())),
        ],
    ),
    (
        "4 · Answer",
        "What you see",
        [
            f"Every answer names `{made.release_id}`, its cutoff {formats.month(made.cutoff)} and "
            f"its forecaster {formats.name(made.forecaster).lower()}.",
            f"Asked of {service.watch().client.transport.kind}.",
        ],
    ),
)
for column, (title, what, lines) in zip(st.columns(4), chain, strict=True):
    with column, st.container(border=True, height="stretch"):
        st.markdown(f"**{title}**")
        st.caption(what)
        for line in lines:
            st.markdown(f"<small>{line}</small>", unsafe_allow_html=True)
with st.expander("All hashes and versions"):
    st.json(made.to_dict())
st.markdown(
    f"In service since {formats.day(release.promoted_at)}. {formats.sentence(release.reason)}"
)

st.subheader("Cards and pages", anchor=False)
api = Settings.from_environment().api_url
st.markdown(
    "- **Cards** of a run, the leaderboard and the release: `make cards` saves them to `cards/` "
    "and opens them.\n- **Runs**, with every parameter and score: `make mlflow`.\n"
    + (f"- **The API**: [{api}/docs]({api}/docs).\n" if api else "- **The API**: `make lambda`.\n")
    + "- **Design and reasons**: `docs/DESIGN.md`; how the forecast was measured: "
    "`docs/forecasting.md`; serving: `docs/serving.md`; this app: `docs/app.md`."
)
for card in sorted((ROOT / "cards").glob("*.html")):
    st.download_button(
        f"{formats.name(card.stem)} card",
        card.read_bytes(),
        card.name,
        "text/html",
        icon=":material/description:",
        key=f"card_{card.stem}",
        on_click="ignore",
    )
