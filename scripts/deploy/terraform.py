"""Run Terraform or OpenTofu, and ask a person before anything is changed."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

from energy.settings import ROOT
from scripts.deploy.account import STATE_KEY

FOLDER = ROOT / "terraform"
_TEXT_VARIABLE = re.compile(r'^\s*(\w+)\s*=\s*"([^"\\$%]*)"\s*(?:(?:#|//).*)?$', re.MULTILINE)
HAS_CHANGES = 2
"""Exit status of a plan with changes."""


class Runner(Protocol):
    """Runs programs in the project's folder; tests put another in place of `Shell`."""

    def run(self, *command: str, stdin: str = "", allowed: Collection[int] = (0,)) -> int:
        """Run a program and return its exit status; its output is the caller's.

        The command is printed, so no argument may be a secret.

        Raises:
            RuntimeError: The program is not installed, or ended with another status.
        """

    def answer(self, *command: str) -> str:
        """Run a program and return its standard output.

        Raises:
            RuntimeError: The program is not installed, or failed.
        """


class Shell:
    """Runs programs as subprocesses."""

    def __init__(self, folder: Path = ROOT) -> None:
        """Run everything in `folder`."""
        self.folder = folder

    def run(self, *command: str, stdin: str = "", allowed: Collection[int] = (0,)) -> int:
        print(f"+ {shlex.join(command)}", flush=True)
        return self._run(command, stdin, allowed, None).returncode

    def answer(self, *command: str) -> str:
        return self._run(command, "", (0,), subprocess.PIPE).stdout

    def _run(
        self, command: tuple[str, ...], stdin: str, allowed: Collection[int], stdout: int | None
    ) -> subprocess.CompletedProcess[str]:
        try:
            result = subprocess.run(
                command, check=False, input=stdin, stdout=stdout, text=True, cwd=self.folder
            )
        except FileNotFoundError as error:
            raise RuntimeError(f"{command[0]} is not installed, or not on the PATH") from error
        if result.returncode not in allowed:
            raise RuntimeError(f"'{shlex.join(command[:3])} …' ended with {result.returncode}")
        return result


def agree(question: str, yes: bool) -> bool:
    """Ask for confirmation, unless `yes` gives it.

    Raises:
        RuntimeError: Standard input is closed.
    """
    return yes or _typed(f"{question} [y/N] ").lower() in ("y", "yes")


def agree_by_name(warning: str, name: str, typed: str | None) -> bool:
    """Ask for a name to be typed, so that nothing is destroyed by habit.

    Raises:
        RuntimeError: Standard input is closed.
    """
    print(warning)
    return (_typed(f"Type {name} to go on: ") if typed is None else typed) == name


def _typed(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError as error:
        raise RuntimeError(
            f"no answer to '{prompt.strip()}': see --help for options that answer it"
        ) from error


def terraform_program() -> str:
    """Path of the program that `TERRAFORM` names, else of terraform or tofu.

    Raises:
        RuntimeError: Neither is on the PATH.
    """
    named = os.environ.get("TERRAFORM")
    for command in (named,) if named else ("terraform", "tofu"):
        if path := shutil.which(command):
            return path
    raise RuntimeError("Terraform is not installed: put terraform or tofu on the PATH")


def variables(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Text variables that Terraform reads by itself, in its order of precedence."""
    prefix = "TF_VAR_"
    from_environment = {
        name.removeprefix(prefix): value
        for name, value in environ.items()
        if name.startswith(prefix) and value
    }
    file = folder / "terraform.tfvars"
    text = file.read_text("utf-8") if file.exists() else ""
    return from_environment | dict(_TEXT_VARIABLE.findall(text))


class Terraform:
    """Terraform's commands on the root module in a folder."""

    def __init__(self, runner: Runner, command: str, folder: Path = FOLDER) -> None:
        """Work in `folder`, with the program that `terraform_program` returned."""
        self.runner = runner
        self.command = (command, f"-chdir={folder}")

    def init(self, bucket: str, region: str) -> None:
        """Install the providers in the lock file, and open the state in its bucket."""
        settings = {"bucket": bucket, "key": STATE_KEY, "region": region, "encrypt": "true"}
        backend = [f"-backend-config={name}={value}" for name, value in settings.items()]
        self.runner.run(*self.command, "init", "-input=false", "-reconfigure", *backend)

    def plan(self, file: str, variables: Mapping[str, str], destroy: bool = False) -> bool:
        """Write and show a plan; return whether it changes anything."""
        options = [f"-var={name}={value}" for name, value in variables.items()]
        mode = ["-destroy"] if destroy else []
        status = self.runner.run(
            *self.command,
            *("plan", "-input=false", "-detailed-exitcode", f"-out={file}"),
            *mode,
            *options,
            allowed=(0, HAS_CHANGES),
        )
        return status == HAS_CHANGES

    def apply(self, file: str) -> None:
        """Apply a plan file."""
        self.runner.run(*self.command, "apply", "-input=false", file)

    def outputs(self) -> dict[str, str]:
        """The module's outputs without nulls; empty before the first apply."""
        outputs = json.loads(self.runner.answer(*self.command, "output", "-json"))
        return {
            name: output["value"] for name, output in outputs.items() if output["value"] is not None
        }

    def empty(self) -> bool:
        """Whether the state lists no resources."""
        return not self.runner.answer(*self.command, "state", "list").strip()
