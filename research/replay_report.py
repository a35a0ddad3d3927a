"""Results of a replay: figures, tables and a chart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from energy.charts.style import BLUE, GREY, ORANGE, year_axis
from energy.contract.months import months_between
from energy.contract.track_record import RecordScore, TrackRecord
from energy.monitoring.track_record import score_months
from scripts.markdown_blocks import markdown_table

if TYPE_CHECKING:
    from research.replay_history import ReplayedMonth

NEAR = 12
"""Months ahead that the tables count, as in the backtests."""
HORIZONS = (1, 2, 3, 6, 9, 12, 18, 24)
WIDE = 640
NOTHING = "nothing yet"


def figures(months: Sequence[ReplayedMonth], record: TrackRecord) -> dict[str, Any]:
    """The content of the report as plain data.

    Args:
        months: The replayed months, in order.
        record: The track record after the last of them.
    """
    near = [row for row in record.rows if row.counted and row.horizon <= NEAR]
    forecasters = [month.served or NOTHING for month in months]
    return {
        "target": record.target,
        "first": months[0].month,
        "last": months[-1].month,
        "months": len(months),
        "promoted": sum(month.published.promoted for month in months),
        "refused": {
            month.month: [check.told for check in month.published.failed]
            for month in months
            if not month.published.promoted
        },
        "forecaster_changes": sum(a != b for a, b in pairwise(forecasters) if a != NOTHING),
        "months_served": dict(Counter(forecasters)),
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
        "timeline": [_point(month) for month in months],
    }


def text(content: dict[str, Any]) -> str:
    """The report in Markdown."""
    overall, refused = content["overall"], content["refused"]
    live_months = ", ".join(
        f"{'none yet' if name == NOTHING else name} {count}"
        for name, count in content["months_served"].items()
    )
    paragraphs = [
        f"From {content['first']} to {content['last']}, {content['months']} releases were made: "
        f"{content['promoted']} went live and {len(refused)} were rejected by the gate. The "
        f"live forecaster changed {content['forecaster_changes']} times (months live: "
        f"{live_months}).",
        f"Over {overall['months']} monthly forecasts 1 to 12 months ahead, MASE is "
        f"{overall['mase']:.3f}, against {overall['naive_mase']:.3f} for seasonal naive at the "
        f"time, and MAPE {overall['mape']:.2f}%; 80% intervals cover "
        f"{100 * overall['coverage80']:.0f}%, 95% intervals {100 * overall['coverage95']:.0f}%.",
        _table("months ahead", content["by_horizon"]),
        _table("forecast year", content["by_year"]),
    ]
    alarms = {
        name: [row["month"] for row in content["timeline"] if name in row["alarms"]]
        for name in content["false_alarm_rates"]
    }
    rows = [
        [
            name,
            str(len(months)),
            f"{100 * content['false_alarm_rates'][name]:.1f}%",
            spans(months),
        ]
        for name, months in alarms.items()
    ]
    paragraphs.append("Drift alarms, and the false alarm rate of the last thresholds:")
    paragraphs.append(markdown_table(["check", "months", "false alarm rate", "data to"], rows))
    if refused:
        paragraphs.append("Rejected releases:")
        paragraphs.append(
            markdown_table(
                ["data to", "reason"],
                [[month, " ".join(reasons)] for month, reasons in refused.items()],
            )
        )
    return "\n\n".join(paragraphs)


def spans(months: Sequence[str]) -> str:
    """Months as text, with consecutive months as a range.

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


def picture(content: dict[str, Any]) -> Any:
    """Chart of error and coverage of the last twelve months, live forecaster, and alarms."""
    line = pd.DataFrame(content["timeline"]).assign(
        until=lambda rows: [_stamp(month, 1) for month in rows["month"]],
        month=lambda rows: [_stamp(month) for month in rows["month"]],
    )
    shared = alt.Scale(domain=[str(line["month"].iloc[0]), str(line["until"].iloc[-1])])
    x = alt.X("month:T", axis=year_axis(), scale=shared)
    errors = line.rename(columns={"mase": "live", "naive_mase": "seasonal naive"})
    errors = errors.melt("month", ["live", "seasonal naive"], "whose", "mase").dropna()
    colours = alt.Scale(domain=["live", "seasonal naive"], range=[BLUE, ORANGE])
    share = alt.Y(
        "coverage80:Q",
        title="80% interval coverage",
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
                color=alt.Color("whose:N", scale=colours),
            ),
        ).properties(width=WIDE, height=170),
        alt.layer(
            _rule(0.8),
            alt.Chart(line.dropna(subset="coverage80"))
            .mark_line(strokeWidth=2, color=BLUE)
            .encode(x=x, y=share),
        ).properties(width=WIDE, height=120),
        _strip(line[["month", "until", "served"]], "served", "live", BLUE, x),
        _strip(
            line[["month", "until", "alarms"]].explode("alarms").dropna(),
            "alarms",
            "alarms",
            ORANGE,
            x,
            list(content["false_alarm_rates"]),
        ),
    )
    return alt.vconcat(*panels, spacing=14).properties(
        title=alt.TitleParams(
            "Replay of every month",
            subtitle=f"{content['target']}, data to {content['last']}",
            anchor="start",
        )
    )


def _rule(at: float) -> Any:
    level = alt.Chart(pd.DataFrame({"y": [at]}))
    return level.mark_rule(color=GREY, strokeDash=[4, 3]).encode(y="y:Q")


def _strip(
    rows: pd.DataFrame, column: str, title: str, colour: str, x: Any, names: Sequence[str] = ()
) -> Any:
    """A row for each name, with bars in its months."""
    names = list(names) or list(dict.fromkeys(rows[column]))
    y = alt.Y(
        f"{column}:N",
        sort=names,
        title=title,
        scale=alt.Scale(domain=names),
        axis=alt.Axis(labelLimit=230),
    )
    bars = alt.Chart(rows.assign(**{column: rows[column].astype(str)})).mark_bar(
        color=colour, height=10
    )
    return bars.encode(x=x, x2="until:T", y=y).properties(width=WIDE, height=22 * len(names))


def _point(month: ReplayedMonth) -> dict[str, Any]:
    recent = month.record.recent if month.record else None
    return {
        "month": month.month,
        "served": (month.served or NOTHING).replace("_", " "),
        "promoted": month.published.promoted,
        "mase": _round(recent.mase) if recent else None,
        "naive_mase": _round(recent.naive_mase) if recent else None,
        "coverage80": _round(recent.coverage80) if recent else None,
        "alarms": [c.name for c in month.record.drift if c.alarm] if month.record else [],
    }


def _table(label: str, scores: dict[Any, dict[str, Any]]) -> str:
    header = [label, "months", "MASE", "naive MASE", "MAPE", "80% coverage", "95% coverage"]
    return markdown_table(
        header,
        [
            [
                str(key),
                str(score_of_key["months"]),
                f"{score_of_key['mase']:.3f}",
                f"{score_of_key['naive_mase']:.3f}",
                f"{score_of_key['mape']:.2f}%",
                f"{100 * score_of_key['coverage80']:.0f}%",
                f"{100 * score_of_key['coverage95']:.0f}%",
            ]
            for key, score_of_key in scores.items()
        ],
    )


def _shown(score_or_none: RecordScore | None) -> dict[str, Any]:
    names = ("mase", "naive_mase", "mape", "coverage80", "coverage95", "bias")
    if score_or_none is None:
        return {}
    return {"months": score_or_none.months, **{n: _round(getattr(score_or_none, n)) for n in names}}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _stamp(month: str, later: int = 0) -> pd.Timestamp:
    return (pd.Period(month, "M") + later).to_timestamp()
