"""docs/deploy.md describes the variables, workflows and alarms that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "deploy.md").read_text("utf-8")
WORKFLOWS = "\n".join(
    path.read_text("utf-8") for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
)
MODULE = ROOT / "terraform"


def module() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(MODULE.glob("*.tf")))


def test_every_variable_and_secret_of_a_workflow_is_documented() -> None:
    used = set(re.findall(r"\b(?:vars|secrets)\.(\w+)", WORKFLOWS))
    assert {
        name for name in used if f"`{name}`" not in TEXT and f"set {name} " not in TEXT
    } == set()


def test_documented_workflows_are_those_that_exist() -> None:
    workflows = {path.stem for path in (ROOT / ".github" / "workflows").glob("*.yml")}
    assert set(re.findall(r"^\| `(\w+)` \| .* \| .* \|$", TEXT, re.MULTILINE)) >= workflows
    assert set(re.findall(r"(\w+)\.yml", TEXT)) <= workflows


def test_every_alarm_is_documented() -> None:
    block = re.search(r"alarms = \{\n(.*?)\n  \}\n", module(), re.DOTALL)
    assert block
    alarms = set(re.findall(r"^    ([a-z0-9-]+)\s+= \{$", block[1], re.MULTILINE))
    assert len(alarms) >= 8
    rows = set(re.findall(r"^\| `([a-z0-9-]+)` \|", TEXT, re.MULTILINE))
    assert alarms <= rows
    assert rows - alarms <= {"ci", "deploy", "retrain", "monitor", "destroy"}


def test_documented_terraform_variables_exist() -> None:
    declared = set(re.findall(r'^variable "(\w+)"', module(), re.MULTILINE))
    named = set(re.findall(r"`(\w+_\w+|tracing|architecture|authorization)(?: = [^`]+)?`", TEXT))
    others = {"stale_reason", "no_release", "champion_refused", "x86_64"}
    assert {name for name in named - others if name.islower()} <= declared


def test_tfvars_example_sets_exactly_the_required_variables() -> None:
    required = {
        name
        for name, body in re.findall(r'(?ms)^variable "(\w+)" \{\n(.*?)^\}', module())
        if not re.search(r"(?m)^  default\b", body)
    }
    example = (MODULE / "terraform.tfvars.example").read_text("utf-8")
    assert set(re.findall(r"(?m)^(\w+) *=", example)) == required


def test_documented_outputs_exist() -> None:
    outputs = set(re.findall(r'^output "(\w+)"', module(), re.MULTILINE))
    read = set(re.findall(r"output -raw (\w+)", TEXT)) | set(
        re.findall(r"\$\(output (\w+)\)", TEXT)
    )
    assert {"api_url", "bucket"} <= read <= outputs
