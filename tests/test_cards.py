"""What the leaderboard card shows, whatever a run comes to."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
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
from energy.reports import leaderboard_card

# On importing Metaflow's cards, in this process alone.
pytestmark = pytest.mark.filterwarnings("ignore:The _yaml extension module")


class Shown(list[Any]):
    """A card that keeps what it is given."""

    @property
    def rendered(self) -> list[dict[str, Any]]:
        return [component.render() for component in self]

    @property
    def words(self) -> str:
        """Paragraphs and cells, in order."""
        found: list[str] = []
        for part in self.rendered:
            if part["type"] == "markdown":
                found.append(part["source"])
            elif part["type"] == "table":
                found += [cell["source"] for row in part["data"] for cell in row]
        return "\n".join(found)

    def tables(self) -> list[dict[str, Any]]:
        return [part for part in self.rendered if part["type"] == "table"]

    def charts(self) -> list[dict[str, Any]]:
        return [part["spec"] for part in self.rendered if part["type"] == "vegaChart"]


@functools.cache
def leaderboard(
    holdout: bool = True, failed: tuple[str, ...] = (), names: tuple[str, ...] = NAMES
) -> Shown:
    """A card, which many tests look at, drawn once; leave it as it is."""
    y = make_series()
    laid, card = make_plan(y, holdout=holdout), Shown()
    compared = make_comparison(y, laid, failed=failed, names=names)
    leaderboard_card.fill_leaderboard_card(card, {"total": compared}, {"total": y}, laid, "Mtoe")
    return card


def cells(table: dict[str, Any], column: str) -> list[str]:
    """One column of a table, downwards."""
    place = table["columns"].index(column)
    return [row[place]["source"].strip() for row in table["data"]]


def test_the_leaderboard() -> None:
    card = leaderboard()
    words = card.words
    assert words.startswith("# Leaderboard: total\n")
    assert "lowest MASE over 4 folds" in words
    assert "Chosen on 4 rolling origins up to 2020-07" in words
    assert f"they are the holdout of version {VERSION} of the bench" in words
    assert len(card.charts()) == 3 + len(NAMES)
    (scores,) = card.tables()
    assert [len(row) for row in scores["data"]] == [len(scores["columns"])] * len(NAMES)
    assert [row[0]["source"].strip() for row in scores["data"]] == [
        *("**theta**", "ridge", "seasonal naive")
    ]
    for name in NAMES:
        assert f"### {name.replace('_', ' ')}" in words


def test_the_holdout_stands_beside_the_score_it_was_not_chosen_on() -> None:
    y = make_series()
    compared = make_comparison(y, make_plan(y))
    (scores,) = leaderboard().tables()
    for cell, score in zip(cells(scores, "MASE"), compared.ranked, strict=True):
        assert prints(cell, "#", score.mase)
    held = [compared.holdout[score.forecaster] for score in compared.ranked]
    for cell, one in zip(cells(scores, "Holdout MASE / MAPE"), held, strict=True):
        assert prints(cell, "# / #%", one.mase, one.mape)


def test_a_failed_forecaster_is_shown_as_failed() -> None:
    card = leaderboard(failed=("ridge",))
    assert "Failed: ValueError: it broke" in card.words
    (scores,) = card.tables()
    last = [cell["source"].strip() for cell in scores["data"][-1]]
    assert last == ["ridge", "failed", *[""] * (len(scores["columns"]) - 2)]
    assert len(card.charts()) == 3 + len(NAMES) - 1


@pytest.mark.parametrize("failed", [("seasonal_naive",), ("seasonal_naive", "ridge")])
def test_a_baseline_that_failed(failed: tuple[str, ...]) -> None:
    card = leaderboard(failed=failed)
    assert "### seasonal naive\nFailed" in card.words.replace("\n\n", "\n")


def test_no_holdout() -> None:
    card = leaderboard(holdout=False)
    (scores,) = card.tables()
    held = [i for i, column in enumerate(scores["columns"]) if "Holdout" in column]
    assert held
    assert all(row[i]["source"].strip() == "" for row in scores["data"] for i in held)
    assert "None" not in card.words


def test_no_mape_where_an_actual_is_zero() -> None:
    y = make_series("net_imports", -5.0)
    y.iloc[:] = y.round(0) * (y.abs() > 1)
    laid, card = make_plan(y), Shown()
    leaderboard_card.fill_leaderboard_card(
        card, {y.name: make_comparison(y, laid)}, {y.name: y}, laid, "Mtoe"
    )
    assert "n/a" in card.words
    assert "None" not in card.words


def test_nowcasts_are_shown_of_those_that_use_weather() -> None:
    y = make_series()
    compared = make_comparison(y, make_plan(y), names=AND_WEATHER)
    (scores,) = leaderboard(names=AND_WEATHER).tables()
    assert compared.champion == "weather_normalised_theta"
    nowcast, *others = cells(scores, "Nowcast MAPE")
    assert prints(nowcast, "#%", compared.nowcast[compared.champion].mape)
    assert others == [""] * len(NAMES)
    (scores,) = leaderboard().tables()
    assert set(cells(scores, "Nowcast MAPE")) == {""}


def test_where_nobody_uses_weather_there_is_no_word_of_it() -> None:
    assert "weather" not in leaderboard().words.partition("## Each forecaster")[0]
    assert "with the weather to expect" in leaderboard(names=AND_WEATHER).words


def test_how_often_the_champion_s_intervals_held_is_drawn_and_told() -> None:
    """The sampling error is that of the months that the share is of, and of no others."""
    y = make_series()
    compared = make_comparison(y, make_plan(y), names=AND_WEATHER)
    card, best = leaderboard(names=AND_WEATHER), compared.ranked[0]
    drawn = [spec for spec in card.charts() if "How often the intervals held" in str(spec)]
    assert len(drawn) == 1
    folds = compared.folds[best.forecaster]
    counted = folds[(folds["protocol"] == "backtest") & (folds["horizon"] <= 12)]
    told = "Of the champion's months, #% came out inside the 80% interval and #% inside the 95% one"
    assert prints(card.words, told, 100 * best.coverage80, 100 * best.coverage95)
    error = coverage_error(counted)
    assert prints(card.words, "a standard error of about # points", 100 * error)


def test_a_sampling_error_that_cannot_be_known_is_not_told_as_nan() -> None:
    """All months of a single fold after December lie in one year."""
    y = make_series()
    laid = replace(make_plan(y), backtest=(pd.Period("2018-12", "M"),), holdout=())
    card = Shown()
    leaderboard_card.fill_leaderboard_card(
        card, {"total": make_comparison(y, laid)}, {"total": y}, laid, "Mtoe"
    )
    assert "came out inside the 80% interval" in card.words
    assert "inside the 95% one.\n" in card.words
    assert "standard error" not in card.words


def test_a_combination_says_of_whom_and_how() -> None:
    entry = FORECASTERS["weather_normalised_combination"]
    card = leaderboard(names=("seasonal_naive", *entry.members, entry.name))
    members = ", ".join(member.replace("_", " ") for member in entry.members)
    assert f"weighted mean of {members}" in card.words


def parts() -> tuple[Shown, dict[str, Comparison]]:
    series = make_parts()
    compared, laid, card = make_compared(series), make_plan(series["total"]), Shown()
    reconciled = reconcile_champions(compared, series, make_weather())
    leaderboard_card.fill_leaderboard_card(card, compared, series, laid, "Mtoe", reconciled)
    return card, compared


def test_the_parts_are_in_a_table_of_their_own() -> None:
    card, compared = parts()
    _, table = card.tables()
    assert cells(table, "Series") == [
        "total",
        *(name.replace("_", " ") for name in SHARES),
        "**mean**",
    ]
    assert table["columns"][2:] == [name.replace("_", " ") for name in METHODS]
    own = [one.ranked[0].mase or 0.0 for one in compared.values()]
    *each, mean = cells(table, "none")
    assert [float(cell) for cell in each] == pytest.approx(own, abs=1e-3)
    assert prints(mean, "**#**", sum(own) / len(own))
    assert cells(table, "top down")[0] == cells(table, "none")[0]
    assert "which keeps the total's own forecast" in card.words
    assert card.words.startswith("# Leaderboard: total\n")
    assert card.words.count("## Scores") == 1


def test_without_parts_there_is_no_word_of_them() -> None:
    card = leaderboard()
    assert len(card.tables()) == 1
    assert "## The parts" not in card.words
