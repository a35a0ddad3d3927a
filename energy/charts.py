"""Every chart, once: Vega-Lite through altair, for cards, the app, notebooks and MLflow.

Functions take frames or plain contract data and return altair charts. Colours are Okabe and Ito's,
which colour-blind readers can tell apart; titles carry the unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from energy.contract import LEVELS, ForecastTable
from energy.forecasting.scores import Score

INK, BLUE, SKY, ORANGE, GREEN, GREY = (
    "#24292f",
    "#0072B2",
    "#56B4E9",
    "#D55E00",
    "#009E73",
    "#8c959f",
)
WIDTH = 760


def _years() -> alt.Axis:
    return alt.Axis(format="%Y", tickCount="year", title=None)


def _styled(chart: Any, title: str, subtitle: str = "", height: int = 320) -> Any:
    return chart.properties(
        width=WIDTH,
        height=height,
        title=alt.TitleParams(title, subtitle=subtitle or alt.Undefined, anchor="start"),
    )


def configured(chart: Any) -> Any:
    """Apply the house style; once, on the outermost chart."""
    return (
        chart.configure(font="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif")
        .configure_view(strokeWidth=0)
        .configure_axis(
            gridColor="#eceef0",
            domainColor="#c4c9cf",
            tickColor="#c4c9cf",
            labelColor="#57606a",
            titleColor="#57606a",
            titleFontWeight="normal",
            labelFontSize=11,
        )
        .configure_title(fontSize=15, subtitleFontSize=12, color=INK, subtitleColor="#57606a")
        .configure_legend(labelFontSize=11, titleFontSize=11, orient="top", title=None)
    )


def table_frame(table: ForecastTable) -> pd.DataFrame:
    """A forecast table as a frame: month (timestamp), horizon, mean, q0.025 ... q0.975."""
    rows = [
        {
            "month": pd.Period(row.month, "M").to_timestamp(),
            "horizon": row.horizon,
            "mean": row.mean,
            **{f"q{level}": q for level, q in zip(table.levels, row.quantiles, strict=True)},
        }
        for row in table.months
    ]
    return pd.DataFrame(rows)


def fan(history: pd.Series, table: ForecastTable, years: int = 6) -> Any:
    """History and forecast as one fan: the mean with its 80% and 95% intervals.

    Args:
        history: The series on a monthly PeriodIndex; its last `years` are drawn.
        table: The forecast table that follows it.
    """
    shown = history.iloc[-12 * years :]
    past = pd.DataFrame(
        {"month": pd.PeriodIndex(shown.index).to_timestamp(), "value": shown.to_numpy()}
    )
    ahead = _fields(table_frame(table))
    # The fan starts at the last month observed, so that the line does not break.
    joint = {
        **dict.fromkeys(ahead.columns, past["value"].iloc[-1]),
        "month": past["month"].iloc[-1],
    }
    ahead = pd.concat([pd.DataFrame([joint]), ahead], ignore_index=True)
    x = alt.X("month:T", axis=_years())
    y_scale = alt.Scale(zero=False, nice=True)
    title = f"{table.unit} a month"
    key = alt.Scale(
        domain=["published", "forecast", "80% interval", "95% interval"],
        range=[INK, BLUE, "#86bfe3", "#c9e2f3"],
    )

    def named(name: str) -> Any:
        return alt.Color("key:N", scale=key, legend=alt.Legend(symbolType="square"))

    def band(low: str, high: str, name: str) -> Any:
        return (
            alt.Chart(ahead.assign(key=name))
            .mark_area()
            .encode(
                x=x, y=alt.Y(f"{low}:Q", scale=y_scale, title=title), y2=high, color=named(name)
            )
        )

    tips = [
        alt.Tooltip("month:T", format="%B %Y", title="month"),
        alt.Tooltip("mean:Q", format=".2f", title="forecast"),
        alt.Tooltip("q100:Q", format=".2f", title="80% from"),
        alt.Tooltip("q900:Q", format=".2f", title="80% to"),
    ]
    layers = alt.layer(
        band("q25", "q975", "95% interval"),
        band("q100", "q900", "80% interval"),
        alt.Chart(past.assign(key="published"))
        .mark_line(strokeWidth=1.8)
        .encode(x=x, y=alt.Y("value:Q", scale=y_scale, title=title), color=named("published")),
        alt.Chart(ahead.assign(key="forecast"))
        .mark_line(strokeWidth=2.2, point=alt.OverlayMarkDef(size=14))
        .encode(x=x, y="mean:Q", color=named("forecast"), tooltip=tips),
    )
    return _styled(
        layers,
        f"{table.target.replace('_', ' ').capitalize()}: {len(table.months)} months ahead",
        f"{table.forecaster.replace('_', ' ')}, data to {table.cutoff}",
        height=340,
    )


def _fields(frame: pd.DataFrame) -> pd.DataFrame:
    """Rename q0.025 to q25: Vega-Lite reads a dot in a field's name as a path."""
    return frame.rename(columns={f"q{level}": f"q{round(level * 1000)}" for level in LEVELS})


def leaderboard(ranked: Sequence[Score], baseline: str) -> Any:
    """MASE of every forecaster, best first; the champion stands out, the baseline is a line."""
    rows = pd.DataFrame(
        [
            {
                "forecaster": s.forecaster.replace("_", " "),
                "mase": s.mase,
                "role": (
                    "champion" if i == 0 else "baseline" if s.forecaster == baseline else "other"
                ),
            }
            for i, s in enumerate(ranked)
            if s.mase is not None
        ]
    )
    order = list(rows["forecaster"])
    longest = 1.6 * float(rows.loc[rows["role"] == "baseline", "mase"].max())
    if not longest > 0:
        longest = float(rows["mase"].max())
    y = alt.Y("forecaster:N", sort=order, title=None, axis=alt.Axis(labelLimit=260))
    bars = (
        alt.Chart(rows)
        .mark_bar(clip=True, size=15)
        .encode(
            y=y,
            x=alt.X(
                "mase:Q",
                title="MASE, 1 to 12 months ahead (below 1 beats the in-sample seasonal naive)",
                scale=alt.Scale(domain=[0, longest]),
            ),
            color=alt.Color(
                "role:N",
                scale=alt.Scale(
                    domain=["champion", "baseline", "other"], range=[BLUE, ORANGE, "#b6c2cd"]
                ),
                legend=None,
            ),
            tooltip=["forecaster:N", alt.Tooltip("mase:Q", format=".3f")],
        )
    )
    words = (
        alt.Chart(rows.assign(at=rows["mase"].clip(upper=0.94 * longest)))
        .mark_text(align="left", dx=4, fontSize=11, color=INK)
        .encode(y=y, x="at:Q", text=alt.Text("mase:Q", format=".3f"))
    )
    rule = (
        alt.Chart(pd.DataFrame({"x": [1.0]}))
        .mark_rule(strokeDash=[4, 4], color=GREY)
        .encode(x="x:Q")
    )
    return _styled(bars + rule + words, "Backtest on the training part", height=24 * len(rows))


def by_horizon(scores: Sequence[Score], figure: str = "mase") -> Any:
    """How the error grows with the months ahead, a line for each forecaster."""
    rows = pd.DataFrame(
        [
            {
                "forecaster": s.forecaster.replace("_", " "),
                "horizon": r["horizon"],
                "value": r[figure],
            }
            for s in scores
            for r in s.by_horizon
        ]
    )
    names = [s.forecaster.replace("_", " ") for s in scores if s.by_horizon]
    chart = (
        alt.Chart(rows)
        .mark_line(point=True)
        .encode(
            x=alt.X("horizon:O", title="months ahead", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("value:Q", title=figure.upper(), scale=alt.Scale(zero=True)),
            color=alt.Color(
                "forecaster:N",
                scale=alt.Scale(domain=names, range=[BLUE, GREEN, SKY, "#CC79A7", ORANGE]),
            ),
            tooltip=["forecaster:N", "horizon:O", alt.Tooltip("value:Q", format=".3f")],
        )
    )
    return _styled(chart, "Error by months ahead", height=240)


def folds(frame: pd.DataFrame, unit: str, title: str, months: int = 12) -> Any:
    """Every fold of one forecaster against what came, a thin line for each cutoff.

    Args:
        frame: Fold frame of one forecaster.
        unit: The series' unit.
        title: What to call it.
        months: Furthest horizon to draw.
    """
    rolling = frame[(frame["protocol"] != "single_origin") & (frame["horizon"] <= months)]
    rows = pd.DataFrame(
        {
            "month": rolling["month"].dt.to_timestamp(),
            "cutoff": rolling["cutoff"].astype(str),
            "value": rolling["mean"],
            "key": rolling["protocol"].map(
                {"backtest": "forecast", "holdout": "forecast, holdout"}
            ),
        }
    )
    actual = rolling.drop_duplicates("month").sort_values("month")
    came = pd.DataFrame(
        {"month": actual["month"].dt.to_timestamp(), "value": actual["actual"], "key": "published"}
    )
    scale = alt.Scale(
        domain=["published", "forecast", "forecast, holdout"], range=["#6e7781", BLUE, ORANGE]
    )
    x = alt.X("month:T", axis=_years())
    y = alt.Y("value:Q", title=unit, scale=alt.Scale(zero=False))
    lines = (
        alt.Chart(rows)
        .mark_line(strokeWidth=1.1, opacity=0.8)
        .encode(x=x, y=y, detail="cutoff:N", color=alt.Color("key:N", scale=scale))
    )
    points = (
        alt.Chart(came)
        .mark_line(strokeWidth=1.4, opacity=0.9)
        .encode(x=x, y=y, color=alt.Color("key:N", scale=scale))
    )
    return _styled(points + lines, title, height=220)


def spec(chart: Any) -> dict[str, Any]:
    """The chart as a Vega-Lite specification, in the house style."""
    # Checking a specification against its schema takes longer than making it; the tests do.
    made: dict[str, Any] = configured(chart).to_dict(validate=False)
    return made


def png(chart: Any, scale: float = 2.0) -> bytes:
    """The chart as a PNG, drawn offline."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(spec(chart), scale=scale))


def svg(chart: Any) -> str:
    """The chart as SVG text, drawn offline."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec(chart)))
