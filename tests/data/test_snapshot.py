"""data.json: the figures a release was made from, and where they are from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
from made_results import make_release

from energy.contract import SCHEMA
from energy.data import loader
from energy.data.archive import newest_vintage
from energy.data.frame import read_frame
from energy.data.vintages import open_vintage
from energy.pipelines import ingest
from energy.settings import Settings


def made(root: Path) -> dict:
    held = newest_vintage(root)
    vintage = open_vintage(held.folder)
    return loader.data_document(read_frame(vintage), vintage, held)


def test_it_holds_every_figure_and_null_where_there_is_none(embedded_data: Path) -> None:
    found = json.loads(json.dumps(made(embedded_data), allow_nan=False))
    frame = read_frame(open_vintage(embedded_data / "raw"))
    assert found["first_month"] == "1991-01"
    for name, values in found["columns"].items():
        expected = frame[name].reset_index(drop=True).rename(None)
        pd.testing.assert_series_equal(pd.Series(values, dtype=float), expected, atol=1e-6)
    assert None in found["columns"]["degree_days"]


def test_it_says_where_the_figures_are_from(embedded_data: Path) -> None:
    found = made(embedded_data)
    assert (found["release"], found["unit"], found["before"]) == ("September 2022", "Mtoe", "")
    assert found["provisional"] == ["2022-07"]
    assert [file["name"] for file in found["files"]] == [
        "ET_1.2_SEP_22.xlsx",
        "Weather_SEP_22.ods",
    ]
    assert all(len(file["sha256"]) == 64 for file in found["files"])
    assert all(file["source"].startswith("http") for file in found["files"])
    assert {file["published"] for file in found["files"]} == {"2022-09-29"}
    assert "Open Government Licence" in found["attribution"]
    assert found["revisions"] == []


def test_it_says_nothing_of_what_no_record_tells(embedded_data: Path) -> None:
    held = newest_vintage(embedded_data)
    vintage = open_vintage(held.folder)
    bare = replace(vintage, files=tuple(replace(file, record=None) for file in vintage.files))
    found = loader.data_document(read_frame(vintage), bare, held)
    assert [(file["source"], file["published"]) for file in found["files"]] == [("", "")] * 2


def test_it_is_a_document_of_the_schema_that_readers_know(embedded_data: Path) -> None:
    assert made(embedded_data)["schema"] == SCHEMA


def test_it_tells_what_was_revised_since_the_vintage_before(
    tmp_path: Path, embedded_data: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "raw").symlink_to(embedded_data / "raw")
    revised = tmp_path / "ET_1.2_OCT_22.xlsx"
    revised.write_bytes(make_release("2022-08", {"2022-07": -0.2}))
    settings = Settings(data=tmp_path / "data")
    ingest.require_accepted(ingest.ingest(settings, [ingest.from_files([revised])]))
    found = made(tmp_path / "data")
    assert found["before"].startswith("2022-07-")
    changed = {(row["month"], row["column"]): row["new"] - row["old"] for row in found["revisions"]}
    assert set(changed) == {("2022-07", "total"), ("2022-07", "natural_gas")}
    assert round(changed["2022-07", "total"], 6) == -0.2
