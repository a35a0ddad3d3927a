"""Terraform as it is found, and what it makes of the module: asked once, for all workers.

`terraform test` runs against mocks of AWS; told to be verbose it prints the state after a run as
JSON, from which the rendered policies are read. So nothing here needs an account, whether the
provider behind the mocks is the real one or a stand-in that has its schema.
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
SHOWN = {"tests/deployed.tftest.hcl", "tests/chosen.tftest.hcl"}
"""Files of one run each, whose state is shown: with each comes the provider's whole schema."""
PARTS = ("*.tf", "tests/*.hcl", "tests/mocks/*.hcl")


@dataclass(frozen=True)
class Module:
    """A copy of the module, initialised, and what its tests printed."""

    terraform: str
    folder: Path
    said: list[dict[str, Any]]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run(self.terraform, self.folder, *arguments)

    def state(self, file: str, name: str) -> dict[str, dict[str, Any]]:
        """Every resource after a run of a test file: its values by its address."""
        (found,) = (
            one["test_state"]
            for one in self.said
            if one["type"] == "test_state"
            and one["@testfile"] == f"tests/{file}.tftest.hcl"
            and one["@testrun"] == name
        )
        resources = found["root_module"]["resources"]
        return {one["address"]: one["values"] for one in resources if one["mode"] == "managed"}


def run(terraform: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Terraform in a folder, with no variables or arguments from the environment."""
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


def found() -> str:
    """What `TERRAFORM` names, else terraform or tofu on the PATH."""
    named = os.environ.get("TERRAFORM")
    if named:
        assert shutil.which(named), f"TERRAFORM is {named}, which cannot be run"
        return named
    for name in ("terraform", "tofu"):
        if path := shutil.which(name):
            return path
    pytest.skip("neither terraform nor tofu is on the PATH, and TERRAFORM names none")


def prepare(terraform: str, folder: Path) -> str:
    """Copy the module, initialise it and run its tests; why not, or ''.

    A copy, and without the lock file: a stand-in for the provider has other hashes, and init would
    write them where the real ones belong.
    """
    for part in PARTS:
        for file in MODULE.glob(part):
            to = folder / file.relative_to(MODULE)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, to)
    began = run(terraform, folder, "init", "-backend=false", "-input=false", "-no-color")
    if began.returncode:
        return began.stderr
    names = {file.relative_to(MODULE).as_posix() for file in MODULE.glob("tests/*.tftest.hcl")}
    said = ""
    for chosen, how in ((names & SHOWN, ("-verbose",)), (names - SHOWN, ())):
        filters = (f"-filter={name}" for name in sorted(chosen))
        said += run(terraform, folder, "test", "-json", *how, *filters).stdout
    (folder / "said.jsonl").write_text(said, "utf-8")
    return ""
