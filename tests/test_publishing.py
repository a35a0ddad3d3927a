"""A forecast is put into the store whole, and in service last; in a directory."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

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

from energy import publishing
from energy.contract import SCHEMA, ForecastTable, WeatherFacts
from energy.errors import BadDocument, StoreError
from energy.forecasting import champion
from energy.forecasting.bench import BASELINE, VERSION
from energy.publishing import Draft, publish
from energy.releases.bundle import read_file, read_table, verify
from energy.releases.documents import decode
from energy.releases.promotion import champion as in_service
from energy.releases.store import Store, open_store

Y = make_series()
LINEAGE = make_lineage()
ALWAYS = {"forecast.json", "model.zip", "scores.json", "history.json", "folds.json"}


@pytest.fixture(scope="module")
def draft() -> Draft:
    """The baseline fitted and in its table; beside it scores of others, one that uses weather."""
    compared = make_comparison(Y, make_plan(Y), names=AND_WEATHER)
    folds = compared.folds[BASELINE]
    fitted, table = champion.refit(BASELINE, Y, make_weather(), folds, 12, "Mtoe")
    return Draft(table, champion.to_zip(fitted), compared, Y)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


def test_what_was_published_is_in_service_and_can_be_read(store, draft) -> None:
    found = publish(store, draft, LINEAGE)
    pointer = in_service(store)
    assert pointer == found.pointer
    assert (pointer.release_id, pointer.previous_id) == (found.manifest.release_id, None)
    assert pointer.reason == draft.comparison.why
    manifest = verify(store, pointer.release_id)
    assert manifest == found.manifest
    assert (manifest.target, manifest.unit, manifest.cutoff) == ("total", "Mtoe", "2022-07")
    assert (manifest.forecaster, manifest.lineage) == (BASELINE, LINEAGE)
    assert read_table(store, manifest) == draft.table
    assert {name: read_file(store, manifest, name) for name in manifest.files} == found.files
    assert set(found.files) == ALWAYS
    assert (found.before, found.trouble) == (None, "")


def test_a_release_says_in_words_what_it_forecasts(store, draft) -> None:
    named = replace(draft, title="Flour", data={"schema": 1, "attribution": "By the miller."})
    manifest = verify(store, publish(store, named, LINEAGE).manifest.release_id)
    assert (manifest.title, manifest.attribution) == ("Flour", "By the miller.")


def test_the_published_champion_forecasts_the_published_table(store, draft) -> None:
    manifest = publish(store, draft, LINEAGE).manifest
    again = champion.from_zip(read_file(store, manifest, "model.zip"))
    table = read_table(store, manifest)
    found = champion.forecast(BASELINE, again, len(table.months), True)
    assert [row.mean for row in table.months] == found.to_list()


def test_scores_json_tells_every_score_and_why(store, draft) -> None:
    found = json.loads(publish(store, draft, LINEAGE).files["scores.json"])
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
    published = publish(store, replace(draft, comparison=failed), LINEAGE)
    last = json.loads(published.files["scores.json"])["backtest"][-1]
    assert (last["forecaster"], last["mase"]) == ("ridge", None)
    assert last["failure"] == "ValueError: it broke"


def test_weather_and_fuels_are_files_like_any_other(store, draft) -> None:
    facts, breakdown = make_facts(), make_breakdown(12)
    found = publish(store, replace(draft, weather=facts, breakdown=breakdown), LINEAGE)
    added = {"weather.json": facts, "fuels.json": breakdown}
    assert set(found.files) == {*ALWAYS, *added}
    assert verify(store, found.manifest.release_id) == found.manifest
    for name in found.files:
        data = read_file(store, found.manifest, name)
        entry = found.manifest.files[name]
        assert (entry.sha256, entry.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert decode("weather.json", found.files["weather.json"]) == json.loads(
        json.dumps(asdict(facts))
    )
    told = decode("weather.json", found.files["weather.json"])
    assert WeatherFacts.from_dict(told) == facts
    assert decode("fuels.json", found.files["fuels.json"]) == json.loads(
        json.dumps({"schema": SCHEMA, **breakdown.to_dict()})
    )


def test_fuels_json_holds_the_parts_tables_as_forecast_json_holds_the_total_s(store, draft) -> None:
    breakdown = make_breakdown(12)
    found = publish(store, replace(draft, breakdown=breakdown), LINEAGE)
    assert set(found.files) == {*ALWAYS, "fuels.json"}
    tables = json.loads(found.files["fuels.json"])["tables"]
    read = {name: ForecastTable.from_dict(table) for name, table in tables.items()}
    assert read == breakdown.tables
    first = {table.months[0].month for table in (*read.values(), draft.table)}
    assert first == {"2022-08"}


def test_history_json_holds_the_series(store, draft) -> None:
    found = json.loads(publish(store, draft, LINEAGE).files["history.json"])
    assert (found["schema"], found["unit"], found["first_month"]) == (SCHEMA, "Mtoe", "2012-08")
    assert found["values"] == pytest.approx(Y.to_list(), abs=1e-6)
    assert len(found["values"]) == len(Y)


def test_a_second_release_knows_the_first(store, draft) -> None:
    first = publish(store, draft, LINEAGE)
    second = publish(store, replace(draft, history=Y.iloc[1:]), LINEAGE)
    assert second.before == (first.manifest, draft.table)
    assert second.trouble == ""
    assert second.pointer.previous_id == first.manifest.release_id
    assert in_service(store) == second.pointer
    assert verify(store, first.manifest.release_id) == first.manifest


@pytest.mark.parametrize("name", ["model.zip", "forecast.json", "manifest.json"])
def test_a_damaged_release_is_no_reason_not_to_publish_a_sound_one(
    name: str, store, tmp_path, draft
) -> None:
    first = publish(store, draft, LINEAGE).manifest.release_id
    (tmp_path / "store" / "releases" / first / name).write_bytes(b"damaged")
    second = publish(store, replace(draft, history=Y.iloc[1:]), LINEAGE)
    assert second.before is None
    assert name in second.trouble
    assert "\n" not in second.trouble
    assert second.pointer.previous_id == first
    assert in_service(store) == second.pointer
    verify(store, second.manifest.release_id)


def test_a_pointer_that_cannot_be_read_is_not_overwritten(store, tmp_path, draft) -> None:
    publish(store, draft, LINEAGE)
    pointer = tmp_path / "store" / "champion.json"
    pointer.write_bytes(b"damaged")
    with pytest.raises(BadDocument, match=r"champion\.json"):
        publish(store, replace(draft, history=Y.iloc[1:]), LINEAGE)
    assert pointer.read_bytes() == b"damaged"


def test_a_table_that_was_altered_after_the_fact_is_not_promoted(
    monkeypatch, store, tmp_path, draft
) -> None:
    """A disk that garbles what it is given: the release in service stays."""
    first = publish(store, draft, LINEAGE)
    written = publishing.write_release

    def garble(store_: Store, *rest):
        manifest = written(store_, *rest)
        folder = tmp_path / "store" / "releases" / manifest.release_id
        (folder / "model.zip").write_bytes(b"garbled")
        return manifest

    monkeypatch.setattr(publishing, "write_release", garble)
    with pytest.raises(StoreError, match=r"model\.zip"):
        publish(store, replace(draft, history=Y.iloc[1:]), LINEAGE)
    assert in_service(store) == first.pointer
