"""A release is written completely and becomes live last; in a directory."""

from __future__ import annotations

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from made_results import (
    AND_WEATHER,
    make_breakdown,
    make_comparison,
    make_facts,
    make_lineage,
    make_plan,
    make_series,
    make_weather,
)
from mortal_store import Killed, Mortal
from msgspec import structs

from energy.contract import SCHEMA, ForecastTable, WeatherFacts
from energy.errors import BadDocument, PromotionLost, StoreError
from energy.forecasting import selection
from energy.forecasting.folds import folds_document
from energy.forecasting.models import BASELINE, VERSION
from energy.pipelines import publish as publishing
from energy.pipelines.publish import PublishResult, ReleaseDraft, publish
from energy.releases.bundle import (
    decode_document,
    read_file,
    read_table,
    release_ids,
    verify_release,
)
from energy.releases.promotion import Check, list_decisions
from energy.releases.reader import read_champion
from energy.releases.store import Store, open_store

Y = make_series()
LINEAGE = make_lineage()
ALWAYS = {"forecast.json", "model.zip", "scores.json", "history.json", "folds.json"}


@pytest.fixture(scope="module")
def draft() -> ReleaseDraft:
    """The baseline fitted and in its table; beside it scores of others, one that uses weather."""
    compared = make_comparison(Y, make_plan(Y), names=AND_WEATHER)
    folds = compared.folds[BASELINE]
    fitted, table = selection.refit_champion(BASELINE, Y, make_weather(), folds, 12, "Mtoe")
    return ReleaseDraft(table, selection.model_to_zip(fitted), compared, Y)


def answers(store_url: str, release_id: str) -> Check:
    """Instead of a fresh process, which takes seconds."""
    return Check("answers", True, 0.0, 1e-6, f"{release_id} answered.")


def silent(store_url: str, release_id: str) -> Check:
    return Check("answers", False, None, 1e-6, "It did not answer.")


def put(store: Store, draft: ReleaseDraft, smoke_test: Any = answers) -> PublishResult:
    return publish(store, draft, LINEAGE, smoke_test)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


def test_a_published_release_is_live_and_readable(store, draft) -> None:
    result = put(store, draft)
    pointer = read_champion(store)
    assert pointer == result.pointer
    assert (pointer.release_id, pointer.previous_id) == (result.manifest.release_id, None)
    assert pointer.reason == draft.comparison.why
    manifest = verify_release(store, pointer.release_id)
    assert manifest == result.manifest
    assert (manifest.target, manifest.unit, manifest.cutoff) == ("total", "Mtoe", "2022-07")
    assert (manifest.forecaster, manifest.lineage) == (BASELINE, LINEAGE)
    assert read_table(store, manifest) == draft.table
    assert {name: read_file(store, manifest, name) for name in manifest.files} == result.files
    assert set(result.files) == ALWAYS
    assert (result.previous, result.error) == (None, "")


def test_scores_json_has_every_score_and_the_reason(store, draft) -> None:
    scores_json = json.loads(put(store, draft).files["scores.json"])
    comparison = draft.comparison
    reported = {"holdout", "prequential", "nowcast", "nowcast_holdout"}
    assert (scores_json["schema"], scores_json["why"]) == (SCHEMA, comparison.why)
    assert scores_json["bench_version"] == VERSION
    assert [row["forecaster"] for row in scores_json["backtest"]] == [
        s.forecaster for s in comparison.ranked
    ]
    first = comparison.ranked[0]
    assert scores_json["backtest"][0]["mase"] == first.mase
    assert scores_json["backtest"][0]["by_horizon"] == list(first.by_horizon)
    for name in reported:
        scores = getattr(comparison, name)
        assert scores
        assert scores_json[name] == json.loads(
            json.dumps({name: score.to_dict() for name, score in scores.items()})
        )
    assert scores_json["single_origin_mape"] == comparison.single_origin


def test_scores_json_has_failures(store, draft) -> None:
    failed = make_comparison(Y, make_plan(Y), failed=["ridge"])
    published = put(store, replace(draft, comparison=failed))
    last = json.loads(published.files["scores.json"])["backtest"][-1]
    assert (last["forecaster"], last["mase"]) == ("ridge", None)
    assert last["failure"] == "ValueError: it broke"


def test_weather_and_parts_are_files(store, draft) -> None:
    facts, breakdown = make_facts(), make_breakdown(12)
    result = put(store, replace(draft, weather=facts, breakdown=breakdown))
    added = {"weather.json": facts, "fuels.json": breakdown}
    assert set(result.files) == {*ALWAYS, *added}
    assert verify_release(store, result.manifest.release_id) == result.manifest
    for name in result.files:
        data = read_file(store, result.manifest, name)
        entry = result.manifest.files[name]
        assert (entry.sha256, entry.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    weather, fuels = (decode_document(name, result.files[name]) for name in added)
    assert WeatherFacts.from_dict(weather) == facts
    assert fuels == json.loads(json.dumps({"schema": SCHEMA, **breakdown.to_dict()}))
    tables = {name: ForecastTable.from_dict(table) for name, table in fuels["tables"].items()}
    assert tables == breakdown.tables


def test_history_json_has_the_series(store, draft) -> None:
    history = json.loads(put(store, draft).files["history.json"])
    assert (history["schema"], history["unit"], history["first_month"]) == (
        SCHEMA,
        "Mtoe",
        "2012-08",
    )
    assert history["values"] == pytest.approx(Y.to_list(), abs=1e-6)
    assert len(history["values"]) == len(Y)


def test_the_result_has_the_previous_release(store, draft) -> None:
    first = put(store, draft)
    second = put(store, replace(draft, history=Y.iloc[1:]))
    assert second.previous == (first.manifest, draft.table)
    assert second.error == ""
    assert second.pointer.previous_id == first.manifest.release_id
    assert read_champion(store) == second.pointer
    assert verify_release(store, first.manifest.release_id) == first.manifest


@pytest.mark.parametrize("name", ["model.zip", "forecast.json", "manifest.json"])
def test_a_damaged_live_release_is_replaced(name: str, store, tmp_path, draft) -> None:
    first = put(store, draft).manifest.release_id
    (tmp_path / "store" / "releases" / first / name).write_bytes(b"damaged")
    second = put(store, replace(draft, history=Y.iloc[1:]))
    assert second.previous is None
    assert name in second.error
    assert "\n" not in second.error
    assert second.pointer.previous_id == first
    assert read_champion(store) == second.pointer
    verify_release(store, second.manifest.release_id)


def test_an_unreadable_pointer_is_not_overwritten(store, tmp_path, draft) -> None:
    put(store, draft)
    pointer = tmp_path / "store" / "champion.json"
    pointer.write_bytes(b"damaged")
    with pytest.raises(BadDocument, match=r"champion\.json"):
        put(store, replace(draft, history=Y.iloc[1:]))
    assert pointer.read_bytes() == b"damaged"


def test_a_release_with_an_altered_file_is_not_promoted(
    monkeypatch, store, tmp_path, draft
) -> None:
    """A disk that damages a file: the live release stays."""
    first = put(store, draft)
    written = publishing.write_release

    def garble(store_: Store, *rest):
        manifest = written(store_, *rest)
        folder = tmp_path / "store" / "releases" / manifest.release_id
        (folder / "model.zip").write_bytes(b"garbled")
        return manifest

    monkeypatch.setattr(publishing, "write_release", garble)
    with pytest.raises(StoreError, match=r"model\.zip"):
        put(store, replace(draft, history=Y.iloc[1:]))
    assert read_champion(store) == first.pointer


CHECKS = [
    *("same_series", "beats_naive", "not_worse", "coverage_80", "coverage_95", "not_older"),
    *("clock", "answers"),
]


def test_every_check_is_recorded_with_the_promotion(store, draft) -> None:
    result = put(store, draft)
    assert result.promoted
    assert result.failed == []
    assert [check.name for check in result.checks] == CHECKS
    (decision,) = list_decisions(store)
    assert decision.checks == result.checks
    assert (decision.action, decision.by, decision.reason) == (
        "promoted",
        "TrainFlow/1",
        draft.comparison.why,
    )
    assert result.checks[-1].told.startswith(result.manifest.release_id)


def test_a_rejected_release_is_complete_and_the_live_one_stays(store, draft) -> None:
    first = put(store, draft)
    pointer = store.read("champion.json")
    second = put(store, replace(draft, history=Y.iloc[1:]), silent)
    assert not second.promoted
    assert [check.name for check in second.failed] == ["answers"]
    assert store.read("champion.json") == pointer
    assert second.pointer == read_champion(store) == first.pointer
    assert verify_release(store, second.manifest.release_id) == second.manifest
    (decision,) = (made for made in list_decisions(store) if made.action == "refused")
    assert decision.release_id == second.manifest.release_id
    assert (decision.previous_id, decision.by) == (first.manifest.release_id, "TrainFlow/1")
    assert decision.reason == "answers: It did not answer."
    assert [check.name for check in decision.checks] == CHECKS


def test_a_rejected_first_release(store, draft) -> None:
    result = put(store, draft, silent)
    assert (result.promoted, result.pointer, read_champion(store)) == (False, None, None)
    assert release_ids(store) == [result.manifest.release_id]


@pytest.mark.parametrize(
    ("change", "check"), [({"target": "coal"}, "same_series"), ({"cutoff": "2022-06"}, "not_older")]
)
def test_another_target_and_older_data_are_rejected(change, check, store, draft) -> None:
    first = put(store, draft)
    result = put(store, replace(draft, table=structs.replace(draft.table, **change)))
    assert [check.name for check in result.failed] == [check]
    assert read_champion(store) == first.pointer


def test_a_promotion_during_the_checks_wins(store, draft) -> None:
    """The release was compared with one that is no longer live; it stays in the store, complete."""
    put(store, draft)
    others = []

    def overtaken(store_url: str, release_id: str) -> Check:
        others.append(put(store, replace(draft, history=Y.iloc[2:])))
        return answers(store_url, release_id)

    with pytest.raises(PromotionLost) as caught:
        put(store, replace(draft, history=Y.iloc[1:]), overtaken)
    assert f"made {others[0].manifest.release_id} live" in str(caught.value)
    assert read_champion(store) == others[0].pointer
    for release_id in release_ids(store):
        verify_release(store, release_id)


def test_of_sixteen_concurrent_publishers_one_wins(store, draft) -> None:
    start = threading.Barrier(16)

    def together(store_url: str, release_id: str) -> Check:
        start.wait()
        return answers(store_url, release_id)

    def compete(number: int) -> PublishResult | PromotionLost:
        try:
            return put(store, replace(draft, history=Y.iloc[number:]), together)
        except PromotionLost as error:
            return error

    with ThreadPoolExecutor(16) as pool:
        ends = list(pool.map(compete, range(16)))
    (winner,) = (end for end in ends if isinstance(end, PublishResult))
    assert read_champion(store) == winner.pointer
    assert len([verify_release(store, release_id) for release_id in release_ids(store)]) == 16
    for end in ends:
        if isinstance(end, PromotionLost):
            assert f"made {winner.manifest.release_id} live" in str(end)
    decisions = list_decisions(store)
    assert sorted(decision.action for decision in decisions) == ["promoted", *["refused"] * 15]
    assert all(decision.checks for decision in decisions)


@pytest.mark.parametrize("writes", range(8))
def test_a_publisher_killed_at_any_time_leaves_a_complete_live_release(
    store, draft, writes
) -> None:
    """Six writes make the release, the seventh makes it live, the eighth records that."""
    first = put(store, draft)
    with pytest.raises(Killed):
        put(Mortal(store, writes), replace(draft, history=Y.iloc[1:]))
    pointer = read_champion(store)
    assert (pointer == first.pointer) == (writes < 7)
    verify_release(store, pointer.release_id)
    third = put(store, replace(draft, history=Y.iloc[2:]))
    assert third.promoted
    assert third.pointer.previous_id == pointer.release_id


def test_folds_of_the_live_release_are_compared(store, draft, monkeypatch) -> None:
    """Its forecaster is not in this run; it was better on nine cutoffs."""
    rows = make_comparison(Y, make_plan(Y, folds=9), names=AND_WEATHER).folds["theta"]
    kept = folds_document({BASELINE: rows.assign(mean=rows["actual"])}, "Mtoe")
    made = publishing.draft_files
    monkeypatch.setattr(
        publishing,
        "draft_files",
        lambda one: {**made(one), "folds.json": json.dumps(kept).encode()},
    )
    put(store, draft)
    compared = make_comparison(Y, make_plan(Y, folds=9), names=("theta", "ridge"))
    result = put(store, replace(draft, comparison=compared, history=Y.iloc[1:]))
    check = {check.name: check for check in result.checks}["not_worse"]
    assert "seasonal_naive as published, on 9 cutoffs" in check.told


def test_a_replay_has_its_own_clock(store, draft) -> None:
    then = datetime(2022, 9, 29, 9, 30, tzinfo=UTC)
    result = publish(store, draft, LINEAGE, answers, lambda: then)
    assert result.manifest.created_at == result.pointer.promoted_at == "2022-09-29T09:30:00Z"
    assert result.manifest.release_id.startswith("2022-07-20220929T093000Z-")


def test_a_clock_that_is_behind(store, draft) -> None:
    put(store, draft)
    then = datetime(2022, 9, 29, tzinfo=UTC)
    result = publish(store, replace(draft, history=Y.iloc[1:]), LINEAGE, answers, lambda: then)
    assert [check.name for check in result.failed] == ["clock"]
    assert "one of the two clocks is wrong" in result.failed[0].told
    assert not result.promoted
