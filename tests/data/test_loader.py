"""Data sets loaded from the archive or a CSV, and their document."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made_results import make_release
from own_series import TOML, rows, with_weather, write

from energy.contract import SCHEMA
from energy.data.archive import newest_vintage
from energy.data.dataset import UK, read_dataset_file
from energy.data.frame import read_frame
from energy.data.loader import configured_dataset, data_document, load_dataset
from energy.data.vintages import open_vintage
from energy.errors import DataError, NoData
from energy.pipelines import ingest
from energy.settings import Settings


def test_the_built_in_data_set_is_loaded_from_its_archive(embedded_data: Path) -> None:
    loaded = load_dataset(UK, embedded_data)
    assert loaded.vintage_id.startswith("2022-07-")
    assert set(loaded.hashes) == {"ET_1.2_SEP_22.xlsx", "Weather_SEP_22.ods"}
    assert loaded.document["vintage_id"] == loaded.vintage_id
    assert loaded.document["title"] == "UK energy consumption"
    assert loaded.document["units"]["temperature"] == "deg C"
    assert load_dataset(UK, embedded_data, loaded.vintage_id).hashes == loaded.hashes


def test_a_missing_vintage(tmp_path: Path, embedded_data: Path) -> None:
    with pytest.raises(NoData):
        load_dataset(UK, tmp_path)
    with pytest.raises(DataError):
        load_dataset(UK, embedded_data, "1999-01-00000000")


def test_the_vintage_of_a_csv_is_its_bytes_and_its_last_month(tmp_path: Path) -> None:
    dataset = read_dataset_file(write(tmp_path))
    loaded = load_dataset(dataset, tmp_path / "nowhere")
    content = (tmp_path / "mill.csv").read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    assert loaded.hashes == {"mill.csv": sha256}
    assert loaded.vintage_id.startswith("2022-12-")
    (file,) = loaded.document["files"]
    assert (loaded.document["release"], file["source"]) == ("December 2022", "")
    assert (file["name"], file["sha256"], file["bytes"]) == ("mill.csv", sha256, len(content))
    assert load_dataset(dataset, tmp_path).vintage_id == loaded.vintage_id
    (tmp_path / "mill.csv").write_bytes(content + b"\n")
    assert load_dataset(dataset, tmp_path).vintage_id != loaded.vintage_id


def test_the_document_of_a_csv(tmp_path: Path) -> None:
    toml = 'attribution = "By the miller."\nlicence = "MIT"\n' + TOML
    loaded = load_dataset(read_dataset_file(write(tmp_path, toml=toml)), tmp_path).document
    assert (loaded["title"], loaded["unit"]) == ("Flour from the mill", "tonnes")
    assert (loaded["attribution"], loaded["licence"]) == ("By the miller.", "MIT")
    assert loaded["units"] == dict.fromkeys(("flour", "rye", "wheat"), "tonnes")
    assert (loaded["first_month"], len(loaded["columns"]["rye"])) == ("2015-01", 96)
    assert (loaded["before"], loaded["revisions"], loaded["provisional"]) == ("", [], [])


def test_other_files_beside_a_csv_are_ignored(tmp_path: Path) -> None:
    dataset = read_dataset_file(write(tmp_path))
    (tmp_path / "vintage.json").write_text("no record")
    (tmp_path / "revisions.csv").write_text("no revisions")
    assert load_dataset(dataset, tmp_path).document["revisions"] == []


def test_weather_beyond_the_figures_does_not_count_for_the_vintage(tmp_path: Path) -> None:
    last = with_weather(tmp_path)
    lines = (tmp_path / "mill.csv").read_text().splitlines()
    *_, warm, heat = lines[-1].split(",")
    lines[-1] = f"2022-12,,,,{warm},{heat}"
    (tmp_path / "mill.csv").write_text("\n".join(lines))
    loaded = load_dataset(read_dataset_file(last), tmp_path)
    assert loaded.vintage_id.startswith("2022-11-")
    assert str(loaded.frame.index[-1]) == "2022-12"


def test_a_csv_has_no_vintages(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--vintage needs archived vintages"):
        load_dataset(read_dataset_file(write(tmp_path)), tmp_path, "2022-12-00000000")


def test_the_data_set_of_the_settings(tmp_path: Path) -> None:
    assert configured_dataset(Settings()) is UK
    file = write(tmp_path, rows(70))
    assert configured_dataset(Settings(dataset=file)).name == "mill"
    with pytest.raises(DataError):
        configured_dataset(Settings(dataset=tmp_path / "nowhere.toml"))


def make_document(root: Path) -> dict[str, Any]:
    archived = newest_vintage(root)
    vintage = open_vintage(archived.folder)
    return data_document(read_frame(vintage), vintage, archived)


def test_a_document_has_every_figure_and_null_for_none(embedded_data: Path) -> None:
    document = json.loads(json.dumps(make_document(embedded_data), allow_nan=False))
    frame = read_frame(open_vintage(embedded_data / "raw"))
    assert document["first_month"] == "1991-01"
    for name, values in document["columns"].items():
        expected = frame[name].reset_index(drop=True).rename(None)
        pd.testing.assert_series_equal(pd.Series(values, dtype=float), expected, atol=1e-6)
    assert None in document["columns"]["degree_days"]


def test_a_document_names_the_sources(embedded_data: Path) -> None:
    document = make_document(embedded_data)
    assert (document["release"], document["unit"], document["before"]) == (
        "September 2022",
        "Mtoe",
        "",
    )
    assert document["provisional"] == ["2022-07"]
    assert [file["name"] for file in document["files"]] == [
        "ET_1.2_SEP_22.xlsx",
        "Weather_SEP_22.ods",
    ]
    assert all(len(file["sha256"]) == 64 for file in document["files"])
    assert all(file["source"].startswith("http") for file in document["files"])
    assert {file["published"] for file in document["files"]} == {"2022-09-29"}
    assert "Open Government Licence" in document["attribution"]
    assert document["revisions"] == []
    assert document["schema"] == SCHEMA


def test_a_document_without_records(embedded_data: Path) -> None:
    archived = newest_vintage(embedded_data)
    vintage = open_vintage(archived.folder)
    bare = replace(vintage, files=tuple(replace(file, record=None) for file in vintage.files))
    document = data_document(read_frame(vintage), bare, archived)
    assert [(file["source"], file["published"]) for file in document["files"]] == [("", "")] * 2


def test_a_document_has_the_revisions_of_the_vintage_before(
    tmp_path: Path, embedded_data: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "raw").symlink_to(embedded_data / "raw")
    revised = tmp_path / "ET_1.2_OCT_22.xlsx"
    revised.write_bytes(make_release("2022-08", {"2022-07": -0.2}))
    settings = Settings(data=tmp_path / "data")
    ingest.require_accepted(ingest.ingest(settings, [ingest.from_files([revised])]))
    document = make_document(tmp_path / "data")
    assert document["before"].startswith("2022-07-")
    changed = {
        (row["month"], row["column"]): row["new"] - row["old"] for row in document["revisions"]
    }
    assert set(changed) == {("2022-07", "total"), ("2022-07", "natural_gas")}
    assert round(changed["2022-07", "total"], 6) == -0.2
