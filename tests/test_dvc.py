"""DVC as a person uses it: in a clone of its own, with the committed configuration."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from s3_server import S3Server

ROOT = Path(__file__).parents[1]
FILES = ("dvc.yaml", "dvc.lock", "params.yaml", ".dvcignore", ".gitignore", "scripts")
FILES += (".dvc/config", ".dvc/.gitignore", ".dvc/plots", "energy", "data/raw")
FILES += ("data/processed/.gitignore", "data/processed/metrics.json")
CSV = ("monthly", "train", "test")

pytestmark = pytest.mark.e2e

Run = Callable[..., str]


def runner(folder: Path) -> Run:
    """Run a program in a folder; its words, or its failure with them."""
    here = Path(sys.executable).parent
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {
        **clean,
        "PATH": f"{here}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder),  # the clone's own code, not the installed
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(folder.parent / "site"),
        "DVC_GLOBAL_CONFIG_DIR": str(folder.parent / "global"),
        "DVC_SYSTEM_CONFIG_DIR": str(folder.parent / "system"),
        "GIT_CONFIG_GLOBAL": os.devnull,
    }

    def run(*command: str, code: int = 0, **more: str) -> str:
        ran = subprocess.run(
            command,
            cwd=folder,
            env={**environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == code, ran.stdout
        return ran.stdout

    return run


def csvs(project: Path) -> dict[str, bytes]:
    return {name: (project / f"data/processed/{name}.csv").read_bytes() for name in CSV}


def read(project: Path, name: str) -> pd.DataFrame:
    path = project / f"data/processed/{name}.csv"
    frame = pd.read_csv(path, index_col="month", float_precision="round_trip")
    return frame.set_index(pd.PeriodIndex(frame.index, freq="M", name="month"))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which `dvc repro` has run once, and which no test changes."""
    project = tmp_path_factory.mktemp("prepared") / "project"
    for name in FILES:
        source, target = ROOT / name, project / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    run = runner(project)
    run("git", "init", "--quiet")
    run("git", "add", "--all")
    run("git", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "--quiet", "-m", "clone")
    assert "Running stage 'prepare'" in run("dvc", "repro")
    return project


@pytest.fixture
def project(prepared: Path, tmp_path: Path) -> Path:
    """A copy of the prepared clone, to do with as a test likes."""
    return Path(shutil.copytree(prepared, tmp_path / "project", symlinks=True))


def test_a_clone_with_no_remote_makes_what_the_lock_records(prepared: Path) -> None:
    lock = yaml.safe_load((prepared / "dvc.lock").read_text("utf-8"))
    outputs = {out["path"] for out in lock["stages"]["prepare"]["outs"]}
    assert {f"data/processed/{name}.csv" for name in CSV} < outputs
    assert all(csvs(prepared).values())
    changed = runner(prepared)("git", "status", "--porcelain")
    assert changed == "", "the committed state is old: run `dvc repro` and commit what it changed"


def test_the_stage_depends_on_all_that_reads(prepared: Path) -> None:
    code = "import sys, scripts.dev.prepare_data; print(*sys.modules)"
    loaded = runner(prepared)(sys.executable, "-c", code).split()
    wanted = {f"{m.replace('.', '/')}.py" for m in loaded if m.startswith("energy.data.")}
    stage = yaml.safe_load((prepared / "dvc.yaml").read_text("utf-8"))["stages"]["prepare"]
    listed = {path for path in stage["deps"] if path.startswith("energy/")}
    assert listed == wanted, "dvc.yaml must list the modules that scripts/dev/prepare_data.py loads"


def test_nothing_is_made_twice(project: Path) -> None:
    times = {path: path.stat().st_mtime_ns for path in project.glob("data/processed/*")}
    assert "up to date" in runner(project)("dvc", "repro")
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_train_and_test_are_the_targets_months_cut_in_time(prepared: Path) -> None:
    params = yaml.safe_load((prepared / "params.yaml").read_text("utf-8"))["prepare"]
    monthly, train, test = (read(prepared, name) for name in CSV)
    span = monthly.loc[params["start"] : monthly[params["target"]].last_valid_index()]
    pd.testing.assert_frame_equal(pd.concat([train, test]), span)
    assert len(train) == round(0.8 * len(span))
    assert not span[params["target"]].isna().any()
    assert span.index.equals(pd.period_range("2001-01", "2022-07", freq="M", name="month"))
    assert monthly["provisional"].dtype == bool
    assert list(monthly.index[monthly["provisional"]]) == [pd.Period("2022-07", "M")]
    assert monthly.index[-1] == pd.Period("2022-08", "M")  # the weather reaches beyond the energy


def test_metrics_and_plots_are_declared(prepared: Path) -> None:
    run = runner(prepared)
    metrics = json.loads(run("dvc", "metrics", "show", "--json"))
    (found,) = metrics[""]["data"].values()
    assert found["data"]["train"]["months"] == 207
    (plot,) = json.loads(run("dvc", "plots", "show", "--json"))["data"].values()
    drawn = plot[0]["content"]
    parts = [row["filename"] for row in drawn["data"]["values"]]
    assert parts == 207 * ["train.csv"] + 52 * ["test.csv"]
    axes = [drawn["encoding"][axis] for axis in "xy"]
    assert [axis["field"] for axis in axes] == ["month", "total"]
    assert [axis["title"] for axis in axes] == ["Month", "Mtoe a month"]


def test_the_everyday_commands_of_docs_data_md(project: Path) -> None:
    run, before = runner(project), csvs(project)
    assert "up to date" in run("dvc", "status")
    run("dvc", "exp", "run", "-S", "prepare.share=0.7")
    assert len(read(project, "train")) == round(0.7 * 259)
    assert csvs(project)["monthly"] == before["monthly"]
    assert "train.months" in run("dvc", "metrics", "diff")


def test_other_parameters_make_other_files(project: Path) -> None:
    run, params, before = runner(project), project / "params.yaml", csvs(project)
    asked = params.read_text("utf-8")
    params.write_text(asked.replace("2001-01", "2005-01"), "utf-8")
    assert "Running stage 'prepare'" in run("dvc", "repro")
    after = csvs(project)
    assert after["monthly"] == before["monthly"]
    assert after["train"] != before["train"]
    assert read(project, "train").index[0] == pd.Period("2005-01", "M")
    params.write_text(asked.replace("target: total", "target: gas"), "utf-8")
    assert "error: Unknown target 'gas'" in run("dvc", "repro", code=255)


@pytest.mark.parametrize("remote", ["local", "s3"])
def test_what_is_pushed_comes_back(
    project: Path, remote: str, request: pytest.FixtureRequest
) -> None:
    run, before, extra = runner(project), csvs(project), {}
    if remote == "s3":
        server: S3Server = request.getfixturevalue("s3")
        none = project.parent / "none"  # a file, since DVC reads it where botocore would not
        none.touch()
        extra = {name: value for name, value in server.environment.items() if value}
        extra |= {"AWS_CONFIG_FILE": str(none), "AWS_SHARED_CREDENTIALS_FILE": str(none)}
        run("dvc", "remote", "add", "--local", "--default", "s3", f"s3://{server.bucket}/dvc")
    assert "3 files pushed" in run("dvc", "push", **extra)
    assert (project / ".dvc-store").is_dir() == (remote == "local")
    shutil.rmtree(project / ".dvc" / "cache")
    for name in CSV:
        (project / f"data/processed/{name}.csv").unlink()
    run("dvc", "pull", **extra)
    assert csvs(project) == before
    assert run("git", "status", "--porcelain", ".dvc") == ""  # the remote is this clone's alone


def test_the_committed_configuration_names_no_place_but_a_folder() -> None:
    config = (ROOT / ".dvc" / "config").read_text("utf-8")
    assert "url = ../.dvc-store" in config
    assert not [word for word in ("s3", "key", "secret", "http") if word in config]
