"""Terraform, or OpenTofu, as the steps use it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from cloud.running import Runner
from cloud.state import KEY
from energy.settings import ROOT

FOLDER = ROOT / "terraform"
_TEXT = re.compile(r'^\s*(\w+)\s*=\s*"([^"\\$%]*)"\s*(?:(?:#|//).*)?$', re.MULTILINE)
CHANGES = 2
"""Exit status of a plan that would change something."""


def program() -> str:
    """The command: what `TERRAFORM` names, else terraform or tofu on the PATH.

    Raises:
        RuntimeError: There is neither.
    """
    named = os.environ.get("TERRAFORM")
    for one in (named,) if named else ("terraform", "tofu"):
        if found := shutil.which(one):
            return found
    raise RuntimeError("Terraform is not installed: put terraform or tofu on the PATH")


def variables(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Those that hold plain text and that Terraform would read by itself, in its own order.

    Args:
        folder: Of the root module, with `terraform.tfvars` or without.
        environ: With `TF_VAR_*`, over which the file prevails.
    """
    beginning = "TF_VAR_"
    found = {
        name.removeprefix(beginning): value
        for name, value in environ.items()
        if name.startswith(beginning) and value
    }
    file = folder / "terraform.tfvars"
    text = file.read_text("utf-8") if file.exists() else ""
    return found | dict(_TEXT.findall(text))


class Terraform:
    """The root module in a folder; variables other than those given come from TF_VAR_*."""

    def __init__(self, runner: Runner, command: str, folder: Path = FOLDER) -> None:
        """Work in `folder`, with the command that `program` found."""
        self.runner = runner
        self.command = (command, f"-chdir={folder}")

    def init(self, bucket: str, region: str) -> None:
        """Fetch the providers that the lock file names, and open the state in its bucket."""
        given = {"bucket": bucket, "key": KEY, "region": region, "encrypt": "true"}
        backend = [f"-backend-config={name}={value}" for name, value in given.items()]
        self.runner.run(*self.command, "init", "-input=false", "-reconfigure", *backend)

    def plan(self, file: str, variables: Mapping[str, str], destroy: bool = False) -> bool:
        """Show what would change and write it down; whether there is anything.

        Args:
            file: Where the plan is written.
            variables: Beside those in the environment.
            destroy: Plan the end of everything.
        """
        given = [f"-var={name}={value}" for name, value in variables.items()]
        how = ["-destroy"] if destroy else []
        status = self.runner.run(
            *self.command,
            *("plan", "-input=false", "-detailed-exitcode", f"-out={file}"),
            *how,
            *given,
            fine=(0, CHANGES),
        )
        return status == CHANGES

    def apply(self, file: str) -> None:
        """Do what a plan says, and nothing else."""
        self.runner.run(*self.command, "apply", "-input=false", file)

    def outputs(self) -> dict[str, str]:
        """What the module tells of itself; empty before the first apply, null ones left out."""
        found = json.loads(self.runner.answer(*self.command, "output", "-json"))
        return {name: one["value"] for name, one in found.items() if one["value"] is not None}

    def empty(self) -> bool:
        """Whether the state names no resource any more."""
        return not self.runner.answer(*self.command, "state", "list").strip()
