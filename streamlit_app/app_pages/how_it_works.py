"""How it works: the architecture, the lineage of this release, and where to read more."""

import streamlit as st

from energy.formatting import format_day, format_title
from energy.settings import ROOT, Settings
from streamlit_app import layout, queries
from streamlit_app import markdown as md

STEPS = """
**Ingest.** Every month the flow finds the UK's official workbooks by table number, reads them by
their labels and keeps every byte. A CSV file of your own works too. Both are checked figure by
figure.

**Backtest.** Every candidate model forecasts the past as if it were the future. The champion is the
mean of six families of models, weighted by their recent errors. Its error on the holdout is
reported and not used for selection.

**Publish.** The champion, its forecasts, its scores and the data become one release, each file with
its SHA-256. Readers see the old release or the new one, never a mixture.

**Serve.** Published months are looked up. Requests that no table can answer, such as colder
weather, use the fitted champion.

**Monitor.** Once the actual figures are published, every published forecast is scored.
"""
release = layout.header(
    "How it works",
    "Official figures become a forecast, and every forecast can be traced to its source files.",
)
manifest = release.manifest
left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
with left:
    diagram = (ROOT / "docs" / "architecture.dot").read_text("utf-8")
    st.graphviz_chart(diagram, width="content")
    st.caption("Drawn from docs/architecture.dot.")
right.markdown(STEPS)


def hashed(name: str, digest: str) -> str:
    """A name and the beginning of its hash."""
    return f"{md.escape(name)}: {md.code(digest[:16] + '…')}"


st.subheader("From the file to the answer", anchor=False)
lineage = manifest.lineage
links = {
    "1 · Files": [hashed(name, digest) for name, digest in lineage.vintage.items()],
    "2 · Run": [
        *(f"{md.title(system)}: {md.code(run)}" for system, run in lineage.runs.items()),
        f"Commit: {md.code(lineage.commit[:12])}",
        f"Python {md.escape(lineage.python)}",
    ],
    "3 · Release": [
        md.code(manifest.release_id),
        *(hashed(name, entry.sha256) for name, entry in sorted(manifest.files.items())),
    ],
    "4 · Answer": [
        f"Every answer names {md.code(manifest.release_id)}, its cutoff "
        f"{md.month(manifest.cutoff)} and its forecaster {md.title(manifest.forecaster)}.",
        f"Answered by {queries.release_watch().client.transport.kind}.",
    ],
}
for column, (title, lines) in zip(st.columns(4), links.items(), strict=True):
    with column, st.container(border=True, height="stretch"):
        st.markdown(f"**{title}**")
        for line in lines:
            st.caption(line)
with st.expander("All hashes and versions"):
    st.json(manifest.to_dict())
st.markdown(f"Live since {format_day(release.promoted_at)}. {md.sentence(release.reason)}")

st.subheader("Read more", anchor=False)
api = Settings.from_environment().api_url
st.markdown(
    "- **Cards** of a run, the leaderboard and the release: `make cards` saves them to `cards/` "
    "and opens them.\n- **Runs**, with every parameter and score: `make mlflow`.\n"
    + (f"- **The API**: [{api}/docs]({api}/docs).\n" if api else "- **The API**: `make lambda`.\n")
    + "- **Design and reasons**: `docs/DESIGN.md`; how accuracy is measured: "
    "`docs/forecasting.md`; serving: `docs/serving.md`; this app: `docs/app.md`."
)
for card in sorted((ROOT / "cards").glob("*.html")):
    st.download_button(
        md.escape(f"{format_title(card.stem)} card"),
        card.read_bytes(),
        card.name,
        "text/html",
        icon=":material/description:",
        key=f"card_{card.stem}",
        on_click="ignore",
    )
