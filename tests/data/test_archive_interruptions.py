"""Killed at any step, or several ingests at once: the old state or the new one."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from data_building import xlsx
from vintage_building import JANUARY, energy, take, weather

from energy.data import archive
from energy.data.archive import list_vintages, lock_folder, newest_vintage
from energy.data.vintage_builder import NewVintage, RejectedVintage, UnchangedVintage
from energy.data.vintages import open_vintage
from energy.errors import DataError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes by fork")
WRITES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}
KILLED = 9


def killed_before(step: int, root: Path, act: Callable[[], object]) -> bool:
    """Whether a process that does something was killed before its nth change of the disk."""
    child = os.fork()
    if child == 0:
        left = step

        def count(event: str, arguments: tuple) -> None:
            nonlocal left
            changes = event in WRITES or (
                event == "open" and int(arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR)
            )
            if changes and str(arguments[0]).startswith(str(root)):
                left -= 1
                if left == 0:
                    os._exit(KILLED)

        sys.addaudithook(count)
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, KILLED)
    return code == KILLED


def killed_at_each_step(root: Path, act: Callable[[], object]) -> Iterator[int]:
    """Every step, each on what the ones before left behind; it ends when nothing was killed."""
    step = 1
    while killed_before(step, root, act):
        yield step
        step += 1


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_killed_at_any_step_a_vintage_is_complete_or_absent(root: Path) -> None:
    old = list_vintages(root)
    seen = []
    for step in killed_at_each_step(root, lambda: take(root, ET=JANUARY)):
        now = list_vintages(root)
        assert now[:1] == old
        assert names(root / "vintages") == [vintage.vintage_id for vintage in now]
        for vintage in now[1:]:
            assert len(open_vintage(vintage.folder).tables) == 6
            assert len(names(vintage.folder)) == 5
        seen.append(len(now))
        assert step < 60
    assert set(seen) == {1, 2}
    assert seen == sorted(seen)
    assert len(seen) > 8
    assert take(root, ET=JANUARY) == UnchangedVintage(newest_vintage(root))
    assert newest_vintage(root).month == "2005-01"
    assert not [*(root / "vintages").glob(".new-*")]


def test_killed_at_any_step_a_quarantine_is_complete_or_absent(root: Path) -> None:
    old = list_vintages(root)
    seen = []
    for _ in killed_at_each_step(root, lambda: take(root, ET=b"junk")):
        quarantined = names(root / "quarantine") if (root / "quarantine").exists() else []
        for name in quarantined:
            assert names(root / "quarantine" / name) == ["ET.xlsx", "reason.json"]
        assert list_vintages(root) == old
        seen.append(len(quarantined))
    assert set(seen) == {0, 1}
    outcome = take(root, ET=b"junk")
    assert isinstance(outcome, RejectedVintage)
    assert names(root / "quarantine") == [outcome.folder.name]


@pytest.mark.parametrize("call", ["fsync", "rename", "open"])
def test_a_disk_that_fails_changes_nothing(
    root: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = list_vintages(root)
    owner = {"fsync": os, "rename": Path, "open": Path}[call]
    real = getattr(owner, call)

    def fail(*arguments: object, **options: object) -> object:
        if call == "open" and "xb" not in arguments:
            return real(*arguments, **options)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(owner, call, fail)
        with pytest.raises(DataError, match="No space left"):
            take(root, ET=JANUARY)
    assert list_vintages(root) == old
    assert not [*(root / "vintages").glob(".new-*")]
    assert isinstance(take(root, ET=JANUARY), NewVintage)


def _ingest(root: Path, files: dict[str, bytes], start: Barrier, outcomes: "Queue[str]") -> None:
    start.wait()
    outcomes.put(type(take(root, **files)).__name__)


def at_once(root: Path, *ingests: dict[str, bytes]) -> list[str]:
    fork = multiprocessing.get_context("fork")
    start, results = fork.Barrier(len(ingests)), fork.Queue()
    running = [fork.Process(target=_ingest, args=(root, i, start, results)) for i in ingests]
    for process in running:
        process.start()
    outcomes = sorted(results.get(timeout=60) for _ in running)
    for process in running:
        process.join()
    return outcomes


def test_the_same_workbooks_at_once_are_one_vintage(root: Path) -> None:
    outcomes = at_once(root, *[{"ET": JANUARY}] * 4)
    assert outcomes == ["NewVintage", "UnchangedVintage", "UnchangedVintage", "UnchangedVintage"]
    assert len(list_vintages(root)) == 2


def test_two_workbooks_at_once_make_a_vintage_with_both(root: Path) -> None:
    assert at_once(root, {"ET": JANUARY}, {"W": xlsx(weather(2006))}) == [
        "NewVintage",
        "NewVintage",
    ]
    assert len(list_vintages(root)) == 3
    last = open_vintage(newest_vintage(root).folder)
    assert str(last.tables["1.2"].figures.index[-1]) == "2005-01"
    assert str(last.tables["7.4"].figures.index[-1]) == "2006-01"


def test_two_months_at_once_never_leave_the_older_as_newest(root: Path) -> None:
    february = xlsx(energy("2005-02"))
    outcomes = at_once(root, {"ET": JANUARY}, {"ET": february})
    assert outcomes in (["NewVintage", "NewVintage"], ["NewVintage", "RejectedVintage"])
    assert newest_vintage(root).month == "2005-02"


def test_threads_are_kept_apart(root: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: take(root, ET=JANUARY), range(4)))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "NewVintage",
        *["UnchangedVintage"] * 3,
    ]


def test_a_writer_that_waits_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LOCK_SECONDS", 0.05)
    with lock_folder(tmp_path), pytest.raises(DataError, match=r"\.lock"), lock_folder(tmp_path):
        pass
