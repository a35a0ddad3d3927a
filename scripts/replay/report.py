"""What a replay showed: figures, tables and one picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd
from figures import markdown_table
from replay.play import Played

from energy.charts.style import BLUE, GREY, INK, ORANGE, SKY, year_axis
from energy.contract import RecordScore, TrackRecord
from energy.monitoring.scoring import score

NEAR = 12
"""Months ahead that the tables count, as the bench does."""
HORIZONS = (1, 2, 3, 6, 9, 12, 18, 24)
_WIDTH, _LEFT = 640, 120
_HUES = (BLUE, ORANGE, SKY, INK, GREY)


def figures(played: Sequence[Played], record: TrackRecord) -> dict[str, Any]:
    """Everything that the report tells, as plain data.

    Args:
        played: The months, in time.
        record: The track record after the last of them.
    """
    promoted = [one for one in played if one.published.promoted]
    near = [row for row in record.rows if row.counted and row.horizon <= NEAR]
    return {
        "first": played[0].month,
        "last": played[-1].month,
        "months": len(played),
        "promoted": len(promoted),
        "refused": {
            one.month: [check.told for check in one.published.failed]
            for one in played
            if not one.published.promoted
        },
        "forecaster_changes": sum(a.served != b.served for a, b in pairwise(played)),
        "months_served": dict(_counted(one.served for one in played)),
        "overall": _shown(record.overall),
        "by_horizon": {
            row.horizon: _shown(row.score) for row in record.by_horizon if row.horizon in HORIZONS
        },
        "by_year": {
            year: _shown(score([row for row in near if row.month.startswith(year)]))
            for year in sorted({row.month[:4] for row in near})
        },
        "alarms": {
            one.month: names
            for one in played
            if one.record and (names := [check.name for check in one.record.drift if check.alarm])
        },
        "false_alarm_rates": {
            check.name: round(check.false_alarm_rate, 4) for check in record.drift
        },
    }


def text(found: dict[str, Any]) -> str:
    """The figures in words and tables, in Markdown."""
    whole, refused = found["overall"], found["refused"]
    served = ", ".join(f"`{name}` {count}" for name, count in found["months_served"].items())
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
    if found["alarms"]:
        rows = [[month, ", ".join(names)] for month, names in found["alarms"].items()]
        rates = ", ".join(
            f"{n} {100 * rate:.1f}%" for n, rate in found["false_alarm_rates"].items()
        )
        told += [
            f"Drift alarms stood in {len(rows)} of {found['months']} months (on the months that "
            f"the last thresholds were taken from: {rates}):",
            markdown_table(["figures to", "alarms"], rows),
        ]
    for month, why in refused.items():
        told.append(f"- {month} was refused: {' '.join(why)}")
    return "\n\n".join(told)


def picture(played: Sequence[Played], record: TrackRecord) -> Any:
    """Error and coverage of the last twelve months, who was in service, and when it alarmed."""
    rows = pd.DataFrame(
        [_point(one.month, one.record.recent) for one in played if one.record and one.record.recent]
    )
    line = rows.melt("month", ["in service", "seasonal naive"], "whose", "mase")
    x = alt.X("month:T", axis=year_axis())
    hues = alt.Scale(domain=["in service", "seasonal naive"], range=[BLUE, ORANGE])
    one = alt.Chart(pd.DataFrame({"y": [1.0]})).mark_rule(color=GREY, strokeDash=[4, 3])
    errors = alt.layer(
        one.encode(y="y:Q"),
        alt.Chart(line)
        .mark_line(strokeWidth=2)
        .encode(
            x=x,
            y=alt.Y("mase:Q", title="MASE, last 12 months"),
            color=alt.Color("whose:N", scale=hues),
        ),
    ).properties(width=_WIDTH, height=170)
    nominal = alt.Chart(pd.DataFrame({"y": [0.8]})).mark_rule(color=GREY, strokeDash=[4, 3])
    share = alt.Y(
        "coverage:Q",
        title="80% interval holds",
        axis=alt.Axis(format="%"),
        scale=alt.Scale(domain=[0, 1]),
    )
    held = alt.layer(
        nominal.encode(y="y:Q"),
        alt.Chart(rows).mark_line(strokeWidth=2, color=BLUE).encode(x=x, y=share),
    ).properties(width=_WIDTH, height=_LEFT)
    return alt.vconcat(errors, held, _strip(played), _alarms(played), spacing=14).properties(
        title=alt.TitleParams(
            "Every month replayed as it would have been",
            subtitle=f"UK energy consumption, {record.target}; figures to {record.cutoff}",
            anchor="start",
        )
    )


def _strip(played: Sequence[Played]) -> Any:
    """Which forecaster was in service, month by month."""
    served = pd.DataFrame(
        [
            {"month": _stamp(one.month), "until": _stamp(one.month, 1), "served": one.served}
            for one in played
        ]
    )
    names = list(dict.fromkeys(served["served"]))
    return (
        alt.Chart(served)
        .mark_bar(color=BLUE, height=10)
        .encode(
            x=alt.X("month:T", axis=year_axis()),
            x2="until:T",
            y=alt.Y("served:N", sort=names, title="in service", axis=alt.Axis(labelLimit=230)),
        )
        .properties(width=_WIDTH, height=22 * len(names))
    )


def _alarms(played: Sequence[Played]) -> Any:
    """When which check alarmed."""
    checks = [check.name for one in played if one.record for check in one.record.drift]
    names = list(dict.fromkeys(checks))
    found = pd.DataFrame(
        [
            {"month": _stamp(one.month), "until": _stamp(one.month, 1), "alarm": check.name}
            for one in played
            if one.record
            for check in one.record.drift
            if check.alarm
        ],
        columns=["month", "until", "alarm"],
    )
    return (
        alt.Chart(found)
        .mark_bar(color=ORANGE, height=10)
        .encode(
            x=alt.X(
                "month:T",
                axis=year_axis(),
                scale=alt.Scale(
                    domain=[str(_stamp(played[0].month)), str(_stamp(played[-1].month, 1))]
                ),
            ),
            x2="until:T",
            y=alt.Y("alarm:N", title="alarms", scale=alt.Scale(domain=names)),
        )
        .properties(width=_WIDTH, height=22 * max(len(names), 1))
    )


def _point(month: str, recent: RecordScore) -> dict[str, Any]:
    return {
        "month": _stamp(month),
        "in service": recent.mase,
        "seasonal naive": recent.naive_mase,
        "coverage": recent.coverage80,
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


def _counted(names: Any) -> list[tuple[str, int]]:
    found = pd.Series(list(names)).value_counts()
    return [(str(name), int(count)) for name, count in found.items()]


def _stamp(month: str, later: int = 0) -> pd.Timestamp:
    return (pd.Period(month, "M") + later).to_timestamp()
