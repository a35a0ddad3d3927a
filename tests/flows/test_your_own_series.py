"""A monthly CSV of another kind, as docs/your-own-series.md has it: flow, release, handler."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from flow_runs import ROOT, Card, Good, Once, check_out

from energy.releases.bundle import WEATHER, read_manifest
from energy.releases.promotion import champion
from energy.releases.reading import ReleaseReader
from energy.releases.store import Store, open_store
from lambda_handler.service import Service

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("visitors")]

STORE = "store-visitors"
OWN = {"ENERGY_DATASET": "examples/visitors/series.toml", "ENERGY_STORE": STORE}
SMALL = ("--forecasters", "theta,exponential_smoothing", "--folds", "4")
UK = ("UK", "Mtoe", "TWh", "weather", "Energy Trends")


@pytest.fixture(scope="module")
def visitors(once: Once[Good]) -> Good:
    def run(folder: Path) -> Good:
        checkout = check_out(folder)
        shutil.copytree(ROOT / "examples", checkout.root / "examples")
        return Good(checkout, checkout.flow("run", *SMALL, **OWN).good())

    return once("visitors", run)


@pytest.fixture(scope="module")
def store(visitors: Good) -> Store:
    return open_store(str(visitors.checkout.root / STORE))


@pytest.fixture(scope="module")
def ask(store: Store) -> Any:
    service = Service(lambda: reader)
    reader = ReleaseReader(store, 60.0)
    return service.handle


def test_the_run_ends_in_its_own_words(visitors: Good) -> None:
    words = visitors.run.closing
    assert " for visitors\n" in words
    assert "Forecast   2025-01 to 2025-12: " in words
    assert " thousand in 12 months" in words
    assert "models:/visitors-visitors@champion is version 1" in words
    assert "visitors: 144 months to 2024-12" in visitors.run.stdout
    assert not [told for told in UK if told in words]


@pytest.mark.parametrize("step", ["select", "publish"])
def test_its_cards_know_nothing_of_energy(visitors: Good, step: str) -> None:
    card: Card = visitors.checkout.card(visitors.run.run_id, step)
    assert "visitors" in card.text.casefold()
    assert not [told for told in UK if told in card.text]


def test_its_release_says_what_it_is_and_from_which_bytes(store: Store) -> None:
    pointer = champion(store)
    assert pointer is not None
    manifest = read_manifest(store, pointer.release_id)
    assert manifest.title == "Visitors to the open-air museum"
    assert "Made-up figures" in manifest.attribution
    assert (manifest.target, manifest.unit) == ("visitors", "thousand")
    assert list(manifest.lineage.vintage) == ["visitors.csv"]
    assert WEATHER not in manifest.files


def test_the_handler_looks_its_months_up(ask: Any) -> None:
    found = ask({"months": ["2025-06"]})
    assert (found["tier"], found["unit"], found["target"]) == ("table", "thousand", "visitors")
    assert 20 < found["months"][0]["mean"] < 60


def test_the_champion_answers_for_newer_figures_and_later_months(ask: Any) -> None:
    newer = ask({"periods": 2, "observations": {"2025-01": 6.4}})
    assert (newer["tier"], newer["cutoff"]) == ("champion", "2025-01")
    assert [row["month"] for row in newer["months"]] == ["2025-02", "2025-03"]
    assert ask({"periods": 36})["tier"] == "champion"


@pytest.mark.parametrize("weather", [{"temperature_change": -2}, {"year": 2010}])
def test_a_weather_what_if_is_refused_by_name(ask: Any, weather: dict[str, Any]) -> None:
    error = ask({"weather": weather})["error"]
    assert (error["code"], error["field"]) == ("weather_not_held", "weather")


def test_the_data_served_are_the_figures_it_learnt_from(store: Store) -> None:
    data = ReleaseReader(store, 60.0).current().release.document("data.json")
    assert set(data["columns"]) == {"visitors", "families", "schools", "members"}
    assert set(data["units"].values()) == {"thousand"}
    assert "Made-up figures" in data["attribution"]
