"""Charts of the track record: valid, offline, and true to it."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest
from made_records import figures, publish, record

from energy import charts
from energy.contract.track_record import TrackRecord
from energy.releases.store import open_store

DRAWN = ["fans", "by_horizon", "coverage", "errors", "revisions"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> TrackRecord:
    store = open_store(str(tmp_path_factory.mktemp("records") / "store"))
    for cutoff in ("2020-03", "2020-04", "2021-03", "2021-05", "2022-04"):
        publish(store, cutoff)
    return record(store, figures("2022-08", {"2022-06": 1.5}), record(store))


@pytest.fixture(scope="module")
def one_month(tmp_path_factory: pytest.TempPathFactory) -> TrackRecord:
    """The first month of all that could be scored."""
    store = open_store(str(tmp_path_factory.mktemp("records") / "store"))
    publish(store, "2022-06")
    return record(store)


def chart(name: str, found: TrackRecord) -> Any:
    return getattr(charts, f"record_{name}")(found)


def datasets(drawn: Any) -> list[list[dict[str, Any]]]:
    return list(charts.spec(drawn)["datasets"].values())


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("of", ["made", "one_month"])
def test_they_keep_to_the_schema_and_draw(
    name: str, of: str, request: pytest.FixtureRequest
) -> None:
    drawn = chart(name, request.getfixturevalue(of))
    valid = charts.configured(drawn).to_dict(validate=True)
    spec = charts.spec(drawn)
    assert json.loads(json.dumps(spec, allow_nan=False)).keys() == valid.keys()
    assert "vega-lite" in spec.pop("$schema")
    assert not re.search(r"https?:|//|\"url\"", json.dumps(spec))
    picture = charts.svg(drawn)
    assert picture.startswith("<svg")
    assert "NaN" not in picture


def test_fans_are_a_year_apart_and_every_release_is_a_line(made: TrackRecord) -> None:
    found = datasets(chart("fans", made))
    fans = next(rows for rows in found if rows[0].get("key") == "80% interval")
    assert {row["release"][:7] for row in fans} == {"2020-04", "2021-05"}
    lines = max((rows for rows in found if rows[0].get("key") == "forecast"), key=len)
    assert {row["release"] for row in lines} == {one.release_id for one in made.releases}
    assert max(Counter(row["release"] for row in lines).values()) == 12


def test_the_fan_of_one_month_is_a_bar(one_month: TrackRecord) -> None:
    picture = charts.svg(chart("fans", one_month))
    assert picture.count('stroke-width="9"') == 2


def test_ours_stands_beside_seasonal_naive(made: TrackRecord) -> None:
    (rows,) = datasets(chart("by_horizon", made))
    assert len(rows) == 2 * len(made.by_horizon)
    first = {row["who"]: row["mase"] for row in rows if row["ahead"] == 1}
    score = made.by_horizon[0].score
    assert first == {"as published": score.mase, "seasonal naive": score.naive_mase}


def test_revisions_are_told_once_for_each_month(made: TrackRecord) -> None:
    (rows,) = datasets(chart("revisions", made))
    assert len(rows) == len({row.month for row in made.rows})
    changed = [row for row in rows if row["change"]]
    assert [row["change"] for row in changed] == pytest.approx([1.5])
