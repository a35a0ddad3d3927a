"""Publish a release in seconds, with the functions that TrainFlow's steps call.

    python -m scripts.dev.quick_release STORE [--forecasters theta] [--horizon 24]

Few candidate models and folds, on the embedded vintage; the files are those of any release.
"""

from __future__ import annotations

import argparse
import sys

from energy.forecasting import selection, weather
from energy.pipelines import prepare, train
from energy.pipelines.publish import ReleaseDraft
from energy.pipelines.publish import publish as publish_draft
from energy.releases.store import open_store
from energy.settings import ROOT, Settings
from energy.tracking import lineage


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", help="directory or s3:// URL")
    parser.add_argument("--forecasters", default="weather_normalised_theta")
    parser.add_argument("--horizon", type=int, default=24)
    options = parser.parse_args(arguments)
    print(publish(options.store, options.forecasters, options.horizon))
    return 0


def publish(store: str, forecasters: str, horizon: int) -> str:
    """Publish the best of some forecasters; the release's id."""
    request = prepare.TrainRequest(
        store=store, forecasters=forecasters, horizon=horizon, folds=4, start="2010-01"
    )
    task = prepare.prepare_training(Settings.from_environment(), request)
    y = task.series[task.target]
    inputs = (y, task.weather, task.plan)
    results = {name: train.backtest_one(name, *inputs) for name in task.forecasters}
    compared = train.compare_forecasters(task.forecasters, results, y, task.weather)
    fitted, table = train.refit_best(compared, y, task.weather, horizon, task.dataset.unit(y.name))
    facts = weather.weather_facts(y, task.weather)
    description = {"data": task.data, "title": task.dataset.target_title(task.target)}
    draft = ReleaseDraft(table, selection.model_to_zip(fitted), compared, y, facts, **description)
    origin = lineage.lineage(task.vintage, lineage.commit(ROOT), {})
    published = publish_draft(open_store(store), draft, origin)
    if not published.promoted:
        raise SystemExit(f"Not promoted. {' '.join(check.told for check in published.failed)}")
    return published.manifest.release_id


if __name__ == "__main__":
    sys.exit(main())
