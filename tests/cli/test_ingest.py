"""`energy ingest`, as a person or a script runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from command import Energy
from made_results import ENERGY, RAW, make_release, put_online
from s3_server import free_ports
from web_server import WebServer, direct, web_server

from energy.data.archive import list_vintages, newest_vintage
from energy.data.frame import read_frame
from energy.data.vintages import open_vintage

AUGUST = "ET_1.2_OCT_22.xlsx"
REAL = RAW.parents[2] / "shared" / "data" / "2022-09"
COMMAND = [sys.executable, "-c", "from energy.cli import main; main()"]


@pytest.fixture(scope="module")
def august(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of a newer release, with one figure revised, whose name has a comma."""
    path = tmp_path_factory.mktemp("given") / "ET 1.2, OCT 22.xlsx"
    path.write_bytes(make_release("2022-08", {"2022-05": 0.25}))
    return path


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The embedded vintage, and no other; the web is out of reach."""
    shutil.copytree(RAW, tmp_path / "data" / "raw")
    (port,) = free_ports(1)
    monkeypatch.setenv("ENERGY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ENERGY_GOVUK_API", f"http://127.0.0.1:{port}/api/content")
    monkeypatch.setenv("ENERGY_GOVUK_ORIGINS", f"http://127.0.0.1:{port}")
    direct(monkeypatch)
    return tmp_path / "data"


@pytest.fixture
def web(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    with web_server() as server:
        for name, value in put_online(server, make_release(), AUGUST).items():
            monkeypatch.setenv(name, value)
        yield server


def folders(data: Path, name: str) -> list[str]:
    paths = (data / name).iterdir() if (data / name).exists() else ()
    return sorted(path.name for path in paths if not path.name.startswith("."))


def test_a_file(data: Path, august: Path, energy: Energy) -> None:
    output = energy("ingest", "--file", august).splitlines()
    assert (energy.code, energy.err) == (0, "")
    new = newest_vintage(data)
    assert folders(data, "vintages") == [new.vintage_id]
    size = august.stat().st_size
    assert output == [
        f"by hand: {august.name}, {size:,} bytes",
        f"Added vintage {new.vintage_id}: to 2022-08, 2 figures revised.",
    ]
    assert energy("ingest", "--file", august).splitlines()[1:] == [
        "Nothing new; the vintage in use stays in use."
    ]
    assert energy.code == 0
    assert len(list_vintages(data)) == 2


def test_json_is_json_and_nothing_else(data: Path, august: Path, energy: Energy) -> None:
    summary = json.loads(energy("ingest", "--file", august, "--json"))
    assert (energy.code, energy.err) == (0, "")
    assert (summary["result"], summary["revisions"], summary["not_reached"]) == ("kept", 2, {})
    assert summary["vintage"] == newest_vintage(data).vintage_id
    assert all(check["passed"] for check in summary["checks"] if check["blocking"])
    summary = json.loads(energy("ingest", "--file", RAW / ENERGY, "--json"))
    assert (summary["result"], summary["vintage"]) == (
        "nothing new",
        newest_vintage(data).vintage_id,
    )


def test_a_file_that_is_refused_and_then_accepted(
    data: Path, tmp_path: Path, energy: Energy
) -> None:
    """As a process, with the exit status and streams that a script sees."""
    bad = tmp_path / "ET.xlsx"
    bad.write_bytes(make_release("2022-08", {"2022-05": 3.0}))
    before = list_vintages(data)
    command = [*COMMAND, "ingest", "--json", "--file", str(bad)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("error: total of 2022-05: found 12.870, which became 15.870")
    assert line.endswith("the vintage in use stays in use.")
    (folder,) = folders(data, "quarantine")
    assert folder in line
    assert list_vintages(data) == before
    energy("ingest", "--file", bad, "--accept", "revisions")
    assert (energy.code, energy.err) == (0, "")
    assert newest_vintage(data).month == "2022-08"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--file", "nowhere.xlsx"), "nowhere.xlsx is not a workbook: found no readable file"),
        (("--file", RAW / ENERGY, "--accept", "luck"), "luck; expected any of cover,"),
    ],
)
def test_an_error_is_one_line(
    data: Path, energy: Energy, arguments: tuple[str | Path, ...], message: str
) -> None:
    energy("ingest", *arguments)
    assert energy.code == 1
    (line,) = energy.err.splitlines()
    assert line.startswith("error: ")
    assert message in line


def test_no_network(data: Path, energy: Energy) -> None:
    output = energy("ingest").splitlines()
    assert (energy.code, energy.err) == (0, "")
    assert [line.partition(":")[0] for line in output[:2]] == ["energy", "weather"]
    assert all("cannot be reached" in line for line in output[:2])
    assert output[2:] == [
        "Nothing new; the vintage in use stays in use. Not reached: energy, weather."
    ]


def test_the_web(data: Path, web: WebServer, energy: Energy) -> None:
    output = energy("ingest")
    assert (energy.code, energy.err) == (0, "")
    assert f"  downloaded {AUGUST}, " in output
    new = newest_vintage(data)
    assert output.endswith(f"Added vintage {new.vintage_id}: to 2022-08, 0 figures revised.\n")
    assert energy("ingest").endswith("Nothing new; the vintage in use stays in use.\n")
    summary = json.loads(energy("ingest", "--url", web.url(f"/media/1/{AUGUST}"), "--json"))
    assert summary["result"] == "nothing new"
    assert len(list_vintages(data)) == 2


def test_the_published_workbooks_give_the_embedded_figures(data: Path, energy: Energy) -> None:
    if not REAL.is_dir():
        pytest.skip("the published workbooks in ../shared are not here")
    files = [part for path in sorted(REAL.iterdir()) for part in ("--file", path)]
    output = energy("ingest", *files)
    assert (energy.code, energy.err) == (0, "")
    new = newest_vintage(data)
    assert output.endswith(f"Added vintage {new.vintage_id}: to 2022-07, 0 figures revised.\n")
    assert set(new.hashes) == {path.name for path in REAL.iterdir()}
    frame = read_frame(open_vintage(new.folder))
    pd.testing.assert_frame_equal(frame, read_frame(open_vintage(RAW)), check_exact=True)


def test_two_at_once_leave_one_vintage(data: Path, august: Path) -> None:
    command = [*COMMAND, "ingest", "--json", "--file", str(august)]
    both = [
        subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    ended = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], ended
    summaries = [json.loads(out) for out, _ in ended]
    assert sorted(summary["result"] for summary in summaries) == ["kept", "nothing new"]
    (kept,) = folders(data, "vintages")
    assert {summary["vintage"] for summary in summaries} == {kept}
    assert len(open_vintage(data / "vintages" / kept).tables) == 6
    assert folders(data, "quarantine") == []
