"""Charts that notebooks explore a series with, and how a notebook shows them."""

from __future__ import annotations

import doctest
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_results import make_plan, make_series

from energy import charts
from energy.charts import exploration
from energy.charts.backtests import FOLD_PARTS
from energy.charts.exploration import MONTHS
from energy.contract import Sensitivity
from energy.forecasting.folds import FoldPlan


def rows_of(chart: object, key: str) -> list[dict]:
    return next(rows for rows in charts.spec(chart)["datasets"].values() if key in rows[0])


def monthly(values: object) -> pd.Series:
    array = np.asarray(values, dtype=float)
    return pd.Series(array, pd.period_range("2001-01", periods=len(array), freq="M"))


@given(st.integers(0, 2**32 - 1), st.integers(80, 200))
@settings(max_examples=20, deadline=None)
def test_autocorrelation_is_the_share_of_the_variance_that_months_apart_have_in_common(
    seed: int, months: int
) -> None:
    y = monthly(np.random.default_rng(seed).normal(size=months).cumsum())
    rows = charts.correlations(y)
    off = (y - y.mean()).to_numpy()
    expected = [(off[lag:] * off[:-lag]).sum() / (off**2).sum() for lag in rows["lag"]]
    assert rows["acf"].to_numpy() == pytest.approx(expected, abs=1e-9)
    assert rows["pacf"].iloc[0] == pytest.approx(rows["acf"].iloc[0], abs=1e-9)
    assert (rows[["acf", "pacf"]].abs() <= 1 + 1e-9).all().all()
    assert rows["bound"].unique() == pytest.approx([1.96 / months**0.5])


def test_blanks_at_either_end_do_not_count() -> None:
    y = make_series()
    padded = y.reindex(pd.period_range(y.index[0] - 3, y.index[-1] + 5, freq="M"))
    pd.testing.assert_frame_equal(charts.correlations(padded), charts.correlations(y))


def test_whole_years_stand_out_in_a_correlogram() -> None:
    rows = rows_of(charts.correlogram(make_series(), "Total", lags=25), "lag")
    assert [row["lag"] for row in rows] == list(range(1, 26))
    assert [row["lag"] for row in rows if row["key"] == "whole years"] == [12, 24]


def test_each_month_of_the_year_has_its_own_stretch_in_time_and_a_mean() -> None:
    y = make_series()
    chart = charts.subseries(y, "Total", "Mtoe")
    rows, means = rows_of(chart, "place"), rows_of(chart, "mean")
    placed = pd.DataFrame(rows).sort_values("place")
    assert list(dict.fromkeys(placed["name"])) == MONTHS
    assert (
        placed.groupby("name", sort=False)["year"]
        .apply(lambda years: years.is_monotonic_increasing)
        .all()
    )
    assert placed["place"].is_unique
    january = next(row for row in means if row["name"] == "Jan")
    assert january["mean"] == pytest.approx(y[y.index.month == 1].mean())
    assert january["begin"] <= january["end"]


def test_folds_end_with_the_last_month_scored_and_within_the_series() -> None:
    y = make_series()
    plan = make_plan(y)
    rows = rows_of(charts.rolling_origins(plan, y.index[0], y.index[-1]), "begin")
    labels = {part: label for part, (label, _) in FOLD_PARTS.items()}
    training = [row for row in rows if row["key"] == labels["training"]]
    assert [row["cutoff"] for row in training] == [str(cutoff) for cutoff in plan.rolling]
    scored = {row["cutoff"]: row for row in rows if row["key"] != labels["training"]}
    for cutoff, protocol in plan.rolling.items():
        row = scored[str(cutoff)]
        assert row["key"] == labels[protocol]
        assert pd.Timestamp(row["begin"]) == (cutoff + 1).to_timestamp()
        end = min(cutoff + 12, y.index[-1])
        assert pd.Timestamp(row["end"]) == (end + 1).to_timestamp()


def test_only_the_protocols_of_a_plan_are_in_the_legend() -> None:
    y = make_series()
    split = y.index[-30]
    plan = FoldPlan((split - 12,), (), split, 12)
    spec = charts.spec(charts.rolling_origins(plan, y.index[0], y.index[-1]))
    scale = spec["layer"][0]["encoding"]["color"]["scale"]
    assert scale["domain"] == [FOLD_PARTS["training"][0], FOLD_PARTS["backtest"][0]]


def test_degrees_against_energy_go_through_zero() -> None:
    winter = Sensitivity("winter", (12, 1, 2), -0.4, 0.1)
    rows = charts.sensitivity_rows([winter], reach=3, factor=2.0)
    assert list(rows["degrees"]) == list(range(-3, 4))
    assert (rows[rows["degrees"] == 0][["change", "low", "high"]] == 0).all().all()
    warm = rows[rows["degrees"] == 3].iloc[0]
    assert warm["change"] == pytest.approx(-2.4)
    assert warm["low"] < warm["change"] < warm["high"]


def test_a_notebook_shows_a_drawing_and_says_what_it_is() -> None:
    y = make_series()
    shown = charts.show(charts.series(y, "Coal & <gas>", "Mtoe")).data
    assert shown.startswith("<svg")
    assert 'aria-label="Coal &amp; &lt;gas&gt;, Mtoe. As published, month by month"' in shown
    assert shown.count("aria-label") < 5  # the axes, and not every mark
    assert "<script" not in shown


def test_two_drawings_on_a_page_share_no_ids() -> None:
    y = make_series()
    drawings = [charts.show(charts.heat_map(z, "Total", "Mtoe")).data for z in (y, y + 1)]
    ids = [set(re.findall(r'id="([^"]+)"', drawing)) for drawing in drawings]
    assert ids[0]
    assert not ids[0] & ids[1]
    for own, drawing in zip(ids, drawings, strict=True):
        assert all(f"url(#{name})" in drawing for name in own)


def test_the_examples_of_charts_hold() -> None:
    results = doctest.testmod(exploration)
    assert results.attempted
    assert not results.failed
