"""Many series of one long table, as docs/your-own-series.md has them: flow, release, handler."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from flow_runs import PREAMBLE, ROOT, Good, check_out

from energy.contract.panel import PANEL
from energy.releases.bundle import verify
from energy.releases.decisions import decisions
from energy.releases.reading import ReleaseReader
from energy.releases.store import open_store
from lambda_handler.service import Service

pytestmark = pytest.mark.e2e

SMALL = ("--forecasters", "theta", "--folds", "4", "--horizon", "6")


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Good:
    checkout = check_out(tmp_path_factory.mktemp("shops"))
    shutil.copytree(ROOT / "examples", checkout.root / "examples")
    ended = checkout.flow(
        *("run", "--target", "all", *SMALL), ENERGY_DATASET="examples/shops/series.toml"
    )
    return Good(checkout, ended.good())


@pytest.fixture(scope="module")
def ask(shops: Good) -> Any:
    reader = ReleaseReader(open_store(str(shops.checkout.store)), 60.0)
    return Service(lambda: reader).handle


def test_the_run_says_how_all_of_them_fared(shops: Good) -> None:
    assert PREAMBLE.fullmatch(shops.run.stderr), shops.run.stderr
    assert "town 1 and 11 other series: 96 months to 2024-12" in shops.run.stdout
    words = shops.run.closing
    assert "Champion   " in words
    assert " for town 1\n" in words
    assert "Series     10 other series are forecast, 8 of them by a champion" in words


def test_one_release_holds_them_all_and_the_gate_has_looked_at_them(shops: Good) -> None:
    store = open_store(str(shops.checkout.store))
    manifest = verify(store, shops.run.release_id)
    assert {PANEL, "panel-000.json"} <= set(manifest.files)
    (told,) = decisions(store)
    assert "panel_coverage" in {check.name for check in told.checks}
    assert list(manifest.lineage.vintage) == ["shops.csv"]


def test_every_series_is_answered_by_name(ask: Any) -> None:
    for name in ("town 1", "seaside 3", "station"):
        found = ask({"target": name, "periods": 3})
        assert (found["target"], found["unit"], found["tier"]) == (name, "thousand", "table")
        for row in found["months"]:
            low, high = row["intervals"][0]["lower"], row["intervals"][0]["upper"]
            assert low < row["mean"] < high


def test_one_without_a_year_is_refused_with_the_reason(ask: Any) -> None:
    error = ask({"target": "harbour"})["error"]
    assert (error["code"], error["field"]) == ("series_left_out", "target")
    assert "4 months; 13 are the fewest" in error["message"]


def test_a_stranger_is_unknown_and_a_what_if_needs_the_releases_own(ask: Any) -> None:
    assert ask({"target": "mill"})["error"]["code"] == "unknown_target"
    asked = {"target": "station", "observations": {"2025-01": 20.0}}
    assert ask(asked)["error"]["code"] == "table_alone"


def test_the_card_shows_how_they_fared(shops: Good) -> None:
    card = shops.checkout.card(shops.run.run_id, "publish")
    assert "The other series" in card.text
    assert card.of_kind("vegaChart")
    assert "harbour" in card.text
