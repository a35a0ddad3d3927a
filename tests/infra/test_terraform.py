"""The module is formatted and valid, and its own tests pass; nothing in it is one account's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from infra.terraforming import MODULE, Module

REGION = re.compile(r"\b(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d\b")
ACCOUNT = re.compile(r"\b\d{12}\b")
PLATFORMS = 4
"""Linux and macOS, on Intel and ARM."""


def test_it_is_formatted(module: Module) -> None:
    ran = module.run("fmt", "-check", "-recursive", "-diff")
    assert ran.returncode == 0, ran.stdout


def test_it_is_valid(module: Module) -> None:
    ran = module.run("validate", "-no-color")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_its_own_tests_pass(module: Module) -> None:
    summaries = [one["test_summary"] for one in module.said if one["type"] == "test_summary"]
    wrong = [
        one.get("diagnostic", one["@message"]) for one in module.said if one["@level"] == "error"
    ]
    assert [one["status"] for one in summaries] == ["pass", "pass"], wrong
    assert sum(one["passed"] for one in summaries) >= 14
    assert sum(one["skipped"] for one in summaries) == 0


@pytest.mark.parametrize("path", sorted(MODULE.glob("*.tf")), ids=lambda path: path.name)
def test_no_account_and_no_region_is_written_in(path: Path) -> None:
    said = re.sub(r'(description|error_message) += ".*"', "", path.read_text("utf-8"))
    assert not REGION.search(said)
    assert not ACCOUNT.search(said)


def variables() -> dict[str, str]:
    text = "".join(path.read_text("utf-8") for path in sorted(MODULE.glob("variables*.tf")))
    blocks = re.split(r'^variable "(\w+)" \{$', text, flags=re.MULTILINE)
    return dict(zip(blocks[1::2], blocks[2::2], strict=True))


@pytest.mark.parametrize(("name", "block"), variables().items(), ids=str)
def test_a_variable_says_what_it_is_and_refuses_what_it_is_not(name: str, block: str) -> None:
    assert re.search(r"^  description += (\"|<<)", block, re.MULTILINE)
    assert (kind := re.search(r"^  type += (\S+)", block, re.MULTILINE))
    assert kind[1] == "bool" or "  validation {" in block


@pytest.mark.parametrize("name", [n for n, b in variables().items() if "validation {" in b])
def test_every_validation_is_tried(name: str) -> None:
    refused = (MODULE / "tests" / "refused.tftest.hcl").read_text("utf-8")
    assert f"var.{name}" in refused


def test_the_readme_lists_every_variable_and_file() -> None:
    text = (MODULE / "README.md").read_text("utf-8")
    told = set(re.findall(r"`([^`\n]+)`", text))
    assert set(variables()) <= told
    assert {path.name for path in MODULE.glob("*.tf")} <= told


def test_a_lock_file_has_the_hashes_of_the_real_provider() -> None:
    """Those of every platform's archive, as `make infra-lock` writes them, if there is one."""
    lock = MODULE / ".terraform.lock.hcl"
    if not lock.exists():
        pytest.skip("there is no lock file yet: `make infra-lock` makes it, with a network")
    text = lock.read_text("utf-8")
    assert len(re.findall(r'"h1:', text)) >= PLATFORMS
    assert len(re.findall(r'"zh:', text)) >= PLATFORMS


def test_the_backend_is_told_where_by_whoever_starts_it() -> None:
    versions = (MODULE / "versions.tf").read_text("utf-8")
    assert 'backend "s3"' in versions
    assert "use_lockfile = true" in versions
    example = (MODULE / "backend.hcl.example").read_text("utf-8")
    assert set(re.findall(r"^(\w+) ", example, re.MULTILINE)) == {"bucket", "key", "region"}
