"""The card of an ingest, for each outcome."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from made_cards import Shown
from made_results import ENERGY, RAW, WEATHER, make_release

from energy.data.archive import newest_vintage
from energy.data.vintage_builder import NewVintage, RejectedVintage
from energy.pipelines import ingest
from energy.pipelines.ingest import FetchResult
from energy.reports import ingest_card
from energy.settings import Settings

# On importing Metaflow's cards, in this process alone.
pytestmark = pytest.mark.filterwarnings("ignore:The _yaml extension module")
AUGUST = "ET_1.2_OCT_22.xlsx"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(RAW, tmp_path / "data" / "raw")
    return Settings(data=tmp_path / "data")


def ingest_file(settings: Settings, content: bytes) -> tuple[Shown, ingest.Outcome | None]:
    """The card and the outcome of ingesting a file."""
    path = settings.data / AUGUST
    path.write_bytes(content)
    result, card = ingest.from_files([path]), Shown()
    outcome = ingest.ingest(settings, [result])
    ingest_card.fill_ingest_card(card, settings, [result], outcome)
    return card, outcome


def headings(card: Shown) -> list[str]:
    return [line for line in card.words.splitlines() if line.startswith("#")]


def cells(card: Shown, first: str) -> list[list[str]]:
    """The rows of the table whose first column has that title."""
    (table,) = [part for part in card.tables() if part["columns"][0] == first]
    assert {len(row) for row in table["data"]} == {len(table["columns"])}
    return [[cell["source"].strip() for cell in row] for row in table["data"]]


def test_a_new_vintage_with_revisions(settings: Settings) -> None:
    embedded = newest_vintage(settings.data)
    card, new = ingest_file(settings, make_release("2022-08", {"2022-05": 0.25, "2021-11": -0.125}))
    assert isinstance(new, NewVintage)
    assert headings(card) == [
        *("# The data", "## Sources", "## Checks", "## Revisions", "## In use")
    ]
    assert (
        f"**Added vintage {new.vintage.vintage_id}: to 2022-08, 4 figures revised.**" in card.words
    )
    assert f"- by hand: {AUGUST}, " in card.words
    checks = cells(card, "Check")
    assert [row[0] for row in checks] == [check.name for check in new.checks]
    verdicts = {row[0]: row[1] for row in checks if row[0] != "stale"}
    assert set(verdicts.values()) == {"passed"}
    assert {"index", "ranges", "total", "older", "withdrawn", "revisions", "cover"} <= set(verdicts)
    assert f"4 figures differ from vintage `{embedded.vintage_id}`." in card.words
    changes = cells(card, "Month")
    assert [row[:2] for row in changes] == [
        ["2022-05", "total"],
        ["2022-05", "natural_gas"],
        ["2021-11", "total"],
        ["2021-11", "natural_gas"],
    ]
    assert changes[0] == ["2022-05", "total", "12.87", "13.12", "+0.25"]
    assert changes[1] == ["2022-05", "natural_gas", "4.57", "4.82", "+0.25"]
    assert {row[4] for row in changes[2:]} <= {"-0.12", "-0.13"}
    total, gas = card.charts()
    assert total["title"]["text"] == "total: before and now"
    assert gas["title"]["text"] == "natural gas: before and now"
    for spec, (before, now) in ((total, (12.87, 13.12)), (gas, (4.57, 4.82))):
        assert "vega-lite" in spec["$schema"]
        assert spec["config"]["background"] == "white"
        assert '"url"' not in json.dumps(spec, allow_nan=False)
        (values,) = spec["datasets"].values()
        figures = {(row["key"], row["month"][:7]): row["value"] for row in values}
        assert figures["before", "2022-05"] == pytest.approx(before)
        assert figures["now", "2022-05"] == pytest.approx(now)
        assert ("now", "2022-08") in figures
        assert ("before", "2022-08") not in figures
    assert f"Vintage `{new.vintage.vintage_id}`, energy to 2022-08." in card.words
    assert dict(cells(card, "Workbook")) == {
        name: f"`{sha256}`" for name, sha256 in new.vintage.hashes.items()
    }
    assert "Open Government Licence v3.0" in card.words


def test_more_revisions_than_fit_on_the_card(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_card, "MAX_ROWS", 3)
    card, _ = ingest_file(settings, make_release("2022-08", {"2022-05": 0.25, "2021-11": -0.125}))
    assert [row[0] for row in cells(card, "Month")] == ["2022-05", "2022-05", "2021-11"]
    assert "The newest 3 of 4; `revisions.csv` has them all." in card.words


def test_a_new_vintage_without_revisions(settings: Settings) -> None:
    card, new = ingest_file(settings, make_release())
    assert isinstance(new, NewVintage)
    assert "No figure of an earlier vintage has changed." in card.words
    assert card.charts() == []


def test_nothing_new(settings: Settings) -> None:
    card, _ = ingest_file(settings, (RAW / ENERGY).read_bytes())
    assert headings(card) == ["# The data", "## Sources", "## In use"]
    assert "**Nothing new; the vintage in use stays in use.**" in card.words
    assert {row[0] for row in cells(card, "Workbook")} == {ENERGY, WEATHER}
    assert card.charts() == []


def test_refused_by_a_check(settings: Settings) -> None:
    embedded = newest_vintage(settings.data)
    card, refused = ingest_file(settings, make_release("2022-08", {"2022-05": 3.0}))
    assert isinstance(refused, RejectedVintage)
    assert headings(card) == ["# The data", "## Sources", "## Checks", "## In use"]
    assert f"**Refused: {refused.error} Quarantined in {refused.folder}.**" in card.words
    checks = {row[0]: row for row in cells(card, "Check")}
    assert checks["revisions"][1] == "**refused**"
    assert checks["revisions"][2].startswith("12.870, which became 15.870")
    assert checks["revisions"][4] == "total of 2022-05"
    assert checks["total"][1] == "passed"
    assert checks["stale"][1] == "noted"
    assert f"Vintage `{embedded.vintage_id}`, energy to 2022-07." in card.words


def test_an_unreadable_workbook(settings: Settings) -> None:
    card, refused = ingest_file(settings, make_release()[:-2000])
    assert isinstance(refused, RejectedVintage)
    assert headings(card) == ["# The data", "## Sources", "## In use"]
    assert str(refused.error) in card.words


def test_unreached(settings: Settings) -> None:
    error = "https://www.gov.uk/x cannot be reached: no route (tries: 4). Try later."
    fetched = [
        FetchResult("energy", [f"energy: {error}"], error=error),
        FetchResult("weather", []),
    ]
    card = Shown()
    ingest_card.fill_ingest_card(card, settings, fetched, None)
    assert f"- energy: {error}" in card.words
    assert "the vintage in use stays in use. Not reached: energy.**" in card.words
    assert headings(card) == ["# The data", "## Sources", "## In use"]


def test_refused_with_an_empty_archive(tmp_path: Path) -> None:
    card, refused = ingest_file(Settings(data=tmp_path), b"junk")
    assert isinstance(refused, RejectedVintage)
    assert str(refused.error) in card.words
    assert "There is no vintage yet." in card.words
    assert hashlib.sha256(b"junk").hexdigest() not in card.words
