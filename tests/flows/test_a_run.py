"""A run on a fresh checkout: what it says, and what it leaves."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from flow_runs import PREAMBLE, Card, Good
from printed import prints

from energy.contract import LEVELS, Manifest
from energy.data.archive import list_vintages
from energy.forecasting.models import VERSION
from energy.releases.bundle import read_file, read_table, verify_release
from energy.releases.promotion import list_decisions
from energy.releases.reader import read_champion
from energy.releases.store import Store, open_store

pytestmark = pytest.mark.e2e
BENCH = ("seasonal_naive", "theta", "weather_normalised_theta")


@pytest.fixture
def store(good: Good) -> Store:
    return open_store(str(good.checkout.store))


@pytest.fixture
def first(good: Good, store: Store) -> Manifest:
    """The first run's release, whichever is in service by now."""
    found = re.search(r"releases/(\S+)", good.run.closing)
    assert found
    return verify_release(store, found[1])


def test_progress_is_on_stdout_and_nothing_but_the_preamble_on_stderr(good: Good) -> None:
    assert PREAMBLE.fullmatch(good.run.stderr), good.run.stderr
    assert "arning" not in good.run.stdout
    assert "total: 259 months to 2022-07" in good.run.stdout
    task, score = r"backtest/\d+ \(pid \d+\)", r"MASE \d\.\d{3}, MAPE [\d.]+%, 6 folds, "
    for forecaster in BENCH:
        assert len(re.findall(rf"{task}\] total: {forecaster}: {score}", good.run.stdout)) == 1


def test_the_last_words(good: Good, first: Manifest) -> None:
    words = good.run.closing
    assert words.startswith(f"\nChampion   {first.forecaster} for total\n")
    scores = r"MASE \d\.\d{3} against \d\.\d{3} for seasonal_naive; MAPE [\d.]+% against [\d.]+%"
    for name, folds in (("Backtest", "6 folds to 2018-03"), ("Holdout", "8 folds after it")):
        assert re.search(rf"\n{name} +{scores}; 80% interval coverage \d+%  \({folds}", words)
    assert first.forecaster == "weather_normalised_theta"
    assert re.search(r"\nNowcast    MAPE [\d.]+% one month ahead with that month's weather", words)
    assert re.findall(r"(\S+) .*\(its weather is known\)\n", words) == ["2022-08"]
    assert re.search(r"\nForecast   2022-08 to 2023-07: [\d.]+ Mtoe \([\d,]+ TWh\) in 12", words)
    months = re.findall(r"\n +(20\d\d-\d\d) +([\d.]+) +80% interval ([\d.]+) to ([\d.]+)", words)
    assert [month for month, *_ in months] == list(
        map(str, pd.period_range("2022-08", "2023-07", freq="M"))
    )
    assert all(float(low) < float(mean) < float(high) for _, mean, low, high in months)
    assert f"\nMLflow     {good.checkout.tracking_uri}, run {first.lineage.runs['mlflow']}" in words
    folder = good.checkout.store / "releases" / first.release_id
    assert f"\nRelease    {folder}\n" in words
    assert (folder / "manifest.json").is_file()


def test_lineage_leads_back_to_bytes_commit_and_runs(good: Good, first: Manifest) -> None:
    raw = good.checkout.root / "data" / "raw"
    assert first.lineage.vintage == {
        name: hashlib.sha256((raw / name).read_bytes()).hexdigest()
        for name in ("ET_1.2_SEP_22.xlsx", "Weather_SEP_22.ods")
    }
    assert first.lineage.commit == good.checkout.commit
    assert first.lineage.runs["metaflow"] == f"TrainFlow/{good.run.run_id}"
    assert re.fullmatch(r"[0-9a-f]{32}", first.lineage.runs["mlflow"])
    assert {"sktime", "pandas", "numpy", "statsmodels"} <= set(first.lineage.packages)


def test_the_table_is_whole_and_ordered(store: Store, first: Manifest) -> None:
    table = read_table(store, first)
    assert (table.unit, table.cutoff, table.levels) == ("Mtoe", "2022-07", LEVELS)
    assert [row.horizon for row in table.months] == list(range(1, 25))
    assert (table.months[0].month, table.months[-1].month) == ("2022-08", "2024-07")
    for row in table.months:
        assert sorted(set(row.quantiles)) == list(row.quantiles)
        assert 5 < row.quantiles[0] < row.mean < row.quantiles[-1] < 30
    history = json.loads(read_file(store, first, "history.json"))
    assert (history["first_month"], len(history["values"])) == ("2001-01", 259)


def test_the_ranking_is_kept_and_the_best_is_published(store: Store, first: Manifest) -> None:
    scores = json.loads(read_file(store, first, "scores.json"))
    ranked = scores["backtest"]
    assert sorted(row["forecaster"] for row in ranked) == sorted(BENCH)
    assert [row["mase"] for row in ranked] == sorted(row["mase"] for row in ranked)
    assert ranked[0]["forecaster"] == first.forecaster
    assert set(scores["holdout"]) == set(scores["single_origin_mape"]) == set(BENCH)
    for protocol in ("nowcast", "nowcast_holdout"):
        assert set(scores[protocol]) == {"weather_normalised_theta"}
    assert scores["bench_version"] == VERSION
    assert all(row["folds"] == 6 and len(row["by_horizon"]) == 12 for row in ranked)


def test_artifacts_are_small_and_in_ignored_folders(good: Good) -> None:
    assert good.checkout.artifact_bytes() < 2_000_000
    found = good.checkout.python(
        "-c",
        "import subprocess; print(subprocess.run(['git', 'status', '--porcelain'],"
        " capture_output=True, text=True, check=True).stdout)",
    )
    assert found.stdout.strip() == ""


def test_both_cards_are_saved(good: Good) -> None:
    """`make cards`."""
    saved = good.checkout.python("-m", "scripts.dev.save_cards", "--no-open").good()
    for name, words in (("leaderboard", "# Leaderboard"), ("release", "# UK energy consumption")):
        path = good.checkout.root / "cards" / f"{name}.html"
        assert str(path) in saved.stdout
        assert words in Card.of(path).text


@pytest.mark.parametrize(("step", "charts"), [("leaderboard", 3 + len(BENCH)), ("publish", 1)])
def test_cards_are_pages_with_charts(good: Good, step: str, charts: int) -> None:
    card = good.checkout.card(good.run.run_id, step)
    assert card.file.stat().st_size < 2_000_000
    assert len(card.of_kind("vegaChart")) == charts
    for chart in card.of_kind("vegaChart"):
        assert "vega-lite" in chart["spec"]["$schema"]
        assert "http" not in json.dumps({**chart["spec"], "$schema": ""})  # needs no network
    assert {part["type"] for part in card.components} <= {
        *("page", "section", "markdown", "table", "vegaChart")
    }
    assert "nan" not in card.text.lower().split()
    assert "None" not in card.text


def test_the_cards_are_those_of_the_run(good: Good, first: Manifest, store: Store) -> None:
    leaderboard = good.checkout.card(good.run.run_id, "leaderboard").text
    for text in (*(f"### {name.replace('_', ' ')}" for name in BENCH), "6 rolling origins"):
        assert text in leaderboard
    release = good.checkout.card(good.run.run_id, "publish").text
    for row in read_table(store, first).months:
        assert row.month in release
        assert prints(release, "#", row.mean)
    for text in (
        *(first.release_id, good.checkout.commit, *first.lineage.vintage.values()),
        *(*first.lineage.runs.values(), *(entry.sha256 for entry in first.files.values())),
        *("Effect of temperature", "**Promoted**: this release is live."),
    ):
        assert text in release
    assert "**failed**" not in release


def test_the_weather_and_how_the_total_answers_to_it_are_kept(
    store: Store, first: Manifest
) -> None:
    facts = json.loads(read_file(store, first, "weather.json"))
    observed = read_table(store, first).observed
    assert list(observed) == ["2022-08"]
    assert facts["degree_days"][-1] == pytest.approx(observed["2022-08"], abs=1e-4)
    months = pd.period_range(facts["first_month"], "2022-08", freq="M")
    assert len(facts["degree_days"]) == len(months)
    winter, *_, summer = facts["sensitivity"]
    assert winter["per_degree"] + 1.96 * winter["standard_error"] < 0  # cold costs energy
    assert winter["per_degree"] < summer["per_degree"]
    assert "fuels.json" not in first.files


def test_the_release_answers_as_the_table_in_a_fresh_process(
    good: Good, store: Store, first: Manifest
) -> None:
    """The month whose weather is known included, which is a nowcast."""
    code = (
        "import sys, pandas as pd; from energy.tracking.registry import _load_pyfunc;"
        "asked = pd.DataFrame({'horizon': range(1, 25)});"
        "print(_load_pyfunc(sys.argv[1]).predict(asked).to_json(orient='values'))"
    )
    folder = good.checkout.store / "releases" / first.release_id
    fresh = good.checkout.python("-c", code, str(folder))
    table = read_table(store, first)
    for (month, *figures), row in zip(json.loads(fresh.good().stdout), table.months, strict=True):
        assert month == row.month
        assert figures == pytest.approx([row.mean, *row.quantiles], abs=1e-9)
    assert (folder / "model.zip").stat().st_size < 500_000


# Everything below looks at the second run, in the store of the first.


def test_a_run_inside_flows_works_too(good: Good, again: Good) -> None:
    assert PREAMBLE.fullmatch(again.run.stderr), again.run.stderr
    assert "in 6 months\n" in again.run.closing
    assert f"Release    {again.checkout.store}/releases/" in again.run.closing
    assert not (again.checkout.root / "flows" / ".metaflow").exists()
    assert not (again.checkout.root / "flows" / "store").exists()
    assert good.checkout.root == again.checkout.root


def test_a_run_on_a_vintage_asked_for_with_a_fold_of_its_time(
    again: Good, three: Path, store: Store
) -> None:
    _, embedded, new = list_vintages(three)
    assert f"total: 256 months to 2022-07 (vintage {embedded.vintage_id})" in again.run.stdout
    assert " 1 folds use figures as first published." in again.run.stdout
    manifest = verify_release(store, again.run.release_id)
    assert manifest.lineage.vintage == embedded.hashes != new.hashes
    assert manifest.cutoff == "2022-07"


def test_what_does_not_beat_naive_is_refused_and_the_run_is_green(
    again: Good, store: Store, first: Manifest
) -> None:
    pointer = read_champion(store)
    assert pointer is not None
    assert (pointer.release_id, pointer.previous_id) == (first.release_id, None)
    second = verify_release(store, again.run.release_id)
    decisions = {decision.action: decision for decision in list_decisions(store)}
    assert set(decisions) == {"promoted", "refused"}
    promoted, refused = decisions["promoted"], decisions["refused"]
    assert (promoted.by, promoted.reason) == (first.lineage.runs["metaflow"], pointer.reason)
    assert (refused.release_id, refused.previous_id) == (second.release_id, first.release_id)
    assert refused.by == f"TrainFlow/{again.run.run_id}"
    assert refused.reason.startswith("beats_naive: MASE ")
    for decision in decisions.values():
        checks = {check.name: check for check in decision.checks}
        assert checks["answers"].passed, checks["answers"].told
        assert checks["coverage_80"].passed, checks["coverage_80"].told
    words = again.run.closing
    assert f"\nNot promoted: {second.release_id} did not pass the gate; " in words
    assert f"energy releases promote {second.release_id} --store {store.url} --why" in words


def test_its_card_shows_the_decision_and_what_changed(
    again: Good, store: Store, first: Manifest
) -> None:
    text = again.checkout.card(again.run.run_id, "publish").text
    decision = text.partition("## Decision")[2].partition("## Changes")[0]
    assert " stays live. The release is complete" in decision
    (refused,) = (entry for entry in list_decisions(store) if entry.action == "refused")
    assert [check.told for check in refused.checks if check.told not in decision] == []
    assert "**failed**" in decision
    changes = text.partition("## Changes")[2].partition("## Lineage")[0]
    assert first.release_id in changes
    old = {row.month: row.mean for row in read_table(store, first).months}
    now = read_table(store, verify_release(store, again.run.release_id))
    assert "Over the 6 months in both, the forecast changed by" in changes
    assert prints(changes, "# Mtoe", sum(row.mean - old[row.month] for row in now.months))
