"""What MonitorFlow's card shows: scores, drift, releases; or why there is nothing yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_records import figures, publish, record
from msgspec.structs import replace
from printed import prints
from test_cards import Shown

from energy.contract.track_record import DriftCheck, Due, TrackRecord
from energy.releases.store import open_store
from energy.reports import monitor_card

# On importing Metaflow's cards, in this process alone.
pytestmark = pytest.mark.filterwarnings("ignore:The _yaml extension module")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> TrackRecord:
    """Six releases, of which the newest figures have revised one month."""
    store = open_store(str(tmp_path_factory.mktemp("records") / "store"))
    for cutoff in ("2021-02", "2021-05", "2022-02", "2022-03", "2022-04", "2022-05"):
        publish(store, cutoff)
    return record(store, figures("2022-08", {"2022-06": 1.5}), record(store))


def shown(found: TrackRecord | None) -> Shown:
    card = Shown()
    monitor_card.fill_monitor_card(card, found)
    return card


def titles(card: Shown) -> list[str]:
    return [spec["title"]["text"] for spec in card.charts()]


def test_nothing_in_service() -> None:
    card = shown(None)
    assert "Nothing is in service yet" in card.words
    assert len(card) == 2


def test_nothing_to_score_yet(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    name = publish(store, "2022-07")
    card = shown(record(store))
    assert "**Nothing to score yet:** the first will be 2022-08, due on 2022-10-27." in card.words
    assert card.charts() == []
    drift, releases = card.tables()
    assert len(drift["data"]) == 4
    assert "Not measured: " in card.words
    assert [row[0]["source"].strip() for row in releases["data"]] == [f"`{name}`"]


def test_scores_and_charts(made: TrackRecord) -> None:
    card = shown(made)
    assert made.overall
    assert made.recent
    rows = card.tables()[0]["data"]
    assert [row[1]["source"].strip() for row in rows] == [
        str(made.overall.months),
        str(made.recent.months),
    ]
    assert prints(card.words, "**#**", made.overall.mase)
    assert titles(card) == [
        "What was forecast, and what came",
        "Error month by month",
        "Error by months ahead",
        "How often the intervals held",
        "Revisions: newest figure less first print",
    ]
    assert f"In service: `{made.release_id}`, " in card.words
    assert "Provisional still" in card.words


def test_where_nothing_was_revised_it_says_so(made: TrackRecord) -> None:
    rows = tuple(replace(row, actual=row.first_print) for row in made.rows)
    card = shown(replace(made, rows=rows))
    assert len(card.charts()) == 4
    assert "No figure that was scored has been revised" in card.words


def test_alarms_and_what_is_late_stand_out(made: TrackRecord) -> None:
    alarm = DriftCheck("level", 0.12, 0.05, True, 0.02, "It fell.")
    quiet = DriftCheck("weather", -1.0, 0.5, False, 0.03, "As ever.")
    card = shown(
        replace(
            made,
            drift=(alarm, quiet),
            next_due=Due("2022-09", "2022-11-24", 5),
            release_overdue_days=40,
            unpublished=("2021-08",),
            tracking_signal=10.0,
        )
    )
    told = [[cell["source"].strip() for cell in row] for row in card.tables()[1]["data"]]
    assert told == [
        ["level", "**alarm**", "0.120", "0.050", "2%", "It fell."],
        ["weather", "normal", "-1.000", "0.500", "3%", "As ever."],
    ]
    for words in (
        "Newer figures have been held for 40 days: **a new release is due.**",
        "overdue by 5 days beyond its grace",
        "never published (the figures go beyond them): 2021-08.",
        "+10.0, forecasts are too high",
    ):
        assert words in card.words


def test_of_many_releases_the_newest_are_listed(made: TrackRecord) -> None:
    many = tuple(replace(made.releases[0], release_id=f"release {n}") for n in range(30))
    card = shown(replace(made, releases=many))
    rows = card.tables()[-1]["data"]
    assert len(rows) == monitor_card.MOST_RELEASES
    assert rows[0][0]["source"].strip() == "`release 29`"
    assert "The newest 24 of 30." in card.words
