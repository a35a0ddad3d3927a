import json
import shutil
from pathlib import Path

import pytest
from vintage_building import DECEMBER, JANUARY, WEATHER, take

from energy import legacy_errors
from energy.data.archive import (
    find_vintage,
    identify_vintage,
    list_vintages,
    newest_vintage,
    vintage_id,
)
from energy.data.vintage_builder import NewVintage
from energy.data.vintages import open_vintage
from energy.errors import NoData


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("both")
    assert isinstance(take(folder, ET=DECEMBER, W=WEATHER), NewVintage)
    assert isinstance(take(folder, ET_JAN=JANUARY), NewVintage)
    return folder


@pytest.fixture
def root(both: Path, tmp_path: Path) -> Path:
    """Two vintages held: December's, and January's energy with the weather of before."""
    return Path(shutil.copytree(both, tmp_path / "data"))


def test_an_id_is_the_last_month_and_the_bytes_whatever_they_are_called() -> None:
    first = vintage_id("2022-07", ["a" * 64, "b" * 64])
    assert first == vintage_id("2022-07", ["b" * 64, "a" * 64])
    assert first.startswith("2022-07-")
    assert len(first) == 16
    assert first != vintage_id("2022-07", ["a" * 64])
    assert first < vintage_id("2022-08", ["a" * 64])


def test_the_embedded_vintage_is_held(raw: Path) -> None:
    (one,) = [one for one in list_vintages(raw.parent) if one.folder == raw]
    assert one.vintage_id == identify_vintage(open_vintage(raw)) == "2022-07-f084447a"
    assert (one.month, one.release, one.kept_at) == ("2022-07", "September 2022", "")
    assert find_vintage(raw.parent, one.vintage_id) == one


def test_every_vintage_is_found_oldest_first(root: Path) -> None:
    first, second = list_vintages(root)
    assert (first.month, second.month) == ("2004-12", "2005-01")
    assert newest_vintage(root) == second
    assert find_vintage(root, first.vintage_id) == first
    assert first.folder == root / "vintages" / first.vintage_id
    for one in (first, second):
        assert identify_vintage(open_vintage(one.folder)) == one.vintage_id
        assert open_vintage(one.folder).hashes == one.hashes
        assert open_vintage(one.folder).release == one.release == "February 2005"
    assert second.revisions()["column"].to_list() == [
        "total",
        "natural_gas",
        "total",
        "petroleum",
    ]
    assert first.revisions().empty


def test_of_one_month_the_later_kept_is_the_newer(root: Path) -> None:
    for folder in (root / "vintages").iterdir():
        if folder.name.startswith("2004-12"):
            again = folder.with_name("2004-12-00000000")
            shutil.copytree(folder, again)
    record = json.loads((again / "vintage.json").read_text())
    for wrong in ("", "2005-03-09", "yesterday", 5):
        (again / "vintage.json").write_text(json.dumps({**record, "kept_at": wrong}))
        with pytest.raises(legacy_errors.BadRecord):
            list_vintages(root)
    for kept_at, place in (
        ("2005-03-11T00:00:00.000000+00:00", 1),
        ("2005-03-09T00:00:00+00:00", 0),
    ):
        (again / "vintage.json").write_text(json.dumps({**record, "kept_at": kept_at}))
        assert list_vintages(root)[place].vintage_id == "2004-12-00000000"


def test_the_embedded_bytes_kept_as_well_are_one_vintage(root: Path) -> None:
    shutil.copytree(list_vintages(root)[0].folder, root / "raw")
    assert len(list_vintages(root)) == 2
    assert list_vintages(root)[0].folder.parent.name == "vintages"


def test_what_is_no_vintage_is_passed_over(root: Path) -> None:
    before = list_vintages(root)
    (root / "vintages" / ".new-killed").mkdir()
    (root / "vintages" / "notes.txt").write_text("mine")
    assert list_vintages(root) == before


def test_an_id_that_is_not_held_is_refused(root: Path) -> None:
    for unknown in ("2004-12-ffffffff", "../raw", ""):
        with pytest.raises(legacy_errors.UnknownVintage) as caught:
            find_vintage(root, unknown)
        assert caught.value.known == [one.vintage_id for one in list_vintages(root)]


def test_nothing_held_is_told(tmp_path: Path) -> None:
    assert list_vintages(tmp_path / "none") == []
    with pytest.raises(NoData):
        newest_vintage(tmp_path)


def test_a_vintage_that_somebody_spoilt_is_told(root: Path) -> None:
    folder = newest_vintage(root).folder
    (folder / "ET_JAN.xlsx").write_bytes(DECEMBER)
    with pytest.raises(legacy_errors.AlteredFile):
        open_vintage(newest_vintage(root).folder)
    (folder / "ET_JAN.xlsx").unlink()
    with pytest.raises(legacy_errors.MissingFile):
        list_vintages(root)
    (folder / "vintage.json").unlink()
    with pytest.raises(legacy_errors.BadRecord):
        list_vintages(root)
