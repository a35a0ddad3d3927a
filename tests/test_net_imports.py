"""A target with months of zero and below, from the workbooks to its cards: no MAPE, no logs."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_cards import Shown

from energy.forecasting import selection, weather
from energy.pipelines import prepare, publish, train
from energy.releases.bundle import read_table, verify_release
from energy.releases.promotion import list_decisions
from energy.releases.store import open_store
from energy.reports import leaderboard_card, release_card
from energy.settings import Settings
from energy.tracking import lineage

# On importing Metaflow's cards, in this process alone.
pytestmark = pytest.mark.filterwarnings("ignore:The _yaml extension module")


def test_net_imports_are_forecast_and_published(tmp_path: Path, embedded_data: Path) -> None:
    """On one fold and one month ahead, the least there is."""
    settings = Settings(str(tmp_path / "store"), embedded_data, f"sqlite:///{tmp_path}/mlflow.db")
    asked = {"target": "net_imports", "forecasters": "naive", "folds": 1, "horizon": 1}
    task = prepare.prepare_training(settings, prepare.TrainRequest(**asked, start="2010-01"))
    y = task.series["net_imports"]
    assert (y <= 0).any()
    results = {
        name: train.backtest_one(name, y, task.weather, task.plan) for name in task.forecasters
    }
    assert [score.failure for _, score in results.values() if score.failure] == []
    compared = train.compare_forecasters(task.forecasters, results, y, task.weather)
    fitted, table = train.refit_best(compared, y, task.weather, 1, "Mtoe")
    assert not table.calibration.log

    shown = Shown()
    leaderboard_card.fill_leaderboard_card(
        shown, {y.name: compared}, task.series, task.plan, "Mtoe", None
    )
    assert len(shown.charts()) > 0

    facts, told = weather.weather_facts(y, task.weather), {"data": task.data}
    draft = publish.ReleaseDraft(table, selection.model_to_zip(fitted), compared, y, facts, **told)
    found = lineage.lineage(task.vintage, "unknown", {})
    published = publish.publish(open_store(settings.store), draft, found)
    store = open_store(settings.store)
    manifest = verify_release(store, published.manifest.release_id)
    (decided,) = list_decisions(store)  # on so few folds it may be either
    checks = {check.name: check for check in decided.checks}
    assert checks["answers"].passed, checks["answers"].told
    assert checks["clock"].passed, checks["clock"].told
    assert (read_table(store, manifest).target, len(table.months)) == ("net_imports", 1)

    shown = Shown()
    release_card.fill_release_card(shown, published, draft)
    assert len(shown.charts()) == 1
    assert "None" not in shown.words
    assert "nan" not in shown.words.lower().split()
