"""The release card, for any outcome of a run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from made_cards import Shown, cells, texts
from made_results import (
    SHARES,
    make_breakdown,
    make_draft,
    make_facts,
    make_manifest,
    make_plan,
    make_published,
    make_series,
    make_table,
)
from msgspec import structs
from printed import prints

from energy.reports.release_card import fill_release_card, next_twelve_months

# On importing Metaflow's cards, in this process alone.
pytestmark = pytest.mark.filterwarnings("ignore:The _yaml extension module")


def released(before: str = "", horizon: int = 24, target: str = "total", **changes: Any) -> Shown:
    """The card of a release, and of the release that was live before it, if any."""
    y, card = make_series(), Shown()
    plan = make_plan(y)
    table = make_table(y, plan, horizon)
    old = None
    if before:
        past = make_series(target).iloc[:-3] if before == "older" else make_series(target)
        old = make_table(past, plan, 3 if before == "short" else 24, "ridge")
    fill_release_card(card, make_published(table, old, **changes), make_draft(y, table))
    return card


def filled(horizon: int = 24, observed: bool = False, **parts: Any) -> Shown:
    """The card of a release with more than its forecast."""
    y, card = make_series(), Shown()
    weather = {"2022-08": 1.5} if observed else {}
    table = make_table(y, make_plan(y), horizon, observed=weather)
    fill_release_card(card, make_published(table), make_draft(y, table, **parts))
    return card


@pytest.mark.parametrize("horizon", [1, 24])
def test_the_release(horizon: int) -> None:
    card = released(horizon=horizon)
    months, _, _, lineage = card.tables()
    assert [len(row) for row in texts(months)] == [len(months["columns"])] * horizon
    assert len(card.charts()) == 1
    for text in ("a" * 64, "2" * 40, "TrainFlow/1", "sktime 1.2.0"):
        assert text in card.words
    assert {len(row) for row in texts(lineage)} == {2}
    changes = [row[-1] for row in texts(months)]
    assert changes == (["+0.0%"] * 12 + [""] * 12)[:horizon]


@pytest.mark.parametrize("horizon", [1, 24])
def test_the_sum_of_the_next_twelve_months(horizon: int) -> None:
    y = make_series()
    table = make_table(y, make_plan(y), horizon)
    total = sum(row.mean for row in table.months[:12])
    last, count = ("2022-08", "1 month") if horizon == 1 else ("2023-07", "12 months")
    sentence = f"2022-08 to {last}: # Mtoe (# TWh) in {count}"
    assert prints(next_twelve_months(table), sentence, total, total * 11.63)


def test_the_decision_has_every_check_with_its_figure() -> None:
    card = released()
    _, _, checks, _ = card.tables()
    assert texts(checks) == [
        ["beats naive", "passed", "0.7", "1.02", "MASE 0.700 against 1.020."],
        ["not worse", "not checked", "", "", "Not checked: no release is live."],
        ["answers", "passed", "3e-16", "1e-06", "It answered in a fresh process."],
    ]
    assert "**Promoted**: this release is live." in card.section("Decision")
    assert "not live" not in card.words


@pytest.mark.parametrize("before", ["", "older"])
def test_a_rejected_release(before: str) -> None:
    card = released(before, failed="beats_naive")
    _, _, checks, *_ = card.tables()
    assert texts(checks)[0][1] == "**failed**"
    assert "not live.** Failed checks: beats naive;" in card.words.partition("## Month by month")[0]
    live = make_manifest(make_table(make_series(), make_plan(make_series())), 1).release_id
    decision = card.section("Decision")
    assert f"{live[-8:]} stays live" in decision if before else "no release is live yet" in decision
    assert "energy releases promote 2022-07-20261123T170002Z-3f9a1c22 --why" in decision


def test_changes_without_a_readable_previous_release() -> None:
    assert "This is the first release in this store." in released().section("Changes")
    changes = released(trouble="model.zip is missing").section("Changes")
    assert "cannot be read: model.zip is missing" in changes
    assert "first release" not in changes


def test_changes_from_the_previous_release() -> None:
    changes = released("older").section("Changes")
    for text in ("3f9a1c21", "3f9a1c22", "ridge", "theta", "2022-04", "2022-07"):
        assert text in changes
    assert "Over the 21 months in both, the forecast changed by " in changes
    changes = released("short").section("Changes")
    assert "Over the 3 months in both, the forecast changed by +0.00 Mtoe in total" in changes


def test_another_target_is_not_compared() -> None:
    changes = released("same", target="coal").section("Changes")
    assert "coal" in changes
    assert "no month of the same target in common" in changes


def test_the_effect_of_temperature_by_season() -> None:
    facts = make_facts()
    card = filled(weather=facts)
    _, _, seasons, *_ = card.tables()
    assert cells(seasons, "Season") == [season.season for season in facts.sensitivity]
    slopes = [float(cell) for cell in cells(seasons, "Mtoe a month per deg C warmer")]
    assert slopes == pytest.approx([season.per_degree for season in facts.sensitivity], abs=0.01)
    first = facts.sensitivity[0]
    low, high = (first.per_degree + sign * 1.96 * first.standard_error for sign in (-1, 1))
    assert prints(cells(seasons, "95% interval")[0], "# to #", low, high)
    days = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    year = sum(daily * n for daily, n in zip(facts.normal, days, strict=True))
    assert prints(card.words, "about # degree days a year", year)
    assert prints(card.words, "change by # per decade", facts.trend)


def test_a_month_with_known_weather_is_a_nowcast() -> None:
    assert "The forecast of 2022-08 is a *nowcast*" in filled(observed=True).words


def test_the_parts_add_up_to_the_forecast_in_every_month() -> None:
    card = filled(horizon=12, breakdown=make_breakdown(12))
    _, _, parts, *_ = card.tables()
    assert parts["columns"] == ["Month", "coal", "natural gas", "net imports", "total"]
    assert len(parts["data"]) == 12
    for _, *means, total in texts(parts):
        assert sum(map(float, means)) == pytest.approx(float(total.strip("*")), abs=0.02)
    assert len(card.charts()) == 2


def test_a_custom_series_has_its_own_title_and_attribution() -> None:
    y, card = make_series("flour"), Shown()
    table = structs.replace(make_table(y, make_plan(y)), unit="tonnes")
    result = make_published(table)
    manifest = structs.replace(
        result.manifest, title="Flour from the mill", attribution="By the miller."
    )
    fill_release_card(card, replace(result, manifest=manifest), make_draft(y, table))
    assert card.words.startswith("# Flour from the mill\n")
    assert "By the miller." in card.words
    (fan,) = card.charts()
    assert fan["title"]["text"].startswith("Flour from the mill")
    for text in ("UK", "Mtoe", "TWh", "weather", "Energy Trends"):
        assert text not in card.words


def test_no_change_in_per_cent_between_values_that_are_not_positive() -> None:
    y, card = make_series("balance", -5.0), Shown()
    table = make_table(y, make_plan(y))
    fill_release_card(card, make_published(table), make_draft(y, table))
    assert (y < 0).any()
    assert "" in {row[-1] for row in texts(card.tables()[0])[:12]}


def test_what_a_release_does_not_have_is_not_mentioned() -> None:
    card = filled()
    for text in ("Effect of temperature", "nowcast", "## Parts", "Other series", *SHARES):
        assert text not in card.words
    assert len(card.tables()) == 4
    assert "None" not in card.words


def test_accuracy_in_the_training_part_and_the_holdout() -> None:
    y = make_series()
    comparison = make_draft(y, make_table(y, make_plan(y))).comparison
    best = comparison.ranked[0]
    holdout = comparison.holdout[best.forecaster]
    _, accuracy, *_ = released().tables()
    assert cells(accuracy, "Part") == ["training part", "holdout"]
    for score, *row in zip(
        (best, holdout),
        cells(accuracy, "MASE"),
        cells(accuracy, "Average error (MAPE)"),
        strict=True,
    ):
        assert prints(" ".join(row), "# #%", score.mase, score.mape)
