"""What TrainFlow's steps do: backtest, compare, publish; on made-up figures, in a directory."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import made_up_series, made_up_weather
from sktime.forecasting.naive import NaiveForecaster
from sktime.forecasting.theta import ThetaForecaster

from energy import training
from energy.contract import SCHEMA, ForecastTable, Lineage
from energy.data.monthly import temporal_split
from energy.errors import BadDocument, EveryForecasterFailed
from energy.forecasting import backtest, champion, fitting
from energy.forecasting.bench import BASELINE, BENCH
from energy.forecasting.intervals import add_quantiles
from energy.forecasting.scores import Score, quantile_columns, score
from energy.releases.bundle import read_file, read_table, verify
from energy.releases.promotion import champion as in_service
from energy.releases.store import Store, open_store
from energy.training import (
    Comparison,
    Published,
    backtest_one,
    compare,
    publish,
)

WEATHER = made_up_weather(96)
Y = made_up_series(WEATHER)
MEMBERS = BENCH["combination"].members
RIVALS = ("theta", *MEMBERS)
LINEAGE = Lineage({"a.xlsx": "0" * 64}, "unknown", {"metaflow": "1"}, {"sktime": "1.2"}, "3.11")

Results = tuple[dict[str, pd.DataFrame], dict[str, Score]]


@pytest.fixture(scope="module")
def plan() -> backtest.Plan:
    train, _ = temporal_split(Y)
    return backtest.plan(Y.index, train.index[-1], 6, 12)


@pytest.fixture(scope="module")
def results(plan: backtest.Plan) -> Results:
    """The baseline's folds, and those of rivals that are a known way off the actuals."""
    baseline, scored = backtest_one(BASELINE, Y, WEATHER, plan)
    assert baseline is not None
    folds, scores = {BASELINE: baseline}, {BASELINE: scored}
    for number, name in enumerate(RIVALS):
        off = np.random.default_rng(number).normal(0, 0.01 * (number + 1), len(baseline))
        frame = baseline.assign(mean=baseline["actual"] * np.exp(off))
        folds[name] = add_quantiles(frame.drop(columns=quantile_columns()), Y, log=True)
        rolling = folds[name][folds[name]["protocol"] == "backtest"]
        scores[name] = score(name, rolling, float(number))
    return folds, scores


@pytest.fixture(scope="module")
def comparison(results: Results) -> Comparison:
    return compare((BASELINE, *RIVALS, "combination"), *results, Y)


@pytest.fixture(scope="module")
def fitted(results: Results) -> tuple[bytes, ForecastTable]:
    forecaster, table = champion.refit(BASELINE, Y, WEATHER, results[0][BASELINE], 12, "Mtoe")
    return champion.to_zip(forecaster), table


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


def test_a_backtest_is_scored_on_the_training_part_alone(results, plan) -> None:
    folds, scores = results
    rows = folds[BASELINE][folds[BASELINE]["protocol"] == "backtest"]
    found = scores[BASELINE]
    assert (found.failure, found.folds) == (None, len(plan.backtest))
    assert replace(found, seconds=0.0) == score(BASELINE, rows, 0.0)


def test_a_forecaster_that_raises_becomes_a_score_with_the_reason(monkeypatch, plan) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("no\n  luck")

    monkeypatch.setattr(backtest, "fit", fail)
    folds, found = backtest_one(BASELINE, Y, WEATHER, plan)
    assert folds is None
    assert found == Score(BASELINE, failure="ZeroDivisionError: no luck")


def test_a_forecast_below_zero_of_a_positive_series_becomes_a_score(monkeypatch, plan) -> None:
    """As of a straight line through coal: no quantile may be NaN or out of order for it."""
    monkeypatch.setattr(fitting, "build", lambda *_: NaiveForecaster("drift"))
    falling = pd.Series(np.geomspace(20, 0.2, len(Y)), Y.index, name="coal")
    folds, found = backtest_one("drift", falling, WEATHER, plan)
    assert folds is None
    assert "expected a number above zero" in str(found.failure)


def test_figures_that_are_not_numbers_become_a_score_with_a_reason(plan) -> None:
    """As of a series that repeats itself year by year: MASE is then zero over zero."""
    same = pd.Series(np.tile(np.arange(10.0, 22.0), 8), Y.index, name="total")
    _, found = backtest_one(BASELINE, same, WEATHER, plan)
    assert "its scores are not numbers" in str(found.failure)


def test_one_that_cannot_take_a_negative_series_becomes_a_score(monkeypatch, plan) -> None:
    monkeypatch.setattr(fitting, "build", lambda *_: ThetaForecaster(sp=12))
    folds, found = backtest_one("theta", Y - Y.mean(), WEATHER, plan)
    assert folds is None
    assert found.failure is not None
    assert "Multiplicative seasonality" in found.failure
    assert "\n" not in found.failure


def test_who_asks_to_stop_is_not_taken_for_a_failing_forecaster(monkeypatch, plan) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(backtest, "fit", interrupt)
    with pytest.raises(KeyboardInterrupt):
        backtest_one(BASELINE, Y, WEATHER, plan)


def test_everyone_is_ranked_on_the_backtest_and_reported_on_the_holdout(comparison) -> None:
    assert {s.forecaster for s in comparison.ranked} == {BASELINE, *RIVALS, "combination"}
    assert comparison.ranked == champion.rank(comparison.ranked)
    assert comparison.champion == comparison.ranked[0].forecaster == "theta"
    assert comparison.why.startswith("theta has the lowest MASE over 6 folds")
    assert set(comparison.holdout) == set(comparison.single_origin) == set(comparison.folds)
    for name, found in comparison.holdout.items():
        rows = comparison.folds[name]
        assert found == score(name, rows[rows["protocol"] == "holdout"], 0.0)


def test_a_single_origin_is_told_by_its_percentage_error(comparison) -> None:
    rows = comparison.folds["theta"]
    rows = rows[rows["protocol"] == "single_origin"]
    expected = 100 * (rows["mean"] / rows["actual"] - 1).abs().mean()
    assert comparison.single_origin["theta"] == pytest.approx(expected)


def test_a_combination_is_added_from_its_members(comparison, results) -> None:
    folds, scores = results
    expected = backtest.combine([folds[member] for member in MEMBERS], Y)
    pd.testing.assert_frame_equal(comparison.folds["combination"], expected)
    found = next(s for s in comparison.ranked if s.forecaster == "combination")
    assert found.seconds == sum(scores[member].seconds for member in MEMBERS)
    assert found.mase == score("", expected[expected["protocol"] == "backtest"], 0).mase


def test_what_was_compared_is_left_as_it_was(results, comparison) -> None:
    folds, scores = results
    assert "combination" not in folds
    assert "combination" not in scores


def test_nothing_is_chosen_on_the_holdout(results, comparison) -> None:
    """The holdouts change hands and turn absurd: the ranking and its reasons stay."""
    folds, scores = results
    swapped = {}
    for name, other in zip(folds, reversed(folds), strict=True):
        frame, lent = folds[name].copy(), folds[other]
        chosen_on = frame["protocol"] == "backtest"
        columns = ["mean", *quantile_columns()]
        frame.loc[~chosen_on, columns] = 100 * lent.loc[~chosen_on, columns].to_numpy()
        swapped[name] = frame
    found = compare((BASELINE, *RIVALS, "combination"), swapped, scores, Y)
    assert found.ranked == comparison.ranked
    assert found.why == comparison.why
    assert found.holdout["theta"] != comparison.holdout["theta"]


def test_a_combination_fails_with_a_member_and_the_others_go_on(results) -> None:
    folds, scores = results
    lost = MEMBERS[1]
    scores = {**scores, lost: Score(lost, failure="no luck")}
    folds = {name: frame for name, frame in folds.items() if name != lost}
    found = compare((BASELINE, *RIVALS, "combination"), folds, scores, Y)
    assert found.champion == "theta"
    failed = {s.forecaster: s.failure for s in found.ranked[-2:]}
    assert failed == {lost: "no luck", "combination": f"its member failed: {lost}"}
    assert not {lost, "combination"} & (set(found.folds) | set(found.holdout))


def test_if_everyone_failed_there_is_nothing_to_compare() -> None:
    names = (BASELINE, *MEMBERS, "combination")
    scores = {name: Score(name, failure="no luck") for name in names[:-1]}
    with pytest.raises(EveryForecasterFailed) as caught:
        compare(names, {}, scores, Y)
    assert set(caught.value.reasons) == set(names)


def test_a_series_too_short_for_a_holdout_is_compared_without_one(results) -> None:
    folds, scores = results
    alone = folds[BASELINE][folds[BASELINE]["protocol"] == "backtest"]
    found = compare((BASELINE,), {BASELINE: alone}, scores, Y)
    assert found.champion == BASELINE
    assert found.holdout == found.single_origin == {}


def published(store: Store, comparison: Comparison, fitted, y: pd.Series = Y) -> Published:
    model, table = fitted
    return publish(store, table, model, comparison, LINEAGE, y)


def test_what_was_published_is_in_service_and_can_be_read(store, comparison, fitted) -> None:
    found = published(store, comparison, fitted)
    pointer = in_service(store)
    assert pointer == found.pointer
    assert (pointer.release_id, pointer.previous_id) == (found.manifest.release_id, None)
    assert pointer.reason == comparison.why
    manifest = verify(store, pointer.release_id)
    assert manifest == found.manifest
    assert (manifest.target, manifest.unit, manifest.cutoff) == ("total", "Mtoe", "2016-12")
    assert (manifest.forecaster, manifest.lineage) == (BASELINE, LINEAGE)
    assert read_table(store, manifest) == fitted[1]
    assert {name: read_file(store, manifest, name) for name in manifest.files} == found.files
    assert set(found.files) == {"forecast.json", "model.zip", "scores.json", "history.json"}
    assert (found.before, found.trouble) == (None, "")


def test_the_published_champion_forecasts_the_published_table(store, comparison, fitted) -> None:
    manifest = published(store, comparison, fitted).manifest
    again = champion.from_zip(read_file(store, manifest, "model.zip"))
    table = read_table(store, manifest)
    found = champion.forecast(BASELINE, again, len(table.months), True)
    assert [row.mean for row in table.months] == found.to_list()


def test_scores_json_tells_every_score_and_why(store, comparison, fitted) -> None:
    found = json.loads(published(store, comparison, fitted).files["scores.json"])
    assert set(found) == {"schema", "why", "backtest", "holdout", "single_origin_mape"}
    assert (found["schema"], found["why"]) == (SCHEMA, comparison.why)
    assert [row["forecaster"] for row in found["backtest"]] == [
        s.forecaster for s in comparison.ranked
    ]
    first = comparison.ranked[0]
    assert found["backtest"][0]["mase"] == first.mase
    assert found["backtest"][0]["by_horizon"] == list(first.by_horizon)
    assert found["holdout"] == json.loads(
        json.dumps({name: s.to_dict() for name, s in comparison.holdout.items()})
    )
    assert found["single_origin_mape"] == comparison.single_origin


def test_scores_json_tells_failures_too(store, results, fitted) -> None:
    folds, scores = results
    scores = {**scores, "naive": Score("naive", failure="no luck")}
    comparison = compare((BASELINE, "naive"), {BASELINE: folds[BASELINE]}, scores, Y)
    found = json.loads(published(store, comparison, fitted).files["scores.json"])
    last = found["backtest"][-1]
    assert (last["forecaster"], last["failure"], last["mase"]) == ("naive", "no luck", None)


def test_history_json_holds_the_series(store, comparison, fitted) -> None:
    found = json.loads(published(store, comparison, fitted).files["history.json"])
    assert (found["schema"], found["unit"], found["first_month"]) == (SCHEMA, "Mtoe", "2009-01")
    assert found["values"] == pytest.approx(Y.to_list(), abs=1e-6)
    assert len(found["values"]) == len(Y)


def test_a_second_release_knows_the_first(store, comparison, fitted) -> None:
    first = published(store, comparison, fitted)
    second = published(store, comparison, fitted, Y.iloc[1:])
    assert second.before == (first.manifest, fitted[1])
    assert second.trouble == ""
    assert second.pointer.previous_id == first.manifest.release_id
    assert in_service(store) == second.pointer
    assert verify(store, first.manifest.release_id) == first.manifest


@pytest.mark.parametrize("name", ["model.zip", "forecast.json", "manifest.json"])
def test_a_damaged_release_is_no_reason_not_to_publish_a_sound_one(
    name: str, store, tmp_path, comparison, fitted
) -> None:
    first = published(store, comparison, fitted).manifest.release_id
    (tmp_path / "store" / "releases" / first / name).write_bytes(b"damaged")
    second = published(store, comparison, fitted, Y.iloc[1:])
    assert second.before is None
    assert name in second.trouble
    assert "\n" not in second.trouble
    assert second.pointer.previous_id == first
    assert in_service(store) == second.pointer
    verify(store, second.manifest.release_id)


def test_a_pointer_that_cannot_be_read_is_not_overwritten(
    store, tmp_path, comparison, fitted
) -> None:
    published(store, comparison, fitted)
    pointer = tmp_path / "store" / "champion.json"
    pointer.write_bytes(b"damaged")
    with pytest.raises(BadDocument, match=r"champion\.json"):
        published(store, comparison, fitted, Y.iloc[1:])
    assert pointer.read_bytes() == b"damaged"


def test_a_table_that_was_altered_after_the_fact_is_not_promoted(
    monkeypatch, store, tmp_path, comparison, fitted
) -> None:
    """A disk that garbles what it is given: the release in service stays."""
    first = published(store, comparison, fitted)
    written = training.write_release

    def garble(store_: Store, *rest):
        manifest = written(store_, *rest)
        folder = tmp_path / "store" / "releases" / manifest.release_id
        (folder / "model.zip").write_bytes(b"garbled")
        return manifest

    monkeypatch.setattr(training, "write_release", garble)
    with pytest.raises(training.StoreError, match=r"model\.zip"):
        published(store, comparison, fitted, Y.iloc[1:])
    assert in_service(store) == first.pointer


def test_a_branch_that_died_is_a_score_like_any_other_failure() -> None:
    frame = pd.DataFrame()
    branches = {
        "theta": SimpleNamespace(crash=None, score=Score("theta", mase=0.5), folds=frame),
        "ets": SimpleNamespace(crash=None, score=Score("ets", failure="too hot"), folds=None),
        "ridge": SimpleNamespace(crash="killed"),  # as Metaflow leaves it: nothing else was kept
    }
    folds, scores = training.gather(branches)
    assert folds == {"theta": frame}
    assert {name: score.failure is None for name, score in scores.items()} == {
        "theta": True,
        "ets": False,
        "ridge": False,
    }
