"""A few months of history, played: kept, trained, judged, watched; and what is told of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from energy.contract.track_record import TrackRecord
from energy.data.archive import list_vintages
from energy.pipelines.monitor import read_track_record
from energy.releases.promotion import list_decisions
from energy.releases.reader import read_champion
from energy.releases.store import open_store

pytestmark = pytest.mark.e2e
SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


@dataclass(frozen=True)
class Replay:
    """What three months left behind."""

    folder: Path
    months: list[Any]
    record: TrackRecord
    report: Any


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    folder = tmp_path_factory.mktemp("replay")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPTS)
        from replay import play, report

        first, last = pd.Period("2019-05", "M"), pd.Period("2019-07", "M")
        months = list(play.play(first, last, folder, "theta", 4, 1))
        record, _ = read_track_record(open_store(str(folder / "store")))
        assert record is not None
        yield Replay(folder, months, record, report)


def test_every_month_is_ingested_as_it_was_known(replay: Replay) -> None:
    every = list_vintages(replay.folder / "data")
    assert [one.month for one in every] == ["2019-05", "2019-06", "2019-07"]
    assert [month.month for month in replay.months] == [one.month for one in every]


def test_every_release_is_decided_on_and_made_of_its_own_month(replay: Replay) -> None:
    store = open_store(str(replay.folder / "store"))
    decided = list_decisions(store)
    assert [one.release_id[:7] for one in decided] == [month.month for month in replay.months]
    for month in replay.months:
        manifest = month.published.manifest
        assert manifest.cutoff == month.month
        assert manifest.created_at.startswith(month.at.strftime("%Y-%m-%d"))
        assert {check.name for check in month.published.checks} >= {"beats_naive", "answers"}
    pointer = read_champion(store)
    assert pointer is not None
    assert pointer.release_id == replay.months[-1].published.manifest.release_id


def test_a_forecast_is_scored_when_its_month_comes_out_and_not_before(replay: Replay) -> None:
    assert replay.months[0].record is None  # nothing had been in service
    scored = [month.record and len(month.record.rows) for month in replay.months[1:]]
    assert scored == [1, 1 + 2]
    for row in replay.record.rows:
        assert row.release_id[:7] < row.month <= "2019-07"


def test_what_it_showed_is_told_in_figures_words_and_one_picture(replay: Replay) -> None:
    found = replay.report.figures(replay.months, replay.record)
    assert (found["months"], found["promoted"], found["refused"]) == (3, 3, {})
    assert found["months_served"] == {"theta": 3}
    assert [row["mase"] is None for row in found["timeline"]] == [True, False, False]
    assert sum(year["months"] for year in found["by_year"].values()) == len(replay.record.rows)
    text = replay.report.text(found)
    assert "3 releases were made: 3 went into service and 0 were refused" in text
    assert replay.report.picture(found).to_dict()["vconcat"]


def test_months_that_follow_one_another_are_told_as_a_span(replay: Replay) -> None:
    spans = replay.report.spans
    assert spans([]) == ""
    assert spans(["2020-12", "2021-01", "2021-03"]) == "2020-12 to 2021-01, 2021-03"
