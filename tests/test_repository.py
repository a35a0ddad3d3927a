"""Files for GitHub, Codespaces, pre-commit and Docker are valid and match the project."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
FORMS = ROOT / ".github" / "ISSUE_TEMPLATE"


def check_schema(schema: str, *files: Path) -> tuple[int, str]:
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
def test_file_matches_its_schema(schema: str, files: list[Path]) -> None:
    assert files
    code, output = check_schema(schema, *files)
    assert code == 0, output


def test_citation_matches_the_package() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert f'version = "{citation["version"]}"' in project
    assert f'license = "{citation["license"]}"' in project
    (holder,) = [author["name"] for author in citation["authors"]]
    assert holder in (ROOT / "LICENSE").read_text("utf-8")


def test_changelog_follows_keep_a_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", text, re.MULTILINE)
    assert versions[0] == ("Unreleased", "")
    assert all(date for _, date in versions[1:])
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_pre_commit_runs_the_tools_of_the_environment() -> None:
    """All but Terraform are installed in .venv, pinned by the lock file."""
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


def test_dev_container_is_valid() -> None:
    path = ROOT / ".devcontainer" / "devcontainer.json"
    settings = json.loads(path.read_text("utf-8"))
    known = {"name", "build", "remoteUser", "hostRequirements", "postCreateCommand"}
    assert set(settings) <= known | {"forwardPorts", "portsAttributes", "customizations"}
    assert (path.parent / settings["build"]["dockerfile"]).is_file()
    assert set(settings["portsAttributes"]) == set(map(str, settings["forwardPorts"]))
    assert {8501, 5000, 8000, 9000} <= set(settings["forwardPorts"])
    makefile = (ROOT / "Makefile").read_text("utf-8")
    program, target = settings["postCreateCommand"].split()
    assert program == "make"
    assert f"\n{target}: " in makefile


@pytest.mark.parametrize("folder", [".devcontainer", "flows", "lambda_handler"])
def test_dockerfile_is_clean_and_uses_the_common_python(folder: str) -> None:
    dockerfile = ROOT / folder / "Dockerfile"
    ran = subprocess.run(
        [BIN / "hadolint", dockerfile], check=False, capture_output=True, text=True
    )
    assert (ran.returncode, ran.stdout) == (0, "")
    handler = (ROOT / "lambda_handler" / "Dockerfile").read_text("utf-8")
    (python,) = set(re.findall(r"^FROM python:([\d.]+)-", handler, re.MULTILINE))
    assert f"FROM python:{python}-" in dockerfile.read_text("utf-8")


def test_ci_runs_the_oldest_and_the_newest_supported_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    limits = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project["requires-python"])
    assert limits
    minors = range(int(limits[1]), int(limits[2]))
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert matrix == [f"3.{minors[0]}", f"3.{minors[-1]}"]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert f"for p in {' '.join(f'python3.{minor}' for minor in minors)} python3;" in makefile
    assert f"(3, {minors[0]}) <= sys.version_info < (3, {minors[-1] + 1})" in makefile
