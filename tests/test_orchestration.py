"""How a flow starts and ends on any machine."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import pytest

from energy.orchestration import (
    is_task_local,
    prepare_environment,
    record_failure,
    run_flow,
    set_run_summary,
)
from energy.settings import ROOT

NOTES = "ENERGY_RUN_NOTES"


@pytest.fixture(autouse=True)
def _a_run_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NOTES, raising=False)


def test_the_environment_is_set() -> None:
    environ = {"USER": "ada"}
    prepare_environment(environ)
    cores = str(os.cpu_count())
    assert environ == {
        "USER": "ada",
        "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(ROOT),
        "METAFLOW_S3_WORKER_COUNT": "4",
        "METAFLOW_KUBERNETES_MEMORY": "1024",
        "METAFLOW_RUN_MAX_WORKERS": cores,
        "METAFLOW_RESUME_MAX_WORKERS": cores,
        "METAFLOW_PYLINT": "0",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def test_what_the_user_has_set_is_kept() -> None:
    mine = {
        "METAFLOW_USER": "grace",
        "METAFLOW_DATASTORE_SYSROOT_LOCAL": "/elsewhere",
        "METAFLOW_S3_WORKER_COUNT": "64",
        "METAFLOW_KUBERNETES_MEMORY": "8192",
        "METAFLOW_RUN_MAX_WORKERS": "7",
        "METAFLOW_RESUME_MAX_WORKERS": "3",
        "METAFLOW_PYLINT": "1",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "9",
        "OMP_NUM_THREADS": "4",
        "OPENBLAS_NUM_THREADS": "5",
        "MKL_NUM_THREADS": "6",
    }
    environ = dict(mine)
    prepare_environment(environ)
    assert environ == mine


def test_a_task_on_an_engine_keeps_its_metadata_in_its_folder() -> None:
    """Metaflow collects it there from Batch and Kubernetes."""
    environ = {"USER": "ada", "METAFLOW_EXTRACTED_ROOT": "/home/metaflow"}
    prepare_environment(environ)
    assert "METAFLOW_DATASTORE_SYSROOT_LOCAL" not in environ
    assert environ["OMP_NUM_THREADS"] == "1"


@pytest.mark.parametrize(
    ("place", "local"),
    [
        ("/home/metaflow/.mf_code/store", True),
        ("sqlite:////home/metaflow/.mf_code/mlruns/mlflow.db", True),
        ("/home/metaflows/store", False),
        ("/data/store", False),
        ("s3://bucket/home/metaflow/store", False),
        ("https://mlflow.example", False),
    ],
)
def test_places_in_a_task_s_own_folder(place: str, local: bool) -> None:
    assert is_task_local(place, {"METAFLOW_EXTRACTED_ROOT": "/home/metaflow"}) is local
    assert not is_task_local(place, {})


def test_resume_has_the_workers_of_run() -> None:
    environ = {"USER": "ada", "METAFLOW_RUN_MAX_WORKERS": "7"}
    prepare_environment(environ)
    assert environ["METAFLOW_RESUME_MAX_WORKERS"] == "7"


@pytest.mark.parametrize("environ", [{}, {"USER": "root"}, {"USER": ""}, {"METAFLOW_USER": "root"}])
@pytest.mark.parametrize("login", ["root", None, KeyError, OSError])
def test_a_user_without_a_name_gets_one(
    environ: dict[str, str], login: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def getuser() -> object:
        if isinstance(login, type):
            raise login("no such user")
        return login

    monkeypatch.setattr(getpass, "getuser", getuser)
    environ = dict(environ)
    prepare_environment(environ)
    assert environ["METAFLOW_USER"] == "local"


def test_the_login_is_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")
    environ: dict[str, str] = {}
    prepare_environment(environ)
    assert environ["METAFLOW_USER"] == "ada"


def test_the_environment_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"USER": "ada"})
    prepare_environment()
    assert os.environ["METAFLOW_PYLINT"] == "0"


def test_a_run_prints_its_summary(capsys: pytest.CaptureFixture[str]) -> None:
    run_flow(lambda: set_run_summary("Champion: thetà\nall is well"))
    assert capsys.readouterr().out == "\nChampion: thetà\nall is well\n"
    assert NOTES not in os.environ


@pytest.mark.parametrize("code", [0, None])
def test_metaflow_exits_with_a_code(code: int | None, capsys: pytest.CaptureFixture[str]) -> None:
    def flow() -> None:
        set_run_summary("done")
        raise SystemExit(code)

    run_flow(flow)
    assert capsys.readouterr().out == "\ndone\n"


def test_a_failed_run_prints_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def flow() -> None:
        print("working")
        record_failure("the file\n   is  gone")
        raise SystemExit(1)

    with pytest.raises(SystemExit) as stop:
        run_flow(flow)
    assert stop.value.code == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("working\n", "error: the file is gone\n")
    assert NOTES not in os.environ


def test_a_failed_run_prints_no_summary(capsys: pytest.CaptureFixture[str]) -> None:
    def flow() -> None:
        set_run_summary("all is well")
        raise SystemExit(2)

    with pytest.raises(SystemExit):
        run_flow(flow)
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_a_failure_before_a_retry_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    def flow() -> None:
        record_failure("the first attempt failed")
        raise SystemExit(0)

    run_flow(flow)
    assert capsys.readouterr().err == ""


def test_a_task_leaves_the_printing_to_its_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(NOTES, str(tmp_path))

    def task() -> None:
        set_run_summary("words")
        record_failure("reason")
        raise SystemExit(1)

    with pytest.raises(SystemExit):
        run_flow(task)
    assert capsys.readouterr() == ("", "")
    assert (tmp_path / "summary").read_text() == "words"
    assert (tmp_path / "failure").read_text() == "reason"
    assert os.environ[NOTES] == str(tmp_path)


def test_a_remote_task_prints_its_summary(capsys: pytest.CaptureFixture[str]) -> None:
    set_run_summary("words")
    record_failure("reason")
    assert capsys.readouterr() == ("words\n", "")
