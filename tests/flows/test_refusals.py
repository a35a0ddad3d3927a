"""Bad input: one line of error, a non-zero exit, and the live release unchanged."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
from flow_runs import Checkout, check_out, contents, put_in_service
from s3_server import free_ports

from energy.data.tables import TARGETS

pytestmark = pytest.mark.e2e
ENERGY = "ET_1.2_SEP_22.xlsx"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout with a live release, one per test worker."""
    made = check_out(tmp_path_factory.mktemp("refusals"))
    put_in_service(str(made.store))
    return made


def test_altered_raw_files(checkout: Checkout, tmp_path: Path) -> None:
    """One example; the tests of `prepare` have the others."""
    shutil.copytree(checkout.root / "data" / "raw", tmp_path / "raw")
    book = openpyxl.load_workbook(tmp_path / "raw" / ENERGY)
    (cell,) = (row[1] for row in book["Month"].iter_rows() if row[0].value == "March 2010")
    cell.value += 0.5
    book.save(tmp_path / "raw" / ENERGY)
    before = contents(checkout.store)
    error = checkout.flow("run", ENERGY_DATA=str(tmp_path)).refused()
    for text in (ENERGY, "Month", "2010-03"):
        assert text in error
    assert contents(checkout.store) == before
    assert not (checkout.root / "mlruns").exists()


def test_an_s3_store_without_a_server(checkout: Checkout) -> None:
    (port,) = free_ports(1)
    error = checkout.flow(
        *("run", "--store", "s3://energy/nowhere"),
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}",
        AWS_ACCESS_KEY_ID="AKNOBODY",
        AWS_SECRET_ACCESS_KEY="hunter2hunter2",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_EC2_METADATA_DISABLED="true",
    ).refused()
    assert "s3://energy/nowhere" in error
    assert "cannot be written" in error
    assert "hunter2" not in error


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (("--horizon", "many"), ("many",)),
        (("--horzion", "12"), ("--horzion",)),
        (("--target", "tea"), ("error: ", "'tea'", *TARGETS)),
    ],
    ids=["no number", "no option", "no target"],
)
def test_wrong_usage(checkout: Checkout, arguments: tuple[str, ...], texts: list[str]) -> None:
    before = contents(checkout.store)
    ended = checkout.flow("run", *arguments)
    assert ended.code != 0
    assert [text for text in texts if text not in ended.stderr.splitlines()[-1]] == []
    assert "Traceback" not in ended.stderr
    assert contents(checkout.store) == before
    assert not (checkout.root / "mlruns").exists()
