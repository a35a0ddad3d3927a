"""Runs the tests of the Terraform module against mocks of AWS and reads the resources they create.

`terraform test -verbose` prints the state after a run as JSON, with the rendered policies. No AWS
account is needed. The provider may be the real one or a stand-in with the same schema.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

MODULE = Path(__file__).parents[2] / "terraform"
VERBOSE_TESTS = {"tests/defaults.tftest.hcl", "tests/custom.tftest.hcl"}
"""Test files of one run each, whose state is printed. Each state includes the provider's schema."""
PATTERNS = ("*.tf", "tests/*.hcl", "tests/mocks/*.hcl")


@dataclass(frozen=True)
class Module:
    """An initialised copy of the module, and the messages that its tests printed."""

    terraform: str
    folder: Path
    messages: list[dict[str, Any]]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run_terraform(self.terraform, self.folder, *arguments)

    def resources(self, name: str) -> dict[str, dict[str, Any]]:
        """Attributes of every resource by its address, after the run `name` of the file `name`."""
        (state,) = (
            message["test_state"]
            for message in self.messages
            if message["type"] == "test_state"
            and message["@testfile"] == f"tests/{name}.tftest.hcl"
            and message["@testrun"] == name
        )
        resources = state["root_module"]["resources"]
        return {
            resource["address"]: resource["values"]
            for resource in resources
            if resource["mode"] == "managed"
        }


def run_terraform(
    terraform: str, folder: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run Terraform in a folder, without variables or arguments from the environment."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TF_VAR_", "TF_CLI_ARGS", "TF_DATA_DIR", "TF_WORKSPACE"))
    }
    environment |= {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    return subprocess.run(
        [terraform, f"-chdir={folder}", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )


def find_terraform() -> str:
    """Path of `TERRAFORM`, or of terraform or tofu on the PATH; skips the test if there is none."""
    if path := os.environ.get("TERRAFORM"):
        assert shutil.which(path), f"TERRAFORM is {path}, which is not an executable"
        return path
    for name in ("terraform", "tofu"):
        if path := shutil.which(name):
            return path
    pytest.skip("needs terraform or tofu on the PATH, or its path in TERRAFORM")


def run_module_tests(terraform: str, folder: Path) -> str:
    """Copy the module, initialise it and run its tests; returns the error of `init`, or ''.

    The copy has no lock file: a stand-in for the provider has other hashes than the real one.
    """
    for pattern in PATTERNS:
        for source in MODULE.glob(pattern):
            target = folder / source.relative_to(MODULE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    init = run_terraform(terraform, folder, "init", "-backend=false", "-input=false", "-no-color")
    if init.returncode:
        return init.stderr
    tests = {path.relative_to(MODULE).as_posix() for path in MODULE.glob("tests/*.tftest.hcl")}
    output = ""
    for names, options in ((tests & VERBOSE_TESTS, ("-verbose",)), (tests - VERBOSE_TESTS, ())):
        filters = (f"-filter={name}" for name in sorted(names))
        output += run_terraform(terraform, folder, "test", "-json", *options, *filters).stdout
    (folder / "messages.jsonl").write_text(output, "utf-8")
    return ""
