"""The Terraform module is formatted, valid, tested, documented and free of fixed accounts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from infra.terraform_module import MODULE, Module

REGION = re.compile(r"\b(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d\b")
ACCOUNT = re.compile(r"\b\d{12}\b")
PLATFORMS = 4
"""Linux and macOS, on x86-64 and ARM."""


def test_module_is_formatted(module: Module) -> None:
    ran = module.run("fmt", "-check", "-recursive", "-diff")
    assert ran.returncode == 0, ran.stdout


def test_module_is_valid(module: Module) -> None:
    ran = module.run("validate", "-no-color")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_module_tests_pass(module: Module) -> None:
    summaries = [
        message["test_summary"] for message in module.messages if message["type"] == "test_summary"
    ]
    errors = [
        message.get("diagnostic", message["@message"])
        for message in module.messages
        if message["@level"] == "error"
    ]
    assert [summary["status"] for summary in summaries] == ["pass", "pass"], errors
    assert sum(summary["passed"] for summary in summaries) >= 14
    assert sum(summary["skipped"] for summary in summaries) == 0


@pytest.mark.parametrize("path", sorted(MODULE.glob("*.tf")), ids=lambda path: path.name)
def test_no_account_or_region_is_hard_coded(path: Path) -> None:
    code = re.sub(r'(description|error_message) += ".*"', "", path.read_text("utf-8"))
    assert not REGION.search(code)
    assert not ACCOUNT.search(code)


def variables() -> dict[str, str]:
    """The body of every variable's block, by name."""
    text = (MODULE / "variables.tf").read_text("utf-8")
    blocks = re.split(r'^variable "(\w+)" \{$', text, flags=re.MULTILINE)
    return dict(zip(blocks[1::2], blocks[2::2], strict=True))


@pytest.mark.parametrize(("name", "block"), variables().items(), ids=str)
def test_a_variable_is_described_and_its_validation_is_tested(name: str, block: str) -> None:
    assert re.search(r"^  description += (\"|<<)", block, re.MULTILINE)
    assert (type_ := re.search(r"^  type += (\S+)", block, re.MULTILINE))
    assert type_[1] == "bool" or "  validation {" in block
    tests = (MODULE / "tests" / "validation.tftest.hcl").read_text("utf-8")
    assert "  validation {" not in block or f"var.{name}" in tests


def test_readme_lists_every_variable_and_file() -> None:
    text = (MODULE / "README.md").read_text("utf-8")
    listed = set(re.findall(r"`([^`\n]+)`", text))
    assert set(variables()) <= listed
    assert {path.name for path in MODULE.glob("*.tf")} <= listed


def test_lock_file_has_the_hashes_of_the_real_provider() -> None:
    """A lock file must have a hash for every platform, as `make infra-lock` writes it."""
    lock = MODULE / ".terraform.lock.hcl"
    if not lock.exists():
        pytest.skip("no lock file yet: run `make infra-lock` with network access")
    text = lock.read_text("utf-8")
    assert len(re.findall(r'"h1:', text)) >= PLATFORMS
    assert len(re.findall(r'"zh:', text)) >= PLATFORMS
