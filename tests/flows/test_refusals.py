"""Bad input: one clear line, a non-zero exit, and the release in service as it was."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from flow_runs import Checkout, check_out, contents, put_in_service
from s3_server import free_ports

from energy.data.tables import TARGETS
from energy.forecasting.bench import BENCH

pytestmark = pytest.mark.e2e
ENERGY, WEATHER = "ET_1.2_SEP_22.xlsx", "Weather_SEP_22.ods"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout with a release in service, one per test worker."""
    made = check_out(tmp_path_factory.mktemp("refusals"))
    put_in_service(str(made.store))
    return made


def missing(folder: Path) -> None:
    (folder / ENERGY).unlink()


def truncated(folder: Path) -> None:
    whole = (folder / WEATHER).read_bytes()
    (folder / WEATHER).write_bytes(whole[: len(whole) // 2])


def web_page(folder: Path) -> None:
    (folder / ENERGY).write_text("<!DOCTYPE html>\n<html><body>Sorry, not found</body></html>")


def altered_figure(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / ENERGY)
    sheet = book["Month"]
    (cell,) = (row[1] for row in sheet.iter_rows() if row[0].value == "March 2010")
    cell.value += 0.5
    book.save(folder / ENERGY)


def altered_bytes(folder: Path) -> None:
    with zipfile.ZipFile(folder / ENERGY, "a") as archive:
        archive.comment = b"the same figures"


def no_workbooks(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (missing, [ENERGY]),
        (truncated, [WEATHER, "cut short"]),
        (web_page, [ENERGY, "HTML"]),
        (altered_figure, [ENERGY, "Month", "2010-03"]),
        (altered_bytes, [ENERGY, "SHA-256"]),
        (no_workbooks, ["holds no vintage"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_raw_files(
    checkout: Checkout, tmp_path: Path, spoil: Callable[[Path], None], told: list[str]
) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(checkout.root / "data" / "raw", raw)
    spoil(raw)
    before = contents(checkout.store)
    said = checkout.flow("run", ENERGY_DATA=str(tmp_path)).refused()
    assert not [word for word in told if word not in said], said
    assert contents(checkout.store) == before
    assert not (checkout.root / "mlruns").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--target", "tea"], ["'tea'", *TARGETS]),
        (["--forecasters", "theta,oracle"], ["'oracle'", "all", *BENCH]),
        (["--horizon", "0"], ["--horizon", "1 to 120"]),
        (["--horizon", "500"], ["--horizon", "1 to 120"]),
        (["--folds", "0"], ["--folds", "1 to 60"]),
        (["--start", "2018-01"], ["total", "55", "60"]),
        (["--start", "1994-01"], ["total", "1995-01"]),
        (["--start", "autumn"], ["autumn", "2001-01"]),
        (["--store", "{file}/store"], ["cannot be written"]),
        (["--store", "https://example.org/store"], ["s3://bucket/prefix"]),
    ],
    ids=lambda value: " ".join(value) if str(value[0]).startswith("--") else "",
)
def test_requests(
    checkout: Checkout, tmp_path: Path, arguments: list[str], told: list[str]
) -> None:
    (tmp_path / "file").write_text("a file")
    before = contents(checkout.store)
    asked = [argument.format(file=tmp_path / "file") for argument in arguments]
    said = checkout.flow("run", *asked).refused()
    assert not [word for word in told if word not in said], said
    assert contents(checkout.store) == before
    assert not (checkout.root / "mlruns").exists()


def test_an_s3_store_that_is_not_there(checkout: Checkout) -> None:
    (port,) = free_ports(1)
    said = checkout.flow(
        *("run", "--store", "s3://energy/nowhere"),
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}",
        AWS_ACCESS_KEY_ID="AKNOBODY",
        AWS_SECRET_ACCESS_KEY="hunter2hunter2",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_EC2_METADATA_DISABLED="true",
    ).refused()
    assert "s3://energy/nowhere" in said
    assert "cannot be written" in said
    assert "hunter2" not in said


@dataclass(frozen=True)
class _Typo:
    arguments: tuple[str, ...]
    told: str


@pytest.mark.parametrize(
    "typo",
    [
        _Typo(("--horizon", "many"), "many"),
        _Typo(("--horzion", "12"), "--horzion"),
    ],
    ids=["no number", "no option"],
)
def test_what_the_command_line_refuses(checkout: Checkout, typo: _Typo) -> None:
    before = contents(checkout.store)
    ended = checkout.flow("run", *typo.arguments)
    assert ended.code != 0
    assert typo.told in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
    assert contents(checkout.store) == before
