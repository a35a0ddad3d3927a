"""What cannot be done is refused before anything is fitted or written, and by name."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from energy import errors
from energy.data.tables import TARGETS
from energy.forecasting.models import FORECASTERS
from energy.pipelines.prepare import TrainRequest, prepare_training
from energy.settings import Settings

RAW = Path(__file__).parents[2] / "data" / "raw"
WORKBOOK, WEATHER = "ET_1.2_SEP_22.xlsx", "Weather_SEP_22.ods"


def refused(folder: Path, error: type[Exception], data: Path | None = None, **changes: Any) -> str:
    """Ask for it; the message that it was refused with, in one line."""
    data = data or Settings.from_environment().data
    settings = Settings(str(folder / "store"), data, f"sqlite:///{folder}/mlruns/mlflow.db")
    with pytest.raises(error) as caught:
        prepare_training(settings, TrainRequest(**changes))
    assert not (folder / "mlruns").exists()
    assert {path.name for path in (folder / "store").rglob("*")} <= {".lock"}
    (line,) = str(caught.value).splitlines()
    return line


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"target": "tea"}, errors.UnknownTarget, ["'tea'", *TARGETS]),
        (
            {"forecasters": "theta,oracle"},
            errors.RequestError,
            ["'oracle'", "all", *FORECASTERS],
        ),
        ({"horizon": 0}, errors.RequestError, ["--horizon", "1 to 120"]),
        ({"horizon": 121}, errors.RequestError, ["--horizon", "1 to 120"]),
        ({"horizon": 500}, errors.RequestError, ["--horizon", "1 to 120"]),
        ({"folds": 0}, errors.RequestError, ["--folds", "1 to 60"]),
        ({"folds": 61}, errors.RequestError, ["--folds", "1 to 60"]),
        ({"start": "2018-01"}, errors.DataError, ["total", "55", "60"]),
        ({"start": "1994-01"}, errors.DataError, ["total", "1995-01"]),
        ({"start": "autumn"}, errors.RequestError, ["autumn", "2001-01"]),
        ({"store": "{file}/store"}, errors.StoreUnwritable, ["cannot be written"]),
        ({"store": "https://example.org/store"}, errors.EnergyError, ["s3://bucket/prefix"]),
        ({"store": "ftp://nowhere/x"}, errors.EnergyError, ["s3://bucket/prefix"]),
        ({"vintage": "1999-01-00000000"}, errors.EnergyError, ["1999-01-00000000", "2022-07-"]),
    ],
    ids=lambda value: " ".join(map(str, value.items())) if isinstance(value, dict) else "",
)
def test_what_cannot_be_done_is_refused_by_name(
    tmp_path: Path, changes: dict[str, Any], error: type[Exception], told: list[str]
) -> None:
    (tmp_path / "file").write_text("a file")
    if "store" in changes:
        changes = {"store": changes["store"].format(file=tmp_path / "file")}
    said = refused(tmp_path, error, **changes)
    assert not [word for word in told if word not in said], said


def missing(folder: Path) -> None:
    (folder / WORKBOOK).unlink()


def truncated(folder: Path) -> None:
    whole = (folder / WEATHER).read_bytes()
    (folder / WEATHER).write_bytes(whole[: len(whole) // 2])


def web_page(folder: Path) -> None:
    (folder / WORKBOOK).write_text("<!DOCTYPE html>\n<html><body>Sorry, not found</body></html>")


def altered_figure(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / WORKBOOK)
    sheet = book["Month"]
    (cell,) = (row[1] for row in sheet.iter_rows() if row[0].value == "March 2010")
    cell.value += 0.5
    book.save(folder / WORKBOOK)


def altered_bytes(folder: Path) -> None:
    with zipfile.ZipFile(folder / WORKBOOK, "a") as archive:
        archive.comment = b"the same figures"


def no_workbooks(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (missing, [WORKBOOK]),
        (truncated, [WEATHER, "cut short"]),
        (web_page, [WORKBOOK, "HTML"]),
        (altered_figure, [WORKBOOK, "Month", "2010-03"]),
        (altered_bytes, [WORKBOOK, "SHA-256"]),
        (no_workbooks, ["has no vintage"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_raw_files_that_are_not_what_they_were_are_refused_by_name(
    tmp_path: Path, spoil: Callable[[Path], None], told: list[str]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(RAW, data / "raw")
    spoil(data / "raw")
    with pytest.raises(errors.EnergyError) as caught:
        prepare_training(Settings(str(tmp_path / "store"), data), TrainRequest())
    (said,) = str(caught.value).splitlines()
    assert not [word for word in told if word not in said], said


@pytest.mark.parametrize("name", ["ENERGY_STORE", "MLFLOW_TRACKING_URI"])
def test_on_an_engine_nothing_is_kept_on_the_disk_of_one_task(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a release is promoted whose MLflow run no other training_plan can find."""
    monkeypatch.setenv("METAFLOW_EXTRACTED_ROOT", str(tmp_path))
    store = {"ENERGY_STORE": "", "MLFLOW_TRACKING_URI": "s3://bucket/store"}[name]
    told = refused(tmp_path, errors.RequestError, store=store)
    assert told.startswith(f"{name} is ")
    assert "docs/scale.md" in told
