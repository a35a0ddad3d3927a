"""From statistics pages, URLs or files to a vintage in the archive or in quarantine."""

from __future__ import annotations

import functools
import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from made_results import ENERGY, OF_ENERGY, OF_WEATHER, RAW, WEATHER, make_release, put_online
from s3_server import free_ports
from web_server import Answer, WebServer, attachment, content_item

from energy.data.archive import list_vintages, newest_vintage
from energy.data.download import DEFAULT_POLICY
from energy.data.vintage_builder import NewVintage, RejectedVintage, UnchangedVintage
from energy.data.vintages import read_record
from energy.errors import DataError, FetchError
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


def read_august(content: bytes, folder: Path) -> FetchResult:
    (folder / AUGUST).write_bytes(content)
    return ingest.from_files([folder / AUGUST])


def test_the_workbooks_of_a_page_are_downloaded(online: Settings, web: WebServer) -> None:
    result = ingest.fetch_pages(online, "energy")
    assert result.files == {AUGUST: release()}
    assert result.error == ""
    page, offer, downloaded = result.lines
    url = web.url(f"/media/1/{AUGUST}")
    for fact in ("UK total energy", "updated 2022-09-29", web.url(OF_ENERGY)):
        assert fact in page
    assert "1.2: Inland energy consumption (ET 1.2 - monthly)" in offer
    assert url in offer
    sha256 = hashlib.sha256(release()).hexdigest()
    assert downloaded == f"  downloaded {AUGUST}, {len(release()):,} bytes, sha256 {sha256}"
    record = result.records[AUGUST]
    assert (record.sha256, record.url, record.etag) == (sha256, url, f'"{AUGUST}"')
    assert (record.source, record.published) == (web.url(OF_ENERGY), "2022-09-29")
    assert record.found_at


def test_archived_workbooks_are_not_downloaded_again(online: Settings, web: WebServer) -> None:
    new = ingest.ingest(online, [ingest.fetch_pages(online, "energy")])
    assert isinstance(new, NewVintage)
    record = read_record(new.vintage.folder)
    assert record is not None
    assert record.files[AUGUST].url == web.url(f"/media/1/{AUGUST}")
    assert record.files[AUGUST].tables == ("1.2",)
    web.asked.clear()
    result = ingest.fetch_pages(online, "energy")
    _, headers = web.asked[-1]
    assert headers["if-none-match"] == f'"{AUGUST}"'
    assert (result.files, result.error) == ({}, "")
    assert result.lines[-1].endswith(f"{AUGUST}: unchanged since the last download")
    assert ingest.ingest(online, [result]) is None
    # The same bytes, from a server that has no ETags.
    web.play(f"/media/1/{AUGUST}", Answer(release()))
    assert ingest.fetch_pages(online, "energy").files == {}
    web.play(f"/media/1/{AUGUST}", Answer(release("2022-09")))
    assert ingest.fetch_pages(online, "energy").files == {AUGUST: release("2022-09")}


@pytest.mark.parametrize(
    ("answer", "message"),
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
def test_a_page_that_fails_is_reported(
    online: Settings, web: WebServer, answer: Answer, message: str
) -> None:
    web.play(f"/api/content{OF_ENERGY}", answer)
    result = ingest.fetch_pages(online, "energy")
    assert (result.source, result.files, result.records) == ("energy", {}, {})
    assert message in result.error
    assert result.lines == [f"energy: {result.error}"]
    assert ingest.fetch_pages(online, "weather").error == ""


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(b"nothing here", 404), "404"),
        (Answer(b"<html>Sorry</html>", headers={"Content-Type": "text/html"}), "web page"),
        (Answer(b"PK", headers={"Content-Length": "5000000000"}), "5000000000"),
    ],
    ids=["404", "html", "too large"],
)
def test_a_workbook_that_fails_is_reported(
    online: Settings, web: WebServer, answer: Answer, message: str
) -> None:
    web.play(f"/media/1/{AUGUST}", answer)
    result = ingest.fetch_pages(online, "energy")
    assert result.files == {}
    assert message in result.error
    assert result.lines[-1] == f"  not downloaded: {result.error}"


def test_a_workbook_that_fails_does_not_stop_the_others(online: Settings, web: WebServer) -> None:
    rest = attachment("Weather (ET 7.1b to 7.4)", web.url(f"/media/2/{WEATHER}"))
    alone = attachment("Temperatures (ET 7.1a)", web.url("/media/3/ET_7.1a.xlsx"))
    web.page(OF_WEATHER, content_item([alone, rest], base_path=OF_WEATHER))
    result = ingest.fetch_pages(online, "weather")
    assert list(result.files) == [WEATHER]
    assert "ET_7.1a.xlsx" in result.error


def test_the_default_policy_unless_places_are_set(offline: Settings, data: Path) -> None:
    assert ingest.download_policy(Settings(data=data)) is DEFAULT_POLICY
    assert ingest.download_policy(offline).origins == offline.govuk_origins


def test_a_url(online: Settings, web: WebServer) -> None:
    result = ingest.fetch_source(online, "url", web.url(f"/media/1/{AUGUST}"))
    assert (result.source, result.files) == ("by hand", {AUGUST: release()})
    assert result.records[AUGUST].source == web.url(f"/media/1/{AUGUST}")
    with pytest.raises(FetchError, match=r"example\.org/ET\.xlsx is not downloaded") as caught:
        ingest.fetch_source(online, "url", "https://me:secret@example.org/ET.xlsx?key=1")
    assert "secret" not in str(caught.value)


def test_files(offline: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"one")
    (tmp_path / "b.ods").write_bytes(b"two")
    result = ingest.fetch_source(offline, "file", f"{tmp_path}/a.xlsx, {tmp_path}/b.ods,")
    assert result.files == {"a.xlsx": b"one", "b.ods": b"two"}
    assert result.lines == ["by hand: a.xlsx, 3 bytes", "by hand: b.ods, 3 bytes"]
    assert result.records["a.xlsx"].source == "given by hand: a.xlsx"
    assert str(tmp_path) not in str(result.records)


def test_a_missing_file(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.xlsx", tmp_path):
        with pytest.raises(DataError) as caught:
            ingest.from_files([path])
        assert str(path) in str(caught.value)
        assert "readable" in str(caught.value)
        assert "vintage.json" not in str(caught.value)


def test_two_files_of_one_name_are_both_checked(offline: Settings, tmp_path: Path) -> None:
    results = []
    for name, content in (("a", release()), ("b", release("2022-09")), ("c", release())):
        (tmp_path / name).mkdir()
        results.append(read_august(content, tmp_path / name))
    merged = ingest.from_files([tmp_path / name / AUGUST for name in "abc"])
    sha256 = hashlib.sha256(release("2022-09")).hexdigest()
    other = f"{sha256[:8]}-{AUGUST}"
    assert merged.files == {AUGUST: release(), other: release("2022-09")}
    assert merged.records[other].sha256 == sha256
    outcome = ingest.ingest(offline, results)
    assert isinstance(outcome, RejectedVintage)
    assert {AUGUST, other} < {path.name for path in outcome.folder.iterdir()}


def test_no_workbooks_make_no_vintage(offline: Settings) -> None:
    nothing = ingest.fetch_pages(offline, "energy")
    assert ingest.ingest(offline, [nothing]) is None
    assert ingest.ingest(offline, []) is None
    assert not (offline.data / "vintages").exists()


def test_a_new_vintage_and_then_nothing_new(offline: Settings, tmp_path: Path) -> None:
    embedded = newest_vintage(offline.data)
    august = read_august(release(), tmp_path)
    new = ingest.ingest(offline, [august])
    assert isinstance(new, NewVintage)
    assert (new.before, new.vintage.month) == (embedded.vintage_id, "2022-08")
    assert newest_vintage(offline.data) == new.vintage
    assert set(new.vintage.hashes) == {AUGUST, WEATHER}
    revisions = new.revisions.set_index(["month", "column"])
    for month, change in REVISED.items():
        for column in ("natural_gas", "total"):
            row = revisions.loc[(pd.Period(month, "M"), column)]
            assert row["new"] - row["old"] == pytest.approx(change)
    summary = json.loads(json.dumps(ingest.ingest_summary(offline, new, [august])))
    assert (summary["result"], summary["revisions"]) == ("kept", 4)
    assert summary["vintage"] == new.vintage.vintage_id
    assert {"index", "total", "revisions", "cover"} <= {
        check["name"] for check in summary["checks"]
    }
    again = ingest.ingest(offline, [august])
    assert again == UnchangedVintage(new.vintage)
    raw = ingest.from_files([RAW / ENERGY, RAW / WEATHER])
    assert ingest.ingest(offline, [raw]) == UnchangedVintage(new.vintage)
    assert len(list_vintages(offline.data)) == 2
    ingest.require_accepted(new)
    ingest.require_accepted(again)
    ingest.require_accepted(None)
    assert ingest.conclusion(new, [august]) == (
        f"Added vintage {new.vintage.vintage_id}: to 2022-08, 4 figures revised."
    )
    assert ingest.conclusion(again, []) == "Nothing new; the vintage in use stays in use."


def test_refused_until_accepted(offline: Settings, tmp_path: Path) -> None:
    slip = read_august(release("2022-08", 3.0), tmp_path)
    before = list_vintages(offline.data)
    outcome = ingest.ingest(offline, [slip])
    assert isinstance(outcome, RejectedVintage)
    assert "accept the check 'revisions'" in str(outcome.error)
    assert outcome.folder.parent == offline.data / "quarantine"
    assert list_vintages(offline.data) == before
    with pytest.raises(DataError) as caught:
        ingest.require_accepted(outcome)
    for fact in (str(outcome.error), str(outcome.folder), "the vintage in use stays in use"):
        assert fact in str(caught.value)
    line = ingest.conclusion(outcome, [slip])
    assert line == f"Refused: {outcome.error} Quarantined in {outcome.folder}."
    accepted = ingest.ingest(offline, [slip], ["revisions"])
    assert isinstance(accepted, NewVintage)
    record = read_record(accepted.vintage.folder)
    assert record is not None
    assert record.accepted == ("revisions",)
    with pytest.raises(DataError, match="Cannot accept total"):
        ingest.ingest(offline, [slip], ["total"])


def test_the_summary_of_nothing_new(offline: Settings) -> None:
    failed = ingest.fetch_pages(offline, "weather")
    assert json.loads(json.dumps(ingest.ingest_summary(offline, None, [failed]))) == {
        "result": "nothing new",
        "conclusion": "Nothing new; the vintage in use stays in use. Not reached: weather.",
        "vintage": newest_vintage(offline.data).vintage_id,
        "revisions": 0,
        "checks": [],
        "not_reached": {"weather": failed.error},
    }


def test_the_summary_of_an_empty_archive(tmp_path: Path) -> None:
    empty = Settings(data=tmp_path)
    assert ingest.ingest_summary(empty, None, [])["vintage"] is None
