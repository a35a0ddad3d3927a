"""Every chart is a valid Vega-Lite specification, draws, and needs no network."""

from __future__ import annotations

import functools
import json
import re
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
from energy.charts.forecasts import COLOURS
from energy.charts.style import DARK
from energy.contract import Forecast, Interval, MonthAhead
from energy.data.tables import ENERGY
from energy.forecasting.metrics import coverage_error

NAMES = ["fan", "fan of one month", "leaderboard", "failures", "by horizon", "folds", "negative"]
NAMES += ["coverage", "parts", "by month", "coverage by horizon"]
NAMES += ["outlook", "outlook alone", "against", "per degree", "per degree, unmarked"]
OF_DATA = ["series", "by_season", "heat_map", "trend", "season_and_rest", "against_weather"]
NAMES += OF_DATA
NAMES += ["subseries", "autocorrelation", "partial autocorrelation", "rolling origins"]


EFFECTS = pd.DataFrame(
    {"season": "winter", "degrees": [-1, 1], "change": [0.4, -0.4], "low": [0.3, -0.5]}
).assign(high=lambda rows: rows["low"] + 0.2)


def an_answer(more: float = 0.0) -> Forecast:
    months = tuple(
        MonthAhead(month, n + 1, 12.0 + more, bands, "expected")
        for n, month in enumerate(("2020-01", "2020-02"))
        for bands in [(Interval(0.8, 11.0 + more, 13.0 + more), Interval(0.95, 9.0, 15.0 + more))]
    )
    made = "2026-11-25T00:00:00Z"
    return Forecast("r", made, "total", "Mtoe", "2019-12", "theta", "table", False, months)


@functools.cache
def chart(name: str) -> Any:
    """A chart of that name, made once: drawing it or taking its specification changes nothing."""
    y = make_series("net_imports", -5.0) if name == "negative" else make_series()
    laid = make_plan(y)
    if name in OF_DATA:
        more = (y + 1,) if name == "against_weather" else ()
        return getattr(charts, name)(y, *more, "Total", "Mtoe")
    compared = make_comparison(y, laid, failed=["seasonal_naive"] if name == "failures" else ())
    return {
        "fan": lambda: charts.fan(y, make_table(y, laid)),
        "fan of one month": lambda: charts.fan(y, make_table(y, laid, horizon=1)),
        "leaderboard": lambda: charts.leaderboard(compared.ranked, "seasonal_naive"),
        "failures": lambda: charts.leaderboard(compared.ranked, "seasonal_naive"),
        "by horizon": lambda: charts.by_horizon(compared.ranked),
        "folds": lambda: charts.folds(make_folds(y, laid, 0.2), "Mtoe", "Folds"),
        "negative": lambda: charts.fan(y, make_table(y, laid)),
        "coverage": lambda: charts.coverage(make_folds(y, laid, 0.2)),
        "by month": lambda: charts.by_month(compared.folds),
        "coverage by horizon": lambda: charts.by_horizon(compared.ranked, "coverage80"),
        "outlook": lambda: charts.outlook(y, an_answer(), "TWh", 11.63, "UK energy consumption"),
        "outlook alone": lambda: charts.outlook(y[:0], an_answer(), "Mtoe"),
        "against": lambda: charts.against(an_answer(), an_answer(1.0), "colder", "Mtoe"),
        "per degree": lambda: charts.per_degree(EFFECTS, -2.0, "Mtoe"),
        "per degree, unmarked": lambda: charts.per_degree(EFFECTS, None, "Mtoe"),
        "subseries": lambda: charts.subseries(y, "Total", "Mtoe"),
        "autocorrelation": lambda: charts.correlogram(y, "Total"),
        "partial autocorrelation": lambda: charts.correlogram(y, "Total", "pacf"),
        "rolling origins": lambda: charts.rolling_origins(laid, y.index[0], y.index[-1]),
        "parts": lambda: charts.by_part(make_breakdown().tables),
    }[name]()


@functools.cache
def spec_of(name: str) -> dict[str, Any]:
    """The specification of a chart, made once too: leave it as it is."""
    return charts.spec(chart(name))


@pytest.mark.parametrize("name", NAMES)
def test_specifications_keep_to_the_schema(name: str) -> None:
    valid = charts.configured(chart(name)).to_dict(validate=True)
    assert json.loads(json.dumps(spec_of(name), allow_nan=False)).keys() == valid.keys()


@pytest.mark.parametrize("name", NAMES)
def test_specifications_hold_their_data_and_no_address(name: str) -> None:
    spec = dict(spec_of(name))
    assert "vega-lite" in spec.pop("$schema")
    text = json.dumps(spec)
    assert not re.search(r"https?:|//|\"url\"", text)
    assert spec["datasets"]
    assert "NaN" not in text


@pytest.mark.parametrize("name", NAMES)
def test_charts_draw(name: str) -> None:
    assert charts.png_of(spec_of(name), 1.0).startswith(b"\x89PNG\r\n\x1a\n")
    drawn = charts.svg_of(spec_of(name))
    assert drawn.startswith("<svg")
    assert "NaN" not in drawn


def test_a_chart_is_drawn_as_its_specification_says() -> None:
    one = chart("outlook")
    assert charts.png(one, 0.5) == charts.png_of(spec_of("outlook"), 0.5)
    assert charts.svg(one) == charts.svg_of(spec_of("outlook"))


def test_the_fan_begins_at_the_last_month_published() -> None:
    y = make_series()
    table = make_table(y, make_plan(y))
    (ahead,) = (
        rows
        for rows in charts.spec(charts.fan(y, table))["datasets"].values()
        if rows[0].get("key") == "forecast"
    )
    assert len(ahead) == 1 + len(table.months)
    assert ahead[0]["mean"] == ahead[0]["q25"] == ahead[0]["q975"] == y.iloc[-1]
    assert [row["mean"] for row in ahead[1:]] == [row.mean for row in table.months]
    assert ahead[1]["q100"] == table.months[0].quantiles[1]
    text = json.dumps(charts.spec(charts.fan(y, table, of="UK energy consumption")))
    for told in (
        "Mtoe a month",
        "UK energy consumption, 24 months ahead",
        "theta, data to 2022-07",
    ):
        assert told in text


def test_the_leaderboard_s_colours_tell_who_is_who() -> None:
    y = make_series()
    ranked = make_comparison(y, make_plan(y), failed=["ridge"]).ranked
    made = charts.spec(charts.leaderboard(ranked, "seasonal_naive"))
    rows = next(rows for rows in made["datasets"].values() if "role" in rows[0])
    assert [(row["forecaster"], row["role"]) for row in rows] == [
        ("theta", "champion"),
        ("seasonal naive", "baseline"),
    ]


def test_folds_draw_each_month_published_once_and_every_cutoff() -> None:
    y = make_series()
    laid = make_plan(y)
    frame = make_folds(y, laid, 0.2, nowcast=True)
    made = charts.spec(charts.folds(frame, "Mtoe", "Folds"))["datasets"].values()
    published = next(rows for rows in made if rows[0]["key"] == "published")
    forecast = next(rows for rows in made if rows[0]["key"] == "forecast")
    months = [row["month"] for row in published]
    assert months == sorted(set(months))
    cutoffs = {row["cutoff"] for row in forecast}
    assert cutoffs == {str(cutoff) for cutoff in (*laid.backtest, *laid.holdout)}
    assert {row["key"] for row in forecast} == {"forecast", "forecast, holdout"}
    rolling = frame["protocol"].isin(["backtest", "holdout"]) & (frame["horizon"] <= 12)
    assert [row["value"] for row in forecast] == frame[rolling]["mean"].to_list()


def test_a_table_as_a_frame() -> None:
    y = make_series()
    table = make_table(y, make_plan(y), horizon=3)
    frame = charts.table_frame(table)
    assert list(frame["horizon"]) == [1, 2, 3]
    assert list(frame.columns[:4]) == ["month", "horizon", "mean", "q0.025"]
    assert frame["month"].iloc[0] == pd.Timestamp("2022-08-01")
    assert tuple(frame.iloc[0, 3:]) == table.months[0].quantiles


def test_coverage_is_that_of_the_backtest_by_months_ahead() -> None:
    y = make_series()
    frame = make_folds(y, make_plan(y), 0.2, nowcast=True)
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
    y = make_series()
    frame = make_folds(y, make_plan(y, folds=1), 0.2)
    made = charts.coverage(frame, months=3)
    (rows,) = charts.spec(made)["datasets"].values()
    assert all(row["low"] == row["share"] == row["high"] for row in rows)
    assert charts.png(made, 1.0).startswith(b"\x89PNG")


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
    assert len(set(COLOURS)) == len(COLOURS) >= len(ENERGY.parts)


def test_error_by_calendar_month_is_that_of_the_backtest() -> None:
    y = make_series()
    frame = make_folds(y, make_plan(y), 0.2, nowcast=True)
    made = charts.spec(charts.by_month({"seasonal_naive": frame, "theta": frame}))
    (rows,) = made["datasets"].values()
    assert [(row["forecaster"], row["month"]) for row in rows] == [
        (name, month) for name in ("seasonal naive", "theta") for month in range(1, 13)
    ]
    counted = frame[(frame["protocol"] == "backtest") & (frame["horizon"] <= 12)]
    january = counted[pd.PeriodIndex(counted["month"]).month == 1]
    off = 100 * ((january["actual"] - january["mean"]) / january["actual"]).abs().mean()
    assert rows[0]["mape"] == pytest.approx(off)


def test_a_page_shows_a_chart_on_its_own_ground_and_says_its_title_itself() -> None:
    printed = spec_of("outlook")
    before = json.dumps(printed)
    shown = charts.on_screen(printed)
    assert json.dumps(printed) == before
    assert "title" not in shown
    assert (shown["width"], shown["config"]["background"]) == ("container", "transparent")
    assert shown["description"].startswith("UK energy consumption, TWh a month. ")
    assert shown["datasets"] == printed["datasets"]
    assert charts.titles(printed)[1] == "Forecast by theta, from data to December 2019"


@pytest.mark.parametrize("name", NAMES)
def test_every_colour_has_its_counterpart_in_the_dark(name: str) -> None:
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
def test_colours_stand_out_from_either_ground(light: str) -> None:
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


def test_a_file_of_a_chart_says_where_its_figures_are_from() -> None:
    printed = charts.sourced(spec_of("leaderboard"), "Source: a table")
    assert printed["title"]["subtitle"][-1] == "Source: a table"
    assert "Source: a table" in charts.svg_of(printed)
    assert charts.png_of(printed, scale=0.5).startswith(b"\x89PNG")
