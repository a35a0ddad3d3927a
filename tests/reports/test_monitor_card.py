"""MonitorFlow's card and summary: scores, drift, releases; or why there is nothing yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_cards import Shown, texts
from made_records import figures, publish, record
from msgspec.structs import replace
from printed import prints

from energy.contract.track_record import DriftCheck, Due, TrackRecord
from energy.releases.store import open_store
from energy.reports import monitor_card
from energy.reports.monitor_card import NOTHING_LIVE, signal_sentence, summary_lines

# On importing Metaflow's cards, in this process alone.
pytestmark = pytest.mark.filterwarnings("ignore:The _yaml extension module")
ALARM = DriftCheck("level", 0.12, 0.05, True, 0.02, "It fell.")
NORMAL = DriftCheck("weather", -1.0, 0.5, False, 0.03, "As before.")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> TrackRecord:
    """Six releases, and a month that was revised."""
    store = open_store(str(tmp_path_factory.mktemp("records") / "store"))
    for cutoff in ("2021-02", "2021-05", "2022-02", "2022-03", "2022-04", "2022-05"):
        publish(store, cutoff)
    return record(store, figures("2022-08", {"2022-06": 1.5}), record(store))


@pytest.fixture(scope="module")
def urgent(made: TrackRecord) -> TrackRecord:
    """With an alarm, figures that are late, a release that is due, and biased forecasts."""
    return replace(
        made,
        drift=(ALARM, NORMAL),
        next_due=Due("2022-09", "2022-11-24", 5),
        release_overdue_days=40,
        unpublished=("2021-08",),
        tracking_signal=10.0,
        notes=("A note.",),
    )


def card_of(track_record: TrackRecord | None) -> Shown:
    card = Shown()
    monitor_card.fill_monitor_card(card, track_record)
    return card


def test_nothing_live() -> None:
    card = card_of(None)
    assert NOTHING_LIVE in card.words
    assert len(card) == 2
    assert summary_lines(None) == NOTHING_LIVE


def test_nothing_to_score_yet(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    name = publish(store, "2022-07")
    track_record = record(store)
    card = card_of(track_record)
    first = "the first will be 2022-08, due on 2022-10-27."
    assert f"**Nothing to score yet:** {first}" in card.words
    assert card.charts() == []
    drift, releases = card.tables()
    assert len(drift["data"]) == 4
    assert "Not measured: " in card.words
    assert [row[0] for row in texts(releases)] == [f"`{name}`"]
    assert summary_lines(track_record).startswith(
        f"Nothing to score yet: no forecast month has a figure; {first}\n"
        "Next figures: 2022-08, due on 2022-10-27."
    )


def test_scores_and_charts(made: TrackRecord) -> None:
    card = card_of(made)
    assert made.overall
    assert made.recent
    rows = texts(card.tables()[0])
    assert [row[1] for row in rows] == [str(made.overall.months), str(made.recent.months)]
    assert prints(rows[0][2], "**#**", made.overall.mase)
    assert len(card.charts()) == 5
    assert f"Live release: `{made.release_id}`, " in card.words
    assert "provisional" in card.section("Notes")


def test_without_revisions_a_sentence_replaces_the_chart(made: TrackRecord) -> None:
    rows = tuple(replace(row, actual=row.first_print) for row in made.rows)
    card = card_of(replace(made, rows=rows))
    assert len(card.charts()) == 4
    assert "No scored figure has been revised" in card.words


def test_alarms_and_delays_on_the_card(urgent: TrackRecord) -> None:
    card = card_of(urgent)
    assert texts(card.tables()[1]) == [
        ["level", "**alarm**", "0.120", "0.050", "2%", "It fell."],
        ["weather", "normal", "-1.000", "0.500", "3%", "As before."],
    ]
    for text in (
        "Newer figures were stored 40 days ago: **train again.**",
        "overdue by 5 days after the grace period",
        "not published, although later months are: 2021-08.",
        "+10.0: forecasts are too high",
    ):
        assert text in card.words


def test_alarms_and_delays_in_the_summary(urgent: TrackRecord) -> None:
    overall, recent, *others = summary_lines(urgent).splitlines()
    assert overall.startswith("Track record of total: ")
    assert " of 6 releases scored on figures to 2022-08: MASE " in overall
    assert recent.startswith("Last 12 months: MASE ")
    assert others == [
        "Tracking signal +10.0: forecasts are too high.",
        "Drift, level: It fell.",
        "Figures newer than the live release were stored 40 days ago: train and publish a new "
        "release.",
        "Next figures: 2022-09, due on 2022-11-24, overdue by 5 days after the grace period.",
        "A note.",
    ]


def test_a_tracking_signal_in_words() -> None:
    assert all(signal_sentence(x).endswith(": no bias beyond chance") for x in (8.0, -8.0))
    assert signal_sentence(-8.1) == "Tracking signal -8.1: forecasts are too low"


def test_of_many_releases_the_newest_are_listed(made: TrackRecord) -> None:
    many = tuple(replace(made.releases[0], release_id=f"release {n}") for n in range(30))
    card = card_of(replace(made, releases=many))
    rows = texts(card.tables()[-1])
    assert len(rows) == monitor_card.MOST_RELEASES
    assert rows[0][0] == "`release 29`"
    assert "The newest 24 of 30." in card.words
