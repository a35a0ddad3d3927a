"""What MonitorFlow ends with, in words."""

from __future__ import annotations

from made_records import publish, record
from msgspec.structs import replace

from energy.contract.track_record import DriftCheck, Due
from energy.releases.store import Store
from energy.reports.monitor_card import NOTHING_LIVE, lean_sentence, summary_lines


def test_nothing_in_service() -> None:
    assert summary_lines(None) == NOTHING_LIVE
    assert "run TrainFlow" in NOTHING_LIVE


def test_nothing_to_score_yet_and_when_the_first_is_due(store: Store) -> None:
    publish(store, "2022-07")
    assert summary_lines(record(store)).startswith(
        "Nothing to score yet: no month that was forecast has a figure; "
        "the first will be 2022-08, due on 2022-10-27.\nNext figures: 2022-08, due on 2022-10-27."
    )


def test_scores_alarms_and_what_is_late(store: Store) -> None:
    for cutoff in ("2022-03", "2022-04", "2022-05"):
        publish(store, cutoff, error=5.0)
    told = summary_lines(
        replace(
            record(store),
            drift=(DriftCheck("level", 0.1, 0.05, True, 0.02, "It fell by 10%."),),
            next_due=Due("2022-08", "2022-10-27", 3),
            tracking_signal=9.0,
            release_overdue_days=12,
            notes=("Look at this.",),
        )
    ).splitlines()
    assert told[0].startswith(
        "Track record of total: 9 months of 3 releases scored on figures to 2022-07: MASE "
    )
    assert "0% inside the 80% interval" in told[0]
    assert told[1].startswith("Of the last 12 months: MASE ")
    assert told[2:] == [
        "Tracking signal +9.0: forecasts are too high.",
        "Drift, level: It fell by 10%.",
        "Figures newer than the release in service have been held for 12 days: train and publish "
        "anew.",
        "Next figures: 2022-08, due on 2022-10-27, overdue by 3 days beyond its grace.",
        "Look at this.",
    ]


def test_which_way_it_leans() -> None:
    assert lean_sentence(8.0) == lean_sentence(-8.0) == "within what chance makes"
    assert lean_sentence(-8.1) == "forecasts are too low"
