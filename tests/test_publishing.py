"""A forecast is put into the store whole, and in service last; in a directory."""

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
from energy.releases.reader import read_champion as in_service
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
    """In place of a fresh process, which takes seconds."""
    return Check("answers", True, 0.0, 1e-6, f"{release_id} answered.")


def silent(store_url: str, release_id: str) -> Check:
    return Check("answers", False, None, 1e-6, "It did not answer.")


def put(store: Store, draft: ReleaseDraft, asked: Any = answers) -> PublishResult:
    return publish(store, draft, LINEAGE, asked)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


def test_what_was_published_is_in_service_and_can_be_read(store, draft) -> None:
    found = put(store, draft)
    pointer = in_service(store)
    assert pointer == found.pointer
    assert (pointer.release_id, pointer.previous_id) == (found.manifest.release_id, None)
    assert pointer.reason == draft.comparison.why
    manifest = verify_release(store, pointer.release_id)
    assert manifest == found.manifest
    assert (manifest.target, manifest.unit, manifest.cutoff) == ("total", "Mtoe", "2022-07")
    assert (manifest.forecaster, manifest.lineage) == (BASELINE, LINEAGE)
    assert read_table(store, manifest) == draft.table
    assert {name: read_file(store, manifest, name) for name in manifest.files} == found.files
    assert set(found.files) == ALWAYS
    assert (found.before, found.trouble) == (None, "")


def test_a_release_says_in_words_what_it_forecasts(store, draft) -> None:
    named = replace(draft, title="Flour", data={"schema": 1, "attribution": "By the miller."})
    manifest = verify_release(store, publish(store, named, LINEAGE).manifest.release_id)
    assert (manifest.title, manifest.attribution) == ("Flour", "By the miller.")


def test_the_published_champion_forecasts_the_published_table(store, draft) -> None:
    manifest = put(store, draft).manifest
    again = selection.model_from_zip(read_file(store, manifest, "model.zip"))
    table = read_table(store, manifest)
    found = selection.forecast(BASELINE, again, len(table.months), True)
    assert [row.mean for row in table.months] == found.to_list()


def test_scores_json_tells_every_score_and_why(store, draft) -> None:
    found = json.loads(put(store, draft).files["scores.json"])
    comparison = draft.comparison
    reported = {"holdout", "nowcast", "nowcast_holdout"}
    assert set(found) == {
        *("schema", "why", "backtest", "single_origin_mape", "bench_version"),
        *reported,
    }
    assert (found["schema"], found["why"]) == (SCHEMA, comparison.why)
    assert found["bench_version"] == VERSION
    assert [row["forecaster"] for row in found["backtest"]] == [
        s.forecaster for s in comparison.ranked
    ]
    first = comparison.ranked[0]
    assert found["backtest"][0]["mase"] == first.mase
    assert found["backtest"][0]["by_horizon"] == list(first.by_horizon)
    for name in reported:
        scores = getattr(comparison, name)
        assert scores
        assert found[name] == json.loads(
            json.dumps({name: score.to_dict() for name, score in scores.items()})
        )
    assert found["single_origin_mape"] == comparison.single_origin


def test_scores_json_tells_failures_too(store, draft) -> None:
    failed = make_comparison(Y, make_plan(Y), failed=["ridge"])
    published = put(store, replace(draft, comparison=failed))
    last = json.loads(published.files["scores.json"])["backtest"][-1]
    assert (last["forecaster"], last["mase"]) == ("ridge", None)
    assert last["failure"] == "ValueError: it broke"


def test_weather_and_fuels_are_files_like_any_other(store, draft) -> None:
    facts, breakdown = make_facts(), make_breakdown(12)
    found = put(store, replace(draft, weather=facts, breakdown=breakdown))
    added = {"weather.json": facts, "fuels.json": breakdown}
    assert set(found.files) == {*ALWAYS, *added}
    assert verify_release(store, found.manifest.release_id) == found.manifest
    for name in found.files:
        data = read_file(store, found.manifest, name)
        entry = found.manifest.files[name]
        assert (entry.sha256, entry.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert decode_document("weather.json", found.files["weather.json"]) == json.loads(
        json.dumps(facts.to_dict())
    )
    told = decode_document("weather.json", found.files["weather.json"])
    assert WeatherFacts.from_dict(told) == facts
    assert decode_document("fuels.json", found.files["fuels.json"]) == json.loads(
        json.dumps({"schema": SCHEMA, **breakdown.to_dict()})
    )


def test_fuels_json_holds_the_parts_tables_as_forecast_json_holds_the_total_s(store, draft) -> None:
    breakdown = make_breakdown(12)
    found = put(store, replace(draft, breakdown=breakdown))
    assert set(found.files) == {*ALWAYS, "fuels.json"}
    tables = json.loads(found.files["fuels.json"])["tables"]
    read = {name: ForecastTable.from_dict(table) for name, table in tables.items()}
    assert read == breakdown.tables
    first = {table.months[0].month for table in (*read.values(), draft.table)}
    assert first == {"2022-08"}


def test_history_json_holds_the_series(store, draft) -> None:
    found = json.loads(put(store, draft).files["history.json"])
    assert (found["schema"], found["unit"], found["first_month"]) == (SCHEMA, "Mtoe", "2012-08")
    assert found["values"] == pytest.approx(Y.to_list(), abs=1e-6)
    assert len(found["values"]) == len(Y)


def test_a_second_release_knows_the_first(store, draft) -> None:
    first = put(store, draft)
    second = put(store, replace(draft, history=Y.iloc[1:]))
    assert second.before == (first.manifest, draft.table)
    assert second.trouble == ""
    assert second.pointer.previous_id == first.manifest.release_id
    assert in_service(store) == second.pointer
    assert verify_release(store, first.manifest.release_id) == first.manifest


@pytest.mark.parametrize("name", ["model.zip", "forecast.json", "manifest.json"])
def test_a_damaged_release_is_no_reason_not_to_publish_a_sound_one(
    name: str, store, tmp_path, draft
) -> None:
    first = put(store, draft).manifest.release_id
    (tmp_path / "store" / "releases" / first / name).write_bytes(b"damaged")
    second = put(store, replace(draft, history=Y.iloc[1:]))
    assert second.before is None
    assert name in second.trouble
    assert "\n" not in second.trouble
    assert second.pointer.previous_id == first
    assert in_service(store) == second.pointer
    verify_release(store, second.manifest.release_id)


def test_a_pointer_that_cannot_be_read_is_not_overwritten(store, tmp_path, draft) -> None:
    put(store, draft)
    pointer = tmp_path / "store" / "champion.json"
    pointer.write_bytes(b"damaged")
    with pytest.raises(BadDocument, match=r"champion\.json"):
        put(store, replace(draft, history=Y.iloc[1:]))
    assert pointer.read_bytes() == b"damaged"


def test_a_table_that_was_altered_after_the_fact_is_not_promoted(
    monkeypatch, store, tmp_path, draft
) -> None:
    """A disk that garbles what it is given: the release in service stays."""
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
    assert in_service(store) == first.pointer


CHECKS = [
    *("same_series", "beats_naive", "not_worse", "coverage_80", "coverage_95", "not_older"),
    *("clock", "answers"),
]


def test_every_check_is_recorded_with_the_promotion(store, draft) -> None:
    found = put(store, draft)
    assert found.promoted
    assert found.failed == []
    assert [check.name for check in found.checks] == CHECKS
    (told,) = list_decisions(store)
    assert told.checks == found.checks
    assert (told.action, told.by, told.reason) == ("promoted", "TrainFlow/1", draft.comparison.why)
    assert found.checks[-1].told.startswith(found.manifest.release_id)


def test_a_refusal_leaves_the_release_in_service_and_keeps_the_other(store, draft) -> None:
    first = put(store, draft)
    pointer = store.read("champion.json")
    second = put(store, replace(draft, history=Y.iloc[1:]), silent)
    assert not second.promoted
    assert [check.name for check in second.failed] == ["answers"]
    assert store.read("champion.json") == pointer
    assert second.pointer == in_service(store) == first.pointer
    assert verify_release(store, second.manifest.release_id) == second.manifest
    told = {one.action: one for one in list_decisions(store)}["refused"]
    assert told.release_id == second.manifest.release_id
    assert (told.previous_id, told.by) == (first.manifest.release_id, "TrainFlow/1")
    assert told.reason == "answers: It did not answer."
    assert [check.name for check in told.checks] == CHECKS


def test_a_first_release_that_is_refused_leaves_nothing_in_service(store, draft) -> None:
    found = put(store, draft, silent)
    assert (found.promoted, found.pointer, in_service(store)) == (False, None, None)
    assert release_ids(store) == [found.manifest.release_id]


def test_another_target_does_not_take_over(store, draft) -> None:
    first = put(store, draft)
    found = put(store, replace(draft, table=structs.replace(draft.table, target="coal")))
    assert [check.name for check in found.failed] == ["same_series"]
    assert in_service(store) == first.pointer


def test_data_that_are_older_are_refused(store, draft) -> None:
    put(store, draft)
    found = put(store, replace(draft, table=structs.replace(draft.table, cutoff="2022-06")))
    assert [check.name for check in found.failed] == ["not_older"]
    assert in_service(store).release_id != found.manifest.release_id


def test_whoever_promotes_while_we_are_judged_stands(store, draft) -> None:
    """What we were judged against is not in service any more; the release is kept, whole."""
    put(store, draft)
    others = []

    def overtaken(store_url: str, release_id: str) -> Check:
        others.append(put(store, replace(draft, history=Y.iloc[2:])))
        return answers(store_url, release_id)

    with pytest.raises(PromotionLost) as caught:
        put(store, replace(draft, history=Y.iloc[1:]), overtaken)
    assert f"made {others[0].manifest.release_id} live" in str(caught.value)
    assert in_service(store) == others[0].pointer
    assert len(release_ids(store)) == 3
    for release_id in release_ids(store):
        verify_release(store, release_id)


def test_of_sixteen_at_once_one_is_promoted_and_fifteen_say_so(store, draft) -> None:
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
    assert in_service(store) == winner.pointer
    assert len(release_ids(store)) == 16
    for end in ends:
        if isinstance(end, PromotionLost):
            assert f"made {winner.manifest.release_id} live" in str(end)
    for release_id in release_ids(store):
        verify_release(store, release_id)
    told = list_decisions(store)
    assert sorted(one.action for one in told) == ["promoted", *["refused"] * 15]
    assert all(one.checks for one in told)


@pytest.mark.parametrize("writes", range(8))
def test_a_publisher_killed_after_any_object_leaves_a_whole_champion(store, draft, writes) -> None:
    """Six writes make the release, the seventh puts it in service, the eighth records that."""
    first = put(store, draft)
    with pytest.raises(Killed):
        put(Mortal(store, writes), replace(draft, history=Y.iloc[1:]))
    pointer = in_service(store)
    assert (pointer == first.pointer) == (writes < 7)
    verify_release(store, pointer.release_id)
    third = put(store, replace(draft, history=Y.iloc[2:]))
    assert third.promoted
    assert third.pointer.previous_id == pointer.release_id


def test_folds_that_the_release_in_service_kept_are_judged_on(store, draft, monkeypatch) -> None:
    """Its forecaster is not in this run: nine cutoffs of its own on which it was better."""
    rows = make_comparison(Y, make_plan(Y, folds=9), names=AND_WEATHER).folds["theta"]
    kept = folds_document({BASELINE: rows.assign(mean=rows["actual"])}, "Mtoe")
    made = publishing._files
    monkeypatch.setattr(
        publish, "_files", lambda one: {**made(one), "folds.json": json.dumps(kept).encode()}
    )
    put(store, draft)
    compared = make_comparison(Y, make_plan(Y, folds=9), names=("theta", "ridge"))
    found = put(store, replace(draft, comparison=compared, history=Y.iloc[1:]))
    told = {check.name: check for check in found.checks}["not_worse"]
    assert "seasonal_naive as its release kept it, on 9 cutoffs" in told.told


def test_a_replay_tells_its_own_time(store, draft) -> None:
    then = datetime(2022, 9, 29, 9, 30, tzinfo=UTC)
    found = publish(store, draft, LINEAGE, answers, lambda: then)
    assert found.manifest.created_at == found.pointer.promoted_at == "2022-09-29T09:30:00Z"
    assert found.manifest.release_id.startswith("2022-07-20220929T093000Z-")


def test_a_clock_that_is_behind_is_refused(store, draft) -> None:
    put(store, draft)
    then = datetime(2022, 9, 29, tzinfo=UTC)
    found = publish(store, replace(draft, history=Y.iloc[1:]), LINEAGE, answers, lambda: then)
    assert [check.name for check in found.failed] == ["clock"]
    assert "one of the two clocks is wrong" in found.failed[0].told
    assert not found.promoted
