"""A replay of three months: ingested, trained, checked, monitored and reported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from energy.contract.track_record import TrackRecord
from energy.pipelines.monitor import read_track_record
from energy.releases.promotion import list_decisions
from energy.releases.reader import read_champion
from energy.releases.store import open_store
from research import replay_history, replay_report

pytestmark = [pytest.mark.research, pytest.mark.e2e]


@dataclass(frozen=True)
class Replay:
    """The results of three months."""

    folder: Path
    months: list[Any]
    record: TrackRecord
    report: Any


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    folder = tmp_path_factory.mktemp("replay")
    first, last = pd.Period("2019-05", "M"), pd.Period("2019-07", "M")
    months = list(replay_history.play(first, last, folder, "theta", 4, 1))
    record, _ = read_track_record(open_store(str(folder / "store")))
    assert record is not None
    return Replay(folder, months, record, replay_report)


def test_every_release_is_of_its_month_and_has_a_decision(replay: Replay) -> None:
    store = open_store(str(replay.folder / "store"))
    decided = list_decisions(store)
    assert [decision.release_id[:7] for decision in decided] == [
        month.month for month in replay.months
    ]
    for month in replay.months:
        manifest = month.published.manifest
        assert manifest.cutoff == month.month
        assert manifest.created_at.startswith(month.at.strftime("%Y-%m-%d"))
        assert {check.name for check in month.published.checks} >= {"beats_naive", "answers"}
    pointer = read_champion(store)
    assert pointer is not None
    assert pointer.release_id == replay.months[-1].published.manifest.release_id


def test_a_forecast_is_scored_when_its_month_is_published(replay: Replay) -> None:
    assert replay.months[0].record is None  # nothing had been in service
    scored = [month.record and len(month.record.rows) for month in replay.months[1:]]
    assert scored == [1, 1 + 2]
    for row in replay.record.rows:
        assert row.release_id[:7] < row.month <= "2019-07"


def test_the_report_has_figures_text_and_a_chart(replay: Replay) -> None:
    content = replay.report.figures(replay.months, replay.record)
    assert (content["months"], content["promoted"], content["refused"]) == (3, 3, {})
    assert content["months_served"] == {"theta": 3}
    assert [row["mase"] is None for row in content["timeline"]] == [True, False, False]
    assert sum(year["months"] for year in content["by_year"].values()) == len(replay.record.rows)
    text = replay.report.text(content)
    assert "3 releases were made: 3 went live and 0 were rejected" in text
    assert replay.report.picture(content).to_dict()["vconcat"]
