"""What the release card shows, whatever a run comes to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
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
from test_cards import Shown, cells

from energy.reports import release_card

# On importing Metaflow's cards, in this process alone.
pytestmark = pytest.mark.filterwarnings("ignore:The _yaml extension module")


def released(before: str = "", horizon: int = 24, target: str = "total", **changes: Any) -> Shown:
    y = make_series()
    laid, card = make_plan(y), Shown()
    table = make_table(y, laid, horizon)
    old = None
    if before:
        past = make_series(target).iloc[:-3] if before == "older" else make_series(target)
        old = make_table(past, laid, 3 if before == "short" else 24, "ridge")
    release_card.fill_release_card(
        card, make_published(table, old, **changes), make_draft(y, table)
    )
    return card


def filled(horizon: int = 24, observed: bool = False, **parts: Any) -> Shown:
    """The card of a release that has something beside its forecast."""
    y, card = make_series(), Shown()
    weather = {"2022-08": 1.5} if observed else {}
    table = make_table(y, make_plan(y), horizon, observed=weather)
    release_card.fill_release_card(card, make_published(table), make_draft(y, table, **parts))
    return card


def changed(card: Shown) -> str:
    return card.words.partition("## What changed")[2].partition("## Lineage")[0]


@pytest.mark.parametrize("horizon", [1, 11, 24])
def test_the_release(horizon: int) -> None:
    card = released(horizon=horizon)
    months, _, _, lineage = card.tables()
    assert len(months["data"]) == horizon
    assert len(card.charts()) == 1
    assert [len(row) for row in months["data"]] == [len(months["columns"])] * horizon
    for told in ("a" * 64, "2" * 40, "TrainFlow/1", "sktime 1.2.0"):
        assert told in card.words
    assert all(len(row) == 2 for row in lineage["data"])


def test_the_year_before_is_compared_where_it_is_known() -> None:
    months, *_ = released().tables()
    last = [row[-1]["source"].strip() for row in months["data"]]
    assert last == ["+0.0%"] * 12 + [""] * 12


def decided(card: Shown) -> str:
    return card.words.partition("## Decision")[2].partition("## What changed")[0]


def test_a_promotion_shows_every_check_with_its_figure() -> None:
    card = released()
    _, _, checks, _ = card.tables()
    rows = [[cell["source"].strip() for cell in row] for row in checks["data"]]
    assert rows == [
        ["beats naive", "passed", "0.7", "1.02", "MASE 0.700 against 1.020."],
        ["not worse", "not judged", "", "", "Not judged: nothing is in service."],
        ["answers", "passed", "3e-16", "1e-06", "It answered in a fresh process."],
    ]
    assert "**Promoted**: this release is in service." in decided(card)
    assert "Not promoted" not in card.words


@pytest.mark.parametrize("before", ["", "older"])
def test_a_refusal_says_what_failed_and_what_stays(before: str) -> None:
    card = released(before, failed="beats_naive")
    _, _, checks, *_ = card.tables()
    assert checks["data"][0][1]["source"].strip() == "**failed**"
    assert "**Not promoted**, for beats naive" in card.words.partition("## Month by month")[0]
    stays = make_manifest(make_table(make_series(), make_plan(make_series())), 1).release_id
    told = decided(card)
    assert "**Not promoted**: in service stays " in told
    assert ("stays nothing" in told) == (not before)
    assert "energy releases promote 2022-07-20261123T170002Z-3f9a1c22 --why" in told
    assert (stays[-8:] in told) == bool(before)


def test_the_first_release_has_nothing_before_it() -> None:
    assert "This is the first release in this store." in changed(released())


def test_a_release_before_that_cannot_be_read() -> None:
    told = changed(released(trouble="model.zip is gone"))
    assert "The release before could not be read, so nothing is compared: model.zip is gone" in told
    assert "first release" not in told


def test_what_changed_since_an_older_release() -> None:
    told = changed(released("older"))
    for word in ("3f9a1c21", "3f9a1c22", "ridge", "theta", "2022-04", "2022-07"):
        assert word in told
    assert "Over the 21 months in both, the forecast moved by " in told


def test_what_changed_since_a_shorter_release() -> None:
    told = changed(released("short"))
    assert "Over the 3 months in both, the forecast moved by +0.00 Mtoe in all" in told


def test_another_target_is_not_compared() -> None:
    told = changed(released("same", target="coal"))
    assert "coal" in told
    assert "The two have no month of the same target in common." in told


def test_what_a_degree_does_is_told_by_season() -> None:
    facts = make_facts()
    card = filled(weather=facts)
    _, _, seasons, *_ = card.tables()
    assert cells(seasons, "Season") == [one.season for one in facts.sensitivity]
    slopes = map(float, cells(seasons, "Mtoe a month for each deg C warmer"))
    assert [*slopes] == pytest.approx([one.per_degree for one in facts.sensitivity], abs=0.01)
    first = facts.sensitivity[0]
    low, high = (first.per_degree + sign * 1.96 * first.standard_error for sign in (-1, 1))
    assert prints(cells(seasons, "95% of the time between")[0], "# and #", low, high)
    assert f"as the last {facts.normal_years} years were on average" in card.words
    assert prints(card.words, "change by # per decade", facts.trend)


def test_the_degree_days_of_a_year_are_those_of_its_days() -> None:
    facts = make_facts()
    days = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    year = sum(daily * n for daily, n in zip(facts.normal, days, strict=True))
    assert prints(filled(weather=facts).words, "of about #.", year)


def test_a_month_whose_weather_is_known_is_called_a_nowcast() -> None:
    assert "The weather of 2022-08 is known: that forecast is a *nowcast*" in (
        filled(observed=True).words
    )


def test_the_fuels_add_up_to_the_forecast_in_every_month() -> None:
    card = filled(horizon=12, breakdown=make_breakdown(12))
    _, _, fuels, *_ = card.tables()
    assert fuels["columns"] == ["Month", "coal", "natural gas", "net imports", "total"]
    assert len(fuels["data"]) == 12
    for row in fuels["data"]:
        month, *parts, whole = (cell["source"].strip() for cell in row)
        assert month.startswith("202")
        assert sum(map(float, parts)) == pytest.approx(float(whole.strip("*")), abs=0.02)
    drawn = [spec for spec in card.charts() if "by part" in str(spec["title"])]
    assert len(drawn) == 1
    assert len(card.charts()) == 2


def test_a_series_of_one_s_own_is_told_in_its_own_words() -> None:
    y, card = make_series("flour"), Shown()
    table = structs.replace(make_table(y, make_plan(y)), unit="tonnes")
    published = make_published(table)
    named = structs.replace(
        published.manifest, title="Flour from the mill", attribution="By the miller."
    )
    release_card.fill_release_card(card, replace(published, manifest=named), make_draft(y, table))
    assert card.words.startswith("# Flour from the mill\n")
    assert "By the miller." in card.words
    (fan,) = card.charts()
    assert fan["title"]["text"] == "Flour from the mill, tonnes a month"
    for other in ("UK", "Mtoe", "TWh", "weather", "Energy Trends"):
        assert other not in card.words


def test_no_share_is_told_of_figures_that_are_not_above_zero() -> None:
    y, card = make_series("balance", -5.0), Shown()
    release_card.fill_release_card(
        card, make_published(table := make_table(y, make_plan(y))), make_draft(y, table)
    )
    shares = {row[-1]["source"].strip() for row in card.tables()[0]["data"]}
    assert (y < 0).any()
    assert "" in shares


def test_of_what_a_release_does_not_have_there_is_no_word() -> None:
    card = filled()
    for heading in ("What a degree does", "nowcast", "By part", *SHARES):
        assert heading not in card.words
    assert len(card.tables()) == 4
    assert "None" not in card.words


def test_how_its_forecaster_fared_is_told_of_both_parts() -> None:
    """The holdout's figures beside those that it was chosen by, and the baseline's beside both."""
    _, fared, *_ = released().tables()
    rows = [[cell["source"].strip() for cell in row] for row in fared["data"]]
    assert [row[0] for row in rows] == ["training part", "holdout"]
    compared = make_draft(
        make_series(), make_table(make_series(), make_plan(make_series()))
    ).comparison
    best = compared.ranked[0]
    assert prints(rows[0][2], "#", best.mase)
    assert prints(rows[1][2], "#", compared.holdout[best.forecaster].mase)
