"""Every chart is a valid Vega-Lite specification, draws, and needs no network."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from made_results import (
    SHARES,
    make_breakdown,
    make_comparison,
    make_folds,
    make_plan,
    make_series,
    make_table,
)

from energy import charts
from energy.charts.forecasts import PARTS
from energy.charts.style import DARK, month_axis
from energy.contract import Forecast, Interval, MonthAhead
from energy.data.tables import ENERGY
from energy.forecasting.metrics import coverage_error

EFFECTS = pd.DataFrame(
    {"season": "winter", "degrees": [-1, 1], "change": [0.4, -0.4], "low": [0.3, -0.5]}
).assign(high=lambda rows: rows["low"] + 0.2)
Y, NEGATIVE = make_series(), make_series("net_imports", -5.0)
PLAN = make_plan(Y)


def a_forecast(more: float = 0.0) -> Forecast:
    months = tuple(
        MonthAhead(month, n + 1, 12.0 + more, bands, "expected")
        for n, month in enumerate(("2020-01", "2020-02"))
        for bands in [(Interval(0.8, 11.0 + more, 13.0 + more), Interval(0.95, 9.0, 15.0 + more))]
    )
    made = "2026-11-25T00:00:00Z"
    return Forecast("r", made, "total", "Mtoe", "2019-12", "theta", "table", False, months)


def compared(failed: tuple[str, ...] = ()) -> Any:
    return make_comparison(Y, PLAN, failed=failed)


MAKERS: dict[str, Callable[[], Any]] = {
    "fan": lambda: charts.fan(Y, make_table(Y, PLAN)),
    "fan of one month": lambda: charts.fan(Y, make_table(Y, PLAN, horizon=1)),
    "fan below zero": lambda: charts.fan(NEGATIVE, make_table(NEGATIVE, PLAN)),
    "fan of an answer": lambda: charts.fan(
        Y, a_forecast(), "UK energy consumption", "TWh", 11.63, years=None
    ),
    "fan without history": lambda: charts.fan(Y[:0], a_forecast()),
    "scenario": lambda: charts.scenario(a_forecast(), a_forecast(1.0), "colder", "Mtoe"),
    "per degree": lambda: charts.per_degree(EFFECTS, -2.0, "Mtoe"),
    "per degree without a mark": lambda: charts.per_degree(EFFECTS, None, "Mtoe"),
    "by part": lambda: charts.by_part(make_breakdown().tables),
    "leaderboard": lambda: charts.leaderboard(compared().ranked),
    "leaderboard without baseline": lambda: charts.leaderboard(
        compared(("seasonal_naive",)).ranked
    ),
    "by horizon": lambda: charts.by_horizon(compared().ranked),
    "coverage by horizon": lambda: charts.by_horizon(compared().ranked, "coverage80"),
    "by month": lambda: charts.by_month(compared().folds),
    "folds": lambda: charts.folds(make_folds(Y, PLAN, 0.2), "Mtoe", "Folds"),
    "coverage": lambda: charts.coverage(make_folds(Y, PLAN, 0.2)),
    "rolling origins": lambda: charts.rolling_origins(PLAN, Y.index[0], Y.index[-1]),
    "series": lambda: charts.series(Y, "Total", "Mtoe"),
    "by season": lambda: charts.by_season(Y, "Total", "Mtoe"),
    "heat map": lambda: charts.heat_map(Y, "Total", "Mtoe"),
    "trend": lambda: charts.trend(Y, "Total", "Mtoe"),
    "season and remainder": lambda: charts.season_and_remainder(Y, "Total", "Mtoe"),
    "against weather": lambda: charts.against_weather(Y, Y + 1, "Total", "Mtoe"),
    "subseries": lambda: charts.subseries(Y, "Total", "Mtoe"),
    "autocorrelation": lambda: charts.correlogram(Y, "Total"),
    "partial autocorrelation": lambda: charts.correlogram(Y, "Total", "pacf"),
}


@functools.cache
def chart(name: str) -> Any:
    """The chart of that name; neither drawing it nor its specification changes it."""
    return MAKERS[name]()


@functools.cache
def spec_of(name: str) -> dict[str, Any]:
    """The specification of a chart, made once too: leave it as it is."""
    return charts.spec(chart(name))


@pytest.mark.parametrize("name", MAKERS)
def test_charts_are_valid_and_draw_without_a_network(name: str) -> None:
    valid = charts.configured(chart(name)).to_dict(validate=True)
    spec = dict(spec_of(name))
    assert json.loads(json.dumps(spec, allow_nan=False)).keys() == valid.keys()
    assert "vega-lite" in spec.pop("$schema")
    assert spec["datasets"]
    text = json.dumps(spec)
    assert not re.search(r"https?:|//|\"url\"|NaN", text)
    assert charts.png(spec_of(name), 1.0).startswith(b"\x89PNG\r\n\x1a\n")
    drawing = charts.svg(spec_of(name))
    assert drawing.startswith("<svg")
    assert "NaN" not in drawing


def test_the_fan_begins_at_the_last_published_month() -> None:
    table = make_table(Y, PLAN)
    spec = charts.spec(charts.fan(Y, table, "UK energy consumption"))
    rows = next(rows for rows in spec["datasets"].values() if rows[0].get("key") == "forecast")
    assert len(rows) == 1 + len(table.months)
    assert rows[0]["mean"] == rows[0]["lower80"] == rows[0]["upper95"] == Y.iloc[-1]
    assert [row["mean"] for row in rows[1:]] == [row.mean for row in table.months]
    bounds = ("lower95", "lower80", "upper80", "upper95")
    quantiles = table.months[0].quantiles
    assert [rows[1][name] for name in bounds] == [quantiles[i] for i in (0, 1, 5, 6)]
    assert charts.titles(spec) == (
        "UK energy consumption, Mtoe a month",
        "24 months ahead, by theta, from data to July 2022",
    )


def test_an_answer_is_drawn_in_another_unit() -> None:
    spec = spec_of("fan of an answer")
    rows = next(rows for rows in spec["datasets"].values() if rows[0].get("key") == "80% interval")
    assert rows[0]["mean"] == pytest.approx(11.63 * Y.iloc[-1])
    assert [rows[1]["lower80"], rows[1]["upper95"]] == pytest.approx([11.63 * 11, 11.63 * 15])
    assert charts.titles(spec)[0] == "UK energy consumption, TWh a month"


@pytest.mark.parametrize(
    ("months", "interval", "step"),
    [(1, "month", 1), (12, "month", 1), (36, "month", 3), (72, "year", 1), (180, "year", 2),
     (300, "year", 5)],
)  # fmt: skip
def test_a_month_axis_has_room_for_its_labels(months: int, interval: str, step: int) -> None:
    shown = pd.period_range("1995-01", periods=months, freq="M").to_timestamp()
    assert month_axis(shown).to_dict()["tickCount"] == {"interval": interval, "step": step}


def test_the_leaderboard_highlights_champion_and_baseline() -> None:
    made = charts.spec(charts.leaderboard(compared(("ridge",)).ranked, "seasonal_naive"))
    rows = next(rows for rows in made["datasets"].values() if "role" in rows[0])
    assert [(row["forecaster"], row["role"]) for row in rows] == [
        ("theta", "champion"),
        ("seasonal naive", "baseline"),
    ]


def test_folds_draw_each_month_published_once_and_every_cutoff() -> None:
    frame = make_folds(Y, PLAN, 0.2, nowcast=True)
    made = charts.spec(charts.folds(frame, "Mtoe", "Folds"))["datasets"].values()
    published = next(rows for rows in made if rows[0]["key"] == "published")
    forecast = next(rows for rows in made if rows[0]["key"] == "forecast")
    months = [row["month"] for row in published]
    assert months == sorted(set(months))
    cutoffs = {row["cutoff"] for row in forecast}
    assert cutoffs == {str(cutoff) for cutoff in (*PLAN.backtest, *PLAN.holdout)}
    assert {row["key"] for row in forecast} == {"forecast", "forecast, holdout"}
    rolling = frame["protocol"].isin(["backtest", "holdout"]) & (frame["horizon"] <= 12)
    assert [row["value"] for row in forecast] == frame[rolling]["mean"].to_list()


def test_coverage_is_that_of_the_backtest_by_months_ahead() -> None:
    frame = make_folds(Y, PLAN, 0.2, nowcast=True)
    (rows,) = charts.spec(charts.coverage(frame))["datasets"].values()
    assert [(row["horizon"], row["nominal"]) for row in rows] == [
        (horizon, nominal) for horizon in range(1, 13) for nominal in (0.8, 0.95)
    ]
    backtest = frame[frame["protocol"] == "backtest"]
    for row in rows:
        at = backtest[backtest["horizon"] == row["horizon"]]
        low, high = ("q0.1", "q0.9") if row["nominal"] == 0.8 else ("q0.025", "q0.975")
        share = ((at["actual"] >= at[low]) & (at["actual"] <= at[high])).mean()
        assert row["share"] == share
        error = coverage_error(at) if row["nominal"] == 0.8 else 0.0
        assert row["low"] == pytest.approx(max(0.0, share - error))
        assert row["high"] == pytest.approx(min(1.0, share + error))


def test_coverage_of_a_single_fold_draws() -> None:
    """One month at each horizon has no sampling error that could be known."""
    frame = make_folds(Y, make_plan(Y, folds=1), 0.2)
    spec = charts.spec(charts.coverage(frame, months=3))
    (rows,) = spec["datasets"].values()
    assert all(row["low"] == row["share"] == row["high"] for row in rows)
    assert charts.svg(spec).startswith("<svg")


def test_the_parts_are_stacked_in_their_order_with_a_colour_each() -> None:
    tables = make_breakdown().tables
    made = charts.spec(charts.by_part(tables))
    (rows,) = made["datasets"].values()
    assert len(rows) == 24 * len(SHARES)
    assert [row["part"] for row in rows[::24]] == [name.replace("_", " ") for name in tables]
    assert [row["mean"] for row in rows[:24]] == [m.mean for m in tables["coal"].months]
    scale = made["encoding"]["color"]["scale"]
    assert len(set(scale["range"])) == len(scale["domain"]) == len(SHARES)
    assert "Mtoe a month" in json.dumps(made)


def test_there_is_a_colour_for_every_part_of_the_total() -> None:
    assert len(set(PARTS)) == len(PARTS) >= len(ENERGY.parts)


def test_error_by_calendar_month_is_that_of_the_backtest() -> None:
    frame = make_folds(Y, PLAN, 0.2, nowcast=True)
    made = charts.spec(charts.by_month({"seasonal_naive": frame, "theta": frame}))
    (rows,) = made["datasets"].values()
    assert [(row["forecaster"], row["month"]) for row in rows] == [
        (name, month) for name in ("seasonal naive", "theta") for month in range(1, 13)
    ]
    counted = frame[(frame["protocol"] == "backtest") & (frame["horizon"] <= 12)]
    january = counted[pd.PeriodIndex(counted["month"]).month == 1]
    off = 100 * ((january["actual"] - january["mean"]) / january["actual"]).abs().mean()
    assert rows[0]["mape"] == pytest.approx(off)


def test_a_page_shows_a_chart_transparent_and_without_its_title() -> None:
    printed = spec_of("fan of an answer")
    before = json.dumps(printed)
    shown = charts.on_screen(printed)
    assert json.dumps(printed) == before
    assert "title" not in shown
    assert (shown["width"], shown["config"]["background"]) == ("container", "transparent")
    assert shown["description"].startswith("UK energy consumption, TWh a month. ")
    assert shown["datasets"] == printed["datasets"]
    assert charts.titles(printed)[1] == "2 months ahead, by theta, from data to December 2019"


@pytest.mark.parametrize("name", MAKERS)
def test_every_colour_has_a_dark_counterpart(name: str) -> None:
    shown = charts.on_screen(spec_of(name))
    del shown["datasets"]
    text = json.dumps(shown).lower()
    pairs = re.findall(r"light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", text)
    assert pairs
    assert all(DARK[light] == dark for light, dark in pairs)
    alone = set(re.findall(r'"(#[0-9a-f]{6})"', text))
    assert not alone & set(DARK)
    assert all(contrast(one, "#10161c") >= 3 for one in alone)


@pytest.mark.parametrize("light", DARK)
def test_colours_stand_out_on_both_backgrounds(light: str) -> None:
    """A line needs a contrast of 3:1 by the Web Content Accessibility Guidelines, 1.4.11."""
    quiet = {"#eceef0", "#c4c9cf", "#b6c2cd", "#86bfe3", "#c9e2f3", "#56b4e9", "#8c959f"}
    if light not in quiet:  # grids, areas and what stays behind
        assert contrast(light, "#ffffff") >= 3
        assert contrast(DARK[light], "#10161c") >= 3


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_a_file_of_a_chart_names_the_source_of_its_data() -> None:
    printed = charts.with_source(spec_of("leaderboard"), "Source: a table")
    assert printed["title"]["subtitle"][-1] == "Source: a table"
    assert "Source: a table" in charts.svg(printed)
