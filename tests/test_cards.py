"""What cards show, whatever a run comes to."""

from __future__ import annotations

from typing import Any

import pytest
from made_results import (
    NAMES,
    make_comparison,
    make_plan,
    make_published,
    make_series,
    make_table,
)

from energy import cards

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


def leaderboard(
    name: str = "total", low: float = 10.0, holdout: bool = True, **changes: Any
) -> Shown:
    y = make_series(name, low)
    laid, card = make_plan(y, holdout=holdout), Shown()
    cards.leaderboard(card, make_comparison(y, laid, **changes), y, laid)
    return card


def test_the_leaderboard() -> None:
    card = leaderboard()
    words = card.words
    assert words.startswith("# Leaderboard: total\n")
    assert "lowest MASE over 4 folds" in words
    assert "Chosen on 4 rolling origins up to 2020-07" in words
    assert len(card.charts()) == 2 + len(NAMES)
    (scores,) = card.tables()
    assert [len(row) for row in scores["data"]] == [len(scores["columns"])] * len(NAMES)
    assert [row[0]["source"].strip() for row in scores["data"]] == [
        *("**theta**", "ridge", "seasonal naive")
    ]
    for name in NAMES:
        assert f"### {name.replace('_', ' ')}" in words


def test_a_failed_forecaster_is_shown_as_failed() -> None:
    card = leaderboard(failed=["ridge"])
    assert "Failed: ValueError: it broke" in card.words
    (scores,) = card.tables()
    last = [cell["source"].strip() for cell in scores["data"][-1]]
    assert last == ["ridge", "failed", *[""] * (len(scores["columns"]) - 2)]
    assert len(card.charts()) == 2 + len(NAMES) - 1


@pytest.mark.parametrize("failed", [["seasonal_naive"], ["seasonal_naive", "ridge"]])
def test_a_baseline_that_failed(failed: list[str]) -> None:
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
    cards.leaderboard(card, make_comparison(y, laid), y, laid)
    assert "n/a" in card.words
    assert "None" not in card.words


def released(before: str = "", horizon: int = 24, target: str = "total", **changes: Any) -> Shown:
    y = make_series()
    laid, card = make_plan(y), Shown()
    table = make_table(y, laid, horizon)
    old = None
    if before:
        past = make_series(target).iloc[:-3] if before == "older" else make_series(target)
        old = make_table(past, laid, 3 if before == "short" else 24, "ridge")
    cards.release(card, make_published(table, old, **changes), table, y)
    return card


def changed(card: Shown) -> str:
    return card.words.partition("## What changed")[2].partition("## Lineage")[0]


@pytest.mark.parametrize("horizon", [1, 11, 24])
def test_the_release(horizon: int) -> None:
    card = released(horizon=horizon)
    months, lineage = card.tables()
    assert len(months["data"]) == horizon
    assert len(card.charts()) == 1
    assert [len(row) for row in months["data"]] == [len(months["columns"])] * horizon
    for told in ("a" * 64, "2" * 40, "TrainFlow/1", "sktime 1.2.0"):
        assert told in card.words
    assert all(len(row) == 2 for row in lineage["data"])


def test_the_year_before_is_compared_where_it_is_known() -> None:
    months, _ = released().tables()
    last = [row[-1]["source"].strip() for row in months["data"]]
    assert last == ["+0.0%"] * 12 + [""] * 12


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
