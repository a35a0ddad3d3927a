"""What a replay showed: figures, tables and one picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd
from figures import markdown_table
from replay.play import Played

from energy.charts.style import BLUE, GREY, ORANGE, year_axis
from energy.contract.months import months_between
from energy.contract.track_record import RecordScore, TrackRecord
from energy.monitoring.track_record import score_months

NEAR = 12
"""Months ahead that the tables count, as the bench does."""
HORIZONS = (1, 2, 3, 6, 9, 12, 18, 24)
WIDE = 640
NOTHING = "nothing yet"


def figures(played: Sequence[Played], record: TrackRecord) -> dict[str, Any]:
    """Everything that the report tells, as plain data.

    Args:
        played: The months, in time.
        record: The track record after the last of them.
    """
    near = [row for row in record.rows if row.counted and row.horizon <= NEAR]
    served = [one.served or NOTHING for one in played]
    return {
        "target": record.target,
        "first": played[0].month,
        "last": played[-1].month,
        "months": len(played),
        "promoted": sum(one.published.promoted for one in played),
        "refused": {
            one.month: [check.told for check in one.published.failed]
            for one in played
            if not one.published.promoted
        },
        "forecaster_changes": sum(a != b for a, b in pairwise(served) if a != NOTHING),
        "months_served": dict(Counter(served)),
        "overall": _shown(record.overall),
        "by_horizon": {
            str(row.horizon): _shown(row.score)
            for row in record.by_horizon
            if row.horizon in HORIZONS
        },
        "by_year": {
            year: _shown(score_months([row for row in near if row.month.startswith(year)]))
            for year in sorted({row.month[:4] for row in near})
        },
        "false_alarm_rates": {
            check.name: round(check.false_alarm_rate, 4) for check in record.drift
        },
        "timeline": [_point(one) for one in played],
    }


def text(found: dict[str, Any]) -> str:
    """The figures in words and tables, in Markdown."""
    whole, refused = found["overall"], found["refused"]
    served = ", ".join(f"{name} {count}" for name, count in found["months_served"].items())
    told = [
        f"From {found['first']} to {found['last']}, {found['months']} releases were made: "
        f"{found['promoted']} went into service and {len(refused)} were refused. The forecaster in "
        f"service changed {found['forecaster_changes']} times (months in service: {served}).",
        f"Of {whole['months']} months forecast 1 to 12 ahead: MASE {whole['mase']:.3f} against "
        f"{whole['naive_mase']:.3f} for what seasonal naive would have said at the time, MAPE "
        f"{whole['mape']:.2f}%; 80% intervals held {100 * whole['coverage80']:.0f}%, 95% intervals "
        f"{100 * whole['coverage95']:.0f}%.",
        _table("months ahead", found["by_horizon"]),
        _table("year that was forecast", found["by_year"]),
    ]
    alarms = {
        name: [row["month"] for row in found["timeline"] if name in row["alarms"]]
        for name in found["false_alarm_rates"]
    }
    rows = [
        [name, str(len(months)), f"{100 * found['false_alarm_rates'][name]:.1f}%", spans(months)]
        for name, months in alarms.items()
    ]
    told.append("Drift alarms, and the rate of the months that the last thresholds come from:")
    told.append(markdown_table(["check", "months", "historic rate", "figures to"], rows))
    if refused:
        told.append("Refused, and why:")
        told.append(
            markdown_table(["figures to", "why"], [[m, " ".join(w)] for m, w in refused.items()])
        )
    return "\n\n".join(told)


def spans(months: Sequence[str]) -> str:
    """Months in words, those that follow one another as a span.

    >>> spans(["2020-01", "2020-02", "2021-05"])
    '2020-01 to 2020-02, 2021-05'
    """
    runs: list[list[str]] = []
    for month in months:
        if runs and months_between(runs[-1][-1], month) == 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)


def picture(found: dict[str, Any]) -> Any:
    """Error and coverage of the last twelve months, who was in service, and when it alarmed."""
    line = pd.DataFrame(found["timeline"]).assign(
        until=lambda rows: [_stamp(month, 1) for month in rows["month"]],
        month=lambda rows: [_stamp(month) for month in rows["month"]],
    )
    shared = alt.Scale(domain=[str(line["month"].iloc[0]), str(line["until"].iloc[-1])])
    x = alt.X("month:T", axis=year_axis(), scale=shared)
    errors = line.rename(columns={"mase": "in service", "naive_mase": "seasonal naive"})
    errors = errors.melt("month", ["in service", "seasonal naive"], "whose", "mase").dropna()
    hues = alt.Scale(domain=["in service", "seasonal naive"], range=[BLUE, ORANGE])
    share = alt.Y(
        "coverage80:Q",
        title="80% interval holds",
        axis=alt.Axis(format="%"),
        scale=alt.Scale(domain=[0, 1]),
    )
    panels = (
        alt.layer(
            _rule(1.0),
            alt.Chart(errors)
            .mark_line(strokeWidth=2)
            .encode(
                x=x,
                y=alt.Y("mase:Q", title="MASE, last 12 months"),
                color=alt.Color("whose:N", scale=hues),
            ),
        ).properties(width=WIDE, height=170),
        alt.layer(
            _rule(0.8),
            alt.Chart(line.dropna(subset="coverage80"))
            .mark_line(strokeWidth=2, color=BLUE)
            .encode(x=x, y=share),
        ).properties(width=WIDE, height=120),
        _strip(line[["month", "until", "served"]], "served", "in service", BLUE, x),
        _strip(
            line[["month", "until", "alarms"]].explode("alarms").dropna(),
            "alarms",
            "alarms",
            ORANGE,
            x,
            list(found["false_alarm_rates"]),
        ),
    )
    return alt.vconcat(*panels, spacing=14).properties(
        title=alt.TitleParams(
            "Every month replayed as it would have been",
            subtitle=f"{found['target']}, figures to {found['last']}",
            anchor="start",
        )
    )


def _rule(at: float) -> Any:
    level = alt.Chart(pd.DataFrame({"y": [at]}))
    return level.mark_rule(color=GREY, strokeDash=[4, 3]).encode(y="y:Q")


def _strip(
    rows: pd.DataFrame, what: str, title: str, hue: str, x: Any, names: Sequence[str] = ()
) -> Any:
    """One row for each name, filled in the months that have it."""
    names = list(names) or list(dict.fromkeys(rows[what]))
    y = alt.Y(
        f"{what}:N",
        sort=names,
        title=title,
        scale=alt.Scale(domain=names),
        axis=alt.Axis(labelLimit=230),
    )
    bars = alt.Chart(rows.assign(**{what: rows[what].astype(str)})).mark_bar(color=hue, height=10)
    return bars.encode(x=x, x2="until:T", y=y).properties(width=WIDE, height=22 * len(names))


def _point(one: Played) -> dict[str, Any]:
    recent = one.record.recent if one.record else None
    return {
        "month": one.month,
        "served": (one.served or NOTHING).replace("_", " "),
        "promoted": one.published.promoted,
        "mase": _round(recent.mase) if recent else None,
        "naive_mase": _round(recent.naive_mase) if recent else None,
        "coverage80": _round(recent.coverage80) if recent else None,
        "alarms": [c.name for c in one.record.drift if c.alarm] if one.record else [],
    }


def _table(what: str, scores: dict[Any, dict[str, Any]]) -> str:
    header = [what, "months", "MASE", "naive MASE", "MAPE", "80% holds", "95% holds"]
    return markdown_table(
        header,
        [
            [
                str(key),
                str(one["months"]),
                f"{one['mase']:.3f}",
                f"{one['naive_mase']:.3f}",
                f"{one['mape']:.2f}%",
                f"{100 * one['coverage80']:.0f}%",
                f"{100 * one['coverage95']:.0f}%",
            ]
            for key, one in scores.items()
        ],
    )


def _shown(found: RecordScore | None) -> dict[str, Any]:
    names = ("mase", "naive_mase", "mape", "coverage80", "coverage95", "bias")
    if found is None:
        return {}
    return {"months": found.months, **{n: _round(getattr(found, n)) for n in names}}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _stamp(month: str, later: int = 0) -> pd.Timestamp:
    return (pd.Period(month, "M") + later).to_timestamp()
