"""From statistics pages, or files given by hand, to a vintage that is kept or set aside."""

from __future__ import annotations

import functools
import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from made_results import (
    ENERGY,
    OF_ENERGY,
    OF_WEATHER,
    RAW,
    WEATHER,
    make_release,
    put_online,
)
from s3_server import free_ports
from web_server import Answer, WebServer, attachment, content_item

from energy import legacy_errors
from energy.data.archive import list_vintages, newest_vintage
from energy.data.vintage_builder import NewVintage, RejectedVintage, UnchangedVintage
from energy.data.vintages import read_record
from energy.errors import FetchError
from energy.pipelines import ingest
from energy.pipelines.ingest import FetchResult
from energy.settings import Settings

AUGUST = "ET_1.2_OCT_22.xlsx"
REVISED = {"2022-05": 0.25, "2021-11": -0.125}


@functools.cache
def release(last: str = "2022-08", change: float = 0.0) -> bytes:
    return make_release(last, {"2022-05": change} if change else REVISED)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The embedded vintage, and no other."""
    shutil.copytree(RAW, tmp_path / "data" / "raw")
    return tmp_path / "data"


@pytest.fixture
def offline(data: Path) -> Settings:
    """Settings that lead where nobody answers."""
    (port,) = free_ports(1)
    origin = f"http://127.0.0.1:{port}"
    return Settings(data=data, govuk_api=f"{origin}/api/content", govuk_origins=(origin,))


@pytest.fixture
def online(data: Path, web: WebServer) -> Settings:
    """Settings that lead to a server with August's release."""
    return settings(data, put_online(web, release(), AUGUST))


def settings(data: Path, environ: Mapping[str, str]) -> Settings:
    return Settings.from_environment({**environ, "ENERGY_DATA": str(data)})


def delivered(*files: tuple[str, bytes], folder: Path) -> FetchResult:
    for name, content in files:
        (folder / name).write_bytes(content)
    return ingest.from_files([folder / name for name, _ in files])


def test_what_a_page_offers_is_found_and_fetched(online: Settings, web: WebServer) -> None:
    got = ingest.fetch_pages(online, "energy")
    assert got.files == {AUGUST: release()}
    assert got.trouble == ""
    page, offer, fetched = got.lines
    url = web.url(f"/media/1/{AUGUST}")
    for told in ("UK total energy", "updated 2022-09-29", web.url(OF_ENERGY)):
        assert told in page
    assert "1.2: Inland energy consumption (ET 1.2 - monthly)" in offer
    assert url in offer
    sha256 = hashlib.sha256(release()).hexdigest()
    assert fetched == f"  fetched {AUGUST}, {len(release()):,} bytes, sha256 {sha256}"
    record = got.records[AUGUST]
    assert (record.sha256, record.url, record.etag) == (sha256, url, f'"{AUGUST}"')
    assert (record.source, record.published) == (web.url(OF_ENERGY), "2022-09-29")
    assert record.found_at


def test_what_is_held_is_not_fetched_again(online: Settings, web: WebServer) -> None:
    kept = ingest.ingest(online, [ingest.fetch_pages(online, "energy")])
    assert isinstance(kept, NewVintage)
    record = read_record(kept.vintage.folder)
    assert record is not None
    assert record.files[AUGUST].url == web.url(f"/media/1/{AUGUST}")
    assert record.files[AUGUST].tables == ("1.2",)
    web.asked.clear()
    got = ingest.fetch_pages(online, "energy")
    _, headers = web.asked[-1]
    assert headers["if-none-match"] == f'"{AUGUST}"'
    assert (got.files, got.trouble) == ({}, "")
    assert got.lines[-1].endswith(f"{AUGUST}: unchanged since it was last fetched")
    assert ingest.ingest(online, [got]) is None
    # The same bytes, from a server that has no ETags.
    web.play(f"/media/1/{AUGUST}", Answer(release()))
    assert ingest.fetch_pages(online, "energy").files == {}
    web.play(f"/media/1/{AUGUST}", Answer(release("2022-09")))
    assert ingest.fetch_pages(online, "energy").files == {AUGUST: release("2022-09")}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(b"nothing here", 404), "404"),
        (Answer(b"gone", 410), "410"),
        (Answer(b"<!DOCTYPE html><p>Sorry", headers={"Content-Type": "text/html"}), "web page"),
        (Answer(json.dumps(content_item(None)).encode()), "attachment"),
        (Answer(drop=True), "cannot be reached"),
        (Answer(b"busy", 503), "503"),
    ],
    ids=["404", "410", "html", "no attachments", "dropped", "503"],
)
def test_a_page_in_trouble_is_told(
    online: Settings, web: WebServer, answer: Answer, told: str
) -> None:
    web.play(f"/api/content{OF_ENERGY}", answer)
    got = ingest.fetch_pages(online, "energy")
    assert (got.source, got.files, got.records) == ("energy", {}, {})
    assert told in got.trouble
    assert got.lines == [f"energy: {got.trouble}"]
    assert ingest.fetch_pages(online, "weather").trouble == ""


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(b"nothing here", 404), "404"),
        (Answer(b"<html>Sorry</html>", headers={"Content-Type": "text/html"}), "web page"),
        (Answer(b"PK", headers={"Content-Length": "5000000000"}), "5000000000"),
    ],
    ids=["404", "html", "too large"],
)
def test_a_workbook_in_trouble_is_told(
    online: Settings, web: WebServer, answer: Answer, told: str
) -> None:
    web.play(f"/media/1/{AUGUST}", answer)
    got = ingest.fetch_pages(online, "energy")
    assert got.files == {}
    assert told in got.trouble
    assert got.lines[-1] == f"  not fetched: {got.trouble}"


def test_one_workbook_in_trouble_does_not_keep_the_others(online: Settings, web: WebServer) -> None:
    rest = attachment("Weather (ET 7.1b to 7.4)", web.url(f"/media/2/{WEATHER}"))
    alone = attachment("Temperatures (ET 7.1a)", web.url("/media/3/ET_7.1a.xlsx"))
    web.page(OF_WEATHER, content_item([alone, rest], base_path=OF_WEATHER))
    got = ingest.fetch_pages(online, "weather")
    assert list(got.files) == [WEATHER]
    assert "ET_7.1a.xlsx" in got.trouble


def test_no_network_is_trouble_of_each_source(offline: Settings) -> None:
    for name in ingest.SOURCE_NAMES:
        got = ingest.fetch_pages(offline, name)
        assert "cannot be reached" in got.trouble
        assert got.files == {}


def test_the_usual_manners_unless_told_otherwise(offline: Settings, data: Path) -> None:
    assert ingest.download_policy(Settings(data=data)) is ingest.POLITE
    assert ingest.download_policy(offline).origins == offline.govuk_origins
    assert ingest.download_policy(offline).user_agent == ingest.POLITE.user_agent


def test_a_url_by_hand(online: Settings, web: WebServer) -> None:
    got = ingest.fetch_source(online, "url", web.url(f"/media/1/{AUGUST}"))
    assert (got.source, got.files) == ("by hand", {AUGUST: release()})
    assert got.records[AUGUST].source == web.url(f"/media/1/{AUGUST}")
    with pytest.raises(FetchError, match=r"example\.org/ET\.xlsx is not fetched") as caught:
        ingest.fetch_source(online, "url", "https://me:secret@example.org/ET.xlsx?key=1")
    assert "secret" not in str(caught.value)


def test_files_by_hand(offline: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"one")
    (tmp_path / "b.ods").write_bytes(b"two")
    got = ingest.fetch_source(offline, "file", f"{tmp_path}/a.xlsx, {tmp_path}/b.ods,")
    assert got.files == {"a.xlsx": b"one", "b.ods": b"two"}
    assert got.lines == ["by hand: a.xlsx, 3 bytes", "by hand: b.ods, 3 bytes"]
    assert got.records["a.xlsx"].source == "given by hand: a.xlsx"
    assert str(tmp_path) not in str(got.records)


def test_a_source_by_name(online: Settings) -> None:
    assert list(ingest.fetch_source(online, "source", "weather").files) == [WEATHER]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.xlsx", tmp_path):
        with pytest.raises(legacy_errors.NotAWorkbook) as caught:
            ingest.from_files([path])
        assert str(path) in str(caught.value)
        assert "readable" in str(caught.value)
        assert "vintage.json" not in str(caught.value)


def test_two_files_of_one_name_are_both_looked_at(offline: Settings, tmp_path: Path) -> None:
    parts = []
    for name, content in (("a", release()), ("b", release("2022-09")), ("c", release())):
        (tmp_path / name).mkdir()
        parts.append(delivered((AUGUST, content), folder=tmp_path / name))
    whole = ingest.from_files([tmp_path / name / AUGUST for name in "abc"])
    sha256 = hashlib.sha256(release("2022-09")).hexdigest()
    other = f"{sha256[:8]}-{AUGUST}"
    assert whole.files == {AUGUST: release(), other: release("2022-09")}
    assert whole.records[other].sha256 == sha256
    outcome = ingest.ingest(offline, parts)
    assert isinstance(outcome, RejectedVintage)
    assert {AUGUST, other} < {path.name for path in outcome.folder.iterdir()}


def test_nothing_delivered_is_nothing_to_keep(offline: Settings) -> None:
    nothing = ingest.fetch_pages(offline, "energy")
    assert ingest.ingest(offline, [nothing]) is None
    assert ingest.ingest(offline, []) is None
    assert not (offline.data / "vintages").exists()


def test_taken_in_and_nothing_new(offline: Settings, tmp_path: Path) -> None:
    embedded = newest_vintage(offline.data)
    august = delivered((AUGUST, release()), folder=tmp_path)
    kept = ingest.ingest(offline, [august])
    assert isinstance(kept, NewVintage)
    assert (kept.before, kept.vintage.month) == (embedded.vintage_id, "2022-08")
    assert newest_vintage(offline.data) == kept.vintage
    assert set(kept.vintage.hashes) == {AUGUST, WEATHER}
    found = kept.revisions.set_index(["month", "column"])
    for month, change in REVISED.items():
        for column in ("natural_gas", "total"):
            row = found.loc[(pd.Period(month, "M"), column)]
            assert row["new"] - row["old"] == pytest.approx(change)
    told = json.loads(json.dumps(ingest.ingest_summary(offline, kept, [august])))
    assert (told["result"], told["revisions"]) == ("kept", 4)
    assert told["vintage"] == kept.vintage.vintage_id
    assert {"index", "total", "revisions", "cover"} <= {one["name"] for one in told["checks"]}
    again = ingest.ingest(offline, [august])
    assert again == UnchangedVintage(kept.vintage)
    raw = ingest.from_files([RAW / ENERGY, RAW / WEATHER])
    assert ingest.ingest(offline, [raw]) == UnchangedVintage(kept.vintage)
    assert len(list_vintages(offline.data)) == 2
    ingest.require_accepted(kept)
    ingest.require_accepted(again)
    ingest.require_accepted(None)
    assert ingest.conclusion(kept, [august]) == (
        f"Kept {kept.vintage.vintage_id}: to 2022-08, 4 figures revised."
    )
    assert ingest.conclusion(again, []) == "Nothing new; what is held stays in use."


def test_refused_until_accepted(offline: Settings, tmp_path: Path) -> None:
    slip = delivered((AUGUST, release("2022-08", 3.0)), folder=tmp_path)
    before = list_vintages(offline.data)
    outcome = ingest.ingest(offline, [slip])
    assert isinstance(outcome, RejectedVintage)
    assert type(outcome.error) is legacy_errors.RevisedTooFar
    assert outcome.folder.parent == offline.data / "quarantine"
    assert list_vintages(offline.data) == before
    with pytest.raises(legacy_errors.VintageRefused) as caught:
        ingest.require_accepted(outcome)
    for told in (str(outcome.error), str(outcome.folder), "what was held stays in use"):
        assert told in str(caught.value)
    said = ingest.conclusion(outcome, [slip])
    assert said == f"Refused: {outcome.error} Set aside in {outcome.folder}."
    accepted = ingest.ingest(offline, [slip], ["revisions"])
    assert isinstance(accepted, NewVintage)
    record = read_record(accepted.vintage.folder)
    assert record is not None
    assert record.accepted == ("revisions",)
    with pytest.raises(legacy_errors.UnknownCheck):
        ingest.ingest(offline, [slip], ["total"])


def test_the_summary_of_nothing_new(offline: Settings) -> None:
    lost = ingest.fetch_pages(offline, "weather")
    assert json.loads(json.dumps(ingest.ingest_summary(offline, None, [lost]))) == {
        "result": "nothing new",
        "conclusion": "Nothing new; what is held stays in use. Not reached: weather.",
        "vintage": newest_vintage(offline.data).vintage_id,
        "revisions": 0,
        "checks": [],
        "not_reached": {"weather": lost.trouble},
    }


def test_where_nothing_is_held_there_is_no_vintage_to_name(tmp_path: Path) -> None:
    empty = Settings(data=tmp_path)
    assert ingest.ingest_summary(empty, None, [])["vintage"] is None
