"""The leaderboard card, for any outcome of a run."""

from __future__ import annotations

import functools
from dataclasses import replace

import pandas as pd
import pytest
from made_cards import Shown, cells, texts
from made_results import (
    AND_WEATHER,
    NAMES,
    SHARES,
    make_compared,
    make_comparison,
    make_parts,
    make_plan,
    make_series,
    make_weather,
)
from printed import prints

from energy.forecasting.metrics import coverage_error
from energy.forecasting.models import FORECASTERS, VERSION
from energy.forecasting.reconciliation import METHODS
from energy.pipelines.train import Comparison, reconcile_champions
from energy.reports.leaderboard_card import fill_leaderboard_card

# On importing Metaflow's cards, in this process alone.
pytestmark = pytest.mark.filterwarnings("ignore:The _yaml extension module")


@functools.cache
def leaderboard(
    holdout: bool = True, failed: tuple[str, ...] = (), names: tuple[str, ...] = NAMES
) -> Shown:
    """A card for several tests, which do not change it."""
    y, card = make_series(), Shown()
    plan = make_plan(y, holdout=holdout)
    comparison = make_comparison(y, plan, failed=failed, names=names)
    fill_leaderboard_card(card, {"total": comparison}, {"total": y}, plan, "Mtoe")
    return card


def test_the_leaderboard() -> None:
    card = leaderboard()
    words = card.words
    assert words.startswith("# Leaderboard: total\n")
    assert "lowest MASE over 4 folds" in words
    assert "Selected on 4 rolling origins up to 2020-07" in words
    assert f"the holdout of version {VERSION} of the candidate models" in words
    assert len(card.charts()) == 3 + len(NAMES)
    (scores,) = card.tables()
    assert {len(row) for row in texts(scores)} == {len(scores["columns"])}
    assert cells(scores, "Forecaster") == ["**theta**", "ridge", "seasonal naive"]
    for name in NAMES:
        assert f"### {name.replace('_', ' ')}" in words


def test_the_holdout_is_next_to_the_scores_used_for_selection() -> None:
    y = make_series()
    comparison = make_comparison(y, make_plan(y))
    (scores,) = leaderboard().tables()
    rows = zip(cells(scores, "MASE"), cells(scores, "Holdout MASE / MAPE"), strict=True)
    for (mase, both), score in zip(rows, comparison.ranked, strict=True):
        holdout = comparison.holdout[score.forecaster]
        assert prints(mase, "#", score.mase)
        assert prints(both, "# / #%", holdout.mase, holdout.mape)


@pytest.mark.parametrize("failed", [("ridge",), ("seasonal_naive",), ("seasonal_naive", "ridge")])
def test_a_failed_forecaster_is_listed_with_its_error(failed: tuple[str, ...]) -> None:
    card = leaderboard(failed=failed)
    assert card.words.count("Failed: ValueError: it broke") == len(failed)
    (scores,) = card.tables()
    assert texts(scores)[-1][1:] == ["failed", *[""] * (len(scores["columns"]) - 2)]
    assert len(card.charts()) == 3 + len(NAMES) - len(failed)


def test_no_holdout() -> None:
    card = leaderboard(holdout=False)
    (scores,) = card.tables()
    columns = [column for column in scores["columns"] if "Holdout" in column]
    assert len(columns) == 2
    assert all(set(cells(scores, column)) == {""} for column in columns)
    assert "None" not in card.words


def test_no_mape_if_an_actual_is_zero() -> None:
    y, card = make_series("net_imports", -5.0), Shown()
    y.iloc[:] = y.round(0) * (y.abs() > 1)
    plan = make_plan(y)
    fill_leaderboard_card(card, {y.name: make_comparison(y, plan)}, {y.name: y}, plan, "Mtoe")
    assert "n/a" in card.words
    assert "None" not in card.words


def test_nowcasts_of_forecasters_that_use_weather() -> None:
    y = make_series()
    comparison = make_comparison(y, make_plan(y), names=AND_WEATHER)
    card = leaderboard(names=AND_WEATHER)
    assert comparison.champion == "weather_normalised_theta"
    nowcast, *others = cells(card.tables()[0], "Nowcast MAPE")
    assert prints(nowcast, "#%", comparison.nowcast[comparison.champion].mape)
    assert others == [""] * len(NAMES)
    assert "with normal weather" in card.words
    without = leaderboard()
    assert set(cells(without.tables()[0], "Nowcast MAPE")) == {""}
    assert "weather" not in without.words.partition("## Each forecaster")[0]


def test_coverage_of_the_champion_and_its_standard_error() -> None:
    """The error is that of the months that the share is of."""
    y = make_series()
    comparison = make_comparison(y, make_plan(y), names=AND_WEATHER)
    best = comparison.ranked[0]
    folds = comparison.folds[best.forecaster]
    error = coverage_error(folds[(folds["protocol"] == "backtest") & (folds["horizon"] <= 12)])
    words = leaderboard(names=AND_WEATHER).words
    sentence = "80% interval coverage is #% and 95% interval coverage #%. Neighbouring"
    assert prints(words, sentence, 100 * best.coverage80, 100 * best.coverage95)
    assert prints(words, "a standard error of about # points", 100 * error)


def test_months_of_one_year_have_no_standard_error() -> None:
    y, card = make_series(), Shown()
    plan = replace(make_plan(y), backtest=(pd.Period("2018-12", "M"),), holdout=())
    fill_leaderboard_card(card, {"total": make_comparison(y, plan)}, {"total": y}, plan, "Mtoe")
    assert "80% interval coverage is" in card.words
    assert "standard error" not in card.words
    assert "nan" not in card.words.partition("## Each forecaster")[0]


def test_a_combination_names_its_rule_and_members() -> None:
    entry = FORECASTERS["weather_normalised_combination"]
    card = leaderboard(names=("seasonal_naive", *entry.members, entry.name))
    members = ", ".join(member.replace("_", " ") for member in entry.members)
    assert f"weighted mean of {members}" in card.words


def test_the_parts_have_a_table() -> None:
    series, card = make_parts(), Shown()
    comparisons: dict[str, Comparison] = make_compared(series)
    reconciliation = reconcile_champions(comparisons, series, make_weather())
    plan = make_plan(series["total"])
    fill_leaderboard_card(card, comparisons, series, plan, "Mtoe", reconciliation)
    _, table = card.tables()
    names = [name.replace("_", " ") for name in SHARES]
    assert cells(table, "Series") == ["total", *names, "**mean**"]
    assert table["columns"][2:] == [name.replace("_", " ") for name in METHODS]
    own = [comparison.ranked[0].mase or 0.0 for comparison in comparisons.values()]
    *each, mean = cells(table, "none")
    assert [float(cell) for cell in each] == pytest.approx(own, abs=1e-3)
    assert prints(mean, "**#**", sum(own) / len(own))
    assert cells(table, "top down")[0] == cells(table, "none")[0]
    assert card.words.startswith("# Leaderboard: total\n")
    assert "## Parts" in card.words
    assert "## Parts" not in leaderboard().words
