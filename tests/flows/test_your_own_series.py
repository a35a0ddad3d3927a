"""A CSV of another kind, as docs/your-own-series.md has it: flow, release on S3, handler."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flow_runs import PREAMBLE, ROOT, Card, Good, check_out
from s3_server import S3Server

from energy.releases.bundle import WEATHER, read_manifest, verify
from energy.releases.decisions import decisions
from energy.releases.pointer import champion
from energy.releases.reading import ReleaseReader
from energy.releases.store import Store, open_store
from lambda_handler.service import Service

pytestmark = pytest.mark.e2e

SMALL = ("--forecasters", "theta", "--folds", "4")
UK = ("UK", "Mtoe", "TWh", "weather", "Energy Trends")


@dataclass(frozen=True)
class Visitors(Good):
    """The run, where its release went, and where it was tracked."""

    url: str
    mlruns: Path


@pytest.fixture(scope="module")
def visitors(
    s3: S3Server,
    tmp_path_factory: pytest.TempPathFactory,
    new_database: Callable[[Path], Path],
) -> Visitors:
    """Its store is on S3, its MLflow elsewhere."""
    folder = tmp_path_factory.mktemp("visitors")
    checkout, mlruns, url = check_out(folder), folder / "elsewhere", f"s3://{s3.bucket}/own/series"
    new_database(mlruns / "runs.db")
    shutil.copytree(ROOT / "examples", checkout.root / "examples")
    ended = checkout.flow(
        *("run", *SMALL, "--store", url),
        **{name: value for name, value in s3.environment.items() if value},
        ENERGY_DATASET="examples/visitors/series.toml",
        MLFLOW_TRACKING_URI=f"sqlite:///{mlruns}/runs.db",
    )
    return Visitors(checkout, ended.good(), url, mlruns)


@pytest.fixture(scope="module")
def store(visitors: Visitors, s3: S3Server) -> Iterator[Store]:
    with pytest.MonkeyPatch.context() as patch:
        s3.use(patch)
        yield open_store(visitors.url)


@pytest.fixture(scope="module")
def ask(store: Store) -> Any:
    service = Service(lambda: reader)
    reader = ReleaseReader(store, 60.0)
    return service.handle


def test_the_run_ends_in_its_own_words(visitors: Visitors) -> None:
    words = visitors.run.closing
    assert " for visitors\n" in words
    assert "Forecast   2025-01 to 2025-12: " in words
    assert " thousand in 12 months" in words
    assert "models:/visitors-visitors@champion is version 1" in words
    assert "visitors: 144 months to 2024-12" in visitors.run.stdout
    assert not [told for told in UK if told in words]


def test_it_publishes_to_s3_and_nowhere_else(visitors: Visitors, store: Store) -> None:
    assert PREAMBLE.fullmatch(visitors.run.stderr), visitors.run.stderr
    manifest = verify(store, visitors.run.release_id)
    (told,) = decisions(store)
    assert (told.action, told.release_id, told.previous_id) == (
        *("promoted", manifest.release_id, None),
    )
    assert all(check.passed for check in told.checks)
    pointer = champion(store)
    assert pointer is not None
    assert pointer.release_id == manifest.release_id
    assert f"Release    {visitors.url}/releases/{manifest.release_id}\n" in visitors.run.closing
    assert not visitors.checkout.store.exists()


def test_it_is_tracked_where_mlflow_is_told_to_be(visitors: Visitors) -> None:
    """The artifacts as well."""
    assert not (visitors.checkout.root / "mlruns").exists()
    assert list(visitors.mlruns.rglob("leaderboard.png"))


def test_it_tells_no_secret(visitors: Visitors, s3: S3Server) -> None:
    card = visitors.checkout.card(visitors.run.run_id, "publish")
    told = visitors.run.stdout + visitors.run.stderr + card.file.read_text("utf-8")
    assert s3.secret_key not in told


@pytest.mark.parametrize("step", ["leaderboard", "publish"])
def test_its_cards_know_nothing_of_energy(visitors: Visitors, step: str) -> None:
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
