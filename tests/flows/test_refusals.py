"""Bad input: one clear line, a non-zero exit, and the release in service as it was."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
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
    """A checkout with a release in service, one per test worker."""
    made = check_out(tmp_path_factory.mktemp("refusals"))
    put_in_service(str(made.store))
    return made


def test_raw_files_that_are_not_what_they_were(checkout: Checkout, tmp_path: Path) -> None:
    """One way to spoil them: tests/test_preparing_refuses.py has the others, and their words."""
    shutil.copytree(checkout.root / "data" / "raw", tmp_path / "raw")
    book = openpyxl.load_workbook(tmp_path / "raw" / ENERGY)
    (cell,) = (row[1] for row in book["Month"].iter_rows() if row[0].value == "March 2010")
    cell.value += 0.5
    book.save(tmp_path / "raw" / ENERGY)
    before = contents(checkout.store)
    said = checkout.flow("run", ENERGY_DATA=str(tmp_path)).refused()
    for told in (ENERGY, "Month", "2010-03"):
        assert told in said
    assert contents(checkout.store) == before
    assert not (checkout.root / "mlruns").exists()


def test_a_request_for_what_there_is_not(checkout: Checkout) -> None:
    """One of many: tests/test_preparing_refuses.py has the others, and their words."""
    before = contents(checkout.store)
    said = checkout.flow("run", "--target", "tea").refused()
    for told in ("'tea'", *TARGETS):
        assert told in said
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
