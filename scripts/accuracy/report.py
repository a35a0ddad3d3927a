"""The tables and figures of docs/forecasting.md, from what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from accuracy.board import PROTOCOLS
from accuracy.protocol import SEED_PUBLISHED
from figures import markdown_table, replace_block

from energy import charts
from energy.forecasting.metrics import Score, score_folds
from energy.forecasting.models import BASELINE

Row = dict[str, Any]


def write(document: Path, result: dict[str, Any]) -> None:
    """Fill in every generated block of the document."""
    blocks = {
        "summary": _summary(result),
        "training": _table(result["rows"], "training"),
        "reported": _reported(result["rows"]),
        "held": _table(result["rows"], "holdout_before_covid"),
        "paired": _plain([{**r, "p": _p(r["p"])} for r in result["paired"]]),
        "horizon": _plain(result["by_horizon"]),
        "spreads": _plain(result["spreads"]),
        "shocks": _shocks(result["shocks"]),
        "provisional": _provisional(result["provisional"]),
        "climatology": _climatology(result["climatology"]),
        "variants": _plain(result["variants"]),
        "fuels": _fuels(result["fuels"]),
    }
    for name, text in blocks.items():
        replace_block(document, name, text)


def draw(folder: Path, frames: Mapping[str, pd.DataFrame], names: Sequence[str]) -> None:
    """Error by months ahead and by calendar month, and coverage of the first: SVGs in `folder`."""
    scored: list[Score] = []
    for name in names:
        rolling = frames[name][frames[name]["protocol"] == "backtest"]
        scored.append(score_folds(name, rolling, 0.0))
    of = {name: frames[name] for name in names}
    for file, drawn in {
        "accuracy-horizon.svg": charts.by_horizon(scored, "mape"),
        "accuracy-month.svg": charts.by_month(of),
        "coverage.svg": charts.coverage(frames[names[0]]),
    }.items():
        (folder / file).write_text(charts.svg(drawn), "utf-8")


def _summary(result: dict[str, Any]) -> str:
    found = result["summary"]
    measured = f"Measured {result['measured_at']}, bench version {result['bench_version']}"
    rows = [
        ["MAPE, 12 months ahead", f"{found['mape_12']:.2f}%", "at most 3.0%"],
        [
            f"below the best univariate of the field ({_name(found['best_univariate'])}, "
            f"{found['best_univariate_mape_12']:.2f}%)",
            f"{found['gain_over_best_univariate']:.1%}",
            "at least 12%",
        ],
        ["MAPE of the nowcast", f"{found['nowcast_mape']:.2f}%", "at most 1.8%"],
        [
            "weighted interval score, Mtoe",
            f"{found['wis_12']:.3f}",
            f"best of all (field: {_name(found['best_field_wis'])} {found['best_field_wis_12']:.3f}"
            f"; bench: {_name(found['next_wis'])} {found['next_wis_12']:.3f})",
        ],
        [
            "80% intervals hold",
            f"{found['coverage80']:.1%} (standard error {found['coverage80_error']:.1%})",
            "77% to 83%",
        ],
        ["95% intervals hold", f"{found['coverage95']:.1%}", "92% to 98%"],
        [
            "MAPE, held-out cutoffs before covid",
            f"{found['holdout_before_covid_mape']:.2f}%",
            "at most 2.7%",
        ],
        [
            "MAPE, one forecast of 65 months from 2017-01",
            f"{found['single_origin_2017_mape']:.2f}%",
            "none; the seed project's: "
            + ", ".join(f"{name} {mape}%" for name, mape in SEED_PUBLISHED.items()),
        ],
    ]
    champion = f"champion of the bench on these folds: **{_name(found['champion'])}**."
    return f"{measured}; {champion}\n\n{markdown_table(['what', 'figure', 'goal'], rows)}"


def _table(rows: Sequence[Row], protocol: str) -> str:
    some = sorted((r for r in rows if r["protocol"] == protocol), key=lambda r: r["mase"])
    header = [
        "forecaster",
        "from",
        "folds",
        "MASE",
        "MAPE",
        "WIS",
        "80% holds",
        "95% holds",
        "CPU s",
    ]
    return markdown_table(
        header,
        [
            [
                _name(r["forecaster"]),
                r["source"],
                str(r["folds"]),
                f"{r['mase']:.3f}",
                f"{r['mape']:.2f}%",
                f"{r['wis']:.3f}",
                f"{r['coverage80']:.0%}",
                f"{r['coverage95']:.0%}",
                f"{r['seconds']:.0f}",
            ]
            for r in some
        ],
    )


def _reported(rows: Sequence[Row]) -> str:
    names = list(dict.fromkeys(r["forecaster"] for r in rows))
    found = {(r["forecaster"], r["protocol"]): r for r in rows}
    shown = [p for p in PROTOCOLS if p != "training"]
    table = []
    for name in names:
        cells = [found.get((name, protocol)) for protocol in shown]
        table.append([_name(name), *("" if r is None else f"{r['mape']:.2f}%" for r in cells)])
    return markdown_table(["MAPE", *(p.replace("_", " ") for p in shown)], table)


def _fuels(found: dict[str, Any]) -> str:
    methods = list(found["mase"])
    table = [
        [
            _name(series),
            _name(champion),
            f"{found['baseline_mase'][series]:.3f}",
            *(f"{found['mase'][method][series]:.3f}" for method in methods),
        ]
        for series, champion in found["champions"].items()
    ]
    table.append(["mean", "", "", *(f"{found['mean_mase'][method]:.3f}" for method in methods)])
    header = ["series", "champion", _name(BASELINE), *(_name(method) for method in methods)]
    return markdown_table(header, table)


def _shocks(rows: Sequence[Row]) -> str:
    return _pivot(
        rows,
        "treatment",
        lambda r: f"{r['shock']}; {r['cutoffs']}",
        _shock,
    )


def _shock(row: Row) -> str:
    error = "" if row["error"] is None else f" ± {row['error']:.2f}"
    told = "" if row["treatment"] == "nothing" else f"; {row['difference']:+.2f}{error}"
    return f"{row['mape']:.2f} ({row['bias']:+.1f}){told}"


def _provisional(rows: Sequence[Row]) -> str:
    scored = [{**r, "what": f"{r['ahead']} ahead, {r['alternative']}"} for r in rows if "mape" in r]
    even = [
        {k: v for k, v in r.items() if k != "table"} for r in rows if r["table"] == "break-even"
    ]
    by_size = _pivot(scored, "what", lambda r: f"{r['size']}%", lambda r: f"{r['mape']:.3f}")
    return f"{by_size}\n\n{_plain(even)}"


def _climatology(rows: Sequence[Row]) -> str:
    """What was expected of the weather, what it does to the forecast, and the trend."""
    tables = []
    for name in dict.fromkeys(row["table"] for row in rows):
        some = [{k: v for k, v in r.items() if k != "table"} for r in rows if r["table"] == name]
        tables.append(_plain(some))
    return "\n\n".join(tables)


def _pivot(
    rows: Sequence[Row], index: str, column: Callable[[Row], str], cell: Callable[[Row], str]
) -> str:
    columns = list(dict.fromkeys(column(row) for row in rows))
    found = {(row[index], column(row)): cell(row) for row in rows}
    names = dict.fromkeys(row[index] for row in rows)
    cells = [[_name(name), *(found.get((name, one), "") for one in columns)] for name in names]
    return markdown_table([_name(index), *columns], cells)


def _plain(rows: Sequence[Row], columns: Sequence[str] | None = None) -> str:
    names = list(columns or dict.fromkeys(key for row in rows for key in row))
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    return markdown_table([_name(name) for name in names], cells)


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else _name(str(value))


def _name(name: str) -> str:
    return name.replace("_", " ")
