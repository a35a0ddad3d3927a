"""The track record, whatever happens to releases and figures."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from made_records import LAST, figures, make_frame, publish, published_on, record
from msgspec import structs

from energy.contract.months import months_after
from energy.contract.track_record import ScoredMonth, TrackRecord
from energy.errors import DataError, StoreError, UnknownTarget
from energy.forecasting.metrics import seasonal_naive_scale
from energy.releases.bundle import iso_timestamp
from energy.releases.promotion import Decision, promote
from energy.releases.promotion import record_decision as decide
from energy.releases.reader import CHAMPION
from energy.releases.store import Store

NAN = float("nan")


def rows_of(result: TrackRecord, release_id: str) -> list[ScoredMonth]:
    return [row for row in result.rows if row.release_id == release_id]


def folder_of(store: Store, release_id: str) -> Path:
    return Path(store.url) / "releases" / release_id


def test_a_published_month_is_compared_with_its_forecast(store: Store) -> None:
    name = publish(store, "2022-04", error=0.5)
    result = record(store)
    y = make_frame()["total"]
    rows = rows_of(result, name)
    assert [row.month for row in rows] == ["2022-05", "2022-06", "2022-07"]
    assert [row.horizon for row in rows] == [1, 2, 3]
    history = y.loc[:"2022-04"].to_numpy()
    for row in rows:
        assert row.naive == pytest.approx(y[months_after(row.month, -12)], abs=1e-6)
        assert row.mean == pytest.approx(row.naive + 0.5, abs=1e-6)
        assert (row.lower80, row.upper80) == (row.mean - 1, row.mean + 1)
        assert (row.lower95, row.upper95) == (row.mean - 2, row.mean + 2)
        assert row.actual == row.first_print == y[row.month]
        assert row.scale == pytest.approx(seasonal_naive_scale(history), abs=1e-6)
        assert row.counted
    assert result.overall == result.recent == result.releases[0].score
    assert (result.target, result.unit, result.cutoff) == ("total", "Mtoe", LAST)
    assert (result.release_id, result.forecast_age_days) == (name, 92)
    assert result.unpublished == ()


def test_beyond_a_year_naive_repeats_the_last_year_before_the_cutoff(store: Store) -> None:
    publish(store, "2021-01")
    rows = {row.horizon: row for row in record(store).rows}
    assert len(rows) == 18
    assert rows[13].naive == rows[1].naive
    assert rows[13].naive != rows[13].actual


def test_nothing_to_score_yet(store: Store) -> None:
    name = publish(store, LAST)
    result = record(store)
    assert result.rows == result.by_horizon == ()
    assert result.overall is result.recent is result.tracking_signal is None
    assert [one.release_id for one in result.releases] == [name]
    assert result.releases[0].score is None
    assert result.next_due.month == "2022-08"


def test_of_two_releases_with_one_cutoff_the_last_live_one_counts(store: Store) -> None:
    now = published_on("2022-04")
    one = publish(store, "2022-04", 0.5, now)
    other = publish(store, "2022-04", 0.7, now + timedelta(hours=1))
    result = record(store)
    assert not any(row.counted for row in rows_of(result, one))
    assert all(row.counted for row in rows_of(result, other))
    assert result.overall
    assert result.overall.months == 3
    assert [one.release_id for one in result.releases] == [one, other]


def test_a_rollback_does_not_change_which_months_were_counted(store: Store) -> None:
    now = published_on("2022-04")
    one = publish(store, "2022-04", 0.5, now)
    other = publish(store, "2022-04", 0.7, now + timedelta(hours=1))
    before = record(store)
    promote(store, one, "back again", now + timedelta(days=200))
    after_it = record(store, previous=before)
    counted = [
        {(row.release_id, row.month): row.counted for row in result.rows}
        for result in (before, after_it)
    ]
    assert counted[0] == counted[1]
    assert after_it.overall == before.overall
    assert all(row.counted for row in rows_of(after_it, other))


def test_a_release_made_after_the_figures_is_noted_as_hindsight(store: Store) -> None:
    name = publish(store, "2022-04", 0.5, published_on("2022-04") + timedelta(days=400))
    (note,) = [
        note for note in record(store, now=datetime(2024, 1, 1, tzinfo=UTC)).notes if name in note
    ]
    assert "after the figures of 2022-05 to 2022-07 were published" in note


def test_after_a_rollback_the_restored_release_counts(store: Store) -> None:
    now = published_on("2022-04")
    one = publish(store, "2022-04", 0.5, now)
    other = publish(store, "2022-04", 0.7, now + timedelta(hours=1))
    back = iso_timestamp(now + timedelta(hours=2))
    pointer = json.loads(store.read(CHAMPION))
    pointer |= {"release_id": one, "previous_id": other, "promoted_at": back}
    (Path(store.url) / CHAMPION).write_text(json.dumps(pointer))
    decide(store, Decision("rolled_back", one, other, back, "the other was wrong"))
    result = record(store)
    assert result.release_id == one
    assert all(row.counted for row in rows_of(result, one))
    assert not any(row.counted for row in rows_of(result, other))
    assert {entry.release_id: entry.promoted_at for entry in result.releases}[one] == back


def test_a_rejected_release_is_not_in_the_record(store: Store) -> None:
    name = publish(store, "2022-04")
    never = "2022-05-20220728T150000Z-00000000"
    decide(store, Decision("refused", never, name, "2022-07-28T15:00:00Z", "it is worse"))
    assert [one.release_id for one in record(store).releases] == [name]


def test_decisions_of_a_later_version_are_read_and_broken_ones_noted(store: Store) -> None:
    name = publish(store, "2022-04")
    (key,) = store.keys("decisions/")
    document = json.loads(store.read(key)) | {"schema": 9, "checks": [], "by": "somebody"}
    (Path(store.url) / key).write_text(json.dumps(document))
    store.write("decisions/20230101T000000Z-broken.json", b"{")
    (Path(store.url) / CHAMPION).unlink()
    result = record(store)
    assert [one.release_id for one in result.releases] == [name]
    assert result.release_id is result.forecast_age_days is None
    assert "20230101T000000Z-broken.json cannot be read as a release decision" in result.notes[0]
    assert "No release is live now" in result.notes[1]


def test_a_revised_figure_changes_and_its_first_print_does_not(store: Store) -> None:
    publish(store, "2022-04", error=0.5)
    first = record(store)
    second = record(store, figures("2022-08", {"2022-06": 2.0}), first)
    third = record(store, figures("2022-09", {"2022-06": 3.0}), second)
    before, after_one, after_two = (
        next(row for row in result.rows if row.month == "2022-06")
        for result in (first, second, third)
    )
    assert after_one.actual == pytest.approx(before.actual + 2)
    assert after_two.actual == pytest.approx(before.actual + 3)
    for row in (after_one, after_two):
        assert (row.first_print, row.first_vintage) == (before.actual, "2022-07-00000000")
    assert [row.first_vintage for row in third.rows][-2:] == ["2022-08-00000000", third.vintage_id]
    assert third.overall
    assert third.overall.first_print_mae != third.overall.mae


def test_first_prints_come_from_the_oldest_vintage_with_the_month(store: Store) -> None:
    publish(store, "2022-04")
    earlier = {
        "2022-05-00000000": make_frame("2022-05", {"2022-05": 0.1}),
        "2022-06-00000000": make_frame("2022-06", {"2022-05": 0.2, "2022-06": 0.3}),
    }
    rows = record(store, figures(earlier=earlier)).rows
    assert [row.first_vintage[:7] for row in rows] == ["2022-05", "2022-06", "2022-07"]
    changes = [row.actual - row.first_print for row in rows]
    assert changes == pytest.approx([-0.1, -0.3, 0.0])


def test_a_month_without_a_figure(store: Store) -> None:
    publish(store, "2022-04")
    result = record(store, figures(LAST, {"2022-06": NAN}))
    assert result.unpublished == ("2022-06",)
    assert [row.month for row in result.rows] == ["2022-05", "2022-07"]


def test_a_withdrawn_figure_keeps_its_row(store: Store) -> None:
    publish(store, "2022-04")
    first = record(store)
    second = record(store, figures("2022-08", {"2022-06": NAN}), first)
    kept = next(row for row in second.rows if row.month == "2022-06")
    assert kept in first.rows
    assert "Withdrawn since, and scored on the last figure: 2022-06." in second.notes
    assert second.unpublished == ()


@pytest.mark.parametrize("lost", ["manifest.json", "forecast.json", "history.json"])
def test_a_damaged_release_keeps_its_rows(store: Store, lost: str) -> None:
    gone, stays = publish(store, "2022-04"), publish(store, "2022-05")
    first = record(store)
    (folder_of(store, gone) / lost).unlink()
    second = record(store, figures("2022-08", {"2022-06": 1.0}), first)
    kept = rows_of(second, gone)
    assert [row.month for row in kept] == ["2022-05", "2022-06", "2022-07"]
    old = {row.month: row for row in rows_of(first, gone)}
    for row in kept:
        assert structs.replace(row, actual=old[row.month].actual) == old[row.month]
    assert kept[1].actual == pytest.approx(old["2022-06"].actual + 1)
    entry = second.releases[0]
    assert (entry.release_id, entry.forecaster, entry.horizon) == (gone, "theta", 24)
    assert entry.score
    assert gone in entry.trouble
    assert f"{gone} cannot be scored: {entry.trouble}" in second.notes
    assert len(rows_of(second, stays)) == 3


def test_a_live_release_that_is_missing(store: Store) -> None:
    earlier, missing = publish(store, "2022-04"), publish(store, "2022-05")
    for file in folder_of(store, missing).iterdir():
        file.unlink()
    result = record(store)
    assert result.release_id == missing
    assert result.forecast_age_days == 64
    entry = result.releases[1]
    assert (entry.cutoff, entry.created_at) == ("2022-05", "2022-07-28T15:00:00Z")
    assert "has no manifest.json" in entry.trouble
    assert len(rows_of(result, earlier)) == 3


def test_a_store_without_a_readable_release(store: Store) -> None:
    missing = publish(store, "2022-04")
    for file in folder_of(store, missing).iterdir():
        file.unlink()
    with pytest.raises(StoreError, match=f"The last is {missing}: .* has no manifest.json"):
        record(store)


def test_without_its_decision_a_recorded_release_stays(store: Store) -> None:
    old, new = publish(store, "2022-03"), publish(store, "2022-04")
    first = record(store)
    for key in store.keys("decisions/"):
        (Path(store.url) / key).unlink()
    newest = publish(store, "2022-05")
    second = record(store, previous=first)
    assert [one.release_id for one in second.releases] == [old, new, newest]
    assert second.releases[0].promoted_at == first.releases[0].promoted_at


def test_the_pointer_names_the_release_before(store: Store) -> None:
    old, new = publish(store, "2022-03"), publish(store, "2022-04")
    for key in store.keys("decisions/"):
        (Path(store.url) / key).unlink()
    result = record(store)
    assert [one.release_id for one in result.releases] == [old, new]
    assert result.releases[0].promoted_at == result.releases[0].created_at


def test_a_release_without_its_history(store: Store) -> None:
    name = publish(store, "2022-04", history=False)
    result = record(store)
    assert result.rows == ()
    assert result.releases[0].trouble.startswith(f"Release {name} has no history")


def test_a_release_of_another_target_is_not_scored(store: Store) -> None:
    coal, total = publish(store, "2022-03", target="coal"), publish(store, "2022-04")
    result = record(store)
    assert [one.release_id for one in result.releases] == [coal, total]
    assert result.releases[0].trouble == "It forecasts coal; this record is of total."
    assert rows_of(result, coal) == []
    assert result.unpublished == ()


def test_a_record_of_another_target_is_not_overwritten(store: Store) -> None:
    publish(store, "2022-04")
    first = record(store)
    publish(store, "2022-05", target="coal")
    with pytest.raises(StoreError, match=r"forecasts coal, the track record is of total"):
        record(store, previous=first)


def test_a_target_that_is_not_in_the_data(store: Store) -> None:
    publish(store, "2022-04", target="coal")
    result = replace(figures(), frame=make_frame().drop(columns="coal"))
    with pytest.raises(UnknownTarget, match="coal"):
        record(store, result)


def test_figures_older_than_the_record(store: Store) -> None:
    publish(store, "2022-04")
    first = record(store)
    with pytest.raises(DataError, match=r"to 2022-06; .* to 2022-07, and is unchanged"):
        record(store, figures("2022-06"), first)


def test_clocks_that_disagree(store: Store) -> None:
    now = datetime(2022, 9, 30, tzinfo=UTC)
    publish(store, "2022-04", now=now + timedelta(days=3))
    first = record(store, now=now + timedelta(days=4))
    result = record(store, previous=first, now=now)
    assert result.forecast_age_days == 0
    clocks = [note for note in result.notes if "clocks disagree" in note]
    assert len(clocks) == 2
    assert "2022-10-03T00:00:00Z" in clocks[0]
    assert "2022-10-04T00:00:00Z" in clocks[1]
    assert result.overall == first.overall


def test_provisional_figures_are_scored_and_noted(store: Store) -> None:
    publish(store, "2022-04")
    result = record(store)
    assert "Scored on provisional figures: 2022-06, 2022-07." in result.notes
    assert len(result.rows) == 3


def test_a_new_release_is_due_once_newer_figures_are_stored(store: Store) -> None:
    publish(store, "2022-05")
    now = datetime(2022, 10, 10, 12, tzinfo=UTC)
    stored = (("2022-05", ""), ("2022-06", "2022-09-01T10:00:00Z"), ("2022-07", ""))
    assert record(store, figures(vintages=stored), now=now).release_overdue_days == 39
    unknown = (("2022-05", ""), ("2022-07", ""))  # due on 29 September
    assert record(store, figures(vintages=unknown), now=now).release_overdue_days == 11
    publish(store, LAST)
    assert record(store, figures(vintages=stored), now=now).release_overdue_days == 0


def test_cached_releases_are_not_read_again(store: Store) -> None:
    from energy.monitoring.live_releases import read_release_history

    old, new = publish(store, "2022-03"), publish(store, "2022-04")
    kept: dict = {}
    whole = read_release_history(store, cache=kept)
    assert set(kept) == {old, new}
    for file in folder_of(store, old).iterdir():
        file.unlink()
    assert read_release_history(store, cache=kept) == whole
    assert read_release_history(store) != whole
