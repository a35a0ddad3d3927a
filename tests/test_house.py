"""The house's own files are what those who read them expect: GitHub, Codespaces, pre-commit."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
FORMS = ROOT / ".github" / "ISSUE_TEMPLATE"
CONTAINER = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "build", "postCreateCommand", "forwardPorts"],
    "properties": {
        "name": {"type": "string"},
        "build": {
            "type": "object",
            "additionalProperties": False,
            "required": ["dockerfile"],
            "properties": {"dockerfile": {"type": "string"}, "context": {"type": "string"}},
        },
        "remoteUser": {"type": "string"},
        "hostRequirements": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "cpus": {"type": "integer", "minimum": 1},
                "memory": {"type": "string", "pattern": r"^\d+([tgmk]b)?$"},
            },
        },
        "postCreateCommand": {"type": "string"},
        "forwardPorts": {"type": "array", "items": {"type": "integer", "maximum": 65535}},
        "portsAttributes": {
            "type": "object",
            "patternProperties": {
                r"^\d+$": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "label": {"type": "string"},
                        "onAutoForward": {"enum": ["notify", "openBrowser", "silent", "ignore"]},
                    },
                }
            },
            "additionalProperties": False,
        },
        "customizations": {"type": "object"},
    },
}
"""What of the dev container specification is used here: no package holds its schema."""


def checked(schema: str, *files: Path) -> tuple[int, str]:
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", f"vendor.{schema}"]
    ran = subprocess.run([*command, *map(str, files)], check=False, capture_output=True, text=True)
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-issue-forms", [path for path in FORMS.glob("*.yml") if path.stem != "config"]),
        ("github-issue-config", [FORMS / "config.yml"]),
        ("citation-file-format", [ROOT / "CITATION.cff"]),
    ],
)
def test_a_file_is_as_its_schema_says(schema: str, files: list[Path]) -> None:
    assert files
    code, told = checked(schema, *files)
    assert code == 0, told


def test_the_citation_is_of_this_package() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert f'version = "{cited["version"]}"' in project
    assert f'license = "{cited["license"]}"' in project
    (holder,) = [one["name"] for one in cited["authors"]]
    assert holder in (ROOT / "LICENSE").read_text("utf-8")


def test_the_changelog_is_kept() -> None:
    """Keep a Changelog: newest first, each heading one of its six."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", text, re.MULTILINE)
    assert versions[0] == ("Unreleased", "")
    assert all(date for _, date in versions[1:])
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_hooks_before_a_commit_are_those_of_make_lint() -> None:
    """Every tool is the environment's own, pinned by our lock, or the machine's Terraform."""
    path = ROOT / ".pre-commit-config.yaml"
    ran = subprocess.run(
        [BIN / "pre-commit", "validate-config", path], check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (repo,) = yaml.safe_load(path.read_text("utf-8"))["repos"]
    assert repo["repo"] == "local"
    entries = {hook["id"]: hook["entry"].split()[0] for hook in repo["hooks"]}
    assert entries.pop("terraform-fmt") == "terraform"
    assert set(entries) == {"black", "ruff", "mypy", "nbstripout"}
    assert [entry for entry in entries.values() if not (BIN / Path(entry).name).exists()] == []


def test_the_dev_container_is_one() -> None:
    path = ROOT / ".devcontainer" / "devcontainer.json"
    found = json.loads(path.read_text("utf-8"))
    Draft202012Validator(CONTAINER).validate(found)
    assert (path.parent / found["build"]["dockerfile"]).is_file()
    assert set(found["portsAttributes"]) == set(map(str, found["forwardPorts"]))
    assert {8501, 5000, 8000, 9000} <= set(found["forwardPorts"])
    makefile = (ROOT / "Makefile").read_text("utf-8")
    program, target = found["postCreateCommand"].split()
    assert program == "make"
    assert f"\n{target}: " in makefile


@pytest.mark.parametrize("folder", [".devcontainer", "flows", "lambda_handler"])
def test_a_dockerfile_is_clean_and_of_one_python(folder: str) -> None:
    dockerfile = ROOT / folder / "Dockerfile"
    ran = subprocess.run(
        [BIN / "hadolint", dockerfile], check=False, capture_output=True, text=True
    )
    assert (ran.returncode, ran.stdout) == (0, "")
    handler = (ROOT / "lambda_handler" / "Dockerfile").read_text("utf-8")
    (python,) = set(re.findall(r"^FROM python:([\d.]+)-", handler, re.MULTILINE))
    assert f"FROM python:{python}-" in dockerfile.read_text("utf-8")
