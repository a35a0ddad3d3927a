"""The archive: vintages listed in order, folders written completely and never overwritten."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from vintage_building import DECEMBER, JANUARY, WEATHER, take

from energy.data.archive import (
    find_vintage,
    identify_vintage,
    list_vintages,
    lock_folder,
    make_vintage_id,
    newest_vintage,
    write_folder,
)
from energy.data.vintage_builder import NewVintage
from energy.data.vintages import open_vintage
from energy.errors import DataError, NoData


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("both")
    assert isinstance(take(folder, ET=DECEMBER, W=WEATHER), NewVintage)
    assert isinstance(take(folder, ET_JAN=JANUARY), NewVintage)
    return folder


@pytest.fixture
def root(both: Path, tmp_path: Path) -> Path:
    """Two vintages: December's, and January's energy with the weather of before."""
    return Path(shutil.copytree(both, tmp_path / "data"))


def test_an_id_is_of_the_last_month_and_the_bytes() -> None:
    first = make_vintage_id("2022-07", ["a" * 64, "b" * 64])
    assert first == make_vintage_id("2022-07", ["b" * 64, "a" * 64])
    assert first.startswith("2022-07-")
    assert len(first) == 16
    assert first != make_vintage_id("2022-07", ["a" * 64])
    assert first < make_vintage_id("2022-08", ["a" * 64])


def test_the_embedded_vintage_is_listed(raw: Path) -> None:
    (embedded,) = [v for v in list_vintages(raw.parent) if v.folder == raw]
    assert embedded.vintage_id == identify_vintage(open_vintage(raw)) == "2022-07-f084447a"
    assert (embedded.month, embedded.release, embedded.kept_at) == ("2022-07", "September 2022", "")
    assert find_vintage(raw.parent, embedded.vintage_id) == embedded


def test_vintages_are_listed_oldest_first(root: Path) -> None:
    first, second = list_vintages(root)
    assert (first.month, second.month) == ("2004-12", "2005-01")
    assert newest_vintage(root) == second
    assert find_vintage(root, first.vintage_id) == first
    assert first.folder == root / "vintages" / first.vintage_id
    for archived in (first, second):
        assert identify_vintage(open_vintage(archived.folder)) == archived.vintage_id
        assert open_vintage(archived.folder).hashes == archived.hashes
        assert open_vintage(archived.folder).release == archived.release == "February 2005"
    assert second.revisions()["column"].to_list() == ["total", "natural_gas", "total", "petroleum"]
    assert first.revisions().empty


def test_of_one_month_the_later_archived_is_the_newer(root: Path) -> None:
    for folder in (root / "vintages").iterdir():
        if folder.name.startswith("2004-12"):
            again = folder.with_name("2004-12-00000000")
            shutil.copytree(folder, again)
    record = json.loads((again / "vintage.json").read_text())
    for wrong in ("", "2005-03-09", "yesterday", 5):
        (again / "vintage.json").write_text(json.dumps({**record, "kept_at": wrong}))
        with pytest.raises(DataError, match="kept_at"):
            list_vintages(root)
    for kept_at, place in (
        ("2005-03-11T00:00:00.000000+00:00", 1),
        ("2005-03-09T00:00:00+00:00", 0),
    ):
        (again / "vintage.json").write_text(json.dumps({**record, "kept_at": kept_at}))
        assert list_vintages(root)[place].vintage_id == "2004-12-00000000"


def test_the_embedded_bytes_archived_as_well_are_one_vintage(root: Path) -> None:
    shutil.copytree(list_vintages(root)[0].folder, root / "raw")
    assert len(list_vintages(root)) == 2
    assert list_vintages(root)[0].folder.parent.name == "vintages"


def test_other_files_are_ignored(root: Path) -> None:
    before = list_vintages(root)
    (root / "vintages" / ".new-killed").mkdir()
    (root / "vintages" / "notes.txt").write_text("mine")
    assert list_vintages(root) == before


def test_an_unknown_id_is_refused(root: Path) -> None:
    for unknown in ("2004-12-ffffffff", "../raw", ""):
        with pytest.raises(DataError) as caught:
            find_vintage(root, unknown)
        assert f"No vintage {unknown!r} in " in str(caught.value)
        assert ", ".join(v.vintage_id for v in list_vintages(root)) in str(caught.value)


def test_an_empty_archive(tmp_path: Path) -> None:
    assert list_vintages(tmp_path / "none") == []
    with pytest.raises(NoData):
        newest_vintage(tmp_path)


def test_a_damaged_vintage_is_refused(root: Path) -> None:
    folder = newest_vintage(root).folder
    (folder / "ET_JAN.xlsx").write_bytes(DECEMBER)
    with pytest.raises(DataError):
        open_vintage(newest_vintage(root).folder)
    (folder / "ET_JAN.xlsx").unlink()
    with pytest.raises(DataError):
        list_vintages(root)
    (folder / "vintage.json").unlink()
    with pytest.raises(DataError):
        list_vintages(root)


def test_a_folder_is_written_completely(tmp_path: Path) -> None:
    with lock_folder(tmp_path / "a" / "b"):
        write_folder(tmp_path / "a" / "b" / "one", {"x.ods": b"1", "vintage.json": b"{}"})
    contents = {path.name: path.read_bytes() for path in (tmp_path / "a" / "b" / "one").iterdir()}
    assert contents == {"x.ods": b"1", "vintage.json": b"{}"}


def test_files_are_on_the_disk_before_the_folder_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, synced, real = tmp_path / "one", list[tuple[int, bool]](), os.fsync

    def fsync(handle: int) -> None:
        synced.append((os.fstat(handle).st_ino, folder.exists()))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    write_folder(folder, {"x.ods": b"1"})
    for path, exists in ((folder / "x.ods", False), (folder, False), (tmp_path, True)):
        assert (path.stat().st_ino, exists) in synced


def test_an_existing_folder_is_never_changed(tmp_path: Path) -> None:
    with lock_folder(tmp_path):
        write_folder(tmp_path / "one", {"x.ods": b"1"})
        with pytest.raises(FileExistsError, match="never overwritten"):
            write_folder(tmp_path / "one", {"x.ods": b"2"})
    assert (tmp_path / "one" / "x.ods").read_bytes() == b"1"


def test_the_next_writer_removes_what_a_killed_writer_left(tmp_path: Path) -> None:
    unfinished, complete = tmp_path / ".new-0123", tmp_path / "one"
    for folder in (unfinished, complete):
        folder.mkdir()
        (folder / "x.ods").write_bytes(b"1")
    with lock_folder(tmp_path):
        assert not unfinished.exists()
    assert complete.exists()


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("where a folder should be")
    with (
        pytest.raises(DataError, match=rf"(File exists|Not a directory): {tmp_path}/file"),
        lock_folder(tmp_path / "file"),
    ):
        pass


def test_the_reason_of_an_error_without_a_path(tmp_path: Path) -> None:
    for error, reason in (
        (OSError(28, "No space left on device"), r"written: No space left on device\. "),
        (OSError("odd"), "OSError: odd"),
        (NotImplementedError("no locks"), "NotImplementedError: no locks"),
    ):
        with pytest.raises(DataError, match=reason), lock_folder(tmp_path):
            raise error
