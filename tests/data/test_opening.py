"""The figures of either kind of data set are opened alike."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from own_series import TOML, rows, with_weather, write

from energy import legacy_errors
from energy.data.dataset import UK, read_dataset_file
from energy.data.loader import configured_dataset, load_dataset
from energy.errors import NoData
from energy.settings import Settings


def test_the_shipped_data_set_is_read_from_its_archive(embedded_data: Path) -> None:
    found = load_dataset(UK, embedded_data)
    assert found.vintage_id.startswith("2022-07-")
    assert set(found.hashes) == {"ET_1.2_SEP_22.xlsx", "Weather_SEP_22.ods"}
    assert found.document["vintage_id"] == found.vintage_id
    assert found.document["title"] == "UK energy consumption"
    assert found.document["units"]["temperature"] == "deg C"
    assert load_dataset(UK, embedded_data, found.vintage_id).hashes == found.hashes


def test_an_archive_without_what_is_asked_for(tmp_path: Path, embedded_data: Path) -> None:
    with pytest.raises(NoData):
        load_dataset(UK, tmp_path)
    with pytest.raises(legacy_errors.UnknownVintage):
        load_dataset(UK, embedded_data, "1999-01-00000000")


def test_a_csv_is_known_by_its_bytes_and_its_last_month(tmp_path: Path) -> None:
    dataset = read_dataset_file(write(tmp_path))
    found = load_dataset(dataset, tmp_path / "nowhere")
    content = (tmp_path / "mill.csv").read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    assert found.hashes == {"mill.csv": sha256}
    assert found.vintage_id.startswith("2022-12-")
    (file,) = found.document["files"]
    assert (found.document["release"], file["source"]) == ("December 2022", "")
    assert (file["name"], file["sha256"], file["bytes"]) == ("mill.csv", sha256, len(content))
    assert load_dataset(dataset, tmp_path).vintage_id == found.vintage_id
    (tmp_path / "mill.csv").write_bytes(content + b"\n")
    assert load_dataset(dataset, tmp_path).vintage_id != found.vintage_id


def test_a_csv_s_release_carries_every_figure_of_it(tmp_path: Path) -> None:
    toml = 'attribution = "By the miller."\nlicence = "MIT"\n' + TOML
    found = load_dataset(read_dataset_file(write(tmp_path, toml=toml)), tmp_path).document
    assert (found["title"], found["unit"]) == ("Flour from the mill", "tonnes")
    assert (found["attribution"], found["licence"]) == ("By the miller.", "MIT")
    assert found["units"] == dict.fromkeys(("flour", "rye", "wheat"), "tonnes")
    assert (found["first_month"], len(found["columns"]["rye"])) == ("2015-01", 96)
    assert (found["before"], found["revisions"], found["provisional"]) == ("", [], [])


def test_files_that_happen_to_lie_beside_a_csv_are_nobody_s_business(tmp_path: Path) -> None:
    dataset = read_dataset_file(write(tmp_path))
    (tmp_path / "vintage.json").write_text("no record")
    (tmp_path / "revisions.csv").write_text("no revisions")
    assert load_dataset(dataset, tmp_path).document["revisions"] == []


def test_weather_beyond_the_figures_is_no_later_month(tmp_path: Path) -> None:
    last = with_weather(tmp_path)
    lines = (tmp_path / "mill.csv").read_text().splitlines()
    *_, warm, heat = lines[-1].split(",")
    lines[-1] = f"2022-12,,,,{warm},{heat}"
    (tmp_path / "mill.csv").write_text("\n".join(lines))
    found = load_dataset(read_dataset_file(last), tmp_path)
    assert found.vintage_id.startswith("2022-11-")
    assert str(found.frame.index[-1]) == "2022-12"


def test_no_vintage_can_be_asked_for_of_a_csv(tmp_path: Path) -> None:
    with pytest.raises(
        legacy_errors.OnlyAsItStands, match="--vintage needs vintages that were kept"
    ):
        load_dataset(read_dataset_file(write(tmp_path)), tmp_path, "2022-12-00000000")


def test_the_settings_name_the_data_set(tmp_path: Path) -> None:
    assert configured_dataset(Settings()) is UK
    file = write(tmp_path, rows(70))
    assert configured_dataset(Settings(dataset=file)).name == "mill"
    with pytest.raises(legacy_errors.BadDataset):
        configured_dataset(Settings(dataset=tmp_path / "nowhere.toml"))
