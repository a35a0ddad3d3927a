"""A CSV of another kind, as docs/your-own-series.md has it: flow, cards, release, handler."""

from __future__ import annotations

from typing import Any

import pytest
from flow_runs import Stopped

from energy.contract import Manifest
from energy.releases.bundle import WEATHER, verify_release
from energy.releases.promotion import list_decisions
from energy.releases.reader import ReleaseReader
from energy.releases.store import Store, open_store
from lambda_handler.routes import RequestHandler

pytestmark = pytest.mark.e2e

UK = ("UK", "Mtoe", "TWh", "weather", "Energy Trends")


@pytest.fixture(scope="module")
def store(every: Stopped) -> Store:
    return open_store(str(every.checkout.store))


@pytest.fixture(scope="module")
def release(every: Stopped, store: Store) -> Manifest:
    return verify_release(store, every.run.release_id)


@pytest.fixture(scope="module")
def ask(store: Store) -> Any:
    service = RequestHandler(lambda: reader)
    reader = ReleaseReader(store, 60.0)
    return service.handle


def test_the_run_ends_in_its_own_words(every: Stopped) -> None:
    words = every.run.closing
    assert " for visitors\n" in words
    assert "Forecast   2025-01 to 2025-12: " in words
    assert " thousand in 12 months" in words
    assert not [word for word in UK if word in words]


def test_it_is_checked_and_promoted_as_any_other(store: Store, release: Manifest) -> None:
    (decision,) = (d for d in list_decisions(store) if d.release_id == release.release_id)
    assert decision.action == "promoted"
    assert all(check.passed for check in decision.checks)


@pytest.mark.parametrize("step", ["leaderboard", "publish"])
def test_its_cards_are_not_about_energy(every: Stopped, step: str) -> None:
    drawn = every.run if step in every.run.tasks else every.refused
    card = every.checkout.card(drawn.run_id, step)
    assert "visitors" in card.text.casefold()
    assert not [word for word in UK if word in card.text]


def test_the_table_and_the_champion_answer(ask: Any) -> None:
    answer = ask({"months": ["2025-06"]})
    assert (answer["tier"], answer["unit"], answer["target"]) == ("table", "thousand", "visitors")
    assert 20 < answer["months"][0]["mean"] < 60
    newer = ask({"periods": 2, "observations": {"2025-01": 6.4}})
    assert (newer["tier"], newer["cutoff"]) == ("champion", "2025-01")
    assert [row["month"] for row in newer["months"]] == ["2025-02", "2025-03"]
    assert ask({"periods": 36})["tier"] == "champion"


def test_a_weather_what_if_is_refused_by_name(ask: Any) -> None:
    error = ask({"weather": {"temperature_change": -2}})["error"]
    assert (error["code"], error["field"]) == ("weather_not_held", "weather")


def test_the_release_names_itself_and_serves_its_data(store: Store, release: Manifest) -> None:
    assert release.title == "Visitors to the open-air museum"
    assert (release.target, release.unit) == ("visitors", "thousand")
    assert list(release.lineage.vintage) == ["visitors.csv"]
    assert WEATHER not in release.files
    data = ReleaseReader(store, 60.0).current().release.document("data.json")
    assert set(data["columns"]) == {"visitors", "families", "schools", "members"}
    assert set(data["units"].values()) == {"thousand"}
    assert "Made-up figures" in data["attribution"]
    assert data["attribution"] == release.attribution
