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


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> TrackRecord:
    store = open_store(str(tmp_path_factory.mktemp("records") / "store"))
    for cutoff in ("2020-03", "2020-04", "2021-03", "2021-05", "2022-04"):
        publish(store, cutoff)
    return record(store, figures("2022-08", {"2022-06": 1.5}), record(store))


@pytest.fixture(scope="module")
def one_month(tmp_path_factory: pytest.TempPathFactory) -> TrackRecord:
    """The first month that could be scored."""
    store = open_store(str(tmp_path_factory.mktemp("records") / "store"))
    publish(store, "2022-06")
    return record(store)


def datasets(chart: Any) -> list[list[dict[str, Any]]]:
    return list(charts.spec(chart)["datasets"].values())


@pytest.mark.parametrize("name", ["fans", "by_horizon", "coverage", "errors", "revisions"])
@pytest.mark.parametrize("track_record", ["years", "one_month"])
def test_they_are_valid_and_draw_without_a_network(
    name: str, track_record: str, request: pytest.FixtureRequest
) -> None:
    chart = getattr(charts, f"record_{name}")(request.getfixturevalue(track_record))
    valid = charts.configured(chart).to_dict(validate=True)
    spec = charts.spec(chart)
    assert json.loads(json.dumps(spec, allow_nan=False)).keys() == valid.keys()
    text = json.dumps({name: part for name, part in spec.items() if name != "$schema"})
    assert not re.search(r"https?:|//|\"url\"", text)
    drawing = charts.svg(spec)
    assert drawing.startswith("<svg")
    assert "NaN" not in drawing


def test_fans_are_a_year_apart_and_every_release_is_a_line(years: TrackRecord) -> None:
    data = datasets(charts.record_fans(years))
    fans = next(rows for rows in data if rows[0].get("key") == "80% interval")
    assert {row["release"][:7] for row in fans} == {"2020-04", "2021-05"}
    lines = max((rows for rows in data if rows[0].get("key") == "forecast"), key=len)
    assert {row["release"] for row in lines} == {r.release_id for r in years.releases}
    assert max(Counter(row["release"] for row in lines).values()) == 12


def test_the_fan_of_one_month_is_a_bar(one_month: TrackRecord) -> None:
    assert charts.svg(charts.spec(charts.record_fans(one_month))).count('stroke-width="9"') == 2


def test_published_forecasts_are_beside_seasonal_naive(years: TrackRecord) -> None:
    (rows,) = datasets(charts.record_by_horizon(years))
    assert len(rows) == 2 * len(years.by_horizon)
    first = {row["source"]: row["mase"] for row in rows if row["horizon"] == 1}
    score = years.by_horizon[0].score
    assert first == {"as published": score.mase, "seasonal naive": score.naive_mase}


def test_each_month_has_one_revision(years: TrackRecord) -> None:
    (rows,) = datasets(charts.record_revisions(years))
    assert len(rows) == len({row.month for row in years.rows})
    changed = [row["change"] for row in rows if row["change"]]
    assert changed == pytest.approx([1.5])
